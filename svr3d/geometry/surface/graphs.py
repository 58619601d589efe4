"""Graphs over vertices, faces or balls: what hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Int


def connected_nodes(pairs: Int[np.ndarray, "e 2"], count: int) -> Int[np.ndarray, " n"]:
    """Int[count]: the connected component, from 0, of each of `count` nodes of a graph with these edges Int[E, 2]."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(pairs), dtype=bool), pairs.T), shape=(count, count))
    return connected_components(graph, directed=False)[1]
