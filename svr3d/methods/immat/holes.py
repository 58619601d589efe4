"""Holes in predicted sheets, closed as Point2Skeleton does (Lin et al., CVPR 2021): rings of three or four edges."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .simplices import cliques, distinct_simplices, with_sides

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def with_holes_filled(
    spheres: Float[np.ndarray, "n 4"], edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"]
) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """Edges and faces, with a face in each ring of three edges that bounds a hole, and two faces in each of four,
    parted by its shorter diagonal.

    A ring bounds a hole where no edge of it is in two faces, so that sheets stay sheets, and at least one is in a face:
    a ring of rods is none. Of rings that share such an edge, the shortest is closed first; those of three come before
    those of four. A ring of four with an edge across is two of three.

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
    count = Counter(side for face in faces.tolist() for side in combinations(face, 2))
    rims = [_rim(fill) for fill in fills]
    lengths = [sum(float(np.linalg.norm(centers[a] - centers[b])) for a, b in rim) for rim in rims]
    added = []
    for place in sorted(range(len(fills)), key=lambda n: (lengths[n], rims[n])):
        in_faces = [count[side] for side in rims[place]]
        if max(in_faces) > 1 or not any(in_faces):
            continue
        inner = {side for face in fills[place] for side in combinations(face, 2)} - set(rims[place])
        if any(count[side] for side in inner):  # another ring was closed across
            continue
        added += fills[place]
        count.update(side for face in fills[place] for side in combinations(face, 2))
    return distinct_simplices(np.concatenate([faces, np.array(added, dtype=np.int64).reshape(-1, 3)]))


def _rim(fill: list[tuple[int, ...]]) -> list[tuple[int, int]]:
    """The sides that are in one of these faces only."""
    count = Counter(side for face in fill for side in combinations(face, 2))
    return sorted(side for side, times in count.items() if times == 1)


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
