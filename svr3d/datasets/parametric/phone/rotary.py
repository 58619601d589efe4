"""Old telephones: a body with a dial under a handset, or a candlestick."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import around, at_height, rectangle
from ..solids import span
from ..sweeps import lathe, loft, rod
from .plan import Plan, add_handset


def rotary(a: Assembly, d: Draw, p: Plan) -> None:
    deep, h = d.uniform("depth", 0.8, 1.0), d.uniform("height", 0.35, 0.55)
    if d.chance("candlestick", 0.25):
        _candlestick(a, d, p)
        return
    a.add("base", p.case, _body(deep, h, d.uniform("slope", 0.6, 1.6)))
    wheel = _dial(d)
    a.add("button", p.key, wheel.rotate((45, 0, 0)).translate((0, 0.45 * h, 0.24 * deep)))
    z = -0.14 * deep

    def place(solid: Manifold) -> Manifold:
        return solid.translate((0, h + 0.04, z))

    add_handset(a, d, p.case, place, 1.05, 0.2)
    top = h + 0.05 + float(d.parameters["handset_rise"])
    for x in (-0.22, 0.22):
        a.add("base", p.case, span((x - 0.05, h - 0.1, z - 0.15 * deep), (x + 0.05, top, z + 0.15 * deep)))


def _body(deep: float, h: float, slope: float) -> Manifold:
    """A body that narrows upwards and leans back."""
    rings = []
    for s in np.linspace(0, 1, 6):
        ring = rectangle(1 - 0.45 * s**slope, deep * (1 - 0.5 * s), 0.1)
        rings.append(at_height(ring - (0, 0.14 * s * deep), s * h))
    return loft(rings)


def _dial(d: Draw) -> Manifold:
    r = d.uniform("dial", 0.22, 0.3)
    wheel = lathe([(r, -0.16), (r, 0.06), (0.9 * r, 0.075)], sides=28)
    for q in around(d.integer("holes", 8, 10)):
        x, z = 0.7 * r * np.cos(q), 0.7 * r * np.sin(q)
        wheel -= rod((x, 0.03, z), (x, 0.2, z), 0.16 * r, sides=8)
    return wheel


def _candlestick(a: Assembly, d: Draw, p: Plan) -> None:
    a.add("base", p.case, lathe([(0.3, 0), (0.3, 0.06), (0.08, 0.12), (0.06, 0.85), (0.09, 0.95)], sides=24))
    horn = lathe([(0.05, 0), (0.07, 0.1), (0.18, 0.24), (0.16, 0.25)], sides=22)
    a.add("body", p.key, horn.rotate((80, 0, 0)).translate((0, 0.93, 0.0)))
    dial = lathe([(0.17, 0), (0.17, 0.05), (0.1, 0.06)], sides=22)
    a.add("button", p.key, dial.rotate((70, 0, 0)).translate((0, 0.18, 0.14)))
    receiver = lathe([(0.11, -0.02), (0.12, 0.04), (0.05, 0.1), (0.05, 0.3), (0.03, 0.32)], sides=18)
    receiver = receiver.rotate((0, 0, d.uniform("hang", -15, 15))).translate((0.2, 0.55, 0))
    a.add("handset", p.case, receiver, rod((0, 0.72, 0), (0.22, 0.76, 0), 0.025))
