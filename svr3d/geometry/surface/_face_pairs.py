"""Which faces of a mesh cross: a tree of bounding boxes and a test of two faces, under `self_intersections`.

Corners are rounded to an integer lattice, on which normals are exact, also of slivers. So whatever lies on a face's
plane has a distance from it far below the tolerance, and faces that share an edge or a corner need no special case.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LATTICE = 1 << 29
"""Largest coordinate: differences reach 2^30, normals 2^61."""

TOLERANCE = 1000.0
"""In lattice units: what reaches less far only touches. About 1e-6 of the mesh's longest side, so that what touches
still does after rounding to the digits of a file."""

LEAF = 4
"""Faces per leaf of the tree."""

Direction = tuple[float, float, float] | np.ndarray
"""Of three numbers, not of unit length."""


@njit(cache=True, inline="always")
def _minors(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple[int, int, int]:
    """(b - a) × (c - a), exactly."""
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    return uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


@njit(cache=True, inline="always")
def _along(direction: Direction, point: np.ndarray, origin: np.ndarray) -> float:
    """direction · (point - origin), rounded once per term."""
    return (
        direction[0] * float(point[0] - origin[0])
        + direction[1] * float(point[1] - origin[1])
        + direction[2] * float(point[2] - origin[2])
    )


@njit(cache=True, inline="always")
def _height(direction: Direction, point: np.ndarray, origin: np.ndarray) -> float:
    """`_along`, with 0 for what only touches."""
    d = _along(direction, point, origin)
    return d if abs(d) > TOLERANCE else 0.0


@njit(cache=True)
def _interval(face: np.ndarray, heights: Direction, direction: Direction, origin: np.ndarray) -> tuple[float, float]:
    """Where the line in which the planes meet runs through `face`, as least and greatest position along it."""
    low, high = np.inf, -np.inf
    for i in range(3):
        j = (i + 1) % 3
        x = _along(direction, face[i], origin)
        if heights[i] == 0:
            low, high = min(low, x), max(high, x)
        elif heights[i] * heights[j] < 0:
            x += (_along(direction, face[j], origin) - x) * heights[i] / (heights[i] - heights[j])
            low, high = min(low, x), max(high, x)
    return low, high


@njit(cache=True)
def _cross(a: np.ndarray, b: np.ndarray, normal_a: np.ndarray, normal_b: np.ndarray) -> bool:
    """Whether faces `a`, `b` Int[3, 3] with these unit normals reach through each other.

    Each must have corners on both sides of the other's plane; then the planes meet in a line, on which either face has
    an interval, and those must overlap (Möller, "A fast triangle-triangle intersection test", 1997).
    """
    of_a = (_height(normal_b, a[0], b[0]), _height(normal_b, a[1], b[0]), _height(normal_b, a[2], b[0]))
    if min(of_a) >= 0 or max(of_a) <= 0:
        return False
    of_b = (_height(normal_a, b[0], a[0]), _height(normal_a, b[1], a[0]), _height(normal_a, b[2], a[0]))
    if min(of_b) >= 0 or max(of_b) <= 0:
        return False
    x = normal_a[1] * normal_b[2] - normal_a[2] * normal_b[1]
    y = normal_a[2] * normal_b[0] - normal_a[0] * normal_b[2]
    z = normal_a[0] * normal_b[1] - normal_a[1] * normal_b[0]
    length = np.sqrt(x * x + y * y + z * z)
    if length == 0:
        return False
    direction = (x / length, y / length, z / length)
    low_a, high_a = _interval(a, of_a, direction, a[0])
    low_b, high_b = _interval(b, of_b, direction, a[0])
    return min(high_a, high_b) - max(low_a, low_b) > TOLERANCE


@njit(cache=True)
def _boxes(low: np.ndarray, high: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
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
def _apart(low: np.ndarray, high: np.ndarray, f: int, node_low: np.ndarray, node_high: np.ndarray, k: int) -> bool:
    return (
        low[f, 0] > node_high[k, 0]
        or high[f, 0] < node_low[k, 0]
        or low[f, 1] > node_high[k, 1]
        or high[f, 1] < node_low[k, 1]
        or low[f, 2] > node_high[k, 2]
        or high[f, 2] < node_low[k, 2]
    )


@njit(cache=True)
def crossing_pairs(corners: np.ndarray) -> np.ndarray:
    """The pairs of faces that cross.

    Args:
        corners: Int[F, 3, 3], on the lattice; neighbours in space should be near in the order.

    Returns:
        Int[K, 2], the lower index first.
    """
    n = corners.shape[0]
    low = np.empty((n, 3), np.int64)
    high = np.empty((n, 3), np.int64)
    normal = np.zeros((n, 3))
    flat = np.ones(n, np.bool_)
    for f in range(n):
        x, y, z = _minors(corners[f, 0], corners[f, 1], corners[f, 2])
        length = np.sqrt(float(x) * float(x) + float(y) * float(y) + float(z) * float(z))
        if length > 0:
            normal[f, 0], normal[f, 1], normal[f, 2] = x / length, y / length, z / length
            flat[f] = False
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
        if flat[f]:
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
                if flat[g] or _apart(low, high, f, low, high, g):
                    continue
                if _cross(corners[f], corners[g], normal[f], normal[g]):
                    if found == pairs.shape[0]:
                        pairs = np.concatenate((pairs, np.empty_like(pairs)))
                    pairs[found, 0], pairs[found, 1] = f, g
                    found += 1
    return pairs[:found]
