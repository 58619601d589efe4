"""What all bags are made of: a family's colours, stacked rounded rectangles, and loops for handles and straps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..materials import Color
from ..outlines import arch, at_height, rectangle
from ..sweeps import loft, sweep


class Plan(NamedTuple):
    family: str
    cloth: Color
    trim: Color


def stacked(*rings: Sequence[float]) -> Manifold:
    """The solid through rounded rectangles stacked upwards, each (width, depth, corner, height)."""
    return loft(np.array([at_height(rectangle(w, t, c), y) for w, t, c, y in rings]))


def loop(half: float, low: float, high: float, z: float, roundness: float, steps: int = 16) -> np.ndarray:
    """A loop from (half, low) over `high` to (-half, low) in the plane of depth z: Float[N, 3]."""
    return arch(half, low, high - low, z, roundness, steps)


def strap(path: np.ndarray, width: float, thick: float = 0.035) -> Manifold:
    """A flat strap along a loop."""
    return sweep(path, rectangle(width, thick), up=(0, 0, 1))
