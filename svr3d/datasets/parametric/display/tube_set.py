"""Sets with a picture tube: a deep case, a bulging screen, and a stand of their own."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color
from ..outlines import SIDES, at_depth, rectangle
from ..solids import box
from ..sweeps import lathe, loft, rod, sheet
from .panels import draw_corner, draw_lift, flat, placed
from .plan import Plan


def tube_set(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, t = p.width, p.height, p.thick
    p = draw_lift(d, p)
    panel = flat(p, draw_corner(d, p))
    deep = d.uniform("depth", 0.5, 0.95) * h
    ring = rectangle(w, h, 0.05)
    s = d.uniform("tail", 0.4, 0.7)
    rings = [(-t / 4, 0.98, 0.0), (-0.45 * deep, 0.9, 0.0), (-0.6 * deep, s, -0.05), (-deep, 0.85 * s, -0.08)]
    back = loft([at_depth(ring * k + (0, dy * h), z) for z, k, dy in rings])
    screen = _screen(p)
    _add_stand(a, d, p, deep)
    a.add("body", p.case, placed(p, panel.case), placed(p, back))
    a.add("screen", p.glass, placed(p, screen))


def _screen(p: Plan) -> Manifold:
    """A plate with a front that bulges towards its middle."""
    w, h, t, rim, chin = p.width, p.height, p.thick, p.rim, p.chin

    def bulge(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x, y = u * (w / 2 - rim), (chin - rim) / 2 + v * (h - rim - chin) / 2
        z = 0.12 * t + 0.05 * h * (1 - u * u) * (1 - v * v)
        return np.stack(np.broadcast_arrays(x, y, z), axis=-1)

    plate = box((w - 2 * rim, h - rim - chin, 0.1), (0, (chin - rim) / 2, t * 0.1 - 0.05))
    return plate + sheet(bulge, 0.1 * t, (-0.999, 0.999), (-0.999, 0.999), (8, 6))


def _add_stand(a: Assembly, d: Draw, p: Plan, deep: float) -> None:
    """Add a swivel foot or four legs, and perhaps an aerial."""
    w, h = p.width, p.height
    kind = d.choice("stand", ("swivel", "legs", "none"))
    low = p.middle - h / 2
    if kind == "swivel":
        profile = [(0.33 * w, 0), (0.33 * w, 0.04), (0.12 * w, 0.1), (0.12 * w, low + 0.12)]
        a.add("base", p.case, lathe(profile, (0, 0, -0.25 * deep)))
    elif kind == "legs":
        leg = a.adder("base", color(d, "leg", "wood", "metal"))
        for s in SIDES:
            for z in (-0.05 * h, -0.4 * deep):
                leg(rod((s * 0.38 * w, low + 0.12, z), (s * 0.48 * w, 0, z * 1.3 + 0.05), 0.03 * w, 0.02 * w))
    if d.chance("antenna", 0.4):
        foot = (0, low + h * 0.9, -0.2 * deep)
        for s in SIDES:
            tip = (s * d.uniform(f"spread_{s}", 0.2, 0.5) * w, low + 1.5 * h, -0.25 * h)
            a.add("base", p.case, rod(foot, tip, 0.018 * w, sides=8), instance=1)
