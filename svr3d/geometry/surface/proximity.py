"""Pieces of a surface that keep a distance from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from .connectivity import merged
from .graphs import connected_nodes

if TYPE_CHECKING:
    from jaxtyping import Int


def proximity_clusters(mesh: Mesh, distance: float) -> Int[np.ndarray, " f"]:
    """The single-linkage clusters of a mesh's triangles: two are in one if a vertex of each lies within `distance`.

    Vertices alone are compared, so that a bar whose ends stand in the middle of a long face, far from its corners, is
    a cluster by itself, though it touches.

    Args:
        distance: at least 0, in the unit of the mesh; at 0, what shares a vertex is together.

    Returns:
        Int[F]: the cluster of each face, numbered from 0 in the order of first faces.

    Raises:
        InputError: a bad distance, or vertices that are not finite.
    """
    if not 0 <= distance < np.inf:
        raise InputError(f"distance is {distance}, expected a finite number of at least 0")
    if mesh.is_empty:
        return np.zeros(0, dtype=np.int64)
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot look for neighbours in a mesh with non-finite vertices")
    vertices, faces = merged(mesh)
    used, faces = np.unique(faces, return_inverse=True)
    vertices, faces = vertices[used], faces.reshape(-1, 3)
    piece = _pieces(vertices, faces, distance)
    cluster = _joined(vertices, piece, distance)[piece[faces[:, 0]]]
    _, first, label = np.unique(cluster, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[label.ravel()]


def _pieces(vertices: np.ndarray, faces: np.ndarray, distance: float) -> np.ndarray:
    """Int[V]: what hangs together by faces, or is in one cell so small that all in it are within the distance.

    The cells make pieces few where vertices are dense; without them, one pair of dense pieces costs its square.
    """
    links = [faces[:, :2], faces[:, 1:]]
    if distance > 1e-9 * np.ptp(vertices, axis=0).max():  # else cells could not be counted, nor would they hold much
        cells = np.floor((vertices - vertices.min(axis=0)) / (distance / np.sqrt(3)) * (1 + 1e-9))
        _, first, cell = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        links.append(np.stack([np.arange(len(vertices)), first[cell.ravel()]], axis=1))
    return connected_nodes(np.concatenate(links), len(vertices))


def _joined(vertices: np.ndarray, piece: np.ndarray, distance: float) -> np.ndarray:
    """Int[P]: the cluster of each piece."""
    order = np.argsort(piece, kind="stable")
    points = np.split(vertices[order], np.cumsum(np.bincount(piece))[:-1])
    low, high = np.stack([p.min(axis=0) for p in points]), np.stack([p.max(axis=0) for p in points])
    pairs = []
    for a in range(len(points) - 1):
        later = slice(a + 1, None)
        gap = np.maximum(low[later] - high[a], low[a] - high[later]).clip(0)
        beside = a + 1 + np.flatnonzero((gap**2).sum(axis=1) <= distance**2)
        pairs += [(a, b) for b in beside.tolist() if _near(points[a], points[b], distance)]
    return connected_nodes(np.array(pairs, dtype=np.int64).reshape(-1, 2), len(points))


def _near(a: np.ndarray, b: np.ndarray, distance: float) -> bool:
    """Whether points Float[A, 3] and Float[B, 3] come within the distance."""
    from scipy.spatial import KDTree

    for _ in range(2):  # of each, what is near the box of the other: pieces are large and meet in few places
        if not len(b):
            return False
        a, b = b, a[((a >= b.min(axis=0) - distance) & (a <= b.max(axis=0) + distance)).all(axis=1)]
    return len(b) > 0 and bool((KDTree(a).query(b)[0] <= distance).any())
