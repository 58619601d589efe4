"""The order of parts, their boxes, and back."""

from __future__ import annotations

import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, Part, PartMesh
from svr3d.methods.smnet.assembly import assembled
from svr3d.methods.smnet.boxes import (
    box_of,
    from_network,
    ordered_parts,
    own_mesh,
    own_points,
    place,
    to_network,
)

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def tetrahedra(corners: list[tuple[float, float, float]], labels: list[str], size: float = 0.1) -> PartMesh:
    vertices = np.concatenate([size * TETRAHEDRON + corner for corner in corners])
    faces = np.concatenate([FACES + 4 * i for i in range(len(corners))])
    parts = tuple(Part(f"p{i}", label) for i, label in enumerate(labels))
    return PartMesh(vertices, faces, face_part=np.repeat(np.arange(len(corners)), 4), parts=parts)


CORNERS = [(0.3, 0, 0.3), (-0.4, 0, 0.3), (-0.4, 0, -0.4), (0.3, 0, -0.4), (0, 0.3, 0)]
LABELS = ["leg"] * 4 + ["back"]


def corners(mesh: PartMesh) -> list[tuple[str, list[float]]]:
    parts = ordered_parts(mesh, "x")
    return [(part.label, np.round(part.box[:3] - part.box[3:] / 2, 6).tolist()) for part in parts]


def test_order():
    """By label, then from the ground up, then by x and z."""
    assert corners(tetrahedra(CORNERS, LABELS)) == [
        ("back", [0, 0.3, 0]),
        ("leg", [-0.4, 0, -0.4]),
        ("leg", [-0.4, 0, 0.3]),
        ("leg", [0.3, 0, -0.4]),
        ("leg", [0.3, 0, 0.3]),
    ]
    assert [label for label, _ in corners(tetrahedra([(0, 0.3, 0), (0, 0, 0)], ["part"] * 2))] == ["part"] * 2
    assert corners(tetrahedra([(0, 0.3, 0), (0, 0, 0)], ["part"] * 2))[0][1] == [0, 0, 0]


def test_the_order_in_which_parts_are_listed_does_not_matter():
    expected = corners(tetrahedra(CORNERS, LABELS))
    rng = np.random.default_rng(0)
    for _ in range(5):
        turned = rng.permutation(5)
        assert corners(tetrahedra([CORNERS[i] for i in turned], [LABELS[i] for i in turned])) == expected


def test_the_bars_of_a_cross_have_an_order():
    """They have one box, and one area: only the way they lean tells them apart."""
    bar = np.array([[-0.4, -0.3, 0], [0.4, 0.3, 0], [-0.35, -0.3, 0], [0.4, 0.25, 0]])
    bars = [bar, bar * (-1, 1, 1)]
    found = []
    for order in (0, 1), (1, 0):
        vertices = np.concatenate([bars[i] for i in order])
        faces = np.concatenate([FACES, FACES + 4])
        mesh = PartMesh(vertices, faces, face_part=np.repeat([0, 1], 4), parts=(Part("a", "bar"), Part("b", "bar")))
        found.append([part.mesh.vertices for part in ordered_parts(mesh, "x")])
    assert np.allclose(found[0], found[1]) and not np.allclose(found[0][0], found[0][1])


def test_legs_do_not_change_places_by_rounding():
    for step in (1e-7, -1e-7, 3e-4):
        moved = [(x, step * i, z) for i, (x, _, z) in enumerate(CORNERS[:4])]
        assert [c[::2] for _, c in corners(tetrahedra(moved, LABELS[:4]))] == [
            [-0.4, -0.4],
            [-0.4, 0.3],
            [0.3, -0.4],
            [0.3, 0.3],
        ]


def test_parts_without_faces_do_not_count():
    mesh = tetrahedra(CORNERS, LABELS)
    more = PartMesh(mesh.vertices, mesh.faces, face_part=mesh.face_part, parts=(*mesh.parts, Part("none", "arm")))
    assert corners(more) == corners(mesh)


