"""Straight couches and those with a chaise: base and seat, then back, arms, legs and pillows."""

from __future__ import annotations

import itertools

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color, shade
from ..outlines import SIDES
from ..solids import cushion, span
from ..sweeps import bar, rod
from .arms import add_arms
from .backs import add_back
from .plan import Plan

Place = tuple[float, float]
"""Of a leg: (x, z)."""


def straight(a: Assembly, d: Draw, p: Plan) -> None:
    half = p.width / 2
    a.add("base", p.shadow, span((-half, p.lift, p.rear), (half, p.body + 0.03, p.depth / 2 - 0.02), 0.02))
    side, feet = _add_chaise(a, d, p) if p.family == "sectional" else (0, [])
    _add_seats(a, d, p, side)
    back = p.family != "daybed" or d.chance("daybed_back", 0.35)
    lean = d.uniform("lean", 0.0, 0.25)
    if back:
        add_back(a, d, p, lean)
    add_arms(a, d, p, back)
    _add_legs(a, d, p, feet)
    if back and d.chance("with_pillows", 0.35):
        _add_pillows(a, d, p)


def _add_chaise(a: Assembly, d: Draw, p: Plan) -> tuple[int, list[Place]]:
    """Add a long seat at one side; the side, and where its feet go."""
    side = d.choice("chaise_side", (-1, 1))
    reach = d.uniform("chaise", 0.5, 1.0)
    wide = p.width / p.seats
    x, front = side * (p.width / 2 - wide / 2), p.depth / 2 + reach
    a.add("base", p.shadow, span((x - wide / 2, p.lift, 0), (x + wide / 2, p.body + 0.03, front), 0.02))
    seat = cushion((wide, p.pad, p.depth + reach), (x, p.body + p.pad / 2, reach / 2), 0.3 * p.pad)
    a.add("seat", p.accent, seat, instance=p.seats - 1)
    return side, [(x - 0.4 * wide, front - 0.07), (x + 0.4 * wide, front - 0.07)]


def _add_seats(a: Assembly, d: Draw, p: Plan, chaise: int) -> None:
    """Add the seat cushions, beside a chaise at this side (0: none)."""
    w, one = p.width, p.width / p.seats
    count = 1 if p.family == "futon" else p.seats
    if d.chance("one_cushion", 0.25):
        count = 1
    if chaise and count > 1:
        count -= 1
    left, right = -w / 2 + one if chaise < 0 else -w / 2, w / 2 - one if chaise > 0 else w / 2
    for k, (lo, hi) in enumerate(itertools.pairwise(np.linspace(left, right, count + 1))):
        front = p.depth / 2 + d.uniform("overhang", -0.01, 0.03)
        at = ((lo + hi) / 2, p.body + p.pad / 2, (front + p.rear) / 2)
        a.add("seat", p.accent, cushion((hi - lo, p.pad, front - p.rear), at, 0.35 * p.pad), instance=k)


def _add_legs(a: Assembly, d: Draw, p: Plan, chaise: list[Place]) -> None:
    """Add legs, or a plinth (and legs below a chaise)."""
    x, z0, z1 = p.width / 2 - 0.08, p.rear + 0.04, p.depth / 2 - 0.09
    style = d.weighted("legs", {"block": 3, "cone": 3, "splay": 2, "plinth": 2, "rail": 1.5})
    if style == "plinth":
        a.add("base", shade(p.leg, 0.7), span((-x, 0, z0), (x, p.lift + 0.02, z1)))
        places = chaise
    else:
        places = [(s * x, z) for s in SIDES for z in (z0, z1)] + chaise
        if p.seats > 2:
            places += [(0, z0), (0, z1)]
    r = p.thin
    for px, pz in places:
        top = np.array([px, p.lift + 0.04, pz])
        foot = top * (1, 0, 1)
        if style in ("block", "plinth"):
            a.add("base", p.leg, span(top - (1.3 * r, top[1], 1.3 * r), top + (1.3 * r, 0, 1.3 * r)))
        elif style == "rail":
            rail = bar((px, r, z0), (px, r, max(pz, z1)), 2 * r, 2 * r)
            a.add("base", p.leg, rod(top, foot, r, sides=8), rail)
        else:
            out = np.sign([px, 0, pz]) * (0.06 if style == "splay" else 0.0)
            a.add("base", p.leg, rod(top, foot + out, 1.3 * r, 0.8 * r, 10))


def _add_pillows(a: Assembly, d: Draw, p: Plan) -> None:
    for k in range(d.integer("pillows", 0, 3)):
        tone = color(d, f"pillow_{k}", "fabric", "plastic")
        x = d.uniform(f"pillow_at_{k}", -0.35, 0.35) * p.width
        size = d.uniform(f"pillow_size_{k}", 0.28, 0.42)
        pillow = cushion((size, size, 0.14), (0, 0, 0), 0.068).rotate((-25, 0, d.uniform(f"pillow_turn_{k}", -20, 20)))
        at = (x, p.height + 0.42 * size, p.rear + p.back_deep + 0.1)
        a.add("pillow", tone, pillow.translate(at), instance=k)
