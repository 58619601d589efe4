"""Scopes, carry handles, front sights and bipods."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..materials import BLACK
from ..outlines import SIDES, fillet, rectangle
from ..solids import box, grid, hull
from ..sweeps import lathe, rod, spun, sweep
from .plan import Plan


def add_sights(a: Assembly, d: Draw, p: Plan, chance: float, rail: bool) -> None:
    """Perhaps add a scope, or else (to assault rifles) a carry handle."""
    top = p.tall / 2 * p.slim + (0.012 if rail else 0)
    if d.chance("scope", chance):
        _add_scope(a, d, p, top)
    elif p.family == "assault" and d.chance("carry_handle", 0.35):
        ends = (0.03, 0.06, p.long - 0.06, p.long - 0.02)
        path = [(0, top + y, z) for y, z in zip((-0.02, 0.045, 0.045, -0.02), ends, strict=True)]
        a.add("scope", p.steel, sweep(fillet(path, 0.02), rectangle(0.026, 0.024), up=(1, 0, 0)))


def _add_scope(a: Assembly, d: Draw, p: Plan, top: float) -> None:
    """A scope on two mounts, or a short sight on one."""
    w, size = p.width, d.uniform("scope_length", 0.14, 0.28)
    r = 0.5 * d.uniform("scope_width", 0.03, 0.042)
    y = top + d.uniform("scope_lift", 0.03, 0.05)
    z = d.uniform("scope_at", 0.3, 0.6) * p.long
    mount = (y + top) / 2 - 0.01
    if d.chance("short_sight", 0.25) and p.family != "sniper":
        ring = lathe([(1.6 * r, -0.03), (1.6 * r, 0.03)], sides=16) - lathe([(1.0 * r, -1), (1.0 * r, 1)], sides=16)
        ring = ring.rotate((90, 0, 0)).translate((0, y + 0.3 * r, z))
        a.add("scope", BLACK, ring, box((0.7 * w, y - top, 0.06), (0, mount, z), 0.002))
        return
    profile = [(1.35, -0.5), (1.3, -0.32), (0.85, -0.24), (0.85, 0.15), (1.5, 0.28), (1.6, 0.5)]
    a.add("scope", BLACK, spun([(k * r, s * size) for k, s in profile], (0, y, z), 16))
    mounts = [box((0.55 * w, y - top + 0.03, 0.024), (0, mount, z + k * size)) for k in (-0.15, 0.08)]
    zk = z - 0.03 * size
    a.add("scope", BLACK, *mounts, rod((-1.4 * r, y, zk), (1.4 * r, y, zk), 0.7 * r, sides=10))


def add_front_sight(a: Assembly, d: Draw, p: Plan) -> None:
    z, x = p.muzzle - d.uniform("sight_back", 0.03, 0.12), (-0.008, 0.008)
    foot, top = grid(x, (p.axis,), (z - 0.03, z + 0.015)), grid(x, (p.axis + 0.05,), (z - 0.008, z + 0.006))
    a.add("barrel", p.steel, hull(foot, top))


def add_bipod(a: Assembly, d: Draw, p: Plan, fore: float) -> None:
    """Add two legs below a fore-end of this length."""
    y, z = p.axis - p.radius, p.long + 0.65 * fore
    fold = d.uniform("bipod_lean", -0.03, 0.06)
    legs = [rod((0, y, z), (s * 0.09, y - 0.2, z + fold), 0.0145, sides=8) for s in SIDES]
    a.add("bipod", p.steel, box((0.03, 0.03, 0.03), (0, y, z)), *legs)
