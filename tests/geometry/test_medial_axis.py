"""From meshes to medial meshes, against closed forms."""

from itertools import combinations

import numpy as np
import pytest
import trimesh

from svr3d.geometry import InputError, MedialMesh, Mesh, contains, medial_axis, medial_quality, occupied
from svr3d.geometry.medial.boundary import Boundary
from svr3d.geometry.medial.candidates import medial_balls
from svr3d.geometry.medial.coverage import covering_balls, share_of_best
from svr3d.geometry.medial.holes import tunnels, with_holes_filled
from svr3d.geometry.medial.nearest import corners_of, touching_balls
from svr3d.geometry.medial.pruning import sticking_out
from svr3d.geometry.medial.regions import graph_of, regions_of, with_bends, with_pieces
from svr3d.geometry.medial.simplify import Complex, simplified
from svr3d.geometry.medial.topology import _cliques, _thinned, _without_solids
from svr3d.geometry.solids.medial_distance import signed_distance
from svr3d.geometry.surface.graphs import connected_nodes

RNG = np.random.default_rng(0)


def from_trimesh(mesh):
    return Mesh(mesh.vertices, mesh.faces)


def iou(mesh, medial, count=30_000):
    """Of the solids, at random points of the mesh's box, by the inside tests of both."""
    low, high = mesh.bounds
    points = RNG.uniform(low, high, (count, 3))
    a, b = contains(mesh, points), occupied(medial, points)
    return (a & b).sum() / (a | b).sum()


def test_one_ball_is_enough_for_a_ball(shapes):
    medial = medial_axis(shapes.sphere(0.5, subdivisions=3, centre=(3, -1, 2)), 256)
    assert len(medial.spheres) <= 3
    assert np.allclose(medial.spheres[np.argmax(medial.radii)], (3, -1, 2, 0.5), atol=0.01)


def test_a_capsule_is_two_balls_and_an_edge(shapes):
    capsule = from_trimesh(trimesh.creation.capsule(2.0, 0.5, count=[16, 16]))
    medial = medial_axis(capsule, 16)
    assert iou(capsule, medial) > 0.97
    axis = medial.radii > 0.45
    assert np.allclose(medial.radii[axis], 0.5, atol=0.02) and np.abs(medial.centers[axis, :2]).max() < 0.03
    assert np.ptp(medial.centers[axis, 2]) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(("size", "least"), [((1, 1, 1), 0.98), ((1, 0.6, 0.3), 0.98), ((1, 0.8, 0.02), 0.97)])
def test_boxes_keep_their_volume(shapes, size, least):
    """The last is a plate of 2 % thickness: its balls sit on its mid-surface, joined by slabs."""
    half = np.array(size) / 2
    box = shapes.box(-half, half)
    medial = medial_axis(box, 64)
    assert len(medial.spheres) <= 64
    assert iou(box, medial) > least


def test_a_plate_is_in_one_piece_without_holes(shapes):
    plate = shapes.box((-0.5, -0.4, -0.01), (0.5, 0.4, 0.01))
    quality = medial_quality(plate, medial_axis(plate, 64))
    assert quality.keeps_euler and quality.true_euler == 1
    assert quality.hausdorff < 0.05 and quality.chamfer < 0.005


def test_a_torus_keeps_its_hole(shapes):
    torus = shapes.torus(sections=32)
    medial = medial_axis(torus, 64)
    assert iou(torus, medial) > 0.97
    assert medial_quality(torus, medial).euler == 0


def test_frame_and_unit_do_not_matter(shapes):
    box = shapes.box((0, 0, 0), (1, 0.5, 0.2))
    moved = Mesh(1000 * box.vertices + (5, 6, 7), box.faces)
    here, there = medial_axis(box, 32), medial_axis(moved, 32)
    assert iou(moved, there) > 0.97
    assert np.allclose(there.radii.max() / 1000, here.radii.max(), rtol=0.05)


def test_the_same_seed_gives_the_same(shapes):
    a, b = (medial_axis(shapes.box((0, 0, 0), (1, 0.5, 0.2)), 32, seed=3) for _ in range(2))
    assert all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("spheres", "edges", "faces"))


