"""The cabin above the belt line, with glass standing out a little between roof and pillars."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import GLASS
from ..outlines import SIDES
from ..solids import span
from ..sweeps import bar, loft
from .plan import Plan


class Cabin(NamedTuple):
    """A cabin that narrows from its foot to its roof; windscreen and rear window each as (foot, top) along z."""

    screen: tuple[float, float]
    rear: tuple[float, float]
    base: float
    """Its width at the foot."""
    top: float
    """Its width at the roof."""
    low: float
    high: float

    @property
    def rise(self) -> float:
        return self.high - self.low

    def rings(self, grow: float, *heights: float) -> np.ndarray:
        """Its outline at these heights, grown outwards: Float[H, 8, 3]."""
        (s0, s1), (r0, r1) = self.screen, self.rear
        rings = []
        for y in heights:
            f = (y - self.low) / (self.high - self.low)
            front, rear = s0 + f * (s1 - s0) + grow, r0 + f * (r1 - r0) - grow
            half = (self.base + f * (self.top - self.base)) / 2 + grow
            c = min(0.18 * half, 0.3)
            behind = [(-half, y, rear + c), (-half + c, y, rear), (half - c, y, rear), (half, y, rear + c)]
            before = [(half, y, front - c), (half - c, y, front), (-half + c, y, front), (-half, y, front - c)]
            rings.append(behind + before)
        return np.array(rings, float)


def add_cabin(a: Assembly, d: Draw, p: Plan) -> None:
    top = 0.93 * p.width if p.blunt else d.uniform("roof_width", 0.72, 0.86) * p.width
    base = p.width * (1 - 0.5 * p.tumble) * 0.96
    rear = p.at(p.shape.rear_foot), p.at(p.shape.rear_top)
    cabin = Cabin(p.screen, rear, base, top, p.belt - 0.12 * (p.height - p.belt), p.height)
    a.add("body", p.paint, _shell(cabin, min(p.belt, p.tail) - 0.05))
    a.add("window", GLASS, _glass(d, p, cabin))


def _shell(c: Cabin, tail: float) -> Manifold:
    shell = c.rings(0.0, c.low, c.high - 0.12 * c.rise)
    roof = c.rings(0.0, c.high)[0]
    roof = (roof - roof.mean(axis=0)) * (0.93, 1, 0.97) + roof.mean(axis=0)
    solid = loft(np.concatenate([shell, roof[None]]))
    if c.low > tail - 0.1:  # a low boot leaves room under the cabin
        half = c.base / 2 - 0.05
        solid += span((-half, tail - 0.1, c.rear[0] + 0.05), (half, c.low + 0.02, c.screen[0] - 0.05))
    return solid


def _glass(d: Draw, p: Plan, c: Cabin) -> Manifold:
    """A band of glass, cut by the pillars between side windows and at the corners."""
    h, (s0, s1), (r0, r1) = c.high, c.screen, c.rear
    y0 = c.low + d.uniform("glass_low", 0.18, 0.3) * c.rise
    y1 = c.low + d.uniform("glass_high", 0.8, 0.87) * c.rise
    glass = loft(c.rings(0.02, y0, y1))
    n = d.integer("bus_windows", 3, 6) if p.family in ("bus", "van") else d.integer("side_windows", 1, 3)
    if p.family == "van" and d.chance("panel_van", 0.5):
        glass -= span((-5, 0, r0 - 1), (5, 2 * h, s1 - 0.35 * (s1 - r1)))
        n = 1
    half, inner = (0.06 * c.rise + 0.05) / 2, 0.4 * c.top
    for z in np.linspace(r0 + 0.1 * (s0 - r0), s0 - 0.15 * (s0 - r0), n + 1)[1:-1]:
        glass -= span((-9, 0, z - half), (-inner, 2 * h, z + half)) + span((inner, 0, z - half), (9, 2 * h, z + half))
    width = 0.16 * (2 if p.family == "bus" else 1)
    for s in SIDES:
        for foot, top, ahead in ((s0, s1, 1), (r0, r1, -1)):
            low = np.array([s * (c.base / 2 - 0.04), c.low, foot - ahead * 0.1])
            high = np.array([s * (c.top / 2 - 0.02), h, top - ahead * 0.1])
            up = (0, 0.01, 1) if abs(foot - top) < 0.3 else (0, 1, 0)
            glass -= bar(low - 0.2 * (high - low), high + 0.2 * (high - low), width, 0.2, up)
    return glass
