"""Fitting a medial mesh to the boundary of a solid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .boundary import Boundary
from .nearest import corners_of, touching_balls

if TYPE_CHECKING:
    from jaxtyping import Float, Int

ROUNDS = 4

REACH = 0.04
"""Residuals, in longest sides, count as if they were no larger: what is further away belongs to what is missing."""

DAMPING = 0.02
"""How much a ball is held where it is, beside what a mean one is moved by."""

_PLACES = np.array([[2, 2, 2], [4, 1, 1], [1, 4, 1], [1, 1, 4], [0, 3, 3], [3, 0, 3], [3, 3, 0]]) / 6
"""Weights of the corners of a primitive, where it is looked at."""


def fitted(
    boundary: Boundary,
    spheres: Float[np.ndarray, "m 4"],
    edges: Int[np.ndarray, "e 2"],
    faces: Int[np.ndarray, "f 3"],
    points: Float[np.ndarray, "n 3"],
) -> Float[np.ndarray, "m 4"]:
    """`spheres` moved and resized so that the surface of the medial mesh comes near `points` of the boundary.

    Damped Gauss-Newton steps on the signed distances of the points to the medial mesh, and on how far its cones and
    slabs stick out of the boundary. Of all rounds the best is returned.
    """
    corners = corners_of(len(spheres), edges, faces)
    best, least = spheres, np.inf
    for turn in range(ROUNDS + 1):
        blocks = [_towards(spheres, corners, points), _back(boundary, spheres, corners)]
        cost = sum(float((residual**2).sum()) for residual, _, _, _ in blocks)
        if cost < least:
            best, least = spheres, cost
        if turn < ROUNDS:
            spheres = _step(spheres, blocks)
    return best


Block = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Residuals Float[N], corners Int[N, 3] and their weights Float[N, 3], and the direction Float[N, 4] in which moving
the ball that is so weighted increases the residual most."""


def _towards(spheres: np.ndarray, corners: np.ndarray, points: np.ndarray) -> Block:
    distance, of, weights = touching_balls(spheres, corners, points)
    centre = np.einsum("nk,nkd->nd", weights, spheres[of][:, :, :3])
    return np.clip(distance, -REACH, REACH), of, weights, -_with_radius(points - centre)


def _back(boundary: Boundary, spheres: np.ndarray, corners: np.ndarray) -> Block:
    weights = np.tile(_PLACES, (len(corners), 1))
    of = np.repeat(corners, len(_PLACES), axis=0)
    balls = np.einsum("nk,nkd->nd", weights, spheres[of])
    near = boundary.nearest(balls[:, :3])
    sign = np.where(boundary.contains(balls[:, :3]), 1.0, -1.0)
    out = balls[:, 3] - sign * near.distance
    kept = out > 0
    inward = sign[kept, None] * (balls[kept, :3] - near.points[kept])
    gradient = _with_radius(inward)
    gradient[:, :3] *= -1
    return np.minimum(out[kept], REACH), of[kept], weights[kept], gradient


def _with_radius(directions: np.ndarray) -> np.ndarray:
    """Float[N, 4]: unit vectors along `directions` Float[N, 3], and 1 for the radius."""
    length = np.linalg.norm(directions, axis=1, keepdims=True)
    unit = np.divide(directions, length, out=np.zeros_like(directions), where=length > 0)
    return np.concatenate([unit, np.ones((len(unit), 1))], axis=1)


def _step(spheres: np.ndarray, blocks: list[Block]) -> np.ndarray:
    from scipy.sparse import csr_matrix, identity
    from scipy.sparse.linalg import spsolve

    rows, columns, values, residuals, start = [], [], [], [], 0
    for residual, of, weights, gradient in blocks:
        n = len(residual)
        rows.append(np.repeat(start + np.arange(n), 12))
        columns.append((4 * of[:, :, None] + np.arange(4)).ravel())
        values.append((weights[:, :, None] * gradient[:, None]).ravel())
        residuals.append(residual)
        start += n
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    jacobian = csr_matrix(entries, shape=(start, spheres.size))
    normal = (jacobian.T @ jacobian).tocsc()
    damping = DAMPING * normal.diagonal().mean()
    step = spsolve(normal + damping * identity(spheres.size, format="csc"), -jacobian.T @ np.concatenate(residuals))
    moved = spheres + step.reshape(-1, 4)
    moved[:, 3] = np.maximum(moved[:, 3], 0)
    return moved
