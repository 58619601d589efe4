"""Boats: a lofted hull, open or decked, and what stands on it; the bow is at +z."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from ..materials import color
from .cargo import cargo
from .catamaran import catamaran
from .hull import Boat, draw_hull
from .motorboats import ferry, speedboat, tug, yacht
from .open_boats import open_boat
from .sailboat import sailboat
from .warship import warship


class Family(NamedTuple):
    weight: float
    beam: tuple[float, float]
    build: Callable[[Assembly, Draw, Boat], None]


FAMILIES = {
    "sailboat": Family(5, (0.24, 0.34), sailboat),
    "rowboat": Family(2, (0.32, 0.45), open_boat),
    "yacht": Family(3, (0.22, 0.32), yacht),
    "speedboat": Family(3, (0.3, 0.4), speedboat),
    "tug": Family(2, (0.3, 0.4), tug),
    "cargo": Family(2.5, (0.14, 0.2), cargo),
    "catamaran": Family(2, (0.09, 0.12), catamaran),
    "canoe": Family(1.5, (0.16, 0.24), open_boat),
    "warship": Family(1.5, (0.1, 0.15), warship),
    "ferry": Family(1.5, (0.2, 0.3), ferry),
}


def _boat(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    paint = color(d, "paint", "white", "paint", "wood")
    deck = color(d, "deck", "wood", "white", "metal")
    trim = color(d, "trim", "metal", "wood", "black")
    family.build(a, d, Boat(name, draw_hull(d, name, family.beam), paint, deck, trim))


BOAT = Category(("hull", "cabin", "mast", "sail", "engine", "fitting", "cargo"), FAMILIES, _boat)
