"""Volumetric intersection over union, estimated from points in space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .interface import Measure, Metric
from .overlap import overlap, ratio
from .parameters import Count
from .setting import Setting

if TYPE_CHECKING:
    from jaxtyping import Bool
    from torch import Tensor

    from .pair import Pair


def point_iou(inside_a: Bool[Tensor | np.ndarray, " n"], inside_b: Bool[Tensor | np.ndarray, " n"]) -> float:
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
    return ratio(*overlap(inside_a, inside_b))


@dataclass(frozen=True, kw_only=True)
class InsideMeasure(Measure):
    """What is found at points in space.

    Args:
        points: how many.
    """

    needs_inside = True

    points: Count

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"occupancy"})

    def require(self, pair: Pair) -> None:
        pair.truth.volume(self.points)


@dataclass(frozen=True, kw_only=True)
class VolumeIoUMeasure(InsideMeasure):
    """`iou`."""

    declarations = (
        Metric(
            "iou", "IoU (volumetric)", "fraction", True, 1.0, 0.0, "Occupancy Networks: over points drawn in the box"
        ),
    )

    def value(self, pair: Pair) -> float:
        found = pair.insides(self.points)
        return pair.once("iou", (self.name, self.points), lambda: point_iou(found.predicted, found.truth))


@dataclass(frozen=True, kw_only=True)
class AmbiguousMeasure(InsideMeasure):
    """`ambiguous`: how far the inside of the prediction can be told."""

    declarations = (
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
    )

    def value(self, pair: Pair) -> float:
        return pair.insides(self.points).ambiguous
