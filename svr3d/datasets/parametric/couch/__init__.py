"""Couches: base, cushions, back and arms; straight, with a chaise, or curved."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .curved import curved
from .plan import Plan
from .straight import straight

FAMILIES: dict[str, Variant[Callable[[Assembly, Draw, Plan], None]]] = {
    "sofa": Variant(6, straight),
    "sectional": Variant(4, straight),
    "chesterfield": Variant(2, straight),
    "daybed": Variant(2, straight),
    "futon": Variant(2, straight),
    "curved": Variant(1.5, curved),
    "loveseat": Variant(2, straight),
}


def _couch(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    fabric = color(d, "fabric", "fabric", "leather", "white")
    accent = color(d, "accent", "fabric", "plastic") if d.chance("two_tone", 0.25) else fabric
    leg = color(d, "leg", "wood", "metal", "black")
    seats = d.integer("love_seats", 1, 2) if name == "loveseat" else d.integer("seats", 2, 4)
    width = seats * d.uniform("seat_width", 0.5, 0.75)
    depth, height = d.uniform("depth", 0.55, 0.75), d.uniform("seat_height", 0.34, 0.46)
    lift = d.uniform("lift", 0.05, 0.18)
    pad = d.uniform("seat_pad", 0.1, 0.18)
    back_high, back_deep = d.uniform("back_height", 0.28, 0.52), d.uniform("back_depth", 0.12, 0.24)
    if name == "chesterfield":
        back_high = 0.28
    lift = min(lift, height - pad - 0.08)
    p = Plan(name, fabric, accent, leg, seats, width, depth, height, lift, pad, back_high, back_deep)
    family.build(a, d, p)


COUCH = Category(("seat", "back", "arm", "base", "pillow"), FAMILIES, _couch)
