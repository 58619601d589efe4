"""Surfaces of medial meshes: closed manifolds whatever the spheres and the resolution, and where the solid's is."""

import os
from math import cos, pi, sqrt

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from svr3d.geometry import (
    InputError,
    MedialMesh,
    Mesh,
    is_watertight,
    medial_surface,
    mesh_health,
    moved,
    read_shape,
    sample_surface,
    signed_distance,
    to_mesh,
    write_shape,
)

MESHES = int(os.environ.get("SVR3D_MEDIAL_MESHES", "1000"))
"""How many random medial meshes are made into surfaces."""


def any_medial_mesh(rng) -> MedialMesh:
    """Few or many spheres, thick or thin, some repeated, nested, on a line, on a lattice or without radius."""
    count = int(rng.integers(1, 13))
    spheres = np.column_stack([rng.uniform(-0.4, 0.4, (count, 3)), rng.uniform(0, rng.choice([0.02, 0.1, 0.3]), count)])
    one, other = rng.integers(0, count, (2, max(1, count // 3)))
    kind = rng.integers(0, 6)
    if kind == 0:
        spheres[one] = spheres[other]
    elif kind == 1:
        spheres[one, :3] = spheres[other, :3] + rng.uniform(-0.01, 0.01, (len(one), 3))
    elif kind == 2:
        spheres[one, 3] = 0
    elif kind == 3:
        spheres[:, :3] = spheres[0, :3] + spheres[:, :1] * rng.normal(size=3)
    elif kind == 4:
        spheres = np.round(8 * spheres) / 8
    index = [rng.integers(0, count, (rng.integers(0, 2 * count), corners)) for corners in (2, 3)]
    return MedialMesh(spheres, *index)


def is_a_closed_manifold(mesh: Mesh) -> bool:
    """Whether each edge has two faces, the faces of each vertex are one fan, and no two vertices are at one place."""
    edges = mesh.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    key = edges @ [len(mesh.vertices), 1]
    back = edges @ [1, len(mesh.vertices)]
    order = np.argsort(key)
    if len(np.unique(key)) < len(key) or not np.array_equal(np.sort(back), key[order]):
        return False
    # Around its vertex, the corner where an edge begins is followed by the one where the face across begins to leave.
    across = order[np.searchsorted(key[order], back)]
    step = np.where(across % 3 == 2, across - 2, across + 1)
    fan, reached = np.arange(len(key)), step.copy()
    for _ in range(int(np.bincount(edges[:, 0]).max())):
        fan, reached = np.minimum(fan, reached), step[reached]
    fans = len(np.unique(fan))
    used = len(np.unique(mesh.faces))
    return fans == used == len(mesh.vertices) == len(np.unique(mesh.vertices, axis=0))


def test_what_is_a_closed_manifold():
    """The check itself, on two tetrahedra that touch in nothing, a vertex, an edge, and on one without a face."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
    for shared, fine in ((0, True), (1, False), (2, False)):
        index = np.where(np.arange(4) < shared, np.arange(4), np.arange(4) + 4 - shared)
        two = Mesh(np.concatenate([corners, -1 - corners[shared:]]), np.concatenate([faces, index[faces]]))
        assert is_a_closed_manifold(two) == fine
    assert not is_a_closed_manifold(Mesh(corners, faces[1:]))


def test_surfaces_are_closed_manifolds():
    """1,000 random medial meshes, degenerate ones among them, on lattices from 1 to 16 cells wide."""
    empty = 0
    for seed in range(MESHES):
        rng = np.random.default_rng(seed)
        mesh = medial_surface(any_medial_mesh(rng), int(rng.integers(1, 17)))
        empty += mesh.is_empty
        assert mesh.is_empty or is_a_closed_manifold(mesh), seed
    assert empty < MESHES / 4


def test_surfaces_pass_the_suites_own_judgement():
    for seed in range(8):
        mesh = medial_surface(any_medial_mesh(np.random.default_rng(seed)), 24)
        if not mesh.is_empty:
            health = mesh_health(mesh)
            assert is_watertight(mesh) and health.oriented and health.degenerate_faces == health.duplicate_faces == 0


def from_boxes(point, half):
    """Signed distance to a box about the origin."""
    over = np.abs(point) - half
    return np.linalg.norm(np.maximum(over, 0), axis=1) + np.minimum(over.max(axis=1), 0)


def a_box(x, y, z) -> MedialMesh:
    """The medial axis of a box with half sides x ≥ y ≥ z: a rectangle of spheres of radius z, and walls to its edges,
    along which the radius falls to nothing."""
    corner = np.array([[i, j, k, 0] for i in (-x, x) for j in (-y, y) for k in (-z, z)], dtype=float)
    inner = np.array([[i, j, 0, z] for i in (z - x, x - z) for j in (z - y, y - z)], dtype=float)
    faces = [[8, 9, 10], [9, 10, 11]]
    for a, b in np.ndindex(8, 8):
        if a < b and (corner[a] != corner[b]).sum() == 1:  # an edge, and the side of the rectangle next to it
            faces += [[a, b, 8 + a // 2], [b, 8 + a // 2, 8 + b // 2]]
    return MedialMesh(np.concatenate([corner, inner]), faces=faces)


def a_torus(large, small, count) -> MedialMesh:
    angle = 2 * pi * np.arange(count) / count
    ring = np.column_stack([large * np.cos(angle), 0 * angle, large * np.sin(angle), np.full(count, small)])
    return MedialMesh(ring, np.column_stack([np.arange(count), (np.arange(count) + 1) % count]))


def from_ball(point):
    return np.linalg.norm(point - [0.1, 0, 0], axis=1) - 0.35


def from_capsule(point):
    return np.linalg.norm(point - np.clip(point[:, :1], -0.3, 0.3) * [1, 0, 0], axis=1) - 0.15


def from_torus(point):
    return np.hypot(np.hypot(point[:, 0], point[:, 2]) - 0.35, point[:, 1]) - 0.12


HALF = np.array([0.45, 0.3, 0.2])
# The ring is a polygon, which is inside the circle by this at most.
SAG = 0.35 * (1 - cos(pi / 96))
ANALYTIC = {
    "ball": (MedialMesh([[0.1, 0, 0, 0.35]]), from_ball, 4 / 3 * pi * 0.35**3, 0.0),
    "capsule": (
        MedialMesh([[-0.3, 0, 0, 0.15], [0.3, 0, 0, 0.15]], [[0, 1]]),
        from_capsule,
        4 / 3 * pi * 0.15**3 + pi * 0.15**2 * 0.6,
        0.0,
    ),
    "box": (a_box(*HALF), lambda point: from_boxes(point, HALF), 8 * HALF.prod(), 0.0),
    "torus": (a_torus(0.35, 0.12, 96), from_torus, 2 * pi**2 * 0.35 * 0.12**2, SAG),
}
"""A medial mesh, the signed distance to what it stands for, the volume of that, and how far both are from another."""


@pytest.mark.parametrize("name", ANALYTIC)
def test_distance_outside_is_the_analytic_one(name):
    shape, analytic, _, apart = ANALYTIC[name]
    points = np.random.default_rng(0).uniform(-0.7, 0.7, (3000, 3))
    expected = analytic(points)
    outside = expected > apart
    assert np.abs(signed_distance(shape, points) - expected)[outside].max() <= apart + 1e-12
    clear = np.abs(expected) > apart
    assert ((signed_distance(shape, points) < 0) == (expected < 0))[clear].all()


@pytest.mark.parametrize("name", ANALYTIC)
@pytest.mark.parametrize("turned", [False, True])
def test_surface_is_the_analytic_one(name, turned):
    """Volume, and the Hausdorff distance: from the mesh to the solid by the distance to it; back, from points brought
    onto the solid along its gradient. Marching cubes cuts edges and corners, by less than a cell."""
    shape, analytic, volume, apart = ANALYTIC[name]
    turn = Rotation.random(random_state=3).as_matrix() if turned else np.eye(3)
    mesh = to_mesh(moved(shape, rotation=turn))
    cell = np.ptp(moved(shape, rotation=turn).spheres[:, :3], axis=0).max() / 128 + shape.radii.max() / 64
    assert is_a_closed_manifold(mesh) and mesh.volume == pytest.approx(volume, rel=0.004)
    there = np.abs(analytic(mesh.vertices @ turn)).max()
    assert there < apart + (0.9 if name == "box" else 0.05) * cell
    points = sample_surface(mesh, 20_000).points @ turn
    for _ in range(3):
        slope = [analytic(points + 1e-6 * axis) - analytic(points - 1e-6 * axis) for axis in np.eye(3)]
        points = points - analytic(points)[:, None] * np.transpose(slope) / 2e-6
    assert np.abs(analytic(points)).max() < 1e-4
    back = cKDTree(sample_surface(mesh, 60_000, seed=1).points @ turn).query(points)[0]
    spacing = sqrt(mesh.face_areas.sum() / 60_000)
    assert back.max() < apart + cell + 4 * spacing


def test_thin_solids():
    """A wire is whole where it is thicker than two cells, in pieces or gone where it is thinner, and always sound."""
    wire = lambda radius: moved(
        MedialMesh([[-0.5, 0, 0, radius], [0.5, 0, 0, radius]], [[0, 1]]),
        rotation=Rotation.random(random_state=1).as_matrix(),
    )
    assert mesh_health(medial_surface(wire(1 / 64), 64)).components == 1
    thin = medial_surface(wire(1 / 200), 64)
    assert thin.is_empty or is_a_closed_manifold(thin)
    assert medial_surface(wire(0.0), 64).is_empty
    assert medial_surface(MedialMesh([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]], faces=[[0, 1, 2]]), 32).is_empty
    # beside something large a small ball is found as soon as it must hold a point of the lattice
    two = MedialMesh([[0, 0, 0, 0.5], [0.8, 0.1, 0.2, 1.3 / 32 * sqrt(3) / 2]])
    assert mesh_health(medial_surface(two, 32)).components == 2


def test_nothing_is_clipped_at_any_resolution():
    shape = MedialMesh([[0, 0, 0, 0.5], [0.4, 0.4, 0, 0.3]], [[0, 1]])
    for cells in (1, 2, 3, 5, 17, 64):
        mesh = medial_surface(shape, cells)
        assert is_a_closed_manifold(mesh)
        within = (mesh.vertices >= shape.bounds[0]).all() and (mesh.vertices <= shape.bounds[1]).all()
        assert within
    assert mesh.volume == pytest.approx(medial_surface(shape, 100).volume, rel=0.01)


def test_any_place_and_size():
    shape = MedialMesh([[0, 0, 0, 0.5], [0.4, 0.4, 0, 0.3]], [[0, 1]])
    plain = medial_surface(shape, 16)
    for scale, offset in ((1e-30, 0.0), (1e30, 0.0), (1.0, 1e6), (1e-3, 10.0)):
        other = medial_surface(moved(shape, scale=scale, offset=offset), 16)
        assert is_a_closed_manifold(other)
        assert (other.vertices - offset) / scale == pytest.approx(plain.vertices, abs=1e-5)
    with pytest.raises(InputError, match="whose differences are finite"):
        medial_surface(MedialMesh([[-1.5e308, 0, 0, 1], [1.5e308, 0, 0, 1]]), 8)


def test_solids_where_numbers_are_too_far_apart():
    """At 1e17 the next number is 16 further: two balls of 0.1 in one place or in two are no solid there; points at one
    place are nothing wherever they are."""
    for x in (0, 16.0):
        with pytest.raises(InputError, match="too small for where they are"):
            medial_surface(MedialMesh([[1e17, 0, 0, 0.1], [1e17 + x, 0, 0, 0.1]], [[0, 1]]), 8)
    assert medial_surface(MedialMesh([[1e17, 0, 0, 0], [1e17, 0, 0, 0]]), 8).is_empty


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".glb"])
def test_a_surface_that_falls_between_the_cells_is_not_written(suffix, tmp_path):
    """A plate of 0.001 beside its side of 1, which is looked at in cells of 1/128."""
    corners = np.array([[0, 0, 0, 5e-4], [1, 0, 0, 5e-4], [0, 1, 0, 5e-4], [1, 1, 0, 5e-4]])
    plate = MedialMesh(corners, [], [[0, 1, 2], [1, 2, 3]])
    assert to_mesh(plate).is_empty
    with pytest.raises(InputError, match="no surface to write: it is thinner everywhere than two cells of 1/128"):
        write_shape(tmp_path / f"plate{suffix}", plate)
    assert not list(tmp_path.iterdir())
    write_shape(tmp_path / "plate.ma", plate)
    assert np.array_equal(read_shape(tmp_path / "plate.ma").spheres, corners)


@pytest.mark.parametrize("cells", [0, -3, 2.5, "8", True, None])
def test_resolutions_that_are_none(cells):
    with pytest.raises(InputError, match="cells of a surface: expected a whole number from 1 on, found"):
        medial_surface(MedialMesh([[0, 0, 0, 1]]), cells)
