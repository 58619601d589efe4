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
    `within`. How far a choice is from the best is not known, since sticking out is not symmetric (for distances,
    farthest first is within a factor of two); how far it is from a perfect one is returned.

    Returns:
        Int[M], indices in the order of choice, and by how much these must be dilated so that each ball lies in one.
    """
    if not len(balls):
        return np.zeros(0, dtype=np.int64), 0.0
    return _farthest_first(np.ascontiguousarray(balls), int(np.argmax(balls[:, 3])), count, within)


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
