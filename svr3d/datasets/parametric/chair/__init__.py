"""Chairs: a seat outline, a back on a curved surface, arms, and one of six bases, drawn independently."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from .arms import add_arms
from .backs import add_back
from .bases import cantilever, club, pedestal, sled, swivel
from .legs import legs
from .plan import Plan
from .seat import add_seat


class Family(NamedTuple):
    weight: float
    arms: float
    """How often there are arms."""
    base: Callable[[Assembly, Draw, Plan], None]


FAMILIES = {
    "four_legs": Family(10, 0.4, legs),
    "swivel": Family(4, 0.6, swivel),
    "sled": Family(3, 0.4, sled),
    "cantilever": Family(2, 0.5, cantilever),
    "club": Family(2, 1.0, club),
    "stool": Family(3, 0.0, legs),
    "pedestal": Family(2, 0.35, pedestal),
}


def _chair(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    p = add_seat(a, d, name)
    kind, back = add_back(a, d, p)
    if back is not None and not p.stool and d.chance("arms", family.arms):
        add_arms(a, d, p, kind, back)
    family.base(a, d, p)


CHAIR = Category(("seat", "back", "arm", "base", "head"), FAMILIES, _chair)
