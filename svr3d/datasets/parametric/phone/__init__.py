"""Telephones: mobile, folding, cordless, desk and rotary."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .bar_phone import bar_phone
from .cordless import cordless
from .desk_phone import desk_phone
from .folding import flip, slider
from .plan import Plan
from .rotary import rotary
from .slab import slab

FAMILIES: dict[str, Variant[Callable[[Assembly, Draw, Plan], None]]] = {
    "slab": Variant(4, slab),
    "bar": Variant(4, bar_phone),
    "flip": Variant(4, flip),
    "slider": Variant(2, slider),
    "desk": Variant(4, desk_phone),
    "cordless": Variant(2, cordless),
    "rotary": Variant(2.5, rotary),
    "brick": Variant(1.5, bar_phone),
}


def _phone(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    case = color(d, "case", "black", "white", "plastic", "metal")
    glass = color(d, "glass", "glass")
    family.build(a, d, Plan(name, case, glass, color(d, "key", "white", "metal", "black")))


PHONE = Category(("body", "screen", "button", "antenna", "handset", "base"), FAMILIES, _phone)
