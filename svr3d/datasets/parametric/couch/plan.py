"""What all parts of a couch are built to."""

from __future__ import annotations

from typing import NamedTuple

from ..materials import Color, shade


class Plan(NamedTuple):
    """Sizes in metres; the seat's top is at `height`, its front at depth / 2, and the back stands behind `rear`."""

    family: str
    fabric: Color
    accent: Color
    leg: Color
    seats: int
    width: float
    depth: float
    height: float
    lift: float
    """Of the body above the floor."""
    pad: float
    """The seat cushions' thickness."""
    back_high: float
    back_deep: float

    @property
    def rear(self) -> float:
        return -self.depth / 2

    @property
    def body(self) -> float:
        """The height below the cushions."""
        return self.height - self.pad

    @property
    def shadow(self) -> Color:
        """The fabric's colour on the base."""
        return shade(self.fabric, 0.85)

    @property
    def thin(self) -> float:
        """The radius of legs and frames."""
        return 0.02 * max(self.width, 1.2)
