"""Intersection over union of voxel grids: of one threshold, pooled over a set, and along a curve of thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .curve import Curve
from .grid_measure import GridMeasure
from .interface import Metric
from .overlap import overlap, ratio

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Bool
    from torch import Tensor

    from ..geometry import VoxelGrid
    from .pair import Pair


def voxel_iou(
    a: VoxelGrid | Bool[Tensor | np.ndarray, "*shape"], b: VoxelGrid | Bool[Tensor | np.ndarray, "*shape"]
) -> float:
    """Intersection over union of two grids [R, R, R]; 1 where both are empty.

    Args:
        a, b: two `VoxelGrid`s (occupied where above their own thresholds), or Bool arrays or tensors of one shape.

    Raises:
        InputError: different shapes, or an array that is not boolean.

    >>> import numpy as np
    >>> voxel_iou(np.ones((2, 2, 2), bool), np.arange(8).reshape(2, 2, 2) < 4)
    0.5
    """
    return ratio(*overlap(a, b))


SOURCES = {32: "3D-R2N2", 110: "DISN"}
"""Whose grids have so many voxels per side."""


def _declared(resolution: int, source: str) -> tuple[Metric, ...]:
    name, title = f"iou_{resolution}", f"IoU at {resolution}³"
    counts = (f"{name}_intersection", f"{name}_union")
    return (
        Metric(name, title, "fraction", True, 1.0, 0.0, source),
        Metric(
            f"{name}_pooled",
            f"{title}, pooled",
            "fraction",
            True,
            1.0,
            0.0,
            "intersections and unions summed over the set before dividing",
            sums=counts,
        ),
        Metric(
            f"{name}_best",
            f"{title}, best threshold",
            "fraction",
            True,
            1.0,
            0.0,
            "Pix3D: mean at the one threshold that suits the run's own test samples best",
            best_of=f"{name}@",
            ranked=False,
        ),
        Metric(counts[0], "voxels in both", "count", True, float("nan"), 0.0, ranked=False),
        Metric(counts[1], "voxels in either", "count", False, float("nan"), float("nan"), ranked=False),
    )


@dataclass(frozen=True, kw_only=True)
class GridIoUMeasure(GridMeasure):
    """`iou_R` at R³ voxels, and its counts `iou_R_intersection` and `iou_R_union`, of which `iou_R_pooled` is made."""

    declarations = tuple(metric for resolution, source in SOURCES.items() for metric in _declared(resolution, source))

    @property
    def voxels(self) -> int:
        return int(self.name.split("_")[1])

    def value(self, pair: Pair) -> float:
        a, b = pair.predicted.grid(self.voxels), pair.truth.grid(self.voxels)
        intersection, union = pair.once("iou", ("overlap", self.voxels), lambda: overlap(a, b))
        if self.name.endswith("_intersection"):
            return float(intersection)
        return float(union) if self.name.endswith("_union") else ratio(intersection, union)

    def worst(self, name: str, pair: Pair) -> float:
        """Of the union, the truth's own voxels: pooled IoU divides by all unions, or failing would pay."""
        if name.endswith("_union"):
            return float(pair.truth.grid(self.voxels).sum())
        return super().worst(name, pair)


@dataclass(frozen=True, kw_only=True)
class GridIoUCurve(Curve, GridMeasure):
    """`iou_R@…`: the IoU of what is above each threshold, on both sides."""

    digits = 2
    most = 1.0

    @classmethod
    def prefixes(cls) -> tuple[str, ...]:
        return tuple(f"iou_{resolution}@" for resolution in SOURCES)

    @classmethod
    def title(cls, prefix: str, threshold: float) -> str:
        return f"IoU at {prefix.removeprefix('iou_').removesuffix('@')}³ above {threshold:g}"

    @property
    def voxels(self) -> int:
        return int(self.name.removeprefix("iou_").removesuffix("@"))

    def values(self, pair: Pair) -> dict[str, float]:
        a, b = pair.predicted.occupancy(self.voxels), pair.truth.occupancy(self.voxels)

        def at(threshold: float) -> float:
            key = ("curve", self.voxels, threshold)
            return pair.once("iou", key, lambda: ratio(*overlap(a > threshold, b > threshold)))

        return {self.point(threshold): at(threshold) for threshold in self.thresholds}
