"""Optimal one-to-one matching of equally many points, by auction and by shortest augmenting paths.

Both work on dual prices. Weak duality: for any prices p, mean_i min_j (c_ij + p_j) - mean_j p_j is at most the
mean cost of every matching; so prices, however found, certify how far a matching can be from the best one.

Sources: D. P. Bertsekas, "The auction algorithm", Annals of Operations Research 14, 1988 (with scaling of epsilon);
R. Jonker and A. Volgenant, "A shortest augmenting path algorithm", Computing 38, 1987.

Costs are Euclidean distances, computed when needed, so that memory is linear in the number of points. "Persons"
are the points x, "objects" the points y; both are passed as [3, n], so that inner loops run in vector registers.

Nearly all the time goes into finding what an object costs a person, c_ij + p_j, at least. Two things make that short:
- A person remembers its best objects, and a floor that all others stay above. Prices only rise, so that holds for ever.
- Objects lie in blocks of neighbours. |y - x| + g·y is convex in y, so its tangent plane at a block's centre bounds it
  from below over the whole block; with g the slope of the block's prices, that is close even where distance and price
  cancel out, which they do along every line of transport. Blocks above what is looked for are passed over.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

BLOCK = 32
"""Objects in a block."""

REMEMBERED = 48
"""Objects that a person remembers at most."""

COLLECTED = 4 * REMEMBERED
"""Objects among which the best are chosen at a time."""

WIDTH = 14.0
"""Times epsilon: how far above its best object a person remembers others, unless there are too many."""

REFIT = 1 / 4
"""Bids per person between two looks at how the prices lie over each block."""

THIN = 1e-3
"""Smallest ratio of the second to the first principal extent at which a cloud is no line."""

FIRST_EPSILON = 1 / 50
"""Of the diagonal. Larger starts cost more bids than they save, smaller ones lead to price wars between clusters."""

EPSILON_STEP = 1 / 5

SMALLEST_EPSILON = 1e-14
"""Of the diagonal: below it, a bid is lost in the rounding of the price."""

EXACT = 5e-13
"""The relative gap that is taken for rounding."""

MOST_BIDS = 500
"""Per person in all. Ordinary clouds need about 50; where more are needed, augmenting paths are the faster way."""


def match(x: np.ndarray, y: np.ndarray, tolerance: float, exact: bool) -> tuple[np.ndarray, float]:
    """A matching of x: Float64[n, 3] to y: Float64[n, 3] and a lower bound of the mean cost of all matchings.

    Nearly all of it runs without Python's lock, so that several threads can match a pair each.

    Returns:
        Int64[n], the index into y of the partner of each x; and the bound, which holds in exact arithmetic too. Unless
        `exact`, the mean cost v of the matching satisfies v - bound ≤ tolerance · v. If `exact`, both are the optimum,
        up to rounding.
    """
    n = len(x)
    # Scaling by a power of two is free of rounding and keeps squares away from overflow and underflow.
    extent = np.ptp(np.concatenate([x, y]), axis=0).max()
    if extent == 0:
        return np.arange(n), 0.0
    exponent = int(np.frexp(extent)[1])
    x, y = (np.ascontiguousarray(np.ldexp(points, -exponent).T) for points in (x, y))
    order = _order(y)
    filled = -(-n // BLOCK) * BLOCK
    y = np.pad(y[:, order], ((0, 0), (0, filled - n)), mode="edge")
    prices = np.full(filled, np.inf)  # what fills up the last block is never bought
    prices[:n] = 0
    blocks = np.zeros((10, filled // BLOCK))
    object_of, person_of = np.full(n, -1), np.full(n, -1)
    memory = (
        np.zeros((n, REMEMBERED), np.int32),
        np.zeros((n, REMEMBERED)),
        np.zeros(n, np.int32),
        np.full(n, -np.inf),
    )
    value, bound = np.inf, -np.inf
    done = False
    if _on_a_line(x, y[:, :n]):
        object_of, prices[:n] = _match_line(x, y[:, :n])
        person_of[object_of] = np.arange(n)
        bound = _bound(x, y, prices, blocks, object_of)
        value = np.linalg.norm(x - y[:, object_of], axis=0).mean()
        done = value - bound <= tolerance * value
    epsilon = FIRST_EPSILON * math.sqrt(3.0)
    bids_left = MOST_BIDS * n
    while not done and epsilon > SMALLEST_EPSILON and bids_left > 0:
        bids_left -= _auction(x, y, prices, blocks, object_of, person_of, *memory, epsilon, bids_left)
        if bids_left > 0:
            value = np.linalg.norm(x - y[:, object_of], axis=0).mean()
            # The gap is at most epsilon and seldom below a twentieth of it: look only when it can be closed.
            if value == 0 or epsilon <= 20 * tolerance * value:
                bound = _bound(x, y, prices, blocks, object_of)
                done = value - bound <= tolerance * value
        epsilon *= EPSILON_STEP
    if not done or (exact and value - bound > EXACT * value):
        object_of = _augment(x, y[:, :n], prices[:n])
        bound = _bound(x, y, prices, blocks, object_of)
    return order[object_of], math.ldexp(bound, exponent)


def _bound(x: np.ndarray, y: np.ndarray, prices: np.ndarray, blocks: np.ndarray, object_of: np.ndarray) -> float:
    """The lower bound that `prices` certify, less what rounding may have added."""
    n = x.shape[1]
    _fit(y, prices, blocks, n)
    lowest = _lowest_values(x, y, prices, blocks, object_of)
    rounding = 4 * np.finfo(np.float64).eps * (np.abs(prices[:n]).max() + np.abs(lowest).max())
    return max(0.0, (math.fsum(lowest) - math.fsum(prices[:n])) / n - rounding)


def _on_a_line(x: np.ndarray, y: np.ndarray) -> bool:
    points = np.concatenate([x, y], axis=1)
    extents = np.linalg.svd(np.cov(points), compute_uv=False)
    return bool(extents[1] <= THIN**2 * extents[0])


def _match_line(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The matching and the prices that are best for the points' projections to their principal axis.

    On a line the sorted matching is optimal; the optimal prices fall at slope 1 wherever more of x than of y has been
    passed, and rise where less has. An auction is slow there: all objects further on cost a person the same.
    """
    n = x.shape[1]
    points = np.concatenate([x, y], axis=1)
    axis = np.linalg.svd(np.cov(points))[0][:, 0]
    along = axis @ points
    object_of = np.empty(n, np.int64)
    object_of[np.argsort(along[:n], kind="stable")] = np.argsort(along[n:], kind="stable")
    order = np.argsort(along, kind="stable")
    ahead = np.cumsum(np.where(order < n, 1, -1))[:-1]
    potential = np.empty(2 * n)
    potential[order] = np.concatenate([[0.0], np.cumsum(-np.sign(ahead) * np.diff(along[order]))])
    return object_of, potential[n:]


