"""Handles: shaped, round, scaled or ribbed ones, the two halves of a butterfly, and one that ends in a ring."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import around, at_depth, ellipse, rectangle
from ..solids import box, prism
from ..sweeps import lathe, loft, rod, sweep, tube
from .plan import Plan

FRONT = 0.01
"""Where a handle begins, along z."""


class Profile(NamedTuple):
    """Half the height and the middle of a handle along it, each Float[9], from front (s = 0) to pommel."""

    s: np.ndarray
    half: np.ndarray
    middle: np.ndarray
    wide: float


def plain(a: Assembly, d: Draw, p: Plan) -> None:
    wide = d.uniform("handle_width", 0.045, 0.07)
    weights = (0, 0, 1, 0, 1) if p.family == "cutter" else (3, 1.5, 3, 1.5, 1.5)
    kind = d.choice("handle", tuple(HANDLES), weights)
    curve = d.uniform("handle_curve", -0.03, 0.04)
    s = np.linspace(0, 1, 9)
    bumps = d.uniform("bumps", 0.0, 0.14)
    waves = bumps * np.cos(2 * np.pi * s * d.choice("waves", (1, 1.5, 2.5)))
    half = p.tall / 2 * (1 + waves + d.uniform("pommel", -0.15, 0.3) * s**4)
    profile = Profile(s, half, -curve * np.sin(np.pi * s), wide)
    HANDLES[kind](a, d, p, profile)
    if d.chance("bolster", 0.4) and p.family not in ("cutter", "folding"):
        a.add("guard", p.trim, box((wide * 1.02, p.tall * 1.05, 0.035), (0, 0, 0.0), 0.008))
    _add_pommel(a, d, p, profile.middle[-1])


def _add_pommel(a: Assembly, d: Draw, p: Plan, y: float) -> None:
    """Perhaps add a ring or a knob at the handle's end."""
    end = FRONT - p.hold
    if d.chance("pommel_ring", 0.15):
        q, r = around(16), 0.045
        ring = np.stack([np.zeros(16), y + r * np.cos(q), end - 0.6 * r + r * np.sin(q)], axis=1)
        a.add("handle", p.trim, tube(ring, 0.016, 8, closed=True))
    elif d.chance("pommel_knob", 0.2):
        a.add("handle", p.trim, rod((0, y, end + 0.02), (0, y, end - 0.02), 0.5 * p.tall, sides=14))


def _lofted(a: Assembly, d: Draw, p: Plan, profile: Profile, grows: np.ndarray) -> None:
    """A handle of oval section, growing along it."""
    section = ellipse(1, 1, 14, d.uniform("roundness", 2.0, 4.0))
    rings = []
    for s, half, middle, k in zip(profile.s, profile.half, profile.middle, grows, strict=True):
        x, y = section[:, 0] * profile.wide * (0.9 + 0.2 * k), section[:, 1] * 2 * half * k + middle
        rings.append(at_depth(np.column_stack([x, y]), FRONT - s * p.hold))
    a.add("handle", p.grip, loft(rings))


def _shaped(a: Assembly, d: Draw, p: Plan, profile: Profile) -> None:
    _lofted(a, d, p, profile, np.ones(9))


def _tapered(a: Assembly, d: Draw, p: Plan, profile: Profile) -> None:
    _lofted(a, d, p, profile, np.linspace(0.75, 1.2, 9))


def _turned(a: Assembly, p: Plan, ribs: float) -> None:
    n = 19
    q = np.linspace(0, 1, n)
    radius = 0.45 * p.tall * (1 - 0.2 * np.sin(np.pi * q)) * (1 + ribs * (np.arange(n) % 2))
    body = lathe(np.stack([radius, q * p.hold], axis=1), sides=16).rotate((-90, 0, 0)).scale((0.75, 1, 1))
    a.add("handle", p.grip, body.translate((0, 0, FRONT)))


def _round(a: Assembly, d: Draw, p: Plan, profile: Profile) -> None:
    _turned(a, p, 0.0)


def _ribbed(a: Assembly, d: Draw, p: Plan, profile: Profile) -> None:
    _turned(a, p, 0.12)


def _scales(a: Assembly, d: Draw, p: Plan, profile: Profile) -> None:
    """Two plates on a full tang, with rivets through them."""
    s, half, middle, wide = profile
    z = FRONT - s * p.hold
    outline = np.concatenate([np.stack([z, middle + half], 1), np.stack([z, middle - half], 1)[::-1]])
    a.add("blade", p.trim, prism(0.985 * outline, p.thick, "x"))
    for i, x in enumerate((-1, 1)):
        scale = prism(outline * (1, 0.94), wide / 2, "x", (x * (0.45 * p.thick + wide / 4), 0, 0))
        a.add("handle", p.grip, scale, instance=i)
    x = 0.45 * p.thick + wide / 2 + 0.006
    for q in np.linspace(0.2, 0.8, d.integer("rivets", 2, 3)):
        y, z = np.interp(q, s, middle), FRONT - q * p.hold
        a.add("handle", p.trim, rod((-x, y, z), (x, y, z), 0.017, sides=10))


HANDLES: dict[str, Callable[[Assembly, Draw, Plan, Profile], None]] = {
    "shaped": _shaped,
    "round": _round,
    "scales": _scales,
    "tapered": _tapered,
    "ribbed": _ribbed,
}


def butterfly(a: Assembly, d: Draw, p: Plan) -> None:
    """Two halves that turn about pivots at the blade's heel."""
    spread = d.uniform("spread", 4, 40)
    cutouts = d.integer("cutouts", 1, 4)
    h, r = 0.42 * p.tall, 1.1 * p.thick
    for i, s in enumerate((-1, 1)):
        half = box((1.7 * p.thick, h, p.hold), (0, 0, -p.hold / 2), 0.008)
        for z in np.linspace(0.25, 0.75, cutouts):
            half -= rod((-1, 0, -z * p.hold), (1, 0, -z * p.hold), 0.28 * h, sides=10)
        y = s * 0.27 * p.tall
        a.add("handle", p.grip, half.rotate((s * spread / 2, 0, 0)).translate((0, y, 0.015)), instance=i)
        a.add("handle", p.trim, rod((-r, y, 0.0), (r, y, 0.0), 0.016, sides=10), instance=i)
    a.add("blade", p.trim, box((0.9 * p.thick, 0.9 * p.tall, 0.05), (0, 0, 0.0)))


def ring(a: Assembly, d: Draw, p: Plan) -> None:
    """A curved handle that ends in a ring for a finger."""
    s = np.linspace(0, 1, 9)
    curve = d.uniform("handle_curve", 0.02, 0.1)
    path = np.stack([0 * s, -curve * s**2, FRONT - s * p.hold * 0.75], axis=1)
    a.add("handle", p.grip, sweep(path, rectangle(0.85 * p.tall, 0.055, 0.015), up=(1, 0, 0)))
    r = d.uniform("ring", 0.055, 0.075)
    q = around(24)
    c = path[-1] - (0, 0.01, 0.85 * r)
    loop = np.stack([np.zeros(24), c[1] + r * np.cos(q), c[2] + r * np.sin(q)], axis=1)
    a.add("handle", p.trim, sweep(loop, ellipse(0.036, 0.036, 8), closed=True))
