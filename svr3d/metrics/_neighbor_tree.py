"""Exact nearest neighbours on the CPU, by trees of both clouds. Imported only for a search: it needs numba.

Each cloud is split at the median of its box's longest side until `LEAF` points are left. A leaf of one cloud then
searches the tree of the other as a block: a subtree is skipped where its box is farther from the block than the
largest of the distances found so far. At a leaf that is near enough, all pairs are tried; the inner loop runs over
the queries of the block, in vector registers.

Squares of differences are added in the same order for points and for boxes. Rounding is monotonic, so a box is
never farther than a point in it, to the last bit, and skipping never changes a result: it is that of trying all
pairs in float64, with the smallest index among equals, for any number of threads.

Threads are Python's, started for one search, while the compiled code holds no lock: unlike numba's own thread
pools, they survive a fork and may be used from several threads at once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numba import config, njit

LEAF = 16
"""Points per leaf: few enough to skip most, enough to fill vector registers."""

BLOCKS_AT_ONCE = 64
"""Leaves that a thread takes at a time."""

WORTH_THREADS = 3 * 8192
"""Coordinates in all, below which starting threads takes longer than the search."""


Found = tuple[np.ndarray, np.ndarray]
"""For each point the index of its nearest, and the square of the distance to it."""


def search(x: np.ndarray, y: np.ndarray, x_lengths: np.ndarray, y_lengths: np.ndarray) -> tuple[Found, Found]:
    """Nearest neighbours, both ways, of batches of clouds.

    Args:
        x, y: Float64[B, N, 3] and Float64[B, M, 3], finite.
        x_lengths, y_lengths: Int64[B] numbers of points.

    Returns:
        Int64[B, N] with Float64[B, N], and Int64[B, M] with Float64[B, M]: indices, -1 for padding and where no square
        of a distance is below infinity; and squares, 0 there.
    """
    x_found, y_found = ((np.full(c.shape[:2], -1), np.zeros(c.shape[:2])) for c in (x, y))
    pairs = len(x)
    threads = min(torch.get_num_threads(), config.NUMBA_NUM_THREADS)  # pyright: ignore[reportAttributeAccessIssue]
    if x.size + y.size < WORTH_THREADS:
        threads = 1
    if threads == 1:
        _search_pairs(x, y, x_lengths, y_lengths, 0, pairs, *x_found, *y_found)
        return x_found, y_found
    with ThreadPoolExecutor(threads) as pool:
        if pairs >= 2 * threads:
            ends = np.linspace(0, pairs, min(pairs, 8 * threads) + 1).astype(int).tolist()
            run = lambda first, last: _search_pairs(x, y, x_lengths, y_lengths, first, last, *x_found, *y_found)
            list(pool.map(run, ends[:-1], ends[1:]))
            return x_found, y_found
        clouds = [
            cloud[b, :length] for cloud, lengths in ((x, x_lengths), (y, y_lengths)) for b, length in enumerate(lengths)
        ]
        trees = list(pool.map(_build, clouds))
        tasks = [
            (queries, points, first, min(first + BLOCKS_AT_ONCE, len(queries[0]) // LEAF), index[b], square[b])
            for b in range(pairs)
            for queries, points, (index, square) in (
                (trees[b], trees[pairs + b], x_found),
                (trees[pairs + b], trees[b], y_found),
            )
            for first in range(0, len(queries[0]) // LEAF, BLOCKS_AT_ONCE)
        ]
        list(pool.map(lambda task: _search(*task), tasks))
    return x_found, y_found


@njit(cache=True, nogil=True)
def _search_pairs(
    x: np.ndarray,
    y: np.ndarray,
    x_lengths: np.ndarray,
    y_lengths: np.ndarray,
    first: int,
    last: int,
    x_index: np.ndarray,
    x_square: np.ndarray,
    y_index: np.ndarray,
    y_square: np.ndarray,
) -> None:
    for b in range(first, last):
        a, c = _build(x[b, : x_lengths[b]]), _build(y[b, : y_lengths[b]])
        _search(a, c, 0, len(a[0]) // LEAF, x_index[b], x_square[b])
        _search(c, a, 0, len(c[0]) // LEAF, y_index[b], y_square[b])


@njit(cache=True, nogil=True)
def _build(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The tree of points [N, 3]: indices [P] and coordinates [3, P] in the order of leaves, and boxes [nodes, 6].

    P is N rounded up to whole leaves; the last leaf is filled with copies of its last point. Nodes are in preorder:
    the children of node i over leaves [a, b) are i + 1 over [a, m) and i + 2 (m - a) over [m, b), m = (a + b) // 2.
    """
    n = len(points)
    leaves = (n + LEAF - 1) // LEAF
    order = np.empty(leaves * LEAF, np.int64)
    for i in range(n):
        order[i] = i
    keys = np.empty(n)
    boxes = np.empty((2 * leaves - 1, 6))
    stack = np.empty((64, 3), np.int64)
    stack[0] = 0, 0, leaves
    top = 1
    while top:
        top -= 1
        node, a, b = stack[top]
        start, stop = a * LEAF, min(b * LEAF, n)
        x0 = y0 = z0 = np.inf
        x1 = y1 = z1 = -np.inf
        for i in range(start, stop):
            p = order[i]
            x, y, z = points[p, 0], points[p, 1], points[p, 2]
            x0, y0, z0 = min(x0, x), min(y0, y), min(z0, z)
            x1, y1, z1 = max(x1, x), max(y1, y), max(z1, z)
        box = boxes[node]
        box[0], box[1], box[2], box[3], box[4], box[5] = x0, y0, z0, x1, y1, z1
        if b - a > 1:
            m = (a + b) // 2
            dx, dy, dz = x1 - x0, y1 - y0, z1 - z0
            axis = 0 if dx >= dy and dx >= dz else (1 if dy >= dz else 2)
            for i in range(start, stop):
                keys[i] = points[order[i], axis]
            _select(keys, order, start, stop, m * LEAF)
            stack[top] = node + 2 * (m - a), m, b
            stack[top + 1] = node + 1, a, m
            top += 2
    order[n:] = order[n - 1]
    sorted_points = np.empty((3, len(order)))
    for i in range(len(order)):
        for axis in range(3):
            sorted_points[axis, i] = points[order[i], axis]
    return order, sorted_points, boxes


