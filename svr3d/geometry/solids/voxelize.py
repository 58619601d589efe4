"""Meshes to voxels: inside is where the winding number is at least ½.

Faces that look into the solid are turned first (`outward`), so that what is inside does not depend on them. Where no
winding number is negative and nothing is thin, there are none, and one need not look.

The winding number of a mesh without boundary is whole, and one line through each voxel's centre counts it: crossings
along x, signed. Overlapping parts unite, inner walls do no harm. Around a mesh with a boundary every centre is looked
at along ±x, ±y and ±z. Most lines miss the holes: where at most one of the six disagrees about inside, the others are
believed, and elsewhere the generalised winding number decides (`_fan`).

Solids thinner than a voxel can pass between the centres. Two rules propose voxels for them, so boards never vanish, nor
rods of at least a fifth of a voxel: an interval of a column between two neighbouring centres is given to the voxel that
holds its middle, and so is a piece of a slice that is smaller than a voxel both ways. The edges of thick solids end in
such intervals too, so proposals are taken only where they show what would not show otherwise (`_thin`). The rules are
asked only of meshes with a feature thinner than a voxel: where, below some sample of the surface, the next four
centres are empty. That is the voxel rule `cover`; with `centers`, only voxels whose centres are inside are occupied.
"""

from __future__ import annotations

import operator
from typing import Literal, NamedTuple, get_args

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, PartMesh
from ..shapes.voxel_grid import VoxelGrid, nearest_voxel
from ..surface.connectivity import is_closed
from .contains import judge
from .outward import outward
from .winding import boundary

VoxelRule = Literal["cover", "centers"]
"""Which voxels a solid occupies: those whose centres are inside, and with `cover` also some that keep what is thinner
than a voxel from vanishing between the centres."""


class Voxelization(NamedTuple):
    """A solid in voxels, and how far to trust them.

    Attributes:
        grid: the voxels.
        watertight: whether every edge is run along as often one way as the other (vertices at the same place count
            as one), so that winding numbers are whole. False for an empty mesh.
        ambiguous: of the voxels that at least one of the six directions calls inside, the fraction that another
            calls outside; 0 where watertight.
        inside_out: the fraction of the area whose faces looked into the solid and were turned before (`outward`).
    """

    grid: VoxelGrid
    watertight: bool
    ambiguous: float
    inside_out: float = 0.0


def voxelize(mesh: Mesh, resolution: int = 32, rule: VoxelRule = "cover") -> VoxelGrid:
    """The solid that `mesh` (canonical frame) bounds, over [-0.5, 0.5]³, whichever way its faces are turned.

    What lies outside the box still counts for what is inside. An empty mesh gives an empty grid.

    Args:
        rule: `cover` also occupies voxels that show what is thinner than a voxel; `centers`, as most evaluators do it,
            just those whose centres are inside, so that a board which lies between the centres vanishes.

    Raises:
        InputError: the mesh is not finite, `resolution` is not a whole number from 1 to 1024, or an unknown rule.
    """
    return voxelization(mesh, resolution, rule).grid


def voxelization(mesh: Mesh, resolution: int = 32, rule: VoxelRule = "cover") -> Voxelization:
    """`voxelize`, with whether the mesh bounds a solid at all, how much of it is in doubt, and what was turned.

    Raises:
        InputError: as `voxelize`.
    """
    resolution, rule = checked_resolution(resolution), checked_rule(rule)
    if mesh.is_empty:
        return Voxelization(VoxelGrid(np.zeros((resolution,) * 3, dtype=np.float32)), False, 0.0)
    watertight, ambiguous, values = is_closed(mesh), 0.0, None
    box = _on_box(mesh, resolution)
    if watertight:
        values, sure = _closed(box, rule)
        if sure:
            return Voxelization(VoxelGrid(values), True, 0.0)
    mesh, inside_out = outward(mesh)
    box = _on_box(mesh, resolution) if inside_out else box
    if not is_closed(mesh):
        values, ambiguous = _torn(mesh, box, rule)
    elif inside_out or values is None:
        values, _ = _closed(box, rule)
    return Voxelization(VoxelGrid(values), watertight, ambiguous, inside_out)


class _OnBox(NamedTuple):
    """The vertices in use, the faces over them, the resolution, and lattice units in half a voxel; `far`: whether they
    lie beyond twice the box."""

    vertices: np.ndarray
    faces: np.ndarray
    resolution: int
    half: int
    far: bool


def _on_box(mesh: Mesh, resolution: int) -> _OnBox:
    """The mesh on a lattice that reaches as far as its vertices.

    Raises:
        InputError: they are not finite.
    """
    from . import _crossings

    vertices, faces = mesh.vertices, mesh.faces
    reach = float(np.abs(vertices).max())
    if not reach <= 0.5:  # the lattice must reach as far as the vertices in use, and those must be finite
        if not np.isfinite(mesh.triangles).all():
            raise InputError("cannot voxelise a mesh with non-finite vertices")
        used, faces = np.unique(faces, return_inverse=True)
        vertices, faces = vertices[used], faces.reshape(-1, 3)
        reach = float(np.abs(vertices).max())
    reach = max(0.5, reach)
    half = int(_crossings.LATTICE / (2 * resolution * reach)) // _crossings.SUBDIVISION
    return _OnBox(vertices, faces, resolution, max(1, half) * _crossings.SUBDIVISION, reach > 1)


