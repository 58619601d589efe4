"""Lamps on ceilings and walls: pendants, sconces and spotlights."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import around, ellipse, rectangle, smooth
from ..solids import box, prism
from ..sweeps import lathe, rod, tube
from .lights import Plan, add_light


def pendant(a: Assembly, d: Draw, p: Plan) -> None:
    """One light on a cord, or several below a rail."""
    n = d.choice("lights", (1, 1, 1, 2, 3))
    radius = d.uniform("shade_radius", 0.14, 0.3) if n == 1 else d.uniform("shade_radius", 0.08, 0.13)
    reach = 0.0 if n == 1 else 1.35 * radius * (n - 1)
    rose = (
        lathe([(0.07, -0.03), (0.09, 0.0)], sides=20) if n == 1 else box((2 * reach + 0.1, 0.04, 0.09), (0, -0.02, 0))
    )
    a.add("base", p.metal, rose)
    kinds = ("cone", "dome", "globe", "bell", "drum", "pyramid", "can")
    for k, x in enumerate(np.linspace(-reach, reach, n)):
        drop = d.uniform(f"drop_{k}", 0.25, 0.8)
        a.add("body", p.metal, rod((x, -0.02, 0), (x, -drop - 0.01, 0), 0.02, sides=8), instance=k)
        add_light(a, d, p, radius, (x, -drop, 0), kinds, instance=k)


def sconce(a: Assembly, d: Draw, p: Plan) -> None:
    """Lights on curved arms before a wall plate."""
    plate = d.uniform("plate", 0.08, 0.14)
    form = d.choice("plate_form", ("round", "square", "shield"))
    outline = {
        "round": ellipse(1.5 * plate, 1.5 * plate, 24),
        "square": rectangle(plate, 2 * plate, 0.02),
        "shield": ellipse(1.2 * plate, 2.2 * plate, 6),
    }[form]
    a.add("base", p.metal, prism(outline, 0.03, "z"))
    n = d.integer("lights", 1, 3)
    up = d.chance("upward", 0.6)
    reach = d.uniform("reach", 0.12, 0.22)
    kinds = ("tulip", "cone", "bell", "globe", "candle")
    for k, x in enumerate(np.linspace(-1, 1, n) * 0.12 * (n - 1) if n > 1 else [0.0]):
        end = np.array([x, 0.05 if up else 0.0, reach])
        path = [(0, 0, 0), (0.5 * x, -0.06, 0.5 * reach), end - (0, 0.05 if up else -0.03, 0), end]
        a.add("body", p.metal, tube(smooth(path, 5), 0.014, 8))
        at = end + (0, -0.004 if up else 0.004, 0)
        add_light(a, d, p, 0.075, at, kinds, turn=(180 if up else 0, 0), instance=k)


def spots(a: Assembly, d: Draw, p: Plan) -> None:
    """A rail with turned spotlights, or a ceiling plate."""
    n = d.integer("lights", 2, 5)
    w = 0.22 * n
    if d.chance("round_plate", 0.3):
        a.add("base", p.metal, lathe([(0.2, -0.03), (0.2, 0.0)], sides=28))
        places = [np.array([0.13 * np.cos(q), -0.02, 0.13 * np.sin(q)]) for q in around(3)]
    else:
        a.add("base", p.metal, box((w, 0.04, 0.06), (0, -0.02, 0)))
        places = [np.array([x, -0.02, 0.0]) for x in np.linspace(-w / 2 + 0.07, w / 2 - 0.07, n)]
    for k, top in enumerate(places):
        end = top - (0, 0.08, 0)
        a.add("body", p.metal, rod(top, end - (0, 0.01, 0), 0.014, sides=8), instance=k)
        turn = (-d.uniform(f"tilt_{k}", 0, 55), d.uniform(f"pan_{k}", -180, 180))
        add_light(a, d, p, 0.05, end, ("can", "cone", "bell", "dome"), turn=turn, instance=k)
