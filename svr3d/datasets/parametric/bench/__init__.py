"""Benches: slats, planks or stone, with or without back and arms, on frames, legs or slabs."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .curved import curved
from .picnic import picnic
from .plan import Plan
from .straight import straight

FAMILIES: dict[str, Variant[Callable[[Assembly, Draw, Plan], None]]] = {
    "park": Variant(6, straight),
    "plank": Variant(4, straight),
    "stone": Variant(2, straight),
    "upholstered": Variant(2, straight),
    "storage": Variant(1.5, straight),
    "picnic": Variant(1.5, picnic),
    "curved": Variant(1.5, curved),
}


def _bench(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    length, depth = d.uniform("length", 0.9, 1.8), d.uniform("depth", 0.34, 0.55)
    height = d.uniform("seat_height", 0.38, 0.5)
    wood = color(d, "wood", "wood", "wood", "paint", "white")
    frame = color(d, "frame", "metal", "black", "wood")
    thick = length * d.uniform("seat_thickness", 0.03, 0.05)
    family.build(a, d, Plan(name, length, depth, height, thick, wood, frame, panel=wood))


BENCH = Category(("seat", "back", "arm", "base"), FAMILIES, _bench)
