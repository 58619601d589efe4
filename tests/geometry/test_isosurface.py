import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from svr3d.geometry import (
    InputError,
    VoxelGrid,
    bounds_a_solid,
    contains,
    is_watertight,
    marching_cubes,
    occupied,
    voxelize,
)


def test_a_voxelised_sphere_comes_back_centred_with_its_volume(shapes):
    grid = voxelize(shapes.sphere(0.4, 4))
    mesh = marching_cubes(grid)
    assert mesh.volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.01)
    assert mesh.bounds.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-6)
    assert is_watertight(mesh)


def test_values_place_the_surface_between_voxels(centres):
    """A linear ramp crosses the threshold exactly at its plane."""
    ramp = 0.5 - 4 * (centres(16)[..., 0] - 0.0371)
    mesh = marching_cubes(VoxelGrid(np.clip(ramp, 0, 1)))
    cut = mesh.vertices[np.abs(mesh.vertices[:, 0]) < 0.2]
    inner = cut[(np.abs(cut[:, 1:]) < 0.4).all(axis=1)]
    assert len(inner) > 50 and inner[:, 0] == pytest.approx(np.full(len(inner), 0.0371), abs=1e-6)


def test_threshold_is_the_grids_own(shapes, centres):
    values = np.clip(1 - np.linalg.norm(centres(32), axis=-1), 0, 1)
    for threshold in (0.65, 0.75):
        mesh = marching_cubes(VoxelGrid(values, threshold))
        assert mesh.volume == pytest.approx(4 / 3 * np.pi * (1 - threshold) ** 3, rel=0.01)


def test_one_voxel_in_a_corner_is_closed_and_in_its_place():
    values = np.zeros((4, 4, 4))
    values[3, 0, 2] = 1
    mesh = marching_cubes(VoxelGrid(values))
    assert is_watertight(mesh) and mesh.volume > 0
    assert mesh.bounds == pytest.approx(np.array([[0.25, -0.5, 0.0], [0.5, -0.25, 0.25]]))


def test_a_full_grid_is_closed_within_the_box():
    mesh = marching_cubes(VoxelGrid(np.ones((8, 8, 8))))
    assert is_watertight(mesh) and mesh.bounds == pytest.approx(np.array([[-0.5] * 3, [0.5] * 3]))
    assert mesh.volume == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("seed", range(3))
def test_noise_gives_a_closed_surface_around_what_is_occupied(seed):
    noise = np.random.default_rng(seed).random((12, 12, 12))
    assert bounds_a_solid(marching_cubes(VoxelGrid(noise))), "also in ambiguous cells"
    grid = VoxelGrid(0.5 + 5 * (gaussian_filter(noise, 1.0) - 0.5))
    points = np.random.default_rng(seed).uniform(-0.5, 0.5, (5000, 3))
    # marching cubes cuts cells by triangles, trilinear interpolation by curved surfaces
    assert (contains(marching_cubes(grid), points) != occupied(grid, points)).mean() < 0.04


@pytest.mark.parametrize("seed", range(8))
def test_values_at_the_threshold_leave_no_holes(seed):
    """As the mean of a few grids has them."""
    values = np.random.default_rng(seed).integers(0, 5, (8, 8, 8)) / 4
    grid = VoxelGrid(values)
    mesh = marching_cubes(grid)
    assert bounds_a_solid(mesh)
    clear = marching_cubes(VoxelGrid(np.where(values == 0.5, 0.4999, values)))
    assert mesh.volume == pytest.approx(clear.volume, abs=1e-4)


def test_empty_grids_give_empty_meshes():
    mesh = marching_cubes(VoxelGrid(np.zeros((4, 4, 4))))
    assert mesh.is_empty and len(mesh.vertices) == 0
    assert marching_cubes(VoxelGrid(np.full((4, 4, 4), 0.5))).is_empty


def test_marching_cubes_refuses():
    values = np.zeros((4, 4, 4))
    values[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="NaN"):
        marching_cubes(VoxelGrid(values))
    with pytest.raises(InputError, match="threshold"):
        marching_cubes(VoxelGrid(np.zeros((4, 4, 4)), threshold=-1.0))
