"""Rifles: receiver, barrel, stock, magazine and sights; the muzzle points to +z."""

from __future__ import annotations

from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from ..materials import color
from .barrel import add_barrel
from .fore_end import add_fore_end
from .grip import add_grip
from .magazine import add_magazine
from .plan import Plan
from .receiver import add_receiver
from .sights import add_bipod, add_front_sight, add_sights
from .stock import add_stock

Range = tuple[float, float]


class Family(NamedTuple):
    weight: float
    receiver: Range = (0.16, 0.24)
    barrel: Range = (0.36, 0.48)
    scope: float = 0.45
    """How often there is one."""
    bipod: float | None = None


FAMILIES = {
    "assault": Family(5, (0.2, 0.28), (0.3, 0.4), bipod=0.15),
    "hunting": Family(4, scope=0.65),
    "sniper": Family(3, barrel=(0.42, 0.55), scope=0.95, bipod=0.6),
    "shotgun": Family(2.5),
    "submachine": Family(2.5, (0.3, 0.4), (0.12, 0.22)),
    "bullpup": Family(2, (0.42, 0.52), (0.2, 0.32), bipod=0.15),
    "lever": Family(1.5, scope=0.2),
    "musket": Family(1.5, barrel=(0.5, 0.62), scope=0.05),
}


def _rifle(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    p = _plan(d, name, family)
    rail = add_receiver(a, d, p)
    tube = add_barrel(a, d, p)
    fore = add_fore_end(a, d, p, tube)
    add_stock(a, d, p)
    add_grip(a, d, p)
    add_magazine(a, d, p)
    add_sights(a, d, p, family.scope, rail)
    if d.chance("front_sight", 0.55):
        add_front_sight(a, d, p)
    if family.bipod is not None and d.chance("bipod", family.bipod):
        add_bipod(a, d, p, fore)


def _plan(d: Draw, name: str, family: Family) -> Plan:
    steel = color(d, "steel", "black", "metal")
    wooden = name in ("hunting", "lever", "musket") or d.chance("wooden", 0.3)
    wood = color(d, "furniture", *(("wood",) if wooden else ("black", "army", "stone")))
    width = d.uniform("width", 0.046, 0.06)
    tall = d.uniform("receiver_height", 0.05, 0.08)
    long = d.uniform("receiver_length", *family.receiver)
    reach = d.uniform("barrel_length", *family.barrel)
    butt = d.uniform("stock_length", 0.24, 0.34)
    radius = 0.5 * d.uniform("barrel_thickness", 0.042, 0.05)
    sporting = name in ("hunting", "lever", "musket", "shotgun") or (name == "sniper" and d.chance("sporting", 0.5))
    return Plan(name, steel, wood, width, tall, long, reach, butt, radius, sporting)


RIFLE = Category(("body", "barrel", "stock", "grip", "magazine", "scope", "bipod"), FAMILIES, _rifle)
