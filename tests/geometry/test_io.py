import contextlib
import json
import os
import struct

import numpy as np
import pytest
import trimesh

from svr3d.geometry import (
    InputError,
    Mesh,
    Part,
    PartMesh,
    PointCloud,
    VoxelGrid,
    is_watertight,
    read_shape,
    voxelize,
    voxelize_parts,
    write_shape,
)

MESH_FORMATS = ["obj", "ply", "off", "stl", "glb", "npz"]


@pytest.fixture(scope="module")
def chair(shapes):
    """Parts with spaces in their names, labels of their own, two colours within one part."""
    mesh = shapes.parts(
        seat=shapes.turned(shapes.box((-0.4, 0, -0.4), (0.4, 0.1, 0.4)), 1),
        leg_1=shapes.box((-0.4, -0.5, -0.4), (-0.3, 0, -0.3)),
        leg_2=shapes.box((0.3, -0.5, 0.3), (0.4, 0, 0.4)),
    )
    colors = np.tile([[0.25, 0.5, 1.0]], (len(mesh.faces), 1))
    colors[:6] = [1.0, 0.0, 0.125]
    parts = tuple(Part(part.name.replace("_", " no. "), part.label) for part in mesh.parts)
    return PartMesh(mesh.vertices, mesh.faces, colors, face_part=mesh.face_part, parts=parts)


def write(path, text):
    path.write_text(text)
    return path


# Round trips


@pytest.mark.parametrize("suffix", MESH_FORMATS)
def test_meshes_come_back(tmp_path, shapes, suffix):
    mesh = shapes.turned(shapes.torus(sections=24), 1)
    write_shape(tmp_path / f"a.{suffix}", mesh)
    back = read_shape(tmp_path / f"a.{suffix}")
    assert type(back) is Mesh and back.face_colors is None
    assert np.abs(back.triangles - mesh.triangles).max() < 1e-7
    assert is_watertight(back)


@pytest.mark.parametrize("suffix", MESH_FORMATS)
@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_small_and_large_meshes_come_back(tmp_path, shapes, suffix, scale):
    box = shapes.turned(shapes.box(), 1)
    write_shape(tmp_path / f"a.{suffix}", Mesh(scale * box.vertices, box.faces))
    assert np.abs(read_shape(tmp_path / f"a.{suffix}").triangles / scale - box.triangles).max() < 1e-7


@pytest.mark.parametrize("suffix", ["obj", "ply", "off", "stl", "glb"])
def test_trimesh_reads_what_we_write(tmp_path, suffix, chair):
    write_shape(tmp_path / f"a.{suffix}", chair)
    theirs = trimesh.load(tmp_path / f"a.{suffix}", force="mesh")
    assert theirs.volume == pytest.approx(chair.volume, rel=1e-5)
    assert theirs.area == pytest.approx(chair.area, rel=1e-5)


@pytest.mark.parametrize("suffix", ["obj", "ply", "off", "stl", "glb"])
def test_we_read_what_trimesh_writes(tmp_path, shapes, suffix):
    mesh = shapes.turned(shapes.sphere(subdivisions=2), 1)
    trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(tmp_path / f"a.{suffix}")
    back = read_shape(tmp_path / f"a.{suffix}")
    assert back.volume == pytest.approx(mesh.volume, rel=1e-5) and is_watertight(back)


@pytest.mark.parametrize(("suffix", "labels"), [("obj", False), ("glb", True), ("npz", True)])
def test_parts_and_colours_come_back(tmp_path, chair, suffix, labels):
    write_shape(tmp_path / f"a.{suffix}", chair)
    back = read_shape(tmp_path / f"a.{suffix}")
    assert isinstance(back, PartMesh)
    assert [part.name for part in back.parts] == ["seat", "leg no. 1", "leg no. 2"]
    assert [part.label for part in back.parts] == (
        ["seat", "leg", "leg"] if labels else ["seat", "leg no. 1", "leg no. 2"]
    )
    for i in range(3):
        assert back.part(i).volume == pytest.approx(chair.part(i).volume, rel=1e-5)
    by_color = [m.face_areas[(m.face_colors[:, 0] > 0.9)].sum() for m in (back, chair)]
    assert by_color[0] == pytest.approx(by_color[1], rel=1e-5)
    expected = np.unique(chair.face_colors, axis=0)
    assert np.unique(back.face_colors, axis=0) == pytest.approx(expected, abs=0.004)


