"""What all parts of a knife are built to."""

from __future__ import annotations

from typing import NamedTuple

from ..materials import Color


class Plan(NamedTuple):
    """A knife in the plane (z, y): the blade from its heel at z = 0 to its tip, the handle behind."""

    family: str
    grip: Color
    trim: Color
    long: float
    """Of the blade."""
    deep: float
    """From the blade's spine to its edge."""
    thick: float
    """Of the blade."""
    hold: float
    """The handle's length."""
    tall: float
    """The handle's height."""
    top: float
    """The spine's height."""
    belly: float
    point: str

    @property
    def heel(self) -> float:
        """The height of the edge at the heel."""
        return self.top - self.deep
