"""Distances to balls, cones and slabs against the balls they are unions of, planes around them, and closed forms."""

from math import pi, sqrt

import numpy as np
import pytest
import torch

from svr3d.geometry import InputError, MedialMesh, signed_distance
from svr3d.geometry.solids.medial_distance import inside_medial, lattice_distance, primitives
from svr3d.geometry.solids.medial_tensors import signed_distances

DEGENERATE = {
    "one in the other": [[0, 0, 0, 0.3], [0.1, 0, 0, 0.1]],
    "touching it from inside": [[0, 0, 0, 0.3], [0.2, 0, 0, 0.1]],
    "about one centre": [[0, 0, 0, 0.1], [0, 0, 0, 0.3]],
    "the same": [[0, 0, 0, 0.2], [0, 0, 0, 0.2]],
    "without thickness": [[0, 0, 0, 0], [0.3, 0, 0, 0]],
    "a point": [[0.1, 0, 0, 0]],
    "a sheet": [[0, 0, 0, 0], [0.3, 0, 0, 0], [0, 0.3, 0.1, 0]],
    "on a line": [[0, 0, 0, 0.1], [0.2, 0, 0, 0.25], [0.4, 0, 0, 0.1]],
    "nearly on a line": [[0, 0, 0, 0.1], [0.2, 1e-7, 0, 0.1], [0.4, 0, 0, 0.2]],
    "hardly off a line": [[0, 0, 0, 0.1], [0.2, 1e-10, 0, 0.25], [0.4, 0, 0, 0.1]],
    "two alike": [[0, 0, 0, 0.1], [0, 0, 0, 0.1], [0.4, 0, 0, 0.2]],
    "two nearly alike": [[0, 0, 0, 0.1], [0, 1e-8, 0, 0.1], [0.4, 0, 0, 0.2]],
    "all alike": [[0.1, 0, 0, 0.2]] * 3,
    "three about one centre": [[0, 0, 0, 0.1], [0, 0, 0, 0.2], [0, 0, 0, 0.3]],
    "two in the third": [[0, 0, 0, 0.4], [0.1, 0, 0, 0.1], [0, 0.1, 0, 0.1]],
    "steep: no plane touches all three": [[0, 0, 0, 0.02], [0.1, 0.2, 0, 0.3], [0.4, 0, 0, 0.02]],
    "as steep as can be": [[0, 0, 0, 0.1], [0.4, 0, 0, 0.1], [0.2, 0.2, 0, 0.1 + 0.2 * (1 - 1e-12)]],
    "a sliver": [[0, 0, 0, 0.1], [1e-3, 0, 0, 0.1], [0.5e-3, 0.5, 0, 0.05]],
}


def solid(spheres) -> MedialMesh:
    """The ball, cone or slab of one to three spheres."""
    index = [np.arange(len(spheres))]
    return MedialMesh(spheres, index if len(spheres) == 2 else (), index if len(spheres) == 3 else ())


def distance(spheres, points):
    return signed_distance(solid(spheres), np.asarray(points, dtype=float))


def simplex(k, steps):
    """Float[M, k]: weights, evenly spaced over the simplex of k corners."""
    if k == 1:
        return np.ones((1, 1))
    index = np.array(list(np.ndindex(*(steps + 1,) * (k - 1))))
    index = index[index.sum(axis=1) <= steps]
    return np.column_stack([index, steps - index.sum(axis=1)]) / steps


def to_balls(weights, spheres, points):
    """Float[N, M]: from points Float[N, 3] to the balls of weights Float[M, k] or Float[N, M, k]."""
    balls = weights @ np.asarray(spheres, dtype=float)
    return np.linalg.norm(points[:, None] - balls[..., :3], axis=-1) - balls[..., 3]


