"""The hull: sections lofted from the stern at z = -0.5 to the bow at 0.5, all drawn numbers of it in one place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color, color, shade
from ..solids import span
from ..sweeps import loft

STATIONS = np.linspace(0, 1, 15)
"""From stern to bow."""


class Hull(NamedTuple):
    """A hull by its stations; `plan` is the width there as a fraction of `width`, `sheer` and `keel` are heights."""

    width: float
    height: float
    plan: np.ndarray
    sheer: np.ndarray
    keel: np.ndarray
    vee: float
    rake: float

    @property
    def wall(self) -> float:
        return max(0.03, 0.08 * self.width)

    def top_at(self, z: float) -> float:
        """The height of the deck's edge."""
        return self.height + np.interp(z + 0.5, STATIONS, self.sheer)

    def half_at(self, z: float) -> float:
        """Half the hull's width at deck level."""
        return 0.5 * self.width * np.interp(z + 0.5, STATIONS, self.plan)

    def solid(self, inset: float = 0.0, floor: float = 0.0, tall: float = 0.0) -> Manifold:
        """The hull, or the hollow in it: smaller by `inset`, above a `floor`, and taller."""
        rings = [
            self._section(*station, inset, floor, tall)
            for station in zip(self.plan, self.sheer, self.keel, STATIONS, strict=True)
        ]
        return loft(rings)

    def _section(
        self, plan: float, sheer: float, keel: float, f: float, inset: float, floor: float, tall: float
    ) -> np.ndarray:
        """The ring at the fraction f of the length: Float[8, 3]."""
        h, vee = self.height, self.vee
        half = max(plan * self.width / 2 - inset, 0.004)
        bottom = keel + floor
        heights = [bottom + 0.45 * (h - bottom), bottom + 0.15 * vee * h, bottom]
        y = [h + sheer + tall] + [min(v, h + sheer - 0.3 * inset) for v in heights]
        x = [half, 0.93 * half, 0.62 * half, 0.25 * half * (1 - vee) + 0.03 * half]
        right = list(zip(x, y, strict=True))
        ring = np.array(right + [(-p, q) for p, q in right[::-1]])
        z = [(f - 0.5) * (1 - 2 * inset) + self.rake * (v / h - 0.5) * f**3 for v in ring[:, 1]]
        return np.column_stack([ring, z])


def draw_hull(d: Draw, family: str, beam: tuple[float, float]) -> Hull:
    s = STATIONS
    w = d.uniform("beam", *beam)
    ship, canoe = family in ("cargo", "ferry"), family == "canoe"
    if family in ("cargo", "warship", "catamaran"):
        h = d.uniform("freeboard", 0.07, 0.11)
    else:
        h = w * d.uniform("freeboard", 0.3, 0.5)
    full = d.uniform("fullness", 3.5, 6.0) if ship else d.uniform("fullness", 1.6, 3.2)
    stern = 0.02 if canoe else d.uniform("stern", 0.55, 0.95)
    if canoe:
        plan = np.clip(1 - np.abs(2 * s - 1) ** full, 0.02, 1)
    else:
        plan = np.clip(1 - s**full, 0.02, 1) * (1 - (1 - stern) * np.clip(1 - s / 0.35, 0, 1) ** 2)
    if ship:
        sheer = 0.35 * h * np.clip(s - 0.85, 0, 1) / 0.15
    else:
        sheer = d.uniform("sheer", 0.0, 0.35) * h * (2 * s - 0.8) ** 2
    keel = h * d.uniform("rise", 0.2, 0.9) * np.clip((s - 0.6) / 0.4, 0, 1) ** 2
    if canoe:
        keel = 0.6 * h * np.abs(2 * s - 1) ** 3
    vee = d.uniform("vee", 0.0, 0.25) if ship or canoe else d.uniform("vee", 0.2, 0.9)
    return Hull(w, h, plan, sheer, keel, vee, rake=d.uniform("rake", 0.03, 0.14))


class Boat(NamedTuple):
    """What all that stands on a hull is built to."""

    family: str
    hull: Hull
    paint: Color
    deck: Color
    trim: Color


def add_hull(a: Assembly, d: Draw, b: Boat, well: Manifold | None = None) -> None:
    """Add a decked hull, less the well of a cockpit; its bottom may have a colour of its own."""
    solid, h = b.hull.solid(), b.hull.height
    if well is not None:
        solid -= well
    if d.chance("two_tone_hull", 0.4):
        a.add("hull", b.paint, solid ^ span((-1, 0.55 * h, -2), (1, 3, 2)))
        bottom = shade(color(d, "bottom", "red", "paint", "black"), 0.9)
        a.add("hull", bottom, solid ^ span((-1, -1, -2), (1, 0.5501 * h, 2)))
    else:
        a.add("hull", b.paint, solid)


class Cockpit(NamedTuple):
    """Where a cockpit ends, along z."""

    rear: float
    front: float


def add_hull_with_cockpit(a: Assembly, d: Draw, b: Boat) -> Cockpit:
    hull = b.hull
    z0, z1 = d.uniform("cockpit_rear", -0.44, -0.4), d.uniform("cockpit_front", -0.2, -0.05)
    half = min(hull.half_at(z0), hull.half_at(z1)) - hull.wall
    add_hull(a, d, b, span((-half, 0.45 * hull.height, z0), (half, 3 * hull.height, z1)))
    return Cockpit(z0, z1)
