"""Three or four legs with stretchers, of chairs and stools."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import around
from ..sweeps import bar, rod, turned
from .plan import Plan

TURNED = [(1, 0), (1, 0.12), (0.6, 0.16), (1.15, 0.3), (0.75, 0.5), (0.65, 0.7), (1, 0.8), (0.6, 0.86), (0.7, 1)]
"""A turned leg: (radius factor, position from top to foot)."""


class Leg(NamedTuple):
    start: np.ndarray
    end: np.ndarray

    def at(self, s: float) -> np.ndarray:
        """The point at the fraction s of the way down: Float[3]."""
        return self.start + s * (self.end - self.start)


def legs(a: Assembly, d: Draw, p: Plan) -> None:
    style = d.weighted("leg", {"straight": 3, "tapered": 3, "round": 3, "turned": 2, "square_splay": 2})
    splay = 0.0 if style == "straight" else d.uniform("splay", 0.0, 0.09)
    r = 0.5 * d.uniform("leg_thickness", 0.035, 0.058)
    feet = []
    for place in _places(d, p, r):
        foot = place * (1 + splay / np.linalg.norm(place))
        start, end = (place[0], p.under, place[1]), (foot[0], 0.0, foot[1])
        feet.append(Leg(np.array(start), np.array(end)))
        if style == "turned":
            a.add("base", p.frame, turned(start, end, 1.1 * r, TURNED))
        elif style == "round":
            a.add("base", p.frame, rod(start, end, r, 0.75 * r))
        else:
            taper = 0.65 if style == "tapered" else 1.0
            a.add("base", p.frame, bar(start, end, 2 * r, 2 * r, (0, 0, 1), taper))
    _add_stretchers(a, d, p, feet, turned_legs=style == "turned")


def _places(d: Draw, p: Plan, r: float) -> list[np.ndarray]:
    """Where the legs meet the seat, as (x, z); a stool may stand on three."""
    inset = 0.86 if p.shape in ("square", "rounded", "trapezoid") else 0.66
    if p.shape == "rounded":  # the corner cuts the seat's diagonal by 0.3 of its radius
        inset = min(inset, 1 - 2 * (0.3 * p.corner + r) / min(p.width, p.depth))
    if p.stool and d.chance("three_legs", 0.3):
        return [0.36 * p.width * np.array([np.cos(q), np.sin(q)]) for q in around(3, np.pi / 2)]
    half = {1: 0.5 * inset * p.width, -1: 0.5 * inset * p.rear}
    return [np.array([sx * half[sz], sz * 0.5 * inset * p.depth]) for sz in (1, -1) for sx in (1, -1)]


def _add_stretchers(a: Assembly, d: Draw, p: Plan, feet: list[Leg], turned_legs: bool) -> None:
    kind = d.weighted("stretchers", {"none": 4, "box": 2, "h": 2, "sides": 2, "apron": 3})
    s = d.uniform("stretcher_height", 0.45, 0.78)
    add = a.adder("base", p.frame)
    three = len(feet) == 3
    ring = [(0, 1), (1, 2), (2, 0)] if three else [(0, 1), (1, 3), (3, 2), (2, 0)]
    if kind == "box" or (three and kind in ("h", "sides")):
        add(*[rod(feet[i].at(s), feet[j].at(s), 0.017, sides=8) for i, j in ring])
    elif kind in ("h", "sides"):
        add(*[rod(feet[i].at(s), feet[j].at(s), 0.017, sides=8) for i, j in ((0, 2), (1, 3))])
        if kind == "h":
            left, right = ((feet[i].at(s) + feet[j].at(s)) / 2 for i, j in ((0, 2), (1, 3)))
            add(rod(left, right, 0.017, sides=8))
    elif kind == "apron" and not turned_legs:
        add(*[bar(feet[i].at(0.1), feet[j].at(0.1), 0.028, 0.07) for i, j in ring])
