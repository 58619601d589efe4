"""Stands: one of five necks behind the panel on one of six feet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..assembly import Adder, Assembly
from ..draw import Draw
from ..materials import color
from ..outlines import SIDES, around, circle, fillet, rectangle
from ..solids import box, grid, hull, prism
from ..sweeps import bar, lathe, rod, tube
from .plan import Plan


class Stand(NamedTuple):
    """The sizes of a stand; `lean` is the neck's foot, behind the panel, and `back` where it meets the panel."""

    width: float
    """Of the display."""
    radius: float
    top: float
    back: float
    low: float
    deep: float
    wide: float

    @property
    def lean(self) -> np.ndarray:
        return np.array([0, 0, self.back - 1.2 * self.radius])


def stand(a: Assembly, d: Draw, p: Plan) -> None:
    tone = p.case if d.chance("stand_plain", 0.6) else color(d, "stand", "metal", "black")
    form = d.choice("neck", tuple(NECKS))
    foot = d.choice("foot", tuple(FEET))
    r = p.longest * d.uniform("neck_width", 0.02, 0.035)
    top, back = p.middle - d.uniform("neck_top", 0.05, 0.25) * p.height, -0.45 * p.thick
    reach = back + 0.4 * p.thick + p.slope * (p.middle - top)  # to the panel, which leans
    deep = p.longest * d.uniform("foot_depth", 0.13, 0.2)
    wide = p.width * d.uniform("foot_width", 0.22, 0.4)
    add = a.adder("base", tone)
    if form == "bent":
        add(rod((0, top, -0.3 * deep), (0, top, reach), r))
    else:
        add(rod((0, top, back - 1.5 * r), (0, top + 0.01, reach), 2.2 * r))
    s = Stand(p.width, r, top, back, 0.03 * p.longest, deep, wide)
    NECKS[form](add, s)
    FEET[foot](add, d, s)


# Necks ------------------------------------------------------------------------------------------


def _plate_neck(add: Adder, s: Stand) -> None:
    size = (0.35 * s.wide + 2 * s.radius, s.top + s.radius, 2 * s.radius)
    add(box(size, s.lean + (0, (s.top + s.radius) / 2, 0)))


def _round_neck(add: Adder, s: Stand) -> None:
    add(rod(s.lean, s.lean + (0, s.top + 2 * s.radius, 0), 1.4 * s.radius))


def _bent_neck(add: Adder, s: Stand) -> None:
    low, z = s.low / 2, -0.3 * s.deep
    path = [(0, low, 0.5 * s.deep), (0, low, z), (0, s.top, z), (0, s.top, s.back)]
    add(tube(fillet(path, 0.06), 1.1 * s.radius, 10))


def _twin_neck(add: Adder, s: Stand) -> None:
    x, top, r = 0.12 * s.width, s.top, s.radius
    add(*[rod(s.lean + (k * x, 0, 0), s.lean + (k * x, top, 0), r) for k in SIDES])
    add(*[rod(s.lean + (-x, y, 0), s.lean + (x, y, 0), r) for y in (top, r)])


def _wedge_neck(add: Adder, s: Stand) -> None:
    foot = grid((-0.5 * s.wide, 0.5 * s.wide), (s.low / 2,), (-0.6 * s.deep, 0.2 * s.deep))
    z = s.lean[2]
    add(hull(foot, grid((-0.25 * s.wide, 0.25 * s.wide), (s.top,), (z - s.radius, z + s.radius))))


NECKS: dict[str, Callable[[Adder, Stand], None]] = {
    "plate": _plate_neck,
    "round": _round_neck,
    "bent": _bent_neck,
    "twin": _twin_neck,
    "wedge": _wedge_neck,
}


# Feet -------------------------------------------------------------------------------------------


def _rectangle_foot(add: Adder, d: Draw, s: Stand) -> None:
    add(prism(rectangle(2 * s.wide, 2 * s.deep, 0.1 * s.deep), s.low, "y", (0, s.low / 2, 0)))


def _oval_foot(add: Adder, d: Draw, s: Stand) -> None:
    add(lathe([(1, 0), (0.97, s.low), (0.2, 1.3 * s.low)], sides=32).scale((s.wide, 1, s.deep)))


def _v_foot(add: Adder, d: Draw, s: Stand) -> None:
    low, r = s.low, s.radius
    for k in SIDES:
        start, end = (0, low * 0.6, s.lean[2] - r), (k * s.wide, low * 0.6, 1.2 * s.deep)
        add(bar(start, end, 1.6 * low, 1.2 * low))
    add(box((4 * r, 1.2 * low, 4 * r), s.lean + (0, low * 0.6, 0)))


def _ring_foot(add: Adder, d: Draw, s: Stand) -> None:
    low, x, y = s.low, 0.12 * s.width, 0.6 * s.low
    add(tube(circle(s.wide, 32, y, s.deep), 0.65 * low, 8, closed=True))
    add(bar((0, y, -s.deep), (0, y, s.deep), 2 * low, 1.1 * low))
    add(bar((-x, y, s.lean[2]), (x, y, s.lean[2]), 2 * low, 1.1 * low))


def _star_foot(add: Adder, d: Draw, s: Stand) -> None:
    n = d.integer("toes", 3, 5)
    low, z = s.low, s.lean[2]
    for q in around(n, np.pi / 2):
        toe = (s.wide * np.cos(q), 0.6 * low, z + s.wide * np.sin(q))
        add(bar((0, 0.6 * low, z), toe, 1.8 * low, 1.2 * low))
    add(box((0.24 * s.width + 2 * s.radius, 1.2 * low, 2.5 * s.radius), s.lean + (0, 0.6 * low, 0)))


def _half_foot(add: Adder, d: Draw, s: Stand) -> None:
    q = np.linspace(0, np.pi, 16)
    outline = np.stack([s.wide * np.cos(q), 1.6 * s.deep * np.sin(q) - 0.6 * s.deep], axis=1)
    add(prism(outline, s.low, "y", (0, s.low / 2, 0)))


FEET: dict[str, Callable[[Adder, Draw, Stand], None]] = {
    "rectangle": _rectangle_foot,
    "oval": _oval_foot,
    "v": _v_foot,
    "ring": _ring_foot,
    "star": _star_foot,
    "half": _half_foot,
}
