"""The fuselage: rings along z, the nose at 0.5."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color
from ..outlines import at_depth, ellipse
from ..sweeps import loft
from .plan import STATIONS, Fuselage


def add_fuselage(a: Assembly, d: Draw, family: str, tone: Color, r: float, start: float) -> Fuselage:
    """Draw and add a fuselage of radius r that narrows from the fraction `start` on."""
    tail_up = d.uniform("tail_up", 0.2, 0.8) * r
    sharp = family in ("fighter", "delta", "glider")
    nose = d.uniform("nose", 0.8, 1.2) if sharp else d.uniform("nose", 0.35, 0.6)
    fat = np.clip((STATIONS / 0.22) ** nose, 0, 1)
    fat[0] = 0.12
    aft = d.uniform("aft", 0.6, 0.9) if family in ("fighter", "delta") else d.uniform("aft", 0.25, 0.45)
    fade = np.clip((STATIONS - start) / (1 - start), 0, 1)
    fat = fat * (1 - (1 - aft) * fade)
    squash = d.uniform("squash", 0.85, 1.25)
    square = 2.0 if family in ("airliner", "jet", "glider") else d.uniform("square", 2.0, 3.4)
    section = ellipse(2 * r, 2 * r * squash, 20, square)
    rings = [at_depth(section * f + (0, tail_up * g), 0.5 - s) for s, f, g in zip(STATIONS, fat, fade, strict=True)]
    a.add("body", tone, loft(rings))
    return Fuselage(r, squash, fat, tail_up, start)
