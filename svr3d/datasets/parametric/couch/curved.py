"""Curved couches: base, seat and back along an arc."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..sweeps import bar, bent, rod
from .plan import Plan


def curved(a: Assembly, d: Draw, p: Plan) -> None:
    depth, h, lift, deep = p.depth, p.height, p.lift, p.back_deep
    turn = d.uniform("turn", 0.5, 1.45)
    radius = max(max(p.width, 1.5) / 2 / np.sin(turn), 0.9 * depth)
    angles = np.linspace(-turn, turn, 21)

    def strip(inner: float, outer: float, low: float, high: float, q: float = 0.03) -> Manifold:
        """A band between two radii, its upper edges cut by q."""
        edge = [(outer, high - q), (outer - q, high), (inner + q, high), (inner, high - q)]
        return bent([(inner, low), (outer, low), *edge], radius, angles)

    a.add("base", p.shadow, strip(radius - depth / 2, radius + depth / 2, lift, p.body + 0.02))
    a.add("seat", p.accent, strip(radius - depth / 2 - 0.02, radius + depth / 2, p.body, h, 0.05))
    outer = radius + depth / 2
    a.add("back", p.fabric, strip(outer - 0.03, outer - 0.03 + deep, lift, h + p.back_high, 0.3 * deep))
    supports = d.integer("supports", 3, 5)
    if d.chance("plinth", 0.4):
        a.add("base", p.leg, strip(radius - 0.35 * depth, radius + 0.35 * depth, 0, lift + 0.01, 0.0))
    else:
        for q in np.linspace(-0.92, 0.92, supports) * turn:
            for r in (radius - 0.35 * depth, radius + 0.35 * depth):
                top = np.array([r * np.sin(q), lift + 0.03, radius - r * np.cos(q)])
                a.add("base", p.leg, rod(top, top * (1, 0, 1), 0.04, 0.028, 10))
    if d.chance("end_arms", 0.4):
        top = h + 0.6 * p.back_high
        y = (lift + top) / 2
        for i, q in enumerate((-turn, turn)):
            front, rear = (np.array([r * np.sin(q), y, radius - r * np.cos(q)]) for r in (radius - depth / 2, outer))
            a.add("arm", p.fabric, bar(front, rear, 0.14, top - lift), instance=i)
