"""What several telephones share: colours, keypads, lofted cases and handsets."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color
from ..outlines import Outline, at_depth, ellipse
from ..solids import box
from ..sweeps import lathe, loft, rod, sweep

Place = Callable[[Manifold], Manifold]
"""Moves a solid from a frame of its own to the telephone's."""


class Plan(NamedTuple):
    family: str
    case: Color
    glass: Color
    key: Color


def stay(solid: Manifold) -> Manifold:
    return solid


class Keypad(NamedTuple):
    """A grid of keys on a face at depth z, between two heights."""

    width: float
    low: float
    high: float
    z: float
    rows: int = 4
    columns: int = 3
    size: float = 0.72
    """Of a key, as a fraction of its cell."""
    round_keys: bool = False

    def add_to(self, a: Assembly, key: Color, place: Place) -> None:
        dx, dy = self.width / self.columns, (self.high - self.low) / self.rows
        for j in range(self.rows):
            for i in range(self.columns):
                x, y = -self.width / 2 + (i + 0.5) * dx, self.low + (j + 0.5) * dy
                if self.round_keys:
                    solid = rod((x, y, self.z - 0.02), (x, y, self.z + 0.02), 0.5 * self.size * min(dx, dy), sides=10)
                else:
                    solid = box((self.size * dx, self.size * dy, 0.04), (x, y, self.z), 0.006)
                a.add("button", key, place(solid))


def profile(half: np.ndarray, y: np.ndarray) -> Outline:
    """A symmetric outline from half its width at each height."""
    return np.concatenate([np.stack([half, y], 1), np.stack([-half, y], 1)[::-1]])


def rounded_case(outline: Outline, thick: float, rear: float, front: float) -> Manifold:
    """A case whose outline shrinks towards its rear and its front."""
    rings = ((rear, -thick / 2), (1.0, -0.25 * thick), (1.0, 0.25 * thick), (front, thick / 2))
    return loft([at_depth(outline * k, z) for k, z in rings])


def add_handset(a: Assembly, d: Draw, tone: Color, place: Place, length: float, width: float = 0.16) -> None:
    """Add a handset along x: two cups joined by a curved grip, cups down."""
    kind = d.choice("handset", ("classic", "flat", "block"))
    s = np.linspace(-1, 1, 15)
    rise = d.uniform("handset_rise", 0.06, 0.16)
    half = length / 2
    if kind == "block":
        rise = 0.06
        cups = [box((0.24 * length, 0.16, 1.05 * width), (k * 0.37 * length, rise - 0.05, 0), 0.02) for k in (-1, 1)]
        solids = [box((length, 0.09, width), (0, rise, 0), 0.02), *cups]
    else:
        path = np.stack([0.9 * half * s, rise * (1 - s**4) + 0.03, 0 * s], axis=1)
        section = ellipse(0.1, width * (0.6 if kind == "classic" else 1), 12)[:, ::-1]
        cup = [(0.36 * width, -0.02), (0.62 * width, 0.0), (0.55 * width, 0.05), (0.25 * width, 0.1)]
        cup = [(r, y - 0.03) for r, y in cup]
        solids = [sweep(path, section, up=(0, 0, 1)), *[lathe(cup, (k * 0.82 * half, 0, 0), 18) for k in (-1, 1)]]
    a.add("handset", tone, *[place(solid) for solid in solids])
