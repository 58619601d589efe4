"""How the faces of a mesh hang together, and repairs of it that move no point of the surface."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from .mesh import Mesh, PartMesh

AnyMesh = TypeVar("AnyMesh", bound=Mesh)


def merge_vertices(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` with vertices at the same place made one and unused ones dropped, and how many that removed."""
    vertices, faces = _merged(mesh)
    used, faces = np.unique(faces, return_inverse=True)
    merged = replace(mesh, vertices=vertices[used], faces=faces.reshape(-1, 3))
    return merged, len(mesh.vertices) - len(merged.vertices)


def drop_degenerate_faces(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` without its faces of zero area, and how many there were."""
    return _keep_faces(mesh, mesh.face_areas > 0)


def is_watertight(mesh: Mesh) -> bool:
    """Whether each edge is shared by exactly two faces that run along it in opposite directions.

    Vertices at the same place count as one. An empty mesh is not watertight.
    """
    if mesh.is_empty:
        return False
    _, sense, _, count = _edges(_merged(mesh)[1])
    return bool((count == 2).all() and (sense == 0).all())


def bounds_a_solid(mesh: Mesh) -> bool:
    """Whether every edge is run along as often in one direction as in the other, so that winding numbers are whole.

    Weaker than `is_watertight`: solids may touch along an edge. Vertices at the same place count as one.
    """
    from ._closed import is_closed

    return bool(is_closed((mesh.vertices + 0.0).view(np.uint64), mesh.faces))  # adding 0 makes -0 the same place


def components(mesh: Mesh) -> np.ndarray:
    """Int[F]: the edge-connected component of each face, numbered from 0; vertices at the same place count as one."""
    if mesh.is_empty:
        return np.zeros(0, dtype=np.int64)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edge_of, _, _, count = _edges(_merged(mesh)[1])
    n = len(mesh.faces)
    face = np.tile(np.arange(n), 3)
    # faces and edges are the two kinds of nodes of one graph
    graph = coo_matrix((np.ones(3 * n, dtype=np.int8), (face, n + edge_of)), shape=(n + len(count),) * 2)
    labels = connected_components(graph, directed=False)[1][:n]
    return np.unique(labels, return_inverse=True)[1]


def orient_faces(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` with its components wound consistently, normals outward, and how many faces were flipped.

    An edge-connected component whose winding is already consistent and without boundary is turned as a whole if
    its volume is negative. In any other, faces that share an edge with exactly one other are made to agree with
    it, the fewer turned, and each patch so found is turned if rays escape from its back more often than from
    its front, counted among all faces of the mesh. Of a face that is there twice, once each way round,
    the one that sees nothing is turned if its back sees out: the side of a slab drawn from inside too becomes a
    repetition (`drop_duplicate_faces` removes it), a sheet drawn from both sides stays.
    """
    if mesh.is_empty:
        return mesh, 0
    faces = _merged(mesh)[1]
    component = components(mesh)
    closed = _is_closed(faces, component)[component]
    two_sided = ~closed & _is_two_sided(faces)
    loose = ~closed & ~two_sided
    patch, flip = component.copy(), np.zeros(len(faces), dtype=bool)
    if loose.any():
        patch[loose], flip[loose] = _consistent(faces[loose])
        patch[loose] += component.max() + 1
    patch[two_sided] = patch.max() + 1 + np.arange(two_sided.sum())
    patch = np.unique(patch, return_inverse=True)[1]
    flip ^= _inward(mesh, _flipped(faces, flip), patch, flip, two_sided)
    return replace(mesh, faces=_flipped(mesh.faces, flip)), int(flip.sum())


def drop_duplicate_faces(mesh: AnyMesh) -> tuple[AnyMesh, int]:
    """`mesh` without repetitions of a face over the same places the same way round, and how many there were.

    The first stays. A face and its reverse are not repetitions: together they draw both sides of a sheet.
    """
    faces = _merged(mesh)[1]
    first = np.unique(_from_lowest(faces), axis=0, return_index=True)[1]
    keep = np.zeros(len(faces), dtype=bool)
    keep[first] = True
    return _keep_faces(mesh, keep)


def _merged(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Distinct vertex positions, and the faces over them."""
    vertices = mesh.vertices + 0.0  # -0 becomes 0
    order = np.lexsort(vertices.T)
    changes = np.ones(len(order), dtype=bool)
    changes[1:] = (vertices[order[1:]] != vertices[order[:-1]]).any(axis=1)
    index = np.empty(len(order), dtype=np.int64)
    index[order] = np.cumsum(changes) - 1
    return vertices[order[changes]], index[mesh.faces]


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


def _edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
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


def _flipped(faces: np.ndarray, flip: np.ndarray) -> np.ndarray:
    return np.where(flip[:, None], faces[:, ::-1], faces)


def _from_lowest(faces: np.ndarray) -> np.ndarray:
    """The same faces, the same way round, each from its lowest vertex on."""
    start = faces.argmin(axis=1) if len(faces) else np.zeros(0, dtype=np.int64)
    return np.take_along_axis(faces, (start[:, None] + np.arange(3)) % 3, axis=1)


def _is_two_sided(faces: np.ndarray) -> np.ndarray:
    """Bool[F]: the faces that are also there the other way round."""
    n = len(faces)
    both = np.concatenate([_from_lowest(faces), _from_lowest(faces[:, ::-1])])
    same = np.unique(both, axis=0, return_inverse=True)[1].ravel()
    return np.isin(same[:n], same[n:])


def _is_closed(faces: np.ndarray, patch: np.ndarray) -> np.ndarray:
    """Bool[patches]: where the half-edges of a patch's own faces cancel."""
    edge_of, _, up, count = _edges(faces)
    keys, where = np.unique(np.tile(patch, 3) * len(count) + edge_of, return_inverse=True)
    closed = np.ones(int(patch.max()) + 1, dtype=bool)
    closed[keys[np.bincount(where, weights=up) != 0] // len(count)] = False
    return closed


def _consistent(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Patches of faces joined by edges with exactly two faces, and the flips that make each agree with itself.

    Returns:
        patch Int[F] and flip Bool[F], with fewer than half of each patch flipped.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    n = len(faces)
    edge_of, _, up, count = _edges(faces)
    order = np.argsort(edge_of, kind="stable")
    order = order[count[edge_of[order]] == 2].reshape(-1, 2)
    a, b = (order % n).T
    disagree = up[order[:, 0]] == up[order[:, 1]]
    # On a tree every wish can be met, also on a Möbius strip; agreeing edges come first.
    weights = np.where(disagree, 2, 1)
    keep = a != b
    pairs, first = np.unique(np.sort(order[keep] % n, axis=1), axis=0, return_index=True)
    tree = minimum_spanning_tree(coo_matrix((weights[keep][first], pairs.T), shape=(n, n)).tocsr()).tocoo()
    patch = connected_components(tree, directed=False)[1]
    # Two copies of each face, as it is and flipped; each edge joins the copies that agree. A patch falls into two.
    crossed = tree.data == 2
    sides = coo_matrix(
        (
            np.ones(2 * tree.nnz, dtype=np.int8),
            (
                np.concatenate([tree.row, tree.row + n]),
                np.concatenate([tree.col + n * crossed, tree.col + n * ~crossed]),
            ),
        ),
        shape=(2 * n, 2 * n),
    )
    label = connected_components(sides, directed=False)[1]
    flip = label[:n] > label[n:]
    size, flips = np.bincount(patch), np.bincount(patch, weights=flip)
    return patch, flip ^ (2 * flips > size)[patch]


def _inward(mesh: Mesh, faces: np.ndarray, patch: np.ndarray, flip: np.ndarray, two_sided: np.ndarray) -> np.ndarray:
    """Bool[F]: which `faces`, the mesh's made consistent by `flip`, belong to patches that face inward."""
    from .visibility import escapes

    triangles = np.where(flip[:, None, None], mesh.triangles[:, ::-1], mesh.triangles)
    a, b, c = np.moveaxis(triangles - mesh.bounds.mean(axis=0), 1, 0)
    inward = np.bincount(patch, weights=np.einsum("ij,ij->i", a, np.cross(b, c))) < 0
    is_open = ~_is_closed(faces, patch)
    if is_open.any():
        ask = is_open[patch]
        front, back = escapes(mesh.triangles, triangles[ask], patch[ask], len(is_open))
        sees = np.zeros(len(is_open), dtype=bool)
        sees[patch[two_sided]] = front[patch[two_sided]] > 0
        inward = np.where(is_open, (front < back) & ~sees, inward)
    return inward[patch]