def test_face_colours_as_ply(tmp_path, chair):
    """In the order of the faces; so too the one that trimesh takes for 'no colour'. Parts are not kept."""
    write_shape(tmp_path / "a.ply", chair)
    back = read_shape(tmp_path / "a.ply")
    assert type(back) is Mesh and (back.faces == chair.faces).all()
    assert back.face_colors == pytest.approx(chair.face_colors, abs=0.004)
    gray = np.full((len(chair.faces), 3), ((102 / 255 + 0.055) / 1.055) ** 2.4)
    write_shape(tmp_path / "a.ply", Mesh(chair.vertices, chair.faces, gray))
    assert read_shape(tmp_path / "a.ply").face_colors == pytest.approx(gray, abs=1e-6)


def test_labels_may_be_given_by_the_caller(tmp_path, chair):
    write_shape(tmp_path / "a.obj", chair)
    back = read_shape(tmp_path / "a.obj", labels={"leg no. 1": "leg", "leg no. 2": "leg"})
    assert back.labels == ("seat", "leg")


def test_native_format_is_exact(tmp_path, chair):
    rng = np.random.default_rng(0)
    write_shape(tmp_path / "m.npz", chair)
    back = read_shape(tmp_path / "m.npz")
    assert (back.vertices == chair.vertices).all() and (back.faces == chair.faces).all()
    assert (back.face_colors == chair.face_colors).all() and (back.face_part == chair.face_part).all()
    assert back.parts == chair.parts

    grid = VoxelGrid(rng.random((5, 5, 5)), threshold=0.3, labels=rng.integers(0, 4, (5, 5, 5)))
    write_shape(tmp_path / "g.npz", grid)
    back = read_shape(tmp_path / "g.npz")
    assert (back.values == grid.values).all() and back.threshold == 0.3 and (back.labels == grid.labels).all()

    cloud = PointCloud(rng.random((9, 3)), rng.random((9, 3)), np.arange(9))
    write_shape(tmp_path / "c.npz", cloud)
    back = read_shape(tmp_path / "c.npz")
    assert (back.points == cloud.points).all() and (back.normals == cloud.normals).all()
    assert (back.part_ids == cloud.part_ids).all()


def test_same_shape_same_bytes(tmp_path, chair):
    for suffix in (*MESH_FORMATS, "npz"):
        write_shape(tmp_path / f"a.{suffix}", chair)
        first = (tmp_path / f"a.{suffix}").read_bytes()
        write_shape(tmp_path / f"a.{suffix}", chair)
        assert (tmp_path / f"a.{suffix}").read_bytes() == first


def test_point_clouds_as_ply(tmp_path):
    rng = np.random.default_rng(0)
    for normals in (None, rng.random((7, 3))):
        cloud = PointCloud(rng.random((7, 3)), normals)
        write_shape(tmp_path / "a.ply", cloud)
        back = read_shape(tmp_path / "a.ply")
        assert back.points == pytest.approx(cloud.points, abs=1e-7)
        assert back.normals is None if normals is None else (back.normals == normals).all()


@pytest.mark.parametrize("suffix", ["obj", "ply", "off", "stl", "glb"])
def test_grids_become_their_iso_surface_in_mesh_formats(tmp_path, shapes, suffix):
    write_shape(tmp_path / f"a.{suffix}", voxelize(shapes.sphere(0.4, 3), 16))
    assert read_shape(tmp_path / f"a.{suffix}").volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.05)


# binvox


@pytest.mark.parametrize("resolution", [1, 2, 16, 32])
def test_binvox_round_trip(tmp_path, resolution):
    values = np.random.default_rng(resolution).random((resolution,) * 3) < 0.3
    write_shape(tmp_path / "a.binvox", VoxelGrid(values))
    assert (read_shape(tmp_path / "a.binvox").occupancy == values).all()


def test_binvox_long_runs(tmp_path):
    for values in (np.zeros((16, 16, 16)), np.ones((16, 16, 16))):
        write_shape(tmp_path / "a.binvox", VoxelGrid(values))
        assert (read_shape(tmp_path / "a.binvox").values == values).all()


def test_binvox_by_hand(tmp_path):
    """Raw order is x, z, y with y fastest: the voxels after 0 are (0,1,0), (0,0,1), (0,1,1), (1,0,0)."""
    header = b"#binvox 1\ndim 2 2 2\ntranslate -0.1 0 0.3\nscale 0.7\ndata\n"
    (tmp_path / "a.binvox").write_bytes(header + bytes([0, 1, 1, 1, 0, 2, 1, 1, 0, 3]))
    occupancy = read_shape(tmp_path / "a.binvox").occupancy
    assert sorted(map(tuple, np.argwhere(occupancy).tolist())) == [(0, 1, 0), (1, 0, 0)]


