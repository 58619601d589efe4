"""Desk telephones: a sloping body with keys and a screen, and a handset at one side or at its top."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import SIDES
from ..solids import box, prism
from ..sweeps import tube
from .plan import Keypad, Place, Plan, add_handset


def desk_phone(a: Assembly, d: Draw, p: Plan) -> None:
    deep = d.uniform("depth", 0.75, 1.1)
    low, high = d.uniform("front", 0.05, 0.12), d.uniform("rear", 0.18, 0.42)
    shoulder = (-deep / 2 + 0.12, high)
    outline = np.array([(-deep / 2, 0), (deep / 2, 0), (deep / 2, low), shoulder, (-deep / 2, high * 0.97)])
    slope = np.degrees(np.arctan2(high - low, deep - 0.12))
    run = np.hypot(high - low, deep - 0.12)

    def place(solid: Manifold) -> Manifold:
        """From a frame on the sloping face: x across, y up the slope, z out of it."""
        return solid.rotate((-90 + slope, 0, 0)).translate((0, low, deep / 2))

    a.add("base", p.case, prism(outline, 1.0, "x"))
    side = d.choice("handset_side", ("left", "right", "top"))
    if side == "top":
        x0, wide, high_keys = 0.0, 0.55, 0.5
    else:
        x0, wide, high_keys = (0.15 if side == "left" else -0.15), 0.52, 0.55
    _add_handset_on_rests(a, d, p, place, side, run)

    def shift(solid: Manifold) -> Manifold:
        return place(solid.translate((x0, 0, 0)))

    columns, round_keys = d.choice("columns", (3, 4)), d.chance("round_keys", 0.3)
    Keypad(wide, 0.08 * run, high_keys * run, 0.0, 4, columns, 0.7, round_keys).add_to(a, p.key, shift)
    if side != "top":
        a.add("screen", p.glass, shift(box((wide, 0.24 * run, 0.05), (0, 0.78 * run, 0.0), 0.01)))
    if d.chance("cord", 0.4) and side != "top":
        a.add("handset", shade(p.case, 0.6), _cord(1 if side == "right" else -1, deep))


def _add_handset_on_rests(a: Assembly, d: Draw, p: Plan, place: Place, side: str, run: float) -> None:
    """Add two rests on the face, and a handset across them."""
    if side == "top":

        def grip(solid: Manifold) -> Manifold:
            return place(solid.rotate((90, 0, 0)).translate((0, 0.84 * run, 0.075)))

        rests = [box((0.14, 0.13, 0.12), (k * 0.37, 0.84 * run, 0.02)) for k in SIDES]
    else:
        x = (-1 if side == "left" else 1) * 0.37

        def grip(solid: Manifold) -> Manifold:
            return place(solid.rotate((90, 0, 0)).rotate((0, 0, 90)).translate((x, 0.5 * run, 0.075)))

        rests = [box((0.13, 0.14, 0.12), (x, 0.5 * run + k * 0.37 * run, 0.02)) for k in SIDES]
    a.add("base", p.case, *map(place, rests))
    tone = p.case if d.chance("same_handset", 0.7) else p.key
    add_handset(a, d, tone, grip, 0.92 if side == "top" else min(0.95 * run, 1.0))


def _cord(side: int, deep: float) -> Manifold:
    """A coiled cord along the handset's outer side."""
    q = np.linspace(0, 1, 60)
    x, turns = side * 0.37 + side * 0.18, 6
    coil_x, coil_y = np.cos(2 * np.pi * turns * q), np.sin(2 * np.pi * turns * q)
    path = np.stack([x + 0.045 * coil_x, 0.07 + 0.045 * coil_y, deep * (0.38 - 0.76 * q)], axis=1)
    ends = [[[x * 0.8, 0.05, s * 0.38 * deep]] for s in (1, -1)]
    return tube(np.concatenate([ends[0], path, ends[1]]), 0.019, 6)
