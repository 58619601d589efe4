"""The barrel, what is on its muzzle, and a second barrel beside it or a tube below it."""

from __future__ import annotations

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..solids import box, span
from ..sweeps import bar, rod
from .plan import Plan


def add_barrel(a: Assembly, d: Draw, p: Plan) -> bool:
    """Add the barrel; whether there is a tube below it."""
    r, axis, long, muzzle = p.radius, p.axis, p.long, p.muzzle
    a.add("barrel", p.steel, rod((0, axis, long - 0.03), (0, axis, muzzle), r, 0.9 * r, 14))
    weights = (5, 1, 0.5, 0.5) if p.sporting else (3, 3, 1.5, 1)
    device = d.choice("muzzle", ("none", "brake", "suppressor", "flare"), weights)
    if device == "brake":
        a.add("barrel", p.steel, _brake(p))
    elif device == "suppressor":
        end = muzzle + d.uniform("suppressor", 0.08, 0.16)
        a.add("barrel", shade(p.steel, 0.7), rod((0, axis, muzzle - 0.04), (0, axis, end), 1.5 * r, sides=16))
    elif device == "flare":
        a.add("barrel", p.steel, rod((0, axis, muzzle - 0.05), (0, axis, muzzle + 0.01), r, 2 * r, 14))
    if p.family == "shotgun" and d.chance("side_by_side", 0.3):
        _add_second_barrel(a, p)
        return False
    if p.family in ("shotgun", "lever"):
        _add_tube(a, d, p)
        return True
    return False


def _brake(p: Plan) -> Manifold:
    r, axis, muzzle = p.radius, p.axis, p.muzzle
    tip = rod((0, axis, muzzle - 0.06), (0, axis, muzzle + 0.01), 1.5 * r, sides=12)
    for z in (muzzle - 0.045, muzzle - 0.02):
        tip -= span((-0.1, axis - 0.5 * r, z), (0.1, axis + 0.5 * r, z + 0.012))
    return tip


def _add_second_barrel(a: Assembly, p: Plan) -> None:
    r, axis, long, muzzle = p.radius, p.axis, p.long, p.muzzle
    x = -1.6 * r
    a.add("barrel", p.steel, rod((x, axis, long - 0.03), (x, axis, muzzle), r, sides=14))
    a.add("barrel", p.steel, bar((x, axis, long), (0, axis, long), r, r, (0, 1, 0)))
    a.add("barrel", p.steel, box((1.6 * r, r, 0.05), (-0.8 * r, axis, muzzle - 0.05)))


def _add_tube(a: Assembly, d: Draw, p: Plan) -> None:
    """A magazine below the barrel, held by a ring."""
    r, axis, long = p.radius, p.axis, p.long
    y, end = axis - 2.3 * r, long + d.uniform("tube", 0.6, 0.95) * p.reach
    a.add("barrel", p.steel, rod((0, y, long - 0.03), (0, y, end), 0.95 * r, sides=12))
    a.add("barrel", p.steel, box((r, 2.4 * r, 0.03), (0, axis - 1.2 * r, long + 0.55 * p.reach)))
