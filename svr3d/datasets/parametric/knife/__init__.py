"""Knives: a bevelled blade of one of many outlines, a handle and perhaps a guard; the tip points to +z."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from ..materials import color
from . import outlines
from .blade import DEPTHS, blade
from .guard import add_guard
from .handles import butterfly, plain, ring
from .plan import Plan


class Family(NamedTuple):
    weight: float
    outline: Callable[[Draw, Plan], outlines.BladeOutline]
    guard: float = 0.0
    """How often there is one."""
    handle: Callable[[Assembly, Draw, Plan], None] = plain


FAMILIES = {
    "chef": Family(4, outlines.common, 0.15),
    "cleaver": Family(2, outlines.cleaver),
    "dagger": Family(2.5, outlines.dagger, 0.95),
    "hunting": Family(3, outlines.common, 0.6),
    "table": Family(2, outlines.table),
    "folding": Family(3, outlines.common, 0.25),
    "machete": Family(1.5, outlines.machete, 0.3),
    "bread": Family(1.5, outlines.bread, 0.15),
    "kukri": Family(1.5, outlines.kukri, 0.3),
    "karambit": Family(1.5, outlines.karambit, handle=ring),
    "butterfly": Family(1.5, outlines.common, handle=butterfly),
    "cutter": Family(1, outlines.cutter),
}


def _knife(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    steel = color(d, "steel", "metal")
    p = _plan(d, name)
    solid = blade(d, p, family.outline(d, p))
    family.handle(a, d, p)
    a.add("blade", steel, solid)
    if d.chance("guard", family.guard):
        add_guard(a, d, p)


def _plan(d: Draw, family: str) -> Plan:
    grip = color(d, "grip", "wood", "black", "plastic", "leather")
    trim = color(d, "trim", "brass", "metal", "black")
    long = d.uniform("blade_length", 0.42, 0.68)
    # All depths are drawn, whichever is used: drawing one would change all that is drawn after it.
    depths = {name: d.uniform("depth", *span) for name, span in DEPTHS.items()}
    deep = long * depths.get(family, depths["other"])
    thick = d.uniform("thickness", 0.036, 0.048)
    hold = 0.3 if family == "machete" else 1 - long
    tall = d.uniform("handle_height", 0.075, 0.11)
    top = 0.5 * tall * d.uniform("spine_level", 0.3, 0.9)
    belly = d.uniform("belly", 0.2, 0.6)
    point = d.choice("point", tuple(outlines.POINTS))
    return Plan(family, grip, trim, long, deep, thick, hold, tall, top, belly, point)


KNIFE = Category(("blade", "handle", "guard"), FAMILIES, _knife)
