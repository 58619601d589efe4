"""The shoulder stock, from z = 0 backwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import BLACK
from ..outlines import Outline, around, fillet, smooth
from ..solids import grid, hull, prism, span
from ..sweeps import rod, tube
from .plan import Plan


class Butt(NamedTuple):
    """The end of the stock at z, from its top down to its heel; behind a receiver of height `tall`."""

    z: float
    tall: float
    drop: float
    """How far it is below the receiver's top."""
    heel: float

    @property
    def top(self) -> float:
        return 0.4 * self.tall


def add_stock(a: Assembly, d: Draw, p: Plan) -> None:
    butt = Butt(-p.butt, p.tall * p.slim, d.uniform("stock_drop", 0.0, 0.06), d.uniform("heel", 0.1, 0.15))
    w, z, tall = p.width, butt.z, butt.tall
    if p.family == "bullpup":
        sides = (-w / 2, w / 2)
        front = grid(sides, (-0.6 * tall, 0.6 * tall), (0.05,))
        a.add("stock", p.wood, hull(front, grid(sides, (-0.6 * tall - 0.05, 0.6 * tall), (-0.07,))))
        return
    if p.sporting:
        a.add("stock", p.wood, _sporting(d, p, butt))
    else:
        weights = (4, 3, 1.5, 3, 1 if p.family == "submachine" else 0)
        kind = d.choice("stock", (*STOCKS, "none"), weights)
        if kind == "none":
            a.add("stock", p.steel, span((-w / 2, -0.45 * tall, -0.02), (w / 2, 0.45 * tall, 0.01)))
            return
        STOCKS[kind](a, p, butt)
    if d.chance("pad", 0.5):
        low, high = butt.top - butt.drop - butt.heel - 0.004, butt.top - butt.drop + 0.002
        a.add("stock", BLACK, span((-0.46 * w, low, z - 0.014), (0.46 * w, high, z + 0.008)))


def _sporting(d: Draw, p: Plan, b: Butt) -> Manifold:
    """A stock whose wrist is the grip, perhaps with a hole for the thumb and a cheek piece."""
    w, butt, tall, drop, top, z = p.width, p.butt, b.tall, b.drop, b.top, b.z
    wrist = 0.6 * tall
    upper = [
        (0.04, 0.45 * tall),
        (-0.05, 0.3 * tall),
        (-0.1, 0.25 * tall - 0.3 * drop),
        (-0.55 * butt, top - drop),
        (z, top - drop - 0.01),
    ]
    lower = [
        (z, top - drop - b.heel),
        (-0.75 * butt, -0.5 * tall - 0.6 * drop - 0.035),
        (-0.16, -0.55 * wrist - 0.045 - 0.5 * drop),
        (-0.08, -0.5 * wrist - d.uniform("swell", 0.0, 0.03)),
        (0.04, -0.5 * tall),
    ]
    stock = prism(np.concatenate([smooth(upper, 4), smooth(lower, 4)]), 0.92 * w, "x")
    roof, floor = 0.3 * tall - 0.8 * drop, -0.55 * wrist - 0.04 - 0.3 * drop
    if d.chance("thumb_hole", 0.2):
        q, middle, room = around(12), (roof + floor) / 2, roof - floor
        stock -= prism(np.stack([-0.12 + 0.025 * np.cos(q), middle + 0.2 * room * np.sin(q)], axis=1), 1, "x")
    if d.chance("cheek", 0.3):
        low, high = (top - drop - 0.03, z + 0.05), (top - drop + 0.025, -0.45 * butt)
        stock += span((-0.42 * w, *low), (0.42 * w, *high), 0.008)
    return stock


# Kinds behind a pistol grip ---------------------------------------------------------------------


def _outline(b: Butt) -> Outline:
    heel = b.top - b.drop - b.heel
    corners = [(0.01, b.top), (b.z, b.top - b.drop), (b.z, heel), (b.z + 0.06, heel + 0.01), (0.01, -0.4 * b.tall)]
    return np.array(corners)


def _solid(a: Assembly, p: Plan, b: Butt) -> None:
    a.add("stock", p.wood, prism(_outline(b), 0.85 * p.width, "x"))


def _skeleton(a: Assembly, p: Plan, b: Butt) -> None:
    outline = _outline(b)
    centre = np.array([-0.62 * p.butt, outline[:, 1].mean() - 0.006])
    hole = prism(centre + 0.56 * (outline - outline.mean(axis=0)), 1, "x")
    a.add("stock", p.wood, prism(outline, 0.85 * p.width, "x") - hole)


def _wire(a: Assembly, p: Plan, b: Butt) -> None:
    w, tall, drop, z = p.width, b.tall, b.drop, b.z
    path = [
        (0, 0.3 * tall, 0.02),
        (0, 0.3 * tall - 0.3 * drop, z),
        (0, 0.3 * tall - drop - b.heel, z),
        (0, -0.35 * tall - 0.01, 0.02),
    ]
    plate = span((-0.4 * w, 0.25 * tall - drop - b.heel, z - 0.012), (0.4 * w, 0.3 * tall, z + 0.014))
    a.add("stock", p.steel, tube(fillet(path, 0.03), 0.0145, 8), plate)


def _tube(a: Assembly, p: Plan, b: Butt) -> None:
    """A tube that carries a short butt."""
    y, z, x = 0.1 * b.tall, b.z, 0.45 * p.width
    a.add("stock", p.steel, rod((0, y, 0.02), (0, y, z + 0.05), 0.018))
    corners = ((y + 0.03, z + 0.14), (y - 0.025, z + 0.14), (y + 0.03, z), (y - b.heel + 0.02, z))
    a.add("stock", p.wood, hull([(s * x, *c) for s in (-1, 1) for c in corners]))


STOCKS: dict[str, Callable[[Assembly, Plan, Butt], None]] = {
    "solid": _solid,
    "skeleton": _skeleton,
    "wire": _wire,
    "tube": _tube,
}
