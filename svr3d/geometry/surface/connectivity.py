"""How the faces of a mesh hang together, and repairs of it that move no point of the surface."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ...arrays import distinct_rows
from ..shapes.mesh import Mesh, PartMesh

if TYPE_CHECKING:
    from jaxtyping import Int

AnyMesh = TypeVar("AnyMesh", bound=Mesh)


def merge_vertices(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` with vertices at the same place made one and unused ones dropped, and how many that removed."""
    vertices, faces = merged(mesh)
    used, faces = np.unique(faces, return_inverse=True)
    result = replace(mesh, vertices=vertices[used], faces=faces.reshape(-1, 3))
    return result, len(mesh.vertices) - len(result.vertices)


def drop_degenerate_faces(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` without its faces of zero area, and how many there were."""
    return _keep_faces(mesh, mesh.face_areas > 0)


def drop_duplicate_faces(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` without repetitions of a face over the same places the same way round, and how many there were.

    The first stays. A face and its reverse are not repetitions: together they draw both sides of a sheet.
    """
    faces = merged(mesh)[1]
    first = np.unique(from_lowest(faces), axis=0, return_index=True)[1]
    keep = np.zeros(len(faces), dtype=bool)
    keep[first] = True
    return _keep_faces(mesh, keep)


def is_watertight(mesh: Mesh) -> bool:
    """Whether each edge is shared by exactly two faces that run along it in opposite directions.

    Vertices at the same place count as one. An empty mesh is not watertight.
    """
    if mesh.is_empty:
        return False
    _, sense, _, count = edges(merged(mesh)[1])
    return bool((count == 2).all() and (sense == 0).all())


def is_closed(mesh: Mesh) -> bool:
    """Whether every edge is run along as often in one direction as in the other, so that winding numbers are whole.

    Weaker than `is_watertight`: solids may touch along an edge. Vertices at the same place count as one.
    """
    from ._balance import is_balanced

    return bool(is_balanced((mesh.vertices + 0.0).view(np.uint64), mesh.faces))  # adding 0 makes -0 the same place


def components(mesh: Mesh) -> Int[np.ndarray, " f"]:
    """Int[F]: the edge-connected component of each face, numbered from 0; vertices at the same place count as one."""
    if mesh.is_empty:
        return np.zeros(0, dtype=np.int64)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edge_of, _, _, count = edges(merged(mesh)[1])
    n = len(mesh.faces)
    face = np.tile(np.arange(n), 3)
    # faces and edges are the two kinds of nodes of one graph
    graph = coo_matrix((np.ones(3 * n, dtype=np.int8), (face, n + edge_of)), shape=(n + len(count),) * 2)
    labels = connected_components(graph, directed=False)[1][:n]
    return np.unique(labels, return_inverse=True)[1]


def merged(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Distinct vertex positions, and the faces over them."""
    vertices, index = distinct_rows(mesh.vertices + 0.0)  # -0 becomes 0
    return vertices, index[mesh.faces]


def edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The undirected edges of faces.

    Returns:
        edge_of Int[3F]: the edge of each half-edge, all first half-edges first; sense Int[E]: how much more often
        the edge is run upwards (by vertex index) than downwards; up Int[3F]: +1 or -1, 0 for a point; count Int[E].
    """
    start, end = faces.T.reshape(-1), faces[:, [1, 2, 0]].T.reshape(-1)
    key = np.minimum(start, end) * (faces.max(initial=0) + 1) + np.maximum(start, end)
    order = np.argsort(key, kind="stable")
    changes = np.ones(len(key), dtype=bool)
    changes[1:] = key[order[1:]] != key[order[:-1]]
    edge_of = np.empty(len(key), dtype=np.int64)
    edge_of[order] = np.cumsum(changes) - 1
    up = np.sign(end - start)
    return edge_of, np.bincount(edge_of, weights=up).astype(np.int64), up, np.bincount(edge_of)


def _keep_faces(mesh: AnyMesh, keep: np.ndarray) -> tuple[AnyMesh, int]:
    dropped = int((~keep).sum())
    if not dropped:
        return mesh, 0
    changes = {"faces": mesh.faces[keep]}
    if mesh.face_colors is not None:
        changes["face_colors"] = mesh.face_colors[keep]
    if isinstance(mesh, PartMesh):
        changes["face_part"] = mesh.face_part[keep]
    return replace(mesh, **changes), dropped


def from_lowest(faces: np.ndarray) -> np.ndarray:
    """The same faces, the same way round, each from its lowest vertex on."""
    start = faces.argmin(axis=1) if len(faces) else np.zeros(0, dtype=np.int64)
    return np.take_along_axis(faces, (start[:, None] + np.arange(3)) % 3, axis=1)