def test_binvox_as_trimesh(tmp_path, shapes):
    grid = voxelize(shapes.turned(shapes.box((-0.3, -0.1, -0.2), (0.3, 0.2, 0.1)), 3), 16)
    write_shape(tmp_path / "a.binvox", grid)
    with open(tmp_path / "a.binvox", "rb") as file:
        theirs = trimesh.exchange.binvox.load_binvox(file, axis_order="xzy")
    assert (theirs.matrix == grid.occupancy).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"#binvox 1\ndim 2 2 2\ndata\n\x00\x07", "truncated"),
        (b"#binvox 1\ndim 2 2 2\ndata\n\x00\x08\x01", "truncated"),
        (b"#binvox 1\ndim 2 2 2\ndata\n\x02\x08", "values 0 and 1"),
        (b"#binvox 1\ndim 2 2 3\ndata\n\x00\x0c", "cubic"),
        (b"#binvox 1\ndata\n\x00\x08", "'dim' line"),
        (b"#binvox 1\ndim 2 2 2\n", "header"),
        (b"garbage", "header"),
    ],
)
def test_damaged_binvox(tmp_path, content, message):
    (tmp_path / "a.binvox").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.binvox: .*{message}"):
        read_shape(tmp_path / "a.binvox")


# Foreign files


def test_obj_of_many_dialects(tmp_path):
    """Polygons, texture and normal indices, negative indices, colours behind vertices, comments, continued lines."""
    text = (
        "# a comment\nmtllib none.mtl\n"
        "v 0 0 0 0.5 0.5 0.5\nv 1 0 0 1 1 1\nv 1 1 0 1 1 1\nv 0 1 0 1 1 1\n"
        "vt 0 0\nvn 0 0 1\n"
        "f 1/1/1 2/1/1 3//1 4\n"
        "v 0 0 1\nv 1 0 1\nv 0 1 1\n"
        "f -3 -2 \\\n -1 # the last three\n"
        "\n  l 1 2\n"
    )
    mesh = read_shape(write(tmp_path / "a.obj", text))
    assert type(mesh) is Mesh and len(mesh.vertices) == 7
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3], [4, 5, 6]]


def test_obj_groups_and_materials(tmp_path):
    write(tmp_path / "m.mtl", "newmtl red\nKd 1 0 0\nnewmtl dull\nNs 3\n")
    vertices = "".join(f"v {i} {i * i} 0\n" for i in range(6))
    text = f"mtllib m.mtl\n{vertices}o left\nusemtl red\nf 1 2 3\no right\nusemtl dull\nf 2 3 4\no left\nf 3 4 5\n"
    mesh = read_shape(write(tmp_path / "a.obj", text))
    assert [part.name for part in mesh.parts] == ["left", "right"]
    assert mesh.face_part.tolist() == [0, 1, 0]
    assert mesh.face_colors.tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 1]]
    by_material = read_shape(write(tmp_path / "b.obj", text.replace("o left\n", "").replace("o right\n", "")))
    assert [part.name for part in by_material.parts] == ["red", "dull"]


def test_off_of_modelnet_and_with_polygons(tmp_path):
    for end in ("\n", " 255 0 0\n"):
        mesh = read_shape(write(tmp_path / "a.off", f"OFF4 1 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0 # last\n\n4 0 1 2 3{end}"))
        assert mesh.area == pytest.approx(1) and len(mesh.faces) == 2


def test_stl_text_and_binary_that_begins_with_solid(tmp_path, shapes):
    box = shapes.box()
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n" + "".join(f"vertex {x} {y} {z}\n" for x, y, z in t) + "endloop\nendfacet\n"
        for t in box.triangles.tolist()
    )
    mesh = read_shape(write(tmp_path / "a.stl", f"solid box\n{facets}endsolid box\n"))
    assert mesh.volume == pytest.approx(1) and len(mesh.vertices) == 8
    two = "".join(f"solid s{i}\n{facets.replace('vertex 0', f'vertex {i}')}endsolid s{i}\n" for i in range(2))
    assert len(read_shape(write(tmp_path / "a.stl", two)).faces) == 24
    write_shape(tmp_path / "b.stl", box)
    content = (tmp_path / "b.stl").read_bytes()
    (tmp_path / "b.stl").write_bytes(b"solid of a kind".ljust(80) + content[80:])
    assert read_shape(tmp_path / "b.stl").volume == pytest.approx(1)


