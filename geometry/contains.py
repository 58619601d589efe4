"""Which points lie inside a mesh."""

from __future__ import annotations

import numpy as np

from ._arrays import as_array
from .errors import InputError
from .mesh import Mesh
from .topology import bounds_a_solid


def contains(mesh: Mesh, points: np.ndarray) -> np.ndarray:
    """Bool[N]: whether the winding number of `mesh` around each of `points` Float[N, 3] is at least ½.

    For a mesh without boundary, consistently wound, one direction gives it exactly (also where parts overlap).
    Otherwise it is the mean over the 14 directions of the axes and the cube's diagonals. Non-finite points are
    outside; an empty mesh contains nothing.

    Raises:
        InputError: the mesh is not finite, or `points` has the wrong shape.
    """
    points = as_array(points, np.float64, (None, 3), "points")
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot tell inside from outside of a mesh with non-finite vertices")
    inside = np.zeros(len(points), dtype=bool)
    if mesh.is_empty or not len(points):
        return inside
    low, high = mesh.bounds
    candidates = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    if not len(candidates):
        return inside
    if bounds_a_solid(mesh):
        # fewest crossings per line along the longest side, where the most faces lie side by side
        axis = int(np.argmin(high - low))
        winding = -ray_crossings(mesh.triangles, points[candidates], axis)[:, 0]
        inside[candidates] = winding >= 1
    else:
        inside[candidates] = winding_number(mesh, points[candidates]) >= 0.5
    return inside


def winding_number(mesh: Mesh, points: np.ndarray) -> np.ndarray:
    """Float[N]: the winding number around each of the finite `points`, as the mean over 14 directions."""
    total = np.zeros(len(points))
    for rotation, axes in frames():
        triangles, turned = mesh.triangles @ rotation.T, points @ rotation.T
        for axis in axes:
            counts = ray_crossings(triangles, turned, axis)
            total += counts[:, 1] - counts[:, 0]
    return total / 14


def frames() -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """Rotations, each with the axes to look along, that together give the axes and the four diagonals."""
    frames = [(np.eye(3), (0, 1, 2))]
    for diagonal in np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]) / np.sqrt(3):
        across = np.cross(diagonal, [0.0, 1.0, 0.0])
        across /= np.linalg.norm(across)
        frames.append((np.stack([across, np.cross(diagonal, across), diagonal]), (2,)))
    return frames


def ray_crossings(triangles: np.ndarray, points: np.ndarray, axis: int) -> np.ndarray:
    """Crossings of the line along `axis` through each point with `triangles` Float[F, 3, 3].

    Returns:
        Int[N, 4]: the sum of signs below and above the point (+1 where the line runs with the normal), and the
        number of crossings below and above.
    """
    from . import _crossings

    low, high = triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))
    centre, reach = (low + high) / 2, max(float((high - low).max()) / 2, np.finfo(float).tiny)
    scale = (_crossings.LATTICE - 2) / reach
    lattice = np.rint((triangles - centre) * scale).astype(np.int64)
    limit = 2 * _crossings.LATTICE  # still off the lattice
    point_lattice = np.rint(np.clip((points - centre) * scale, -limit, limit)).astype(np.int64)
    # about as many cells as faces
    bits = int(np.clip(np.ceil(np.log2(len(triangles)) / 2), 0, 10))
    shift = 30 - bits
    start, faces = _crossings.bin_triangles(lattice, axis, 1 << bits, shift)
    counts = np.empty((len(points), 4), dtype=np.int32)
    _crossings.count_crossings(
        triangles, lattice, axis, start, faces, 1 << bits, shift, np.ascontiguousarray(points), point_lattice, counts
    )
    return counts
