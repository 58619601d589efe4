"""The fore-end below the barrel: wood, or a handguard with a second grip."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..solids import grid, hull, prism, span
from ..sweeps import rod
from .plan import Plan


def add_fore_end(a: Assembly, d: Draw, p: Plan, tube: bool) -> float:
    """Add a fore-end (of a shotgun with a tube, a pump); its length."""
    fore = d.uniform("fore", 0.35, 0.75) * p.reach
    if p.family == "musket":
        fore = 0.85 * p.reach
    if p.sporting:
        outline = _pump(p) if p.family == "shotgun" and tube else _wooden(p, fore)
        a.add("body", p.wood, prism(np.array(outline), 0.95 * p.width, "x"))
        return fore
    kind = d.choice("handguard", ("tube", "box", "ribbed", "none"))
    if kind == "tube":
        sides, y = d.choice("guard_sides", (6, 8, 16)), p.axis
        a.add("body", p.wood, rod((0, y, p.long - 0.01), (0, y, p.long + fore), 2.1 * p.radius, sides=sides))
    elif kind in ("box", "ribbed"):
        a.add("body", p.wood, _handguard(p, fore, ribbed=kind == "ribbed"))
    if kind != "none" and d.chance("fore_grip", 0.25):
        w, z = p.width, p.long + 0.55 * fore
        sides = (-0.4 * w, 0.4 * w)
        upper = grid(sides, (p.axis - p.radius,), (z - 0.02, z + 0.02))
        lower = grid(sides, (p.axis - 0.12,), (z - 0.02 + 0.015, z + 0.02 + 0.015))
        a.add("grip", p.wood, hull(upper, lower), instance=1)
    return fore


def _wooden(p: Plan, fore: float) -> list[tuple[float, float]]:
    long, tall, axis = p.long, p.tall, p.axis
    return [
        (long - 0.03, axis),
        (long - 0.03, -0.5 * tall),
        (long + 0.75 * fore, -0.32 * tall - 0.01),
        (long + fore, axis - 1.2 * p.radius),
        (long + fore, axis),
    ]


def _pump(p: Plan) -> list[tuple[float, float]]:
    z, high, low = p.long + 0.35 * p.reach, p.axis - 0.5 * p.radius, p.axis - 3.7 * p.radius
    return [(z - 0.1, high), (z - 0.1, low), (z + 0.1, low), (z + 0.1, high)]


def _handguard(p: Plan, fore: float, ribbed: bool) -> Manifold:
    w, r, axis, long = p.width, p.radius, p.axis, p.long
    guard = p.block((long - 0.01, long + fore), (axis - 2.2 * r, axis + 1.6 * r), 1.1)
    for z in np.arange(long + 0.02, long + fore - 0.02, 0.045) if ribbed else ():
        low, high = (axis - r, z), (axis + 0.6 * r, z + 0.022)
        guard -= span((-w, *low), (-0.38 * w, *high)) + span((0.38 * w, *low), (w, *high))
    return guard