def test_stl_corners_at_one_place_are_one_vertex(tmp_path, shapes):
    """In the order of NumPy's unique rows; zero and minus zero are one place."""
    corners = shapes.turned(shapes.sphere(0.5, 2), 1).triangles.astype(np.float32)
    corners[np.abs(corners) < 0.2] = 0
    signed = np.copysign(
        corners, np.random.default_rng(0).choice([-1, 1], corners.shape), where=corners == 0, out=corners
    )
    content = b"".join(struct.pack("<12fH", 0, 0, 0, *triangle.ravel(), 0) for triangle in signed)
    (tmp_path / "a.stl").write_bytes(bytes(80) + struct.pack("<I", len(signed)) + content)
    mesh = read_shape(tmp_path / "a.stl")
    vertices, inverse = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    assert (mesh.vertices == vertices).all() and (mesh.faces.ravel() == inverse.ravel()).all()


def test_ply_text_big_endian_and_mixed_polygons(tmp_path):
    text = (
        "ply\nformat ascii 1.0\ncomment made by hand\nelement vertex 5\nproperty float x\nproperty float y\n"
        "property float z\nproperty uchar red\nelement face 2\nproperty list uchar int vertex_index\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n"
        "0 0 0 9\n1 0 0 9\n1 1 0 9\n0 1 0 9\n0 0 1 9\n4 0 1 2 3 255 0 0\n3 0 1 4 0 0 255\n"
    )
    red, blue = [1, 0, 0], [0, 0, 1]
    mesh = read_shape(write(tmp_path / "a.ply", text))
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 4]]
    assert mesh.face_colors.tolist() == [red, red, blue]
    head = (text.split("end_header\n")[0].replace("ascii", "binary_big_endian") + "end_header\n").encode()
    rows = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1)]
    body = b"".join(struct.pack(">fffB", *row, 9) for row in rows)
    quads = (
        body + struct.pack(">BiiiiBBB", 4, 0, 1, 2, 3, 255, 0, 0) + struct.pack(">BiiiiBBB", 4, 0, 1, 2, 4, 0, 0, 255)
    )
    (tmp_path / "b.ply").write_bytes(head + quads)
    mesh = read_shape(tmp_path / "b.ply")
    assert mesh.vertices.tolist() == [list(map(float, row)) for row in rows]
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2], [0, 2, 4]]
    assert mesh.face_colors.tolist() == [red, red, blue, blue]
    (tmp_path / "b.ply").write_bytes(head + quads[:-1])
    with pytest.raises(InputError, match="truncated"):
        read_shape(tmp_path / "b.ply")
    # 4 + 3 corners, and 4 + 3 + 5, which are as long as three quads
    quad, triangle = struct.pack(">BiiiiBBB", 4, 0, 1, 2, 3, 255, 0, 0), struct.pack(">BiiiBBB", 3, 0, 1, 4, 0, 0, 255)
    (tmp_path / "b.ply").write_bytes(head + body + quad + triangle)
    mesh = read_shape(tmp_path / "b.ply")
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 4]]
    assert mesh.face_colors.tolist() == [red, red, blue]
    three = body + quad + triangle + struct.pack(">BiiiiiBBB", 5, 0, 1, 2, 3, 4, 255, 0, 0)
    (tmp_path / "b.ply").write_bytes(head.replace(b"face 2", b"face 3") + three)
    mesh = read_shape(tmp_path / "b.ply")
    assert len(mesh.faces) == 6 and mesh.face_colors.tolist() == [red, red, blue, red, red, red]


def test_ply_text_with_missing_rows_or_corners(tmp_path):
    head = (
        "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
        "element face 2\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n"
    )
    assert read_shape(write(tmp_path / "a.ply", head + "3 0 1 2\n3 0 2 3\n")).area == pytest.approx(1)
    for faces in ("", "3 0 1 2\n", "3 0 1 2\n3 0 2\n", "3 0 1 2\n2 0 2\n", "3 0 1 2\n3 0 2 4\n", "3 0 1 2\n3 0 2 x\n"):
        with pytest.raises(InputError, match=r"a\.ply: "):
            read_shape(write(tmp_path / "a.ply", head + faces))


