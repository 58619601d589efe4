"""Handbags: one of five silhouettes, one or two handles, perhaps a flap and a strap."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import Outline, at_depth
from ..solids import box, grid, hull
from ..sweeps import loft, tube
from .plan import Plan, loop, stacked, strap

SHAPES = {"trapezoid": 0.65, "half_moon": 1.05, "boxy": 0.97, "dome": 0.5, "saddle": 0.85}
"""The width of the top as a fraction of the bag's."""


def handbag(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, deep = d.uniform("width", 0.8, 1.1), d.uniform("height", 0.5, 0.85), d.uniform("depth", 0.25, 0.5)
    shape = d.choice("shape", tuple(SHAPES))
    top = SHAPES[shape]
    boxy = shape in ("boxy", "trapezoid")
    a.add("body", p.cloth, _boxy(d, w, h, deep, top) if boxy else _rounded(d, _silhouette(shape, w, h), deep))
    if d.chance("flap", 0.45):
        if boxy:
            k = 0.55 * w
            upper = grid((-0.7 * k * 0.9, 0.7 * k * 0.9), (0.98 * h,), (0.0, 0.12 * deep))
            a.add("pocket", p.trim, hull(upper, grid((-0.6 * k, 0.6 * k), (0.45 * h,), (0.3 * deep, 0.54 * deep))))
        a.add("pocket", shade(p.trim, 1.4), box((0.12, 0.1, 0.08), (0, 0.42 * h, 0.5 * deep), 0.015))
    rise = _add_handles(a, d, p, (w, h, deep), low=0.75 * h if shape == "dome" else h - 0.1)
    if d.chance("strap", 0.3):
        x = 0.47 * w * min(top, 0.95)
        path = loop(x, 0.75 * h, h + rise + d.uniform("strap_rise", 0.25, 0.7), 0.0, 2.2, 20)
        a.add("strap", p.trim, strap(path, 0.05))


def _silhouette(shape: str, w: float, h: float) -> Outline:
    q = np.linspace(0, np.pi, 16)
    if shape == "dome":
        return np.stack([w / 2 * np.cos(q), h * np.sin(q) ** 0.7], axis=1)
    power = 0.8 if shape == "half_moon" else 0.45
    return np.stack([w / 2 * np.cos(q), h - h * np.sin(q) ** power], axis=1)[::-1]


def _rounded(d: Draw, outline: Outline, deep: float) -> Manifold:
    """A silhouette that shrinks towards front and rear."""
    shrink = d.uniform("shrink", 0.75, 0.95)
    c = outline.mean(axis=0)
    rings = ((shrink, -deep / 2), (1, -0.3 * deep), (1, 0.3 * deep), (shrink, deep / 2))
    return loft([at_depth((outline - c) * k + c, z) for k, z in rings])


def _boxy(d: Draw, w: float, h: float, deep: float, top: float) -> Manifold:
    corner = d.uniform("corner", 0.03, 0.16) * deep
    return stacked(
        (0.94 * w, 0.9 * deep, corner, 0),
        (w, deep, corner, 0.12 * h),
        (0.5 * (1 + top) * w, 0.7 * deep, corner, 0.7 * h),
        (top * w, 0.28 * deep, 0.1 * deep, h),
    )


def _add_handles(a: Assembly, d: Draw, p: Plan, size: tuple[float, float, float], low: float) -> float:
    """Add one handle or two that lean apart; how far they rise."""
    w, h, deep = size
    n = d.integer("handles", 1, 2)
    half, rise = d.uniform("handle_width", 0.16, 0.34) * w, d.uniform("handle_height", 0.2, 0.5)
    roundness = d.choice("handle_form", (2.0, 2.0, 4.0))
    thick = d.uniform("handle_thickness", 0.018, 0.03)
    for i, z in enumerate((-0.1 * deep, 0.1 * deep) if n == 2 else (0.0,)):
        path = loop(half, low, h + rise, z, roundness)
        path[:, 2] += z * 1.5 * (path[:, 1] - low) / rise
        a.add("handle", p.trim, tube(path, thick, 8), instance=i)
    return rise
