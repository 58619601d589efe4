"""Meshes to voxels: inside is where the winding number is at least ½.

The winding number of a mesh without boundary is whole, and one line through each voxel's centre counts it: crossings
along x, signed. Overlapping parts unite, inner walls do no harm. Around a mesh with a boundary every centre is looked
at along ±x, ±y and ±z. Most lines miss the holes: where at most one of the six disagrees about inside, the others are
believed, and elsewhere the generalised winding number decides (`_fan`).

Solids thinner than a voxel can pass between the centres. Two rules propose voxels for them, so boards never vanish, nor
rods of at least a fifth of a voxel: an interval of a column between two neighbouring centres is given to the voxel that
holds its middle, and so is a piece of a slice that is smaller than a voxel both ways. The edges of thick solids end in
such intervals too, so proposals are taken only where they show what would not show otherwise (`_thin`). The rules are
asked only of meshes with a feature thinner than a voxel: where, below some sample of the surface, the next four
centres are empty.
"""

from __future__ import annotations

import operator
from typing import NamedTuple

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, PartMesh
from ..shapes.voxel_grid import VoxelGrid
from ..surface.connectivity import is_closed
from .contains import judge
from .winding import boundary


class Voxelization(NamedTuple):
    """A solid in voxels, and how far to trust them.

    Attributes:
        grid: the voxels.
        watertight: whether every edge is run along as often one way as the other (vertices at the same place count
            as one), so that winding numbers are whole. False for an empty mesh.
        ambiguous: of the voxels that at least one of the six directions calls inside, the fraction that another
            calls outside; 0 where watertight.
    """

    grid: VoxelGrid
    watertight: bool
    ambiguous: float


def voxelize(mesh: Mesh, resolution: int = 32) -> VoxelGrid:
    """The solid that `mesh` (canonical frame) bounds, over [-0.5, 0.5]³.

    What lies outside the box still counts for what is inside. An empty mesh gives an empty grid.

    Raises:
        InputError: the mesh is not finite, or `resolution` is not a whole number from 1 to 1024.
    """
    return voxelization(mesh, resolution).grid


