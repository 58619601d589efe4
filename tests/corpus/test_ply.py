"""PLY beyond the table: random polygons, normals, truncation at every byte."""

import numpy as np
import pytest
from ply_entries import BIG, BINARY, LITTLE, PLAIN, TEXT, XYZ, faces, ply, vertices

from svr3d.geometry import InputError, read_shape


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


def test_rows_of_no_size_cost_nothing(tmp_path):
    content = PLAIN.replace(b"element vertex", b"element nothing 999999999999999999\nelement vertex")
    (tmp_path / "a.ply").write_bytes(content)
    assert read_shape(tmp_path / "a.ply").area == pytest.approx(22)


def test_a_vertex_that_is_no_number_and_no_face_uses(tmp_path):
    name, properties, rows = vertices()
    content = ply(LITTLE, (name, properties, [*rows, (float("nan"),) * 3]), faces())
    (tmp_path / "a.ply").write_bytes(content)
    mesh = read_shape(tmp_path / "a.ply")
    assert mesh.area == pytest.approx(22) and mesh.bounds.tolist() == [[0, 0, 0], [1, 2, 3]]
