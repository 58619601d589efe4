"""Where the drivers of a box go."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..draw import Draw


class Driver(NamedTuple):
    """A driver at x and at the fraction y of the face's height, with its radius."""

    x: float
    y: float
    radius: float


def _tower(d: Draw, w: float, h: float, kind: int) -> list[Driver]:
    n = kind + 1
    big = 0.41 * w
    ys = np.linspace(0.16, 0.9, n) if d.chance("spread", 0.5) else 0.92 - np.arange(n) * min(2.15 * big, 0.8 / n)
    small = d.integer("tweeter", 0, n - 1)
    return [Driver(0, y, (0.55 if k == small else 1) * min(big, 0.4 / n)) for k, y in enumerate(ys)]


def _two_way(d: Draw, w: float, h: float, kind: int) -> list[Driver]:
    big = min(0.41 * w, 0.26 * h)
    drivers = [Driver(0, 0.33, big), Driver(0, 0.78, big * d.uniform("tweeter_size", 0.35, 0.75))][: 1 + (kind > 1)]
    return drivers + ([Driver(0.3 * w, 0.6, 0.25 * big)] if kind == 4 else [])


def _boombox(d: Draw, w: float, h: float, kind: int) -> list[Driver]:
    big = 0.4 * min(h, 0.5)
    drivers = [Driver(-0.31 * w, 0.5, big), Driver(0.31 * w, 0.5, big)]
    return drivers + ([Driver(0, 0.35, 0.35 * big)] if d.chance("centre", 0.4) else [])


def _bar(d: Draw, w: float, h: float, kind: int) -> list[Driver]:
    n = d.integer("bar_drivers", 3, 7)
    return [Driver(x * w, 0.5, min(0.38 * h, 0.4 / n)) for x in np.linspace(-0.42, 0.42, n)]


def _subwoofer(d: Draw, w: float, h: float, kind: int) -> list[Driver]:
    return [Driver(0, 0.5, d.uniform("woofer", 0.3, 0.42) * min(w, h))]


LAYOUTS: dict[str, Callable[[Draw, float, float, int], list[Driver]]] = {
    "tower": _tower,
    "bookshelf": _two_way,
    "stand": _two_way,
    "boombox": _boombox,
    "bar": _bar,
    "subwoofer": _subwoofer,
}
"""By family: (draw, width, height, a number from 1 to 4) -> drivers."""
