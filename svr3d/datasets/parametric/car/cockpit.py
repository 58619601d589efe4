"""The open cockpit of a convertible: windscreen, seats, steering wheel, roll bar."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import GLASS, color
from ..outlines import SIDES, fillet
from ..solids import box, hull
from ..sweeps import lathe, rod, tube
from .plan import Plan


def add_cockpit(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, sill, belt, (s0, s1) = p.width, p.height, p.sill, p.belt, p.screen
    y = belt - 0.05
    frame = np.array([(-0.43 * w, y, s0), (-0.36 * w, h, s1), (0.36 * w, h, s1), (0.43 * w, y, s0)])
    a.add("fitting", p.trim, tube(frame, 0.05, 8))
    if d.chance("glass_screen", 0.6):
        a.add("window", GLASS, hull(*[[q + (0, 0, k) for q in frame] for k in (-0.02, 0.03)]))
    tone = color(d, "leather", "leather", "fabric")
    z = s1 - 0.55
    for s in SIDES:
        x = s * 0.2 * w
        back = box((0.42, 0.75, 0.16), (0, 0.37, 0), 0.05).rotate((-12, 0, 0))
        seat = box((0.42, 0.3, 0.5), (x, sill + 0.38, z), 0.05)
        a.add("fitting", tone, seat, back.translate((x, sill + 0.3, z - 0.25)))
    x, y = -0.2 * w, belt - 0.12
    wheel = lathe([(0.19, -0.03), (0.19, 0.03)], sides=16).rotate((75, 0, 0)).translate((x, y, s0 - 0.35))
    a.add("fitting", p.trim, rod((x, y, s0 - 0.35), (x, y, s0 + 0.05), 0.04, sides=8), wheel)
    if d.chance("roll_bar", 0.4):
        x, y, z = 0.38 * w, belt - 0.3, z - 0.5
        path = [(-x, y, z), (-x, h, z), (x, h, z), (x, y, z)]
        a.add("fitting", p.trim, tube(fillet(path, 0.2), 0.055, 8))
