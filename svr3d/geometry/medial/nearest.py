"""Of all primitives of a medial mesh, the one whose surface is nearest to a point, and its ball that touches there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class Touching(NamedTuple):
    """For each of N points, the ball of a medial mesh that is nearest to it: a mean of the corners of a primitive.

    distance: Float[N], to the ball, negative within. corners: Int[N, 3]; fewer than three are repeated. weights:
    Float[N, 3], of the corners.
    """

    distance: Float[np.ndarray, " n"]
    corners: Int[np.ndarray, "n 3"]
    weights: Float[np.ndarray, "n 3"]


def corners_of(count: int, edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"]) -> Int[np.ndarray, "p 3"]:
    """Int[P, 3]: the corners of all primitives of `count` balls that are in no other; an edge repeats its second, a
    ball itself."""
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges = np.sort(edges, axis=1)
    edges = edges[~np.isin(edges[:, 0] * count + edges[:, 1], sides[:, 0] * count + sides[:, 1])]
    alone = np.setdiff1d(np.arange(count), np.concatenate([edges.ravel(), faces.ravel()]))
    return np.concatenate([faces, edges[:, [0, 1, 1]], np.repeat(alone[:, None], 3, axis=1)])


def touching_balls(
    spheres: Float[np.ndarray, "m 4"], corners: Int[np.ndarray, "p 3"], points: Float[np.ndarray, "n 3"]
) -> Touching:
    """The nearest ball to each of `points` Float[N, 3], of all that the primitives `corners` Int[P, 3] are unions of.

    On the surface and outside `distance` is the exact one; inside it is the depth in the primitive where that is
    greatest.
    """
    chosen = spheres[corners]
    middle = chosen[:, :, :3].mean(axis=1)
    reach = (np.linalg.norm(chosen[:, :, :3] - middle[:, None], axis=2) + chosen[:, :, 3]).max(axis=1)
    return Touching(*_touching(np.ascontiguousarray(spheres), corners, middle, reach, np.ascontiguousarray(points)))


@numba.njit(cache=True)
def _touching(
    spheres: np.ndarray, corners: np.ndarray, middle: np.ndarray, reach: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = len(points)
    distance = np.full(n, np.inf)
    found = np.zeros((n, 3), dtype=np.int64)
    weights = np.zeros((n, 3))
    last = 0
    for i in range(n):
        x, y, z = points[i]
        best = np.inf
        # neighbours in a list are often neighbours in space: the last answer is a good first guess
        for step in range(-1, len(corners)):
            p = last if step < 0 else step
            bound = best + reach[p]
            gap = (x - middle[p, 0]) ** 2 + (y - middle[p, 1]) ** 2 + (z - middle[p, 2]) ** 2
            if bound < 0 or gap > bound * bound:
                continue
            a, b, c = corners[p]
            value, s, t = _on_primitive(spheres, a, b, c, x, y, z)
            if value < best:
                best = value
                last = p
                found[i, 0], found[i, 1], found[i, 2] = a, b, c
                weights[i, 0], weights[i, 1], weights[i, 2] = 1 - s - t, s, t
        distance[i] = best
    return distance, found, weights


@numba.njit(cache=True)
def _on_primitive(
    spheres: np.ndarray, a: int, b: int, c: int, x: float, y: float, z: float
) -> tuple[float, float, float]:
    """The least |x - c(s, t)| - r(s, t) over the balls of a primitive, and s and t, the weights of `b` and `c`."""
    if b == c:
        value, s = _on_cone(spheres, a, b, x, y, z)
        return value, s, 0.0
    ax, ay, az, ar = spheres[a]
    ux, uy, uz, ur = spheres[b, 0] - ax, spheres[b, 1] - ay, spheres[b, 2] - az, spheres[b, 3] - ar
    vx, vy, vz, vr = spheres[c, 0] - ax, spheres[c, 1] - ay, spheres[c, 2] - az, spheres[c, 3] - ar
    x0, y0, z0 = x - ax, y - ay, z - az
    uu, uv, vv = ux * ux + uy * uy + uz * uz, ux * vx + uy * vy + uz * vz, vx * vx + vy * vy + vz * vz
    det = uu * vv - uv * uv
    if det > 1e-12 * uu * vv:
        # the gradient of the radius in the plane of the centres is p u + q v
        p, q = (vv * ur - uv * vr) / det, (uu * vr - uv * ur) / det
        steepness = p * ur + q * vr
        if steepness < 1:
            nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
            height = abs(x0 * nx + y0 * ny + z0 * nz) / np.sqrt(det)
            slant = height / np.sqrt(1 - steepness)  # the nearest ball is further towards the thick end
            along_u = x0 * ux + y0 * uy + z0 * uz + slant * ur
            along_v = x0 * vx + y0 * vy + z0 * vz + slant * vr
            s, t = (vv * along_u - uv * along_v) / det, (uu * along_v - uv * along_u) / det
            if s >= 0 and t >= 0 and s + t <= 1:
                gap = (x0 - s * ux - t * vx) ** 2 + (y0 - s * uy - t * vy) ** 2 + (z0 - s * uz - t * vz) ** 2
                return np.sqrt(gap) - (ar + s * ur + t * vr), s, t
    best, s = _on_cone(spheres, a, b, x, y, z)
    t = 0.0
    value, w = _on_cone(spheres, b, c, x, y, z)
    if value < best:
        best, s, t = value, 1 - w, w
    value, w = _on_cone(spheres, c, a, x, y, z)
    if value < best:
        best, s, t = value, 0.0, 1 - w
    return best, s, t


@numba.njit(cache=True)
def _on_cone(spheres: np.ndarray, a: int, b: int, x: float, y: float, z: float) -> tuple[float, float]:
    """The least |x - c(t)| - r(t) between two balls, and t, the weight of the second."""
    ux, uy, uz = spheres[b, 0] - spheres[a, 0], spheres[b, 1] - spheres[a, 1], spheres[b, 2] - spheres[a, 2]
    x0, y0, z0 = x - spheres[a, 0], y - spheres[a, 1], z - spheres[a, 2]
    growth = spheres[b, 3] - spheres[a, 3]
    length2 = ux * ux + uy * uy + uz * uz
    if growth * growth >= length2:  # one ball holds the other
        t = 1.0 if growth > 0 else 0.0
    else:
        along = x0 * ux + y0 * uy + z0 * uz  # times the length
        off = np.sqrt(max((x0 * x0 + y0 * y0 + z0 * z0) * length2 - along * along, 0.0))
        t = min(max((along + off * growth / np.sqrt(length2 - growth * growth)) / length2, 0.0), 1.0)
    gap = (x0 - t * ux) ** 2 + (y0 - t * uy) ** 2 + (z0 - t * uz) ** 2
    return np.sqrt(gap) - (spheres[a, 3] + t * growth), t