def test_ply_texture_seams_do_not_cut_the_mesh_open(tmp_path, shapes):
    box = shapes.box()
    text = f"ply\nformat ascii 1.0\ncomment TextureFile none.png\nelement vertex {len(box.vertices)}\n"
    text += "".join(f"property float {axis}\n" for axis in "xyz") + f"element face {len(box.faces)}\n"
    text += "property list uchar int vertex_indices\nproperty list uchar float texcoord\nend_header\n"
    text += "".join(f"{x} {y} {z}\n" for x, y, z in box.vertices.tolist())
    text += "".join(f"3 {a} {b} {c} 6 0 0 {i} 0 0 1\n" for i, (a, b, c) in enumerate(box.faces.tolist()))
    mesh = read_shape(write(tmp_path / "a.ply", text))
    assert is_watertight(mesh) and mesh.faces.tolist() == box.faces.tolist()


def test_glb_scene_graph(tmp_path, shapes):
    """Nested transforms, a mesh used twice, a mirrored node, materials; against trimesh's reading."""
    scene = trimesh.Scene()
    red = trimesh.visual.TextureVisuals(material=trimesh.visual.material.PBRMaterial(baseColorFactor=[255, 0, 0, 255]))
    box = trimesh.creation.box((1, 2, 3))
    box.visual = red
    move = trimesh.transformations.translation_matrix
    scene.add_geometry(box, node_name="first", geom_name="box", transform=move((5, 0, 0)))
    turn = trimesh.transformations.rotation_matrix(0.7, (1, 2, 3))
    scene.graph.update("arm", matrix=turn)
    scene.graph.update("second", frame_from="arm", geometry="box", matrix=move((0, 0, 4)) * [[2], [2], [2], [1]])
    scene.graph.update("third", geometry="box", matrix=np.diag([-1.0, 1, 1, 1]))
    scene.export(tmp_path / "a.glb")
    mesh = read_shape(tmp_path / "a.glb")
    theirs = trimesh.load(tmp_path / "a.glb").to_geometry()
    assert {part.name for part in mesh.parts} == {"first", "second", "third"}
    assert mesh.bounds == pytest.approx(theirs.bounds)
    for i, part in enumerate(mesh.parts):
        assert mesh.part(i).volume == pytest.approx(48 if part.name == "second" else 6), "all face outward"
    assert mesh.face_colors == pytest.approx(np.tile([[1, 0, 0]], (len(mesh.faces), 1)))


def _glb(document: dict, binary: bytes = b"") -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I", len(text)) + b"JSON" + text + struct.pack("<I", len(binary)) + b"BIN\0" + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def test_glb_strips_without_indices(tmp_path):
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], "<f4")
    document = {
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "rotation": [0, 0, np.sin(np.pi / 4), np.cos(np.pi / 4)], "translation": [0, 0, 1]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "mode": 5}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 48}],
        "buffers": [{"byteLength": 48}],
    }
    (tmp_path / "a.glb").write_bytes(_glb(document, points.tobytes()))
    mesh = read_shape(tmp_path / "a.glb")
    assert mesh.face_normals == pytest.approx(np.array([[0, 0, 1], [0, 0, 1]]))
    assert mesh.bounds == pytest.approx(np.array([[-1, 0, 1], [0, 1, 1]]))


def _one_mesh(**primitive) -> dict:
    """A scene of one mesh with four points and, behind them, four colours of three 16-bit numbers each."""
    return {
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "node"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "mode": 5, **primitive}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 4, "type": "VEC3", "normalized": True},
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 48}, {"buffer": 0, "byteOffset": 48, "byteLength": 24}],
        "buffers": [{"byteLength": 72}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0.6, 0, 1]}}],
    }


_POINTS_AND_COLORS = (
    np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], "<f4").tobytes()
    + np.array([[0, 0, 0], [0, 65535, 0], [65535, 65535, 0], [65535, 65535, 65535]], "<u2").tobytes()
)


def test_glb_base_colour_times_mean_vertex_colour(tmp_path):
    attributes = {"POSITION": 0, "COLOR_0": 1}
    mean = np.array([[1, 2, 0], [2, 3, 1]]) / 3
    base = np.array([1, 0.6, 0])
    for primitive, expected in (
        ({}, None),
        ({"material": 0}, [base, base]),
        ({"attributes": attributes}, mean),
        ({"attributes": attributes, "material": 0}, mean * base),
    ):
        (tmp_path / "a.glb").write_bytes(_glb(_one_mesh(**primitive), _POINTS_AND_COLORS))
        colors = read_shape(tmp_path / "a.glb").face_colors
        assert colors is None if expected is None else colors == pytest.approx(np.array(expected), abs=0.002)


