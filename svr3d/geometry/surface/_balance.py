"""Whether the edges of faces cancel, found without sorting."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64


@njit(cache=True, error_model="numpy")
def is_balanced(bits: np.ndarray, faces: np.ndarray) -> bool:
    """Whether every edge is run along as often one way as the other, vertices at the same place counting as one.

    Places are thrown at random (a hash of their coordinates) onto a plane of 64-bit numbers. There the signed areas
    of the faces sum to zero if their edges cancel, and otherwise only with a probability of about 2⁻⁶⁰.

    Args:
        bits: UInt64[V, 3], the coordinates' bit patterns, without negative zeros.
    """
    x, y = np.empty(bits.shape[0], np.uint64), np.empty(bits.shape[0], np.uint64)
    for n in range(bits.shape[0]):
        hashed = uint64(0)
        for e in range(3):
            hashed = (hashed + bits[n, e]) * uint64(0xBF58476D1CE4E5B9)
            hashed ^= hashed >> uint64(29)
        x[n] = hashed * uint64(0x94D049BB133111EB)
        x[n] ^= x[n] >> uint64(32)
        y[n] = x[n] * uint64(0x9E3779B97F4A7C15)
        y[n] ^= y[n] >> uint64(31)
        y[n] *= uint64(0xD6E8FEB86659FD93)
    area = uint64(0)
    for f in range(faces.shape[0]):
        # unsigned, so that no index is taken for one from the end
        a, b, c = uint64(faces[f, 0]), uint64(faces[f, 1]), uint64(faces[f, 2])
        area += (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a])
    return area == uint64(0)
