"""What all parts of a table are built to."""

from __future__ import annotations

from typing import NamedTuple

from ..materials import Color


class Plan(NamedTuple):
    """Sizes in metres; the base ends at `under` the top and has corners at (± half_x, ± half_z)."""

    family: str
    length: float
    depth: float
    height: float
    thick: float
    """Of the top."""
    frame: Color
    surface: Color
    shape: str
    """Of the top."""
    half_x: float
    half_z: float

    @property
    def longest(self) -> float:
        return max(self.length, self.height)

    @property
    def under(self) -> float:
        return self.height - 0.6 * self.thick
