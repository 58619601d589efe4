"""What each metric is: unit, direction, range, worst value. Plain data, free of heavy imports."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import InputError

DIAGONAL = math.sqrt(3.0)
"""Longest distance within the canonical unit cube."""

WORST_PART = 0.5
"""Chamfer distance of a part without partner, and the most that a matched pair counts, in side². Copies of one part
that are half a side apart have it: what is further off is no partner."""

MOST = 50
"""Differences of counts have no natural worst value: they are cut off here, where also a failure stands."""


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
        best_of: for a metric of a whole set, the prefix of the recorded curve of which it is the best point; None
            otherwise.
        ranked: whether methods are ranked by it (counts, bounds and diagnoses are not).
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool
    best: float
    worst: float
    source: str = ""
    sums: tuple[str, str] | None = None
    best_of: str | None = None
    ranked: bool = True

    @property
    def dimension(self) -> int:
        """The power of a length in its unit: what scaling both shapes does to it."""
        return {"side": 1, "side²": 2}.get(self.unit, 0)


def _f_score(name: str, at: str, source: str) -> list[Metric]:
    """The F-score at one threshold, its precision and its recall."""
    return [
        Metric(f"f_{name}", f"F-score @{at}", "fraction", True, 1.0, 0.0, source),
        Metric(f"precision_{name}", f"Precision @{at}", "fraction", True, 1.0, 0.0, source, ranked=False),
        Metric(f"recall_{name}", f"Recall @{at}", "fraction", True, 1.0, 0.0, source, ranked=False),
    ]


def _grid_iou(resolution: int, source: str) -> list[Metric]:
    name, title = f"iou_{resolution}", f"IoU at {resolution}³"
    counts = (f"{name}_intersection", f"{name}_union")
    return [
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
        Metric(counts[0], "voxels in both", "count", True, math.nan, 0.0, ranked=False),
        Metric(counts[1], "voxels in either", "count", False, math.nan, math.nan, ranked=False),
    ]


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
    Metric("hausdorff", "Hausdorff distance", "side", False, 0.0, DIAGONAL, "largest distance to the nearest point"),
    *_f_score("01", "1 %", "Tatarchenko et al. 2019: threshold 1 % of the longest side"),
    *_f_score("02", "2 %", "threshold 2 % of the longest side"),
    *_f_score("03", "3 %", "Mesh R-CNN: threshold 3 % of the longest side"),
    *_f_score("05", "5 %", "Mesh R-CNN: threshold 5 % of the longest side"),
    *_f_score("tau", "τ", "threshold τ, which the protocol gives"),
    *_f_score("2tau", "2τ", "Pixel2Mesh: threshold 2τ on the squared distance"),
    Metric("normal", "Normal consistency", "fraction", True, 1.0, 0.0, "mean absolute cosine, mean of both directions"),
    Metric("emd", "EMD", "side", False, 0.0, DIAGONAL, "mean matched distance of the optimal one-to-one matching"),
    Metric(
        "emd_bound", "EMD, certified lower bound", "side", False, 0.0, DIAGONAL, "from the dual prices", ranked=False
    ),
    Metric("iou", "IoU (volumetric)", "fraction", True, 1.0, 0.0, "Occupancy Networks: over points drawn in the box"),
    *_grid_iou(32, "3D-R2N2"),
    *_grid_iou(110, "DISN"),
    Metric(
        "watertight",
        "Watertight",
        "fraction",
        True,
        1.0,
        0.0,
        "every edge is run along as often one way as the other, so that inside is defined",
        ranked=False,
    ),
    Metric(
        "ambiguous",
        "Ambiguous inside",
        "fraction",
        False,
        0.0,
        1.0,
        "points of the volume of which the directions of sight disagree whether they are inside",
        ranked=False,
    ),
    Metric("part_iou", "Part IoU", "fraction", True, 1.0, 0.0, "Shi et al. 2020: mean over the truth's labels"),
    Metric("ap", "Average precision", "fraction", True, 1.0, 0.0, "3D-R2N2: of the occupancy score over the voxels"),
    Metric(
        "part_cd",
        "Part Chamfer-L2",
        "side²",
        False,
        0.0,
        WORST_PART,
        "OSPA: mean over one-to-one matched parts, a part without partner counted as the worst",
    ),
    Metric(
        "part_count_error",
        "Part count error",
        "count",
        False,
        0.0,
        MOST,
        f"difference of the numbers of parts, at most {MOST}",
    ),
    Metric(
        "thickness",
        "Thickness error",
        "side",
        False,
        0.0,
        DIAGONAL,
        "IMMAT: difference of the shape diameter function at nearest points, mean of both directions",
    ),
    Metric(
        "genus_error",
        "Genus error",
        "count",
        False,
        0.0,
        MOST,
        f"difference in genus of the two solids at 64³, at most {MOST}",
    ),
    Metric("components", "Components", "count", True, math.nan, 0.0, "pieces of the surface", ranked=False),
    Metric(
        "self_intersecting",
        "Self-intersecting faces",
        "fraction",
        False,
        0.0,
        1.0,
        "faces that cross another face",
        ranked=False,
    ),
    Metric("degenerate_faces", "Degenerate faces", "fraction", False, 0.0, 1.0, "faces without area", ranked=False),
]

METRICS: dict[str, Metric] = {metric.name: metric for metric in _METRICS}
"""Every declared metric by name."""

CURVE = "f@"
"""Prefix of the F-score curve's recorded points: `f@0.0050` is the F-score at 0.5 % of the side."""

_CURVES = {
    CURVE: lambda at: f"F-score @{at:.2%}",
    **{f"iou_{r}@": (lambda at, r=r: f"IoU at {r}³ above {at:g}") for r in (32, 110)},
}
"""The title of a curve's point, by prefix."""


def is_curve(name: str) -> bool:
    """Whether `name` is one point of a curve: recorded, but not a column of tables."""
    return "@" in name


def get_metric(name: str) -> Metric:
    """The declaration of `name`.

    Raises:
        InputError: no such metric.
    """
    try:
        if is_curve(name):
            prefix, at = name.split("@")
            return Metric(name, _CURVES[f"{prefix}@"](float(at)), "fraction", True, 1.0, 0.0, ranked=False)
        return METRICS[name]
    except (KeyError, ValueError):
        raise InputError(f"unknown metric '{name}'; known: {', '.join(METRICS)}") from None
