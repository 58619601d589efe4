"""Lanterns: a glass body under a roof, on a post, on the floor or with a handle."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import arch
from ..sweeps import lathe, rod, tube
from .lights import Plan


def lantern(a: Assembly, d: Draw, p: Plan) -> None:
    r, h = d.uniform("radius", 0.1, 0.16), d.uniform("lantern", 0.25, 0.4)
    sides = d.choice("sides", (4, 6))
    post = d.choice("mount", ("post", "floor", "post"))
    y = d.uniform("post_height", 0.5, 1.4) if post == "post" else 0.0
    body = a.adder("body", p.metal)
    if post == "post":
        a.add("base", p.metal, lathe([(0.12, 0), (0.12, 0.05), (0.06, 0.12)], sides=16))
        body(lathe([(0.035, 0.05), (0.03, y - 0.08), (0.06, y)], sides=12))
    body(lathe([(1.15 * r, y), (1.15 * r, y + 0.03)], sides=sides))
    roof = [(1.35 * r, y + h), (1.3 * r, y + h + 0.03), (0.15 * r, y + h + 0.14), (0.1 * r, y + h + 0.17)]
    body(lathe(roof, sides=sides))
    taper = d.uniform("taper", 0.75, 1.15)
    low, high = min(r / taper, 1.08 * r), r * 1.05
    for q in 2 * np.pi * (np.arange(sides) + 0.5) / sides:
        start, end = (low * np.cos(q), y + 0.01, low * np.sin(q)), (high * np.cos(q), y + h + 0.01, high * np.sin(q))
        body(rod(start, end, 0.017, sides=6))
    a.add("unit", p.shade, lathe([(0.4 * r, y + 0.02), (0.45 * r, y + 0.6 * h), (0.1 * r, y + 0.8 * h)], sides=12))
    if post == "floor":
        body(tube(arch(0.8 * r, y + h + 0.025, 1.4 * r), 0.014, 8))
