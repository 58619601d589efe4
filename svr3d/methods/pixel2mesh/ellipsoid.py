"""The mesh that Pixel2Mesh deforms, and how it is refined between the blocks.

The initial mesh has the counts of the published one (156 vertices, 462 edges, 308 faces) but is our own: points on the
unit sphere, pushed apart until they lie evenly, their convex hull, and the hull scaled to the radii. Every refinement
sets a vertex in the middle of each edge and cuts each face in four: 618 vertices, then 2466, then 9858. (The paper's
628 for the second is a misprint: 156 + 462 = 618.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

RELEASE_RADII = (0.280, 0.198, 0.198)
"""Of the mesh that the authors shipped, in units of their camera frame; x is horizontal across the image."""

PAPER_RADII = (0.2, 0.2, 0.4)
"""As the paper states them."""

LIMITS = "one closed surface of genus 0"
"""What no deformation of an ellipsoid can leave."""

_COUNT = 156
_STEPS = 100
_STEP = 0.1


@dataclass(frozen=True, eq=False)
class MeshLevel:
    """How the vertices of one level of refinement hang together.

    Args:
        count: the number of vertices V.
        faces: Int64[F, 3], counter-clockwise seen from outside.
        edges: Int64[E, 2], each edge once, its lower vertex first, in lexicographic order.
    """

    count: int
    faces: np.ndarray
    edges: np.ndarray


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """The initial mesh with its refinements.

    Args:
        vertices: Float64[156, 3] of the first level, about the origin.
        levels: from coarse to fine.
    """

    vertices: np.ndarray
    levels: tuple[MeshLevel, ...]


def ellipsoid(levels: int = 3, radii: Sequence[float] = RELEASE_RADII) -> Ellipsoid:
    """The ellipsoid of these radii along x, y and z, with `levels` levels of 156, 618, 2466, 9858 … vertices.

    The same arrays on each call, read-only.

    Raises:
        InputError: `levels` is not a whole number from 1 on, or `radii` are not three positive finite numbers.

    >>> [(level.count, len(level.edges), len(level.faces)) for level in ellipsoid().levels]
    [(156, 462, 308), (618, 1848, 1232), (2466, 7392, 4928)]
    """
    if isinstance(levels, bool) or not isinstance(levels, int | np.integer) or levels < 1:
        raise InputError(f"ellipsoid levels {levels!r}: expected a whole number from 1 on")
    try:
        lengths = tuple(float(radius) for radius in radii)
    except (TypeError, ValueError):
        lengths = ()
    if len(lengths) != 3 or not all(0 < length < np.inf for length in lengths):
        raise InputError(f"ellipsoid radii {radii!r}: expected three positive finite numbers")
    return _ellipsoid(int(levels), lengths)


@lru_cache(maxsize=16)
def _ellipsoid(levels: int, radii: tuple[float, ...]) -> Ellipsoid:
    points, level = _sphere()
    chain = [level]
    while len(chain) < levels:
        chain.append(unpool_level(chain[-1]))
    return Ellipsoid(_frozen(points * np.array(radii)), tuple(chain))


def unpool_level(level: MeshLevel) -> MeshLevel:
    """The next finer level: a new vertex on each edge, after the old ones and in the order of `edges`; four faces
    for each face, at its three corners and in the middle, the same way round."""
    key = (level.count, 1)
    middle = level.count + np.searchsorted(level.edges @ key, _sides(level.faces) @ key)  # (F, 3)
    corners = np.stack([level.faces, middle, np.roll(middle, 1, axis=1)], axis=-1)  # (F, 3, 3)
    faces = np.concatenate([corners, middle[:, None]], axis=1).reshape(-1, 3)
    return _level(level.count + len(level.edges), faces)


def unpool(values: Tensor, edges: Tensor) -> Tensor:
    """Float[…, V + E, C]: the values Float[…, V, C] at the vertices, then the mean of both ends of each edge.

    Args:
        edges: Int64[E, 2], those of a `MeshLevel`, on the same device.
    """
    import torch

    # Not values[..., edges, :]: the gradient of that depends on the number of threads.
    start, end = (values.index_select(-2, side) for side in edges.unbind(1))
    return torch.cat([values, (start + end) / 2], dim=-2)


@lru_cache(maxsize=1)
def _sphere() -> tuple[np.ndarray, MeshLevel]:
    """Float64[156, 3]: points spread evenly on the unit sphere; and their convex hull."""
    from scipy.spatial import ConvexHull

    points = _relaxed(_spiral(_COUNT), _STEPS)
    faces = ConvexHull(points).simplices.astype(np.int64)
    a, b, c = np.moveaxis(points[faces], 1, 0)
    inward = np.einsum("ij,ij->i", a, np.cross(b, c)) < 0
    faces[inward] = faces[inward, ::-1]
    # The hull's order is an accident of its algorithm: each face from its lowest vertex on, in lexicographic order.
    faces = np.take_along_axis(faces, (faces.argmin(axis=1)[:, None] + np.arange(3)) % 3, axis=1)
    return points, _level(len(points), faces[np.lexsort(faces.T[::-1])])


def _spiral(count: int) -> np.ndarray:
    """Float64[N, 3]: points on the unit sphere, each the golden angle further on and equally lower."""
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    y = 1 - (2 * np.arange(count) + 1) / count
    ring = np.sqrt(1 - y**2)
    return np.stack([ring * np.cos(turn), y, ring * np.sin(turn)], axis=1)


def _relaxed(points: np.ndarray, steps: int) -> np.ndarray:
    """Points on the unit sphere after steps along the Coulomb force that they exert on each other."""
    spacing = np.sqrt(4 * np.pi / len(points))
    for _ in range(steps):
        apart = points[:, None] - points  # (N, N, 3)
        cube = np.einsum("ijk,ijk->ij", apart, apart) ** 1.5
        np.fill_diagonal(cube, np.inf)
        force = (apart / cube[..., None]).sum(axis=1)
        force -= np.einsum("ij,ij->i", force, points)[:, None] * points
        points = points + _STEP * spacing**3 * force
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points.round(9)  # so that the last bits of another machine's arithmetic do not show


def _level(count: int, faces: np.ndarray) -> MeshLevel:
    edges = np.unique(_sides(faces).reshape(-1, 2), axis=0)
    return MeshLevel(count, _frozen(faces), _frozen(edges))


def _sides(faces: np.ndarray) -> np.ndarray:
    """Int64[F, 3, 2]: the sides of each face, from each corner to the next; the lower end first."""
    return np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1), axis=-1)


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
