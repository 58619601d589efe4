"""Signed distances to the primitives of medial meshes: balls, cones and slabs.

Each is the union of all balls whose centre and radius are interpolated linearly between its spheres, so the signed
distance at x is the least value of |x - c(t)| - r(t) over the weights t. That is convex in t, and the least value has a
closed form: it lies where the gradient vanishes, or else on the boundary, which is made of smaller primitives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..shapes.medial_mesh import MedialMesh

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


def signed_distance(shape: MedialMesh, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """Float[N]: how far each of `points` Float[N, 3] is from the solid of `shape`, negative inside.

    Exact outside and on the surface. Inside it is the depth in the primitive where it is deepest; where primitives
    overlap, the surface may be further away. Infinite for a medial mesh without spheres.
    """
    found = np.full(len(points), np.inf)
    for spheres in primitives(shape):
        np.minimum(found, primitive_distance(spheres, points), out=found)
    return found


def inside_medial(shape: MedialMesh, points: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    """Bool[N]: which of `points` Float[N, 3] are in the solid of `shape` or on its surface; NaN is outside."""
    inside = np.zeros(len(points), dtype=bool)
    for spheres in primitives(shape):
        low, high = box(spheres)
        asked = np.flatnonzero(~inside & ((points >= low) & (points <= high)).all(axis=1))
        inside[asked] = primitive_distance(spheres, points[asked]) <= 0
    return inside


def primitives(shape: MedialMesh) -> Iterator[Float[np.ndarray, "k 4"]]:
    """The spheres Float[k, 4] of each primitive: slabs (k = 3), then cones (2) and balls (1) that are in no other."""
    covered: set[tuple[int, ...]] = set()
    for index in (*np.sort(shape.faces).tolist(), *np.sort(shape.edges).tolist()):
        if tuple(index) in covered:
            continue
        yield shape.spheres[index]
        covered |= {tuple(index), *((i,) for i in index)}
        if len(index) == 3:
            covered |= {(index[0], index[1]), (index[0], index[2]), (index[1], index[2])}
    for i in range(len(shape.spheres)):
        if (i,) not in covered:
            yield shape.spheres[[i]]


def box(spheres: Float[np.ndarray, "k 4"]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner Float[3] of the primitive of `spheres` Float[k, 4]."""
    radii = spheres[:, 3:]
    return (spheres[:, :3] - radii).min(axis=0), (spheres[:, :3] + radii).max(axis=0)


def primitive_distance(spheres: Float[np.ndarray, "k 4"], points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """Float[N]: the exact signed distance of `points` Float[N, 3] to the primitive of `spheres` Float[1 to 3, 4]."""
    if len(spheres) == 1:
        return ball_distance(spheres[0], points)
    if len(spheres) == 2:
        return cone_distance(spheres[0], spheres[1], points)
    return slab_distance(spheres[0], spheres[1], spheres[2], points)


def ball_distance(a: Float[np.ndarray, " 4"], points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """Float[N]: to the ball of sphere `a` Float[4]."""
    return np.linalg.norm(points - a[:3], axis=1) - a[3]


def cone_distance(
    a: Float[np.ndarray, " 4"], b: Float[np.ndarray, " 4"], points: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, " n"]:
    """Float[N]: to the cone between the spheres `a` and `b` Float[4], rounded by them at its ends."""
    axis, growth = b[:3] - a[:3], b[3] - a[3]
    length = np.linalg.norm(axis)
    if not abs(growth) < length:  # one ball holds the other
        return ball_distance(b if growth > 0 else a, points)
    relative = points - a[:3]
    along = relative @ (axis / length)
    off = np.linalg.norm(relative - along[:, None] * (axis / length), axis=1)
    # The nearest ball is not level with x but further towards the thick end: the flank's normals lean.
    slope = growth / length
    t = np.clip((along + off * slope / np.sqrt(1 - slope**2)) / length, 0.0, 1.0)
    return np.linalg.norm(relative - t[:, None] * axis, axis=1) - (a[3] + t * growth)


def slab_distance(
    a: Float[np.ndarray, " 4"], b: Float[np.ndarray, " 4"], c: Float[np.ndarray, " 4"], points: Float[np.ndarray, "n 3"]
) -> Float[np.ndarray, " n"]:
    """Float[N]: to the slab between the spheres `a`, `b` and `c` Float[4]: two planes that touch all three, and the
    cones of its three sides."""
    sides = [cone_distance(*side, points) for side in ((a, b), (b, c), (c, a))]
    found = np.minimum.reduce(sides)
    edges = np.stack([b[:3] - a[:3], c[:3] - a[:3]])
    gram = edges @ edges.T
    if not np.linalg.det(gram) > 1e-12 * gram[0, 0] * gram[1, 1]:  # on one line: the cones are all there is
        return found
    inverse = np.linalg.inv(gram)
    growth = np.array([b[3] - a[3], c[3] - a[3]])
    gradient = inverse @ growth @ edges  # of the radius, in the plane of the centres
    steepness = float(gradient @ gradient)
    if not steepness < 1:  # no plane touches all three spheres
        return found
    normal = np.cross(*edges)
    relative = points - a[:3]
    height = np.abs(relative @ (normal / np.linalg.norm(normal)))
    # The nearest ball is not below x but further towards the thick end.
    touching = relative + (height / np.sqrt(1 - steepness))[:, None] * gradient
    weights = touching @ edges.T @ inverse  # of b and c; height does not count, as edges lie in the plane
    between = (weights >= 0).all(axis=1) & (weights.sum(axis=1) <= 1)
    return np.where(between, height / np.sqrt(1 - steepness) - (a[3] + weights @ growth), found)
