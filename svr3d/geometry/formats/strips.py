"""Strips and fans of triangles, as PLY and glTF store them."""

from __future__ import annotations

import numpy as np


def split_at(restart: int, corners: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strips cut where a corner is `restart`, which names no vertex but begins the next strip.

    Args:
        corners: Int[sum(counts)], the strips' vertices one after another; counts: Int[S].

    Returns:
        the same of the strips between the restarts.
    """
    restarts = corners == restart
    strip = np.repeat(np.arange(len(counts)), counts) + np.cumsum(restarts)
    return corners[~restarts], np.bincount(strip[~restarts])


def strip_triangles(corners: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Int[F, 3]: three corners in a row each, every other one turned so that all of a strip face the same way.

    Triangles with a corner twice, by which strips are joined, are left out.
    """
    first, step = _triangles(counts)
    odd = step % 2
    return _proper(corners, first + step, first + step + 1 + odd, first + step + 2 - odd)


def fan_triangles(corners: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Int[F, 3]: two corners in a row and the fan's first; those with a corner twice are left out."""
    first, step = _triangles(counts)
    return _proper(corners, first, first + step + 1, first + step + 2)


def _triangles(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each triangle, where its strip begins, and its number in the strip."""
    triangles = np.maximum(counts - 2, 0)
    before = np.cumsum(triangles) - triangles
    step = np.arange(triangles.sum()) - np.repeat(before, triangles)
    return np.repeat(np.cumsum(counts) - counts, triangles), step


def _proper(corners: np.ndarray, *places: np.ndarray) -> np.ndarray:
    a, b, c = (corners[place] for place in places)
    proper = (a != b) & (b != c) & (c != a)
    return np.stack([a, b, c], axis=1)[proper]
