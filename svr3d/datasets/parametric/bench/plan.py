"""What all parts of a bench are built to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..materials import Color


class Plan(NamedTuple):
    """Sizes in metres; the seat's middle is at `height`, and the back rises behind -depth / 2."""

    family: str
    length: float
    depth: float
    height: float
    thick: float
    wood: Color
    frame: Color
    panel: Color
    """Of a back that is one panel."""


class Back(NamedTuple):
    """The plane of the backrest, which leans."""

    height: float
    """Of the seat."""
    tall: float
    lean: float
    foot: float

    def at(self, x: float, v: float) -> np.ndarray:
        """The point at x and the fraction v of the back's height: Float[3]."""
        return np.array([x, self.height + v * self.tall, self.foot - v * self.tall * self.lean])