def _closed(box: _OnBox, rule: VoxelRule) -> tuple[np.ndarray, bool]:
    """The voxels of a closed mesh, and whether one may be sure that its faces look outward: no winding number that was
    seen is negative, and what is too thin to be seen at voxels' centres was looked at too."""
    from . import _fill, _thin

    values = np.empty((box.resolution,) * 3, dtype=np.float32)
    negative = _fill.fill(box.vertices, box.faces, box.resolution, box.half, values)
    if not _is_thin(box, values):
        return values, not negative
    if rule == "centers":
        return values, False
    looked = _look_along_axes(box)
    _thin.add_needed(values, looked.thin)
    return values, not (negative or looked.negative)


def _torn(mesh: Mesh, box: _OnBox, rule: VoxelRule) -> tuple[np.ndarray, float]:
    """The voxels of a mesh with a boundary, and how many of them are ambiguous."""
    from . import _thin

    looked = _look_along_axes(box)
    occupied, doubtful, ambiguous = judge(looked.votes)
    if doubtful.any():
        index = np.argwhere(doubtful)
        occupied[doubtful] = _winding_at(mesh, index, looked.below[doubtful], box.resolution, box.half) >= 0.5
    values = occupied.astype(np.float32)
    if rule == "cover" and _is_thin(box, values):
        _thin.add_needed(values, looked.thin)
    return values, ambiguous


def _is_thin(box: _OnBox, values: np.ndarray) -> bool:
    """Whether something may be thinner than a voxel. Of a mesh far beyond the box too many samples would be outside."""
    from . import _fill

    return box.far or bool(_fill.has_thin_features(box.vertices, box.faces, values))


def checked_resolution(resolution: int) -> int:
    """`resolution`, if it is a whole number between 1 and 1024."""
    try:
        whole = operator.index(resolution)
    except TypeError:
        whole = 0
    if not 1 <= whole <= 1024:
        raise InputError(f"voxel resolution: expected a whole number from 1 to 1024, found {resolution!r}")
    return whole


def checked_rule(rule: VoxelRule) -> VoxelRule:
    """`rule`, if there is one of that name."""
    if rule not in get_args(VoxelRule):
        raise InputError(f"voxel rule: expected {' or '.join(get_args(VoxelRule))}, found {rule!r}")
    return rule


def _on_lattice(places: np.ndarray, resolution: int, half: int) -> np.ndarray:
    """Canonical coordinates in lattice units; clipping moves only what is millions of boxes away."""
    from ._crossings import LATTICE

    return np.rint(np.clip(places * resolution * (2 * half), -LATTICE, LATTICE)).astype(np.int64)


class _Looked(NamedTuple):
    """What is seen along the axes, of each voxel Int or Bool[R, R, R].

    Attributes:
        votes: how many of the six directions call it inside. below: the signed crossings towards -x. thin: whether
            the rules for thin solids propose it.
        negative: whether somewhere on some line the faces before count less than nothing.
    """

    votes: np.ndarray
    below: np.ndarray
    thin: np.ndarray
    negative: bool


def _look_along_axes(box: _OnBox) -> _Looked:
    from . import _crossings

    triangles, size = box.vertices[box.faces], box.resolution
    lattice = _on_lattice(triangles, size, box.half)
    corners = triangles * size + size / 2
    votes, thin, negative = np.zeros((size,) * 3, dtype=np.int8), np.zeros((size,) * 3, dtype=bool), False
    for axis in (2, 1, 0):
        order = ((axis + 1) % 3, (axis + 2) % 3, axis)
        below = np.zeros((size,) * 3, dtype=np.int32)
        columns = _crossings.column_crossings(corners, lattice, axis, size, box.half)
        _crossings.vote_columns(*columns, size, votes.transpose(order), below.transpose(order), thin.transpose(order))
        negative |= _crossings.mark_small_pieces(*columns, size, thin.transpose(order))
    return _Looked(votes, below, thin, negative)


def _winding_at(mesh: Mesh, index: np.ndarray, crossings: np.ndarray, resolution: int, half: int) -> np.ndarray:
    """The generalised winding number at voxels `index` Int[N, 3], given the signed crossings towards -x."""
    from . import _fan

    start, end = boundary(mesh)
    winding = crossings.astype(np.float64)
    lattice = (2 * index + 1 - resolution) * half
    rounded = (_on_lattice(start, resolution, half), _on_lattice(end, resolution, half))
    _fan.add_boundary(start, end, *rounded, (index + 0.5) / resolution - 0.5, lattice, winding)
    return winding


def voxelize_parts(mesh: PartMesh, resolution: int = 32, rule: VoxelRule = "cover") -> VoxelGrid:
    """`voxelize`, with the label of each voxel, 1 + index into `mesh.labels`, 0 where empty; and the labels' names.

    Occupancy is that of the whole mesh. A voxel that the surface passes through gets the label with the most
    surface in it, so where parts overlap, the one that is seen more wins; every other voxel gets the label of
    the nearest voxel with surface. A part too small to win a voxel has none.

    Raises:
        InputError: as `voxelize`, or the mesh has no parts.
    """
    if not isinstance(mesh, PartMesh):
        raise InputError("part voxels need a mesh with parts")
    grid = voxelize(mesh, resolution, rule)
    if grid.is_empty:
        return VoxelGrid(grid.values, labels=np.zeros(grid.values.shape, dtype=np.int64), label_names=mesh.labels)
    from ..surface.sampling import sample_surface

    mesh, _ = outward(mesh)
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
