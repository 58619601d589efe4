"""The compiled search under distances to medial meshes. Imported where it is used: numba takes a second to import.

Points are split into clusters, and a cluster keeps the primitives that can be the nearest of one of its points. No
distance changes by more than the way gone; so where the nearest primitive is m from the middle of a cluster of radius
r, those further from it than m + 2 r are nowhere the nearest, and the union's sign is that of m where |m| > r.
"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numba import njit

THIN = 1e-9
"""Height of a triangle of centres, in sides, below which its slab is taken as the cones of its sides. Both differ by
less than twice that height."""

SHORT = 1e-100
"""Length below which a cone is its larger ball: squares of what is shorter are no numbers."""

FEW = 8
"""Points of a cluster that is not split further."""


@njit(cache=True, error_model="numpy")
def distances(points: np.ndarray, corners: np.ndarray, kind: np.ndarray, signs: bool) -> np.ndarray:
    """Float[N]: the least signed distance of each of `points` to any primitive.

    Args:
        points: Float[N, 3], finite.
        corners: Float[P, 3, 4], spheres of the primitives. kind: Int[P], how many of them count: 1, 2 or 3.
        signs: whether only the sign matters; the values may then be those of points nearby.
    """
    rows = _prepared(corners, kind)
    found, order = np.empty(len(points)), np.arange(len(points))
    near, kept = np.empty(len(kind)), np.arange(len(kind))
    clusters = [(0, len(points), 0, len(kind))]  # points order[first:last], and which primitives: kept[low:high]
    while len(clusters) > 0:
        first, last, low, high = clusters.pop()
        if first == last:
            continue
        place, radius, axis = _ball_around(points, order[first:last])
        # Clusters are taken from the end, so what stands behind one's own list is of clusters that are done.
        middle, kept, end = _ask(rows, near, kept, low, high, place, radius)
        if radius == 0 or (signs and abs(middle) > radius):
            found[order[first:last]] = middle
            continue
        half = _split(points, order, first, last, axis, place[axis])
        if last - first <= FEW or end - high == 1 or half == last:  # numbers so close that none is between them
            _ask_all(points, order[first:last], rows, kept[high:end], found)
        else:
            clusters.append((first, half, high, end))
            clusters.append((half, last, high, end))
    return found


@njit(cache=True, error_model="numpy")
def fill(field: np.ndarray, corners: np.ndarray, kind: np.ndarray) -> None:
    """Writes the least signed distance to any primitive into `field` Float[X, Y, Z], that of (i, j, k) at [i, j, k].

    It is exact at all corners of the cells that the surface passes. Elsewhere it is that of a place nearby, on the same
    side of the surface.
    """
    rows = _prepared(corners, kind)
    near, kept = np.empty(len(kind)), np.arange(len(kind))
    width = 1
    while width < max(field.shape):
        width *= 2
    blocks = [(0, 0, 0, width, 0, len(kind))]  # the lattice from (i, j, k), `width` points wide, and kept[low:high]
    while len(blocks) > 0:
        i, j, k, width, low, high = blocks.pop()
        if i >= field.shape[0] or j >= field.shape[1] or k >= field.shape[2]:
            continue
        half = (width - 1) / 2
        place = (i + half, j + half, k + half)
        middle, kept, end = _ask(rows, near, kept, low, high, place, sqrt(3) * half)
        # to the outermost points, and from there across one cell
        if width == 1 or abs(middle) > sqrt(3) * (half + 1):
            field[i : i + width, j : j + width, k : k + width] = middle
        else:
            width //= 2
            for child in range(8):
                di, dj, dk = width * (child >> 2), width * (child >> 1 & 1), width * (child & 1)
                blocks.append((i + di, j + dj, k + dk, width, high, end))


@njit(cache=True, error_model="numpy")
def _ask(
    rows: np.ndarray,
    near: np.ndarray,
    kept: np.ndarray,
    low: int,
    high: int,
    place: tuple[float, float, float],
    radius: float,
) -> tuple[float, np.ndarray, int]:
    """The distance from `place` to the nearest of the primitives kept[low:high].

    Args:
        rows: of all primitives. near: Float[P], room for their distances. kept: Int[K], written behind `high`.

    Returns:
        the distance, `kept`, now with those that can be the nearest within `radius` in kept[high:end], and `end`.
    """
    x, y, z = place
    middle, end = inf, high
    for i in range(low, high):
        near[i - low] = _distance(rows, kept[i], x, y, z)
        middle = min(middle, near[i - low])
    if 2 * high - low > len(kept):
        kept = np.concatenate((kept, kept))
    for i in range(low, high):
        if near[i - low] <= middle + 2 * radius:
            kept[end] = kept[i]
            end += 1
    return middle, kept, end


@njit(cache=True, error_model="numpy")
def _ball_around(points: np.ndarray, chosen: np.ndarray) -> tuple[tuple[float, float, float], float, int]:
    """The middle of the box around the chosen points, its half diagonal and its longest axis."""
    low, high = np.full(3, inf), np.full(3, -inf)
    for n in chosen:
        for i in range(3):
            low[i] = min(low[i], points[n, i])
            high[i] = max(high[i], points[n, i])
    middle, half = (low + high) / 2, (high - low) / 2
    return (middle[0], middle[1], middle[2]), sqrt((half * half).sum()), int(np.argmax(half))


@njit(cache=True, error_model="numpy")
def _ask_all(points: np.ndarray, chosen: np.ndarray, rows: np.ndarray, kept: np.ndarray, found: np.ndarray) -> None:
    found[chosen] = inf
    for p in kept:
        for n in chosen:
            found[n] = min(found[n], _distance(rows, p, points[n, 0], points[n, 1], points[n, 2]))


@njit(cache=True, error_model="numpy")
def _split(points: np.ndarray, order: np.ndarray, first: int, last: int, axis: int, middle: float) -> int:
    """Sorts order[first:last] into points up to `middle` along `axis` and those beyond; where the latter begin."""
    while first < last:
        if points[order[first], axis] <= middle:
            first += 1
        else:
            last -= 1
            order[first], order[last] = order[last], order[first]
    return first


# A primitive is a row of numbers: the cones of its sides ab, ac and bc from columns 0, 10 and 20, each as
#     0-3 sphere a, 4-7 what leads to b, 8 one over the length squared, 9 the flank's lean per distance off the axis
# (a ball is a cone without length), and the plane of a slab's centres by axes e, from a to b, and f, at right angles:
_F = 30  # what leads along f, its radius included
_PER_E, _PER_F = 34, 35  # one over the length squared
_LEAN_E, _LEAN_F = 36, 37  # how far the nearest ball is from below a point, per height
_ALONG = 38  # of c along e; along f it is at 1
_KIND = 39
_COLUMNS = 40
_ONE_SIDE, _THREE_SIDES, _PLANE = 0.0, 1.0, 2.0  # what a primitive has: a slab without a plane is its sides


@njit(cache=True, error_model="numpy")
def _distance(rows: np.ndarray, p: int, x: float, y: float, z: float) -> float:
    """From (x, y, z) to primitive `p`."""
    if rows[p, _KIND] == _ONE_SIDE:
        return _cone(rows, p, 0, x, y, z)
    if rows[p, _KIND] == _THREE_SIDES:
        return min(_cone(rows, p, 0, x, y, z), _cone(rows, p, 10, x, y, z), _cone(rows, p, 20, x, y, z))
    ex, ey, ez = rows[p, 4], rows[p, 5], rows[p, 6]
    fx, fy, fz = rows[p, _F], rows[p, _F + 1], rows[p, _F + 2]
    px, py, pz = x - rows[p, 0], y - rows[p, 1], z - rows[p, 2]
    s, t = (px * ex + py * ey + pz * ez) * rows[p, _PER_E], (px * fx + py * fy + pz * fz) * rows[p, _PER_F]
    height = _norm(px - s * ex - t * fx, py - s * ey - t * fy, pz - s * ez - t * fz)
    s, t = s + height * rows[p, _LEAN_E], t + height * rows[p, _LEAN_F]
    weight_b, weight_c = s - t * rows[p, _ALONG], t
    if weight_b >= 0 and weight_c >= 0 and weight_b + weight_c <= 1:
        radius = rows[p, 3] + s * rows[p, 7] + t * rows[p, _F + 3]
        return _norm(px - s * ex - t * fx, py - s * ey - t * fy, pz - s * ez - t * fz) - radius
    # The distance to a ball is convex in the weights, so the least one lies on a side which the ideal is beyond.
    found = inf
    if weight_c < 0:
        found = min(found, _cone(rows, p, 0, x, y, z))
    if weight_b < 0:
        found = min(found, _cone(rows, p, 10, x, y, z))
    if weight_b + weight_c > 1:
        found = min(found, _cone(rows, p, 20, x, y, z))
    return found


@njit(cache=True, error_model="numpy")
def _cone(rows: np.ndarray, p: int, at: int, x: float, y: float, z: float) -> float:
    """From (x, y, z) to the cone of primitive `p` that begins in column `at`."""
    ex, ey, ez = rows[p, at + 4], rows[p, at + 5], rows[p, at + 6]
    x, y, z = x - rows[p, at], y - rows[p, at + 1], z - rows[p, at + 2]
    t = (x * ex + y * ey + z * ez) * rows[p, at + 8]
    t += rows[p, at + 9] * _norm(x - t * ex, y - t * ey, z - t * ez)
    t = min(max(t, 0.0), 1.0)
    return _norm(x - t * ex, y - t * ey, z - t * ez) - (rows[p, at + 3] + t * rows[p, at + 7])


@njit(cache=True, error_model="numpy")
def _norm(x: float, y: float, z: float) -> float:
    return sqrt(x * x + y * y + z * z)


@njit(cache=True, error_model="numpy")
def _prepared(corners: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """The rows Float[P, 40] of primitives."""
    rows = np.zeros((len(kind), _COLUMNS))
    for p in range(len(kind)):
        a, b, c = corners[p, 0], corners[p, 0 if kind[p] == 1 else 1], corners[p, 2]
        _prepare_cone(rows[p, :10], a, b)
        if kind[p] == 3:
            rows[p, _KIND] = _THREE_SIDES
            _prepare_cone(rows[p, 10:20], a, c)
            _prepare_cone(rows[p, 20:30], b, c)
            _prepare_plane(rows[p], a, b, c)
    return rows


@njit(cache=True, error_model="numpy")
def _prepare_cone(row: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    axis = b - a
    length, growth = _norm(axis[0], axis[1], axis[2]), axis[3]
    if not (abs(growth) < length and length > SHORT):  # one ball holds the other
        row[:4] = b if growth > 0 else a
        return
    row[:4] = a
    row[4:8] = axis
    row[8] = 1 / length**2
    # The nearest ball is not level with x but further towards the thick end: the flank's normals lean.
    row[9] = growth / length / sqrt((length - growth) * (length + growth))


@njit(cache=True, error_model="numpy")
def _prepare_plane(row: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    e, f = b - a, c - a
    ee, cc = (e[:3] ** 2).sum(), (f[:3] ** 2).sum()
    if not ee > THIN**2 * cc:
        return
    along = (e[:3] * f[:3]).sum() / ee
    f = f - along * e
    ff = (f[:3] ** 2).sum()
    if not ff > THIN**2 * max(ee, cc):
        return
    steepness = e[3] ** 2 / ee + f[3] ** 2 / ff  # the growth of the radius per way in that plane, squared
    if not steepness < 1:  # no plane touches all three spheres
        return
    row[_F : _F + 4] = f
    row[_PER_E], row[_PER_F] = 1 / ee, 1 / ff
    # The nearest ball is not below x but further towards the thick end.
    row[_LEAN_E], row[_LEAN_F] = e[3] / ee / sqrt(1 - steepness), f[3] / ff / sqrt(1 - steepness)
    row[_ALONG] = along
    row[_KIND] = _PLANE
