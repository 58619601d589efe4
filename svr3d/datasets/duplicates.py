"""Objects of different splits that are nearly the same: what a method has seen in training is no test."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from . import layout
from .targets.surface import read_surface_fields

THRESHOLD = 0.01
"""Mean distance between two near-duplicates, in longest sides."""

_POINTS = 2000
_GRID = 32
_EXTENT_MARGIN = 0.05
# How far a grid's distances may be off: a look-up is up to half a voxel's diagonal away from its point, and so is the
# point that marked a voxel.
_GRID_ERROR = np.sqrt(3) / _GRID

_QUARTER_TURNS = [
    np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=np.float32) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))
]


class NearDuplicate(NamedTuple):
    """Two objects (category, name, split each) whose surfaces are `distance` longest sides apart on average."""

    category: str
    first: str
    first_split: str
    second: str
    second_split: str
    distance: float


def find_duplicates(root: Path, objects: Iterable[tuple[str, str, str]]) -> list[NearDuplicate]:
    """Near-duplicates across the splits of each category.

    Both objects are in the canonical frame, so longest sides are equal. The distance is the mean of both directions'
    mean distance from 2,000 points of one surface to all stored points (100,000) of the other, the best of four
    quarter turns about y. It is taken for pairs whose bounding boxes agree within 5 % of the side and whose
    coarse distances, looked up in a 32³ grid, do not exceed the threshold by more than the grid's error.

    Args:
        root: of a data set whose category folders bear the categories' names.
        objects: (category, name, split) of all objects.

    Returns:
        Pairs below 1 % of the side, in the order of category, first, second.
    """
    by_category: dict[str, list[tuple[str, str]]] = {}
    for category, name, split in objects:
        by_category.setdefault(category, []).append((name, split))
    found = []
    for category, members in sorted(by_category.items()):
        if len({split for _, split in members}) > 1:
            found += _within(root / category, category, sorted(members))
            _tree.cache_clear()
    return found


def _within(folder: Path, category: str, members: list[tuple[str, str]]) -> list[NearDuplicate]:
    samples, fields, extents = [], [], []
    for name, _ in members:
        points = _points(folder / name)
        samples.append(points[:: max(1, len(points) // _POINTS)][:_POINTS])
        fields.append(_distance_field(points))
        extents.append(np.ptp(points, axis=0))
    boxes = np.array(extents)
    later = np.arange(len(members))
    splits = np.array([split for _, split in members])
    found = []
    for i, (first, first_split) in enumerate(members):
        nearest: dict[int, float] = {}
        for turn in _QUARTER_TURNS:
            alike = np.abs(np.abs(turn) @ boxes[i] - boxes).max(axis=1) <= _EXTENT_MARGIN
            for j in np.flatnonzero(alike & (later > i) & (splits != first_split)):
                if _coarse_distance(samples[i], fields[i], samples[j], fields[j], turn) > THRESHOLD + _GRID_ERROR:
                    continue
                distance = _distance(folder / first, samples[i], folder / members[j][0], samples[j], turn)
                nearest[int(j)] = min(distance, nearest.get(int(j), np.inf))
        for j, distance in sorted(nearest.items()):
            if distance < THRESHOLD:
                found.append(NearDuplicate(category, first, first_split, *members[j], round(distance, 5)))
    return found


def _points(folder: Path) -> np.ndarray:
    return read_surface_fields(folder / layout.SURFACE)["points"].astype(np.float32)


def _distance_field(points: np.ndarray) -> np.ndarray:
    """Float16[G, G, G]: distance of each voxel's centre from the nearest voxel with surface."""
    from scipy.ndimage import distance_transform_edt

    free = np.ones((_GRID,) * 3, bool)
    free[tuple(_voxels(points).T)] = False
    return (np.asarray(distance_transform_edt(free)) / _GRID).astype(np.float16)


def _voxels(points: np.ndarray) -> np.ndarray:
    return np.clip(((points + 0.5) * _GRID).astype(np.int64), 0, _GRID - 1)


def _coarse_distance(
    sample_a: np.ndarray, field_a: np.ndarray, sample_b: np.ndarray, field_b: np.ndarray, turn: np.ndarray
) -> float:
    few = slice(None, None, 8)
    there = field_b[tuple(_voxels(sample_a[few] @ turn.T).T)].mean(dtype=np.float64)
    back = field_a[tuple(_voxels(sample_b[few] @ turn).T)].mean(dtype=np.float64)
    return (there + back) / 2


def _distance(folder_a: Path, sample_a: np.ndarray, folder_b: Path, sample_b: np.ndarray, turn: np.ndarray) -> float:
    there = _tree(folder_b).query(sample_a @ turn.T)[0].mean(dtype=np.float64)
    back = _tree(folder_a).query(sample_b @ turn)[0].mean(dtype=np.float64)
    return float(there + back) / 2


@lru_cache(maxsize=128)  # an object is compared with many; a tree takes about 3 MB
def _tree(folder: Path) -> Any:
    from pykdtree.kdtree import KDTree

    return KDTree(_points(folder))
