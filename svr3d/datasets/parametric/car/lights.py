"""Lights in front and behind, and mirrors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES
from ..solids import box
from ..sweeps import rod
from .plan import Plan

WHITE, RED = (0.9, 0.88, 0.75), (0.5, 0.02, 0.02)

LAMPS: dict[str, Callable[[np.ndarray], Manifold]] = {
    "round": lambda at: rod(at - (0, 0, 0.1), at + (0, 0, 0.06), 0.11, sides=14),
    "slit": lambda at: box((0.36, 0.09, 0.16), at),
    "box": lambda at: box((0.22, 0.16, 0.16), at),
}
"""Headlights at a point."""


def add_lights_and_mirrors(a: Assembly, d: Draw, p: Plan) -> None:
    w, sill = p.width, p.sill
    lamp = LAMPS[d.choice("lamp", tuple(LAMPS))]
    y = sill + 0.68 * (p.nose - sill)
    mirrors = p.family != "convertible" and d.chance("mirrors", 0.7)
    for i, s in enumerate(SIDES):
        a.add("light", WHITE, lamp(np.array([s * 0.36 * w, y, p.front - 0.03])), instance=i)
        a.add("light", RED, box((0.2, 0.16, 0.2), _rear_light(p, s)), instance=i + 2)
        if mirrors:
            s0, s1 = p.screen
            z = s0 - 0.45 * (s0 - s1) - (0.45 if p.family in ("bus", "truck") else 0.1)
            at = np.array([s * (w / 2 + 0.06), p.belt + 0.06, z])
            a.add("fitting", p.paint, box((0.34, 0.14, 0.14), at - (s * 0.06, 0, 0), 0.03))


def _rear_light(p: Plan, side: int) -> tuple[float, float, float]:
    if p.family == "truck":
        return side * 0.35 * p.width, p.sill + 0.3, p.back + 0.08
    y = p.sill + 0.6 * (min(p.tail, p.belt) - p.sill)
    return side * 0.38 * p.width, y, p.back + (0.04 if p.family == "pickup" else 0.08)
