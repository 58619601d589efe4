"""Crossings of axis-parallel lines with triangles."""

from __future__ import annotations

import numpy as np


def ray_crossings(triangles: np.ndarray, points: np.ndarray, axis: int) -> np.ndarray:
    """Crossings of the line along `axis` through each point with `triangles` Float[F, 3, 3].

    Returns:
        Int[N, 4]: the sum of signs below and above the point (+1 where the line runs with the normal), and the
        number of crossings below and above.
    """
    from . import _crossings  # compiled where it is used: numba takes a second to import

    centre, scale = lattice_frame(triangles)
    lattice, point_lattice = on_lattice(triangles, centre, scale), on_lattice(points, centre, scale)
    # about as many cells as faces
    bits = int(np.clip(np.ceil(np.log2(len(triangles)) / 2), 0, 10))
    shift = 30 - bits
    start, faces = _crossings.bin_triangles(lattice, axis, 1 << bits, shift)
    counts = np.empty((len(points), 4), dtype=np.int32)
    _crossings.count_crossings(
        triangles, lattice, axis, start, faces, 1 << bits, shift, np.ascontiguousarray(points), point_lattice, counts
    )
    return counts


def lattice_frame(triangles: np.ndarray) -> tuple[np.ndarray, float]:
    """The point at the centre of the lattice that just holds `triangles`, and lattice units per unit of length."""
    from ._crossings import LATTICE

    low, high = triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))
    reach = max(float((high - low).max()) / 2, LATTICE * np.finfo(float).tiny)  # so that its inverse is finite
    return (low + high) / 2, (LATTICE - 2) / reach


def on_lattice(places: np.ndarray, centre: np.ndarray, scale: float) -> np.ndarray:
    """`places` in lattice units; what is off the lattice stays off."""
    from ._crossings import LATTICE

    return np.rint(np.clip((places - centre) * scale, -2 * LATTICE, 2 * LATTICE)).astype(np.int64)