def test_which_way_faces_look_and_walls_inside_do_not_matter(shapes):
    """Two overlapping boxes, one inside out, are one solid; the walls within are no part of its boundary."""
    pair = shapes.join(shapes.box((0, 0, 0), (1, 0.3, 0.3)), shapes.inward(shapes.box((0.4, 0, 0), (0.7, 1, 0.3))))
    medial = medial_axis(pair, 64)
    assert iou(pair, medial) > 0.96 and medial_quality(pair, medial).keeps_euler
    boundary = Boundary(pair)
    inside = boundary.triangles.mean(axis=1) * boundary.side + boundary.centre
    assert (
        not ((inside > (0.41, 0.01, -1)) & (inside < (0.69, 0.29, 1)))
        .all(axis=1)[np.abs(boundary.normals[:, 2]) < 0.5]
        .any()
    )


def test_a_narrow_gap_is_not_bridged(shapes):
    """Two plates, 2 % thick and 2 % apart, nearer than balls on them are to each other."""
    plates = shapes.join(shapes.box((0, 0, 0), (1, 1, 0.02)), shapes.box((0, 0, 0.04), (1, 1, 0.06)))
    medial = medial_axis(plates, 64)
    assert not occupied(medial, np.column_stack([RNG.uniform(0.05, 0.95, (500, 2)), np.full(500, 0.03)])).any()
    upper = medial.centers[:, 2] > 0.03
    assert all(len(set(upper[corners])) == 1 for corners in (*medial.edges, *medial.faces))
    assert medial_quality(plates, medial).hausdorff < 0.05


def test_a_piece_that_another_nearly_covers_is_not_lost(shapes):
    """A decal, 0.2 % thick, that floats a thousandth above a block: its balls reach less far beyond those of the block
    than is looked at, but no way along the axis leads to it."""
    block, decal = shapes.box((0, 0, 0), (1, 0.6, 0.6)), shapes.box((0.3, 0.15, 0.601), (0.6, 0.45, 0.603))
    medial = medial_axis(shapes.join(block, decal), 64)
    on = (medial.centers > (0.25, 0.1, 0.6005)).all(axis=1) & (medial.centers[:, :2] < (0.65, 0.5)).all(axis=1)
    assert on.any() and np.allclose(medial.centers[on, 2], 0.602, atol=0.002) and (medial.radii[on] < 0.003).all()
    assert all(len(set(on[corners])) == 1 for corners in (*medial.edges, *medial.faces))


def test_balls_that_no_way_leads_to_belong_to_none():
    balls = np.column_stack([np.arange(4.0), np.zeros((4, 2)), np.ones(4)])
    graph = (np.array([0, 2]), np.array([1, 3]))
    assert regions_of(balls, graph, np.array([1])).of.tolist() == [0, 0, -1, -1]
    pieces = connected_nodes(np.stack(graph, axis=1), 4)
    assert pieces.tolist() == [0, 0, 1, 1]
    balls[3, 3] = 2
    assert with_pieces(balls, pieces, np.array([1])).tolist() == [1, 3]
    assert with_pieces(balls, pieces, np.array([2, 0])).tolist() == [2, 0]


def test_each_piece_has_a_sphere_or_the_mesh_is_refused(shapes):
    cubes = [shapes.box((x, y, z), (x + 0.4, y + 0.4, z + 0.4)) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    apart = shapes.join(*cubes)
    medial = medial_axis(apart, 8)
    assert {tuple(corner) for corner in np.round(medial.centers - 0.2).tolist()} == {*np.ndindex(2, 2, 2)}
    with pytest.raises(InputError, match=r"in 8 pieces, and each needs a sphere of its own.*found 7"):
        medial_axis(apart, 7)


@pytest.mark.parametrize("thickness", [1e-3, 5e-4, 3e-4])
def test_plates_down_to_the_least_thickness(shapes, thickness):
    plate = shapes.box((0, 0, 0), (1, 1, thickness))
    medial = medial_axis(plate, 64)
    assert len(medial.faces) and iou(plate, medial) > 0.95
    assert medial.radii.max() < 0.002


def test_a_solid_that_is_too_thin_in_good_part_is_refused(shapes):
    """A table whose top is 0.15 thousandths of its longest side: no ball fits in, and half the surface is there."""
    legs = [shapes.box((x, y, -0.8), (x + 0.05, y + 0.05, 0)) for x in (0.1, 0.8) for y in (0.1, 0.8)]
    table = shapes.join(shapes.box((0, 0, 0), (1, 1, 1.5e-4)), *legs)
    with pytest.raises(InputError, match="% of the surface are not where the balls in the solid end"):
        medial_axis(table, 64)


@pytest.mark.parametrize(
    ("mesh", "words"),
    [
        (Mesh(np.zeros((0, 3)), np.zeros((0, 3), int)), "has no faces"),
        (Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "not finite numbers"),
        (Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "not watertight"),
        (Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 1]]), "too thin"),
        (Mesh(np.ones((3, 3)), [[0, 1, 2], [0, 2, 1]]), "lie in one point"),
    ],
)
def test_meshes_without_solid_are_refused(mesh, words):
    with pytest.raises(InputError, match=words):
        medial_axis(mesh)


