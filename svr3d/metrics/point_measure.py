"""What all metrics on compared points have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .interface import Measure

if TYPE_CHECKING:
    from .pair import Pair
    from .setting import Setting

DIAGONAL = math.sqrt(3.0)
"""Longest distance within the canonical unit cube: the worst of distances."""


@dataclass(frozen=True, kw_only=True)
class PointMeasure(Measure):
    """A metric between the two sets of points that the protocol names."""

    alignable = True
    compares_points = True

    def targets(self, setting: Setting) -> frozenset[str]:
        vertices = setting.points is not None and setting.points.truth.source == "vertices"
        return frozenset({"mesh" if vertices else "surface"})

    def require(self, pair: Pair) -> None:
        _ = pair.truth.points
