"""Edges and faces as lists of their corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Int


def distinct_simplices(corners: Int[np.ndarray, "c d"]) -> Int[np.ndarray, "c d"]:
    """Each edge or face once, its corners ascending; without those of which corners coincide."""
    ordered = np.unique(np.sort(corners, axis=1), axis=0)
    return ordered[(np.diff(ordered, axis=1) > 0).all(axis=1)]


def with_sides(edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"]) -> Int[np.ndarray, "e 2"]:
    """Edges and the sides of faces, as `distinct_simplices`."""
    return distinct_simplices(np.concatenate([edges, faces[:, [0, 1, 1, 2, 0, 2]].reshape(-1, 2)]))


def cliques(edges: Int[np.ndarray, "e 2"], count: int) -> Int[np.ndarray, "f 3"]:
    """The triples Int[F, 3] of `count` spheres of which each two are joined, corners ascending."""
    linked = np.zeros((count, count), dtype=bool)
    linked[edges[:, 0], edges[:, 1]] = linked[edges[:, 1], edges[:, 0]] = True
    a, b = np.triu(linked, 1).nonzero()
    row, c = (linked[a] & linked[b]).nonzero()
    later = c > b[row]
    return np.stack([a[row], b[row], c], -1)[later]