@pytest.mark.parametrize("count", [0, -1, 2.5, True, "many"])
def test_bad_numbers_of_spheres(shapes, count):
    with pytest.raises(InputError, match="positive whole number of spheres"):
        medial_axis(shapes.box(), count)


def test_more_spheres_than_memory_holds(shapes):
    with pytest.raises(InputError, match="at most 10,000 spheres, found 1,000,000,000"):
        medial_axis(shapes.box(), 10**9)


def test_a_medial_ball_touches_twice_and_holds_nothing(shapes):
    boundary = Boundary(shapes.turned(shapes.box((0, 0, 0), (1, 0.7, 0.4)), seed=4))
    points, normals = boundary.sample(500, 0)
    balls = medial_balls(boundary, points, normals)
    assert len(balls) > 490
    assert np.allclose(boundary.nearest(balls[:, :3]).distance, balls[:, 3], rtol=2e-3, atol=2e-6)
    assert boundary.contains(balls[:, :3]).all()


def test_chosen_balls_cover_the_rest():
    balls = np.column_stack([RNG.random((400, 3)), RNG.uniform(0.05, 0.1, 400)])
    for count in (1, 10, 100):
        chosen, cover = covering_balls(balls, count)
        gap = (
            np.linalg.norm(balls[:, None, :3] - balls[None, chosen, :3], axis=2) + balls[:, None, 3] - balls[chosen, 3]
        )
        assert len(chosen) == count and gap.min(axis=1).max() == pytest.approx(cover)
    chosen, cover = covering_balls(balls, 400, 0.05)
    assert len(chosen) < 400 and cover <= 0.05


def test_the_share_of_the_best_choice_by_hand():
    """Clusters of five, three and two balls: one ball covers five, and another at most three more."""
    balls = np.repeat([[0, 0, 0, 1.0], [10, 0, 0, 1], [20, 0, 0, 1]], [5, 3, 2], axis=0)
    assert share_of_best(balls, np.array([0]), 0.1) == 5 / 8
    assert share_of_best(balls, np.array([5]), 0.1) == 3 / 8
    assert share_of_best(balls, np.array([0, 5, 8]), 0.1) == 1


def test_the_share_of_the_best_choice_against_all_choices():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        balls = np.column_stack([rng.random((12, 3)), rng.uniform(0.1, 0.4, 12)])
        gap = np.linalg.norm(balls[:, None, :3] - balls[:, :3], axis=2) + balls[:, None, 3] - balls[:, 3]
        covers = gap <= 0.2
        best = max(covers[:, list(some)].any(axis=1).sum() for some in combinations(range(12), 3))
        chosen, _ = covering_balls(balls, 3)
        share = share_of_best(balls, chosen, 0.2)
        assert 0 < share <= covers[:, chosen].any(axis=1).sum() / best


def test_the_touching_ball_is_at_the_signed_distance():
    spheres = np.column_stack([RNG.uniform(-0.4, 0.4, (12, 3)), RNG.uniform(0, 0.2, 12)])
    edges, faces = np.array([[0, 1], [2, 3], [4, 5]]), np.array([[4, 5, 6], [7, 8, 9]])
    points = RNG.uniform(-0.6, 0.6, (2000, 3))
    found = touching_balls(spheres, corners_of(12, edges, faces), points)
    assert np.allclose(found.distance, signed_distance(MedialMesh(spheres, edges, faces), points), atol=1e-9)
    balls = np.einsum("nk,nkd->nd", found.weights, spheres[found.corners])
    assert np.allclose(np.linalg.norm(points - balls[:, :3], axis=1) - balls[:, 3], found.distance, atol=1e-9)


def grid_sheet(n):
    """A flat square sheet of n × n balls."""
    places = np.stack(np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij"), axis=-1).reshape(-1, 2)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + 1, corner + n + 1], 1), np.stack([corner, corner + n, corner + n + 1], 1)]
    )
    edges = np.unique(np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [0, 2]]]), axis=1), axis=0)
    return np.column_stack([places, np.zeros(n * n), np.full(n * n, 0.05)]), edges, np.sort(faces)


