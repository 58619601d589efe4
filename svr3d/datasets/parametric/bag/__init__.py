"""Bags: a body, open or closed, with handles, straps, pockets and wheels."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .backpack import backpack
from .bucket import bucket
from .cases import briefcase, suitcase
from .duffel import duffel
from .handbag import handbag
from .messenger import messenger
from .plan import Plan
from .tote import tote

FAMILIES: dict[str, Variant[Callable[[Assembly, Draw, Plan], None]]] = {
    "tote": Variant(4, tote),
    "handbag": Variant(4, handbag),
    "duffel": Variant(3, duffel),
    "backpack": Variant(4, backpack),
    "briefcase": Variant(2.5, briefcase),
    "messenger": Variant(2.5, messenger),
    "suitcase": Variant(3, suitcase),
    "bucket": Variant(2, bucket),
    "paper": Variant(2, tote),
    "basket": Variant(1.5, bucket),
    "clutch": Variant(1, messenger),
}


def _bag(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    cloth = color(d, "cloth", "leather", "fabric", "plastic")
    family.build(a, d, Plan(name, cloth, color(d, "trim", "leather", "black", "brass")))


BAG = Category(("body", "handle", "strap", "pocket", "wheel"), FAMILIES, _bag)
