"""Laptops: a deck with keys, and a lid that opens by an angle."""

from __future__ import annotations

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color, shade
from ..outlines import rectangle
from ..solids import box, prism
from ..sweeps import rod
from .plan import Plan


def laptop(a: Assembly, d: Draw, p: Plan) -> None:
    w = p.width
    deep = w / d.uniform("depth_ratio", 1.3, 1.6)
    t = d.uniform("laptop_thickness", 0.03, 0.05) * w
    angle = d.uniform("angle", 80, 135)
    rim = d.uniform("laptop_rim", 0.03, 0.08) * w
    tall = deep * d.uniform("lid", 0.9, 1.0)
    corner = d.choice("laptop_corner", (0.0, 0.03, 0.06)) * w
    keys = shade(p.case, 0.45) if max(p.case) > 0.1 else (0.15, 0.15, 0.16)
    deck = prism(rectangle(w, deep, corner), t, "y", (0, t / 2, 0))
    a.add("base", p.case, deck - box((0.86 * w, 0.6 * t, 0.46 * deep), (0, t, -0.17 * deep)))
    _add_keys(a, d, keys, w, deep, t)
    lid = prism(rectangle(w, tall, corner), 0.8 * t, "z", (0, tall / 2, 0.0))
    lid -= box((w - 2 * rim, tall - 2.2 * rim, 0.5 * t), (0, tall / 2, 0.4 * t))
    screen = box((w - 1.6 * rim, tall - 1.8 * rim, 0.4 * t), (0, tall / 2, 0.02 * t))
    y, z = 0.9 * t, -deep / 2 + 0.2 * t

    def opened(solid: Manifold) -> Manifold:
        return solid.rotate((90 - angle, 0, 0)).translate((0, y, z))

    a.add("body", p.case, opened(lid))
    a.add("screen", p.glass, opened(screen))
    a.add("base", keys, rod((-0.4 * w, y, z), (0.4 * w, y, z), 0.5 * t))


def _add_keys(a: Assembly, d: Draw, tone: Color, w: float, deep: float, t: float) -> None:
    """Add rows of keys and a touch pad."""
    rows, columns = 4, d.integer("keys", 7, 10)
    size = (0.7 * 0.84 * w / columns, 0.35 * t, 0.7 * 0.44 * deep / rows)
    for j in range(rows):
        for i in range(columns):
            x, z = -0.42 * w + (i + 0.5) * 0.84 * w / columns, -0.39 * deep + (j + 0.5) * 0.44 * deep / rows
            a.add("base", tone, box(size, (x, 0.82 * t, z)))
    a.add("base", tone, box((0.26 * w, 0.2 * t, 0.2 * deep), (0, 0.98 * t, 0.27 * deep)))
