"""Open boats: rowing boats and canoes, with thwarts, a gunwale, oars or paddles."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES
from ..solids import box
from ..sweeps import bar, rod, tube
from .fittings import add_outboards
from .hull import Boat


def open_boat(a: Assembly, d: Draw, b: Boat) -> None:
    hull = b.hull
    h, wall = hull.height, hull.wall
    a.add("hull", b.paint, hull.solid() - hull.solid(wall, 1.6 * wall if h > 4 * wall else 0.35 * h, h))
    n = d.integer("thwarts", 1, 3)
    for k, z in enumerate(np.linspace(-0.28, 0.2, n) if n > 1 else [0.0]):
        wide = 2 * hull.half_at(z) - 0.4 * wall
        a.add("fitting", b.deck, box((wide, 0.034, 0.09), (0, 0.78 * h, z)), instance=k)
    if d.chance("gunwale", 0.5):
        for s in SIDES:
            zs = np.linspace(-0.42, 0.42, 11)
            path = [np.array([s * (hull.half_at(z) - 0.3 * wall), hull.top_at(z) - 0.005, z]) for z in zs]
            a.add("hull", b.trim, tube(path, 0.02, 6))
    if d.chance("oars", 0.6):
        _add_oars(a, d, b)
    if d.chance("motor", 0.3) and b.family == "rowboat":
        add_outboards(a, d, h, hull.width, 1, -0.49)


def _add_oars(a: Assembly, d: Draw, b: Boat) -> None:
    hull = b.hull
    spread = d.uniform("oar_spread", 0.15, 0.4)
    for i, s in enumerate(SIDES):
        z = -0.02 if b.family == "rowboat" else 0.1 * s
        p = np.array([s * (hull.half_at(z) - 0.4 * hull.wall), hull.top_at(z) + 0.005, z])
        out = np.array([s * spread, d.once(d.uniform, "oar_drop", -0.12, 0.05), -0.12])
        blade = bar(p + 0.95 * out, p + 1.5 * out, 0.07, 0.024)
        a.add("fitting", b.trim, rod(p - 0.45 * out, p + out, 0.0145, sides=8), blade, instance=i + 4)
