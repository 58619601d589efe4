"""Lamps: stands, jointed arms and hanging frames that carry one or many lights under shades."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .chandelier import chandelier
from .desk import desk
from .hung import pendant, sconce, spots
from .lantern import lantern
from .lights import Plan
from .standing import arc, floor, tripod
from .table_lamp import table

FAMILIES: dict[str, Variant[Callable[[Assembly, Draw, Plan], None]]] = {
    "table": Variant(4, table),
    "floor": Variant(3, floor),
    "arc": Variant(2, arc),
    "tripod": Variant(2, tripod),
    "desk": Variant(4, desk),
    "chandelier": Variant(4, chandelier),
    "pendant": Variant(3, pendant),
    "post": Variant(1.5, lantern),
    "sconce": Variant(1.5, sconce),
    "spots": Variant(1.5, spots),
}


def _lamp(a: Assembly, d: Draw) -> None:
    _, family = d.variant("family", FAMILIES)
    metal = color(d, "metal", "metal", "brass", "black", "white", "wood")
    family.build(a, d, Plan(metal, color(d, "shade", "light", "fabric", "white", "plastic")))


LAMP = Category(("base", "body", "unit"), FAMILIES, _lamp)
