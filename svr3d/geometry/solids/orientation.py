"""Turning the faces of a mesh outward."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from ..shapes.mesh import Mesh
from ..surface.connectivity import components, edges, from_lowest, merged
from .visibility import escapes

AnyMesh = TypeVar("AnyMesh", bound=Mesh)


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
    faces = merged(mesh)[1]
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


def _flipped(faces: np.ndarray, flip: np.ndarray) -> np.ndarray:
    return np.where(flip[:, None], faces[:, ::-1], faces)


def _is_two_sided(faces: np.ndarray) -> np.ndarray:
    """Bool[F]: the faces that are also there the other way round."""
    n = len(faces)
    both = np.concatenate([from_lowest(faces), from_lowest(faces[:, ::-1])])
    same = np.unique(both, axis=0, return_inverse=True)[1].ravel()
    return np.isin(same[:n], same[n:])


def _is_closed(faces: np.ndarray, patch: np.ndarray) -> np.ndarray:
    """Bool[patches]: where the half-edges of a patch's own faces cancel."""
    edge_of, _, up, count = edges(faces)
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
    edge_of, _, up, count = edges(faces)
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