def test_glb_primitives_of_one_node_are_one_part(tmp_path):
    document = _one_mesh()
    plain = document["meshes"][0]["primitives"][0]
    document["meshes"].append({"primitives": [{**plain, "material": 0}, plain]})
    document["nodes"] += [{"mesh": 1, "name": "two", "translation": [0, 0, 1]}, {"mesh": 0, "name": "two_abcdef"}]
    document["nodes"][1]["children"] = [2]
    document["scenes"][0]["nodes"] = [0, 1]
    (tmp_path / "a.glb").write_bytes(_glb(document, _POINTS_AND_COLORS))
    mesh = read_shape(tmp_path / "a.glb")
    assert {part.name: mesh.part(i).area for i, part in enumerate(mesh.parts)} == {"node": 1, "two": 2, "two_abcdef": 1}
    assert mesh.bounds[1, 2] == 1 and len(np.unique(mesh.face_colors, axis=0)) == 2


def test_glb_nodes_of_one_name_are_parts_of_that_label(tmp_path):
    """At x = 0, 1, 2 and 3; a node that has its name alone keeps it, whatever the others get."""
    document = _one_mesh()
    names = ("leg", "leg", "leg_1", None)
    document["nodes"] = [{"mesh": 0, "name": name, "translation": [x, 0, 0]} for x, name in enumerate(names)]
    document["scenes"][0]["nodes"] = [0, 1, 2, 3]
    (tmp_path / "a.glb").write_bytes(_glb(document, _POINTS_AND_COLORS))
    mesh = read_shape(tmp_path / "a.glb")
    found = {(part.name, part.label): mesh.part(i).bounds[0, 0] for i, part in enumerate(mesh.parts)}
    assert found == {("leg_0", "leg"): 0, ("leg_2", "leg"): 1, ("leg_1", "leg_1"): 2, ("3", "3"): 3}
    assert mesh.without("leg_1").bounds[:, 0].tolist() == [0, 4], "another part was meant"
    assert [part.name for part in mesh.without("leg").parts] == ["3", "leg_1"]


@pytest.mark.parametrize("suffix", ["glb", "npz"])
def test_halves_of_characters_in_names_are_replaced(tmp_path, chair, suffix):
    """Unicode 15, 3.9, D71: a surrogate alone stands for no character; U+FFFD takes its place. Pairs stay."""
    names, path = ("\ud800x", "\U0001fa91", "y\udc00"), tmp_path / f"a.{suffix}"
    if suffix == "glb":
        document = _one_mesh()
        document["nodes"] = [{"mesh": 0, "name": name, "translation": [x, 0, 0]} for x, name in enumerate(names)]
        document["meshes"][0]["extras"] = {"label": names[0]}
        document["scenes"][0]["nodes"] = [0, 1, 2]
        path.write_bytes(_glb(document, _POINTS_AND_COLORS))
    else:
        parts = tuple(Part(name, names[0]) for name in names)
        made = PartMesh(chair.vertices, chair.faces, face_part=chair.face_part, parts=parts)
        write_shape(path, made)
        write_shape(tmp_path / "made.obj", made)
    found = read_shape(path)
    assert sorted(part.name for part in found.parts) == ["y\ufffd", "\ufffdx", "\U0001fa91"]
    assert found.labels == ("\ufffdx",)
    write_shape(tmp_path / "b.obj", found)
    assert [part.name for part in read_shape(tmp_path / "b.obj").parts] == [part.name for part in found.parts]


def test_halves_of_characters_in_names_of_voxel_labels_are_replaced(tmp_path):
    grid = VoxelGrid(np.ones((2, 2, 2)), labels=np.ones((2, 2, 2), int), label_names=("\ud800x", "座"))
    write_shape(tmp_path / "a.npz", grid)
    assert read_shape(tmp_path / "a.npz").label_names == ("\ufffdx", "座")


def test_glb_features_that_are_refused(tmp_path):
    def draco(document):
        document["extensionsRequired"] = ["KHR_draco_mesh_compression"]

    def outside(document):
        document["buffers"][0]["uri"] = "a.bin"

    def missing_material(document):
        document["meshes"][0]["primitives"][0]["material"] = 3

    (tmp_path / "a.bin").write_bytes(_POINTS_AND_COLORS)
    for change, message in (
        (draco, "KHR_draco_mesh_compression"),
        (outside, "not a valid GLB"),
        (missing_material, "number 3 of its materials"),
    ):
        document = _one_mesh()
        change(document)
        (tmp_path / "a.glb").write_bytes(_glb(document, _POINTS_AND_COLORS))
        with pytest.raises(InputError, match=rf"a\.glb: .*{message}"):
            read_shape(tmp_path / "a.glb")