def by_balls(spheres, points, steps=12, zooms=14):
    """The distance to the nearest ball found by trying a grid of weights, then ever finer ones around the best so far;
    the distance is convex in the weights, so the least one is not missed."""
    weights = simplex(len(spheres), steps)
    found = to_balls(weights, spheres, points)
    best, least = weights[found.argmin(axis=1)], found.min(axis=1)
    offsets = simplex(len(spheres), steps)[:, None] - simplex(len(spheres), 1)  # towards and away from each corner
    offsets = np.unique(np.concatenate([offsets.reshape(-1, len(spheres)), -offsets.reshape(-1, len(spheres))]), axis=0)
    for zoom in range(zooms):
        tried = np.clip(best[:, None] + offsets * 0.4**zoom * 3 / steps, 0, None)
        tried /= tried.sum(axis=-1, keepdims=True)
        found = to_balls(tried, spheres, points)
        rows = np.arange(len(points)), found.argmin(axis=1)
        best = np.where((found[rows] < least)[:, None], tried[rows], best)
        least = np.minimum(least, found[rows])
    return least


def some_spheres(k, rng, thick):
    return np.column_stack([rng.uniform(-0.3, 0.3, (k, 3)), rng.uniform(0, thick, k)])


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("thick", [0.05, 0.3, 0.8])
def test_distance_is_that_to_the_nearest_of_all_balls(k, thick):
    rng = np.random.default_rng(k)
    for _ in range(4):
        spheres, points = some_spheres(k, rng, thick), rng.uniform(-0.8, 0.8, (40, 3))
        exact, tried = distance(spheres, points), by_balls(spheres, points)
        assert (exact <= tried + 1e-12).all() and (tried - exact).max() < 1e-6


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_primitives(name):
    points = np.random.default_rng(0).uniform(-0.8, 0.8, (40, 3))
    for order in (1, -1):
        spheres = np.array(DEGENERATE[name], dtype=float)[::order]
        exact, tried = distance(spheres, points), by_balls(spheres, points)
        assert (exact <= tried + 1e-9).all() and (tried - exact).max() < 1e-6


@pytest.mark.parametrize("k", [1, 2, 3])
def test_distance_is_that_to_the_planes_around_it(k):
    """A second way, from outside: a convex solid is as deep at x as the nearest of its supporting planes, and as far as
    the furthest; the plane with normal n touches the ball for which n · c + r is largest."""
    rng = np.random.default_rng(10 + k)
    i = np.arange(40_000)
    z, angle = 1 - (2 * i + 1) / len(i), i * pi * (3 - sqrt(5))
    normals = np.column_stack([np.sqrt(1 - z**2) * np.cos(angle), np.sqrt(1 - z**2) * np.sin(angle), z])
    inside = 0
    for thick in (0.1, 0.3, 0.5):
        spheres = some_spheres(k, rng, thick)
        points = np.concatenate([rng.uniform(-0.6, 0.6, (40, 3)), rng.dirichlet(np.ones(k), 60) @ spheres[:, :3]])
        support = (normals @ spheres[:, :3].T + spheres[:, 3]).max(axis=1)
        by_planes = (points @ normals.T - support).max(axis=1)
        exact = distance(spheres, points)
        assert (exact >= by_planes - 1e-12).all() and np.abs(exact - by_planes).max() < 0.005
        inside += (exact < 0).sum()
    assert inside > 60


def test_depth_is_that_of_the_solid():
    """Inside a capsule, a cone and a flat slab, in closed form."""
    capsule = [[-0.3, 0, 0, 0.1], [0.3, 0, 0, 0.1]]
    points = [[0, 0.04, 0], [0.35, 0, 0], [0.45, 0, 0], [0, 0, 0.25], [0.3, 0.3, 0.0], [0, 0, 0]]
    assert distance(capsule, points) == pytest.approx([-0.06, -0.05, 0.05, 0.15, 0.2, -0.1])
    # the flank of a cone is where sin α · x + cos α · y = r₁, with sin α = (r₁ - r₂) / length
    cone, sine = [[0, 0, 0, 0.3], [1, 0, 0, 0.1]], 0.2
    points = [[0.5, 0, 0], [0.5, 0.7, 0], [0.5, 0, 0.1], [-1.0, 0, 0], [1.5, 0, 0]]
    expected = [0.5 * sine + sqrt(1 - sine**2) * y - 0.3 for y in (0, 0.7, 0.1)]
    assert distance(cone, points) == pytest.approx([*expected, 0.7, 0.4])
    slab = [[-1, 0, -1, 0.1], [1, 0, -1, 0.1], [0, 0, 1, 0.1]]
    assert distance(slab, [[0, 0.05, 0], [0, -0.3, 0], [0, 0, 1.5]]) == pytest.approx([-0.05, 0.2, 0.4])


