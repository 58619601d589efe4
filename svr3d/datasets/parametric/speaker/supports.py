"""What boxes stand on: a stand, spikes, a plinth or outriggers."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import CORNERS, SIDES, around, rectangle, spoke
from ..solids import box, prism
from ..sweeps import bar, rod
from .drivers import Box
from .plan import Plan


def add_stand(a: Assembly, d: Draw, p: Plan, b: Box) -> None:
    tall = d.uniform("stand_height", 0.6, 1.4)
    r = 0.025 * (tall + b.h)
    add = a.adder("base", p.rim)
    add(rod((0, -tall, 0), (0, 0.02, 0), r), box((0.7 * b.w, 0.05, 0.7 * b.deep), (0, -0.01, 0)))
    if d.chance("tripod", 0.6):
        for q in around(3, np.pi / 2):
            out = spoke(q)
            add(rod((0, -0.55 * tall, 0), 0.38 * tall * out - (0, tall, 0), 0.85 * r, sides=8))
            add(rod((0, -0.85 * tall, 0), 0.25 * tall * out - (0, 0.85 * tall, 0), 0.6 * r, sides=6))
    else:
        add(prism(rectangle(1.1 * b.w, 1.1 * b.deep, 0.05), 0.05, "y", (0, -tall, 0)))


def add_feet(a: Assembly, d: Draw, p: Plan, b: Box) -> None:
    w, deep, scale = b.w, b.deep, b.scale
    foot = d.choice("feet", ("none", "spikes", "plinth", "outriggers"))
    x, z = 0.4 * w, 0.38 * deep
    add = a.adder("base", p.rim)
    if foot == "spikes":
        for s, k in CORNERS:
            top, tip = (s * x, 0.02, k * z), (s * x, -0.06 * scale, k * z)
            add(rod(top, tip, 0.03 * scale, 0.018 * scale, 10))
    elif foot == "plinth":
        k = d.uniform("plinth", 0.8, 1.4)
        a.add("base", p.cone, box((k * w, 0.045 * scale, k * deep), (0, -0.02 * scale, 0), 0.005))
    elif foot == "outriggers" and p.family in ("tower", "subwoofer"):
        add(*[bar((-0.75 * w, -0.01, k * z), (0.75 * w, -0.01, k * z), 0.05, 0.045) for k in SIDES])
        add(*[rod((s * 0.7 * w, 0, k * z), (s * 0.7 * w, -0.07, k * z), 0.02) for s, k in CORNERS])
