"""Error of the topology."""

from __future__ import annotations

from ..errors import InputError
from ..geometry import Betti, Mesh, VoxelGrid, betti_numbers

RESOLUTION = 64
"""Voxels per side at which solids are compared."""


def topology_error(predicted: Mesh | VoxelGrid, truth: Mesh | VoxelGrid, *, resolution: int = RESOLUTION) -> Betti:
    """How many components, tunnels and cavities the prediction has too many or too few.

    Both solids are looked at as voxels of one resolution, whatever they are given as; so it is defined alike for meshes
    that are open or cross themselves, and for grids. The difference in `tunnels` is that of the genus of the solids'
    surfaces. It says nothing of where they are, and an empty prediction has the numbers 0, 0, 0.

    Returns:
        The absolute difference of each of the `betti_numbers`.

    Raises:
        InputError: a point cloud, not finite, or a truth without a voxel.
    """
    true = betti_numbers(truth, resolution=resolution)
    if not true.components:
        raise InputError(f"topology error: the truth has no voxel at resolution {resolution}")
    found = betti_numbers(predicted, resolution=resolution)
    return Betti(*(abs(a - b) for a, b in zip(found, true, strict=True)))


def genus_error(predicted: Mesh | VoxelGrid, truth: Mesh | VoxelGrid, *, resolution: int = RESOLUTION) -> int:
    """The `tunnels` of `topology_error`: the difference in genus."""
    return topology_error(predicted, truth, resolution=resolution).tunnels
