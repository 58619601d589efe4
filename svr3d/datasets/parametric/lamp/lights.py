"""Lights: a shade of one of nine forms, hanging from its top, and the bulb in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color
from ..outlines import Vector, around, smooth, triple
from ..solids import ellipsoid
from ..sweeps import lathe, rod, shell

BULB: Color = (0.95, 0.9, 0.75)


class Plan(NamedTuple):
    """The colours of a lamp."""

    metal: Color
    shade: Color


class Form(NamedTuple):
    """A shade below the origin; most show a bulb inside."""

    body: Manifold
    height: float
    bulb: bool = True


def add_light(
    a: Assembly,
    d: Draw,
    p: Plan,
    radius: float,
    at: Vector,
    kinds: Sequence[str],
    weights: Sequence[float] | None = None,
    turn: tuple[float, float] = (0, 0),
    instance: int = 0,
) -> None:
    """Add a light that hangs from its top at `at`, opening downwards before `turn` (degrees about x, then y).

    All lights of a lamp have one form, drawn from `kinds` for the first of them.
    """
    kind = d.once(d.choice, "shade_form", kinds, weights)
    wall = max(0.12 * radius, 0.014)
    body, h, bulb = FORMS[kind](d, radius, wall)

    def add(solid: Manifold, tone: Color) -> None:
        a.add(
            "unit", tone, solid.rotate((turn[0], 0, 0)).rotate((0, turn[1], 0)).translate(triple(at)), instance=instance
        )

    add(body, p.shade)
    if bulb:
        b = min(0.4 * radius, 0.3 * h)
        stem = rod((0, -0.5 * h, 0), (0, 0.0, 0), max(0.4 * b, wall))
        add(ellipsoid((1.6 * b, 2 * b, 1.6 * b), (0, -0.5 * h, 0), 12) + stem, BULB)


def _spider(radius: float, wall: float, bars: int = 3, phase: float = 0.0) -> Manifold:
    """Bars from a hub to the rim of an open shade."""
    spokes = [
        rod((0, -wall, 0), (radius * np.cos(q), -wall, radius * np.sin(q)), 0.6 * wall, sides=6)
        for q in around(bars, phase)
    ]
    return sum(spokes, rod((0, -2 * wall, 0), (0, 0, 0), 1.2 * wall))


def _cone(d: Draw, r: float, wall: float) -> Form:
    h = r * d.once(d.uniform, "shade_form_height", 0.9, 1.6)
    top = r * d.once(d.uniform, "shade_form_top", 0.25, 0.7)
    return Form(shell([(r, -h), (top, 0)], wall, sides=24) + _spider(top, wall), h)


def _drum(d: Draw, r: float, wall: float) -> Form:
    h = r * d.once(d.uniform, "shade_form_height", 0.6, 1.6)
    return Form(shell([(r, -h), (0.97 * r, 0)], wall, sides=28) + _spider(0.97 * r, wall), h)


def _dome(d: Draw, r: float, wall: float) -> Form:
    q = np.linspace(0.02, np.pi / 2, 8)
    return Form(shell(np.stack([r * np.sin(q), r * (np.cos(q) - 1)], axis=1)[::-1], wall, sides=24), r)


def _globe(d: Draw, r: float, wall: float) -> Form:
    return Form(ellipsoid((2 * r, 2 * r, 2 * r), (0, -r, 0), 24), 2 * r, bulb=False)


def _bell(d: Draw, r: float, wall: float) -> Form:
    h = 1.25 * r
    profile = [(r, -h), (0.78 * r, -0.85 * h), (0.55 * r, -0.45 * h), (0.42 * r, -0.12 * h), (0.02 * r, 0)]
    return Form(shell(smooth(profile, 4), wall, sides=24), h)


def _pyramid(d: Draw, r: float, wall: float) -> Form:
    h = 1.2 * r
    body = shell([(1.25 * r, -h), (0.55 * r, 0)], 1.2 * wall, sides=4)
    return Form(body + _spider(0.5 * r, wall, 4, np.pi / 4), h)


def _can(d: Draw, r: float, wall: float) -> Form:
    h = 2.2 * r
    can = lathe([(0.9 * r, -h), (r, -h), (r, -0.3 * h), (0.5 * r, 0)], sides=18)
    return Form(can - lathe([(0.8 * r, -2 * h), (0.8 * r, -0.7 * h)], sides=18), h, bulb=False)


def _tulip(d: Draw, r: float, wall: float) -> Form:
    h = 1.5 * r
    profile = smooth([(r, -h), (0.95 * r, -0.7 * h), (0.7 * r, -0.25 * h), (0.03 * r, 0)], 4)
    return Form(shell(profile, wall, sides=20), h)


def _candle(d: Draw, r: float, wall: float) -> Form:
    h = 2.6 * r
    flame = lathe([(0.01, -h), (0.42 * r, -0.8 * h), (0.4 * r, -0.62 * h)], sides=10)
    return Form(rod((0, 0, 0), (0, -h * 0.65, 0), 0.5 * r) + flame, h, bulb=False)


FORMS: dict[str, Callable[[Draw, float, float], Form]] = {
    "cone": _cone,
    "drum": _drum,
    "dome": _dome,
    "globe": _globe,
    "bell": _bell,
    "pyramid": _pyramid,
    "can": _can,
    "tulip": _tulip,
    "candle": _candle,
}
