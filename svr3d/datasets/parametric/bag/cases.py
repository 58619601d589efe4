"""Briefcases and suitcases."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import BLACK, shade
from ..outlines import CORNERS, SIDES
from ..solids import box, cushion
from ..sweeps import rod, tube
from .plan import Plan, loop, strap


def briefcase(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, deep = 1.0, d.uniform("height", 0.58, 0.78), d.uniform("depth", 0.16, 0.34)
    soft = d.chance("soft", 0.4)
    if soft:
        a.add("body", p.cloth, cushion((w, h, deep), (0, h / 2, 0), 0.06))
    else:
        a.add("body", p.cloth, box((w, h, deep), (0, h / 2, 0), d.uniform("bevel", 0.0, 0.04)))
        a.add("body", p.trim, box((1.012 * w, 1.015 * h, 0.035), (0, h / 2, 0), 0.004))
        a.add("body", p.trim, *[box((0.09, 0.06, 0.06), (s * 0.3, h, deep / 2 - 0.02), 0.01) for s in SIDES])
    half, rise = d.uniform("handle_width", 0.12, 0.2), d.uniform("handle_height", 0.09, 0.16)
    for i, z in enumerate((-0.25 * deep, 0.25 * deep) if soft and d.chance("two_handles", 0.6) else (0.0,)):
        a.add("handle", p.trim, tube(loop(half, h - 0.04, h + rise, z, 3.5), 0.025, 8), instance=i)
    tone = shade(p.cloth, 0.8)
    if d.chance("flap", 0.35):
        flap = box((0.96 * w, 0.55 * h, 0.05), (0, 0.73 * h, deep / 2), 0.015)
        a.add("pocket", tone, flap, box((0.12, 0.14, 0.07), (0, 0.45 * h, deep / 2 + 0.01), 0.01))
    elif d.chance("pocket", 0.4):
        a.add("pocket", tone, cushion((0.7 * w, 0.5 * h, 0.12), (0, 0.4 * h, deep / 2), 0.03))
    if d.chance("strap", 0.3):
        path = loop(0.49 * w, 0.85 * h, h + d.uniform("strap_rise", 0.3, 0.7), 0, 2.2, 20)
        a.add("strap", p.trim, strap(path, 0.05))


def suitcase(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, deep = d.uniform("width", 0.58, 0.75), 1.0, d.uniform("depth", 0.26, 0.42)
    a.add("body", p.cloth, _shell(a, d, p, w, h, deep))
    wheels = d.weighted("wheels", {"four": 4, "two": 3, "none": 1})
    if wheels != "none":
        _add_wheels(a, p, w, deep, four=wheels == "four")
    if d.chance("pulled", 0.6) and wheels != "none":
        rise, half, z = d.uniform("pull", 0.2, 0.6), d.uniform("pull_width", 0.14, 0.22), -deep / 2 + 0.08
        rods = [rod((s * half, h - 0.05, z), (s * half, h + rise, z), 0.018, sides=8) for s in SIDES]
        a.add("handle", p.trim, *rods, box((2 * half + 0.08, 0.055, 0.055), (0, h + rise, z), 0.015))
    a.add("handle", p.trim, tube(loop(0.11, h - 0.03, h + 0.07, 0.05 * deep, 4, 12), 0.02, 8), instance=1)
    if d.chance("side_handle", 0.4):
        path = loop(0.11, 0, 0.1, 0, 4, 12)
        path = np.stack([w / 2 - 0.03 + path[:, 1], 0.5 + path[:, 0], path[:, 2]], axis=1)
        a.add("handle", p.trim, tube(path, 0.019, 8), instance=2)


def _shell(a: Assembly, d: Draw, p: Plan, w: float, h: float, deep: float) -> Manifold:
    """A hard shell with grooves or edge guards, or a soft one with pockets (added before it)."""
    hard = d.chance("hard", 0.6)
    body = cushion((w, h, deep), (0, h / 2, 0), d.uniform("corner", 0.04, 0.1))
    ribs = d.integer("ribs", 3, 7)
    if hard and d.chance("grooves", 0.7):
        for x in np.linspace(-0.36 * w, 0.36 * w, ribs):
            for s in SIDES:
                body -= box((0.3 * w / ribs, 0.76 * h, 0.05), (x, h / 2, s * deep / 2))
    elif hard:
        for sx, sz in CORNERS:
            x, z = sx * (w / 2 - 0.03), sz * (deep / 2 - 0.03)
            a.add("body", p.trim, *[box((0.08, 0.08, 0.08), (x, y, z), 0.02) for y in (0.03, h - 0.03)])
    else:
        for k, (y, t) in enumerate(((0.33, 0.42), (0.75, 0.24))[: d.integer("pockets", 1, 2)]):
            pocket = cushion((0.8 * w, t * h, 0.12), (0, y * h, deep / 2), 0.035)
            a.add("pocket", shade(p.cloth, 0.8), pocket, instance=k)
    return body


def _add_wheels(a: Assembly, p: Plan, w: float, deep: float, four: bool) -> None:
    """Add four casters, or two behind and two feet in front."""
    zs = (-deep / 2 + 0.07, deep / 2 - 0.07) if four else (-deep / 2 + 0.05,)
    for i, (x, z) in enumerate([(s * (w / 2 - 0.09), z) for s in SIDES for z in zs]):
        wheel = rod((x - 0.025, -0.045, z), (x + 0.025, -0.045, z), 0.05, sides=14)
        a.add("wheel", BLACK, wheel, box((0.07, 0.06, 0.07), (x, 0.01, z)), instance=i)
    if not four:
        feet = [box((0.05, 0.1, 0.05), (s * (w / 2 - 0.1), -0.045, deep / 2 - 0.06)) for s in SIDES]
        a.add("wheel", p.trim, *feet, instance=9)
