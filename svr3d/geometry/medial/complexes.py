"""Complexes of edges and faces, by what is opposite of each edge."""

from __future__ import annotations

import numpy as np

Face = tuple[int, int, int]


def neighbors(edges: np.ndarray, count: int) -> list[set[int]]:
    """For each of `count` balls, those that `edges` Int[E, 2] join to it."""
    joined: list[set[int]] = [set() for _ in range(count)]
    for a, b in edges.tolist():
        joined[a].add(b)
        joined[b].add(a)
    return joined


def opposite_corners(edges: np.ndarray, faces: np.ndarray) -> dict[tuple[int, int], set[int]]:
    """For each edge, the third corners of its faces."""
    opposite: dict[tuple[int, int], set[int]] = {(a, b): set() for a, b in edges.tolist()}
    for a, b, c in faces.tolist():
        for side, corner in sides_of((a, b, c)):
            opposite[side].add(corner)
    return opposite


def sides_of(face: Face) -> tuple[tuple[tuple[int, int], int], ...]:
    """Each side of a face, whose corners ascend, and the corner opposite of it."""
    a, b, c = face
    return ((a, b), c), ((a, c), b), ((b, c), a)


def arrays(opposite: dict[tuple[int, int], set[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Edges Int[E, 2] and faces Int[F, 3], sorted."""
    faces = [(*edge, corner) for edge, corners in opposite.items() for corner in corners if corner > edge[1]]
    return (
        np.array(sorted(opposite), dtype=np.int64).reshape(-1, 2),
        np.array(sorted(faces), dtype=np.int64).reshape(-1, 3),
    )


def pair(a: int, b: int) -> tuple[int, int]:
    """Both, the lower first."""
    return (a, b) if a < b else (b, a)
