"""Which points lie inside a mesh."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._arrays import as_array
from .errors import InputError
from .mesh import Mesh
from .topology import bounds_a_solid


class Containment(NamedTuple):
    """Which points are inside, and how far to trust it.

    Attributes:
        inside: Bool[N].
        watertight: whether every edge is run along as often one way as the other (vertices at the same place count
            as one), so that winding numbers are whole. False for an empty mesh.
        ambiguous: of the points that at least one of the directions ±x, ±y, ±z calls inside, the fraction that
            another calls outside; 0 where watertight.
    """

    inside: np.ndarray
    watertight: bool
    ambiguous: float


def contains(mesh: Mesh, points: np.ndarray) -> np.ndarray:
    """Bool[N]: whether the winding number of `mesh` around each of `points` Float[N, 3] is at least ½.

    Where no edge is a boundary, one direction gives it exactly (also where parts overlap). Otherwise six directions
    vote; where more than one disagrees, the generalised winding number decides, as in `voxelize`. Non-finite points
    are outside; an empty mesh contains nothing.

    Raises:
        InputError: the mesh is not finite, or `points` has the wrong shape.
    """
    return containment(mesh, points).inside


def containment(mesh: Mesh, points: np.ndarray) -> Containment:
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
    watertight = bounds_a_solid(mesh)
    low, high = mesh.bounds
    candidates = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    if not len(candidates):
        return Containment(inside, watertight, 0.0)
    asked = points[candidates]
    if watertight:
        # fewest crossings per line along the longest side, where the most faces lie side by side
        axis = int(np.argmin(high - low))
        inside[candidates] = ray_crossings(mesh.triangles, asked, axis)[:, 0] <= -1
        return Containment(inside, True, 0.0)
    counts = [ray_crossings(mesh.triangles, asked, axis) for axis in range(3)]
    votes = sum((count[:, 0] <= -1).astype(np.int8) + (count[:, 1] >= 1) for count in counts)
    answer, doubtful, ambiguous = judge(votes)
    if doubtful.any():
        answer[doubtful] = _complete(mesh, asked[doubtful], -counts[0][doubtful, 0]) >= 0.5
    inside[candidates] = answer
    return Containment(inside, False, ambiguous)


def judge(votes: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """What the six directions say of places, `votes` Int[...] of them "inside".

    Returns:
        Bool[...] inside, where at most one disagrees; Bool[...], where more do, so that the winding number must decide;
        and of the places with a vote for inside, the fraction that has one for outside too.
    """
    some = int(np.count_nonzero(votes))
    ambiguous = 1 - int(np.count_nonzero(votes == 6)) / some if some else 0.0
    return votes >= 5, (votes >= 2) & (votes <= 4), ambiguous


def winding_number(mesh: Mesh, points: np.ndarray) -> np.ndarray:
    """Float[N]: the generalised winding number around each of the finite `points`, exact."""
    return _complete(mesh, points, -ray_crossings(mesh.triangles, points, 0)[:, 0])


def _complete(mesh: Mesh, points: np.ndarray, crossings: np.ndarray) -> np.ndarray:
    """Winding numbers, given the signed crossings towards -x."""
    from . import _winding

    start, end = _winding.boundary(mesh)
    winding = crossings.astype(np.float64)
    places = (start, end, np.ascontiguousarray(points))
    start_lattice, end_lattice, lattice = (_on_lattice(place, *_lattice_frame(mesh.triangles)) for place in places)
    _winding.add_boundary(start, end, start_lattice, end_lattice, places[2], lattice, winding)
    return winding


def ray_crossings(triangles: np.ndarray, points: np.ndarray, axis: int) -> np.ndarray:
    """Crossings of the line along `axis` through each point with `triangles` Float[F, 3, 3].

    Returns:
        Int[N, 4]: the sum of signs below and above the point (+1 where the line runs with the normal), and the
        number of crossings below and above.
    """
    from . import _crossings

    centre, scale = _lattice_frame(triangles)
    lattice, point_lattice = _on_lattice(triangles, centre, scale), _on_lattice(points, centre, scale)
    # about as many cells as faces
    bits = int(np.clip(np.ceil(np.log2(len(triangles)) / 2), 0, 10))
    shift = 30 - bits
    start, faces = _crossings.bin_triangles(lattice, axis, 1 << bits, shift)
    counts = np.empty((len(points), 4), dtype=np.int32)
    _crossings.count_crossings(
        triangles, lattice, axis, start, faces, 1 << bits, shift, np.ascontiguousarray(points), point_lattice, counts
    )
    return counts


def _lattice_frame(triangles: np.ndarray) -> tuple[np.ndarray, float]:
    """The point at the centre of the lattice that just holds `triangles`, and lattice units per unit of length."""
    from ._crossings import LATTICE

    low, high = triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))
    reach = max(float((high - low).max()) / 2, np.finfo(float).tiny)
    return (low + high) / 2, (LATTICE - 2) / reach


def _on_lattice(places: np.ndarray, centre: np.ndarray, scale: float) -> np.ndarray:
    """`places` in lattice units; what is off the lattice stays off."""
    from ._crossings import LATTICE

    return np.rint(np.clip((places - centre) * scale, -2 * LATTICE, 2 * LATTICE)).astype(np.int64)
