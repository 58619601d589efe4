"""Tables on one column, two columns or a drum."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, around, at_height, ellipse, fillet, rectangle, spoke
from ..solids import box
from ..sweeps import bar, lathe, loft, sweep, turned
from .legs import TURNED
from .plan import Plan


def pedestal(a: Assembly, d: Draw, p: Plan) -> None:
    longest, under = p.longest, p.under
    r = 0.5 * longest * d.uniform("column", 0.05, 0.13)
    foot = min(p.half_x, p.half_z) * d.uniform("foot", 0.65, 1.0)
    s = np.linspace(0, 1, 9)
    wave = 1 + d.choice("turning", (0.0, 0.0, 0.5)) * np.sin(3 * np.pi * s) * (1 - s)
    profile = np.stack([r * wave + 0.9 * r * np.exp(-12 * (1 - s)), s * under], axis=1)
    styles = {"plate": 2, "star": 2, "claws": 2, "trumpet": 2}
    style = "plate" if p.family == "one_leg" else d.weighted("foot_style", styles)
    sides = d.choice("column_sides", (6, 16, 24))
    add = a.adder("base", p.frame)
    if style == "trumpet":
        profile[:, 0] += (foot - r) * (1 - s) ** 4
        add(lathe(profile, sides=24))
    elif style == "plate":
        add(lathe(profile, sides=sides))
        add(lathe([(foot, 0), (foot, 0.025 * longest), (0.7 * r, 0.055 * longest)], sides=28))
    else:
        _add_spokes(a, d, p, profile, sides, r, foot, claws=style == "claws")


def _add_spokes(
    a: Assembly, d: Draw, p: Plan, profile: np.ndarray, sides: int, r: float, foot: float, claws: bool
) -> None:
    """A column that ends above the floor on straight spokes or bent claws."""
    longest, under = p.longest, p.under
    n = d.integer("spokes", 3, 5)
    lift = 0.32 * under if claws else 0.12 * under
    profile = profile[profile[:, 1] >= lift * 0.8]
    a.add("base", p.frame, lathe(profile, sides=sides))
    for q in around(n, np.pi / n):
        out = spoke(q)
        start = (0, profile[0, 1] + 0.03 * under, 0) + 0.05 * r * out
        if claws:
            low = (0, 0.022 * longest, 0)
            bent = [start, 0.5 * foot * out + (0, 0.9 * lift, 0), 0.9 * foot * out + low, foot * out + low]
            path = fillet(bent, 0.3 * foot, 6)
        else:
            path = np.array([start, foot * out + (0, 0.02 * longest, 0)])
        a.add("base", p.frame, sweep(path, rectangle(0.045 * longest, 0.04 * longest), up=(0, 1, 0)))


def columns(a: Assembly, d: Draw, p: Plan) -> None:
    longest, under, hz = p.longest, p.under, p.half_z
    r = 0.5 * longest * d.uniform("column", 0.045, 0.09)
    x = 0.68 * p.half_x
    square = d.chance("square", 0.5)
    add = a.adder("base", p.frame)
    for s in SIDES:
        top, foot = (s * x, under, 0), (s * x, 0.02, 0)
        if square:
            add(bar(top, foot, 2 * r, 2 * r, (0, 0, 1)))
        else:
            add(turned(top, foot, r, TURNED if d.chance(f"turned_{s}", 0.5) else [(1, 0), (1, 1)], 14))
        add(box((1.7 * r, 0.045 * longest, 1.7 * hz), (s * x, 0.0225 * longest, 0), 0.01 * longest))
        add(box((1.7 * r, 0.035 * longest, 1.3 * hz), (s * x, under - 0.01 * longest, 0)))
    if d.chance("beam", 0.7):
        y = d.uniform("beam_height", 0.12, 0.6) * under
        add(bar((-x, y, 0), (x, y, 0), 0.035 * longest, 0.05 * longest))


def drum(a: Assembly, d: Draw, p: Plan) -> None:
    ratio = d.uniform("waist", 0.45, 1.0)
    wide = d.uniform("drum", 0.55, 0.85)
    sides = d.choice("drum_sides", (4, 6, 10, 32))
    s = np.linspace(0, 1, 7)
    squeeze = 1 - (1 - ratio) * np.sin(np.pi * s)
    ring = ellipse(1, 1, sides)
    outer = [
        at_height(np.stack([2 * p.half_x * wide * q * ring[:, 0], 2 * p.half_z * wide * q * ring[:, 1]], axis=1), y)
        for q, y in zip(squeeze, s * p.under, strict=True)
    ]
    solid = loft(outer)
    if d.chance("cage", 0.45):
        hollow = loft([r * (0.82, 1, 0.82) for r in outer])
        bars, rims = _cage(p, d.integer("bars", 4, 7))
        solid = (solid - hollow) ^ (bars + rims)
    a.add("base", p.frame, solid)


def _cage(p: Plan, count: int) -> tuple[Manifold, Manifold]:
    """What is left of a hollow drum: upright bars, and two rims."""
    longest, under = p.longest, p.under
    bars = box((0.01, 0.01, 0.01))
    for q in around(count) / 2:
        bars += box((4, under * 2, 0.07 * longest)).rotate((0, np.degrees(q), 0))
    rims = box((4, 0.06 * longest, 4), (0, 0.03 * longest, 0)) + box((4, 0.05 * longest, 4), (0, under - 0.01, 0))
    return bars, rims
