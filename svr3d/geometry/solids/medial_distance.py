"""Signed distances to medial meshes: unions of balls, cones and slabs.

Each primitive is the convex hull of its spheres, which is the union of all balls whose centre and radius are
interpolated linearly between them. So the signed distance at x is the least value of |x - c(t)| - r(t) over the weights
t. That is convex in t, and the least value has a closed form: it lies where the gradient vanishes, or else on the
boundary, which is made of smaller primitives.

The signed distance of a union is the least of its primitives'. That is exact outside and on the surface, so its sign
tells inside from outside everywhere. Inside it is the depth in the primitive where it is deepest: a bound, as the
surface of the union may be further away where primitives overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...errors import InputError
from ..shapes.medial_mesh import MedialMesh

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


class Primitives(NamedTuple):
    """The balls, cones and slabs of a medial mesh, each once, without those that are sides of others."""

    corners: Float[np.ndarray, "p 3 4"]
    """Spheres; of a cone the first two count, of a ball the first."""
    kind: Int[np.ndarray, " p"]
    """How many count: 1, 2 or 3."""


def signed_distance(shape: MedialMesh, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """Float[N]: how far each of `points` Float[N, 3] is from the solid of `shape`, negative inside.

    Exact outside and on the surface. Inside it is the depth in the primitive where it is deepest; where primitives
    overlap, the surface may be further away. Infinite for a medial mesh without spheres, NaN where a point is NaN.

    Raises:
        InputError: a sphere is not finite.
    """
    return _search(primitives(shape), points, signs=False)


def inside_medial(shape: MedialMesh, points: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    """Bool[N]: which of `points` Float[N, 3] are in the solid of `shape` or on its surface; NaN is outside."""
    return _search(primitives(shape), points, signs=True) <= 0


def lattice_distance(
    shape: MedialMesh, origin: np.ndarray, cell: float, size: tuple[int, int, int]
) -> Float[np.ndarray, "x y z"]:
    """Float32[X, Y, Z] of the given `size`: the signed distance, in cells, at `origin` Float[3] + cell · (i, j, k).

    It is exact at all corners of the cells that the surface passes. Elsewhere it is that of a place nearby, on the same
    side of the surface, and so the time grows with the surface, not with the lattice.
    """
    from ._medial_search import fill

    corners, kind = primitives(shape)
    field = np.empty(size, dtype=np.float32)
    fill(field, np.concatenate([corners[..., :3] - origin, corners[..., 3:]], axis=2) / cell, kind)
    return field


def primitives(shape: MedialMesh) -> Primitives:
    """What the solid of `shape` is the union of: slabs, then cones and balls that are in no other by name.

    Raises:
        InputError: a sphere is not finite.
    """
    count = len(finite(shape).spheres)
    faces, edges = (np.unique(np.sort(index, axis=1), axis=0) for index in (shape.faces, shape.edges))
    sides = faces[:, [[0, 1], [0, 2], [1, 2]]].reshape(-1, 2)
    edges = edges[~np.isin(edges @ [count, 1], sides @ [count, 1])]
    balls = np.setdiff1d(np.arange(count), np.concatenate([faces.ravel(), edges.ravel()]))
    index = np.concatenate([faces, edges[:, [0, 1, 1]], np.repeat(balls[:, None], 3, axis=1)])
    return Primitives(shape.spheres[index], np.repeat([3, 2, 1], [len(faces), len(edges), len(balls)]))


def finite(shape: MedialMesh) -> MedialMesh:
    """`shape` itself. Raises InputError where a sphere is not finite."""
    if not shape.is_finite:
        raise InputError("medial spheres: expected finite numbers, found NaN or infinity")
    return shape


def _search(known: Primitives, points: np.ndarray, signs: bool) -> np.ndarray:
    """Float[N]: the least distance to any of the primitives; where only `signs` matter, perhaps that of a place nearby
    on the same side."""
    from ._medial_search import distances  # compiles with numba, which is slow to import

    finite = np.isfinite(points).all(axis=1)
    if finite.all():
        return distances(np.ascontiguousarray(points, dtype=np.float64), *known, signs)
    found = np.where(np.isnan(points).any(axis=1), np.nan, np.inf)
    found[finite] = distances(np.ascontiguousarray(points[finite], dtype=np.float64), *known, signs)
    return found
