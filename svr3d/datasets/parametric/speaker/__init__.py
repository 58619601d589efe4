"""Loudspeakers: boxes, cylinders, spheres and horns with their drivers, which face +z."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .boxes import box_speaker
from .plan import Plan
from .round import cylinder, horn, sphere

FAMILIES: dict[str, Variant[Callable[[Assembly, Draw, Plan], None]]] = {
    "tower": Variant(4, box_speaker),
    "bookshelf": Variant(4, box_speaker),
    "boombox": Variant(2, box_speaker),
    "cylinder": Variant(2, cylinder),
    "bar": Variant(1.5, box_speaker),
    "sphere": Variant(1.5, sphere),
    "wedge": Variant(1.5, box_speaker),
    "stand": Variant(2, box_speaker),
    "horn": Variant(1.5, horn),
    "subwoofer": Variant(2, box_speaker),
}


def _speaker(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    case = color(d, "case", "wood", "black", "white", "plastic")
    cone = color(d, "cone", "black")
    family.build(a, d, Plan(name, case, cone, color(d, "rim", "metal", "black", "brass")))


SPEAKER = Category(("body", "driver", "base", "handle"), FAMILIES, _speaker)
