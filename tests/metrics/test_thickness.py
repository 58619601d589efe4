"""Thickness error of shapes whose thickness is known."""

import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, PointCloud, marching_cubes, sample_surface, shape_diameter, voxelize
from svr3d.metrics import thickness_error


def mean_diameter(mesh):
    sample = sample_surface(mesh, 2000, seed=5)
    return shape_diameter(mesh, sample.points, sample.normals).mean()


def test_concentric_spheres(sphere):
    """Thickness is the same all over a sphere and in proportion to its radius."""
    large, small = sphere(0.5), sphere(0.3)
    expected = mean_diameter(large) - mean_diameter(small)
    assert mean_diameter(small) / mean_diameter(large) == pytest.approx(0.6, rel=0.01)
    assert thickness_error(large, small, points=2000) == pytest.approx(expected, rel=0.01)
    assert thickness_error(small, large, points=2000) == pytest.approx(expected, rel=0.01)
    assert thickness_error(large, large, points=2000) < 0.05 * expected


def test_slabs(box):
    """Where rims do not matter, the difference grows with that of the thickness, even if surfaces nearly coincide."""
    thin, thick, thicker = (box((1, height, 1)) for height in (0.01, 0.02, 0.03))
    once, twice = thickness_error(thin, thick, points=3000), thickness_error(thin, thicker, points=3000)
    assert twice == pytest.approx(2 * once, rel=0.05)
    assert once == pytest.approx(mean_diameter(thick) - mean_diameter(thin), rel=0.05)


def test_a_sheet_has_no_thickness(box):
    solid = box((1, 0.2, 1))
    sheet = Mesh([[-0.5, 0.1, -0.5], [0.5, 0.1, -0.5], [0.5, 0.1, 0.5], [-0.5, 0.1, 0.5]], [[0, 2, 1], [0, 3, 2]])
    assert thickness_error(sheet, sheet) == 0
    assert thickness_error(sheet, solid, points=2000) == pytest.approx(mean_diameter(solid), rel=0.1)


def test_grids_are_seen_through_their_surface(box):
    grid = voxelize(box((0.75, 0.25, 0.5)))
    same, thinner = (thickness_error(grid, box((0.75, height, 0.5)), points=2000) for height in (0.25, 0.1))
    assert 3 * same < thinner
    assert thickness_error(grid, grid, points=500) == thickness_error(marching_cubes(grid), grid, points=500)


def test_seed_and_motion(box):
    a, b = box((1, 0.3, 0.5)), box((0.8, 0.4, 0.5))
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1.0]])
    moved = [Mesh(2 * mesh.vertices @ turn.T + 1, mesh.faces) for mesh in (a, b)]
    value = thickness_error(a, b, points=4000)
    assert value == thickness_error(a, b, points=4000) != thickness_error(a, b, points=4000, seed=1)
    assert thickness_error(a, b, points=4000, seed=1) == pytest.approx(value, rel=0.1)
    assert thickness_error(*moved, points=4000) == pytest.approx(2 * value, rel=0.05)


def test_bad_input(box):
    with pytest.raises(InputError, match="without faces"):
        thickness_error(Mesh([], []), box())
    with pytest.raises(InputError, match="non-finite"):
        thickness_error(box(), Mesh(box().vertices * np.nan, box().faces))
    with pytest.raises(InputError, match="point cloud"):
        thickness_error(PointCloud(np.zeros((3, 3))), box())
    with pytest.raises(InputError, match="at least one point"):
        thickness_error(box(), box(), points=0)
