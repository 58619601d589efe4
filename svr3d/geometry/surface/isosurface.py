"""Voxels and distances to meshes."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from ..shapes.voxel_grid import VoxelGrid


def marching_cubes(grid: VoxelGrid) -> Mesh:
    """The surface where the trilinearly interpolated values of `grid`, zero outside the box, cross its threshold.

    It is closed, faces outward and lies in the canonical frame; values sit at the voxels' centres. A grid
    without an occupied voxel gives a mesh without faces. (Lewiner et al., "Efficient implementation of marching
    cubes' cases with topological guarantees", 2003.)

    Raises:
        InputError: a value is not finite, or the threshold is negative, so that all space outside would be inside.
    """
    check_bounded(grid)
    if grid.is_empty:
        return no_surface()
    vertices, faces = _extract(np.pad(grid.values, 1), grid.threshold)
    # index 0 of the padded grid is the centre of the voxel just outside the box
    return Mesh((vertices - 0.5) / grid.resolution - 0.5, faces)


def zero_surface(distance: np.ndarray, origin: np.ndarray, cell: float) -> Mesh:
    """The surface where `distance` Float[X, Y, Z], negative inside, crosses zero: closed, facing outward.

    Args:
        distance: at origin + cell · (i, j, k); positive all around the lattice.
    """
    if not (distance < 0).any():
        return no_surface()
    vertices, faces = _extract(-distance / cell, 0.0)
    return Mesh(origin + cell * vertices, faces)


def no_surface() -> Mesh:
    """A mesh without vertices and faces."""
    return Mesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64))


def _extract(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices Float[V, 3] in indices of the lattice, and faces that look away from what is above `level`."""
    from skimage.measure import marching_cubes as extract

    vertices, faces, _, _ = extract(values, level=level, gradient_direction="ascent")
    return vertices.astype(np.float64), faces


def check_bounded(grid: VoxelGrid) -> None:
    """Raises InputError unless the solid of `grid` is well defined: finite values, empty outside the box."""
    if not grid.is_finite:
        raise InputError("voxel values: expected finite numbers, found NaN or infinity")
    if not grid.threshold >= 0:
        raise InputError(f"voxel threshold: expected at least 0, the value outside the box, found {grid.threshold}")