@njit(cache=True, nogil=True)
def _select(keys: np.ndarray, order: np.ndarray, start: int, stop: int, middle: int) -> None:
    """Reorders [start, stop) so that no key before `middle` is above one after. Equal keys do not slow it down."""
    while stop - start > 1:
        step = (stop - start) // 8 if stop - start > 32 else 0
        center = (start + stop) // 2
        a, b, c = keys[center - step], keys[center], keys[center + step]
        pivot = max(min(a, b), min(max(a, b), c))
        split = start
        for i in range(start, stop):  # without branches: most of them would be guessed wrong
            key, p = keys[i], order[i]
            keys[i], order[i] = keys[split], order[split]
            keys[split], order[split] = key, p
            split += key < pivot
        if middle < split:
            stop = split
            continue
        start = split
        for i in range(start, stop):
            key, p = keys[i], order[i]
            keys[i], order[i] = keys[split], order[split]
            keys[split], order[split] = key, p
            split += key <= pivot
        if middle < split:
            return
        start = split


@njit(cache=True, nogil=True)
def _search(
    queries: tuple[np.ndarray, np.ndarray, np.ndarray],
    points: tuple[np.ndarray, np.ndarray, np.ndarray],
    first: int,
    last: int,
    index: np.ndarray,
    square: np.ndarray,
) -> None:
    """Writes the nearest of `points` to each point of the leaves [first, last) of `queries`, both trees."""
    query_order, query_points = queries[0], queries[1]
    order, targets, boxes = points
    leaves = len(order) // LEAF
    ids = np.empty((64, 3), np.int64)
    far = np.empty(64)
    best, found = np.empty(LEAF), np.empty(LEAF, np.int64)
    block = np.empty((3, LEAF))
    box = np.empty(6)
    warm = -1
    for leaf in range(first, last):
        for axis in range(3):
            low, high = np.inf, -np.inf
            for k in range(LEAF):
                value = query_points[axis, leaf * LEAF + k]
                block[axis, k] = value
                low, high = min(low, value), max(high, value)
            box[axis], box[axis + 3] = low, high
        best[:] = np.inf
        found[:] = -1
        worst = np.inf
        last_leaf = -1
        if warm >= 0:  # the leaf that was nearest to the block before is seldom far from this one
            _try_pairs(block, targets, order, warm, best, found)
            worst = best.max()
            last_leaf = warm
        ids[0, 0], ids[0, 1], ids[0, 2] = 0, 0, leaves
        far[0] = 0.0
        top = 1
        while top:
            top -= 1
            if far[top] > worst:
                continue
            node, a, b = ids[top, 0], ids[top, 1], ids[top, 2]
            if b - a == 1:
                if a == last_leaf or not _any_near(block, boxes, node, best):
                    continue
                _try_pairs(block, targets, order, a, best, found)
                now = best.max()
                if now < worst:
                    warm = a
                worst = now
                continue
            m = (a + b) // 2
            left, right = node + 1, node + 2 * (m - a)
            near_left, near_right = _box_distance(box, boxes, left), _box_distance(box, boxes, right)
            if near_left <= near_right:  # the last on the stack is the first to be looked at
                ids[top, 0], ids[top, 1], ids[top, 2], far[top] = right, m, b, near_right
                top += near_right <= worst
                ids[top, 0], ids[top, 1], ids[top, 2], far[top] = left, a, m, near_left
                top += near_left <= worst
            else:
                ids[top, 0], ids[top, 1], ids[top, 2], far[top] = left, a, m, near_left
                top += near_left <= worst
                ids[top, 0], ids[top, 1], ids[top, 2], far[top] = right, m, b, near_right
                top += near_right <= worst
        for k in range(LEAF):
            index[query_order[leaf * LEAF + k]] = found[k]
            square[query_order[leaf * LEAF + k]] = best[k] if found[k] >= 0 else 0.0


