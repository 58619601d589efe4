"""Cargo ships: a bridge aft, in front or amidships, a funnel, and bays of one kind of load."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw, Variant
from ..materials import GLASS, color
from ..solids import box, ellipsoid
from ..sweeps import rod
from .fittings import add_funnel, block
from .hull import Boat, add_hull


class Bay(NamedTuple):
    """Where a load stands: its number, middle, length along z and width."""

    number: int
    z: float
    size: float
    wide: float


def cargo(a: Assembly, d: Draw, b: Boat) -> None:
    h, half_at = b.hull.height, b.hull.half_at
    add_hull(a, d, b)
    lo, hi = _add_bridge(a, d, b)
    _, load = d.variant("load", LOADS)
    for k, (z0, z1) in enumerate(itertools.pairwise(np.linspace(lo, hi, d.integer("bays", 3, 6) + 1))):
        wide = 2 * min(half_at(z0), half_at(z1)) * 0.92
        load.build(a, d, b, Bay(k, (z0 + z1) / 2, z1 - z0, wide))
    a.add("mast", b.trim, rod((0, 0.9 * h, 0.42), (0, h + 0.12, 0.42), 0.014), instance=9)


def _add_bridge(a: Assembly, d: Draw, b: Boat) -> tuple[float, float]:
    """Add the bridge and the funnel behind it; where the bays begin and end."""
    h = b.hull.height
    white = color(d, "house_tone", "white", "paper")
    place = d.weighted("bridge_at", {"aft": 5, "front": 1, "middle": 1})
    z = {"aft": -0.38, "front": 0.3, "middle": -0.05}[place]
    deep, tall = d.uniform("bridge_depth", 0.07, 0.13), d.uniform("bridge_height", 0.12, 0.22)
    wide = 1.85 * b.hull.half_at(z) * 0.95
    house = block((z - deep / 2, z + deep / 2), (0.8 * h, h + tall), wide, 0.0, 0.0, 0.92)
    a.add("cabin", white, house, box((wide * 1.1, 0.03, 0.8 * deep), (0, h + tall, z)))
    a.add("cabin", GLASS, box((wide * 0.94, 0.028, deep + 0.006), (0, h + tall - 0.035, z)))
    funnel = (0, 0.85 * h + (tall + 0.05) / 2, z - deep / 2 - (0.02 if place == "front" else 0.03))
    add_funnel(a, color(d, "funnel", "paint", "red"), box((0.4 * wide, tall + 0.05 + 0.3 * h, 0.05), funnel, 0.01))
    return (-0.44, z - deep / 2 - 0.07) if place == "front" else (z + deep / 2 + 0.03, 0.38)


# Loads ------------------------------------------------------------------------------------------


def _containers(a: Assembly, d: Draw, b: Boat, bay: Bay) -> None:
    h, k, wide = b.hull.height, bay.number, bay.wide
    rows = max(2, int(wide / 0.045))
    for i in range(rows):
        n = d.integer(f"stack_{k}_{i}", 0, 3)
        if n:
            tone = color(d, f"container_{k}_{i}", "paint", "plastic")
            size = (0.97 * wide / rows, 0.04 * n + 0.3 * h, 0.86 * bay.size)
            x = -wide / 2 + (i + 0.5) * wide / rows
            a.add("cargo", tone, box(size, (x, h + 0.02 * n - 0.15 * h, bay.z)), instance=k)


def _cranes(a: Assembly, d: Draw, b: Boat, bay: Bay) -> None:
    h, z, k = b.hull.height, bay.z, bay.number
    m = d.once(d.uniform, "crane", 0.14, 0.26)
    post = rod((0, 0.8 * h, z), (0, h + m, z), 0.018)
    jib = rod((0, h + 0.3 * m, z), (0, h + 0.95 * m, z + 0.8 * bay.size), 0.0135)
    a.add("mast", b.trim, post, jib, instance=k)
    a.add("cargo", b.deck, box((0.7 * bay.wide, 0.045, 0.6 * bay.size), (0, h + 0.01, z)), instance=k)


def _tanks(a: Assembly, d: Draw, b: Boat, bay: Bay) -> None:
    r = min(bay.wide, bay.size)
    tank = ellipsoid((r * 0.95, r * 0.95, r * 0.95), (0, b.hull.height + 0.3 * r, bay.z), 18)
    a.add("cargo", b.trim, tank, instance=bay.number)


def _hatches(a: Assembly, d: Draw, b: Boat, bay: Bay) -> None:
    hatch = box((0.75 * bay.wide, 0.06, 0.75 * bay.size), (0, b.hull.height + 0.01, bay.z), 0.008)
    a.add("cargo", b.deck, hatch, instance=bay.number)


LOADS: dict[str, Variant[Callable[[Assembly, Draw, Boat, Bay], None]]] = {
    "containers": Variant(4, _containers),
    "cranes": Variant(2, _cranes),
    "tanks": Variant(1.5, _tanks),
    "hatches": Variant(1.5, _hatches),
}
