"""The genus of closed surfaces."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from .connectivity import components, edges, merged


def genus(mesh: Mesh) -> int:
    """The number of handles of a closed surface, exactly: (2 - χ) / 2 for each component, added up.

    Vertices at the same place count as one, but surfaces that only touch in a vertex are apart there. An empty mesh
    has genus 0.

    Raises:
        InputError: the mesh is not a closed orientable two-manifold with consistent winding: an edge that is not
            run along exactly twice, in opposite directions. (For such meshes, `betti_numbers` of the solid.)
    """
    if mesh.is_empty:
        return 0
    faces = merged(mesh)[1]
    edge_of, sense, up, count = edges(faces)
    bad = (count != 2) | (sense != 0) | (np.bincount(edge_of, weights=up == 0) > 0)
    if bad.any():
        raise InputError(
            f"genus: expected a closed surface, wound consistently, but {int(bad.sum())} of its {len(bad)} edges are "
            "not shared by exactly two faces in opposite directions"
        )
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    # A vertex is a ring of faces' corners: corners that meet along an edge belong together.
    n = len(faces)
    start = np.arange(3 * n)  # half-edge c * n + f begins at corner c of face f …
    end = (start + n) % (3 * n)  # … and ends at the next corner
    first, second = np.argsort(edge_of, kind="stable").reshape(-1, 2).T
    joined = (np.concatenate([start[first], end[first]]), np.concatenate([end[second], start[second]]))
    graph = coo_matrix((np.ones(len(joined[0]), dtype=np.int8), joined), shape=(3 * n, 3 * n))
    vertices = connected_components(graph, directed=False)[0]
    euler = vertices - len(count) + n
    return int(components(mesh).max()) + 1 - euler // 2
