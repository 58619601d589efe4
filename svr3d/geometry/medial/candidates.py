"""Medial balls: the largest balls in a solid that touch its boundary in given points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from .boundary import STEP, Boundary

if TYPE_CHECKING:
    from jaxtyping import Float

ROUNDS = 30
"""Of shrinking; most balls need less than ten."""

CLOSE = 1e-3
"""How much nearer to a ball's centre than its radius, as a part of it, the boundary may be: round surfaces are made of
flat faces. But the far side of a plate, which may be thinner than that part of a large ball, shrinks it anyhow."""

LARGEST = 1.0
"""Radius to begin with, in longest sides. No ball in the solid is larger than half."""

FIRST = 500
"""Points, of which each gets a ball; of the others only those that none of these balls touches."""


def medial_balls(
    boundary: Boundary, points: Float[np.ndarray, "n 3"], normals: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, "m 4"]:
    """Float[M, 4]: centre and radius of the largest balls in the solid that touch `points` of its boundary.

    A ball that touches a point from within shrinks until nothing of the boundary is in it: as long as there is a
    nearer place to its centre, it takes the size with which it touches both (Ma, Bae and Choi, "3D medial axis point
    approximation using nearest neighbors and the normal field", 2012; here with the exact nearest place of the
    mesh instead of the nearest sample, so that thin plates need no dense samples). Points without solid below them,
    where the ball vanishes, are left out; and so are those that a ball of the first points touches already, which has
    all of a sphere's or tube's samples ask for the same few centres once.
    """
    order = np.random.default_rng(0).permutation(len(points))
    first, rest = order[:FIRST], order[FIRST:]
    balls = _largest(boundary, points[first], normals[first])
    rest = rest[_gap(points[rest], balls) > CLOSE]
    return np.concatenate([balls, _largest(boundary, points[rest], normals[rest])])


def _largest(boundary: Boundary, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    radius = np.full(len(points), LARGEST)
    active = np.arange(len(points))
    for _ in range(ROUNDS):
        if not len(active):
            break
        size = radius[active]
        bound = size - np.minimum(CLOSE * size, STEP)
        near = boundary.nearest(points[active] - size[:, None] * normals[active], bound)
        across = points[active] - near.points
        square, along = (across**2).sum(axis=1), np.einsum("nd,nd->n", across, normals[active])
        smaller = np.divide(square, 2 * along, out=np.zeros(len(active)), where=along > 0)
        inside = size * (1 - CLOSE)
        far_side = np.isfinite(near.distance) & (along > np.sqrt(square) / 2) & (smaller < size / 2)
        reached = (near.distance < inside) | far_side
        active = active[reached]
        radius[active] = np.minimum(smaller, inside)[reached]
        active = active[radius[active] > STEP]
    kept = radius > STEP
    balls = np.column_stack([points - radius[:, None] * normals, radius])[kept]
    return balls[boundary.contains(balls[:, :3])]


@numba.njit(cache=True)
def _gap(points: np.ndarray, balls: np.ndarray) -> np.ndarray:
    """Float[N]: how far each of `points` is from the surface of the nearest of `balls`, as a part of its radius."""
    gaps = np.empty(len(points))
    for i in range(len(points)):
        x, y, z = points[i]
        gap = np.inf
        for j in range(len(balls)):
            distance = np.sqrt((x - balls[j, 0]) ** 2 + (y - balls[j, 1]) ** 2 + (z - balls[j, 2]) ** 2)
            gap = min(gap, abs(distance / balls[j, 3] - 1))
        gaps[i] = gap
    return gaps
