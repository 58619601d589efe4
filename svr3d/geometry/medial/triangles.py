"""The nearest place of a set of triangles, by a tree of boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

LEAF = 4
"""Triangles in a leaf, at most."""


class Nearest(NamedTuple):
    """The nearest places of a surface: points Float[N, 3], and how far they are, distance Float[N]."""

    points: Float[np.ndarray, "n 3"]
    distance: Float[np.ndarray, " n"]


class Triangles:
    """Triangles Float[F, 3, 3], at least one, to ask for the nearest place.

    A library's query (Open3D's, trimesh's) cannot be told a distance beyond which nothing is of interest. Around the
    centre of a ball that touches a round surface everywhere, all of that surface is equally near, and they look at all
    of it; with the ball's own radius as bound one looks at nothing.
    """

    def __init__(self, triangles: Float[np.ndarray, "f 3 3"]) -> None:
        low, high = triangles.min(axis=1), triangles.max(axis=1)
        order, start, child = _tree((low + high) / 2)
        self._triangles = np.ascontiguousarray(triangles[order])
        self._start, self._child = start, child
        self._boxes = _boxes(low[order], high[order], start, child)

    def nearest(self, points: Float[np.ndarray, "n 3"], within: Float[np.ndarray, " n"] | float = np.inf) -> Nearest:
        """The nearest place to each of `points` Float[N, 3], if it is nearer than `within`; else the distance is
        infinite and the place the point itself."""
        points = np.ascontiguousarray(points, dtype=np.float64)
        bounds = np.ascontiguousarray(np.broadcast_to(np.asarray(within, dtype=np.float64), (len(points),)))
        return Nearest(*_nearest(self._triangles, self._start, self._child, self._boxes, points, bounds))


@numba.njit(cache=True)
def _tree(middles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A tree over places Float[F, 3]: their order Int[F], the first and last of each node's, Int[M, 2], and its first
    child, Int[M], which the second follows; 0 for a leaf. Each node is cut in halves across its longest side."""
    order = np.arange(len(middles))
    start = np.empty((2 * len(middles) + 1, 2), dtype=np.int64)
    child = np.zeros(2 * len(middles) + 1, dtype=np.int64)
    start[0, 0], start[0, 1] = 0, len(middles)
    count, node = 1, 0
    while node < count:
        first, last = start[node]
        if last - first > LEAF:
            mine = order[first:last].copy()
            axis, longest = 0, -1.0
            for d in range(3):
                side = middles[mine, d].max() - middles[mine, d].min()
                if side > longest:
                    axis, longest = d, side
            order[first:last] = mine[np.argsort(middles[mine, axis])]
            middle = (first + last) // 2
            child[node] = count
            start[count, 0], start[count, 1] = first, middle
            start[count + 1, 0], start[count + 1, 1] = middle, last
            count += 2
        node += 1
    return order, start[:count].copy(), child[:count].copy()


@numba.njit(cache=True)
def _boxes(low: np.ndarray, high: np.ndarray, start: np.ndarray, child: np.ndarray) -> np.ndarray:
    """Float[M, 6]: lowest and highest corner of what each node holds."""
    boxes = np.empty((len(start), 6))
    for node in range(len(start) - 1, -1, -1):  # children come after their parents
        for d in range(3):
            if child[node]:
                a, b = child[node], child[node] + 1
                boxes[node, d] = min(boxes[a, d], boxes[b, d])
                boxes[node, 3 + d] = max(boxes[a, 3 + d], boxes[b, 3 + d])
            else:
                boxes[node, d] = low[start[node, 0] : start[node, 1], d].min()
                boxes[node, 3 + d] = high[start[node, 0] : start[node, 1], d].max()
    return boxes


@numba.njit(cache=True)
def _outside(box: np.ndarray, x: float, y: float, z: float) -> float:
    """The squared distance from a point to a box."""
    dx = max(box[0] - x, 0.0, x - box[3])
    dy = max(box[1] - y, 0.0, y - box[4])
    dz = max(box[2] - z, 0.0, z - box[5])
    return dx * dx + dy * dy + dz * dz


@numba.njit(cache=True)
def _nearest(
    triangles: np.ndarray,
    start: np.ndarray,
    child: np.ndarray,
    boxes: np.ndarray,
    points: np.ndarray,
    within: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    places, distance = points.copy(), np.full(len(points), np.inf)
    stack = np.empty(128, dtype=np.int64)
    gaps = np.empty(128)
    for i in range(len(points)):
        x, y, z = points[i]
        best = within[i] * within[i]
        found = False
        stack[0], gaps[0], height = 0, _outside(boxes[0], x, y, z), 1
        while height:
            height -= 1
            node = stack[height]
            if gaps[height] >= best:
                continue
            if child[node]:
                near, far = child[node], child[node] + 1
                gap, other = _outside(boxes[near], x, y, z), _outside(boxes[far], x, y, z)
                if other < gap:
                    near, far, gap, other = far, near, other, gap
                stack[height], gaps[height] = far, other
                stack[height + 1], gaps[height + 1] = near, gap  # looked at first
                height += 2
                continue
            for f in range(start[node, 0], start[node, 1]):
                px, py, pz = _on_triangle(triangles[f], x, y, z)
                gap = (px - x) ** 2 + (py - y) ** 2 + (pz - z) ** 2
                if gap < best:
                    best, found = gap, True
                    places[i, 0], places[i, 1], places[i, 2] = px, py, pz
        if found:
            distance[i] = np.sqrt(best)
    return places, distance


@numba.njit(cache=True)
def _on_triangle(corners: np.ndarray, x: float, y: float, z: float) -> tuple[float, float, float]:
    """The nearest place of a triangle (after Ericson, "Real-time collision detection", 2005, section 5.1.5)."""
    ax, ay, az = corners[0]
    ux, uy, uz = corners[1, 0] - ax, corners[1, 1] - ay, corners[1, 2] - az
    vx, vy, vz = corners[2, 0] - ax, corners[2, 1] - ay, corners[2, 2] - az
    x0, y0, z0 = x - ax, y - ay, z - az
    uu, uv, vv = ux * ux + uy * uy + uz * uz, ux * vx + uy * vy + uz * vz, vx * vx + vy * vy + vz * vz
    up, vp = ux * x0 + uy * y0 + uz * z0, vx * x0 + vy * y0 + vz * z0
    det = uu * vv - uv * uv
    s, t = vv * up - uv * vp, uu * vp - uv * up
    if det > 0 and s >= 0 and t >= 0 and s + t <= det:
        s, t = s / det, t / det
    else:  # on one of the sides: the nearest of three
        best = np.inf
        s = t = 0.0
        p = min(max(up / uu, 0.0), 1.0) if uu > 0 else 0.0
        q = min(max(vp / vv, 0.0), 1.0) if vv > 0 else 0.0
        ww = uu - 2 * uv + vv
        r = min(max((uu - uv + vp - up) / ww, 0.0), 1.0) if ww > 0 else 0.0
        for a, b in ((p, 0.0), (0.0, q), (1 - r, r)):
            gap = (x0 - a * ux - b * vx) ** 2 + (y0 - a * uy - b * vy) ** 2 + (z0 - a * uz - b * vz) ** 2
            if gap < best:
                best, s, t = gap, a, b
    return ax + s * ux + t * vx, ay + s * uy + t * vy, az + s * uz + t * vz
