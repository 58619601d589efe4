"""Racks: open shelving on posts."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import CORNERS
from ..solids import box
from ..sweeps import bar, rod
from .plan import Plan


def rack(a: Assembly, d: Draw, p: Plan) -> None:
    w, depth, h, wall = p.width, p.depth, p.height, p.wall
    r = 0.55 * wall
    round_posts = d.chance("round_posts", 0.5)
    x, z = w / 2 - r, depth / 2 - r
    n = d.integer("shelves", 3, 6)
    lift = d.uniform("lift", 0.02, 0.12) * h
    for sx, sz in CORNERS:
        foot, top = (sx * x, 0, sz * z), (sx * x, h, sz * z)
        a.add("frame", p.body, rod(foot, top, r) if round_posts else bar(foot, top, 2 * r, 2 * r, (0, 0, 1)))
    for k, y in enumerate(np.linspace(lift, h - wall * d.uniform("post_top", 0.5, 3), n)):
        shelf = box((w, 0.8 * wall, depth), (0, y, 0))
        if d.chance(f"slatted_{k}", 0.2):
            for c in np.linspace(-depth / 2, depth / 2, 5)[1:-1]:
                shelf -= box((0.85 * w, 2 * wall, 0.1 * depth), (0, y, c))
        a.add("shelf", p.front, shelf, instance=k)
    if d.chance("cross_brace", 0.45):
        t = 0.7 * wall
        a.add("frame", p.body, *[bar((-k * x, lift, -z), (k * x, 0.95 * h, -z), t, t, (0, 0, 1)) for k in (1, -1)])
    elif d.chance("back_panel", 0.3):
        a.add("frame", p.body, box((w - r, h - lift - wall, 0.8 * wall), (0, (h + lift) / 2 - wall / 2, -z)))
