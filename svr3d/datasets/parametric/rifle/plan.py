"""What all parts of a rifle are built to."""

from __future__ import annotations

from typing import NamedTuple

from manifold3d import Manifold

from ..materials import Color
from ..solids import span


class Plan(NamedTuple):
    """A rifle of about length one: the receiver from z = 0 forwards to `long`, around y = 0, the stock behind."""

    family: str
    steel: Color
    wood: Color
    width: float
    """Of the receiver."""
    tall: float
    """The receiver's height."""
    long: float
    """The receiver's length."""
    reach: float
    """The barrel's length."""
    butt: float
    """The stock's length."""
    radius: float
    """Of the barrel."""
    sporting: bool
    """Whether the stock's wrist is the grip."""

    @property
    def axis(self) -> float:
        """The height of the bore."""
        return 0.15 * self.tall

    @property
    def muzzle(self) -> float:
        return self.long + self.reach

    @property
    def slim(self) -> float:
        """The receiver's height as a fraction of `tall`."""
        return 0.75 if self.sporting else 1.0

    @property
    def low(self) -> float:
        """The receiver's foot."""
        return -self.tall * self.slim / 2

    def block(
        self, z: tuple[float, float], y: tuple[float, float], factor: float = 1.0, bevel: float = 0.2
    ) -> Manifold:
        """A block as wide as the receiver, or wider by a factor."""
        half = factor * self.width / 2
        return span((-half, y[0], z[0]), (half, y[1], z[1]), bevel * self.width)
