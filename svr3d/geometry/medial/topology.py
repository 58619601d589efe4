"""Which balls of a medial axis are neighbours on it: edges and faces between chosen ones."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ..surface.graphs import connected_nodes
from .boundary import Boundary
from .complexes import Face, arrays, neighbors, opposite_corners, sides_of
from .holes import with_holes_filled
from .pruning import is_within
from .regions import BENDS, graph_of, regions_of, with_bends, with_pieces

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def dual_complex(
    boundary: Boundary, balls: Float[np.ndarray, "n 4"], chosen: Int[np.ndarray, " m"], bends: int = BENDS
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """Edges Int[E, 2] and faces Int[F, 3] between `chosen` Int[M] of `balls`, as indices into the chosen ones.

    The axis is what its many balls sample: a graph joins those that are near each other, centre and radius, without
    leaving the solid in between. On it, each ball belongs to the chosen one to which its way is shortest. Regions that
    touch are joined by an edge, and three that touch each other by a face: the dual of a geodesic Voronoi diagram.
    (A restricted power diagram, with the axis in the solid's place: regions of sheets have few tetrahedra in their
    dual, and do not reach through gaps that are narrower than the balls are apart.)

    Args:
        bends: how often balls are added to the chosen ones where ways between neighbours bend.

    Returns:
        The chosen balls with those that were added Int[N], among them one for each piece without any, edges and faces.
    """
    graph = graph_of(boundary, balls)
    chosen = with_pieces(balls, connected_nodes(np.stack(graph, axis=1), len(balls)), chosen)
    chosen = with_bends(boundary, balls, graph, chosen, bends)
    spheres = balls[chosen]
    edges, weight = _touching(regions_of(balls, graph, chosen).of, *graph)
    edges = _thinned(edges, weight, is_within(boundary, spheres, edges), len(chosen))
    edges, faces = _without_solids(spheres, edges, _cliques(edges, len(chosen)))
    return chosen, *with_holes_filled(boundary, spheres, edges, faces)


def _touching(region: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of regions Int[E, 2] that edges of the graph join, and how many do, Int[E]."""
    pairs = np.sort(np.stack([region[first], region[second]], axis=1), axis=1)
    pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs[:, 0] >= 0)]
    return np.unique(pairs, axis=0, return_counts=True)


def _thinned(edges: np.ndarray, weight: np.ndarray, within: np.ndarray, count: int) -> np.ndarray:
    """Without edges that are of no use to how the regions hang together, Int[E, 2].

    Regions of which each two touch are taken to have a place in common. Then an edge whose ends' common neighbours all
    touch one of them can go, with all that it is a side of, and what hangs together, tunnels and cavities stay
    (Boissonnat and Pritam, "Edge collapse and persistence of flag complexes", 2020). Those go that leave the solid, and
    those of four regions of which all touch: first the ones across which fewest pairs were found.
    """
    joined = neighbors(edges, count)
    kept = np.ones(len(edges), dtype=bool)
    order = np.lexsort((weight, within))
    while True:
        before = np.count_nonzero(kept)
        for n in order[kept[order]]:
            a, b = edges[n].tolist()
            common = joined[a] & joined[b]
            thick = any(joined[c] & common for c in common)
            if (thick or not within[n]) and any(common - joined[c] == {c} for c in common):
                kept[n] = False
                joined[a].discard(b)
                joined[b].discard(a)
        if np.count_nonzero(kept) == before:
            return edges[kept]


def _cliques(edges: np.ndarray, count: int) -> np.ndarray:
    """Int[F, 3]: the triples of which each two are joined."""
    joined = neighbors(edges, count)
    found = [(a, b, c) for a, b in edges.tolist() for c in joined[a] & joined[b] if c > b]
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 3)


def _without_solids(spheres: np.ndarray, edges: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without a face of each tetrahedron. They are solid, and collapse from without, each by a face that it shares with
    no other, which keeps what hangs together, tunnels and cavities."""
    opposite = opposite_corners(edges, faces)
    for face in _collapsed(spheres, opposite):
        for side, corner in sides_of(face):
            opposite[side].discard(corner)
    return arrays(opposite)


def _collapsed(spheres: np.ndarray, opposite: dict[tuple[int, int], set[int]]) -> list[Face]:
    """The faces by which all tetrahedra collapse, the longest first of those that are free."""
    of: dict[Face, set[tuple[int, int, int, int]]] = {}
    for (a, b), corners in opposite.items():
        for c, d in combinations(sorted(corner for corner in corners if corner > b), 2):
            if b in opposite.get((c, d), ()) and a in opposite[c, d]:
                for face in combinations((a, b, c, d), 3):
                    of.setdefault(face, set()).add((a, b, c, d))

    def entry(face: Face) -> tuple[float, Face]:
        a, b, c = spheres[list(face)]
        return -float(sum(np.linalg.norm(side) for side in (a - b, b - c, c - a))), face

    free = [entry(face) for face, solids in of.items() if len(solids) == 1]
    heapify(free)
    gone = []
    while free:
        _, face = heappop(free)
        if len(of[face]) != 1:
            continue
        (solid,) = of[face]
        gone.append(face)
        for other in combinations(solid, 3):
            of[other].discard(solid)
            if len(of[other]) == 1:
                heappush(free, entry(other))
    return gone
