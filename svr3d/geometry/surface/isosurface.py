"""Voxels and distances to meshes."""

from __future__ import annotations

from itertools import product

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


OFF = 1e-3
"""How far the surface stays away from the points of a lattice, in cells. Vertices around one are then apart even in
single precision, on lattices of up to a thousand cells."""


def zero_surface(distance: np.ndarray, origin: np.ndarray, cell: float) -> Mesh:
    """The surface where `distance` Float[X, Y, Z], negative inside, crosses zero: closed, facing outward.

    It is a manifold: neighbouring cells agree on the walls between them, and no two vertices are at one place.

    Args:
        distance: at origin + cell · (i, j, k), in cells; positive all around the lattice.
    """
    values = -np.asarray(distance, dtype=np.float32)
    values = np.copysign(np.maximum(np.abs(values), np.float32(OFF)), values)
    if not (values > 0).any():
        return no_surface()
    vertices, faces = _extract(values, 0.0)
    return Mesh(origin + cell * vertices, faces)


def patches(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The triangles of `values` Float[X, Y, Z], of which each lies in one cube between eight neighbours of the lattice.

    They are those that marching cubes makes of the whole lattice, in another order. A triangle may lie in the wall of
    its cube, so that its place does not tell whose it is: cubes are taken in eight turns, in each just those that
    touch no other.

    Args:
        level: that some values are above, and none of the lattice's border.

    Returns:
        corners Float[F, 3, 3], in indices of the lattice, and cubes Int[F, 3], the lowest corner of each one's cube.
    """
    triangles, cubes = [], []
    for turn in product((0, 1), repeat=3):
        chosen = np.zeros(values.shape, dtype=bool)
        # a cube is chosen by its highest corner
        chosen[tuple(slice(first + 1, None, 2) for first in turn)] = True
        try:
            vertices, faces = _extract(values, level, chosen)
        except RuntimeError:  # none of these has a surface
            continue
        triangles.append(vertices[faces])
        cubes.append(2 * np.floor((triangles[-1].mean(axis=1) - turn + 0.5) / 2).astype(np.int64) + turn)
    return np.concatenate(triangles), np.concatenate(cubes)


def off_level(values: np.ndarray, level: float) -> np.ndarray:
    """`values` with those at the level put just below it. Those are outside; but where there are any, neighbouring
    cubes may differ in what they join, and the surface would have holes."""
    return np.where(values == level, np.nextafter(values, -np.inf, dtype=values.dtype), values)


def no_surface() -> Mesh:
    """A mesh without vertices and faces."""
    return Mesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64))


def _extract(values: np.ndarray, level: float, chosen: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Vertices Float[V, 3] in indices of the lattice, and faces that look away from what is above `level`.

    Raises:
        RuntimeError: there are none.
    """
    from skimage.measure import marching_cubes as extract

    vertices, faces, _, _ = extract(off_level(values, level), level=level, gradient_direction="ascent", mask=chosen)
    return vertices.astype(np.float64), faces


def check_bounded(grid: VoxelGrid) -> None:
    """Raises InputError unless the solid of `grid` is well defined: finite values, empty outside the box."""
    if not grid.is_finite:
        raise InputError("voxel values: expected finite numbers, found NaN or infinity")
    if not grid.threshold >= 0:
        raise InputError(f"voxel threshold: expected at least 0, the value outside the box, found {grid.threshold}")
