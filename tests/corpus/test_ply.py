"""PLY files of many dialects, and damaged ones; what is right is known in closed form."""

import numpy as np
import pytest
from entries import BOX_MIXED, Entry, check
from ply_files import BIG, CLOUDS, LIST, LITTLE, MESHES, POINTS, TEXT, XYZ, faces, ply, vertices

from svr3d.geometry import InputError, PointCloud, read_shape

BINARY = ply(LITTLE, vertices(), faces())
PLAIN = ply(TEXT, vertices(), faces())


@pytest.mark.parametrize("entry", MESHES, ids=str)
def test_meshes(tmp_path, entry: Entry):
    check(entry, tmp_path / "a.ply")


@pytest.mark.parametrize("name", CLOUDS)
def test_point_clouds(tmp_path, name):
    (tmp_path / "a.PLY").write_bytes(CLOUDS[name])
    cloud = read_shape(tmp_path / "a.PLY")
    assert isinstance(cloud, PointCloud)
    assert cloud.points == pytest.approx(np.array(POINTS))


def test_normals_of_points(tmp_path):
    for form in (TEXT, LITTLE, BIG):
        rows = [(1, 2, 3, 0, 0.6, 0.8), (4, 5, 6, -1, 0, 0)]
        (tmp_path / "a.ply").write_bytes(ply(form, ("vertex", [*XYZ, "float nx", "float ny", "float nz"], rows)))
        assert read_shape(tmp_path / "a.ply").normals == pytest.approx(np.array(rows)[:, 3:])


def test_a_mixed_file_beside_one_of_triangles(tmp_path):
    """A thousand random polygons of 3 to 9 corners around points in the plane: areas by the shoelace formula."""
    rng = np.random.default_rng(0)
    corners, polygons, area = [], [], 0.0
    for size in rng.integers(3, 10, 1000):
        angle = np.sort(rng.random(size) * 2 * np.pi)
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(size=2) * 9
        area += np.abs(np.sum(ring[:, 0] * np.roll(ring[:, 1], -1) - ring[:, 1] * np.roll(ring[:, 0], -1))) / 2
        polygons.append(range(len(corners), len(corners) + size))
        corners += [(x, y, 0.0) for x, y in ring.tolist()]
    for form in (TEXT, LITTLE, BIG):
        (tmp_path / "a.ply").write_bytes(
            ply(form, ("vertex", ["double x", "double y", "double z"], corners), faces(polygons))
        )
        mesh = read_shape(tmp_path / "a.ply")
        assert len(mesh.faces) == sum(len(p) - 2 for p in polygons) and mesh.area == pytest.approx(area)


@pytest.mark.parametrize("content", [BINARY, PLAIN, ply(BIG, faces(), vertices())], ids=["little", "text", "big"])
def test_truncated_anywhere(tmp_path, content):
    """All but the last character of a text: what is left of its last number may be a number."""
    file = tmp_path / "a.ply"
    for length in range(1, len(content) - (content is PLAIN)):
        file.write_bytes(content[:length])
        if content is PLAIN and content[:length].endswith((b"3 5 7 3",)):
            continue
        with pytest.raises(InputError, match=r"a\.ply: "):
            read_shape(file)


def text(*rows: str, vertex: int = 3, face: int = 1) -> bytes:
    head = f"ply\nformat ascii 1.0\nelement vertex {vertex}\n" + "".join(f"property {each}\n" for each in XYZ)
    return f"{head}element face {face}\nproperty {LIST}\nend_header\n".encode() + "\n".join(rows).encode()


def lists(declared: str) -> bytes:
    return ply(LITTLE, vertices(), faces(declared=declared))


