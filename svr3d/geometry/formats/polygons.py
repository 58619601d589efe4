"""Polygons of files cut into triangles."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np

from ...errors import InputError

_OVERLAP = 1e-6
"""What a fan may cover twice, as a fraction of its polygon's area: corners of text files are rounded."""


def triangulate(vertices: np.ndarray, corners: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles that cover each polygon and nothing else, in the order of the polygons and turned as they are.

    A polygon whose fan from its first corner covers it is that fan: a convex one always is. Others are cut by Mapbox's
    earcut in the plane across their Newell normal; corners in between of a straight edge stay corners, so that
    neighbours still meet. Where no area is defined (a polygon that is a line, or crosses itself), the triangles
    together still have the polygon's border.

    Args:
        vertices: Float[V, 3]; corners: Int[sum(counts)], the polygons' vertices one after another; counts: Int[P].
            Polygons of fewer than three corners (points, lines) have no triangles.

    Returns:
        faces Int[F, 3], and the polygon of each, Int[F].

    Raises:
        InputError: a polygon names a vertex that does not exist.
    """
    if len(corners) and not (corners.min() >= 0 and corners.max() < len(vertices)):
        wrong = corners[(corners < 0) | (corners >= len(vertices))][0]
        raise InputError(f"a face names vertex {wrong}, which does not exist; there are {len(vertices)} vertices")
    first = np.cumsum(counts) - counts
    rest = np.arange(len(counts))
    found: list[tuple[np.ndarray, np.ndarray]] = []
    # a concave quadrilateral is always the fan of its first corner or of its second
    for start in (0, 1):
        faces, polygon = _fans(corners, first[rest], counts[rest], start)
        covered = _covered(vertices, faces, polygon, counts[rest])
        if covered.all():
            found.append((faces, rest[polygon]))
            rest = rest[:0]
            break
        kept = covered[polygon]
        found.append((faces[kept], rest[polygon[kept]]))
        rest = rest[~covered]
    for one in rest:
        ring = corners[first[one] : first[one] + counts[one]]
        ears = ring[_cut(vertices[ring])]
        found.append((ears, np.full(len(ears), one)))
    if len(found) == 1:
        return found[0]
    faces, polygon = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    order = np.argsort(polygon, kind="stable")
    return faces[order], polygon[order]


def _fans(corners: np.ndarray, first: np.ndarray, counts: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
    """The fan of each polygon around its corner `start`, and the polygon of each triangle."""
    if (counts == 3).all() and start == 0 and len(corners) == 3 * len(counts):
        return corners.reshape(-1, 3), np.arange(len(counts))
    triangles = np.maximum(counts - 2, 0)
    polygon = np.repeat(np.arange(len(counts)), triangles)
    step = np.arange(len(polygon)) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    base, size = first[polygon], counts[polygon]
    return np.stack([corners[base + (start + i) % size] for i in (0, step + 1, step + 2)], axis=1), polygon


def _covered(vertices: np.ndarray, faces: np.ndarray, polygon: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Bool[P]: whether no triangle of a polygon's fan is turned against the polygon.

    The signed areas of a fan add up to the polygon's, whichever its centre; a border that does not cross itself goes
    around each point once or never, so a fan without negative areas has no overlaps and no gaps.
    """
    covered = np.ones(len(counts), dtype=bool)
    if not (counts > 3).any():
        return covered
    several = counts[polygon] > 3
    corners, owner = vertices[faces[several]], polygon[several]
    with np.errstate(invalid="ignore", over="ignore"):  # vertices that are not finite
        area = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        newell = np.stack([np.bincount(owner, axis, len(counts)) for axis in area.T], axis=1)
        along = np.einsum("ij,ij->i", area, newell[owner])
        turned = np.bincount(owner, np.minimum(along, 0), len(counts))
        covered[-turned > _OVERLAP * np.einsum("ij,ij->i", newell, newell)] = False
    return covered


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rows' cross products; NumPy's own takes twice as long."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=1)


def _cut(ring: np.ndarray) -> np.ndarray:
    """Int[T, 3]: triangles of one polygon, whose corners are Float[N, 3], as numbers of its corners."""
    from mapbox_earcut import triangulate_float64

    ring = ring - ring[0]
    normal = _cross(ring, np.roll(ring, -1, axis=0)).sum(axis=0)
    length = np.linalg.norm(normal)
    if not (np.isfinite(length) and length > 0):
        return _fans(np.arange(len(ring)), np.array([0]), np.array([len(ring)]), 0)[0]
    flat = ring @ _basis(*(normal / length)).T
    ears = triangulate_float64(flat, np.array([len(flat)], dtype=np.uint32)).astype(np.int64).reshape(-1, 3)
    u, v = flat[ears[:, 1]] - flat[ears[:, 0]], flat[ears[:, 2]] - flat[ears[:, 0]]
    if (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() < 0:  # the polygon is counter-clockwise here
        ears = ears[:, ::-1]
    return ears if len(ears) == len(ring) - 2 else np.concatenate([ears, _left_out(ears, len(ring))])


def _basis(x: float, y: float, z: float) -> np.ndarray:
    """Float[2, 3]: two axes that are right-handed with a unit normal, exact along the axes (Duff et al. 2017)."""
    sign = np.copysign(1.0, z)
    a, b = -1 / (sign + z), -x * y / (sign + z)
    return np.array([[1 + sign * x * x * a, sign * b, -sign * x], [b, sign + y * y * a, -y]])


def _left_out(ears: np.ndarray, size: int) -> np.ndarray:
    """Int[T, 3]: triangles between the border of `ears` and that of their polygon of `size` corners.

    Earcut leaves out corners on straight lines. What it leaves out has no area, but without it the edge of a neighbour
    would have no partner, and the mesh would be open there.
    """
    border = [(i, (i + 1) % size) for i in range(size)]
    edges = [(a, b) for i, j, k in ears.tolist() for a, b in ((i, j), (j, k), (k, i))]
    net: Counter[tuple[int, int]] = Counter()
    for a, b in border:
        net.update({(a, b): 1, (b, a): -1})
    for a, b in edges:
        net.update({(a, b): -1, (b, a): 1})
    ahead: dict[int, list[int]] = {}
    for (a, b), count in net.items():
        ahead.setdefault(a, []).extend([b] * max(count, 0))
    triangles = []
    for start in range(size):
        while ahead.get(start):  # closed walks: as many edges end at a corner as begin there
            walk = [start]
            while (corner := ahead[walk[-1]].pop()) != start:
                walk.append(corner)
            triangles += [(start, b, c) for b, c in pairwise(walk[1:])]
    return np.array(triangles, dtype=np.int64).reshape(-1, 3)