def test_a_flat_sheet_collapses_to_its_corners():
    balls, edges, faces = simplified(*grid_sheet(9), 4)
    assert len(balls) == 4 and len(faces) == 2 and len(edges) == 5
    corners = np.array([[0, 0, 0, 0.05], [0, 1, 0, 0.05], [1, 0, 0, 0.05], [1, 1, 0, 0.05]])
    assert np.linalg.norm(balls[:, None] - corners, axis=2).min(axis=0).max() < 0.03


def test_collapsing_keeps_a_hole():
    """A sheet with a square hole of which the middle ball is left over: χ = 0, and 1 for the ball."""
    balls, edges, faces = grid_sheet(7)
    edges, faces = edges[~(edges == 24).any(axis=1)], faces[~(faces == 24).any(axis=1)]
    assert len(balls) - len(edges) + len(faces) == 1
    for count in (30, 12):
        few, few_edges, few_faces = simplified(balls, edges, faces, count)
        assert len(few) == count and count - len(few_edges) + len(few_faces) == 1


def test_each_tunnel_has_a_ring():
    """Of a sheet none, of one with a hole the hole's rim, of a wheel with four spokes its rim and three sectors."""
    balls, edges, faces = grid_sheet(7)
    assert tunnels(balls, edges, faces) == []
    edges, faces = edges[~(edges == 24).any(axis=1)], faces[~(faces == 24).any(axis=1)]
    (rim,) = tunnels(balls, edges, faces)
    around = {tuple(sorted(side)) for side in zip(rim, rim[1:] + rim[:1], strict=True)}
    assert around <= set(map(tuple, edges.tolist())) and 6 <= len(rim) <= 8
    assert np.linalg.norm(balls[rim, :2] - 0.5, axis=1).max() < 0.25
    angle = np.arange(8) * np.pi / 4
    wheel = np.concatenate([[[0, 0]], np.column_stack([np.cos(angle), np.sin(angle)])])
    spokes = [(n, n % 8 + 1) for n in range(1, 9)] + [(0, n) for n in (1, 3, 5, 7)]
    rings = tunnels(np.column_stack([wheel, np.zeros((9, 2))]), np.array(spokes), np.zeros((0, 3), int))
    assert sorted(len(ring) for ring in rings) == [4, 4, 4, 8]


def test_holes_are_filled_where_the_solid_has_none(shapes):
    plate = Boundary(shapes.box((-0.05, -0.05, -0.05), (1.05, 1.05, 0.05)))
    balls, edges, faces = grid_sheet(7)
    balls = np.column_stack([balls[:, :3] - plate.centre, balls[:, 3]]) / plate.side
    edges, faces = edges[~(edges == 24).any(axis=1)], faces[~(faces == 24).any(axis=1)]
    filled_edges, filled = with_holes_filled(plate, balls, edges, faces)
    assert tunnels(balls, filled_edges, filled) == [] and len(balls) - len(filled_edges) + len(filled) == 2
    torus = Boundary(shapes.torus(sections=32))
    angle = np.arange(8) * np.pi / 4
    middle = torus.triangles.reshape(-1, 3)
    major = (np.linalg.norm(middle[:, :2], axis=1).max() + np.linalg.norm(middle[:, :2], axis=1).min()) / 2
    ring = np.column_stack([major * np.cos(angle), major * np.sin(angle), np.zeros(8), np.full(8, 0.1)])
    around = np.sort([[n, (n + 1) % 8] for n in range(8)], axis=1)
    assert len(with_holes_filled(torus, ring, around, np.zeros((0, 3), int))[1]) == 0


def test_thinning_keeps_pieces_tunnels_and_cavities():
    """Of the complex of all that is near each other, around two circles that meet nowhere."""
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * (np.arange(160) + rng.random(160)) / 80
    circle = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(160)]) + rng.normal(0, 0.02, (160, 3))
    circle[80:] += (5, 0, 0)
    gap = np.linalg.norm(circle[:, None] - circle[None], axis=2)
    edges = np.argwhere(np.triu(gap < 0.3, 1))
    balls = np.column_stack([circle, np.full(160, 0.1)])
    assert len(tunnels(balls, edges, _cliques(edges, 160))) == 2
    thin = _thinned(edges, rng.integers(1, 9, len(edges)), rng.random(len(edges)) < 0.8, 160)
    assert len(thin) < 0.7 * len(edges)
    thin, faces = _without_solids(balls, thin, _cliques(thin, 160))
    assert len(tunnels(balls, thin, faces)) == 2 and 160 - len(thin) + len(faces) == 0


