"""What cabinets stand on."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color
from ..outlines import CORNERS
from ..solids import box
from ..sweeps import bar, rod
from .plan import Plan

LIFTS = {"plinth": 0.05, "legs": 0.13, "splayed": 0.15, "bracket": 0.08, "casters": 0.07}
"""How high each kind of base is, as a fraction of the cabinet's longest side."""


def add_base(a: Assembly, d: Draw, p: Plan, tone: Color) -> float:
    """Add a base, or none; where the carcass begins."""
    w, depth, longest = p.width, p.depth, p.longest
    casters = 1 if p.family in ("nightstand", "filing") else 0.3
    styles = {"none": 2, "plinth": 3, "legs": 3, "splayed": 2, "bracket": 2, "casters": casters}
    style = d.weighted("base", styles)
    if style == "none":
        return 0.0
    lift = LIFTS[style] * longest * d.uniform("base_height", 0.7, 1.4)
    x, z = 0.45 * w, 0.42 * depth
    r = 0.5 * longest * d.uniform("leg_thickness", 0.032, 0.05)
    top = lift + 0.01
    if style == "plinth":
        a.add("base", tone, box((2 * x, top, 1.8 * z), (0, top / 2, -0.03 * depth)))
    elif style == "bracket":
        block = box((w, top, 0.99 * depth), (0, top / 2, 0))
        arch = box((0.72 * w, 2 * lift * 0.75, 2 * depth), (0, 0, 0))
        a.add("base", tone, block - arch - box((2 * w, 1.5 * lift, 0.62 * depth)))
    else:
        for sx, sz in CORNERS:
            _add_leg(a, tone, style, np.array([sx * (x - r), top, sz * (z - r)]), r, lift)
    return lift


def _add_leg(a: Assembly, tone: Color, style: str, top: np.ndarray, r: float, lift: float) -> None:
    foot = top * (1, 0, 1)
    if style == "casters":
        axle = foot + (-0.8 * r, 0.4 * lift, 0), foot + (0.8 * r, 0.4 * lift, 0)
        a.add("base", tone, rod(top, top - (0, 0.5 * lift, 0), 0.6 * r), rod(*axle, 0.4 * lift, sides=14))
    elif style == "splayed":
        a.add("base", tone, rod(top * (0.85, 1, 0.85), top * (1.03, 0, 1.03), r, 0.6 * r))
    else:
        a.add("base", tone, bar(top, foot, 2 * r, 2 * r, (0, 0, 1)))
