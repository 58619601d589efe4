"""Desks: blocks of drawers or panels at the sides, a back, a middle drawer and a hutch."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import CORNERS, SIDES
from ..solids import box
from ..sweeps import bar
from .drawers import Drawer
from .plan import Plan

BLOCKS = {"both": 2, "left": 1, "right": 1, "panel": 0}
"""How many sides have drawers."""


def desk(a: Assembly, d: Draw, p: Plan) -> None:
    hx, under = p.half_x, p.under
    style = d.weighted("sides", {"both": 3, "left": 3, "right": 3, "panel": 2})
    wide = d.uniform("block", 0.22, 0.32) * p.length
    plinth = d.uniform("plinth", 0.0, 0.2) * p.height
    rows = d.integer("drawers", 2, 4)
    deep = 0.92 * p.depth
    count = 0
    for side in SIDES:
        if style in ("both", "left" if side < 0 else "right"):
            _add_block(a, d, p, side * (hx - wide / 2), wide, deep, plinth, rows, count)
            count += rows
        elif style == "panel" or d.chance("panel_side", 0.5):
            a.add("base", p.frame, box((0.035 * p.longest, under, deep), (side * (hx - 0.02), under / 2, 0)))
        else:
            x = side * (hx - 0.03)
            for z in (-deep / 2 + 0.03, deep / 2 - 0.03):
                a.add("base", p.frame, bar((x, under, z), (x, 0, z), 0.05, 0.05, (0, 0, 1)))
    if d.chance("modesty", 0.55) or style == "panel":
        low = d.uniform("modesty_low", 0.2, 0.7) * p.height
        panel = (2 * hx - 0.02, under - low, 0.032 * p.longest)
        a.add("base", p.frame, box(panel, (0, (under + low) / 2, -0.4 * p.depth)))
    if d.chance("centre_drawer", 0.5):
        gap = 2 * hx - wide * BLOCKS[style] - 0.06
        x = {"left": wide / 2, "right": -wide / 2}.get(style, 0.0)
        a.add("base", p.frame, box((gap + 0.1, 0.11, 0.8 * deep), (x, under - 0.045, 0)))
        drawer = Drawer(count, x, under - 0.05, 0.4 * deep, 0.85 * gap, 0.075, 0.5 * p.depth)
        drawer.add_to(a, d, p, shade(p.frame, 0.5))
    if d.chance("hutch", 0.25):
        _add_hutch(a, d, p)


def _add_block(
    a: Assembly, d: Draw, p: Plan, x: float, wide: float, deep: float, plinth: float, rows: int, first: int
) -> None:
    """Add a block of drawers, numbered from `first`, on feet or (where they would be low) on a plinth."""
    under = p.under
    a.add("base", p.frame, box((wide, under - plinth, deep), (x, (under + plinth) / 2, 0)))
    if plinth > 0.03:
        for i, j in CORNERS:
            at = (x + i * (wide / 2 - 0.03), plinth / 2, j * (deep / 2 - 0.03))
            a.add("base", p.frame, box((0.04, plinth + 0.02, 0.04), at))
    else:
        size = (0.9 * wide, plinth + 0.02, 0.85 * deep)
        a.add("base", shade(p.frame, 0.6), box(size, (x, plinth / 2 + 0.005, 0)))
    tall = (under - plinth - 0.04) / rows
    for k in range(rows):
        y = plinth + 0.02 + (k + 0.5) * tall
        drawer = Drawer(first + k, x, y, deep / 2, 0.88 * wide, 0.84 * tall, 0.6 * p.depth)
        drawer.add_to(a, d, p, shade(p.frame, 0.5))


def _add_hutch(a: Assembly, d: Draw, p: Plan) -> None:
    """Add a shelf on three uprights above the desk's rear."""
    tall = d.uniform("hutch_height", 0.25, 0.5)
    y, z = p.under + p.thick * 0.5, -0.32 * p.depth
    wall, deep = 0.035 * p.longest, 0.28 * p.depth
    for s in (-1, 0, 1):
        a.add("shelf", p.frame, box((wall, tall, deep), (s * (p.half_x - 0.03), y + tall / 2, z)))
    a.add("shelf", p.frame, box((2 * p.half_x, wall, deep), (0, y + tall, z)))