@njit(cache=True, nogil=True, inline="always")
def _box_distance(box: np.ndarray, boxes: np.ndarray, node: int) -> float:
    """The square of the distance between two boxes."""
    dx = max(boxes[node, 0] - box[3], box[0] - boxes[node, 3], 0.0)
    dy = max(boxes[node, 1] - box[4], box[1] - boxes[node, 4], 0.0)
    dz = max(boxes[node, 2] - box[5], box[2] - boxes[node, 5], 0.0)
    return (dx * dx + dy * dy) + dz * dz


@njit(cache=True, nogil=True)
def _any_near(block: np.ndarray, boxes: np.ndarray, node: int, best: np.ndarray) -> bool:
    """Whether the box is as near to a point of the block as the best that this point has found."""
    x0, y0, z0 = boxes[node, 0], boxes[node, 1], boxes[node, 2]
    x1, y1, z1 = boxes[node, 3], boxes[node, 4], boxes[node, 5]
    near = 0
    for k in range(LEAF):
        x, y, z = block[0, k], block[1, k], block[2, k]
        dx, dy, dz = max(x0 - x, x - x1, 0.0), max(y0 - y, y - y1, 0.0), max(z0 - z, z - z1, 0.0)
        near += (dx * dx + dy * dy) + dz * dz <= best[k]
    return near > 0


@njit(cache=True, nogil=True)
def _try_pairs(
    block: np.ndarray, targets: np.ndarray, order: np.ndarray, leaf: int, best: np.ndarray, found: np.ndarray
) -> None:
    for j in range(leaf * LEAF, leaf * LEAF + LEAF):
        x, y, z, p = targets[0, j], targets[1, j], targets[2, j], order[j]
        for k in range(LEAF):
            dx, dy, dz = block[0, k] - x, block[1, k] - y, block[2, k] - z
            square = (dx * dx + dy * dy) + dz * dz
            better = (square < best[k]) | ((square == best[k]) & (p < found[k]))
            best[k] = square if better else best[k]
            found[k] = p if better else found[k]
