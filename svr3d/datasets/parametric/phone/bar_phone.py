"""Bars and bricks: a screen above a keypad, in one of four outlines, with an antenna."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..solids import box
from ..sweeps import rod
from .plan import Keypad, Plan, profile, rounded_case, stay

ANTENNAS = {"stub": 0.14, "long": 0.5, "whip": 0.8}
"""How far each rises above the case."""


def bar_phone(a: Assembly, d: Draw, p: Plan) -> None:
    w, t = d.uniform("width", 0.3, 0.46), d.uniform("thickness", 0.09, 0.18)
    if p.family == "brick":
        t *= 1.5
    form = d.choice("outline", ("round", "tapered", "pinched", "egg"))
    y = np.linspace(-0.5, 0.5, 13)
    half = {
        "round": np.full(13, 1.0),
        "tapered": 1 - 0.25 * (0.5 - y),
        "pinched": 1 - 0.25 * np.cos(np.pi * y) ** 2 + 0.1,
        "egg": 1 - 0.5 * (y - 0.15) ** 2,
    }[form]
    half = half * np.clip(1 - (np.abs(2 * y) ** 8) * d.uniform("ends", 0.1, 0.45), 0.3, 1) * w / 2
    body = rounded_case(profile(half, y), t, 0.92, 0.93)
    low, high = d.uniform("screen_low", 0.02, 0.15), d.uniform("screen_high", 0.33, 0.4)
    middle = (low + high) / 2
    a.add("body", p.case, body - box((0.7 * w, high - low, 0.3 * t), (0, middle, t / 2)))
    a.add("screen", p.glass, box((0.74 * w, high - low + 0.02, 0.1), (0, middle, 0.36 * t - 0.05)))
    rows, round_keys = d.integer("rows", 3, 5), d.chance("round_keys", 0.4)
    Keypad(0.72 * w, -0.43, low - 0.12, t / 2, rows, round_keys=round_keys).add_to(a, p.key, stay)
    a.add("button", p.key, box((0.25 * w, 0.05, 0.04), (0, low - 0.07, t / 2), 0.01))
    _add_antenna(a, d, p, w)


def _add_antenna(a: Assembly, d: Draw, p: Plan, w: float) -> None:
    weights = (0, 1, 2, 2) if p.family == "brick" else (1, 2, 1, 1)
    kind = d.choice("antenna", ("none", "stub", "long", "whip"), weights)
    if kind == "none":
        return
    x = 0.3 * w * d.choice("antenna_side", (-1, 1))
    tone = shade(p.case, 0.7)
    radii = (0.024, 0.02) if kind == "whip" else (0.035, 0.028)
    a.add("antenna", tone, rod((x, 0.42, 0), (x, 0.5 + ANTENNAS[kind], 0), *radii))
    if kind == "whip":
        a.add("antenna", tone, rod((x, 0.42, 0), (x, 0.6, 0), 0.04))
