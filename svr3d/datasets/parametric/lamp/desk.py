"""Desk lamps: a foot or a clamp, a gooseneck or jointed segments, and a head that tilts."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import smooth
from ..solids import box
from ..sweeps import rod, tube
from .feet import add_foot
from .lights import Plan, add_light


def desk(a: Assembly, d: Draw, p: Plan) -> None:
    segments = d.integer("segments", 1, 3)
    foot = d.uniform("foot_radius", 0.08, 0.14)
    if d.chance("clamp", 0.2):
        jaws = [box((0.08, 0.035, 0.12), (0, y, 0.04)) for y in (0.01, -0.11)]
        a.add("base", p.metal, box((0.08, 0.14, 0.04), (0, -0.05, 0.0)) + jaws[0] + jaws[1])
        start = np.array([0.0, 0.02, 0.0])
    else:
        start = np.array([0.0, add_foot(a, d, p, foot, 0.5), 0.0])
        a.add("base", p.metal, rod((0, 0.005, 0), (0, 0.05, 0), 0.025))
    r = 0.5 * d.uniform("arm", 0.022, 0.03)
    angle = d.uniform("first_angle", -45, 5)
    double = d.chance("double_bars", 0.3)
    if segments == 1:
        end = _add_gooseneck(a, d, p, start, r)
    else:
        end = _add_segments(a, d, p, start, r, angle, segments, double)
    tilt = d.uniform("tilt", 5, 50)
    radius = d.uniform("shade_radius", 0.07, 0.12)
    if d.chance("bar_light", 0.2):
        wide = d.uniform("bar_width", 0.2, 0.4)
        a.add("unit", p.shade, box((wide, 0.04, 0.09), end + (0, 0, 0.02), 0.01))
    else:
        kinds = ("cone", "dome", "bell", "can", "tulip")
        add_light(a, d, p, radius, end + (0, 0.012, 0), kinds, turn=(-tilt, 0))


def _add_gooseneck(a: Assembly, d: Draw, p: Plan, start: np.ndarray, r: float) -> np.ndarray:
    """Add one bent tube; its end."""
    reach = d.uniform("goose_reach", 0.15, 0.3)
    tall = d.uniform("goose_height", 0.3, 0.5)
    bow = [(0, 0.5 * tall, -0.05), (0, tall, 0.15 * reach), (0, tall, 0.7 * reach)]
    path = smooth([start, *bow, (0, 0.85 * tall, reach)], 6)
    a.add("body", p.metal, tube(path, r, 10))
    return path[-1]


def _add_segments(
    a: Assembly, d: Draw, p: Plan, start: np.ndarray, r: float, angle: float, count: int, double: bool
) -> np.ndarray:
    """Add single or double bars with joints between them, the first at this angle from upright; their end."""
    for k in range(count):
        size = d.uniform(f"segment_{k}", 0.22, 0.4) * (1.0 if k < 2 else 0.5)
        end = start + size * np.array([0, np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        for x in (-0.02, 0.02) if double else (0.0,):
            a.add("body", p.metal, rod(start + (x, 0, 0), end + (x, 0, 0), 0.75 * r if double else r, sides=10))
        a.add("body", p.metal, rod(end - (0.035, 0, 0), end + (0.035, 0, 0), 1.7 * r))
        start = end
        angle += d.uniform(f"bend_{k}", 60, 110) if k == 0 else d.uniform(f"bend_{k}", -10, 60)
    return start
