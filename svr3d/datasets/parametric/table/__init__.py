"""Tables and desks: a top of some outline, a base, and perhaps drawers and a lower shelf."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from .desk import desk
from .frames import loops, slabs, trestle
from .legs import legs
from .pedestals import columns, drum, pedestal
from .plan import Plan
from .top import Weights, add_top


class Family(NamedTuple):
    weight: float
    build: Callable[[Assembly, Draw, Plan], None]
    tops: Weights = (4, 3, 2, 2, 1, 1, 1)
    """How often the top has each of the shapes in `top.SHAPES`."""


FAMILIES = {
    "four_legs": Family(8, legs),
    "desk": Family(5, desk, (4, 2, 0, 0, 0, 0, 0)),
    "pedestal": Family(4, pedestal, (1, 1, 5, 2, 1, 0, 0)),
    "two_columns": Family(2, columns),
    "trestle": Family(3, trestle, (4, 2, 0, 1, 0, 1, 1)),
    "slabs": Family(3, slabs, (4, 2, 0, 0, 0, 0, 0)),
    "drum": Family(2, drum, (1, 1, 4, 2, 1, 0, 0)),
    "loops": Family(3, loops, (3, 2, 0, 0, 0, 1, 0)),
    "one_leg": Family(1, pedestal, (1, 1, 4, 0, 1, 0, 0)),
}


def _table(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    family.build(a, d, add_top(a, d, name, family.tops))


TABLE = Category(("top", "base", "drawer", "shelf"), FAMILIES, _table)
