"""How much of each part's voxels get its label, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import VoxelGrid
from .interface import Metric
from .label_measure import LabelMeasure
from .part_voxels import compared_labels

if TYPE_CHECKING:
    from .pair import Pair

SIZE = "true_part_voxels"


def part_recall(predicted: VoxelGrid, truth: VoxelGrid) -> dict[int, float]:
    """By label of the truth: the share of its voxels that the prediction labels so.

    A voxel belongs to the part that its label names, whatever its value and the grid's threshold; label 0 is empty.
    Labels where the truth has none cost nothing here: see `part_iou`.

    Raises:
        InputError: as `part_iou`.

    >>> truth, predicted = np.zeros((2, 4, 4, 4), dtype=int)
    >>> truth[0], truth[1], predicted[:, 0] = 1, 2, 1
    >>> part_recall(VoxelGrid(predicted > 0, labels=predicted), VoxelGrid(truth > 0, labels=truth))
    {1: 0.25, 2: 0.0}
    """
    found, true = compared_labels(predicted, truth, "part recall")
    hits = np.bincount(true[found == true], minlength=true.max() + 1)
    return {label: float(hits[label] / count) for label, count in _sizes(true).items()}


@dataclass(frozen=True, kw_only=True)
class PartRecallMeasure(LabelMeasure):
    """`part_recall`, and its value by part. A prediction without parts has 0 for each.

    It ranks nothing: whoever gives every voxel one label has all of that part.
    """

    declarations = (
        Metric(
            *("part_recall", "Part recall", "fraction", True, 1.0, 0.0),
            "share of a part's voxels that get its label; mean over the truth's labels",
            ranked=False,
        ),
        Metric(
            *("rarest_part_recall", "Recall of the rarest part", "fraction", True, 1.0, 0.0),
            "of the part of each category that has the fewest voxels in the scored objects, over those that have it",
            of_parts="part_recall",
            rarest_by=SIZE,
            ranked=False,
        ),
    )

    def by_label(self, pair: Pair) -> dict[int, float]:
        truth, grid = pair.truth.labels(self.resolution), self.predicted(pair)
        if grid is None:
            return self.worst_by_label(pair)
        key = ("part recall", self.resolution, pair.setting.voxel_rule)
        return pair.predicted.convert("structure", key, lambda _: part_recall(grid, truth))


@dataclass(frozen=True, kw_only=True)
class PartSizeMeasure(LabelMeasure):
    """`true_part_voxels`: how many voxels the truth has, in all and by part; what is predicted changes nothing."""

    declarations = (Metric(SIZE, "true voxels", "count", True, float("nan"), float("nan"), ranked=False),)

    def by_label(self, pair: Pair) -> dict[int, float]:
        return {label: float(count) for label, count in _sizes(pair.truth.labels(self.resolution).labels).items()}

    def worst_by_label(self, pair: Pair) -> dict[int, float]:
        return self.by_label(pair)

    def value(self, pair: Pair) -> float:
        return sum(self.by_label(pair).values())

    def worst(self, name: str, pair: Pair) -> float:
        return self.value(pair)


def _sizes(labels: np.ndarray | None) -> dict[int, int]:
    """How many voxels each label has, rising."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    return {int(label): int(count) for label, count in zip(names, counts, strict=True) if label}
