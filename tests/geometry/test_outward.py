"""Solids do not depend on which way the faces of a mesh look: against rays counted by parity, and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import (
    Mesh,
    bounds_a_solid,
    containment,
    contains,
    inside_out,
    merge_vertices,
    outward,
    to_voxels,
    voxelization,
    voxelize,
    voxelize_parts,
)

LEFT, RIGHT, ACROSS = (
    ((-0.45, -0.2, -0.2), (-0.05, 0.2, 0.2)),
    ((0.05, -0.2, -0.2), (0.45, 0.2, 0.2)),
    ((-0.2, -0.1, -0.1), (0.3, 0.1, 0.15)),
)


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).uniform(-0.55, 0.55, (4000, 3))


def parity(mesh: Mesh, points: np.ndarray) -> np.ndarray:
    """Whether a ray in an odd direction crosses the mesh an odd number of times; it does not know of directions."""
    direction = np.array([0.6, 0.53, 0.6])
    a, b, c = np.moveaxis(mesh.triangles, 1, 0)
    u, v = b - a, c - a
    p = np.cross(direction, v)
    determinant = np.einsum("fi,fi->f", u, p)
    t = points[:, None] - a
    x = np.einsum("nfi,fi->nf", t, p) / determinant
    q = np.cross(t, u)
    y = q @ direction / determinant
    depth = np.einsum("nfi,fi->nf", q, v) / determinant
    return ((x >= 0) & (y >= 0) & (x + y <= 1) & (depth > 0)).sum(axis=1) % 2 == 1


def same_solid(mesh: Mesh, right_way: Mesh, points: np.ndarray) -> bool:
    for rule in ("cover", "centers"):
        if (voxelize(mesh, 20, rule).occupancy != voxelize(right_way, 20, rule).occupancy).any():
            return False
    return bool((contains(mesh, points) == contains(right_way, points)).all())


def test_what_looks_outward_is_left_as_it_is(shapes):
    sphere = shapes.sphere(0.4, 2)
    shell = shapes.join(sphere, shapes.inward(shapes.sphere(0.2, 2)))
    twice, torn = shapes.join(sphere, shapes.sphere(0.2, 2)), shapes.without(sphere, 0.1)
    for mesh in (sphere, shell, twice, torn, shapes.box(), Mesh([], [])):
        assert outward(mesh) == (mesh, 0.0) and inside_out(mesh) == 0
        assert outward(mesh)[0] is mesh


def test_a_box_inside_out(shapes, points):
    inside = (np.abs(points) < (0.3, 0.2, 0.1)).all(axis=1)
    box = shapes.inward(shapes.box((-0.3, -0.2, -0.1), (0.3, 0.2, 0.1)))
    turned, share = outward(box)
    assert share == 1 and turned.volume == pytest.approx(0.6 * 0.4 * 0.2)
    assert (contains(box, points) == inside).all()
    found = containment(box, points)
    assert found.watertight and found.ambiguous == 0 and found.inside_out == 1
    grid = voxelization(box, 10)
    assert grid.grid.occupancy.sum() == 6 * 4 * 2 and grid.watertight and grid.inside_out == 1
    assert to_voxels(box, 10).occupancy.sum() == 48 and inside_out(box) == 1


@pytest.mark.parametrize("turned", range(8))
def test_some_of_three_boxes_that_are_apart_or_overlap(shapes, points, turned):
    """The third reaches from the first across the gap into the second."""
    boxes = [shapes.box(*corners) for corners in (LEFT, RIGHT, ACROSS)]
    mesh = shapes.join(*(shapes.inward(box) if turned >> n & 1 else box for n, box in enumerate(boxes)))
    expected = np.any([((points > low) & (points < high)).all(axis=1) for low, high in (LEFT, RIGHT, ACROSS)], axis=0)
    assert (contains(mesh, points) == expected).all()
    assert same_solid(mesh, shapes.join(*boxes), points)
    areas = np.array([box.area for box in boxes])
    assert inside_out(mesh) == pytest.approx(areas[[bool(turned >> n & 1) for n in range(3)]].sum() / areas.sum())


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("soup", [False, True])
def test_boxes_that_share_a_wall_an_edge_or_a_corner(shapes, points, merged, soup):
    first = shapes.box((-0.4, -0.2, -0.2), (0, 0.2, 0.2))
    for low, high in (
        ((0, -0.2, -0.2), (0.4, 0.2, 0.2)),
        ((0, 0.2, -0.2), (0.4, 0.4, 0.2)),
        ((0, 0.2, 0.2), (0.4,) * 3),
    ):
        second = shapes.box(low, high)
        mesh = shapes.join(first, shapes.inward(second))
        if soup:
            mesh = Mesh(mesh.triangles.reshape(-1, 3), np.arange(3 * len(mesh.faces)).reshape(-1, 3))
        mesh = merge_vertices(mesh)[0] if merged else mesh
        assert same_solid(mesh, shapes.join(first, second), points)
        assert inside_out(mesh) == pytest.approx(second.area / (first.area + second.area))


@pytest.mark.parametrize("reverse", [False, True])
def test_nested_shells(shapes, points, reverse):
    """What counts within the outermost surface is which way the others look beside it; in a cavity, nothing does."""
    radii = (0.48, 0.36, 0.2)
    radius = np.linalg.norm(points, axis=1)
    clear = np.all([np.abs(radius - r) > 0.01 for r in radii], axis=0)
    shells = [shapes.turned(shapes.sphere(r, 3), n) for n, r in enumerate(radii)]
    filled, ball_in_shell = radius < 0.48, (radius < 0.2) | ((radius > 0.36) & (radius < 0.48))
    for inner, expected in (((1, 1), filled), ((1, -1), filled), ((-1, 1), ball_in_shell), ((-1, -1), ball_in_shell)):
        signs = zip(shells, (1, *inner), strict=True)
        mesh = shapes.join(*(shell if sign > 0 else shapes.inward(shell) for shell, sign in signs))
        mesh = shapes.inward(mesh) if reverse else mesh
        assert (contains(mesh, points) == expected)[clear].all()
        ball = shells[2].area / sum(shell.area for shell in shells) if inner == (-1, -1) else 0
        assert inside_out(mesh) == pytest.approx(1 - ball if reverse else ball)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_directions_of_any_faces_give_what_parity_says(shapes, points, seed):
    """Of a surface of one piece that does not cross itself: there parity is right, and direction nothing."""
    rng = np.random.default_rng(seed)
    mesh = shapes.turned((shapes.torus(0.33, 0.12, 10), shapes.sphere(0.45, 1), shapes.box())[seed % 3], seed)
    mesh = Mesh(mesh.vertices * rng.uniform(0.3, 0.8, 3), mesh.faces)
    flip = rng.random(len(mesh.faces)) < rng.choice([0.05, 0.5, 0.95, 1])
    given_mesh = shapes.flipped(mesh, flip)
    some = points[:300]
    assert (contains(given_mesh, some) == parity(mesh, some)).all()
    found = voxelization(given_mesh, 12)
    assert (found.grid.occupancy == voxelize(mesh, 12).occupancy).all() and found.ambiguous == 0
    assert found.inside_out == pytest.approx(mesh.face_areas[flip].sum() / mesh.area)
    assert found.watertight == bounds_a_solid(given_mesh), "which is said of the faces as they are"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_disjoint_solids_each_turned_or_not(shapes, points, seed):
    rng = np.random.default_rng(seed)
    centres = np.array([(x, y, z) for x in (-0.3, 0.3) for y in (-0.3, 0.3) for z in (-0.3, 0.3)])
    solids = []
    for centre in centres[rng.permutation(8)[: rng.integers(1, 9)]]:
        solid = shapes.turned(shapes.box((-0.1, -0.1, -0.05), (0.1, 0.12, 0.1)), int(rng.integers(99)), centre)
        solids.append(shapes.inward(solid) if rng.random() < 0.5 else solid)
    mesh = shapes.join(*solids)
    some = points[:500]
    assert (contains(mesh, some) == parity(mesh, some)).all()
    assert trimesh.Trimesh(outward(mesh)[0].vertices, outward(mesh)[0].faces, process=False).volume > 0


@pytest.mark.parametrize("fraction", [0.05, 0.3])
@pytest.mark.parametrize("kind", ["sphere", "torus", "board", "shell", "bowl"])
def test_torn_meshes_inside_out(shapes, points, kind, fraction):
    """A bowl is a thin sphere without a third: seen from its middle, its two sides nearly cancel."""

    def fine(mesh, longest=0.06):
        return Mesh(*trimesh.remesh.subdivide_to_size(mesh.vertices, mesh.faces, longest))

    shell = shapes.join(shapes.sphere(0.45, 3), shapes.inward(shapes.sphere(0.3, 3)))
    mesh = {
        "sphere": shapes.sphere(0.45, 3),
        "torus": shapes.turned(shapes.torus(0.33, 0.15, 40), 1),
        "board": shapes.turned(fine(shapes.box((-0.45, -0.04, -0.4), (0.45, 0.04, 0.4))), 2),
        "shell": shell,
        "bowl": bowl(0.45, 0.42),
    }[kind]
    torn = shapes.without(mesh, fraction, seed=1)
    turned = shapes.inward(torn)
    assert inside_out(torn) == 0 and inside_out(turned) == 1
    assert same_solid(turned, torn, points)
    if fraction == 0.05:
        assert (contains(turned, points) != contains(mesh, points)).mean() < 0.002
        assert not containment(turned, points).watertight


def bowl(outer: float, inner: float, steps: int = 40) -> Mesh:
    """A profile turned about its axis: from the bottom up outside, over the rim, down inside."""
    angle = np.linspace(-np.pi / 2, np.pi / 6, steps)
    arc = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    profile = np.concatenate([outer * arc, inner * arc[::-1]])
    profile[[0, -1], 0] = 0
    turned = trimesh.creation.revolve(profile, sections=steps)
    mesh = merge_vertices(Mesh(turned.vertices, turned.faces))[0]
    return mesh if mesh.volume > 0 else Mesh(mesh.vertices, mesh.faces[:, ::-1])


def test_torn_meshes_of_which_one_is_inside_out(shapes, points):
    torn = shapes.without(shapes.sphere(0.2, 3, (0, 0.2, 0)), 0.1)
    other = shapes.without(shapes.turned(shapes.torus(0.3, 0.1, 30), 1, (0, -0.3, 0)), 0.1)
    box = shapes.box((0.35, -0.2, -0.2), (0.45, 0.2, 0.2))
    right_way = shapes.join(torn, box, other)
    assert same_solid(shapes.join(shapes.inward(torn), box, other), right_way, points)
    assert same_solid(shapes.join(torn, shapes.inward(box), other), right_way, points)
    assert same_solid(shapes.join(torn, box, shapes.inward(other)), right_way, points)


def test_a_box_of_loose_sides(shapes, points):
    """Six squares with small gaps enclose nothing each, and something together; so do some of its faces alone."""
    box = shapes.box((-0.4, -0.3, -0.2), (0.4, 0.3, 0.2))
    sides = box.triangles.reshape(6, 2, 3, 3)
    middle = sides.mean(axis=(1, 2), keepdims=True)
    shrunk = (middle + 0.999 * (sides - middle)).reshape(-1, 3)
    loose = Mesh(shrunk, np.arange(36).reshape(-1, 3))
    assert same_solid(shapes.inward(loose), loose, points) and inside_out(loose) == 0
    assert (contains(shapes.inward(loose), points) != contains(box, points)).mean() < 0.01


def test_sheets_have_no_inside_to_turn(shapes, points):
    square = Mesh([[-0.3, 0, -0.3], [0.3, 0, -0.3], [0.3, 0.1, 0.3], [-0.3, 0.1, 0.3]], [[0, 2, 1], [0, 3, 2]])
    both_sides = shapes.join(square, shapes.inward(square))
    for mesh in (square, shapes.inward(square), both_sides, merge_vertices(both_sides)[0]):
        assert inside_out(mesh) == 0 and not contains(mesh, points).any()
    box = shapes.box((-0.4, -0.4, -0.4), (0.4, 0.4, 0.4))
    for sheet in (square, shapes.inward(square)):
        assert inside_out(shapes.join(box, sheet)) == 0
        assert same_solid(shapes.inward(shapes.join(box, sheet)), shapes.join(box, sheet), points)


def band(klein: bool, around: int = 48, across: int = 16) -> Mesh:
    """A Möbius strip, or a Klein bottle as a figure eight that is turned half over on its way."""
    u, v = np.meshgrid(np.arange(around) / around, np.arange(across) / (across if klein else across - 1), indexing="ij")
    half, s = np.pi * u, 2 * np.pi * v
    x, y = (0.1 * np.sin(s), 0.1 * np.sin(2 * s)) if klein else (0.2 * (v - 0.5), 0 * v)
    out, up = np.cos(half) * x - np.sin(half) * y, np.sin(half) * x + np.cos(half) * y
    places = np.stack([(0.3 + out) * np.cos(2 * half), (0.3 + out) * np.sin(2 * half), up], axis=-1)
    index = np.arange(around * across).reshape(around, across)
    last = index[0, (-np.arange(across)) % across] if klein else index[0, ::-1]
    index = np.concatenate([index, last[None]])
    index = np.concatenate([index, index[:, :1]], axis=1) if klein else index
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
    return Mesh(places.reshape(-1, 3), faces)


@pytest.mark.parametrize("klein", [False, True])
def test_one_sided_surfaces_bound_nothing_and_crash_nothing(shapes, points, klein):
    mesh = band(klein)
    edges = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).edges_sorted
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all() == klein
    for one in (mesh, shapes.inward(mesh)):
        found = containment(one, points)
        assert not found.watertight and not voxelization(one, 12).watertight and not bounds_a_solid(one)
        assert inside_out(one) in (0, 1)
    beside = shapes.inward(shapes.box((-0.5, -0.5, -0.5), (0.5, 0.5, -0.3)))
    inside = containment(shapes.join(mesh, beside), [[0, 0, -0.4]])
    assert inside.inside.all() and inside.inside_out > 0


def test_parts_keep_their_labels(shapes):
    boxes = {"seat": LEFT, "leg_1": RIGHT, "leg_2": ACROSS}
    right_way = shapes.parts(**{name: shapes.box(*corners) for name, corners in boxes.items()})
    for flip in (right_way.face_part == 1, right_way.face_part < 2, right_way.face_part >= 0):
        mesh = type(right_way)(
            shapes.flipped(right_way, flip).vertices,
            shapes.flipped(right_way, flip).faces,
            face_part=right_way.face_part,
            parts=right_way.parts,
        )
        turned, share = outward(mesh)
        assert share > 0 and turned.parts == mesh.parts and (turned.face_part == mesh.face_part).all()
        found, expected = voxelize_parts(mesh, 16), voxelize_parts(right_way, 16)
        assert (found.labels == expected.labels).all() and found.label_names == ("seat", "leg")


def test_size_and_place_do_not_matter(shapes):
    shell = shapes.inward(shapes.join(shapes.sphere(0.45, 2), shapes.inward(shapes.sphere(0.3, 2))))
    for scale, shift in ((1e-6, 0.0), (1e6, 0.0), (1.0, 1000.0)):
        moved = Mesh(shell.vertices * scale + shift, shell.faces)
        assert contains(moved, np.array([[0, 0, 0], [0.38, 0, 0]]) * scale + shift).tolist() == [False, True]
    diverged = Mesh([[0, 0, 0], [1e200, 0, 0], [0, 1e200, 0]], [[0, 1, 2]])
    assert inside_out(diverged) == 0 and inside_out(Mesh([[0, 0, 0]] * 3, [[0, 1, 2]])) == 0


def test_a_thin_board_inside_out_is_seen_between_the_centres(shapes):
    """No centre is in it: what is thin is looked at before its faces are believed."""
    board = shapes.box((-0.4, 0.001, -0.4), (0.4, 0.011, 0.4))
    beside = shapes.box((-0.4, 0.2, -0.4), (0.4, 0.4, 0.4))
    for rule, layers in (("cover", 1), ("centers", 0)):
        mesh = shapes.join(shapes.inward(board), beside)
        found = voxelization(mesh, 16, rule)
        assert (found.grid.occupancy == voxelize(shapes.join(board, beside), 16, rule).occupancy).all()
        assert found.grid.occupancy[8, :10, 8].sum() == layers
        assert found.inside_out == pytest.approx(board.area / (board.area + beside.area))


def test_many_pieces_inside_out(shapes):
    """Some hundred, each in the box of others: time goes with their number."""
    rng = np.random.default_rng(0)
    corner = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]) * 0.05
    places = rng.uniform(-0.45, 0.4, (300, 1, 3))
    tetrahedra = (places + corner).reshape(-1, 3)
    faces = (np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]) + 4 * np.arange(300)[:, None, None]).reshape(-1, 3)
    mesh = Mesh(tetrahedra, faces)
    assert mesh.volume > 0 or inside_out(mesh) > 0
    low, high = outward(mesh)[0], outward(shapes.inward(mesh))[0]
    assert low.volume == pytest.approx(high.volume) == pytest.approx(300 * 0.05**3 / 6)
