"""Picnic benches: two seats, back to back or joined by a low middle."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import SIDES
from ..solids import box
from ..sweeps import bar
from .plan import Plan


def picnic(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, t = p.length, p.height, p.thick
    gap = d.uniform("gap", 0.25, 0.5)
    depth = d.uniform("seat_depth", 0.22, 0.32)
    planks = d.integer("planks", 1, 2)
    back = d.chance("back_to_back", 0.5)
    if back:
        gap = 0.02
    wide = depth / planks
    for s in SIDES:
        for k in range(planks):
            plank = box((w, t, 0.85 * wide), (0, h, s * (gap / 2 + (k + 0.5) * wide)), 0.1 * t)
            a.add("seat", p.wood, plank, instance=(s + 1) // 2)
    reach = gap / 2 + depth
    frame = shade(p.wood, 0.75)
    for x in (-0.38 * w, 0.38 * w):
        a.add(
            "base",
            frame,
            bar((x, h - 0.8 * t, -reach), (x, h - 0.8 * t, reach), 0.06, 1.3 * t),
            *[bar((x, h - t, s * 0.55 * reach), (x, 0, s * 0.95 * reach), 0.06, 0.06, (1, 0, 0)) for s in SIDES],
        )
    a.add("base", frame, bar((-0.38 * w, h - 0.8 * t, 0), (0.38 * w, h - 0.8 * t, 0), 0.05, t))
    if back:
        tall = d.uniform("back_height", 0.3, 0.42)
        for x in (-0.38 * w, 0.38 * w):
            a.add("back", frame, bar((x, h - t, 0), (x, h + tall, 0), 0.06, 0.07, (0, 0, 1)))
        for v in (0.4, 0.85):
            a.add("back", p.wood, *[box((w, 0.25 * tall, 0.05), (0, h + v * tall, z)) for z in (0.03, -0.03)])