# Bad input


@pytest.mark.parametrize("suffix", [*MESH_FORMATS, "binvox"])
def test_missing_empty_and_garbage_files(tmp_path, suffix):
    path = tmp_path / f"bad.{suffix}"
    with pytest.raises(InputError, match=rf"bad\.{suffix}: no such file"):
        read_shape(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match=rf"bad\.{suffix}: the file is empty"):
        read_shape(path)
    rng = np.random.default_rng(0)
    for size in (1, 5, 80, 84, 200, 4000):
        path.write_bytes(rng.bytes(size))
        with pytest.raises(InputError, match=rf"bad\.{suffix}: "):
            read_shape(path)


@pytest.mark.parametrize("suffix", ["ply", "off", "stl", "glb", "npz", "binvox"])
def test_truncated_files_at_every_length(tmp_path, chair, suffix):
    path = tmp_path / f"a.{suffix}"
    write_shape(path, voxelize(chair, 8) if suffix == "binvox" else chair)
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    # the last byte or two of a text file are its line break and the end of a number
    margin = 3 if suffix == "off" else 1
    for length in {*rng.integers(1, len(content) - margin, 60).tolist(), len(content) - margin}:
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=rf"a\.{suffix}: "):
            read_shape(path)


@pytest.mark.parametrize("suffix", ["ply", "glb", "npz", "stl"])
def test_damaged_bytes_never_crash(tmp_path, chair, suffix):
    """Whatever a flipped byte does, the answer is a finite shape or an InputError."""
    path = tmp_path / f"a.{suffix}"
    write_shape(path, chair)
    content = path.read_bytes()
    rng = np.random.default_rng(1)
    for position in rng.integers(0, len(content), 150):
        damaged = bytearray(content)
        damaged[position] = rng.integers(256)
        path.write_bytes(bytes(damaged))
        with contextlib.suppress(InputError):
            assert read_shape(path).is_finite


@pytest.mark.parametrize("suffix", [s for s in MESH_FORMATS if s != "glb"])
def test_non_finite_vertices(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    write_shape(path, Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))
    with pytest.raises(InputError, match="NaN or infinity"):
        read_shape(path)