CORNERS = ("0 0 0", "1 0 0", "0 1 0")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text(*CORNERS, "3 0 1 2", face=2), "truncated: expected 2 rows of 'face', found 1"),
        (text(*CORNERS, "3 0 1 2", "3 0 1 2"), "1 rows more than its header counts"),
        (text(*CORNERS, "4 0 1 2"), "row 1 of 'face' has 4 numbers"),
        (text(*CORNERS, "3 0 1 2 0"), "row 1 of 'face' has 5 numbers"),
        (text("0 0", "0 1 0 0", "0 1 0", "3 0 1 2"), "row 1 of 'vertex' has 2 numbers"),
        (text(*CORNERS[:2], "0 1,5 0", "3 0 1 2"), "row 3 of 'vertex' is not made of numbers: '0 1,5 0'"),
        (text(*CORNERS[:2], "0 1-5 0", "3 0 1 2"), "row 3 of 'vertex' is not made of numbers: '0 1-5 0'"),
        (text(*CORNERS[:2], "0 1_5 0", "3 0 1 2"), "row 3 of 'vertex' is not made of numbers: '0 1_5 0'"),
        (text(*CORNERS, "3 0 1 1.5"), "the number 1.5; its header says whole numbers"),
        (text(*CORNERS, "300 0 1 2"), "the number 300; its header says whole numbers from 0 to 255"),
        (text(*CORNERS, "3 0 1 3"), "a face names vertex 3"),
        (text(*CORNERS, "3 0 1 -1"), "a face names vertex -1"),
        (text(*CORNERS, "2 0 1"), "2 corners"),
        (text(*CORNERS, "0"), "0 corners"),
        (text("nan 0 0", *CORNERS[1:], "3 0 1 2"), "NaN"),
        (text(vertex=1_000_000_000), "truncated"),
        (ply(LITTLE, vertices(), faces([(0, 1, 8)])), "a face names vertex 8"),
        (ply(BIG, vertices(), faces([(0, 1, -2)])), "a face names vertex -2"),
        (ply(BIG, vertices(), faces([(0, 1, 2), (0, 1)])), "2 corners"),
        (BINARY.replace(b"vertex 8", b"vertex 1000000000"), "truncated: expected 1000000000 rows of 'vertex'"),
        (BINARY.replace(b"face 9", b"face 1000000000"), "truncated: expected 1000000000 rows of 'face'"),
        (lists("list int int vertex_indices")[:-16] + b"\xff" * 16, "list of -1 values"),
        (lists("list uint int vertex_indices")[:-16] + b"\xff" * 16, "truncated"),
        (lists("list uchar float vertex_indices"), "expected 'vertex_indices' of whole"),
        (lists("list uchar int corners"), "expected 'vertex_indices'"),
        (ply(LITTLE, ("vertex", ["float x", "float y"], [(0, 0)])), "the properties x, y and z"),
        (ply(LITTLE, vertices(), faces(), lines=["propertie float x"]), "'propertie float x'"),
        (ply(LITTLE, vertices(), vertices(), faces()), "a name twice"),
        (BINARY.replace(b"float y", b"float x"), "a name twice"),
        (BINARY.replace(b"uchar int", b"float int"), "'property list float int vertex_indices'"),
        (BINARY.replace(b"float x", b"float24 x"), "'property float24 x'"),
        (BINARY.replace(b"vertex 8", b"vertex -8"), "'element vertex -8'"),
        (BINARY.replace(b"end_header", b"end_heading"), "not a PLY file"),
        (BINARY.replace(b"ply\n", b"PLY\n"), "not a PLY file"),
        (ply(LITTLE, ("vertex", XYZ, []), ("face", [LIST], [])), "no faces"),
        (ply(LITTLE, ("vertex", XYZ, [])), "no points"),
    ],
)  # fmt: skip
def test_damaged(tmp_path, content, message):
    (tmp_path / "a.ply").write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.ply: .*{message}"):
        read_shape(tmp_path / "a.ply")


def test_rows_of_no_size_cost_nothing(tmp_path):
    content = PLAIN.replace(b"element vertex", b"element nothing 999999999999999999\nelement vertex")
    check(Entry("", content), tmp_path / "a.ply")


def test_an_unused_vertex_that_is_no_number_is_left_to_the_shape(tmp_path):
    box = vertices()
    with_nan = (*box[:2], [*box[2], (float("nan"),) * 3])
    (tmp_path / "a.ply").write_bytes(ply(LITTLE, with_nan, faces(BOX_MIXED)))
    try:
        mesh = read_shape(tmp_path / "a.ply")
    except InputError as error:
        assert "NaN" in str(error)
    else:
        assert mesh.area == pytest.approx(22) and np.isfinite(mesh.bounds).all()
