"""Which balls of a medial axis are neighbours on it: edges and faces between chosen ones."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .boundary import Boundary
from .nearest import corners_of, touching_balls

if TYPE_CHECKING:
    from jaxtyping import Float, Int

NEIGHBORS = 24
"""Of each ball, looked at. About half of them are near twins, which touch the other side of a sheet."""

SHALLOW = 0.5
"""Between neighbours on the axis the boundary is at least this part of the interpolated radius away."""

RING = 6
"""The most edges around a hole that is closed where the solid has none."""

COVERED = 0.9
"""A face whose middle ball is so deep in other primitives, beside its radius, adds nothing."""


def dual_complex(
    boundary: Boundary, balls: Float[np.ndarray, "n 4"], chosen: Int[np.ndarray, " m"]
) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """Edges Int[E, 2] and faces Int[F, 3] between `chosen` Int[M] of `balls`, as indices into `chosen`.

    The axis is what its many balls sample: a graph joins those that are near each other, centre and radius, without
    leaving the solid in between. On it, each ball belongs to the chosen one to which its way is shortest. Regions that
    touch are joined by an edge, and three that touch each other by a face: the dual of a geodesic Voronoi diagram.
    (A restricted power diagram, with the axis in the solid's place: regions of sheets have few tetrahedra in their
    dual, and do not reach through gaps that are narrower than the balls are apart.)
    """
    first, second = _graph(boundary, balls)
    region = _regions(balls, first, second, chosen)
    spheres = balls[chosen]
    edges, weight = _touching(region, first, second)
    kept = _is_within(boundary, spheres, edges)
    edges, weight = _without_fives(edges[kept], weight[kept], len(chosen))
    faces = _cliques(edges, len(chosen))
    faces = faces[_is_within(boundary, spheres, faces)]
    edges, faces = _without_tetrahedra(spheres, edges, weight, faces)
    return with_holes_filled(boundary, spheres, edges, faces)


def _graph(boundary: Boundary, balls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of neighbouring balls, Int[P] each, the lower index first."""
    from scipy.spatial import KDTree

    count = min(NEIGHBORS + 1, len(balls))
    near = KDTree(balls).query(balls, count)[1].reshape(len(balls), count)
    pairs = np.sort(np.stack([np.repeat(np.arange(len(balls)), count), near.ravel()], axis=1), axis=1)
    key = np.unique(pairs[:, 0] * len(balls) + pairs[:, 1])
    pairs = np.stack([key // len(balls), key % len(balls)], axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    first, second = pairs[_is_within(boundary, balls, pairs)].T
    return first, second


def _is_within(boundary: Boundary, spheres: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Bool[P]: whether the middle of each cone or slab, `corners` Int[P, 2 or 3], is as deep in the solid as it ought
    to be."""
    chosen = spheres[corners]
    middle = chosen.mean(axis=1)
    apart = np.linalg.norm(chosen[:, :, :3] - middle[:, None, :3], axis=2)
    # A ball that reaches far beyond the middle vouches for it.
    doubtful = np.flatnonzero((chosen[:, :, 3] - apart).max(axis=1) < SHALLOW * middle[:, 3])
    within = np.ones(len(corners), dtype=bool)
    within[doubtful] = boundary.depth(middle[doubtful, :3]) >= SHALLOW * middle[doubtful, 3]
    return within


def _regions(balls: np.ndarray, first: np.ndarray, second: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Int[N]: which of `chosen`, from 0, each ball is nearest to along the graph; -1 where none can be reached."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    length = np.maximum(np.linalg.norm(balls[first] - balls[second], axis=1), 1e-12)
    graph = coo_matrix((length, (first, second)), shape=(len(balls),) * 2).tocsr()
    _, _, source = dijkstra(graph, directed=False, indices=chosen, min_only=True, return_predecessors=True)
    place = np.full(len(balls), -1)
    place[chosen] = np.arange(len(chosen))
    return np.where(source >= 0, place[source], -1)


def _touching(region: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of regions Int[E, 2] that edges of the graph join, and how many do, Int[E]."""
    pairs = np.sort(np.stack([region[first], region[second]], axis=1), axis=1)
    pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs[:, 0] >= 0)]
    return np.unique(pairs, axis=0, return_counts=True)


def _without_fives(edges: np.ndarray, weight: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Without the weakest edge of each five regions of which all touch, which no five of a solid do."""
    joined = _neighbors(edges, count)
    kept = np.ones(len(edges), dtype=bool)
    for n in np.argsort(weight, kind="stable"):
        a, b = edges[n].tolist()
        common = joined[a] & joined[b]
        if any(joined[c] & joined[d] & common for c, d in combinations(common, 2) if d in joined[c]):
            kept[n] = False
            joined[a].discard(b)
            joined[b].discard(a)
    return edges[kept], weight[kept]


def _cliques(edges: np.ndarray, count: int) -> np.ndarray:
    """Int[F, 3]: the triples of which each two are joined."""
    joined = _neighbors(edges, count)
    found = [(a, b, c) for a, b in edges.tolist() for c in joined[a] & joined[b] if c > b]
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 3)


def _neighbors(edges: np.ndarray, count: int) -> list[set[int]]:
    joined: list[set[int]] = [set() for _ in range(count)]
    for a, b in edges.tolist():
        joined[a].add(b)
        joined[b].add(a)
    return joined


def _opposite(edges: np.ndarray, faces: np.ndarray) -> dict[tuple[int, int], set[int]]:
    """For each edge, the third corners of its faces."""
    opposite: dict[tuple[int, int], set[int]] = {(a, b): set() for a, b in edges.tolist()}
    for a, b, c in faces.tolist():
        for side, corner in _sides((a, b, c)):
            opposite[side].add(corner)
    return opposite


def _without_tetrahedra(
    spheres: np.ndarray, edges: np.ndarray, weight: np.ndarray, faces: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Without the four faces of tetrahedra, which would be cavities that the axis does not have.

    Where four regions of a sheet nearly meet in a point, both diagonals were found: the one across which fewest pairs
    were found goes, with its two faces, if it has no others. Tetrahedra that are left are solid; they collapse from
    without, each by a face that it shares with no other, which keeps what hangs together, tunnels and cavities.
    """
    strength = {(a, b): n for (a, b), n in zip(edges.tolist(), weight.tolist(), strict=True)}
    opposite = _opposite(edges, faces)
    for a, b in sorted(opposite, key=lambda edge: (strength[edge], edge)):
        if len(opposite[a, b]) != 2:
            continue
        c, d = sorted(opposite[a, b])
        if {a, b} <= opposite.get((c, d), set()):
            for corner in (c, d):
                opposite[_pair(a, corner)].discard(b)
                opposite[_pair(b, corner)].discard(a)
            del opposite[a, b]
    for face in _collapsed(spheres, opposite):
        for side, corner in _sides(face):
            opposite[side].discard(corner)
    return _arrays(opposite)


def _collapsed(spheres: np.ndarray, opposite: dict[tuple[int, int], set[int]]) -> list[tuple[int, int, int]]:
    """The faces by which all tetrahedra collapse, the longest first of those that are free."""
    of: dict[tuple[int, int, int], set[tuple[int, int, int, int]]] = {}
    for (a, b), corners in opposite.items():
        for c, d in combinations(sorted(corner for corner in corners if corner > b), 2):
            if b in opposite.get((c, d), ()) and a in opposite[c, d]:
                for face in combinations((a, b, c, d), 3):
                    of.setdefault(face, set()).add((a, b, c, d))

    def entry(face: tuple[int, int, int]) -> tuple[float, tuple[int, int, int]]:
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


def _sides(face: tuple[int, int, int]) -> tuple[tuple[tuple[int, int], int], ...]:
    """Each side of a face, whose corners ascend, and the corner opposite of it."""
    a, b, c = face
    return ((a, b), c), ((a, c), b), ((b, c), a)


def with_holes_filled(
    boundary: Boundary, spheres: np.ndarray, edges: np.ndarray, faces: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """With faces in the rings of at most `RING` rims that bound a hole which the solid does not have.

    Where the graph is too coarse to show that regions touch, sheets have small holes (Point2Skeleton closes such rings
    of three and four likewise). A ring is left that is the rim of a small sheet: its inside is there already.
    """
    opposite = _opposite(edges, faces)
    rims = np.array([edge for edge, corners in opposite.items() if len(corners) < 2], dtype=np.int64).reshape(-1, 2)
    around = _neighbors(rims, len(spheres))
    rings = {tuple(sorted(ring)): ring for a, b in rims.tolist() if (ring := _ring(around, a, b))}
    fills = [_triangulated(spheres, ring) for ring in rings.values()]
    if not fills:
        return edges, faces
    new = np.concatenate(fills)
    good = _is_within(boundary, spheres, new)
    middle = spheres[new].mean(axis=1)
    primitives = corners_of(len(spheres), edges, faces)
    good &= touching_balls(spheres, primitives, middle[:, :3]).distance > -COVERED * middle[:, 3]
    for fill, fits in zip(fills, np.split(good, np.cumsum([len(fill) for fill in fills])[:-1]), strict=True):
        if not fits.all():
            continue
        sides = [_pair(*side) for face in fill.tolist() for side in combinations(face, 2)]
        if all(len(opposite.get(side, ())) < 2 for side in sides):
            for a, b, c in fill.tolist():
                for side, corner in _sides((a, b, c)):
                    opposite.setdefault(side, set()).add(corner)
    return _arrays(opposite)


def _ring(around: list[set[int]], a: int, b: int) -> list[int]:
    """The shortest way round from `a` to `b`, both included, without the edge between them, of at most `RING` places;
    empty where there is none."""
    before = {a: -1}
    layer = [a]
    for _ in range(RING - 1):
        reached = []
        for u in layer:
            for v in sorted(around[u]):
                if v in before or (u == a and v == b):
                    continue
                before[v] = u
                if v == b:
                    ring = [b]
                    while ring[-1] != a:
                        ring.append(before[ring[-1]])
                    return ring
                reached.append(v)
        layer = reached
    return []


def _triangulated(spheres: np.ndarray, ring: list[int]) -> np.ndarray:
    """Int[F, 3]: faces that fill a ring, by cutting off the corner with the shortest side across, again and again."""
    ring, faces = list(ring), []
    while len(ring) > 3:
        across = [np.linalg.norm(spheres[ring[n - 1]] - spheres[ring[(n + 1) % len(ring)]]) for n in range(len(ring))]
        n = int(np.argmin(across))
        faces.append(sorted((ring[n - 1], ring[n], ring[(n + 1) % len(ring)])))
        del ring[n]
    return np.array([*faces, sorted(ring)], dtype=np.int64)


def _arrays(opposite: dict[tuple[int, int], set[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Edges Int[E, 2] and faces Int[F, 3], sorted."""
    faces = [(*edge, corner) for edge, corners in opposite.items() for corner in corners if corner > edge[1]]
    return (
        np.array(sorted(opposite), dtype=np.int64).reshape(-1, 2),
        np.array(sorted(faces), dtype=np.int64).reshape(-1, 3),
    )


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
