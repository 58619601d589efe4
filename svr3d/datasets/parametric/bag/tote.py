"""Totes and paper bags: a flaring body, mostly open, with handles or a slot in its place."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import SIDES, rectangle
from ..solids import cushion, prism
from ..sweeps import tube
from .plan import Plan, loop, stacked, strap

WALL = 0.045


def tote(a: Assembly, d: Draw, p: Plan) -> None:
    w, h = d.uniform("width", 0.7, 1.15), d.uniform("height", 0.7, 1.05)
    deep = d.uniform("depth", 0.2, 0.5)
    flare = d.uniform("flare", 0.88, 1.3)
    pinch = d.uniform("pinch", 0.35, 1.0) if p.family == "tote" else 1.0
    corner = 0.03 if p.family == "paper" else d.uniform("corner", 0.04, 0.2) * deep
    middle = (0.5 * w * (1 + flare), deep * (0.6 + 0.4 * pinch))
    mouth = (w * flare, max(deep * pinch, 0.16))
    rim = min(corner, 0.07)
    body = stacked((w, deep, corner, 0), (*middle, corner, 0.5 * h), (*mouth, rim, h))
    if d.chance("open", 0.8):
        body -= stacked(
            (w - 2 * WALL, deep - 2 * WALL, corner, WALL),
            (middle[0] - 2 * WALL, middle[1] - 2 * WALL, corner, 0.5 * h),
            (mouth[0] - 2 * WALL, mouth[1] - 2 * WALL, rim, h + 0.01),
        )
    if d.chance("cut_handles", 0.15):
        body -= prism(rectangle(0.3 * w, 0.1, 0.05), 2, "z", (0, 0.85 * h, 0))
    else:
        _add_handles(a, d, p, w, h, mouth[1] / 2 - WALL / 2)
    if d.chance("pocket", 0.35):
        a.add("pocket", shade(p.cloth, 0.85), cushion((0.5 * w, 0.4 * h, 0.1), (0, 0.4 * h, deep * 0.42), 0.03))
    if d.chance("band", 0.3):
        band = (1.015 * w, deep * 1.03, corner)
        a.add("body", p.trim, stacked((*band, 0), (*band, 0.15 * h)))
    a.add("body", p.cloth, body)


def _add_handles(a: Assembly, d: Draw, p: Plan, w: float, h: float, z: float) -> None:
    half, rise = d.uniform("handle_width", 0.12, 0.26) * w, d.uniform("handle_height", 0.2, 0.55)
    roundness = d.choice("handle_form", (2.0, 3.0, 6.0))
    flat = d.chance("flat_handle", 0.5)
    for i, s in enumerate(SIDES):
        path = loop(half, h - 0.12, h + rise, s * z, roundness)
        a.add("handle", p.trim, strap(path, 0.075) if flat else tube(path, 0.021, 8), instance=i)
