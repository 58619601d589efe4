"""Bucket bags and baskets: a turned body, gathered at the neck or open, perhaps woven."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, circle
from ..sweeps import lathe, rod, tube
from .plan import Plan, loop, strap

WALL = 0.045


def bucket(a: Assembly, d: Draw, p: Plan) -> None:
    low, rim, h = d.uniform("bottom", 0.26, 0.42), d.uniform("rim", 0.34, 0.5), d.uniform("height", 0.5, 0.9)
    belly = d.uniform("belly", 0.0, 0.12)
    s = np.linspace(0, 1, 8)
    profile = low + (rim - low) * s + belly * np.sin(np.pi * s)
    sides = d.choice("sides", (8, 24, 24))
    body = lathe(np.stack([profile, s * h], axis=1), sides=sides)
    gathered = p.family == "bucket" and d.chance("gathered", 0.45)
    flat = d.uniform("flat", 0.6, 1.0)

    def radius(f: float) -> float:
        """The body's radius at this fraction of its height."""
        return np.interp(f, s, profile)

    if gathered:
        body += lathe([(rim, h - 0.005), (0.3 * rim, h + 0.12), (0.45 * rim, h + 0.24)], sides=sides)
        tie = lathe([(0.4 * rim, h + 0.09), (0.4 * rim, h + 0.15)], sides=20)
        a.add("handle", p.trim, tie.scale((1, 1, flat)))
    else:
        body -= lathe(np.stack([profile - WALL, WALL + s * (h - WALL + 0.02)], axis=1), sides=sides)
    body = body.scale((1, 1, flat))
    if p.family == "basket":
        for y in np.linspace(0.1, 0.95, d.integer("weave", 3, 6)) * h:
            k = radius(y / h)
            body += tube(circle(k, 30, y, flat * k), 0.028, 6, closed=True)
    a.add("body", p.cloth, body)
    _add_handles(a, d, p, radius, rim, h, h + 0.1 if gathered else h, flat)
    if d.chance("tassel", 0.2):
        c = np.array([0.0, 0.75 * h, flat * radius(0.75)])
        a.add("pocket", p.trim, rod(c + (0, 0.03, -0.02), c + (0.0, -0.22, 0.03), 0.03, 0.05, 8))


def _add_handles(
    a: Assembly, d: Draw, p: Plan, radius: Callable[[float], float], rim: float, h: float, top: float, flat: float
) -> None:
    n = d.integer("handles", 1, 2)
    rise = d.uniform("handle_height", 0.25, 0.6)
    if n == 1:
        k = radius(min(top, h) * 0.9 / h) - WALL / 2
        path = loop(k, 0.85 * h, top + rise, 0.0, d.choice("handle_form", (2.0, 3.0)), 18)
        a.add("handle", p.trim, strap(path, 0.07, 0.04), instance=1)
        return
    for i, sz in enumerate(SIDES):
        k = 0.45 * rim
        z = sz * flat * np.sqrt(max(radius(0.9) ** 2 - k**2, 0.01)) * 0.97
        a.add("handle", p.trim, tube(loop(k, 0.86 * h, top + 0.8 * rise, z, 2.2, 14), 0.022, 8), instance=1 + i)
