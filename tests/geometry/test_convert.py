import numpy as np
import pytest

from svr3d.geometry import (
    InputError,
    Mesh,
    PointCloud,
    VoxelGrid,
    contains,
    occupied,
    sample_surface,
    to_mesh,
    to_surface,
    to_voxels,
    voxelize,
    voxelize_parts,
)


def test_meshes_and_grids_of_the_right_kind_are_returned_as_they_are(shapes):
    box = shapes.box()
    grid = voxelize(box, 16)
    assert to_mesh(box) is box and to_voxels(grid, 16) is grid
    assert (to_voxels(box, 16).values == grid.values).all()


def test_surface_of_each_shape_lies_on_the_sphere(shapes):
    sphere = shapes.sphere(0.4, 4)
    cloud = sample_surface(sphere, 3000)
    for shape, tolerance in ((sphere, 0.002), (voxelize(sphere, 64), 0.02), (cloud, 0.002)):
        surface = to_surface(shape, 1000, seed=4)
        assert len(surface) == 1000 and surface.normals is not None
        assert np.abs(np.linalg.norm(surface.points, axis=1) - 0.4).max() < tolerance
        assert (surface.points == to_surface(shape, 1000, seed=4).points).all()
        assert ((surface.points * surface.normals).sum(axis=1) > 0).mean() > 0.95


def test_drawing_from_a_cloud_repeats_points_as_little_as_possible():
    cloud = PointCloud(np.arange(30).reshape(10, 3), part_ids=np.arange(10))
    few = to_surface(cloud, 7, seed=1)
    assert len(np.unique(few.part_ids)) == 7
    many = to_surface(cloud, 25, seed=1)
    assert sorted(np.bincount(many.part_ids)) == [2] * 5 + [3] * 5
    assert (many.points[:, 0] == 3 * many.part_ids).all()


def test_occupied_agrees_with_the_iso_surface(shapes):
    grid = voxelize(shapes.torus(), 32)
    points = np.random.default_rng(0).uniform(-0.6, 0.6, (20_000, 3))
    by_values, by_surface = occupied(grid, points), contains(to_mesh(grid), points)
    assert (by_values & by_surface).sum() / (by_values | by_surface).sum() > 0.97
    assert (occupied(shapes.torus(), points) == contains(shapes.torus(), points)).all()


def test_occupied_is_trilinear_with_zero_outside():
    values = np.zeros((2, 2, 2))
    values[1] = 1
    grid = VoxelGrid(values, 0.5)
    # centres at ±0.25: along x the values rise from 0 to 1 between them and fall to 0 at 0.75
    x = np.array([-0.3, -0.01, 0.01, 0.25, 0.49, 0.51])
    points = np.stack([x, np.zeros(6), np.zeros(6)], axis=1)
    assert occupied(grid, points).tolist() == [False, False, True, True, True, False]
    assert occupied(grid, [[50.0, 0, 0], [np.nan, 0, 0]]).tolist() == [False, False]


def test_occupied_at_the_centres_is_the_grid_itself():
    values = np.random.default_rng(0).random((8, 8, 8))
    grid = VoxelGrid(values, 0.4)
    index = np.indices((8, 8, 8)).reshape(3, -1).T
    assert (occupied(grid, (index + 0.5) / 8 - 0.5) == (grid.values > 0.4).ravel()).all()


def test_resampling_keeps_the_solid_and_its_labels(shapes):
    mesh = shapes.parts(
        top=shapes.box((-0.5, 0, -0.5), (0.5, 0.5, 0.5)), base=shapes.box((-0.5, -0.5, -0.5), (0.5, 0, 0.5))
    )
    grid = voxelize_parts(mesh, 32)
    for resolution in (16, 48):
        other = to_voxels(grid, resolution)
        assert other.occupancy.mean() == pytest.approx(1, abs=0.01)
        assert ((other.labels > 0) == other.occupancy).all()
        half = resolution // 2
        assert (other.labels[:, half + 1 :][other.occupancy[:, half + 1 :]] == 1).all()
        assert (other.labels[:, : half - 1][other.occupancy[:, : half - 1]] == 2).all()


def test_point_clouds_bound_no_solid():
    cloud = PointCloud(np.zeros((3, 3)))
    for convert in (to_mesh, to_voxels, lambda c: occupied(c, np.zeros((1, 3)))):
        with pytest.raises(InputError, match="a point cloud bounds no solid"):
            convert(cloud)


def test_conversions_refuse():
    with pytest.raises(InputError, match="without points"):
        to_surface(PointCloud([]), 10)
    with pytest.raises(InputError, match="non-finite points"):
        to_surface(PointCloud([[np.nan, 0, 0]]), 10)
    with pytest.raises(InputError, match="without faces"):
        to_surface(VoxelGrid(np.zeros((4, 4, 4))), 10)
    with pytest.raises(InputError, match="without faces"):
        to_surface(Mesh([], []), 10)
    with pytest.raises(InputError, match="found NaN"):
        to_voxels(VoxelGrid(np.full((4, 4, 4), np.nan)), 8)
    with pytest.raises(InputError, match="expected a Mesh"):
        to_mesh("a string")
