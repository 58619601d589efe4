"""What each metric is: unit, direction, range, worst value. Plain data, free of heavy imports."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..geometry.errors import InputError

DIAGONAL = math.sqrt(3.0)
"""Longest distance within the canonical unit cube."""


@dataclass(frozen=True)
class Metric:
    """The declaration of a metric.

    Args:
        name: as in records and tables.
        title: for people, on plots and tables.
        unit: `side` (longest side of the true bounding box), `side²`, `fraction`, `count` …, before the
            protocol's factor.
        higher_is_better: direction.
        best, worst: values of a perfect reconstruction and of a failed one. `worst` is what a failed, empty or
            non-finite prediction gets.
        source: where the definition comes from.
        sums: for a pooled metric, the names of the two recorded counts whose totals' ratio it is; None for
            the mean of per-sample values.
        ranked: whether methods are ranked by it (counts and bounds are not).
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool
    best: float
    worst: float
    source: str = ""
    sums: tuple[str, str] | None = None
    ranked: bool = True


_METRICS = [
    Metric(
        "cd_l1",
        "Chamfer-L1",
        "side",
        False,
        0.0,
        DIAGONAL,
        "Occupancy Networks: half the sum of both directions' mean distance",
    ),
    Metric(
        "cd_l2", "Chamfer-L2", "side²", False, 0.0, 2 * DIAGONAL**2, "sum of both directions' mean squared distance"
    ),
    Metric(
        "f_01", "F-score @1 %", "fraction", True, 1.0, 0.0, "Tatarchenko et al. 2019: threshold 1 % of the longest side"
    ),
    Metric("f_02", "F-score @2 %", "fraction", True, 1.0, 0.0, "threshold 2 % of the longest side"),
    Metric("normal", "Normal consistency", "fraction", True, 1.0, 0.0, "mean absolute cosine, mean of both directions"),
    Metric("emd", "EMD", "side", False, 0.0, DIAGONAL, "mean matched distance of the optimal one-to-one matching"),
    Metric(
        "emd_bound", "EMD, certified lower bound", "side", False, 0.0, DIAGONAL, "from the dual prices", ranked=False
    ),
    Metric("iou", "IoU (volumetric)", "fraction", True, 1.0, 0.0, "Occupancy Networks: over points drawn in the box"),
    Metric("iou_32", "IoU at 32³", "fraction", True, 1.0, 0.0, "3D-R2N2"),
    Metric(
        "iou_32_pooled",
        "IoU at 32³, pooled",
        "fraction",
        True,
        1.0,
        0.0,
        "intersections and unions summed over the set before dividing",
        sums=("iou_32_intersection", "iou_32_union"),
    ),
    Metric("iou_32_intersection", "voxels in both", "count", True, math.nan, 0.0, ranked=False),
    Metric("iou_32_union", "voxels in either", "count", False, math.nan, math.nan, ranked=False),
]

METRICS: dict[str, Metric] = {metric.name: metric for metric in _METRICS}
"""Every declared metric by name."""

CURVE = "f@"
"""Prefix of the F-score curve's recorded points: `f@0.0050` is the F-score at 0.5 % of the side."""


def get_metric(name: str) -> Metric:
    """The declaration of `name`.

    Raises:
        InputError: no such metric.
    """
    try:
        if name.startswith(CURVE):
            threshold = float(name.removeprefix(CURVE))
            return Metric(name, f"F-score @{threshold:.2%}", "fraction", True, 1.0, 0.0, ranked=False)
        return METRICS[name]
    except (KeyError, ValueError):
        raise InputError(f"unknown metric '{name}'; known: {', '.join(METRICS)}") from None
