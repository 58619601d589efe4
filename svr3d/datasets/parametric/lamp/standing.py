"""Lamps that stand on the floor: poles with one or many lights, arcs and tripods."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import around, circle, fillet, smooth, spoke
from ..sweeps import lathe, rod, tube
from .feet import add_foot
from .lights import Plan, add_light


def floor(a: Assembly, d: Draw, p: Plan) -> None:
    h = d.uniform("height", 1.2, 1.75)
    lift = add_foot(a, d, p, d.uniform("foot_radius", 0.13, 0.24), h)
    a.add("body", p.metal, rod((0, lift, 0), (0, h, 0), h * d.uniform("pole", 0.018, 0.026), h * 0.017))
    style = d.weighted("head", {"shade": 4, "torchiere": 2, "cluster": 2, "tree": 2})
    if style == "shade":
        kinds = ("cone", "drum", "bell", "pyramid", "globe", "dome")
        add_light(a, d, p, d.uniform("shade_radius", 0.16, 0.3), (0, h, 0), kinds)
    elif style == "torchiere":
        radius = d.uniform("shade_radius", 0.16, 0.24)
        add_light(a, d, p, radius, (0, h - 0.02, 0), ("tulip", "dome", "cone"), turn=(180, 0))
    else:
        _add_branches(a, d, p, h, tree=style == "tree")


def _add_branches(a: Assembly, d: Draw, p: Plan, h: float, tree: bool) -> None:
    """Lights on bent branches, all from the top or (a tree) one below the other."""
    n = d.integer("lights", 2, 5)
    reach = d.uniform("reach", 0.15, 0.28)
    for k in range(n):
        q = 2 * np.pi * k / n + 0.4
        y = h * (1 - 0.45 * k / n) if tree else h - 0.03
        out = spoke(q)
        end = (0, y + 0.12, 0) + reach * out
        branch = fillet([(0, y - 0.05, 0), (0, y + 0.1, 0) + 0.4 * reach * out, end], 0.1)
        a.add("body", p.metal, tube(branch, 0.018, 8))
        kinds = ("cone", "bell", "globe", "can", "dome")
        add_light(a, d, p, 0.1, end, kinds, turn=(-20, 90 - np.degrees(q)), instance=k)


def arc(a: Assembly, d: Draw, p: Plan) -> None:
    h, reach = d.uniform("height", 1.3, 1.8), d.uniform("reach", 0.6, 1.2)
    add_foot(a, d, p, d.uniform("foot_radius", 0.16, 0.26), h)
    droop = d.uniform("droop", 0.72, 0.95)
    if d.chance("angular", 0.3):
        path = np.array([(0, 0.02, 0), (0, h, 0), (0, h, reach), (0, h * 0.94, reach)], float)
    else:
        bow = [(0, 0.55 * h, 0.03 * reach), (0, 0.95 * h, 0.35 * reach), (0, h, 0.7 * reach)]
        path = smooth([(0, 0.02, 0), *bow, (0, droop * h, reach)], 6)
    a.add("body", p.metal, tube(path, h * d.uniform("pole", 0.017, 0.023), 10))
    kinds = ("dome", "drum", "globe", "bell", "cone")
    add_light(a, d, p, d.uniform("shade_radius", 0.15, 0.26), path[-1] + (0, 0.01, 0), kinds)


def tripod(a: Assembly, d: Draw, p: Plan) -> None:
    h = d.uniform("height", 0.7, 1.5)
    reach = h * d.uniform("reach", 0.2, 0.32)
    n = d.choice("legs", (3, 3, 4))
    hub = h * d.uniform("hub", 0.75, 0.97)
    for q in around(n, np.pi / 2):
        top = np.array([0.03 * np.cos(q), hub, 0.03 * np.sin(q)])
        a.add("base", p.metal, rod(top, (reach * np.cos(q), 0, reach * np.sin(q)), 0.019 * h, 0.015 * h))
    neck = [(0.07 * h, hub - 0.06 * h), (0.07 * h, hub + 0.01), (0.017 * h, hub + 0.03), (0.017 * h, h + 0.02)]
    a.add("body", p.metal, lathe(neck, sides=16))
    if d.chance("ring", 0.35):
        k = 0.55
        a.add("base", p.metal, tube(circle(reach * k, 24, hub * (1 - k)), 0.014 * h, 8, closed=True))
    if d.chance("spotlight", 0.3):
        turn = (-100 + d.uniform("tilt", 0, 40), 0)
        add_light(a, d, p, 0.13 * h, (0, h + 0.1 * h, -0.12 * h), ("can", "dome", "cone"), turn=turn)
        stem = [(0, h, 0), (0, 1.05 * h, -0.04 * h), (0, 1.1 * h, -0.12 * h)]
        a.add("body", p.metal, tube(stem, 0.02 * h, 10))
    else:
        radius = h * d.uniform("shade_radius", 0.15, 0.22)
        add_light(a, d, p, radius, (0, h + 0.2 * h, 0), ("cone", "drum", "pyramid"))
        a.add("body", p.metal, rod((0, h, 0), (0, 1.2 * h, 0), 0.014 * h))
