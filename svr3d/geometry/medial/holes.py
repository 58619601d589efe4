"""Tunnels of a medial mesh that the solid does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .boundary import Boundary
from .complexes import arrays, opposite_corners, sides_of
from .pruning import is_within

if TYPE_CHECKING:
    from jaxtyping import Float, Int

RING = 12
"""The most edges around a hole that is closed where the solid has none."""


def with_holes_filled(
    boundary: Boundary,
    spheres: Float[np.ndarray, "m 4"],
    edges: Int[np.ndarray, "e 2"],
    faces: Int[np.ndarray, "f 3"],
) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """With faces in rings of at most `RING` edges around a hole where the solid has none.

    Where the regions of balls do not show that they touch, sheets have small holes (Point2Skeleton closes rings of
    three and four likewise). One ring is tried for each tunnel of the complex, so that none is filled that is the rim
    of a sheet.
    """
    opposite = opposite_corners(edges, faces)
    for ring in tunnels(spheres, edges, faces):
        if len(ring) > RING:
            continue
        fill = _triangulated(spheres, ring)
        if is_within(boundary, spheres, fill).all():
            for a, b, c in fill.tolist():
                for side, corner in sides_of((a, b, c)):
                    opposite.setdefault(side, set()).add(corner)
    return arrays(opposite)


def tunnels(
    spheres: Float[np.ndarray, "m 4"], edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"]
) -> list[list[int]]:
    """A ring of balls around each tunnel of the complex, the shortest first: a basis of its first homology over ℤ/2.

    The edges come in, from the shortest on, and each either joins two pieces or closes a ring with shorter ones. Faces
    fill rings; by reducing their boundaries (Edelsbrunner, Letscher and Zomorodian, "Topological persistence and
    simplification", 2002) each is paired with the edge that had closed what it fills. Edges that remain without a face
    close the tunnels.
    """
    length = np.linalg.norm(spheres[edges[:, 0]] - spheres[edges[:, 1]], axis=1)
    edges = np.sort(edges, axis=1)[np.argsort(length, kind="stable")]
    filled = _filled(edges, faces)
    around: list[list[int]] = [[] for _ in spheres]
    piece = list(range(len(spheres)))
    rings = []
    for n, (a, b) in enumerate(edges.tolist()):
        if _root(piece, a) != _root(piece, b):
            piece[_root(piece, a)] = _root(piece, b)
        elif n not in filled:
            rings.append(_shortest_way(around, a, b))
        around[a].append(b)
        around[b].append(a)
    return rings


def _filled(edges: np.ndarray, faces: np.ndarray) -> set[int]:
    """Which of `edges` are the last of a ring that faces fill."""
    place = {(a, b): n for n, (a, b) in enumerate(edges.tolist())}
    last: dict[int, int] = {}
    for a, b, c in np.sort(faces, axis=1).tolist():
        ring = 0  # bit n stands for edge n
        for side, _ in sides_of((a, b, c)):
            ring ^= 1 << place[side]
        while ring and (highest := ring.bit_length() - 1) in last:
            ring ^= last[highest]
        if ring:
            last[ring.bit_length() - 1] = ring
    return set(last)


def _root(piece: list[int], ball: int) -> int:
    while piece[ball] != ball:
        piece[ball] = piece[piece[ball]]
        ball = piece[ball]
    return ball


def _shortest_way(around: list[list[int]], a: int, b: int) -> list[int]:
    """From `b` to `a`, which hang together, both included, by as few edges as there are."""
    before = {a: -1}
    layer = [a]
    while b not in before:
        reached = []
        for u in layer:
            for v in around[u]:
                if v not in before:
                    before[v] = u
                    reached.append(v)
        layer = reached
    way = [b]
    while way[-1] != a:
        way.append(before[way[-1]])
    return way


def _triangulated(spheres: np.ndarray, ring: list[int]) -> np.ndarray:
    """Int[F, 3]: faces that fill a ring, by cutting off the corner with the shortest side across, again and again."""
    ring, faces = list(ring), []
    while len(ring) > 3:
        across = [np.linalg.norm(spheres[ring[n - 1]] - spheres[ring[(n + 1) % len(ring)]]) for n in range(len(ring))]
        n = int(np.argmin(across))
        faces.append(sorted((ring[n - 1], ring[n], ring[(n + 1) % len(ring)])))
        del ring[n]
    return np.array([*faces, sorted(ring)], dtype=np.int64)
