"""Regions of a medial axis, around some of its balls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .boundary import Boundary
from .pruning import is_within

if TYPE_CHECKING:
    from jaxtyping import Float, Int

NEIGHBORS = 24
"""Of each ball, looked at. About half of them are near twins, which touch the other side of a sheet."""

BENDS = 3
"""How often balls are added where ways along the axis bend."""


Graph = tuple[np.ndarray, np.ndarray]
"""Pairs of balls, Int[P] each."""


def graph_of(boundary: Boundary, balls: Float[np.ndarray, "n 4"]) -> Graph:
    """Which balls are near each other, without leaving the solid in between; the lower index first."""
    from scipy.spatial import KDTree

    count = min(NEIGHBORS + 1, len(balls))
    near = KDTree(balls).query(balls, count)[1].reshape(len(balls), count)
    pairs = np.sort(np.stack([np.repeat(np.arange(len(balls)), count), near.ravel()], axis=1), axis=1)
    key = np.unique(pairs[:, 0] * len(balls) + pairs[:, 1])
    pairs = np.stack([key // len(balls), key % len(balls)], axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    first, second = pairs[is_within(boundary, balls, pairs)].T
    return first, second


class Regions(NamedTuple):
    """Which of the chosen balls, from 0, each ball is nearest to along the graph, of: Int[N], -1 where none can be
    reached; how far that is, distance: Float[N]; and the ball before it on that way, before: Int[N]."""

    of: np.ndarray
    distance: np.ndarray
    before: np.ndarray


def regions_of(balls: Float[np.ndarray, "n 4"], graph: Graph, chosen: Int[np.ndarray, " m"]) -> Regions:
    """The regions of `chosen`, as indices into it: a geodesic Voronoi diagram."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    length = np.maximum(np.linalg.norm(balls[graph[0]] - balls[graph[1]], axis=1), 1e-12)
    matrix = coo_matrix((length, graph), shape=(len(balls),) * 2).tocsr()
    distance, before, source = dijkstra(matrix, directed=False, indices=chosen, min_only=True, return_predecessors=True)
    place = np.full(len(balls), -1)
    place[chosen] = np.arange(len(chosen))
    of, reached = np.full(len(balls), -1), source >= 0
    of[reached] = place[source[reached]]
    return Regions(of, distance, before)


def with_pieces(
    balls: Float[np.ndarray, "n 4"], pieces: Int[np.ndarray, " n"], chosen: Int[np.ndarray, " m"]
) -> Int[np.ndarray, " k"]:
    """`chosen` and, of each of the `pieces` Int[N] that none of them is in, the largest ball."""
    order = np.argsort(-balls[:, 3], kind="stable")
    largest = order[np.unique(pieces[order], return_index=True)[1]]
    return np.concatenate([chosen, largest[~np.isin(pieces[largest], pieces[chosen])]])


def with_bends(
    boundary: Boundary, balls: Float[np.ndarray, "n 4"], graph: Graph, chosen: Int[np.ndarray, " m"], rounds: int
) -> Int[np.ndarray, " n"]:
    """`chosen` and, where the way from one to a neighbour on the axis turns a corner of the solid, which a straight
    cone would cut off, the ball at the bend, again and again (as Douglas and Peucker refine a line)."""
    for _ in range(rounds):
        regions = regions_of(balls, graph, chosen)
        edges, crossing = _crossings(balls, regions, graph)
        out = ~is_within(boundary, balls[chosen], edges)
        bends = _bends(balls, regions, crossing[out])
        if not len(bends):
            break
        chosen = np.concatenate([chosen, bends])
    return chosen


def _crossings(balls: np.ndarray, regions: Regions, graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of regions that touch, Int[E, 2], and the edge of the graph by which the way is shortest, Int[E, 2]."""
    pairs = np.stack(graph, axis=1)
    of = regions.of[pairs]
    across = (of[:, 0] != of[:, 1]) & (of.min(axis=1) >= 0)
    pairs, of = pairs[across], np.sort(of[across], axis=1)
    way = regions.distance[pairs].sum(axis=1) + np.linalg.norm(balls[pairs[:, 0]] - balls[pairs[:, 1]], axis=1)
    order = np.argsort(way, kind="stable")
    edges, place = np.unique(of[order], axis=0, return_index=True)
    return edges, pairs[order][place]


def _bends(balls: np.ndarray, regions: Regions, crossing: np.ndarray) -> np.ndarray:
    """Int[B]: of each way between regions by `crossing` Int[E, 2], the ball that is furthest from the straight line;
    of ways that share an end, one."""
    split: set[int] = set()
    bends = []
    for a, b in crossing.tolist():
        ends = {int(regions.of[a]), int(regions.of[b])}
        if ends & split:
            continue
        way = [*_way(regions.before, a)[::-1], *_way(regions.before, b)]
        off = _off_line(balls[way])
        if off.max() > 0:
            split |= ends
            bends.append(way[int(np.argmax(off))])
    return np.array(bends, dtype=np.int64)


def _way(before: np.ndarray, ball: int) -> list[int]:
    """From `ball` to the chosen one that it belongs to."""
    way = [ball]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return way


def _off_line(way: np.ndarray) -> np.ndarray:
    """Float[N]: how far each of `way` Float[N, 4] is from the line between its ends; 0 for the ends."""
    along, there = way[-1] - way[0], way - way[0]
    weight = np.clip(there @ along / max(float(along @ along), 1e-12), 0, 1)
    off = np.linalg.norm(there - weight[:, None] * along, axis=1)
    off[[0, -1]] = 0
    return off
