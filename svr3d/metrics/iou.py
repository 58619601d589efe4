"""Intersection over union, of voxel grids and over points."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from ..geometry import VoxelGrid


def overlap(a: Any, b: Any) -> tuple[int, int]:
    """The counts of intersection and union.

    Args:
        a, b: two `VoxelGrid`s (occupied where above their own thresholds), or Bool arrays or tensors of one shape.

    Raises:
        InputError: different shapes, or an array that is not boolean (its threshold would be a guess).

    >>> overlap(np.array([True, True, False]), np.array([False, True, False]))
    (1, 2)
    """
    a, b = _as_bool(a), _as_bool(b)
    if a.shape != b.shape:
        raise InputError(f"intersection over union: expected equal shapes, found {list(a.shape)} and {list(b.shape)}")
    return int(np.count_nonzero(a & b)), int(np.count_nonzero(a | b))


def voxel_iou(a: Any, b: Any) -> float:
    """Intersection over union of two grids [R, R, R]; 1 where both are empty.

    Args:
        a, b: two `VoxelGrid`s (occupied where above their own thresholds), or Bool arrays or tensors of one shape.

    Raises:
        InputError: different shapes, or an array that is not boolean.

    >>> voxel_iou(np.ones((2, 2, 2), bool), np.arange(8).reshape(2, 2, 2) < 4)
    0.5
    """
    return _ratio(*overlap(a, b))


def point_iou(inside_a: Any, inside_b: Any) -> float:
    """Volumetric intersection over union of two shapes, estimated from points in space.

    Args:
        inside_a, inside_b: Bool[N], whether each of the same N points is inside the shape; uniform in a box that
            holds both. 1 where no point is inside either.

    Raises:
        InputError: different shapes, no points, or an array that is not boolean.

    >>> point_iou(np.array([True, True, False]), np.array([True, False, False]))
    0.5
    """
    if np.size(inside_a) == 0:
        raise InputError("volumetric intersection over union: expected at least one point")
    return _ratio(*overlap(inside_a, inside_b))


def _ratio(intersection: int, union: int) -> float:
    return intersection / union if union else 1.0


def _as_bool(values: Any) -> np.ndarray:
    if isinstance(values, VoxelGrid):
        return values.occupancy
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    values = np.asarray(values)
    if values.dtype != np.bool_:
        raise InputError(f"intersection over union: expected boolean occupancy, found {values.dtype}")
    return values
