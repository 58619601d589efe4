"""What all parts of a display are built to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..materials import Color


class Plan(NamedTuple):
    """The panel is built upright around the origin, then leans by `tilt` (degrees) at the height `middle`."""

    family: str
    case: Color
    glass: Color
    width: float
    height: float
    thick: float
    rim: float
    tilt: float
    chin: float = 0.0
    """The rim below the screen."""
    lift: float = 0.0
    """Of the panel's lower edge."""

    @property
    def longest(self) -> float:
        return max(self.width, self.height)

    @property
    def middle(self) -> float:
        return self.lift + self.height / 2

    @property
    def slope(self) -> float:
        """How far the leaning panel moves back per height."""
        return np.tan(np.radians(self.tilt))
