"""Warships: a stepped superstructure, a mast, a funnel and gun turrets."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color, color
from ..sweeps import bar, lathe, rod
from .fittings import add_funnel, block
from .hull import Boat, add_hull


def warship(a: Assembly, d: Draw, b: Boat) -> None:
    h = b.hull.height
    add_hull(a, d, b)
    gray = color(d, "gray", "metal", "army")
    y, z = _add_levels(a, d, b, gray)
    top = y + d.uniform("mast_height", 0.1, 0.2)
    yard = bar((-0.06, y + 0.07, z - 0.01), (0.06, y + 0.07, z - 0.01), 0.025, 0.025)
    a.add("mast", b.trim, rod((0, y - 0.02, z), (0, top, z - 0.02), 0.016), yard)
    add_funnel(a, gray, rod((0, h, -0.14), (0, h + 0.15, -0.16), 0.028, sides=12))
    n = d.integer("turrets", 1, 2)
    for k, (zz, s) in enumerate([(0.27, 1), (-0.3, -1), (0.36, 1), (-0.4, -1)][: 2 * n]):
        _add_turret(a, d, b, gray, k, zz, s)


def _add_levels(a: Assembly, d: Draw, b: Boat, gray: Color) -> tuple[float, float]:
    """Stack the superstructure; the height of its top and the middle of it along z."""
    z0, z1 = -0.18, d.uniform("house_front", 0.08, 0.18)
    wide = 1.6 * b.hull.half_at(z1)
    y = 0.8 * b.hull.height
    for k in range(d.integer("levels", 2, 4)):
        rise = d.uniform(f"level_{k}", 0.04, 0.07)
        a.add("cabin", gray, block((z0, z1), (y, y + rise + 0.005), wide, 0.02, 0.01, 0.85))
        y += rise
        z0, z1, wide = z0 + d.uniform(f"aft_{k}", 0.03, 0.1), z1 - d.uniform(f"fore_{k}", 0.01, 0.06), 0.85 * wide
        if z1 - z0 < 0.07:
            break
    return y, (z0 + z1) / 2


def _add_turret(a: Assembly, d: Draw, b: Boat, gray: Color, k: int, z: float, ahead: int) -> None:
    r = 0.55 * min(b.hull.half_at(z), 0.09)
    c = np.array([0, b.hull.top_at(z), z])
    barrels = (-0.5 * r, 0.5 * r) if d.chance(f"twin_{k}", 0.5) else (0.0,)
    a.add(
        "fitting",
        gray,
        lathe([(r, -0.02), (r, 0.02), (0.8 * r, 0.05)], c, 8),
        *[rod(c + (x, 0.03, 0), c + (x, 0.045, ahead * 0.1), 0.012, sides=8) for x in barrels],
        instance=k,
    )
