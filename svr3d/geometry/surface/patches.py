"""Patches of a surface: faces of one label that hang together by their edges."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from ..shapes.mesh import Mesh
from .connectivity import edges, merged
from .graphs import connected_nodes

if TYPE_CHECKING:
    from jaxtyping import Int


def without_small_patches(mesh: Mesh, labels: Int[np.ndarray, " f"], least: float) -> Int[np.ndarray, " f"]:
    """The labels Int[F] of the faces, where each patch below a share `least` of the area has got that of a neighbour.

    The smallest patch goes first, to the neighbour with which it has the longest border; what has none stays. Patches
    that have grown together count as one only where they did before.
    """
    if mesh.is_empty or not least > 0:
        return labels
    one, other, length = _borders(mesh)
    same = labels[one] == labels[other]
    patch = connected_nodes(np.column_stack([one[same], other[same]]), len(labels))
    first = np.unique(patch, return_index=True)[1]
    areas = np.bincount(patch, weights=mesh.face_areas).tolist()
    neighbours: list[dict[int, float]] = [{} for _ in areas]
    for a, b, border in zip(patch[one[~same]].tolist(), patch[other[~same]].tolist(), length[~same], strict=True):
        for x, y in ((a, b), (b, a)):
            neighbours[x][y] = neighbours[x].get(y, 0.0) + float(border)
    return labels[first[_merged_into(areas, neighbours, least * sum(areas))[patch]]]


def _merged_into(areas: list[float], neighbours: list[dict[int, float]], least: float) -> Int[np.ndarray, " p"]:
    """Int[P]: the patch that each has become part of, itself where it stays."""
    into = np.arange(len(areas))
    waiting = [(area, patch) for patch, area in enumerate(areas) if area < least]
    heapq.heapify(waiting)
    while waiting:
        area, patch = heapq.heappop(waiting)
        around = neighbours[patch]
        if into[patch] != patch or area != areas[patch] or not around:
            continue
        host = max(around, key=lambda other: (around[other], -other))
        into[patch] = host
        areas[host] += area
        for other, border in around.items():
            del neighbours[other][patch]
            if other != host:
                neighbours[host][other] = neighbours[other][host] = neighbours[host].get(other, 0.0) + border
        if areas[host] < least:
            heapq.heappush(waiting, (areas[host], host))
    while (into[into] != into).any():
        into = into[into]
    return into


def _borders(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of faces with an edge in common, Int[B] and Int[B], and the edge's length Float[B]. Of an edge of more than
    two faces, each and the next."""
    edge_of = edges(merged(mesh)[1])[0]
    face = np.tile(np.arange(len(mesh.faces)), 3)
    start, end = mesh.faces.T.reshape(-1), mesh.faces[:, [1, 2, 0]].T.reshape(-1)
    length = np.linalg.norm(mesh.vertices[start] - mesh.vertices[end], axis=1)
    order = np.argsort(edge_of, kind="stable")
    same = edge_of[order[1:]] == edge_of[order[:-1]]
    return face[order[:-1][same]], face[order[1:][same]], length[order[1:][same]]
