"""How well part-labelled voxels agree: intersection over union, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import InputError
from ..geometry import VoxelGrid
from .grid_iou import voxel_iou
from .interface import Measure, Metric
from .parameters import Count
from .setting import Setting

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
    found, true = _labels(predicted, "prediction"), _labels(truth, "truth")
    if found.shape != true.shape:
        raise InputError(
            f"part IoU: expected grids of one resolution, found {predicted.resolution} and {truth.resolution}"
        )
    present = [int(label) for label in np.unique(true) if label]
    if not present:
        raise InputError("part IoU: the truth has no parts, all its labels are 0")
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


def _labels(grid: VoxelGrid, which: str) -> np.ndarray:
    if not isinstance(grid, VoxelGrid) or grid.labels is None:
        raise InputError(f"part IoU: the {which} has no part labels")
    if grid.labels.min() < 0:
        raise InputError(f"part IoU: expected labels of at least 0, found {grid.labels.min()} in the {which}")
    return grid.labels


@dataclass(frozen=True, kw_only=True)
class PartIoUMeasure(Measure):
    """`part_iou`, and its value by part. A prediction without parts has 0 for each.

    Labels are compared by the truth's names. A predicted grid whose labels have no names must use the data set's.

    Args:
        resolution: voxels per side.
    """

    declarations = (
        Metric("part_iou", "Part IoU", "fraction", True, 1.0, 0.0, "Shi et al. 2020: mean over the truth's labels"),
    )

    on_voxels = True

    resolution: Count

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"part_voxels"})

    def wishes(self, setting: Setting) -> frozenset[str]:
        return frozenset({"parts"} if setting.voxel_rule == "centers" else ())

    def require(self, pair: Pair) -> None:
        pair.truth.labels(self.resolution)

    def value(self, pair: Pair) -> float:
        found = self._found(pair)
        return 0.0 if found is None else found.mean

    def parts(self, pair: Pair, *, failed: bool = False) -> dict[str, float]:
        names, truth = pair.truth.label_names, pair.truth.labels(self.resolution).labels
        assert truth is not None
        present = [int(label) for label in np.unique(truth) if label]
        found = None if failed else self._found(pair)
        by_label = dict.fromkeys(present, 0.0) if found is None else found.per_part
        return {names[label - 1] if names else str(label): by_label[label] for label in present}

    def _found(self, pair: Pair) -> PartIoU | None:
        """None for a prediction without parts."""
        names, truth = pair.truth.label_names, pair.truth.labels(self.resolution)
        grid = pair.predicted.labels(self.resolution, names)
        if grid is None:
            return None
        if grid.label_names and not names:
            raise InputError(
                "the ground truth's part labels have no names, by which the predicted parts could be found"
            )
        key = ("part iou", self.resolution, pair.setting.voxel_rule)
        return pair.predicted.convert("structure", key, lambda _: part_iou(grid, truth))
