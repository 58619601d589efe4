"""Curves and sheets of medial meshes, and the surfaces that are divided by them."""

import numpy as np
import pytest
from trimesh.creation import cylinder

from svr3d.geometry import InputError, MedialMesh, Mesh, PartMesh, medial_axis, segmented, to_mesh
from svr3d.geometry.surface.patches import without_small_patches


def parts_at(found: PartMesh, *places) -> list[str]:
    """The names of the parts whose triangles are nearest to these places."""
    middles = found.triangles.mean(axis=1)
    return [found.parts[found.face_part[np.linalg.norm(middles - place, axis=1).argmin()]].name for place in places]


def table() -> MedialMesh:
    """A square top of two slabs on four legs, a leg from each of its corners."""
    corners = np.array([[-0.5, 0, -0.5], [0.5, 0, -0.5], [0.5, 0, 0.5], [-0.5, 0, 0.5]])
    spheres = np.column_stack([np.concatenate([corners, corners - (0, 0.6, 0)]), np.full(8, 0.04)])
    return MedialMesh(spheres, [[0, 4], [1, 5], [2, 6], [3, 7]], [[0, 1, 2], [0, 2, 3]])


def test_a_table_is_a_sheet_and_four_curves():
    found = segmented(table())
    assert [part.name for part in found.parts] == ["sheet_0", "curve_0", "curve_1", "curve_2", "curve_3"]
    assert [part.label for part in found.parts] == ["sheet"] + 4 * ["curve"]
    top, *legs = parts_at(found, (0, 0.04, 0), *((x, -0.4, z) for x in (-0.5, 0.5) for z in (-0.5, 0.5)))
    assert top == "sheet_0" and len(set(legs)) == 4 and "sheet_0" not in legs
    areas = [found.part(i).area for i in range(5)]
    leg = 2 * np.pi * 0.04 * 0.56 + 2 * np.pi * 0.04**2  # from the top's under side on
    assert areas[1:] == pytest.approx([leg] * 4, rel=0.05)


def test_the_parts_together_are_the_mesh():
    mesh = to_mesh(table())
    colored = Mesh(mesh.vertices, mesh.faces, np.linspace(0, 1, 3 * len(mesh.faces)).reshape(-1, 3))
    found = segmented(table(), colored)
    assert np.array_equal(found.faces, mesh.faces) and np.array_equal(found.vertices, mesh.vertices)
    assert np.array_equal(found.face_colors, colored.face_colors)
    assert sum(len(found.part(i).faces) for i in range(len(found.parts))) == len(mesh.faces)
    areas = np.array([found.part(i).area for i in range(len(found.parts))])
    assert np.all(areas > 0) and areas.sum() == pytest.approx(mesh.area)


def test_frame_unit_and_order_do_not_matter():
    plain, mesh = table(), to_mesh(table())
    order = np.array([3, 7, 1, 0, 6, 2, 5, 4])
    place = np.argsort(order)
    spheres = 1000 * (plain.spheres + (70, 0, 9, 0))[order]
    other = MedialMesh(spheres, place[plain.edges[::-1]], place[plain.faces[:, ::-1]])
    far = Mesh(1000 * (mesh.vertices + (70, 0, 9)), mesh.faces)
    a, b = segmented(plain, mesh), segmented(other, far)
    pairs = np.unique(np.stack([a.face_part, b.face_part]), axis=1, return_counts=True)[1]
    # what is as near to a leg as to the top may go to either
    assert len(a.parts) == len(b.parts) == 5 and np.sort(pairs)[-5:].sum() > 0.995 * len(mesh.faces)
    assert np.array_equal(a.face_part, segmented(plain, mesh).face_part)


def folded(angle: float, steps: int = 1) -> MedialMesh:
    """Two squares that meet in an edge, the second turned up by `angle` degrees, in as many steps."""
    path = [np.array([-1.0, 0.0]), np.zeros(2)]
    for turn in np.radians(angle) * np.arange(1, steps + 1) / steps:
        path.append(path[-1] + np.array([np.cos(turn), np.sin(turn)]) / steps)
    spheres = [(x, y, z, 0.03) for x, y in path for z in (0, 1)]
    low = 2 * np.arange(len(path) - 1)
    faces = np.concatenate([np.stack([low, low + 1, low + 2], 1), np.stack([low + 1, low + 2, low + 3], 1)])
    return MedialMesh(spheres, [], faces)


@pytest.mark.parametrize(("angle", "steps", "sheets"), [(30, 1, 1), (39, 1, 1), (41, 1, 2), (90, 1, 2), (90, 6, 1)])
def test_sheets_end_where_they_turn(angle, steps, sheets):
    """A fold of more than 40° divides; a bend of 90° in steps of 15° does not. A normal has no sign."""
    found = segmented(folded(angle, steps))
    assert [part.label for part in found.parts] == ["sheet"] * sheets
    assert len(segmented(folded(angle), turn=angle + 1.0).parts) == 1 if angle < 89 else True


def test_sheets_that_touch_without_being_joined_are_two():
    """Two plates in one plane, whose balls touch: no sphere in common."""
    square = np.array([[0, 0, 0, 0.05], [1, 0, 0, 0.05], [1, 1, 0, 0.05], [0, 1, 0, 0.05]])
    medial = MedialMesh(
        np.concatenate([square, square + (1.1, 0, 0, 0)]), [], [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]
    )
    found = segmented(medial)
    left, right = parts_at(found, (0.5, 0.5, 0.05), (1.6, 0.5, 0.05))
    assert len(found.parts) == 2 and left != right


