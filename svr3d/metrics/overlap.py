"""Intersection and union of what is occupied."""

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


def ratio(intersection: int, union: int) -> float:
    """Intersection over union; 1 where both sides are empty."""
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
