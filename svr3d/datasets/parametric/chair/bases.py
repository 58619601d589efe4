"""What chairs without legs stand on: a star, a pedestal, bent tubes or a block."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import BLACK, shade
from ..outlines import CORNERS, SIDES, around, ellipse, fillet, rectangle, spoke
from ..solids import box
from ..sweeps import lathe, rod, sweep, tube
from .plan import Plan


def swivel(a: Assembly, d: Draw, p: Plan) -> None:
    n = d.integer("spokes", 4, 5)
    reach = d.uniform("reach", 0.26, 0.34)
    lift = d.uniform("hub", 0.06, 0.11)
    hub = [
        (0.03, lift),
        (0.045, lift + 0.01),
        (0.045, lift + 0.09),
        (0.026, lift + 0.1),
        (0.026, p.under - 0.05),
        (0.09, p.under - 0.04),
        (0.09, p.under + 0.01),
    ]
    a.add("base", p.frame, lathe(hub, sides=16))
    casters = d.chance("casters", 0.6)
    for q in around(n, np.pi / 2):
        out = spoke(q)
        end = reach * out + (0, 0.055 if casters else 0.02, 0)
        path = [(0, lift + 0.045, 0) - 0.01 * out, end]
        a.add("base", p.frame, sweep(path, rectangle(0.05, 0.045), up=(0, 1, 0), scale=[1, 0.75]))
        if casters:
            side = np.array([-out[2], 0, out[0]])
            axle = end - (0, 0.027, 0)
            a.add("base", BLACK, rod(axle - 0.022 * side, axle + 0.022 * side, 0.03, sides=10))


def pedestal(a: Assembly, d: Draw, p: Plan) -> None:
    under, r = p.under, d.uniform("foot_radius", 0.19, 0.27)
    s = np.linspace(0, 1, 10)
    profile = {
        "plate": [(r, 0), (r, 0.025), (0.03, 0.045), (0.028, under - 0.06), (0.1, under)],
        "trumpet": np.stack([0.035 + (r - 0.035) * (1 - s) ** 3 + 0.09 * s**6, s * under], axis=1),
        "cone": [(r, 0), (0.07, under)],
        "drum": [(0.7 * r, 0), (0.7 * r, 0.02), (0.6 * r, 0.04), (0.6 * r, under)],
    }
    a.add("base", p.frame, lathe(profile[d.choice("pedestal", tuple(profile))], sides=24))


def sled(a: Assembly, d: Draw, p: Plan) -> None:
    depth, r = p.depth, 0.5 * d.uniform("tube", 0.034, 0.046)
    lean = d.uniform("sled_lean", 0.0, 0.08)
    x = 0.43 * min(p.width, p.rear) - 0.25 * p.corner
    add = a.adder("base", p.frame)
    for s in SIDES:
        path = [
            (s * x, p.under, 0.4 * depth),
            (s * x, r, 0.45 * depth + lean),
            (s * x, r, -0.45 * depth - lean),
            (s * x, p.under, -0.4 * depth),
        ]
        add(tube(fillet(path, 0.07), r, 10))
    for z in (-0.4 * depth, 0.4 * depth) if d.chance("floor_bars", 0.5) else (0.0,):
        add(rod((-x, r, z), (x, r, z), r, sides=10))


def cantilever(a: Assembly, d: Draw, p: Plan) -> None:
    depth, r = p.depth, 0.5 * d.uniform("tube", 0.038, 0.05)
    x = 0.44 * min(p.width, p.rear)
    square = d.chance("square_tube", 0.4)
    section = rectangle(2.2 * r, 2 * r) if square else ellipse(2 * r, 2 * r, 10)
    for s in SIDES:
        path = [
            (s * x, p.under, -0.42 * depth),
            (s * x, p.under, 0.46 * depth),
            (s * x, r, 0.5 * depth),
            (s * x, r, -0.48 * depth),
        ]
        a.add("base", p.frame, sweep(fillet(path, 0.08), section, up=(1, 0, 0)))
    a.add("base", p.frame, rod((-x, r, -0.46 * depth), (x, r, -0.46 * depth), r, sides=10))


def club(a: Assembly, d: Draw, p: Plan) -> None:
    w, depth, h = p.width, p.depth, p.height
    skirt = d.uniform("skirt", 0.0, 0.1)
    a.add("base", shade(p.fill, 0.85), box((w, h - skirt, depth - 0.02), (0, (h + skirt) / 2, 0), 0.02))
    cone = d.choice("foot", ("cone", "block")) == "cone"
    for sx, sz in CORNERS:
        at = np.array([sx * 0.42 * w, 0, sz * 0.42 * depth])
        top = at + (0, skirt + 0.03, 0)
        foot = rod(at, top, 0.022, 0.03) if cone else box((0.07, skirt + 0.03, 0.07), (at + top) / 2)
        a.add("base", p.frame, foot)
