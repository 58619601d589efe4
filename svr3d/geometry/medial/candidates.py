"""Medial balls: the largest balls in a solid that touch its boundary in given points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .boundary import STEP, Boundary

if TYPE_CHECKING:
    from jaxtyping import Float

ROUNDS = 30
"""Of shrinking; most balls need less than ten."""

CLOSE = 1e-3
"""How much nearer to a ball's centre than its radius, as a part of it, the boundary may be."""


def medial_balls(
    boundary: Boundary, points: Float[np.ndarray, "n 3"], normals: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, "m 4"]:
    """Float[M, 4]: centre and radius of the largest ball in the solid that touches each of `points` of its boundary.

    A ball that touches a point from within shrinks until nothing of the boundary is in it: as long as there is a
    nearer place to its centre, it takes the size with which it touches both (Ma, Bae and Choi, "3D medial axis point
    approximation using nearest neighbors and the normal field", 2012; here with the exact nearest place of the
    mesh instead of the nearest sample, so that thin plates need no dense samples). Points without solid below them,
    where the ball vanishes, are left out.
    """
    radius = boundary.opposite(points, normals) / 2
    radius[~np.isfinite(radius)] = 0
    active = np.flatnonzero(radius > STEP)
    for _ in range(ROUNDS):
        centre = points[active] - radius[active, None] * normals[active]
        near = boundary.nearest(centre)
        reached = near.distance < radius[active] * (1 - CLOSE) - 1e-6
        active, places = active[reached], near.points[reached]
        if not len(active):
            break
        across = points[active] - places
        along = 2 * np.einsum("nd,nd->n", across, normals[active])
        smaller = np.divide((across**2).sum(axis=1), along, out=np.zeros(len(active)), where=along > 0)
        radius[active] = np.minimum(smaller, radius[active] * (1 - CLOSE))
        active = active[radius[active] > STEP]
    kept = radius > STEP
    centre = points - radius[:, None] * normals
    balls = np.column_stack([centre, radius])[kept]
    return balls[boundary.contains(balls[:, :3])]
