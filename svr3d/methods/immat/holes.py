"""Holes in predicted sheets, closed as Point2Skeleton does (Lin et al., CVPR 2021): rings of three or four edges."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .simplices import cliques, distinct_simplices, with_sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jaxtyping import Float, Int


def with_holes_filled(
    spheres: Float[np.ndarray, "n 4"], edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"]
) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """Edges and faces, with a face in each ring of three edges that bounds a hole, and two faces in each of four,
    parted by its shorter diagonal.

    A ring bounds a hole where no edge of it is in two faces, so that sheets stay sheets, where at least one is in a
    face, since a ring of rods is none, and where no new face would fold back over one beside it, by more than a right
    angle: such a ring is the outer rim of a small sheet. Of rings that share an edge, the shortest is closed first;
    those of three come before those of four. A ring of four with an edge across is two of three.

    Args:
        spheres: their centres measure the rings.
        edges, faces: in any order; sides of faces count as edges.

    Returns:
        Edges Int[E, 2], the sides of all faces among them, and faces Int[F, 3]; corners ascending, each once.
    """
    centers = spheres[:, :3]
    faces = distinct_simplices(faces)
    edges = with_sides(edges, faces)
    triples = cliques(edges, len(spheres))
    faces = _closed(centers, faces, [[tuple(ring)] for ring in _without(triples, faces).tolist()])
    rings = _rings_of_four(edges, len(spheres))
    faces = _closed(centers, faces, [_halves(centers, ring) for ring in rings.tolist()])
    return with_sides(edges, faces), faces


def _closed(centers: np.ndarray, faces: np.ndarray, fills: list[list[tuple[int, ...]]]) -> np.ndarray:
    """`faces` and those of the fills of holes, of which each is the faces that close one ring."""
    opposite: dict[tuple[int, ...], list[int]] = {}
    for side, corner in _sides(faces.tolist()):
        opposite.setdefault(side, []).append(corner)
    rims = [_rim(fill) for fill in fills]
    lengths = [sum(float(np.linalg.norm(centers[a] - centers[b])) for a, b in rim) for rim in rims]
    added = []
    for place in sorted(range(len(fills)), key=lambda n: (lengths[n], sorted(rims[n]))):
        rim, fill = rims[place], fills[place]
        beside = [opposite.get(side, []) for side in rim]
        if max(map(len, beside)) > 1 or not any(beside):
            continue
        if any(side not in rim and side in opposite for side, _ in _sides(fill)):  # another ring was closed across
            continue
        if any(_folds(centers, side, rim[side], corner) for side in rim for corner in opposite.get(side, [])):
            continue
        added += fill
        for side, corner in _sides(fill):
            opposite.setdefault(side, []).append(corner)
    return distinct_simplices(np.concatenate([faces, np.array(added, dtype=np.int64).reshape(-1, 3)]))


def _sides(faces: Iterable[Sequence[int]]) -> list[tuple[tuple[int, int], int]]:
    """Each side of each face, whose corners ascend, and the corner opposite of it."""
    return [pair for a, b, c in faces for pair in (((a, b), c), ((a, c), b), ((b, c), a))]


def _folds(centers: np.ndarray, side: tuple[int, int], corner: int, other: int) -> bool:
    """Whether the faces from a side to two corners are less than a right angle apart."""
    start, end = centers[list(side)]
    along = end - start
    first, second = centers[corner] - start, centers[other] - start
    # Both without what of them runs along the side, times its squared length.
    return bool((first @ second) * (along @ along) > (first @ along) * (second @ along))


def _rim(fill: list[tuple[int, ...]]) -> dict[tuple[int, int], int]:
    """The sides that are in one of these faces only, and the corners opposite of them."""
    sides = _sides(fill)
    count = Counter(side for side, _ in sides)
    return {side: corner for side, corner in sides if count[side] == 1}


def _rings_of_four(edges: np.ndarray, count: int) -> np.ndarray:
    """Int[R, 4], the rings of four edges without an edge across, in their order around."""
    linked = np.zeros((count, count), dtype=bool)
    linked[edges[:, 0], edges[:, 1]] = linked[edges[:, 1], edges[:, 0]] = True
    # The ends of a diagonal, which are not joined, and two common neighbours of them, which are not joined either.
    apart = np.triu(~linked & ((linked.astype(np.int64) @ linked) > 1), 1)
    found = []
    for a, c in zip(*apart.nonzero(), strict=True):
        between = np.flatnonzero(linked[a] & linked[c])
        b, d = between[np.array(list(combinations(range(len(between)), 2))).reshape(-1, 2)].T
        open_ = ~linked[b, d] & (a < b)  # each ring once: from its first corner
        found += [(a, b, c, d) for b, d in zip(b[open_], d[open_], strict=True)]
    return np.array(found, dtype=np.int64).reshape(-1, 4)


def _halves(centers: np.ndarray, ring: list[int]) -> list[tuple[int, ...]]:
    a, b, c, d = ring
    if np.linalg.norm(centers[a] - centers[c]) <= np.linalg.norm(centers[b] - centers[d]):
        halves = [(a, b, c), (a, c, d)]
    else:
        halves = [(a, b, d), (b, c, d)]
    return [tuple(sorted(half)) for half in halves]


def _without(corners: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The rows of `corners` that are not among the distinct rows of `known`, which they contain."""
    both, count = np.unique(np.concatenate([corners, known]), axis=0, return_counts=True)
    return both[count == 1]
