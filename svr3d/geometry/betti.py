"""Topology of solids and surfaces: components, tunnels, cavities, genus."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .convert import to_voxels
from .representations.representation import Shape


class Betti(NamedTuple):
    """The Betti numbers of a solid.

    Args:
        components: pieces (b₀).
        tunnels: holes right through (b₁): 1 for a solid torus, and the genus of any solid's surface.
        cavities: hollows without way out (b₂).
    """

    components: int
    tunnels: int
    cavities: int


def betti_numbers(shape: Shape, *, resolution: int = 64) -> Betti:
    """The Betti numbers of the solid of `shape` as a union of closed voxels.

    Any shape takes the same way, over `to_voxels`: so they are defined for meshes that are open, overlap themselves or
    are not manifold, and what is finer than a voxel is not seen. Voxels that share a corner are connected (26
    neighbours), the empty ones only through a common side (6 neighbours). Components and cavities are counted; tunnels
    follow from the Euler characteristic χ = corners - edges + sides - voxels of the union: b₁ = b₀ + b₂ - χ.

    Raises:
        InputError: a point cloud, or not finite.

    >>> from svr3d.geometry import VoxelGrid
    >>> ring = np.zeros((3, 3, 3), dtype=bool)
    >>> ring[:, :, 1] = True
    >>> ring[1, 1, 1] = False
    >>> betti_numbers(VoxelGrid(ring), resolution=3)
    Betti(components=1, tunnels=1, cavities=0)
    """
    solid = np.pad(to_voxels(shape, resolution).occupancy, 1)
    if not solid.any():
        return Betti(0, 0, 0)
    pieces = _pieces(solid, np.ones((3, 3, 3)))
    cavities = _pieces(~solid) - 1  # all but the outside
    return Betti(pieces, pieces + cavities - euler_characteristic(solid), cavities)


def _pieces(solid: np.ndarray, structure: np.ndarray | None = None) -> int:
    """How many connected pieces Bool[X, Y, Z] has; neighbours are those of `structure`, by default the 6 nearest."""
    from scipy.ndimage import label

    labelled: Any = label(solid, structure)
    return int(labelled[1])


def euler_characteristic(solid: np.ndarray) -> int:
    """χ of the union of closed voxels of `solid` Bool[X, Y, Z]."""
    cells = np.pad(np.asarray(solid, dtype=bool), 1)
    total = 0
    # Along each axis a cell of the cubical complex is a voxel or the wall between two; it belongs to the union if any
    # voxel around it does. Voxels have dimension 3, each wall takes one away.
    for walls in np.ndindex(2, 2, 2):
        union = cells
        for axis in range(3):
            if walls[axis]:
                before, after = [slice(None)] * 3, [slice(None)] * 3
                before[axis], after[axis] = slice(None, -1), slice(1, None)
                union = union[tuple(before)] | union[tuple(after)]
        total += (-1) ** (3 - sum(walls)) * int(np.count_nonzero(union))
    return total
