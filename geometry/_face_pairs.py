"""Which faces of a mesh cross: a tree of bounding boxes and an exact test, the kernels under `self_intersections`.

Corners are rounded to an integer lattice, where the side of a plane on which a point lies is decided exactly. So faces
that share an edge or a corner need no special case: what they share lies on both planes, and is no crossing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LATTICE = 1 << 29
"""Largest coordinate: differences reach 2^30, normals 2^61."""

TOLERANCE = 1000
"""In lattice units: a corner this close to a plane lies on it. About 1e-6 of the mesh's longest side, so that what
touches still does after rounding to the digits of a file."""

LEAF = 4
"""Faces per leaf of the tree."""

_HALF = 31
_LOW = (1 << _HALF) - 1


@njit(cache=True, inline="always")
def _minors(a, b, c):
    """(b - a) × (c - a), exactly."""
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    return uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


@njit(cache=True)
def _volume_sign(a, b, c, d):
    """The sign of (b - a) × (c - a) · (d - a), exactly: 92 bits as two halves of int64."""
    x, y, z = _minors(a, b, c)
    dx, dy, dz = d[0] - a[0], d[1] - a[1], d[2] - a[2]
    high = (x >> _HALF) * dx + (y >> _HALF) * dy + (z >> _HALF) * dz
    low = (x & _LOW) * dx + (y & _LOW) * dy + (z & _LOW) * dz
    high += low >> _HALF
    if high != 0:
        return 1 if high > 0 else -1
    return 1 if low & _LOW else 0


@njit(cache=True)
def _sides(triangle, nx, ny, nz, length, origin):
    """Of each corner, the side of the plane through `origin` with this normal: 1 in front, -1 behind, 0 on it.

    Within the tolerance, which is many times the rounding, nothing has to be exact.
    """
    limit = TOLERANCE * length
    s0, s1, s2 = 0, 0, 0
    for corner in range(3):
        d = (
            nx * float(triangle[corner, 0] - origin[0])
            + ny * float(triangle[corner, 1] - origin[1])
            + nz * float(triangle[corner, 2] - origin[2])
        )
        s = 1 if d > limit else (-1 if d < -limit else 0)
        if corner == 0:
            s0 = s
        elif corner == 1:
            s1 = s
        else:
            s2 = s
    return s0, s1, s2


@njit(cache=True, inline="always")
def _alone(s0, s1, s2):
    """The corner that is alone on its side of a plane, and that side."""
    if s0 * s1 <= 0 and s0 * s2 <= 0 and s0 != 0 and (s1 != 0 or s2 != 0) and not (s1 * s2 < 0):
        return 0, s0
    if s1 * s0 <= 0 and s1 * s2 <= 0 and s1 != 0 and (s0 != 0 or s2 != 0) and not (s0 * s2 < 0):
        return 1, s1
    return 2, s2


@njit(cache=True)
def _cross(a, b, normal_a, normal_b, length_a, length_b):
    """Whether a point inside face `a` lies inside face `b`, the two not in one plane. Int[3, 3] each.

    The planes meet in a line, on which either face has an interval; those must overlap (Guigue and Devillers, "Fast
    and robust triangle-triangle overlap test using orientation predicates", 2003; here in more than a point).
    """
    a0, a1, a2 = _sides(a, normal_b[0], normal_b[1], normal_b[2], length_b, b[0])
    if min(a0, a1, a2) >= 0 or max(a0, a1, a2) <= 0:
        return False
    b0, b1, b2 = _sides(b, normal_a[0], normal_a[1], normal_a[2], length_a, a[0])
    if min(b0, b1, b2) >= 0 or max(b0, b1, b2) <= 0:
        return False
    i, side_a = _alone(a0, a1, a2)
    j, side_b = _alone(b0, b1, b2)
    p, q, r = a[i], a[(i + 1) % 3], a[(i + 2) % 3]
    s, t, u = b[j], b[(j + 1) % 3], b[(j + 2) % 3]
    # as if both lone corners lay in front of the other's plane: else turn the other round
    if side_a < 0:
        t, u = u, t
    if side_b < 0:
        q, r = r, q
    return _volume_sign(p, q, s, t) < 0 and _volume_sign(p, r, u, s) < 0


@njit(cache=True)
def _boxes(low, high, size):
    """Boxes of a complete binary tree over leaves of `LEAF` faces: node k has the children 2k and 2k + 1."""
    n = low.shape[0]
    node_low = np.empty((2 * size, 3), np.int64)
    node_high = np.empty((2 * size, 3), np.int64)
    node_low[:] = 1 << 62
    node_high[:] = -(1 << 62)
    for f in range(n):
        k = size + f // LEAF
        for axis in range(3):
            node_low[k, axis] = min(node_low[k, axis], low[f, axis])
            node_high[k, axis] = max(node_high[k, axis], high[f, axis])
    for k in range(size - 1, 0, -1):
        for axis in range(3):
            node_low[k, axis] = min(node_low[2 * k, axis], node_low[2 * k + 1, axis])
            node_high[k, axis] = max(node_high[2 * k, axis], node_high[2 * k + 1, axis])
    return node_low, node_high


@njit(cache=True, inline="always")
def _apart(low, high, f, node_low, node_high, k):
    return (
        low[f, 0] > node_high[k, 0]
        or high[f, 0] < node_low[k, 0]
        or low[f, 1] > node_high[k, 1]
        or high[f, 1] < node_low[k, 1]
        or low[f, 2] > node_high[k, 2]
        or high[f, 2] < node_low[k, 2]
    )


@njit(cache=True)
def crossing_pairs(corners):
    """The pairs of faces that cross.

    Args:
        corners: Int[F, 3, 3], on the lattice; neighbours in space should be near in the order.

    Returns:
        Int[K, 2], the lower index first.
    """
    n = corners.shape[0]
    low = np.empty((n, 3), np.int64)
    high = np.empty((n, 3), np.int64)
    normal = np.empty((n, 3))
    length = np.empty(n)
    for f in range(n):
        x, y, z = _minors(corners[f, 0], corners[f, 1], corners[f, 2])
        normal[f, 0], normal[f, 1], normal[f, 2] = x, y, z
        length[f] = np.sqrt(normal[f, 0] ** 2 + normal[f, 1] ** 2 + normal[f, 2] ** 2)
        for axis in range(3):
            low[f, axis] = min(corners[f, 0, axis], corners[f, 1, axis], corners[f, 2, axis])
            high[f, axis] = max(corners[f, 0, axis], corners[f, 1, axis], corners[f, 2, axis])
    size = 1
    depth = 0
    while size * LEAF < n:
        size *= 2
        depth += 1
    node_low, node_high = _boxes(low, high, size)
    pairs = np.empty((64, 2), np.int64)
    found = 0
    stack = np.empty(depth + 2, np.int64)
    for f in range(n):
        if length[f] == 0:
            continue
        stack[0] = 1
        top = 1
        while top > 0:
            top -= 1
            k = stack[top]
            if _apart(low, high, f, node_low, node_high, k):
                continue
            if k < size:
                # a subtree whose last face comes before this one has seen it already
                level = 0
                while (k << level) < size:
                    level += 1
                if (((k + 1) << level) - size) * LEAF <= f:
                    continue
                stack[top] = 2 * k + 1
                stack[top + 1] = 2 * k
                top += 2
                continue
            first = max((k - size) * LEAF, f + 1)
            for g in range(first, min((k - size + 1) * LEAF, n)):
                if length[g] == 0 or _apart(low, high, f, low, high, g):
                    continue
                if _cross(corners[f], corners[g], normal[f], normal[g], length[f], length[g]):
                    if found == pairs.shape[0]:
                        pairs = np.concatenate((pairs, np.empty_like(pairs)))
                    pairs[found, 0], pairs[found, 1] = f, g
                    found += 1
    return pairs[:found]