def test_a_ball_is_added_at_a_bend(shapes):
    """The ends of an angle are neighbours, but the straight way between them leaves the solid."""
    angle = shapes.join(shapes.box((0, 0, 0), (1, 0.2, 0.2)), shapes.box((0, 0, 0), (0.2, 1, 0.2)))
    boundary = Boundary(angle)
    along = np.linspace(0.9, 0.1, 41)
    way = np.concatenate(
        [np.column_stack([along, np.full(41, 0.1)]), np.column_stack([np.full(40, 0.1), along[-2::-1]])]
    )
    balls = np.column_stack([way, np.full((81, 2), 0.1)])
    balls[:, :3] -= boundary.centre
    graph = graph_of(boundary, balls)
    chosen = with_bends(boundary, balls, graph, np.array([0, 80]), 3)
    assert chosen[:2].tolist() == [0, 80] and len(chosen) == 3  # one is enough
    assert np.linalg.norm(balls[chosen[2]] - balls[40]) < 0.15
    assert with_bends(boundary, balls, graph, chosen, 3).tolist() == chosen.tolist()


def test_as_few_balls_as_are_asked_for():
    """However many pieces there are, and though a ring has to close."""
    ring = np.array([[n, (n + 1) % 8] for n in range(8)])
    angle = np.arange(8) * np.pi / 4
    balls = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(8), np.full(8, 0.1)])
    apart = np.array([[5.0, 0, 0, 0.3], [6, 0, 0, 0.2]])
    few, edges, faces = simplified(np.concatenate([balls, apart]), np.sort(ring), np.zeros((0, 3), int), 2)
    assert len(few) == 2 and not len(edges) and not len(faces) and few[:, 3].max() == 0.3


def test_the_link_condition_refuses_to_close_a_ring():
    ring = Complex(np.zeros((3, 4)), np.array([[0, 1], [1, 2], [0, 2]]), np.zeros((0, 3), int))
    assert not ring.may_collapse(0, 1)
    filled = Complex(np.zeros((3, 4)), np.array([[0, 1], [1, 2], [0, 2]]), np.array([[0, 1, 2]]))
    assert filled.may_collapse(0, 1)
    filled.collapse(0, 1, np.ones(4))
    balls, edges, faces = filled.compact()
    assert len(balls) == 2 and edges.tolist() == [[0, 1]] and not len(faces)


def test_what_sticks_out_is_measured(shapes):
    boundary = Boundary(shapes.box())
    spheres = np.array([[0, 0, 0, 0.5], [0.4, 0, 0, 0.1], [0.4, 0, 0, 0.2], [0.7, 0, 0, 0.1]])
    out = sticking_out(boundary, spheres, np.array([[0, 1], [1, 2], [1, 3]]))
    assert np.allclose(out, [0, 0.1, 0.3], atol=1e-6)


def test_quality_of_the_exact_and_of_nothing(shapes):
    ball = shapes.sphere(0.5, subdivisions=3)
    exact = medial_quality(ball, MedialMesh([[0, 0, 0, 0.5]]))
    assert exact.iou > 0.97 and exact.hausdorff < 0.02 and exact.keeps_euler and exact.euler == 1
    half = medial_quality(ball, MedialMesh([[0, 0, 0, 0.25]]))
    assert half.iou == pytest.approx(1 / 8, rel=0.05)
    assert half.missing == pytest.approx(0.25, abs=0.01) and half.chamfer_extra == pytest.approx(0.25, abs=0.01)
    nothing = medial_quality(ball, MedialMesh([]))
    assert nothing.iou == 0 and nothing.hausdorff == np.inf and nothing.euler == 0


def test_nothing_beside_next_to_nothing(shapes):
    """A plate between the points at which both solids are compared: nothing is the same, and nothing is kept."""
    wire = shapes.box((0.001, 0.001, 0), (0.002, 0.002, 1))
    quality = medial_quality(wire, MedialMesh([[0.0015, 0.0015, 0, 5e-4], [0.0015, 0.0015, 1, 5e-4]], [[0, 1]]))
    assert np.isnan(quality.iou) and quality.missing == np.inf
    assert not quality.has_surface and not quality.keeps_euler
