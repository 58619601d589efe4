"""What all parts of a plane are built to: fuselage and wings, at fractions of the length from the nose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..materials import Color
from ..outlines import Vector
from ..sweeps import loft

DARK: Color = (0.03, 0.03, 0.035)

STATIONS = np.array([0.0, 0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.78, 0.9, 0.97, 1.0])
"""Of the fuselage's rings, as fractions of its length from the nose."""

AIRFOIL = np.array(
    [(0, 0), (0.08, 0.35), (0.3, 0.5), (0.65, 0.36), (1, 0.1), (1, -0.1), (0.65, -0.3), (0.3, -0.42), (0.08, -0.3)]
)
"""A lens: (fraction of the chord, of the thickness)."""


def at(s: float) -> float:
    """The z of the fraction s of the length from the nose."""
    return 0.5 - s


class Fuselage(NamedTuple):
    """A body of radius r, which tapers and rises from the fraction `start` on."""

    r: float
    squash: float
    """Its height as a fraction of its width."""
    fat: np.ndarray
    """Its radius at each station, as a fraction of r."""
    tail_up: float
    start: float

    def height(self, s: float) -> float:
        """How far its middle has risen."""
        return self.tail_up * np.clip((s - self.start) / (1 - self.start), 0, 1)

    def radius(self, s: float) -> float:
        return self.r * np.interp(s, STATIONS, self.fat)


class Wing(NamedTuple):
    """A pair of wings: from the height y and the fraction `root`, out by `half`, back by `back` and up by `rise`."""

    half: float
    chord: float
    taper: float
    root: float
    back: float
    y: float
    rise: float
    thick: float
    thin: float
    kink: bool
    high: bool

    def place(self, f: float) -> tuple[float, float, float]:
        """The leading edge at the fraction f of the right wing's span."""
        return f * self.half, self.y + f * self.rise, at(self.root + self.back * f)

    def panel(self, side: int, y: float) -> Manifold:
        """The wing at a side, from the height y."""
        tip = (side * self.half, y + self.rise, at(self.root + self.back))
        chords, thick = (self.chord, self.taper * self.chord), (self.thick, self.thin)
        return airfoil((0, y, at(self.root)), tip, chords, thick, self.kink)


class Plan(NamedTuple):
    family: str
    tone: Color
    second: Color
    unit: float
    """Roughly the longest side: what is thin is measured against it."""
    body: Fuselage
    wing: Wing

    @property
    def military(self) -> bool:
        return self.family in ("fighter", "delta")


def airfoil(root: Vector, tip: Vector, chords: Sequence[float], thick: Sequence[float], kink: bool = False) -> Manifold:
    """A wing of lens section between the leading edges of root and tip, with a chord and a thickness at each.

    Its chord runs to -z. `kink` widens the inner third.
    """
    root, tip = np.asarray(root, float), np.asarray(tip, float)
    across = tip - root
    lift = np.array([0, 1.0, 0]) if abs(across[0]) > abs(across[1]) else np.array([1.0, 0, 0])
    rings = []
    for f in (0.0, 0.35, 1.0) if kink else (0.0, 1.0):
        c = chords[0] + f * (chords[1] - chords[0])
        if f == 0.35:
            c *= 0.82
        t = thick[0] + f * (thick[1] - thick[0])
        rings.append(root + f * across + AIRFOIL[:, :1] * np.array([0, 0, -c]) + AIRFOIL[:, 1:] * t * lift)
    return loft(rings)