@pytest.mark.parametrize("fit", ["sides", "longest"])
def test_own_box_and_back(fit):
    part = Mesh([0.2, 0.1, 0.05] * TETRAHEDRON + [0.1, -0.3, 0.2], FACES)
    own = own_mesh(part, fit)
    expected = [1, 1, 1] if fit == "sides" else [1, 0.5, 0.25]
    np.testing.assert_allclose(own.bounds, [np.negative(expected) / 2, np.divide(expected, 2)], atol=1e-12)
    np.testing.assert_allclose(place(own.vertices, box_of(part), fit), part.vertices, atol=1e-12)
    points = own_points(part, 2000, fit)
    assert (np.abs(points) <= np.divide(expected, 2) + 1e-9).all() and points.shape == (2000, 3)
    np.testing.assert_array_equal(points, own_points(part, 2000, fit))
    np.testing.assert_allclose(np.ptp(points, axis=0), expected, rtol=0.1)


@pytest.mark.parametrize("fit", ["sides", "longest"])
def test_flat_and_degenerate_parts(fit):
    flat = Mesh(TETRAHEDRON[:3], FACES[:1])
    points = own_points(flat, 100, fit)
    assert np.isfinite(points).all() and (points[:, 2] == 0).all() and np.ptp(points[:, 0]) > 0.5
    line = Mesh([[0, 0, 0], [0, 0.3, 0], [0, 0.1, 0]], [[0, 1, 2]])
    points = own_points(line, 100, fit)
    assert set(points[:, 1].round(6)) == {-0.5, 0.5, -0.166667} and not points[:, ::2].any()


def test_boxes_of_networks():
    box = np.array([0.1, -0.2, 0.3, 0.2, 0.4, 0.1])
    np.testing.assert_allclose(to_network(box), [0.6, 0.3, 0.8, 0.2, 0.4, 0.1])
    np.testing.assert_allclose(from_network(to_network(box)), box)
    out = from_network(np.array([[0.9, 0.5, 3.0, 0.4, 5.0, 0.2], [0.5, 0.5, 0.5, -1, 0.2, 0.2]]))
    np.testing.assert_allclose(out, [[0.35, 0, 0.5, 0.3, 1, 0], [0, 0, 0, 0, 0.2, 0.2]], atol=1e-12)


def test_assembly():
    meshes = [own_mesh(Mesh(TETRAHEDRON, FACES), "sides")] * 2 + [Mesh(np.zeros((0, 3)), np.zeros((0, 3), int))]
    boxes = np.array([[0.1, 0.2, 0.3, 0.1, 0.1, 0.1], [-0.2, 0, 0, 0.2, 0.1, 0.4], [0, 0, 0, 1, 1, 1]])
    found = assembled(meshes, boxes, ["leg", "leg", "seat"], "sides")
    assert [(part.name, part.label) for part in found.parts] == [("leg_0", "leg"), ("leg_1", "leg")]
    for index, box in enumerate(boxes[:2]):
        np.testing.assert_allclose(box_of(found.part(index)), box, atol=1e-12)
    assert assembled(meshes[2:], boxes[2:], ["seat"], "sides").is_empty


def test_objects_without_parts():
    mesh = tetrahedra(CORNERS, LABELS)
    empty = PartMesh(mesh.vertices, np.zeros((0, 3), int), face_part=np.zeros(0, int), parts=mesh.parts)
    with pytest.raises(InputError, match=r"^object a/b: has no part with faces, expected at least one$"):
        ordered_parts(empty, "object a/b")
    broken = PartMesh(mesh.vertices * np.nan, mesh.faces, face_part=mesh.face_part, parts=mesh.parts)
    with pytest.raises(InputError, match=r"^object a/b: expected finite vertices"):
        ordered_parts(broken, "object a/b")
