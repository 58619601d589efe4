"""Cordless telephones: a handset that leans in a dock."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..solids import box, hull
from ..sweeps import lathe, rod
from .plan import Keypad, Plan, profile, rounded_case


def cordless(a: Assembly, d: Draw, p: Plan) -> None:
    w, t = d.uniform("width", 0.26, 0.36), d.uniform("thickness", 0.1, 0.16)
    lean = d.uniform("lean", 5, 25)
    y = np.linspace(-0.5, 0.5, 11)
    pinch = 1 - d.uniform("pinch", 0.0, 0.25) * np.cos(np.pi * y) ** 2
    half = w / 2 * pinch * np.clip(1 - np.abs(2 * y) ** 8 * 0.3, 0.3, 1)

    def place(solid: Manifold) -> Manifold:
        return solid.translate((0, 0.5, 0)).rotate((-lean, 0, 0)).translate((0, 0.06, 0.06))

    a.add("handset", p.case, place(rounded_case(profile(half, y), t, 0.9, 0.92)))
    a.add("screen", p.glass, place(box((0.62 * w, 0.2, 0.08), (0, 0.22, t / 2 - 0.02), 0.01)))
    round_keys = d.chance("round_keys", 0.5)
    Keypad(0.68 * w, -0.36, 0.06, t / 2, size=0.7, round_keys=round_keys).add_to(a, p.key, place)
    if d.chance("antenna", 0.6):
        top = (0.3 * w, d.uniform("antenna_top", 0.62, 0.8), -0.01)
        a.add("antenna", p.case, place(rod((0.3 * w, 0.42, -0.01), top, 0.035, 0.027)))
    _add_dock(a, d, p)


def _add_dock(a: Assembly, d: Draw, p: Plan) -> None:
    kind = d.choice("dock", ("round", "block", "wide"))
    if kind == "round":
        a.add("base", p.case, lathe([(0.3, 0), (0.3, 0.06), (0.2, 0.16)], sides=28))
    elif kind == "block":
        a.add("base", p.case, _wedge((-0.22, 0.22), 0.25, (-0.2, 0.2), 0.22, 0.16))
    else:
        a.add("base", p.case, _wedge((-0.2, 0.55), 0.28, (-0.18, 0.52), 0.25, 0.18))

        def place(solid: Manifold) -> Manifold:
            return solid.rotate((-78, 0, 0)).translate((0.36, 0.13, 0.0))

        Keypad(0.24, -0.2, 0.2, 0.0, 4, 2, 0.7).add_to(a, p.key, place)


def _wedge(
    low: tuple[float, float], low_depth: float, high: tuple[float, float], high_depth: float, rear: float
) -> Manifold:
    """A block over the xs `low` at its foot and `high` at its top, which falls from `rear` to 0.08 in front."""
    foot = [(x, 0, z) for x in low for z in (-low_depth, low_depth)]
    return hull(foot, [(x, rear if z < 0 else 0.08, z) for x in high for z in (-high_depth, high_depth)])
