"""Backpacks: a body with a crown, front and side pockets, and two bowed straps behind."""

from __future__ import annotations

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color, shade
from ..outlines import SIDES, rectangle, smooth
from ..solids import cushion, grid, hull
from ..sweeps import rod, sweep, tube
from .plan import Plan, loop, stacked

HEIGHT = 1.0


def backpack(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, deep = d.uniform("width", 0.55, 0.78), HEIGHT, d.uniform("depth", 0.24, 0.42)
    narrow, crown = d.uniform("narrow", 0.7, 1.0), d.uniform("crown", 0.06, 0.22)
    body = stacked(
        (0.94 * w, 0.9 * deep, 0.25 * deep, 0),
        (w, deep, 0.3 * deep, 0.08),
        (w, deep, 0.3 * deep, 0.5),
        (0.97 * narrow * w + 0.03 * w, 0.85 * deep, 0.3 * deep, h - crown),
        (0.75 * narrow * w, 0.6 * deep, 0.25 * deep, h - 0.3 * crown),
        (0.45 * narrow * w, 0.35 * deep, 0.12 * deep, h),
    )
    a.add("body", p.cloth, body)
    second = shade(p.cloth, 0.75) if d.chance("tonal", 0.5) else p.trim
    _add_pockets(a, d, second, w, deep)
    grab = loop(0.1, h - 0.08, h + d.uniform("loop", 0.05, 0.12), -0.12 * deep, 2.2, 12)
    a.add("handle", p.trim, tube(grab, 0.021, 8))
    _add_straps(a, d, p, w, deep)
    if d.chance("bed_roll", 0.2):
        a.add("pocket", p.trim, rod((-0.45 * w, -0.06, 0), (0.45 * w, -0.06, 0), 0.1, sides=18), instance=5)
    if d.chance("flap", 0.3):
        a.add("pocket", second, _flap(w, deep), instance=6)


def _add_pockets(a: Assembly, d: Draw, tone: Color, w: float, deep: float) -> None:
    for k in range(d.integer("front_pockets", 0, 2)):
        low, high = ((0.06, 0.5), (0.54, 0.78))[k]
        size = (d.uniform(f"pocket_{k}", 0.55, 0.85) * w, high - low, 0.22)
        z = 0.5 * deep - (0.0 if k == 0 else 0.05)
        a.add("pocket", tone, cushion(size, (0, (low + high) / 2, z), 0.06), instance=k)
    if d.chance("side_pockets", 0.45):
        for i, s in enumerate(SIDES):
            pocket = cushion((0.16, 0.35, 0.6 * deep), (s * (w / 2 + 0.02), 0.24, 0), 0.05)
            a.add("pocket", tone, pocket, instance=2 + i)


def _add_straps(a: Assembly, d: Draw, p: Plan, w: float, deep: float) -> None:
    width = d.uniform("strap_width", 0.075, 0.12)
    bow = d.uniform("strap_bow", 0.08, 0.22)
    for i, s in enumerate(SIDES):
        path = [
            (s * 0.13, 0.9, -0.28 * deep),
            (s * 0.17, 0.86, -0.5 * deep - 0.6 * bow),
            (s * 0.24, 0.6, -0.5 * deep - bow),
            (s * 0.3 * w / 0.6, 0.25, -0.5 * deep - 0.5 * bow),
            (s * 0.36 * w, 0.07, -0.4 * deep),
        ]
        a.add("strap", p.trim, sweep(smooth(path, 5), rectangle(0.042, width), up=(1, 0, 0)), instance=i)


def _flap(w: float, deep: float) -> Manifold:
    """A cover from the crown down over the front."""
    return hull(
        grid((-0.25 * w, 0.25 * w), (HEIGHT * 0.97,), (-0.1 * deep, 0.15 * deep)),
        grid((-0.42 * w, 0.42 * w), (0.8,), (0.2 * deep, 0.53 * deep)),
        grid((-0.38 * w, 0.38 * w), (0.68,), (0.45 * deep, 0.54 * deep)),
    )