@njit(cache=True, nogil=True)
def _select(keys: np.ndarray, items: np.ndarray, low: int, high: int, k: int) -> None:
    """Reorder keys[low:high], and items with them, so that keys before k are at most keys[k], and later ones at least.

    Source: C. A. R. Hoare, "Algorithm 65: FIND", 1961.
    """
    high -= 1
    while low < high:
        pivot = keys[(low + high) >> 1]
        a, b = low, high
        while a <= b:
            while keys[a] < pivot:
                a += 1
            while keys[b] > pivot:
                b -= 1
            if a <= b:
                keys[a], keys[b] = keys[b], keys[a]
                items[a], items[b] = items[b], items[a]
                a += 1
                b -= 1
        if k <= b:
            high = b
        elif k >= a:
            low = a
        else:
            return


@njit(cache=True, nogil=True)
def _order(points: np.ndarray) -> np.ndarray:
    """Int64[n]: the points in an order in which every BLOCK of them is a cell of a k-d tree."""
    n = points.shape[1]
    order, keys = np.arange(n), np.empty(n)
    pending = [(0, n)]
    while len(pending) > 0:
        low, high = pending.pop()
        if high - low <= BLOCK:
            continue
        axis, widest = 0, -1.0
        for d in range(3):
            smallest, largest = np.inf, -np.inf
            for k in range(low, high):
                smallest = min(smallest, points[d, order[k]])
                largest = max(largest, points[d, order[k]])
            if largest - smallest > widest:
                axis, widest = d, largest - smallest
        for k in range(low, high):
            keys[k] = points[axis, order[k]]
        middle = low + (-(-(high - low) // BLOCK) // 2) * BLOCK
        _select(keys, order, low, high, middle)
        pending.append((low, middle))
        pending.append((middle, high))
    return order


@njit(cache=True, nogil=True)
def _fit(y: np.ndarray, prices: np.ndarray, blocks: np.ndarray, n: int) -> None:
    """Per block: centre, half extent, slope g of the prices, and the lowest g·centre + (price - g·y)."""
    top = 0.0
    for j in range(n):
        top = max(top, abs(prices[j]))
    margin = 1e-14 * (1.0 + top) + 1e-15 * np.abs(y).max()  # more than rounding can add below
    for b in range(blocks.shape[1]):
        start, stop = b * BLOCK, min((b + 1) * BLOCK, n)
        for d in range(3):
            smallest, largest = y[d, start], y[d, start]
            for j in range(start + 1, stop):
                smallest = min(smallest, y[d, j])
                largest = max(largest, y[d, j])
            blocks[d, b] = (smallest + largest) / 2
            blocks[3 + d, b] = (largest - smallest) / 2
        cx, cy, cz = blocks[0, b], blocks[1, b], blocks[2, b]
        # Least squares with a ridge: blocks are often flat, and any slope gives a valid bound.
        count = stop - start
        mx = my = mz = mp = 0.0
        xx = xy = xz = yy = yz = zz = px = py = pz = 0.0
        for j in range(start, stop):
            u, v, w, p = y[0, j] - cx, y[1, j] - cy, y[2, j] - cz, prices[j]
            mx += u
            my += v
            mz += w
            mp += p
        mx, my, mz, mp = mx / count, my / count, mz / count, mp / count
        for j in range(start, stop):
            u, v, w, p = y[0, j] - cx - mx, y[1, j] - cy - my, y[2, j] - cz - mz, prices[j] - mp
            xx += u * u
            xy += u * v
            xz += u * w
            yy += v * v
            yz += v * w
            zz += w * w
            px += p * u
            py += p * v
            pz += p * w
        ridge = 1e-4 * (xx + yy + zz) + 1e-280
        xx += ridge
        yy += ridge
        zz += ridge
        a, e, f = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
        det = xx * a + xy * e + xz * f
        gx = gy = gz = 0.0
        if det > 1e-250:
            gx = (px * a + py * e + pz * f) / det
            gy = (px * e + py * (xx * zz - xz * xz) + pz * (xy * xz - xx * yz)) / det
            gz = (px * f + py * (xy * xz - xx * yz) + pz * (xx * yy - xy * xy)) / det
            if not abs(gx) + abs(gy) + abs(gz) < 10:
                gx = gy = gz = 0.0
        lowest = np.inf
        for j in range(start, stop):
            lowest = min(lowest, prices[j] - gx * (y[0, j] - cx) - gy * (y[1, j] - cy) - gz * (y[2, j] - cz))
        blocks[6, b], blocks[7, b], blocks[8, b], blocks[9, b] = gx, gy, gz, lowest - margin


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "contract", "reassoc"})
def _block_bounds(i: int, x: np.ndarray, blocks: np.ndarray, bounds: np.ndarray) -> None:
    """bounds[b]: no object of block b costs person i less. Returns the block with the lowest."""
    a, b, c = x[0, i], x[1, i], x[2, i]
    c0, c1, c2, h0, h1, h2 = blocks[0], blocks[1], blocks[2], blocks[3], blocks[4], blocks[5]
    g0, g1, g2, low = blocks[6], blocks[7], blocks[8], blocks[9]
    for k in range(bounds.shape[0]):
        u, v, w = c0[k] - a, c1[k] - b, c2[k] - c
        length = math.sqrt(u * u + v * v + w * w)
        inverse = 1.0 / max(length, 1e-150)
        tilt = h0[k] * abs(u * inverse + g0[k]) + h1[k] * abs(v * inverse + g1[k]) + h2[k] * abs(w * inverse + g2[k])
        bounds[k] = length + low[k] - tilt


@njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "contract", "reassoc"})
def _scan(i: int, x: np.ndarray, y: np.ndarray, prices: np.ndarray, start: int | np.intp, values: np.ndarray) -> float:
    """values[k] = c_ij + p_j for the block from `start` on; returns the lowest."""
    a, b, c = x[0, i], x[1, i], x[2, i]
    lowest = np.inf
    y0, y1, y2, p = (
        y[0, start : start + BLOCK],
        y[1, start : start + BLOCK],
        y[2, start : start + BLOCK],
        prices[start : start + BLOCK],
    )
    for k in range(BLOCK):
        u, v, w = y0[k] - a, y1[k] - b, y2[k] - c
        values[k] = math.sqrt(u * u + v * v + w * w) + p[k]
    for k in range(BLOCK):  # apart, so that both loops run in vector registers
        if values[k] < lowest:
            lowest = values[k]
    return lowest


@njit(cache=True, nogil=True)
def _distance(i: int, j: int, x: np.ndarray, y: np.ndarray) -> float:
    u, v, w = y[0, j] - x[0, i], y[1, j] - x[1, i], y[2, j] - x[2, i]
    return math.sqrt(u * u + v * v + w * w)


@njit(cache=True, nogil=True)
def _lowest_values(
    x: np.ndarray, y: np.ndarray, prices: np.ndarray, blocks: np.ndarray, object_of: np.ndarray
) -> np.ndarray:
    n = x.shape[1]
    bounds, values = np.empty(blocks.shape[1]), np.empty(BLOCK)
    lowest = np.empty(n)
    for i in range(n):
        best = _distance(i, object_of[i], x, y) + prices[object_of[i]]
        _block_bounds(i, x, blocks, bounds)
        for b in range(bounds.shape[0]):
            if bounds[b] < best:
                best = min(best, _scan(i, x, y, prices, b * BLOCK, values))
        lowest[i] = best
    return lowest


