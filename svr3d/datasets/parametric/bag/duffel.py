"""Duffel bags: a lying barrel with two bands, two handles that lean together, and pockets."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import SIDES, ellipse
from ..solids import cushion
from ..sweeps import loft, rod, tube
from .plan import Plan, loop, strap

WIDTH = 1.1


def duffel(a: Assembly, d: Draw, p: Plan) -> None:
    w, r = WIDTH, d.uniform("radius", 0.22, 0.34)
    power = d.uniform("squareness", 2.0, 4.0)
    ring = ellipse(2 * r, 2 * r * d.uniform("squash", 0.8, 1.05), 24, power)
    soft = d.uniform("soft", 0.82, 0.97)

    def barrel(*rings: tuple[float, float]) -> Manifold:
        """The solid through the ring at each x, scaled: (x, factor)."""
        return loft([np.column_stack([np.full(24, x), ring[:, 1] * k + r, ring[:, 0] * k]) for x, k in rings])

    ends = ((-1, soft * 0.9), (-0.93, soft), (-0.5, 1.0), (0.5, 1.0), (0.93, soft), (1, soft * 0.9))
    a.add("body", p.cloth, barrel(*((x * w / 2, k) for x, k in ends)))
    top = ring[:, 1].max() + r
    for k in SIDES:
        a.add("body", p.trim, barrel(*((k * (0.24 * w) + q * 0.035, 1.04) for q in SIDES)))
    rise = d.uniform("handle_height", 0.15, 0.35)
    roundness = d.choice("handle_form", (2.0, 3.5))
    for i, z in enumerate((-0.5 * r, 0.5 * r)):
        path = loop(0.24 * w, top - 0.45 * r, top + rise, z, roundness)
        path[:, 2] *= 1 - 0.75 * np.clip((path[:, 1] - top) / rise, 0, 1)
        a.add("handle", p.trim, tube(path, 0.024, 8), instance=i)
    _add_pockets(a, d, p, r)
    if d.chance("strap", 0.5):
        path = loop(0.5 * w, 0.9 * r, top + d.uniform("strap_rise", 0.25, 0.6), 0.0, 2.5, 20)
        a.add("strap", p.trim, strap(path, 0.07))


def _add_pockets(a: Assembly, d: Draw, p: Plan, r: float) -> None:
    w, tone = WIDTH, shade(p.cloth, 0.8)
    if d.chance("pocket", 0.5):
        sides = (1,) if d.chance("one_pocket", 0.5) else SIDES
        size = (0.36 * w, 0.9 * r, 0.18)
        a.add("pocket", tone, *[cushion(size, (0, 0.95 * r, s * r * 0.93), 0.05) for s in sides])
    if d.chance("end_pockets", 0.35):
        pockets = [rod((s * 0.45 * w, r, 0), (s * 0.54 * w, r, 0), 0.65 * r, sides=18) for s in SIDES]
        a.add("pocket", tone, *pockets, instance=1)
