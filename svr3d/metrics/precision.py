"""Average precision of occupancy scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..geometry import VoxelGrid
from .grid_measure import GridMeasure
from .interface import Metric
from .parameters import Count

if TYPE_CHECKING:
    from jaxtyping import Bool, Num
    from torch import Tensor

    from .pair import Pair


def average_precision(
    scores: VoxelGrid | Num[Tensor | np.ndarray, "*shape"], truth: VoxelGrid | Bool[Tensor | np.ndarray, "*shape"]
) -> float:
    """The area under the precision-recall steps of one sample's voxels: Σ (Rₙ - Rₙ₋₁) Pₙ over descending thresholds n.

    Pₙ and Rₙ are precision and recall of the voxels whose score is at least the n-th highest distinct score; so equal
    scores count together, and there is no interpolation. Hard occupancy has scores 0 and 1: its value is precision ·
    recall, plus what the rest of the recall gets for naming every voxel. A constant score gets the occupied fraction.

    Args:
        scores: a `VoxelGrid` (its values) or numbers of any shape, higher where more surely occupied.
        truth: a `VoxelGrid` (its occupancy) or Bool of that shape.

    Returns:
        In [0, 1]; 1 where every occupied voxel scores above every empty one.

    Raises:
        InputError: different shapes, a score that is NaN, a truth that is not boolean or has no occupied voxel.

    >>> round(average_precision([0.9, 0.8, 0.7, 0.6], np.array([True, False, True, False])), 4)
    0.8333
    """
    scores = _array(scores.values if isinstance(scores, VoxelGrid) else scores)
    truth = _array(truth.occupancy if isinstance(truth, VoxelGrid) else truth)
    if scores.shape != truth.shape:
        raise InputError(
            f"average precision: expected equal shapes, found {list(scores.shape)} and {list(truth.shape)}"
        )
    if truth.dtype != np.bool_:
        raise InputError(f"average precision: expected boolean truth, found {truth.dtype}")
    if scores.dtype.kind not in "biuf" or np.isnan(scores).any():
        raise InputError("average precision: expected scores that are numbers, found NaN or something else")
    if not truth.any():
        raise InputError("average precision: the truth has no occupied voxel")
    # np.unique sorts upwards: counts from the highest score down are reversed sums
    _, level = np.unique(scores, return_inverse=True)
    level = level.ravel()
    named = np.cumsum(np.bincount(level)[::-1])
    hits = np.bincount(level, weights=truth.ravel())[::-1]
    return float((hits * np.cumsum(hits) / named).sum() / truth.sum())


def _array(values: Any) -> np.ndarray:
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)


@dataclass(frozen=True, kw_only=True)
class AveragePrecisionMeasure(GridMeasure):
    """`ap`: of the predicted occupancy values over a grid's voxels.

    Args:
        resolution: voxels per side.
    """

    declarations = (
        Metric(
            "ap", "Average precision", "fraction", True, 1.0, 0.0, "3D-R2N2: of the occupancy score over the voxels"
        ),
    )

    resolution: Count

    @property
    def voxels(self) -> int:
        return self.resolution

    def value(self, pair: Pair) -> float:
        scores, truth = pair.predicted.occupancy(self.voxels), pair.truth.grid(self.voxels)
        return pair.once("iou", ("average precision", self.voxels), lambda: average_precision(scores, truth))