@njit(cache=True, nogil=True)
def _remember(
    i: int,
    x: np.ndarray,
    y: np.ndarray,
    prices: np.ndarray,
    blocks: np.ndarray,
    objects: np.ndarray,
    costs: np.ndarray,
    known: np.ndarray,
    floor: np.ndarray,
    width: float,
    bounds: np.ndarray,
    values: np.ndarray,
    keys: np.ndarray,
    items: np.ndarray,
) -> bool:
    """Fill person i's memory: objects at most `width` above its best, and the value that no other goes below.

    Returns whether there were more of them than it can remember.
    """
    _block_bounds(i, x, blocks, bounds)
    first = np.argmin(bounds)
    limit = np.inf
    count = 0
    full = False
    for k in range(-1, bounds.shape[0]):
        b = first if k < 0 else k
        if bounds[b] >= limit or k == first:
            continue
        lowest = _scan(i, x, y, prices, b * BLOCK, values)
        limit = min(limit, lowest + width)
        if lowest <= limit:
            for j in range(BLOCK):
                keys[count] = values[j]
                items[count] = b * BLOCK + j
                count += values[j] <= limit
        if count > COLLECTED:
            full = True
            limit = _keep_best(keys, items, count, limit)
            count = REMEMBERED
    if count > REMEMBERED:
        full = True
        limit = _keep_best(keys, items, count, limit)
        count = REMEMBERED
    size = 0
    for k in range(count):
        if keys[k] <= limit:
            objects[i, size] = items[k]
            costs[i, size] = keys[k] - prices[items[k]]
            size += 1
    known[i] = size
    floor[i] = limit
    return full


@njit(cache=True, nogil=True)
def _keep_best(keys: np.ndarray, items: np.ndarray, count: int, limit: float) -> float:
    """Bring the REMEMBERED lowest of `count` keys to the front; the others are at or above the limit returned."""
    _select(keys, items, 0, count, REMEMBERED)
    return min(limit, keys[REMEMBERED])


@njit(cache=True, nogil=True)
def _best(
    i: int, prices: np.ndarray, objects: np.ndarray, costs: np.ndarray, known: np.ndarray, floor: np.ndarray
) -> tuple[int, float, float]:
    """The slot of person i's best remembered object, its value, and a lower bound of the second-best value."""
    best, value, second = -1, np.inf, floor[i]
    for slot in range(known[i]):
        candidate = costs[i, slot] + prices[objects[i, slot]]
        if candidate < value:
            second = min(value, second)
            best, value = slot, candidate
        elif candidate < second:
            second = candidate
    return best, value, second


