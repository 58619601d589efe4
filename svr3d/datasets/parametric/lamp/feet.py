"""The feet of lamps that stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..assembly import Adder, Assembly
from ..draw import Draw, Variant
from ..outlines import around, circle, fillet, spoke
from ..solids import box
from ..sweeps import lathe, rod, tube
from .lights import Plan


def add_foot(a: Assembly, d: Draw, p: Plan, radius: float, height: float) -> float:
    """Add a foot of this radius for a lamp of this height; where the pole begins."""
    _, foot = d.variant("foot", FEET)
    thick = 0.035 * height
    foot.build(a.adder("base", p.metal), d, radius, thick)
    return 0.4 * thick


def _disc(add: Adder, d: Draw, r: float, t: float) -> None:
    add(lathe([(r, 0), (r, t), (0.2 * r, 1.5 * t)], sides=28))


def _dome(add: Adder, d: Draw, r: float, t: float) -> None:
    q = np.linspace(0, np.pi / 2, 6)
    add(lathe(np.stack([r * np.cos(q), 0.5 * r * np.sin(q)], axis=1), sides=24))


def _square(add: Adder, d: Draw, r: float, t: float) -> None:
    add(box((1.7 * r, 1.3 * t, 1.7 * r), (0, 0.65 * t, 0), 0.2 * t))


def _star(add: Adder, d: Draw, r: float, t: float) -> None:
    for q in around(d.integer("feet", 3, 5), np.pi / 2):
        out = spoke(q)
        path = [(0, 0.45 * r, 0), 0.5 * r * out + (0, 0.4 * r, 0), r * out + (0, 0.4 * t, 0)]
        add(tube(fillet(path, 0.4 * r), 0.5 * t, 8))


def _ring(add: Adder, d: Draw, r: float, t: float) -> None:
    add(tube(circle(r, 24, 0.5 * t), 0.6 * t, 8, closed=True))
    for q in around(3):
        add(rod((0, 0.5 * t, 0), r * np.array([np.cos(q), 0.5 * t / r, np.sin(q)]), 0.5 * t, sides=8))


def _cone(add: Adder, d: Draw, r: float, t: float) -> None:
    add(lathe([(r, 0), (r, 0.5 * t), (0.1 * r, 1.2 * r)], sides=24))


FEET: dict[str, Variant[Callable[[Adder, Draw, float, float], None]]] = {
    "disc": Variant(4, _disc),
    "dome": Variant(2, _dome),
    "square": Variant(2, _square),
    "star": Variant(2, _star),
    "ring": Variant(1, _ring),
    "cone": Variant(1, _cone),
}