def test_medial_meshes_without_faces():
    line = MedialMesh([[0, 0, 0, 0.1], [1, 0, 0, 0.1], [2, 0, 0, 0.2]], [[0, 1], [1, 2]])
    assert [part.name for part in segmented(line).parts] == ["curve_0"]
    assert [part.name for part in segmented(MedialMesh([[3, 4, 5, 2]])).parts] == ["curve_0"]
    balls = MedialMesh([[0, 0, 0, 0.3], [1, 0, 0, 0.2], [2, 0, 0, 0.1]])
    found = segmented(balls)
    assert parts_at(found, (0, 0.3, 0), (1, 0.2, 0), (2, 0.1, 0)) == ["curve_0", "curve_1", "curve_2"]


def test_degenerate_faces_are_curves():
    """Three centres on a line, a repeated sphere, and a face that is one edge twice."""
    spheres = [[0, 0, 0, 0.1], [1, 0, 0, 0.1], [2, 0, 0, 0.1], [2, 0, 0, 0.1]]
    for faces in ([[0, 1, 2]], [[0, 2, 3]], [[0, 0, 2]], [[0, 2, 2]]):
        found = segmented(MedialMesh(spheres[: 1 + max(map(max, faces))], [[0, 1]], faces))
        assert {part.label for part in found.parts} == {"curve"}, faces


def test_specks_are_noise_and_go_to_the_nearest():
    plain, mesh = table(), to_mesh(table())
    middles = mesh.triangles.mean(axis=1)
    on_top = middles[np.linalg.norm(middles - (0.1, 0.04, 0.1), axis=1).argmin()]
    spotted = MedialMesh(np.concatenate([plain.spheres, [[*on_top, 0.004]]]), plain.edges, plain.faces)
    assert np.array_equal(segmented(spotted, mesh, least=0).face_part, segmented(plain, mesh, least=0).face_part)
    kept = segmented(spotted, mesh, least=0, grain=0)
    assert len(kept.parts) == 6
    dust = MedialMesh(np.column_stack([np.random.default_rng(0).uniform(0, 1, (50, 3)), np.full(50, 1e-3)]))
    assert len(segmented(dust, mesh, grain=0.5).parts) == len(segmented(dust, mesh, grain=0).parts)


def test_a_mesh_through_its_medial_axis(shapes):
    """A plate on a round rod, whose medial axis is a curve: what lies on either is known by its height."""
    plate = shapes.box((-0.5, -0.02, -0.5), (0.5, 0.02, 0.5))
    around = cylinder(radius=0.03, segment=[(0, -0.7, 0), (0, 0.01, 0)], sections=32)
    rod = Mesh(np.asarray(around.vertices), np.asarray(around.faces))
    medial = medial_axis(shapes.join(plate, rod), 64)
    found = segmented(medial)
    middles = found.triangles.mean(axis=1)
    labels = np.array([found.parts[part].label for part in found.face_part])
    assert (labels[middles[:, 1] < -0.1] == "curve").mean() > 0.95
    assert (labels[middles[:, 1] > -0.025] == "sheet").mean() > 0.9


def test_small_patches_go_to_the_neighbour_with_the_longest_border():
    """A row of squares, each of two triangles: patches of 8, 1, 3 and 8 squares."""
    edges = 20
    vertices = np.array([(x, y, 0) for x in range(edges + 1) for y in (0, 1)], dtype=float)
    low = 2 * np.arange(edges)
    faces = np.stack([low, low + 2, low + 3, low, low + 3, low + 1], axis=1).reshape(-1, 3)
    labels = np.repeat([5, 7, 5, 2], [16, 2, 6, 16])
    mesh = Mesh(vertices, faces)
    assert np.array_equal(without_small_patches(mesh, labels, 0), labels)
    assert np.array_equal(without_small_patches(mesh, labels, 0.06), np.repeat([5, 2], [24, 16]))
    assert len(np.unique(without_small_patches(mesh, labels, 0.99))) == 1
    apart = Mesh(np.concatenate([vertices, vertices + (0, 9, 0)]), np.concatenate([faces, faces[:2] + len(vertices)]))
    assert without_small_patches(apart, np.r_[labels, 9, 9], 0.06)[-1] == 9, "what has no neighbour stays"


def test_bad_input_is_refused():
    ball, none = MedialMesh([[0, 0, 0, 1]]), Mesh(np.zeros((0, 3)), np.zeros((0, 3), int))
    nan = Mesh(np.full((3, 3), np.nan), [[0, 1, 2]])
    for arguments, options, words in (
        ((MedialMesh([]),), {}, "no spheres"),
        ((MedialMesh([[0, np.nan, 0, 1]]),), {}, "non-finite spheres"),
        ((MedialMesh([[0, 0, 0, 0]]),), {}, "no surface to divide around the medial mesh"),
        ((ball, none), {}, "no surface"),
        ((ball, nan), {}, "non-finite vertices"),
        ((none,), {}, "expected a MedialMesh, found Mesh"),
        ((ball,), {"turn": 90}, "turn is 90"),
        ((ball,), {"turn": np.nan}, "turn is nan"),
        ((ball,), {"least": 1}, "least is 1"),
        ((ball,), {"grain": -1}, "grain is -1"),
    ):
        with pytest.raises(InputError, match=words):
            segmented(*arguments, **options)
