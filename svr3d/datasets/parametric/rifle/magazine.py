"""Magazines below the receiver."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import rectangle
from ..solids import box
from ..sweeps import bar, rod, sweep
from .plan import Plan


def add_magazine(a: Assembly, d: Draw, p: Plan) -> None:
    if p.family in ("musket", "lever", "shotgun"):
        weights = {"none": 1.0}
    elif p.sporting:
        weights = {"curved": 0.3, "straight": 0.5, "drum": 0, "short": 3, "none": 3}
    else:
        weights = {"curved": 4, "straight": 3, "drum": 1, "short": 1, "none": 0.3}
    kind = d.weighted("magazine", weights)
    w, low = p.width, p.low
    z = {"bullpup": 0.2, "submachine": 0.55}.get(p.family, 0.72) * p.long
    deep = 0.045 if kind == "short" else d.uniform("magazine_length", 0.1, 0.2)
    wide = d.uniform("magazine_width", 0.05, 0.075)
    add = a.adder("magazine", shade(p.steel, 0.8))
    if kind == "curved":
        bend = d.uniform("curve", 0.02, 0.08)
        s = np.linspace(0, 1, 6)
        path = np.stack([0 * s, low + 0.02 - s * (deep + 0.02), z + bend * s**2], axis=1)
        add(sweep(path, rectangle(wide, 0.8 * w), up=(1, 0, 0)))
    elif kind in ("straight", "short"):
        tilt = d.uniform("magazine_tilt", -0.1, 0.25) * deep
        add(bar((0, low + 0.02, z), (0, low - deep, z + tilt), 0.8 * w, wide, (0, 0.01, 1)))
    elif kind == "drum":
        add(box((0.8 * w, 0.06, 0.05), (0, low - 0.01, z)))
        add(rod((-0.7 * w, low - 0.08, z), (0.7 * w, low - 0.08, z), 0.06, sides=20))