@njit(cache=True, nogil=True)
def _auction(
    x: np.ndarray,
    y: np.ndarray,
    prices: np.ndarray,
    blocks: np.ndarray,
    object_of: np.ndarray,
    person_of: np.ndarray,
    objects: np.ndarray,
    costs: np.ndarray,
    known: np.ndarray,
    floor: np.ndarray,
    epsilon: float,
    most_bids: int,
) -> int:
    """Bid until everyone holds an object within `epsilon` of its best, or `most_bids` are made.

    Changes `prices`, the matching and the memory in place; returns the number of bids.
    """
    n = x.shape[1]
    bounds, values = np.empty(blocks.shape[1]), np.empty(BLOCK)
    keys, items = np.empty(COLLECTED + BLOCK + 1), np.empty(COLLECTED + BLOCK + 1, np.int32)
    queue = np.empty(n, np.int64)
    size = 0
    width = WIDTH * epsilon
    for i in range(n):  # whoever is still content with the smaller epsilon keeps its object
        j = object_of[i]
        if j >= 0:
            _, value, _ = _best(i, prices, objects, costs, known, floor)
            if _distance(i, j, x, y) + prices[j] <= min(value, floor[i]) + epsilon:
                continue
            object_of[i] = -1
            person_of[j] = -1
        queue[size] = i
        size += 1
    head = 0
    bids = 0
    refit = max(1, int(REFIT * n))
    while size > 0 and bids < most_bids:
        if bids % refit == 0:
            _fit(y, prices, blocks, n)
        i = queue[head]
        head = (head + 1) % n
        size -= 1
        best, value, second = _best(i, prices, objects, costs, known, floor)
        if best < 0 or value > floor[i] + epsilon / 2:
            full = _remember(i, x, y, prices, blocks, objects, costs, known, floor, width, bounds, values, keys, items)
            width = 0.8 * width if full else min(1.05 * width, WIDTH * epsilon)
            best, value, second = _best(i, prices, objects, costs, known, floor)
        j = objects[i, best]
        prices[j] += second - value + epsilon
        loser = person_of[j]
        object_of[i] = j
        person_of[j] = i
        if loser >= 0:
            object_of[loser] = -1
            queue[(head + size) % n] = loser
            size += 1
        bids += 1
    return bids


@njit(cache=True, nogil=True)
def _values(i: int, x: np.ndarray, y: np.ndarray, prices: np.ndarray, values: np.ndarray) -> None:
    """values[j] = c_ij + p_j: what each object costs person i."""
    a, b, c = x[0, i], x[1, i], x[2, i]
    y0, y1, y2 = y[0], y[1], y[2]
    for j in range(values.shape[0]):
        u, v, w = y0[j] - a, y1[j] - b, y2[j] - c
        values[j] = math.sqrt(u * u + v * v + w * w) + prices[j]


@njit(cache=True, nogil=True)
def _augment(x: np.ndarray, y: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """The optimal matching, by shortest augmenting paths from any starting prices.

    Changes `prices` in place to optimal ones; returns the object of each person.
    """
    n = x.shape[1]
    values = np.empty(n)
    object_of = np.full(n, -1)
    person_of = np.full(n, -1)
    for i in range(n):
        _values(i, x, y, prices, values)
        j = np.argmin(values)
        if person_of[j] < 0:
            object_of[i] = j
            person_of[j] = i
    length = np.empty(n)  # of the shortest path to each object, in reduced costs
    via = np.empty(n, np.int64)
    done = np.empty(n, np.bool_)
    for start in range(n):
        if object_of[start] >= 0:
            continue
        length[:] = np.inf
        done[:] = False
        person = start
        offset = 0.0
        while True:
            _values(person, x, y, prices, values)
            last, shortest = -1, np.inf
            for j in range(n):
                if not done[j]:
                    candidate = values[j] + offset
                    if candidate < length[j]:
                        length[j] = candidate
                        via[j] = person
                    if length[j] < shortest:
                        last, shortest = j, length[j]
            if person_of[last] < 0:
                break
            done[last] = True
            person = person_of[last]
            # A held object is a best one of its holder, whose reduced cost for it is zero.
            offset = shortest - (_distance(person, last, x, y) + prices[last])
        for j in range(n):
            if done[j]:
                prices[j] += shortest - length[j]
        while True:
            person = via[last]
            last, object_of[person] = object_of[person], last
            person_of[object_of[person]] = person
            if person == start:
                break
    return object_of
