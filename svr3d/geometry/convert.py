"""What a metric needs of any shape, made in one place, the same way for every method."""

from __future__ import annotations

import numpy as np

from ..arrays import as_array
from ..errors import InputError
from .shapes.mesh import Mesh
from .shapes.point_cloud import PointCloud
from .shapes.voxel_grid import VoxelGrid
from .solids.contains import contains
from .solids.voxelize import voxelize
from .surface.isosurface import check_bounded, marching_cubes
from .surface.sampling import sample_surface

Shape = Mesh | PointCloud | VoxelGrid


def to_mesh(shape: Shape) -> Mesh:
    """`shape` as a mesh: itself, or the iso-surface of a grid.

    Raises:
        InputError: the shape is a point cloud.
    """
    if isinstance(shape, VoxelGrid):
        return marching_cubes(shape)
    return _expect(shape, Mesh, "a mesh")


def to_surface(shape: Shape, count: int, *, seed: int = 0) -> PointCloud:
    """`count` points on the surface of `shape`.

    Meshes are sampled, grids through their iso-surface. Of a point cloud, `count` of its points are drawn; all
    of them `count // N` times and the rest without repetition.

    Raises:
        InputError: the shape is empty or not finite.
    """
    if not isinstance(shape, PointCloud):
        return sample_surface(to_mesh(shape), count, seed=seed)
    if shape.is_empty and count:
        raise InputError("cannot draw from a point cloud without points")
    if not shape.is_finite:
        raise InputError("cannot draw from a point cloud with non-finite points")
    rng = np.random.default_rng(seed)
    rounds = -(-count // max(1, len(shape)))
    index = np.concatenate([rng.permutation(len(shape)) for _ in range(rounds)] or [np.zeros(0, dtype=int)])[:count]
    return PointCloud(
        shape.points[index],
        None if shape.normals is None else shape.normals[index],
        None if shape.part_ids is None else shape.part_ids[index],
    )


def to_voxels(shape: Shape, resolution: int = 32) -> VoxelGrid:
    """`shape` as a grid: a mesh voxelised, a grid of another resolution asked at the new voxels' centres.

    A grid of this resolution is returned as it is.

    Raises:
        InputError: the shape is a point cloud, or not finite.
    """
    if isinstance(shape, Mesh):
        return voxelize(shape, resolution)
    grid = _expect(shape, VoxelGrid, "voxels")
    if grid.resolution == resolution:
        return grid
    index = np.indices((resolution,) * 3).reshape(3, -1).T
    centres = (index + 0.5) / resolution - 0.5
    occupancy = occupied(grid, centres).reshape((resolution,) * 3)
    if grid.labels is None:
        return VoxelGrid(occupancy)
    return VoxelGrid(occupancy, labels=_labels_at(grid, centres).reshape(occupancy.shape) * occupancy)


def occupied(shape: Shape, points: np.ndarray) -> np.ndarray:
    """Bool[N]: which of `points` Float[N, 3] lie in the solid of `shape`.

    In a mesh, where its winding number is at least ½; in a grid, where the trilinearly interpolated values, zero
    outside the box, are above its threshold, as in `marching_cubes`.

    Raises:
        InputError: the shape is a point cloud, or not finite.
    """
    if isinstance(shape, Mesh):
        return contains(shape, points)
    grid = _expect(shape, VoxelGrid, "a volume")
    check_bounded(grid)
    from scipy.ndimage import map_coordinates

    index = (as_array(points, np.float64, (None, 3), "points").T + 0.5) * grid.resolution - 0.5
    return map_coordinates(grid.values, index, order=1, mode="grid-constant", cval=0.0) > grid.threshold


def _labels_at(grid: VoxelGrid, points: np.ndarray) -> np.ndarray:
    """The label of the labelled voxel nearest to the voxel that holds each point."""
    from scipy.ndimage import distance_transform_edt

    if not grid.labels.any():
        return np.zeros(len(points), dtype=np.int64)
    nearest = distance_transform_edt(grid.labels == 0, return_distances=False, return_indices=True)
    index = np.clip(np.floor((points.T + 0.5) * grid.resolution).astype(np.int64), 0, grid.resolution - 1)
    return grid.labels[tuple(nearest)][tuple(index)]


def _expect(shape: Shape, kind: type, what: str):
    if isinstance(shape, kind):
        return shape
    if isinstance(shape, PointCloud):
        raise InputError(f"a point cloud bounds no solid and cannot be made into {what}; give a mesh or voxels")
    raise InputError(f"cannot make {what} of {type(shape).__name__}; expected a Mesh, PointCloud or VoxelGrid")
