"""Chandeliers: a stem below a ceiling rose, and arms of one of five forms that carry lights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..assembly import Adder, Assembly
from ..draw import Draw
from ..outlines import around, circle, fillet, smooth, spoke
from ..solids import ellipsoid
from ..sweeps import bar, lathe, rod, tube
from .lights import Plan, add_light


def chandelier(a: Assembly, d: Draw, p: Plan) -> None:
    n = d.integer("arms", 3, 8)
    reach, drop = d.uniform("reach", 0.3, 0.5), d.uniform("drop", 0.25, 0.6)
    r = 0.5 * d.uniform("arm", 0.026, 0.036)
    stem = STEMS[d.choice("stem", tuple(STEMS))]
    a.add("base", p.metal, lathe([(0.02, -0.05), (0.1, -0.02), (0.1, 0.0)], sides=20))
    body = a.adder("body", p.metal)
    stem(body, drop)
    form = d.weighted("arm_form", {"s": 4, "straight": 2, "up": 2, "ring": 2, "beam": 1.5})
    upward = d.chance("upward", 0.55)
    size = d.uniform("shade_radius", 0.055, 0.1)
    ends = _add_beam(body, n, reach, drop) if form == "beam" else _add_arms(body, form, n, reach, drop, r)
    kinds = ("candle", "tulip", "cone", "globe", "bell") if upward else ("bell", "globe", "cone", "dome", "can")
    for k, end in enumerate(ends):
        # The first light's form is not drawn yet when its size is fixed: only the others shrink to candles.
        radius = 0.6 * size if d.parameters.get("shade_form") == "candle" else size
        at = end + ((0, -0.005, 0) if upward else (0, 0.005, 0))
        add_light(a, d, p, radius, at, kinds, turn=(180 if upward else 0, 0), instance=k)


# Stems ------------------------------------------------------------------------------------------


def _rod_stem(add: Adder, drop: float) -> None:
    add(rod((0, -drop - 0.12, 0), (0, -0.02, 0), 0.018), ellipsoid((0.11, 0.11, 0.11), (0, -drop, 0), 14))


def _turned_stem(add: Adder, drop: float) -> None:
    low = -drop - 0.12
    s = np.linspace(0, 1, 20)
    radius = 0.025 + 0.03 * np.abs(np.sin(4 * np.pi * s)) + 0.03 * np.exp(-(((s - 0.25) / 0.1) ** 2))
    add(lathe(np.stack([radius, low + s * (-0.02 - low)], axis=1), sides=14))


def _cage_stem(add: Adder, drop: float) -> None:
    for q in around(4, np.pi / 4):
        low, high = (0.09 * np.cos(q), -drop, 0.09 * np.sin(q)), (0.015 * np.cos(q), -0.03, 0.015 * np.sin(q))
        add(rod(low, high, 0.013, sides=8))
    add(lathe([(0.02, -drop - 0.12), (0.12, -drop - 0.02), (0.12, -drop + 0.03)], sides=18))


STEMS: dict[str, Callable[[Adder, float], None]] = {"rod": _rod_stem, "turned": _turned_stem, "cage": _cage_stem}


# Arms: each returns where the lights go ---------------------------------------------------------

RISE = {"s": 0.05, "straight": 0.0, "up": 0.18, "ring": 0.0}
"""Of an arm's end above its root."""


def _add_beam(add: Adder, n: int, reach: float, drop: float) -> list[np.ndarray]:
    xs = np.linspace(-1, 1, max(n, 3)) * 1.3 * reach
    add(bar((xs[0] - 0.05, -drop, 0), (xs[-1] + 0.05, -drop, 0), 0.05, 0.045))
    return [np.array([x, -drop, 0.0]) for x in xs]


def _add_arms(add: Adder, form: str, n: int, reach: float, drop: float, r: float) -> list[np.ndarray]:
    ends = []
    c = np.array([0, -drop, 0.0])
    for q in around(n, 0.3):
        out = spoke(q)
        end = c + reach * out + (0, RISE[form], 0)
        if form == "s":
            steps = ((0.3, -0.08), (0.75, -0.1), (1.0, -0.02))
            path = smooth([c, *[c + k * reach * out + (0, y, 0) for k, y in steps], end], 5)
        elif form == "up":
            path = fillet([c, c + reach * out, end], 0.12)
        else:
            path = np.array([c, end])
        add(tube(path, r, 8))
        ends.append(end)
    if form == "ring":
        add(tube(circle(reach, 36, -drop), 1.3 * r, 8, closed=True))
    return ends
