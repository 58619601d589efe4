"""Choice of balls that cover all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def covering_balls(
    balls: Float[np.ndarray, "n 4"], count: int, within: float = 0.0
) -> tuple[Int[np.ndarray, " m"], float]:
    """At most `count` of `balls` Float[N, 4] whose dilation by as little as possible covers all of them.

    Farthest first: beginning with the largest, always the ball that sticks out furthest of what is chosen; so ends
    and corners come early, and balls that are nearly in another never. It ends when none sticks out by more than
    `within`. Sticking out is not symmetric, so that farthest first is not, as for distances, within a factor of two of
    the least dilation; `share_of_best` says of each choice how far it is at most from one that covers most.

    Returns:
        Int[M], indices in the order of choice, and by how much these must be dilated so that each ball lies in one.
    """
    if not len(balls):
        return np.zeros(0, dtype=np.int64), 0.0
    return _farthest_first(np.ascontiguousarray(balls), int(np.argmax(balls[:, 3])), count, within)


def share_of_best(balls: Float[np.ndarray, "n 4"], chosen: Int[np.ndarray, " m"], dilation: float) -> float:
    """What part of as many balls as the best choice of M balls covers, `chosen` Int[M] of `balls` Float[N, 4] covers at
    least, each dilated by `dilation`.

    Coverage is submodular: what a ball adds to a choice it adds at most to a smaller one. So the best choice covers at
    most what the chosen ones do and, beyond them, the sum of the M largest gains of one more ball each (Nemhauser,
    Wolsey and Fisher, "An analysis of approximations for maximizing submodular set functions", 1978).
    """
    balls = np.ascontiguousarray(balls)
    lies, _ = _held(balls, balls[chosen], dilation)
    _, gains = _held(balls[~lies], balls, dilation)
    covered = int(np.count_nonzero(lies))
    most = min(covered + int(np.sort(gains)[::-1][: len(chosen)].sum()), len(balls))
    return covered / most if most else 1.0


@numba.njit(cache=True)
def _held(balls: np.ndarray, others: np.ndarray, dilation: float) -> tuple[np.ndarray, np.ndarray]:
    """Bool[N]: which of `balls` Float[N, 4] lie in one of `others` Float[M, 4], dilated; Int[M]: how many in each."""
    lies, counts = np.zeros(len(balls), dtype=np.bool_), np.zeros(len(others), dtype=np.int64)
    for i in range(len(balls)):
        x, y, z, r = balls[i]
        for j in range(len(others)):
            reach = others[j, 3] + dilation - r
            gap = (others[j, 0] - x) ** 2 + (others[j, 1] - y) ** 2 + (others[j, 2] - z) ** 2
            if reach >= 0 and gap <= reach * reach:
                lies[i] = True
                counts[j] += 1
    return lies, counts


@numba.njit(cache=True)
def _farthest_first(balls: np.ndarray, first: int, count: int, within: float) -> tuple[np.ndarray, float]:
    n = len(balls)
    out = np.full(n, np.inf)
    chosen = np.empty(min(count, n), dtype=np.int64)
    taken, furthest = 0, np.inf
    latest = first
    while taken < len(chosen) and (taken == 0 or furthest > within):
        chosen[taken] = latest
        taken += 1
        x, y, z, r = balls[latest]
        furthest = -np.inf
        for i in range(n):
            gap = np.sqrt((balls[i, 0] - x) ** 2 + (balls[i, 1] - y) ** 2 + (balls[i, 2] - z) ** 2) + balls[i, 3] - r
            if gap < out[i]:
                out[i] = gap
            if out[i] > furthest:
                furthest = out[i]
                latest = i
    return chosen[:taken], max(furthest, 0.0)
