"""How well part-labelled voxels agree: intersection over union, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import InputError
from ..geometry import VoxelGrid
from .grid_iou import voxel_iou
from .interface import Metric
from .label_measure import LabelMeasure, true_labels

if TYPE_CHECKING:
    from jaxtyping import Float

    from .pair import Pair


class PartIoU(NamedTuple):
    """Intersection over union of part-labelled voxels, each in [0, 1].

    Args:
        per_part: by label; NaN for a part that the truth does not have.
        mean: over the parts that the truth has.
        whole: of the union of all parts.
    """

    per_part: dict[int, float]
    mean: float
    whole: float


class PartMean(NamedTuple):
    """Parts' values over a set of samples.

    Args:
        per_part: Float[P], mean over the samples that have the part; NaN where none has.
        mean: over the parts that some sample has, each counting once.
    """

    per_part: Float[np.ndarray, " p"]
    mean: float


def part_iou(predicted: VoxelGrid, truth: VoxelGrid, *, labels: Iterable[int] | None = None) -> PartIoU:
    """Intersection over union of each part of two labelled grids of one resolution.

    A voxel belongs to the part that its label names, whatever its value and the grid's threshold; label 0 is empty.
    A part that the truth does not have has no value (after Shi, Zhao and Li, "Reconstructing part-level 3D models from
    a single image", 2020, who average over the objects of a part): where it is predicted in the place of a true part,
    that part misses voxels; elsewhere only `whole` sees it.

    Args:
        labels: of the values returned, for instance all labels of a category; those of the truth if None.

    Raises:
        InputError: a grid without labels, a negative label, different resolutions, a truth without parts, or
            `labels` that lack one of the truth's.

    >>> truth, predicted = np.zeros((2, 4, 4, 4), dtype=int)
    >>> truth[0], truth[1], predicted[:2] = 1, 2, 1
    >>> part_iou(VoxelGrid(predicted > 0, labels=predicted), VoxelGrid(truth > 0, labels=truth), labels=[1, 2, 3])
    PartIoU(per_part={1: 0.5, 2: 0.0, 3: nan}, mean=0.25, whole=1.0)
    """
    found, true = compared_labels(predicted, truth, "part IoU")
    present = true_labels(truth)
    asked = present if labels is None else [int(label) for label in labels]
    if not set(present) <= set(asked):
        raise InputError(f"part IoU: the truth has labels {present}, which are not all among those asked for, {asked}")
    per_part = {label: voxel_iou(found == label, true == label) if label in present else np.nan for label in asked}
    mean = float(np.mean([per_part[label] for label in present]))
    return PartIoU(per_part, mean, voxel_iou(found > 0, true > 0))


def mean_over_parts(values: Float[np.ndarray, "s p"] | Sequence[Sequence[float]]) -> PartMean:
    """The table's row for a category: each part's mean over samples, and the mean over parts.

    Not the same as the mean over samples of `PartIoU.mean`: there a part counts as often as it occurs.

    Args:
        values: Float[S, P], a row per sample, a column per part; NaN where the sample's truth lacks the part.

    Raises:
        InputError: not two-dimensional, infinite, or no sample has any part.

    >>> mean_over_parts([[0.5, np.nan, np.nan], [1.0, 0.25, np.nan]])
    PartMean(per_part=array([0.75, 0.25,  nan]), mean=0.5)
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or np.isinf(values).any():
        raise InputError(f"values of parts: expected finite or NaN [samples, parts], found shape {list(values.shape)}")
    count = (~np.isnan(values)).sum(axis=0)
    if not count.any():
        raise InputError("values of parts: no sample has any part")
    per_part = np.full(values.shape[1], np.nan)
    np.divide(np.nansum(values, axis=0), count, out=per_part, where=count > 0)
    return PartMean(per_part, float(per_part[count > 0].mean()))


def compared_labels(predicted: VoxelGrid, truth: VoxelGrid, what: str) -> tuple[np.ndarray, np.ndarray]:
    """The labels of two grids, Int[R, R, R] each.

    Args:
        what: compares them, in messages.

    Raises:
        InputError: a grid without labels, a negative label, different resolutions, or a truth without parts.
    """
    found, true = _labels(predicted, "prediction", what), _labels(truth, "truth", what)
    if found.shape != true.shape:
        raise InputError(
            f"{what}: expected grids of one resolution, found {predicted.resolution} and {truth.resolution}"
        )
    if not true.any():
        raise InputError(f"{what}: the truth has no parts, all its labels are 0")
    return found, true


def _labels(grid: VoxelGrid, which: str, what: str) -> np.ndarray:
    if not isinstance(grid, VoxelGrid) or grid.labels is None:
        raise InputError(f"{what}: the {which} has no part labels")
    if grid.labels.min() < 0:
        raise InputError(f"{what}: expected labels of at least 0, found {grid.labels.min()} in the {which}")
    return grid.labels


@dataclass(frozen=True, kw_only=True)
class PartIoUMeasure(LabelMeasure):
    """`part_iou`, and its value by part. A prediction without parts has 0 for each."""

    declarations = (
        Metric("part_iou", "Part IoU", "fraction", True, 1.0, 0.0, "Shi et al. 2020: mean over the truth's labels"),
        Metric(
            *("part_miou", "Part mIoU", "fraction", True, 1.0, 0.0),
            "Shi et al. 2020: each part's mean over the objects that have it, and of these the mean over parts",
            of_parts="part_iou",
        ),
    )

    def by_label(self, pair: Pair) -> dict[int, float]:
        truth, grid = pair.truth.labels(self.resolution), self.predicted(pair)
        if grid is None:
            return self.worst_by_label(pair)
        key = ("part iou", self.resolution, pair.setting.voxel_rule)
        return pair.predicted.convert("structure", key, lambda _: part_iou(grid, truth)).per_part
