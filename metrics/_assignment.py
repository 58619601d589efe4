"""Optimal one-to-one matching of equally many points, by auction and by shortest augmenting paths.

Both work on dual prices. Weak duality: for any prices p, mean_i min_j (c_ij + p_j) - mean_j p_j is at most the
mean cost of every matching; so prices, however found, certify how far a matching can be from the best one.

Sources: D. P. Bertsekas, "The auction algorithm", Annals of Operations Research 14, 1988 (with scaling of epsilon);
R. Jonker and A. Volgenant, "A shortest augmenting path algorithm", Computing 38, 1987.

Costs are Euclidean distances, computed when needed, so that memory is linear in the number of points. "Persons"
are the points x, "objects" the points y; both are passed as [3, n], so that inner loops run in vector registers.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

REMEMBERED = 16
"""Objects that a person remembers between bids."""

FIRST_EPSILON = 1 / 20
"""Of the diagonal. Larger starts cost more bids than they save, smaller ones lead to price wars between clusters."""

EPSILON_STEP = 1 / 5

SMALLEST_EPSILON = 1e-14
"""Of the diagonal: below it, a bid is lost in the rounding of the price."""

MOST_BIDS = 500
"""Per person in all. Ordinary clouds need about 40; where more are needed, augmenting paths are the faster way."""


def match(x: np.ndarray, y: np.ndarray, tolerance: float, exact: bool) -> tuple[np.ndarray, float]:
    """A matching of x: Float64[n, 3] to y: Float64[n, 3] and a lower bound of the mean cost of all matchings.

    Returns:
        Int64[n], the index into y of the partner of each x; and the bound. Unless `exact`, the mean cost v of the
        matching satisfies v - bound ≤ tolerance · v. If `exact`, both are the optimum, up to rounding.
    """
    n = len(x)
    if n == 1:
        return np.zeros(1, np.int64), float(np.linalg.norm(x - y))
    # Scaling by a power of two is free of rounding and keeps squares away from overflow and underflow.
    extent = max(np.ptp(np.concatenate([x, y]), axis=0).max(), np.finfo(np.float64).tiny)
    exponent = int(np.frexp(extent)[1])
    x, y = (np.ascontiguousarray(np.ldexp(points, -exponent).T) for points in (x, y))

    prices = np.zeros(n)
    object_of, person_of = np.full(n, -1), np.full(n, -1)
    remembered = min(REMEMBERED, n)
    memory = np.zeros((n, remembered), np.int64), np.full((n, remembered), np.inf), np.full(n, -np.inf)
    epsilon = FIRST_EPSILON * math.sqrt(3.0)
    bids_left = MOST_BIDS * n
    while epsilon > SMALLEST_EPSILON and bids_left > 0:
        bids_left -= _auction(x, y, prices, object_of, person_of, *memory, epsilon, bids_left)
        if bids_left > 0:
            value = np.linalg.norm(x - y[:, object_of], axis=0).mean()
            # The gap is at most epsilon and seldom below a twentieth of it: look only when it can be closed.
            if value == 0 or epsilon <= 20 * tolerance * value:
                bound = _bound(x, y, prices)
                if value - bound <= tolerance * value:
                    break
        epsilon *= EPSILON_STEP
    else:
        exact = True
    if exact:
        object_of = _augment(x, y, prices)
        bound = _bound(x, y, prices)
    return object_of, math.ldexp(bound, exponent)


def _bound(x: np.ndarray, y: np.ndarray, prices: np.ndarray) -> float:
    """The lower bound that `prices` certify, less what rounding may have added."""
    n = x.shape[1]
    lowest = _lowest_values(x, y, prices)
    rounding = 4 * np.finfo(np.float64).eps * (np.abs(prices).max() + np.abs(lowest).max())
    return max(0.0, (math.fsum(lowest) - math.fsum(prices)) / n - rounding)


@njit(cache=True)
def _distance(i, j, x, y):
    u, v, w = y[0, j] - x[0, i], y[1, j] - x[1, i], y[2, j] - x[2, i]
    return math.sqrt(u * u + v * v + w * w)


@njit(cache=True)
def _values(i, x, y, prices, values):
    """values[j] = c_ij + p_j: what each object costs person i."""
    a, b, c = x[0, i], x[1, i], x[2, i]
    y0, y1, y2 = y[0], y[1], y[2]
    for j in range(values.shape[0]):
        u, v, w = y0[j] - a, y1[j] - b, y2[j] - c
        values[j] = math.sqrt(u * u + v * v + w * w) + prices[j]


@njit(cache=True)
def _lowest_values(x, y, prices):
    n = x.shape[1]
    values, lowest = np.empty(n), np.empty(n)
    for i in range(n):
        _values(i, x, y, prices, values)
        lowest[i] = values.min()
    return lowest


@njit(cache=True)
def _remember(i, x, y, prices, objects, costs, floor, values):
    """Fill person i's memory: its best objects, their costs, and the value that no other object goes below.

    Prices only rise, so what is not remembered stays at or above that floor for ever.
    """
    k = objects.shape[1]
    _values(i, x, y, prices, values)
    best = np.full(k + 1, np.inf)
    where = np.zeros(k + 1, np.int64)
    for j in range(values.shape[0]):
        value = values[j]
        if value < best[k]:
            slot = k
            while slot > 0 and best[slot - 1] > value:
                best[slot] = best[slot - 1]
                where[slot] = where[slot - 1]
                slot -= 1
            best[slot] = value
            where[slot] = j
    floor[i] = best[k]
    for slot in range(k):
        objects[i, slot] = where[slot]
        costs[i, slot] = _distance(i, where[slot], x, y)


@njit(cache=True)
def _best(i, prices, objects, costs, floor):
    """The slot of person i's best remembered object, its value, and a lower bound of the second-best value."""
    best, value, second = -1, np.inf, floor[i]
    for slot in range(objects.shape[1]):
        candidate = costs[i, slot] + prices[objects[i, slot]]
        if candidate < value:
            second = min(value, second)
            best, value = slot, candidate
        elif candidate < second:
            second = candidate
    return best, value, second


@njit(cache=True)
def _auction(x, y, prices, object_of, person_of, objects, costs, floor, epsilon, most_bids):
    """Bid until everyone holds an object within `epsilon` of its best, or `most_bids` are made.

    Changes `prices`, the matching and the memory in place; returns the number of bids.
    """
    n = x.shape[1]
    values = np.empty(n)
    queue = np.empty(n, np.int64)
    size = 0
    for i in range(n):  # whoever is still content with the smaller epsilon keeps its object
        j = object_of[i]
        if j >= 0:
            _, value, _ = _best(i, prices, objects, costs, floor)
            if _distance(i, j, x, y) + prices[j] <= min(value, floor[i]) + epsilon:
                continue
            object_of[i] = -1
            person_of[j] = -1
        queue[size] = i
        size += 1
    head = 0
    bids = 0
    while size > 0 and bids < most_bids:
        i = queue[head]
        head = (head + 1) % n
        size -= 1
        best, value, second = _best(i, prices, objects, costs, floor)
        if value > floor[i] or best < 0:
            _remember(i, x, y, prices, objects, costs, floor, values)
            best, value, second = _best(i, prices, objects, costs, floor)
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


@njit(cache=True)
def _augment(x, y, prices):
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
