"""What all parts of a cabinet are built to."""

from __future__ import annotations

from typing import NamedTuple

from ..materials import Color


class Plan(NamedTuple):
    """Sizes in metres; the back is at -depth / 2."""

    family: str
    width: float
    depth: float
    height: float
    wall: float
    body: Color
    front: Color
    knob: Color

    @property
    def longest(self) -> float:
        return max(self.width, self.height)
