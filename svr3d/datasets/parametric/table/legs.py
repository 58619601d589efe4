"""Tables on four legs: aprons with drawers, shelves and stretchers between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..solids import box
from ..sweeps import bar, rod, turned
from .drawers import Drawer
from .plan import Plan

TURNED = [(1, 0), (1, 0.15), (0.65, 0.19), (1.1, 0.3), (0.85, 0.55), (0.6, 0.75), (0.95, 0.84), (0.6, 0.9), (0.7, 1.0)]
"""A turned leg: (radius factor, position from top to foot)."""

STYLES = {"square": 4, "round": 2, "tapered": 2, "turned": 2, "splayed": 2, "hairpin": 1}
"""How often each kind of leg is drawn."""


class Legs(NamedTuple):
    """Four legs in order around the table, of a style and radius, within (± half_x, ± half_z)."""

    style: str
    radius: float
    half_x: float
    half_z: float
    ends: list[tuple[np.ndarray, np.ndarray]]

    def at(self, k: int, s: float) -> np.ndarray:
        """The point at the fraction s of the way down leg k: Float[3]."""
        top, foot = self.ends[k % 4]
        return top + s * (foot - top)


def legs(a: Assembly, d: Draw, p: Plan) -> None:
    r = 0.5 * p.longest * d.uniform("leg_thickness", 0.034, 0.075)
    style = d.weighted("leg", STYLES)
    splay = d.uniform("splay", 0.04, 0.13) * p.height if style in ("splayed", "hairpin") else 0.0
    hx, hz = p.half_x - r, p.half_z - r
    four = Legs(style, r, hx, hz, [])
    for sx, sz in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        top, foot = np.array([sx * (hx - splay), p.under, sz * (hz - splay)]), np.array([sx * hx, 0.0, sz * hz])
        four.ends.append((top, foot))
        _add_leg(a, p, style, r, top, foot, (sx, sz))
    if style != "hairpin" and d.chance("apron", 0.5):
        _add_apron(a, d, p, four)
    _add_lower(a, d, p, four)


def _add_leg(
    a: Assembly, p: Plan, style: str, r: float, top: np.ndarray, foot: np.ndarray, corner: tuple[int, int]
) -> None:
    add = a.adder("base", p.frame)
    if style == "turned":
        add(turned(top, foot, 1.15 * r, TURNED))
    elif style == "hairpin":
        sx, sz = corner
        wide = 0.07 * p.longest
        for k in (0, 1):
            start = top + (k * wide * sx, 0, (1 - k) * wide * sz) - (wide * sx / 2, 0, wide * sz / 2)
            add(rod(start, foot, 0.018 * p.longest, sides=8))
    elif style in ("round", "splayed"):
        add(rod(top, foot, r, (0.6 if style == "splayed" else 0.9) * r))
    else:
        add(bar(top, foot, 2 * r, 2 * r, (0, 0, 1), 0.55 if style == "tapered" else 1.0))


def _add_apron(a: Assembly, d: Draw, p: Plan, four: Legs) -> None:
    """Add boards between the legs below the top, perhaps with drawers in the front one."""
    deep = d.uniform("apron_height", 0.08, 0.18) * p.height
    s = 0.45 * deep / p.height
    a.add("base", p.frame, *[bar(four.at(k, s), four.at(k + 1, s), 0.03 * p.longest, deep) for k in range(4)])
    if p.shape in ("rectangle", "rounded") and d.chance("apron_drawers", 0.45):
        n = d.integer("apron_drawer_count", 1, 3)
        wide = 2 * four.half_x / n
        z = four.half_z + 0.02 * p.longest
        for i in range(n):
            x, y = -four.half_x + (i + 0.5) * wide, p.under - 0.5 * deep
            Drawer(i, x, y, z, 0.8 * wide, 0.7 * deep, four.half_z).add_to(a, d, p, p.frame)


def _add_lower(a: Assembly, d: Draw, p: Plan, four: Legs) -> None:
    """Perhaps add a shelf or stretchers between the legs."""
    lower = d.weighted("lower", {"none": 4, "shelf": 3, "box": 1, "h": 2})
    s = d.uniform("lower_height", 0.5, 0.85)
    r, thin = four.radius, 0.017 * p.longest
    add = a.adder("base", p.frame)
    if lower == "shelf" and four.style in ("square", "round", "tapered"):
        tone = p.surface if d.chance("shelf_like_top", 0.5) else p.frame
        size = (2 * four.half_x + 0.5 * r, 0.03 * p.longest, 2 * four.half_z + 0.5 * r)
        a.add("shelf", tone, box(size, (0, four.at(0, s)[1], 0)))
    elif lower == "box":
        add(*[rod(four.at(k, s), four.at(k + 1, s), thin, sides=8) for k in range(4)])
    elif lower == "h":
        add(*[rod(four.at(k, s), four.at(k + 1, s), thin, sides=8) for k in (1, 3)])
        start, end = ((four.at(i, s) + four.at(j, s)) / 2 for i, j in ((1, 2), (3, 0)))
        add(rod(start, end, thin, sides=8))
