"""Which of the voxels that the rules for thin solids propose are needed: the kernels under `voxelize`."""

from __future__ import annotations

import numpy as np
from numba import njit

BULK = 4
"""Occupied voxels, of the 26 around, beside which a voxel lies on something thick: the end of a board one voxel thick
has three, that of a rod one."""


@njit(cache=True)
def add_needed(values: np.ndarray, thin: np.ndarray) -> None:
    """Sets `values` Float32[R, R, R] to 1 at the voxels of `thin` Bool[R, R, R] that show what would not show.

    Voxels of `thin` that touch, if only at a corner, form a group. A group is needed unless it can be taken away voxel
    by voxel, each of which lies on something thick and is simple in the sense of digital topology (Bertrand and
    Malandain, 1994): without it nothing falls apart and no hole appears. Such groups lie along edges of what shows.
    """
    n = values.shape[0]
    state = np.zeros((n + 2, n + 2, n + 2), np.uint8)  # 1: occupied, 2: proposed, 3: proposed and in a group
    proposed = 0
    for i in range(n):
        for j in range(n):
            for k in range(n):
                if values[i, j, k] != 0:
                    state[i + 1, j + 1, k + 1] = 1
                elif thin[i, j, k]:
                    state[i + 1, j + 1, k + 1] = 2
                    proposed += 1
    group = np.empty((proposed, 3), np.int64)
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            for k in range(1, n + 1):
                if state[i, j, k] != 2:
                    continue
                state[i, j, k] = 3
                group[0, 0], group[0, 1], group[0, 2] = i, j, k
                size, at = 1, 0
                while at < size:
                    x, y, z = group[at]
                    at += 1
                    for a in range(x - 1, x + 2):
                        for b in range(y - 1, y + 2):
                            for c in range(z - 1, z + 2):
                                if state[a, b, c] == 2:
                                    state[a, b, c] = 3
                                    group[size, 0], group[size, 1], group[size, 2] = a, b, c
                                    size += 1
                if not _can_go(state, group[:size]):
                    for at in range(size):
                        values[group[at, 0] - 1, group[at, 1] - 1, group[at, 2] - 1] = 1


@njit(cache=True)
def _can_go(state: np.ndarray, group: np.ndarray) -> bool:
    """Takes voxels of `group` Int[N, 3] out of `state` while that changes nothing; whether all are gone."""
    left, before = group.shape[0], 0
    while left != before:
        before = left
        for x, y, z in group:
            around = state[x - 1 : x + 2, y - 1 : y + 2, z - 1 : z + 2]
            if around[1, 1, 1] != 0 and _is_on_bulk(around) and _pieces(around, True) == 1 == _pieces(around, False):
                around[1, 1, 1] = 0
                left -= 1
    return left == 0


@njit(cache=True)
def _is_on_bulk(around: np.ndarray) -> bool:
    """Whether enough of `around` UInt8[3, 3, 3] are 1 that the middle lies on something thick."""
    count = 0
    for a in range(3):
        for b in range(3):
            for c in range(3):
                count += around[a, b, c] == 1
    return count >= BULK


@njit(cache=True)
def _pieces(around: np.ndarray, full: bool) -> int:
    """How many pieces the filled (or else the empty) part of the neighbours of a voxel has.

    Filled voxels hang together across sides, edges and corners. Empty ones do across sides, and of their pieces
    within the 18 neighbours that share an edge or a side with the voxel, those at its sides count.

    Args:
        around: UInt8[3, 3, 3], filled where not 0; the middle is not looked at.
    """
    seen = np.zeros((3, 3, 3), np.bool_)
    stack = np.empty((27, 3), np.int64)
    pieces = 0
    for i in range(3):
        for j in range(3):
            for k in range(3):
                off = abs(i - 1) + abs(j - 1) + abs(k - 1)
                if off == 0 or seen[i, j, k] or (around[i, j, k] != 0) != full or (not full and off > 1):
                    continue
                pieces += 1
                seen[i, j, k] = True
                stack[0, 0], stack[0, 1], stack[0, 2] = i, j, k
                height = 1
                while height:
                    height -= 1
                    x, y, z = stack[height]
                    for a in range(max(0, x - 1), min(3, x + 2)):
                        for b in range(max(0, y - 1), min(3, y + 2)):
                            for c in range(max(0, z - 1), min(3, z + 2)):
                                off = abs(a - 1) + abs(b - 1) + abs(c - 1)
                                if off == 0 or seen[a, b, c] or (around[a, b, c] != 0) != full:
                                    continue
                                if full or (off < 3 and abs(a - x) + abs(b - y) + abs(c - z) == 1):
                                    seen[a, b, c] = True
                                    stack[height, 0], stack[height, 1], stack[height, 2] = a, b, c
                                    height += 1
    return pieces
