"""Curved benches: a seat along an arc, on supports that point to its centre."""

from __future__ import annotations

import itertools

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..sweeps import bar, bent
from .plan import Plan


def curved(a: Assembly, d: Draw, p: Plan) -> None:
    depth, h, t = p.depth, p.height, p.thick
    turn = d.uniform("turn", 0.5, 1.3)
    radius = p.length / 2 / np.sin(turn)
    angles = np.linspace(-turn, turn, 17)

    def strip(inner: float, outer: float, low: float, high: float) -> Manifold:
        return bent([(inner, low), (outer, low), (outer, high), (inner, high)], radius, angles)

    slats = d.integer("slats", 1, 3)
    edges = np.linspace(radius - depth / 2, radius + depth / 2, slats + 1)
    gap = 0.1 * depth if slats > 1 else 0.0
    for lo, hi in itertools.pairwise(edges):
        a.add("seat", p.wood, strip(lo + gap / 2, hi - gap / 2, h - t / 2, h + t / 2))
    supports = d.integer("supports", 3, 5)
    tall = d.uniform("back_height", 0.25, 0.45) if d.chance("back", 0.5) else 0.0
    outer = radius + depth / 2 - 0.03
    for q in np.linspace(-0.9, 0.9, supports) * turn:

        def radial(r: float, y: float, q: float = q) -> np.ndarray:
            return np.array([r * np.sin(q), y, radius - r * np.cos(q)])

        a.add(
            "base",
            p.frame,
            bar(radial(radius - 0.47 * depth, h - t * 0.7), radial(radius + 0.47 * depth, h - t * 0.7), 0.05, t),
            bar(radial(radius - 0.3 * depth, h - t / 2), radial(radius - 0.3 * depth, 0), 0.055, 0.055, (1, 0, 0.01)),
            bar(radial(radius + 0.3 * depth, h - t / 2), radial(radius + 0.3 * depth, 0), 0.055, 0.055, (1, 0, 0.01)),
        )
        if tall:
            post = bar(radial(outer, h - t), radial(outer + 0.05, h + tall), 0.05, 0.05, (1, 0, 0.01))
            a.add("back", p.frame, post)
    if tall:
        for lo, hi in ((0.35, 0.6), (0.75, 1.0)) if d.chance("two_rails", 0.5) else ((0.4, 1.0),):
            a.add("back", p.wood, strip(outer - 0.005, outer + 0.045, h + lo * tall, h + hi * tall))
