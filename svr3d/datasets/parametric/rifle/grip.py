"""The pistol grip, the trigger and its guard (of lever rifles, the lever)."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import fillet, rectangle
from ..solids import grid, hull
from ..sweeps import bar, sweep
from .plan import Plan


def add_grip(a: Assembly, d: Draw, p: Plan) -> None:
    w, tall, low = p.width, p.tall, p.low
    z = 0.62 * p.long if p.family == "bullpup" else 0.06
    if not p.sporting:
        lean, deep = d.uniform("grip_lean", 0.01, 0.06), d.uniform("grip_length", 0.1, 0.14)
        sides = (-0.42 * w, 0.42 * w)
        upper = grid(sides, (-0.4 * tall,), (z - 0.03, z + 0.03))
        lower = grid(sides, (-0.5 * tall - deep,), (z - lean - 0.027, z - lean + 0.025))
        a.add("grip", p.wood, hull(upper, lower))
    z0 = z + (-0.03 if p.sporting else 0.025)
    if p.family == "lever":
        guard = [(0.01, 0.05), (-0.04, 0.03), (-0.06, -0.1), (-0.02, -0.11), (0.0, 0.0)]
    else:
        guard = [(0.01, 0.0), (-0.04, 0.005), (-0.04, 0.07), (0.01, 0.085)]
    path = fillet([(0, low + y, z0 + dz) for y, dz in guard], 0.02, 3)
    a.add("body", p.steel, sweep(path, rectangle(0.4 * w, 0.014), up=(1, 0, 0)).scale((1.3, 1, 1)))
    trigger = bar((0, low + 0.01, z0 + 0.045), (0, low - 0.028, z0 + 0.035), 0.014, 0.012, (0, 0, 1))
    a.add("body", p.steel, trigger)