@pytest.mark.parametrize("k", [1, 2, 3])
def test_gradient_has_norm_one_almost_everywhere(k):
    """By central differences; not on the centres themselves, where the distance has a kink."""
    rng, step = np.random.default_rng(20 + k), 1e-5
    points = rng.uniform(-0.8, 0.8, (1000, 3))
    for thick in (0.05, 0.3, 0.8):
        spheres = some_spheres(k, rng, thick)
        ends = [distance(spheres, points + way * axis) for axis in np.eye(3) for way in (step, -step)]
        norm = np.linalg.norm(np.diff(np.reshape(ends, (3, 2, -1)), axis=1)[:, 0] / (2 * step), axis=0)
        assert (np.abs(norm - 1) < 1e-6).mean() > 0.99 and norm.max() < 1 + 1e-6


def a_union(rng, count, reach=0.4, thick=0.1) -> MedialMesh:
    """Random spheres, some of them repeated, nested or without radius, with edges and faces between any of them."""
    spheres = np.column_stack([rng.uniform(-reach, reach, (count, 3)), rng.uniform(0, thick, count)])
    same, nested = rng.integers(0, count, (2, count // 4))
    spheres[same] = spheres[rng.permutation(same)]
    spheres[nested, :3] = spheres[rng.permutation(nested), :3] + rng.uniform(-0.01, 0.01, (len(nested), 3))
    spheres[rng.integers(0, count, count // 4), 3] = 0
    edges, faces = rng.integers(0, count, (count, 2)), rng.integers(0, count, (count // 2, 3))
    return MedialMesh(spheres, np.concatenate([edges, edges[: count // 4, ::-1]]), np.concatenate([faces, faces[:1]]))


def by_each(shape, points):
    """The least distance to all that the arrays of `shape` name, one by one."""
    named = (*np.arange(len(shape.spheres))[:, None], *shape.edges, *shape.faces)
    return np.minimum.reduce([distance(shape.spheres[index], points) for index in named])


@pytest.mark.parametrize("count", [2, 5, 40])
def test_union_is_the_least_of_its_primitives(count):
    rng = np.random.default_rng(count)
    shape = a_union(rng, count)
    spread = np.concatenate([rng.uniform(-0.6, 0.6, (400, 3)), shape.centers, 100 * rng.normal(size=(20, 3))])
    for points in (spread, spread[:1], np.repeat(spread[:3], 50, axis=0), np.zeros((0, 3))):
        one_by_one = by_each(shape, points) if len(points) else np.zeros(0)
        assert signed_distance(shape, points) == pytest.approx(one_by_one, abs=1e-13)
        assert (inside_medial(shape, points) == (one_by_one <= 0)).all()


def test_points_that_are_no_places():
    shape, odd = solid([[0, 0, 0, 1.0]]), np.array([[0, 0, 0], [np.nan, 0, 0], [0, np.inf, 0], [0, 0, -1], [0, 2, 0]])
    np.testing.assert_array_equal(signed_distance(shape, odd), [-1, np.nan, np.inf, 0, 1])
    assert inside_medial(shape, odd).tolist() == [True, False, False, True, False]
    assert (signed_distance(MedialMesh([]), np.zeros((2, 3))) == np.inf).all()
    with pytest.raises(InputError, match="medial spheres: expected finite numbers, found NaN"):
        signed_distance(MedialMesh([[0, 0, np.nan, 1], [0, 0, 0, 1]]), odd)


def test_points_next_to_each_other():
    """No number lies between some of these, so they cannot be told apart by a middle."""
    shape, low = MedialMesh([[0, 0, 0, 1.0], [3, 0, 0, 1.0]]), np.array([1.5, 0, 0])
    for x in (np.nextafter(1.5, 2), np.nextafter(1.5, 1)):
        points = np.tile([low, [x, 0, 0]], (20, 1))
        assert signed_distance(shape, points) == pytest.approx(0.5)


def test_what_others_cover_is_left_out():
    spheres = np.random.default_rng(0).uniform(0, 1, (8, 4))
    shape = MedialMesh(spheres, [[0, 1], [1, 0], [3, 2], [2, 4], [5, 5]], [[2, 3, 4], [4, 3, 2]])
    corners, kind = primitives(shape)
    assert kind.tolist() == [3, 2, 2, 1, 1]
    named = [spheres[[2, 3, 4]], spheres[[0, 1]], spheres[[5, 5]], spheres[[6]], spheres[[7]]]
    for found, expected in zip(corners, named, strict=True):
        np.testing.assert_array_equal(found[: len(expected)], expected)


@pytest.mark.parametrize("count", [1, 5, 40])
@pytest.mark.parametrize("cells", [3, 10, 33])
def test_lattice_is_exact_where_the_surface_passes_and_has_the_right_sign_elsewhere(count, cells):
    rng = np.random.default_rng(cells)
    shape = a_union(rng, count) if count > 1 else solid([[0, 0, 0, 0.4]])
    origin, cell, size = np.array([-0.5, -0.6, -0.7]), 1.2 / cells, (cells, cells + 2, cells + 5)
    found = lattice_distance(shape, origin, cell, size)
    places = origin + cell * np.moveaxis(np.indices(size), 0, -1)
    exact = signed_distance(shape, places.reshape(-1, 3)).reshape(size) / cell
    clear = np.abs(exact) > 1e-6
    assert ((found < 0) == (exact < 0))[clear].all()
    cubes = np.lib.stride_tricks.sliding_window_view(exact, (2, 2, 2))
    passed = (cubes.min(axis=(3, 4, 5)) < 0) & (cubes.max(axis=(3, 4, 5)) > 0)
    values = np.lib.stride_tricks.sliding_window_view(found, (2, 2, 2))
    assert passed.any()
    assert values[passed] == pytest.approx(cubes[passed], abs=1e-5)


def of_tensors(shape, points, dtype=torch.float64):
    tensors = [torch.tensor(array) for array in (shape.edges, shape.faces)]
    return signed_distances(torch.tensor(shape.spheres, dtype=dtype), *tensors, torch.tensor(points, dtype=dtype))


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_tensors_give_the_same(count):
    rng = np.random.default_rng(count)
    shape, points = a_union(rng, count), rng.uniform(-0.6, 0.6, (300, 3))
    expected = signed_distance(shape, points)
    assert of_tensors(shape, points).numpy() == pytest.approx(expected, abs=1e-12)
    assert of_tensors(shape, points, torch.float32).numpy() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", DEGENERATE)
def test_tensors_of_degenerate_primitives(name):
    shape, points = solid(DEGENERATE[name]), np.random.default_rng(0).uniform(-0.8, 0.8, (100, 3))
    expected = signed_distance(shape, points)
    assert of_tensors(shape, points).numpy() == pytest.approx(expected, abs=1e-8)
    assert of_tensors(shape, points, torch.float32).numpy() == pytest.approx(expected, abs=1e-5)


def test_tensors_in_several_goes_and_without_content(monkeypatch):
    rng = np.random.default_rng(0)
    shape, points = a_union(rng, 5), rng.uniform(-0.6, 0.6, (100, 3))
    at_once = of_tensors(shape, points)
    monkeypatch.setattr("svr3d.geometry.solids.medial_tensors.PAIRS", 200)
    torch.testing.assert_close(of_tensors(shape, points), at_once, rtol=0, atol=0)
    assert of_tensors(shape, points[:0]).shape == (0,)
    assert (of_tensors(MedialMesh([]), points) == torch.inf).all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_tensors_have_the_gradient_of_the_distance(k):
    """Against finite differences, which move the nearest ball too."""
    rng = np.random.default_rng(k)
    spheres = torch.tensor(some_spheres(k, rng, 0.2), requires_grad=True)
    points = torch.tensor(rng.uniform(-0.6, 0.6, (20, 3)), requires_grad=True)
    edges, faces = torch.arange(k)[None][: k == 2].reshape(-1, 2), torch.arange(k)[None][: k == 3].reshape(-1, 3)
    assert torch.autograd.gradcheck(lambda s, x: signed_distances(s, edges, faces, x), (spheres, points), atol=1e-5)
