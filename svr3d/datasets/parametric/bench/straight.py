"""Straight benches: seat, back, arms and base, drawn one after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color
from ..solids import box, cushion
from .arms import add_arms
from .backs import add_back
from .bases import add_base
from .plan import Back, Plan


def straight(a: Assembly, d: Draw, p: Plan) -> None:
    p = SEATS[p.family](a, d, p)
    has_back = p.family != "stone" and d.chance("back", {"park": 0.75, "upholstered": 0.5}.get(p.family, 0.45))
    tall, lean = d.uniform("back_height", 0.3, 0.5), d.uniform("back_lean", 0.0, 0.3)
    posts = np.linspace(-1, 1, d.integer("frames", 2, 3)) * (p.length / 2 - 0.06 * p.length)
    back = Back(p.height, tall, lean, foot=-p.depth / 2 + 0.02)
    if has_back:
        add_back(a, d, p, back, posts)
    if p.family not in ("stone", "storage") and d.chance("arms", 0.5):
        add_arms(a, d, p, back if has_back else None)
    add_base(a, d, p, posts)


# Seats: each returns the plan for what follows ---------------------------------------------------


def _slats(a: Assembly, d: Draw, p: Plan) -> Plan:
    n = d.integer("seat_slats", 3, 5)
    pitch = p.depth / n
    wide = pitch * d.uniform("seat_fill", 0.62, 0.8)
    for k in range(n):
        at = (0, p.height, -p.depth / 2 + (k + 0.5) * pitch)
        a.add("seat", p.wood, box((p.length, p.thick, wide), at, 0.15 * p.thick))
    return p


def _cushions(a: Assembly, d: Draw, p: Plan) -> Plan:
    w, depth, h, t = p.length, p.depth, p.height, p.thick
    soft = color(d, "fabric", "fabric", "leather")
    n = d.integer("cushions", 1, 3)
    a.add("seat", p.frame, box((w, 0.6 * t, depth), (0, h - t / 2, 0)))
    for k in range(n):
        a.add("seat", soft, cushion((w / n, 2.2 * t, depth), (-w / 2 + (k + 0.5) * w / n, h + 0.6 * t, 0), 0.8 * t))
    return p._replace(panel=soft)


def _stone(a: Assembly, d: Draw, p: Plan) -> Plan:
    p = p._replace(wood=color(d, "stone", "stone"), thick=2 * p.thick)
    bevel = d.uniform("stone_bevel", 0.0, 0.4) * p.thick
    a.add("seat", p.wood, box((p.length, p.thick, p.depth), (0, p.height, 0), bevel))
    return p


def _plank(a: Assembly, d: Draw, p: Plan) -> Plan:
    bevel = d.uniform("bevel", 0.0, 0.4) * p.thick
    a.add("seat", p.wood, box((p.length, p.thick, p.depth), (0, p.height, 0), bevel))
    return p


SEATS: dict[str, Callable[[Assembly, Draw, Plan], Plan]] = {
    "park": _slats,
    "plank": _plank,
    "stone": _stone,
    "upholstered": _cushions,
    "storage": _plank,
}
