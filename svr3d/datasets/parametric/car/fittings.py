"""Grilles, bumpers, spoilers, roof racks and spare wheels."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..materials import RUBBER
from ..outlines import SIDES
from ..solids import box
from ..sweeps import bar, rod
from .plan import Plan


def add_fittings(a: Assembly, d: Draw, p: Plan) -> None:
    w, sill, front, back = p.width, p.sill, p.front, p.back
    high = p.nose - sill
    if d.chance("grille", 0.6):
        a.add("fitting", p.trim, box((0.45 * w, 0.2 * high + 0.05, 0.1), (0, sill + 0.4 * high, front)))
    if d.chance("bumpers", 0.45):
        for z, s in ((front, 1), (back, -1)):
            a.add("fitting", p.trim, box((0.94 * w, 0.17, 0.2), (0, sill + 0.14, z + 0.03 * s), 0.04))
    if p.family in ("coupe", "hatch", "sedan") and d.chance("spoiler", 0.35):
        _add_spoiler(a, p)
    if p.family in ("suv", "wagon", "jeep", "van") and d.chance("roof_rack", 0.35):
        _add_roof_rack(a, p)
    if p.family in ("suv", "jeep") and d.chance("spare_wheel", 0.45):
        y = sill + 0.65 * (p.tail - sill) + 0.1
        a.add("fitting", RUBBER, rod((0, y, back + 0.05), (0, y, back - 0.24), 0.95 * p.radius, sides=20))


def _add_spoiler(a: Assembly, p: Plan) -> None:
    """A blade at the roof's end of a hatch, a wing on two feet on a boot."""
    w, z, y = p.width, p.back + 0.25, p.tail
    if p.family == "hatch":
        a.add("fitting", p.paint, box((0.7 * w, 0.09, 0.4), (0, p.height - 0.06, p.at(p.shape.rear_top) - 0.12)))
        return
    a.add("fitting", p.paint, box((0.85 * w, 0.09, 0.28), (0, y + 0.24, z)))
    a.add("fitting", p.paint, *[box((0.09, 0.34, 0.16), (s * 0.3 * w, y + 0.1, z)) for s in SIDES])


def _add_roof_rack(a: Assembly, p: Plan) -> None:
    x, h, z0, z1 = 0.3 * p.width, p.height, p.at(p.shape.rear_top) + 0.25, p.screen[1] - 0.2
    y = h + 0.09
    add = a.adder("fitting", p.trim)
    add(*[bar((s * x, y, z0), (s * x, y, z1), 0.08, 0.08) for s in SIDES])
    add(*[box((0.1, 0.16, 0.12), (s * x, h + 0.03, z)) for s in SIDES for z in (z0 + 0.1, z1 - 0.1)])
    add(*[bar((-x, y, z), (x, y, z), 0.08, 0.08) for z in (z0 + 0.2, z1 - 0.2)])