@pytest.mark.parametrize("suffix", ["obj", "off", "ply", "npz"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_vertices_that_no_face_uses_may_be_anything(tmp_path, chair, suffix, value):
    stray = np.full((1, 3), value)
    vertices = np.concatenate([stray, chair.vertices[:5], stray, chair.vertices[5:], stray])
    faces = chair.faces + 1 + (chair.faces >= 5)
    write_shape(tmp_path / f"a.{suffix}", Mesh(vertices, faces))
    back = read_shape(tmp_path / f"a.{suffix}")
    assert np.isfinite(back.vertices).all() and len(back.vertices) == len(chair.vertices)
    assert back.triangles == pytest.approx(chair.triangles, abs=1e-6)


@pytest.mark.parametrize("suffix", [s for s in MESH_FORMATS if s != "glb"])
def test_meshes_without_faces(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    write_shape(path, Mesh([[0, 0, 0]], []))
    with pytest.raises(InputError, match="no faces"):
        read_shape(path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4\n", "does not exist"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 -4\n", "does not exist"),
        (
            "a.obj",
            "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n",
            r"line 4 \('f 0 1 2'\): a face names vertex 0, .* counted from 1",
        ),
        ("a.obj", "v 0 0 0\nv 1 0 0\nf 1 2\n", "no faces of three or more corners"),
        ("a.obj", "v 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "line 1 .*expected a vertex of three numbers"),
        ("a.obj", "v 0 0 0\nv 1 0 x\nv 0 1 0\nf 1 2 3\n", "line 2 .*expected a vertex of three numbers"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf a b c\n", "line 4 .*expected a face of vertex numbers"),
        ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n", "vertex 3, which does not exist"),
        ("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "fewer corners"),
        ("a.off", "OFF\n3 2 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "2 faces"),
        ("a.off", "NOFF\n", "expected the numbers of vertices and faces"),
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex x\nend_header\n", "element vertex x|truncated"),
        ("a.ply", "ply\nformat utf8 1.0\nend_header\n", "expected 'ply', its 'format'"),
        ("a.ply", "ply\nformat ascii 1.0\nelement face 0\nend_header\n", "no faces"),
        ("a.stl", "solid x\nfacet\nvertex 0 0 0\nendsolid", "truncated or damaged"),
        ("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\n", "truncated"),
        (
            "a.stl",
            "solid x\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendfacet\nendsolid\n"
            "solid y\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendfacet\n",
            "truncated",
        ),
    ],
)
def test_damaged_text_files(tmp_path, name, text, message):
    with pytest.raises(InputError, match=rf"{name}: .*{message}"):
        read_shape(write(tmp_path / name, text))


def test_archives_with_other_contents(tmp_path, shapes):
    np.savez(tmp_path / "a.npz", something=np.zeros(3), other=np.zeros(3))
    with pytest.raises(InputError, match=r"a\.npz: expected arrays .* found something, other"):
        read_shape(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", vertices=np.zeros((3, 3)))
    with pytest.raises(InputError, match="'faces' is missing"):
        read_shape(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", points=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="pickled Python objects"):
        read_shape(tmp_path / "a.npz")
    np.save(tmp_path / "b.npy", np.zeros(3))
    os.rename(tmp_path / "b.npy", tmp_path / "b.npz")
    with pytest.raises(InputError, match="single array"):
        read_shape(tmp_path / "b.npz")


def test_unknown_formats_and_shapes_that_do_not_fit(tmp_path, shapes):
    with pytest.raises(InputError, match=r"unknown format '\.xyz'; expected one of .*\.obj"):
        read_shape(tmp_path / "a.xyz")
    with pytest.raises(InputError, match="unknown format"):
        write_shape(tmp_path / "a", shapes.box())
    with pytest.raises(InputError, match=r"a\.binvox: .* holds a voxel grid, not a Mesh"):
        write_shape(tmp_path / "a.binvox", shapes.box())
    with pytest.raises(InputError, match=r"a\.obj: .* holds a mesh, not a PointCloud"):
        write_shape(tmp_path / "a.obj", PointCloud(np.zeros((2, 3))))
    with pytest.raises(InputError, match="without faces"):
        write_shape(tmp_path / "a.glb", Mesh([], []))
    with pytest.raises(InputError, match="non-finite"):
        write_shape(tmp_path / "a.glb", Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))
    assert not list(tmp_path.iterdir()), "nothing half-written stays behind"


@pytest.mark.parametrize("suffix", ["glb", "ply", "stl"])
def test_coordinates_beyond_single_precision_are_refused(tmp_path, shapes, suffix):
    """The largest finite number of 32 bits (IEEE 754) is (2 - 2⁻²³) · 2¹²⁷; formats with 64 bits or text have room."""
    largest, box = (2 - 2.0**-23) * 2.0**127, shapes.box((0, 0, 0), (1, 1, 1))
    path = tmp_path / f"a.{suffix}"
    write_shape(path, Mesh(largest * box.vertices, box.faces))
    assert read_shape(path).bounds[1].tolist() == [largest] * 3
    before = path.read_bytes()
    for scale in (1.001 * largest, -1e39, 1e300):
        large = Mesh(scale * box.vertices, box.faces)
        with pytest.raises(InputError, match=rf"a\.{suffix}: .*coordinates up to 3\.4e\+38, found -?[\d.]+e\+"):
            write_shape(path, large)
        for other in ("obj", "npz"):
            write_shape(tmp_path / f"b.{other}", large)
            assert read_shape(tmp_path / f"b.{other}").bounds == pytest.approx(large.bounds)
    if suffix == "ply":
        with pytest.raises(InputError, match="found 1e\\+39"):
            write_shape(path, PointCloud([[0, 0, 0], [0, 1e39, 0]]))
    assert path.read_bytes() == before


def test_writing_to_a_missing_folder(tmp_path, shapes):
    with pytest.raises(InputError, match=r"none/a\.ply: .*No such file"):
        write_shape(tmp_path / "none" / "a.ply", shapes.box())


def test_a_failed_write_keeps_the_old_file(tmp_path, shapes, monkeypatch):
    path = tmp_path / "a.ply"
    write_shape(path, shapes.box())
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(InputError, match="disk full"):
        write_shape(path, shapes.sphere(0.5, 1))
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["a.ply"]


def test_labels_of_voxels_survive_only_where_the_format_has_room(tmp_path, chair):
    grid = voxelize_parts(chair, 16)
    write_shape(tmp_path / "a.npz", grid)
    write_shape(tmp_path / "a.binvox", grid)
    assert (read_shape(tmp_path / "a.npz").labels == grid.labels).all()
    assert read_shape(tmp_path / "a.binvox").labels is None
