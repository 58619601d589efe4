"""Messenger bags and clutches: a body under a long flap with buckles, on a strap or at the wrist."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import around
from ..solids import box, prism
from ..sweeps import tube
from .plan import Plan, loop, stacked, strap

BUCKLES: dict[int, tuple[float, ...]] = {0: (), 1: (0.0,), 2: (-0.25, 0.25)}
"""How many, and at which x."""


def messenger(a: Assembly, d: Draw, p: Plan) -> None:
    clutch = p.family == "clutch"
    w, h, deep = 1.0, d.uniform("height", 0.5, 0.75), d.uniform("depth", 0.18, 0.32) * (0.6 if clutch else 1)
    lean = d.uniform("lean", 0.9, 1.0)
    rings = ((lean * w, deep, 0.06, 0), (w, 0.95 * deep, 0.06, 0.5 * h), (0.98 * w, 0.55 * deep, 0.04, h))
    a.add("body", p.cloth, stacked(*rings))
    _add_flap(a, d, p, w, h, deep)
    if clutch:
        if d.chance("wrist", 0.6):
            _add_wrist_loop(a, d, p, w, h)
        return
    high, roundness = h + d.uniform("strap_rise", 0.35, 1.0), d.choice("strap_form", (2.0, 2.6))
    width = d.uniform("strap_width", 0.06, 0.11)
    a.add("strap", p.trim, strap(loop(0.5 * w, 0.55 * h, high, 0, roundness, 22), width, 0.04))
    if d.chance("grab", 0.4):
        a.add("handle", p.trim, tube(loop(0.13, h - 0.03, h + 0.1, 0.05 * deep, 3, 12), 0.02, 8))


def _add_flap(a: Assembly, d: Draw, p: Plan, w: float, h: float, deep: float) -> None:
    low = d.uniform("flap", 0.2, 0.65) * h
    form = d.choice("flap_form", ("straight", "rounded", "pointed"))
    half = d.uniform("flap_width", 0.46, 0.5) * w
    edge = {
        "straight": [(-half, low), (half, low)],
        "rounded": [(-half, low + 0.15), (-0.7 * half, low), (0.7 * half, low), (half, low + 0.15)],
        "pointed": [(-half, low + 0.18), (0, low), (half, low + 0.18)],
    }[form]
    outline = np.array([*edge, (half, h + 0.015), (-half, h + 0.015)])
    thick = 0.05
    front = prism(outline, thick, "z", (0, 0, 0.48 * deep))
    a.add("pocket", shade(p.cloth, 0.7), front, box((2 * half, thick, 0.6 * deep), (0, h, 0.22 * deep)))
    for x in BUCKLES[d.choice("buckles", tuple(BUCKLES))]:
        a.add("pocket", p.trim, box((0.08, 0.3 * h, 0.05), (x, low + 0.12 * h, 0.5 * deep + 0.02), 0.01))


def _add_wrist_loop(a: Assembly, d: Draw, p: Plan, w: float, h: float) -> None:
    q = around(24)
    s = d.choice("wrist_side", (-1, 1))
    r = d.uniform("wrist_size", 0.1, 0.2)
    ring = np.stack([s * (w / 2 + 0.85 * r) + r * np.cos(q), 0.7 * h + r * np.sin(q), 0 * q], axis=1)
    a.add("handle", p.trim, tube(ring, 0.021, 8, closed=True))