def voxelization(mesh: Mesh, resolution: int = 32) -> Voxelization:
    """`voxelize`, with whether the mesh bounds a solid at all and how much of it is in doubt.

    Raises:
        InputError: as `voxelize`.
    """
    resolution = checked_resolution(resolution)
    if mesh.is_empty:
        return Voxelization(VoxelGrid(np.zeros((resolution,) * 3, dtype=np.float32)), False, 0.0)
    vertices, faces = mesh.vertices, mesh.faces
    reach = float(np.abs(vertices).max())
    if not reach <= 0.5:  # the lattice must reach as far as the vertices in use, and those must be finite
        if not np.isfinite(mesh.triangles).all():
            raise InputError("cannot voxelise a mesh with non-finite vertices")
        used, faces = np.unique(faces, return_inverse=True)
        vertices, faces = vertices[used], faces.reshape(-1, 3)
        reach = max(0.5, float(np.abs(vertices).max()))
    from . import _crossings, _fill, _thin

    reach = resolution * max(0.5, reach)
    half = max(1, int(_crossings.LATTICE / (2 * reach)) // _crossings.SUBDIVISION) * _crossings.SUBDIVISION
    watertight, ambiguous = is_closed(mesh), 0.0
    values, looked = np.empty((resolution,) * 3, dtype=np.float32), None
    if watertight:
        _fill.fill(vertices, faces, resolution, half, values)
    else:
        looked = votes, winding, _ = _look_along_axes(mesh.triangles, resolution, half)
        values[:], doubtful, ambiguous = judge(votes)
        if doubtful.any():
            index = np.argwhere(doubtful)
            values[doubtful] = _winding_at(mesh, index, winding[doubtful], resolution, half) >= 0.5
    # of a mesh far beyond the box too many samples would lie outside
    if reach > resolution or _fill.has_thin_features(vertices, faces, values):
        looked = looked or _look_along_axes(mesh.triangles, resolution, half)
        _thin.add_needed(values, looked[2])
    return Voxelization(VoxelGrid(values), watertight, ambiguous)


def checked_resolution(resolution: int) -> int:
    """`resolution`, if it is a whole number between 1 and 1024."""
    try:
        whole = operator.index(resolution)
    except TypeError:
        whole = 0
    if not 1 <= whole <= 1024:
        raise InputError(f"voxel resolution: expected a whole number from 1 to 1024, found {resolution!r}")
    return whole


def _on_lattice(places: np.ndarray, resolution: int, half: int) -> np.ndarray:
    """Canonical coordinates in lattice units; clipping moves only what is millions of boxes away."""
    from ._crossings import LATTICE

    return np.rint(np.clip(places * resolution * (2 * half), -LATTICE, LATTICE)).astype(np.int64)


def _look_along_axes(triangles: np.ndarray, resolution: int, half: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many of the six directions call each voxel inside, the signed crossings towards -x, and the thin solids."""
    from . import _crossings

    lattice = _on_lattice(triangles, resolution, half)
    corners = triangles * resolution + resolution / 2
    votes, thin = np.zeros((resolution,) * 3, dtype=np.int8), np.zeros((resolution,) * 3, dtype=bool)
    for axis in (2, 1, 0):
        order = ((axis + 1) % 3, (axis + 2) % 3, axis)
        below = np.zeros((resolution,) * 3, dtype=np.int32)
        columns = _crossings.column_crossings(corners, lattice, axis, resolution, half)
        _crossings.vote_columns(
            *columns, resolution, votes.transpose(order), below.transpose(order), thin.transpose(order)
        )
        _crossings.mark_small_pieces(*columns, resolution, thin.transpose(order))
    return votes, below, thin


def _winding_at(mesh: Mesh, index: np.ndarray, crossings: np.ndarray, resolution: int, half: int) -> np.ndarray:
    """The generalised winding number at voxels `index` Int[N, 3], given the signed crossings towards -x."""
    from . import _fan

    start, end = boundary(mesh)
    winding = crossings.astype(np.float64)
    lattice = (2 * index + 1 - resolution) * half
    rounded = (_on_lattice(start, resolution, half), _on_lattice(end, resolution, half))
    _fan.add_boundary(start, end, *rounded, (index + 0.5) / resolution - 0.5, lattice, winding)
    return winding


def voxelize_parts(mesh: PartMesh, resolution: int = 32) -> VoxelGrid:
    """`voxelize`, with the label of each voxel, 1 + index into `mesh.labels`, 0 where empty; and the labels' names.

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
        return VoxelGrid(grid.values, labels=np.zeros(grid.values.shape, dtype=np.int64), label_names=mesh.labels)
    from ..surface.sampling import sample_surface

    # About 50 points for each voxel of surface: the winner is clear where the shares differ at all.
    count = int(np.clip(50 * mesh.area * resolution**2, 10_000, 1_000_000))
    surface = sample_surface(mesh, count, seed=0)
    assert surface.normals is not None and surface.part_ids is not None  # as of every mesh with parts
    # Faces between two voxels belong to the one on their solid side.
    solid_side = surface.points * resolution - 0.001 * surface.normals
    voxel = np.floor(solid_side + resolution / 2).astype(np.int64)
    in_box = ((voxel >= 0) & (voxel < resolution)).all(axis=1)
    labels = np.array([mesh.labels.index(part.label) for part in mesh.parts])
    flat = np.ravel_multi_index(voxel[in_box].T, grid.values.shape) * len(mesh.labels)
    shares = np.bincount(flat + labels[surface.part_ids[in_box]], minlength=grid.values.size * len(mesh.labels))
    shares = shares.reshape(*grid.values.shape, len(mesh.labels))
    winner = shares.argmax(axis=-1) + 1
    inside = np.where(grid.occupancy, winner[nearest_voxel(shares.sum(axis=-1) > 0)], 0)
    return VoxelGrid(grid.values, labels=inside, label_names=mesh.labels)


def nearest_voxel(mask: np.ndarray) -> tuple[np.ndarray, ...]:
    """The index, three Int[R, R, R], of the voxel of `mask` Bool[R, R, R] that is nearest to each; some must be set."""
    from scipy.ndimage import distance_transform_edt

    return tuple(np.asarray(distance_transform_edt(~mask, return_distances=False, return_indices=True)))
