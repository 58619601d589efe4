"""Meshes to voxels: inside is where the winding number is at least ½.

Every voxel centre is looked at along ±x, ±y and ±z. The signed crossings on the way out are one vote each; the
mean of the six approximates the winding number. Where a mesh is closed all six agree and are exact: overlapping
parts unite, inner walls do no harm. Where it has holes, most lines miss them.

Solids thinner than a voxel can pass between the centres. Two rules keep them, so boards never vanish, nor rods of at
least a fifth of a voxel: an interval of a column between two neighbouring centres is given to the voxel that holds its
middle, and so is a piece of a slice that is smaller than a voxel both ways. They add nothing to a sphere, and to a
turned cube 0.7 % at resolution 32, along its edges, which end in such intervals too.
"""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .mesh import Mesh, PartMesh
from .voxel_grid import VoxelGrid


def voxelize(mesh: Mesh, resolution: int = 32) -> VoxelGrid:
    """The solid that `mesh` (canonical frame) bounds, over [-0.5, 0.5]³.

    What lies outside the box still counts for what is inside. An empty mesh gives an empty grid.

    Raises:
        InputError: the mesh is not finite, or `resolution` is not between 1 and 1024.
    """
    if not 1 <= resolution <= 1024:
        raise InputError(f"voxel resolution: expected 1 to 1024, found {resolution}")
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot voxelise a mesh with non-finite vertices")
    if mesh.is_empty:
        return VoxelGrid(np.zeros((resolution,) * 3, dtype=bool))
    from . import _crossings

    scaled = mesh.triangles * resolution  # voxels from the box's centre
    reach = max(resolution / 2, float(np.abs(scaled).max()))
    half = max(1, int(_crossings.LATTICE / (2 * reach)) // _crossings.SUBDIVISION) * _crossings.SUBDIVISION
    # Clipping moves only corners that are millions of boxes away.
    lattice = np.rint(np.clip(scaled * (2 * half), -_crossings.LATTICE, _crossings.LATTICE)).astype(np.int64)
    corners = scaled + resolution / 2

    votes = np.zeros((resolution,) * 3, dtype=np.int32)
    thin = np.zeros((resolution,) * 3, dtype=bool)
    for axis in range(3):
        order = ((axis + 1) % 3, (axis + 2) % 3, axis)
        columns = _crossings.column_crossings(corners, lattice, axis, resolution, half)
        _crossings.vote_columns(*columns, resolution, votes.transpose(order), thin.transpose(order))
        _crossings.mark_small_pieces(*columns, resolution, thin.transpose(order))
    return VoxelGrid((votes >= 3) | thin)


def voxelize_parts(mesh: PartMesh, resolution: int = 32) -> VoxelGrid:
    """`voxelize`, with the label of each voxel: 1 + index into `mesh.labels`, 0 where empty.

    Occupancy is that of the whole mesh. A voxel that the surface passes through gets the label with the most
    surface in it, so where parts overlap, the one that is seen more wins; every other voxel gets the label of
    the nearest voxel with surface. A part too small to win a voxel has none.

    Raises:
        InputError: as `voxelize`, or the mesh has no parts.
    """
    if not isinstance(mesh, PartMesh):
        raise InputError("part voxels need a mesh with parts")
    grid = voxelize(mesh, resolution)
    if grid.is_empty:
        return VoxelGrid(grid.values, labels=np.zeros(grid.values.shape, dtype=np.int64))
    from scipy.ndimage import distance_transform_edt

    from .sampling import sample_surface

    # About 50 points for each voxel of surface: the winner is clear where the shares differ at all.
    count = int(np.clip(50 * mesh.area * resolution**2, 10_000, 1_000_000))
    surface = sample_surface(mesh, count, seed=0)
    # Faces between two voxels belong to the one on their solid side.
    solid_side = surface.points * resolution - 0.001 * surface.normals
    voxel = np.floor(solid_side + resolution / 2).astype(np.int64)
    in_box = ((voxel >= 0) & (voxel < resolution)).all(axis=1)
    labels = np.array([mesh.labels.index(part.label) for part in mesh.parts])
    flat = np.ravel_multi_index(voxel[in_box].T, grid.values.shape) * len(mesh.labels)
    shares = np.bincount(flat + labels[surface.part_ids[in_box]], minlength=grid.values.size * len(mesh.labels))
    shares = shares.reshape(*grid.values.shape, len(mesh.labels))
    winner = shares.argmax(axis=-1) + 1
    nearest = distance_transform_edt(shares.sum(axis=-1) == 0, return_distances=False, return_indices=True)
    return VoxelGrid(grid.values, labels=np.where(grid.occupancy, winner[tuple(nearest)], 0))
