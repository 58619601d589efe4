"""Wings: one pair or two, with winglets or struts."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES
from ..sweeps import rod
from .plan import DARK, Fuselage, Plan, Wing, airfoil, at

Range = tuple[float, float]
Levels = tuple[float, float, float]

LEVELS = {"low": -0.65, "mid": 0.0, "high": 0.8}
"""The wings' height, as a fraction of the fuselage's."""


def draw_wing(
    d: Draw, family: str, half: float, unit: float, chord: Range, sweep: Range, levels: Levels, body: Fuselage
) -> Wing:
    """Draw the wings of a fuselage."""
    delta = family == "delta"
    long = d.uniform("chord", *chord)
    back = d.uniform("sweep", *sweep)
    taper = d.uniform("taper", 0.6, 1.0) if family in ("propeller", "biplane") else d.uniform("taper", 0.25, 0.5)
    if delta:
        taper = d.uniform("tip", 0.06, 0.15)
    level = d.choice("wing_level", tuple(LEVELS), levels)
    rise = d.uniform("dihedral", -0.02, 0.1) * half + (0.02 if level == "low" else 0)
    root = d.uniform("wing_at", 0.3, 0.45 if family in ("fighter", "delta") else 0.42)
    if delta:
        root = d.uniform("wing_at", 0.25, 0.38)
    thick, thin = unit * (0.042 if delta else max(0.04, 0.15 * long)), 0.032 * unit
    kink = family == "airliner" or (family in ("fighter", "delta") and d.chance("kink", 0.4))
    y = LEVELS[level] * body.r * body.squash
    return Wing(half, long, taper, root, back, y, rise, thick, thin, kink, level == "high")


def add_wings(a: Assembly, d: Draw, p: Plan) -> None:
    winglets = p.family in ("airliner", "jet", "glider") and d.chance("winglets", 0.45)
    struts = p.family == "propeller" and p.wing.high and d.chance("struts", 0.7)
    gap = d.uniform("gap", 2.1, 2.9) * p.body.r * p.body.squash if p.family == "biplane" else 0.0
    for i, s in enumerate(SIDES):
        a.add("wing", p.second, p.wing.panel(s, p.wing.y), instance=i)
        if gap:
            _add_upper_wing(a, p, i, s, p.wing.y + gap)
        if winglets:
            _add_winglet(a, p, i, s)
        if struts:
            _add_strut(a, p, i, s)


def _add_upper_wing(a: Assembly, p: Plan, i: int, s: int, top: float) -> None:
    """A second wing above the first, on struts."""
    w, r = p.wing, p.body.r
    a.add("wing", p.second, w.panel(s, top), instance=i + 2)
    for x in (0.35, 0.8):
        for zz in (0.25, 0.75):
            z = at(w.root + w.back * x + zz * w.chord * (1 - x * (1 - w.taper)))
            low, high = (s * x * w.half, w.y + x * w.rise, z), (s * x * w.half, top + x * w.rise, z)
            a.add("wing", DARK, rod(low, high, 0.017, sides=6), instance=i)
    z = at(w.root + 0.5 * w.chord)
    a.add("wing", DARK, rod((s * 0.4 * r, 0, z), (s * 1.2 * r, top, z), 0.017, sides=6), instance=i)


def _add_winglet(a: Assembly, p: Plan, i: int, s: int) -> None:
    w = p.wing
    tip = np.array([s * w.half, w.y + w.rise, at(w.root + w.back)])
    c = w.taper * w.chord
    winglet = airfoil(tip - (s * 0.01, 0, 0), tip + (s * 0.02, 0.07, -0.05), (c, 0.5 * c), (0.034, 0.03))
    a.add("wing", p.second, winglet, instance=i)


def _add_strut(a: Assembly, p: Plan, i: int, s: int) -> None:
    """A strut from the fuselage's foot to the middle of a high wing."""
    w, r = p.wing, p.body.r
    low = (s * 0.5 * r, -0.6 * r * p.body.squash, at(w.root + 0.4 * w.chord))
    high = (s * 0.5 * w.half, w.y + 0.5 * w.rise, at(w.root + 0.4 * w.chord + 0.5 * w.back))
    a.add("wing", DARK, rod(low, high, 0.014, sides=8), instance=i)
