"""What all parts of a chair are built to: its seat, and the surface of its back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..materials import Color
from ..outlines import Outline


class Plan(NamedTuple):
    """Sizes in metres; the seat's middle is at `height`."""

    family: str
    frame: Color
    fill: Color
    shape: str
    """Of the seat."""
    outline: Outline
    width: float
    rear: float
    """The width at the back."""
    depth: float
    height: float
    thick: float
    corner: float
    """The radius of a rounded seat's corners."""

    @property
    def stool(self) -> bool:
        return self.family == "stool"

    @property
    def top(self) -> float:
        return self.height + self.thick / 2

    @property
    def under(self) -> float:
        """Where a base ends, within the seat."""
        return self.height - 0.3 * self.thick


class BackSurface:
    """The surface of a backrest: (u, v) in [-1, 1] x [0, 1] to points; an arc around the sitter that leans back.

    Args:
        half_width: of the arc, at its foot.
        height: above the foot.
        foot: the arc's middle along z.
        y: of the foot.
        turn: half the arc's angle, radians.
        lean: how far it leans back per height.
        taper: its width at the top as a fraction of that at the foot.
    """

    def __init__(
        self, half_width: float, height: float, foot: float, y: float, turn: float, lean: float, taper: float
    ) -> None:
        self.half_width, self.height, self.foot, self.y = half_width, height, foot, y
        self.turn, self.lean, self.taper = max(turn, 0.02), lean, taper

    def __call__(self, u: float | np.ndarray, v: float | np.ndarray) -> np.ndarray:
        u, v = np.asarray(u, float), np.asarray(v, float)
        radius = self.half_width / np.sin(self.turn)
        x = radius * np.sin(u * self.turn) * (1 + (self.taper - 1) * v)
        z = self.foot + radius * (1 - np.cos(u * self.turn)) - self.lean * v * self.height
        return np.stack(np.broadcast_arrays(x, self.y + v * self.height, z), axis=-1)
