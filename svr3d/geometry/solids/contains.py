"""Which points lie inside a mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...arrays import as_array
from ...errors import InputError
from ..shapes.mesh import Mesh
from ..surface.connectivity import is_closed
from .outward import outward
from .ray_crossings import ray_crossings
from .winding import winding_from_crossings

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


class Containment(NamedTuple):
    """Which points are inside, and how far to trust it.

    Attributes:
        inside: Bool[N].
        watertight: whether every edge is run along as often one way as the other (vertices at the same place count
            as one), so that winding numbers are whole. False for an empty mesh.
        ambiguous: of the points that at least one of the directions ±x, ±y, ±z calls inside, the fraction that
            another calls outside; 0 where watertight.
        inside_out: the fraction of the area whose faces looked into the solid and were turned before (`outward`).
    """

    inside: Bool[np.ndarray, " n"]
    watertight: bool
    ambiguous: float
    inside_out: float = 0.0


def contains(mesh: Mesh, points: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    """Bool[N]: whether the winding number of `mesh` around each of `points` Float[N, 3] is at least ½.

    Faces that look into the solid are turned before, as `outward` does. Where no edge is a boundary, one direction
    gives it exactly (also where parts overlap). Otherwise six directions vote; where more than one disagrees, the
    generalised winding number decides, as in `voxelize`. Non-finite points are outside; an empty mesh contains nothing.

    Raises:
        InputError: the mesh is not finite, or `points` has the wrong shape.
    """
    return mesh_containment(mesh, points).inside


def mesh_containment(mesh: Mesh, points: Float[np.ndarray, "n 3"]) -> Containment:
    """`contains`, with whether the mesh bounds a solid at all and how many of the points are in doubt.

    Raises:
        InputError: as `contains`.
    """
    points = as_array(points, np.float64, (None, 3), "points")
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot tell inside from outside of a mesh with non-finite vertices")
    inside = np.zeros(len(points), dtype=bool)
    if mesh.is_empty:
        return Containment(inside, False, 0.0)
    watertight = is_closed(mesh)
    mesh, inside_out = outward(mesh)
    low, high = mesh.bounds
    candidates = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    if not len(candidates):
        return Containment(inside, watertight, 0.0, inside_out)
    asked = points[candidates]
    if is_closed(mesh) if inside_out else watertight:
        # fewest crossings per line along the longest side, where the most faces lie side by side
        axis = int(np.argmin(high - low))
        inside[candidates] = ray_crossings(mesh.triangles, asked, axis)[:, 0] <= -1
        return Containment(inside, watertight, 0.0, inside_out)
    inside[candidates], ambiguous = _by_six_directions(mesh, asked)
    return Containment(inside, False, ambiguous, inside_out)


def _by_six_directions(mesh: Mesh, points: np.ndarray) -> tuple[np.ndarray, float]:
    """Which points are in a mesh with a boundary, and how many of them are ambiguous."""
    counts = [ray_crossings(mesh.triangles, points, axis) for axis in range(3)]
    votes = np.zeros(len(points), dtype=np.int8)
    for count in counts:
        votes += (count[:, 0] <= -1).astype(np.int8) + (count[:, 1] >= 1)
    answer, doubtful, ambiguous = judge(votes)
    if doubtful.any():
        answer[doubtful] = winding_from_crossings(mesh, points[doubtful], -counts[0][doubtful, 0]) >= 0.5
    return answer, ambiguous


def judge(votes: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """What the six directions say of places, `votes` Int[...] of them "inside".

    Returns:
        Bool[...] inside, where at most one disagrees; Bool[...], where more do, so that the winding number must decide;
        and of the places with a vote for inside, the fraction that has one for outside too.
    """
    some = int(np.count_nonzero(votes))
    ambiguous = 1 - int(np.count_nonzero(votes == 6)) / some if some else 0.0
    return votes >= 5, (votes >= 2) & (votes <= 4), ambiguous
