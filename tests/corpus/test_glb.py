"""Binary glTF files of many kinds, and damaged ones; what is right is known in closed form."""

import struct

import numpy as np
import pytest
import trimesh
from entries import BOX_CORNERS, Entry, check
from glb_files import MESHES, Glb, colored, glb, instanced, plain, sparse, strips, without

from svr3d.geometry import InputError, read_shape


@pytest.mark.parametrize("entry", MESHES, ids=str)
def test_meshes(tmp_path, entry: Entry):
    check(entry, tmp_path / "a.glb")


def test_instances_stand_where_they_should(tmp_path):
    """The second box is turned a quarter about z: x, y become -y, x; then it is twice as large, 10 further along x."""
    (tmp_path / "a.glb").write_bytes(instanced())
    second = read_shape(tmp_path / "a.glb").vertices[8:]
    expected = [(10 - 2 * y, 2 * x, 2 * z) for x, y, z in BOX_CORNERS]
    assert second == pytest.approx(np.array(expected), abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_node_trees_as_trimesh_places_them(tmp_path, seed):
    """Random trees of nodes, with matrices or else translation, rotation and scale."""
    rng = np.random.default_rng(seed)
    nodes: list[dict] = [{"children": []}]
    for i in range(1, 9):
        move = {"translation": rng.normal(size=3).tolist(), "scale": rng.uniform(-2, 2, 3).tolist()}
        turn = rng.normal(size=4)
        move["rotation"] = (turn / np.linalg.norm(turn)).tolist()
        matrix = np.eye(4)
        matrix[:3] = rng.normal(size=(3, 4))
        nodes.append(
            {"mesh": 0, "children": [], **(move if rng.random() < 0.5 else {"matrix": matrix.T.ravel().tolist()})}
        )
        nodes[rng.integers(i)]["children"].append(i)
    (tmp_path / "a.glb").write_bytes(plain(nodes=[{k: v for k, v in node.items() if v != []} for node in nodes]))
    mesh, theirs = read_shape(tmp_path / "a.glb"), trimesh.load(tmp_path / "a.glb").to_geometry()
    assert len(mesh.faces) == len(theirs.faces) == 8 * 12
    assert mesh.area == pytest.approx(theirs.area) and mesh.bounds == pytest.approx(theirs.bounds)
    assert all(mesh.part(i).volume > 0 for i in range(len(mesh.parts))), "mirrored ones face outward too"


def test_truncated_anywhere(tmp_path):
    content = plain()
    for length in range(1, len(content), 3):
        (tmp_path / "a.glb").write_bytes(content[:length])
        with pytest.raises(InputError, match=r"a\.glb: "):
            read_shape(tmp_path / "a.glb")


def changed(*path, to) -> bytes:
    """The box, something of whose document is replaced."""
    file = Glb()
    primitive = file.box()
    whole = {"primitive": primitive, **file.document}
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return file.content(primitive)


def with_sizes(total: int, first: int) -> bytes:
    content = plain()
    return (
        content[:8]
        + struct.pack("<II", len(content) + total, int.from_bytes(content[12:16], "little") + first)
        + content[16:]
    )


COMPRESSED = "export them without compression"
MESHOPT = {"EXT_meshopt_compression": {"buffer": 0, "byteLength": 9}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (plain(extensionsRequired=["KHR_draco_mesh_compression"]), rf"KHR_draco_mesh_compression.*{COMPRESSED}"),
        (plain(extensionsRequired=["EXT_meshopt_compression"]), rf"EXT_meshopt_compression.*{COMPRESSED}"),
        (changed("primitive", "extensions", to={"KHR_draco_mesh_compression": {"bufferView": 0}}), COMPRESSED),
        (changed("bufferViews", 0, "extensions", to=MESHOPT), COMPRESSED),
        (plain(extensionsRequired=["EXT_of_tomorrow"]), "unsupported glTF extension EXT_of_tomorrow"),
        (plain(nodes=[{"mesh": 0, "children": [1]}, {"children": [0]}]), "node 0 is in the scene twice"),
        (plain(nodes=[{"children": [0]}]), "node 0 is in the scene twice"),
        (plain(nodes=[{"children": [1, 2]}, {"children": [2]}, {"mesh": 0}]), "node 2 is in the scene twice"),
        (plain(nodes=[{"children": [5], "mesh": 0}]), "number 5 of its nodes, of which it has 1"),
        (plain(nodes=[{"mesh": -1}]), "number -1 of its meshes"),
        (plain(scene=3), "number 3 of its scenes"),
        (plain(nodes=[{"mesh": 0, "rotation": [0, 0, 0, 0]}]), "zero norm"),
        (plain(nodes=[{"mesh": 0, "translation": [0, 0, float("nan")]}]), "NaN"),
        (plain(nodes=[{"name": "empty"}]), "no faces"),
        (plain(buffers=[{"byteLength": 10**9}]), "of its 1000000000 bytes"),
        (plain(buffers=[{"byteLength": 168, "uri": "box.bin"}]), "keeps data in 'box.bin'"),
        (plain(buffers=[{"byteLength": 168, "uri": "data:;base64,AAAA"}]), "3 of its 168 bytes"),
        (plain(buffers=[{"byteLength": 168, "uri": "data:;base64,A?"}]), "not a valid GLB"),
        (glb({"buffers": [{"byteLength": 4}], "accessors": []}), "no faces"),
        (glb({"nodes": [{"mesh": 0}]}, b""), "number 0 of its meshes, of which it has 0"),
        (plain()[: 20 + int.from_bytes(plain()[12:16], "little")], "truncated"),
        (without("accessors"), "number 0 of its accessors"),
        (without("nodes"), "number 0 of its nodes"),
        (changed("accessors", 0, "count", to=9), "9 items of an accessor do not fit"),
        (changed("accessors", 0, "count", to=10**9), "do not fit"),
        (changed("accessors", 0, "count", to=-1), "do not fit"),
        (changed("accessors", 0, "byteOffset", to=4), "do not fit"),
        (changed("accessors", 0, "byteOffset", to=-4), "do not fit"),
        (changed("bufferViews", 0, "byteLength", to=10**9), "outside of its buffer"),
        (changed("bufferViews", 0, "byteOffset", to=-1), "outside of its buffer"),
        (changed("bufferViews", 0, "byteStride", to=4), "do not fit"),
        (changed("accessors", 0, "componentType", to=5124), "has a type"),
        (changed("accessors", 0, "type", to="VEC4"), "do not fit"),
        (changed("accessors", 0, "type", to="VEC2"), "positions of 3 numbers, found 2"),
        (changed("accessors", 1, "componentType", to=5122), "indices that are whole numbers"),
        (changed("accessors", 1, "count", to=35), "35 corners make no whole triangles"),
        (changed("accessors", 0, "count", to=7), "names vertex 7, which does not exist"),
        (changed("primitive", "mode", to=7), "mode 7"),
        (changed("primitive", "material", to=0), "number 0 of its materials"),
        (changed("primitive", "attributes", to={"POSITION": "a"}), "number a of its accessors"),
        (sparse([1, 8], [(0, 0, 0)] * 2), "replaces row 8 of 8"),
        (strips(5, [0, 1, 8]), "names vertex 8"),
        (colored([(1, 0, 0)] * 7, "f"), "expected 8 vertex colours, found 7"),
        (with_sizes(4, 0), "truncated"),
        (with_sizes(-40, 0), "truncated"),
        (with_sizes(0, 10**6), "truncated"),
        (with_sizes(0, -40), "truncated"),
        (without(binary=False), "buffer 0 has 0 of its 168 bytes"),
        (plain()[:4] + b"\1" + plain()[5:], "expected binary glTF 2.0"),
        (glb([]), "expected an object"),
    ],
)  # fmt: skip
def test_damaged_or_not_read(tmp_path, content, message):
    (tmp_path / "a.glb").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.glb: .*{message}"):
        read_shape(tmp_path / "a.glb")


def test_deep_trees(tmp_path):
    nodes = [{"children": [i + 1]} for i in range(3000)] + [{"mesh": 0}]
    check(Entry("", plain(nodes=nodes)), tmp_path / "a.glb")
