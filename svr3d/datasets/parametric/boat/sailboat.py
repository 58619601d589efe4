"""Sailing boats: masts with sails of one of three rigs, a jib, a cabin and a keel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color, color, shade
from ..outlines import rectangle
from ..solids import plate, span
from ..sweeps import loft, rod, sweep
from .fittings import add_windows, block
from .hull import Boat, Cockpit, add_hull_with_cockpit


class Mast(NamedTuple):
    """A mast at depth z, rising `tall` above `base`; its sail hangs above a boom that reaches back from it."""

    number: int
    z: float
    base: float
    tall: float
    radius: float
    boom: float
    reach: float
    belly: float
    thick: float


def sailboat(a: Assembly, d: Draw, b: Boat) -> None:
    h = b.hull.height
    cockpit = add_hull_with_cockpit(a, d, b)
    _add_cabin(a, d, b, cockpit)
    tall = d.uniform("mast", 0.9, 1.5)
    zm = d.uniform("mast_at", 0.05, 0.17)
    r = 0.5 * 0.038 * max(1, tall)
    masts = [(zm, tall)] + ([(zm - 0.4, 0.75 * tall)] if d.chance("two_masts", 0.25) else [])
    cloth = color(d, "cloth", "white", "paper", "paint")
    for k, (z, m) in enumerate(masts):
        base = h * 0.7
        a.add("mast", b.trim, rod((0, 0.4 * h, z), (0, base + m, z), r, 0.8 * r), instance=k)
        boom = base + 0.16 + 0.3 * h
        reach = min(d.uniform(f"boom_{k}", 0.35, 0.5), z + 0.45 if len(masts) == 1 else 0.34)
        a.add("mast", b.trim, rod((0, boom, z), (0, boom, z - reach), 0.9 * r), instance=k)
        if d.chance(f"sail_{k}", 0.85):
            belly = d.uniform(f"belly_{k}", 0.0, 0.1)
            mast = Mast(k, z, base, m, r, boom, reach, belly, 0.036 * max(1, tall))
            rig = d.weighted(f"rig_{k}", {"bermuda": 4, "gaff": 1.5, "square": 1})
            if rig == "square":
                _add_square_sails(a, b.trim, cloth, mast)
            else:
                _add_sail(a, b.trim, cloth, mast, gaff=rig == "gaff")
    if d.chance("jib", 0.6):
        corners = ((h * 0.7 + 0.85 * tall, zm), (b.hull.top_at(0.48), 0.48), (h + 0.12, zm + 0.03))
        a.add("sail", shade(cloth, 0.95), plate(0.036, corners), instance=len(masts))
    _add_keel(a, d, b)


def _add_cabin(a: Assembly, d: Draw, b: Boat, cockpit: Cockpit) -> None:
    h, z0, z1 = b.hull.height, cockpit.front, d.uniform("cabin_front", 0.1, 0.24)
    if d.chance("cabin", 0.75):
        wide = 1.25 * min(b.hull.half_at(z1), b.hull.half_at(z0))
        a.add("cabin", b.paint, block((z0, z1), (0.8 * h, h + 0.35 * h), wide, 0.1, 0.0))
        add_windows(a, (z0 + 0.03, z1 - 0.1), 1.12 * h, wide, 0.96, 0.12 * h, 3)


def _add_square_sails(a: Assembly, trim: Color, cloth: Color, mast: Mast) -> None:
    """Two sails across the boat, each below a yard and held off the mast."""
    z, base, m, r, belly, k = mast.z, mast.base, mast.tall, mast.radius, mast.belly, mast.number
    for y0, y1, q in ((0.2, 0.52, 0.3), (0.56, 0.88, 0.24)):
        path = [(x * q, base + 0.5 * (y0 + y1) * m, z + 0.03 + belly * (1 - x * x)) for x in np.linspace(-1, 1, 7)]
        a.add("sail", cloth, sweep(path, rectangle(mast.thick, (y1 - y0) * m), up=(0, 1, 0)), instance=k)
        yard = rod((-q * 1.05, base + y1 * m, z), (q * 1.05, base + y1 * m, z), 0.8 * r, sides=8)
        middle = base + (y0 + y1) / 2 * m
        spar = rod((0, middle, z), (0, middle, z + 0.03 + belly), 0.8 * r, sides=6)
        a.add("mast", trim, yard, spar, instance=k)


def _add_sail(a: Assembly, trim: Color, cloth: Color, mast: Mast, gaff: bool) -> None:
    """A sail along the boat above its boom: a triangle, or cut off at a gaff."""
    z, t = mast.z, mast.thick
    peak = 0.55 * mast.reach if gaff else 0.02
    top = mast.base + (0.78 if gaff else 0.97) * mast.tall
    q = np.linspace(0, 1, 5)
    rings = []
    for f in np.linspace(0, 1, 7):
        y = np.full(5, mast.boom + f * (top - mast.boom))
        x = mast.belly * 4 * q * (1 - q) * np.sin(np.pi * min(f + 0.15, 1))
        zz = z - q * ((1 - f) * 0.97 * mast.reach + f * peak)
        rings.append(np.concatenate([np.stack([x - t / 2, y, zz], 1), np.stack([x + t / 2, y, zz], 1)[::-1]]))
    a.add("sail", cloth, loft(rings), instance=mast.number)
    if gaff:
        spar = rod((0, top - 0.01, z), (0, top, z - peak), 0.8 * mast.radius, sides=8)
        a.add("mast", trim, spar, instance=mast.number)


def _add_keel(a: Assembly, d: Draw, b: Boat) -> None:
    """Perhaps add a keel below the hull, and a rudder behind it."""
    if not d.chance("keel", 0.6):
        return
    h, deep = b.hull.height, d.uniform("keel_depth", 0.1, 0.22)
    tone = shade(b.paint, 0.5)
    a.add("hull", tone, plate(0.034, ((0.25 * h, 0.12), (0.25 * h, -0.12), (-deep, 0.02), (-deep, -0.14))))
    if d.chance("rudder", 0.7):
        a.add("hull", tone, span((-0.016, -0.5 * deep, -0.5), (0.016, 0.5 * h, -0.42)))
