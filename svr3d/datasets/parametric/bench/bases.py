"""What straight benches stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, fillet, rectangle
from ..solids import box, prism
from ..sweeps import bar, lathe, rod, sweep, tube
from .plan import Plan


class Stand(NamedTuple):
    """Where legs go: at `xs` and ± `z`, up to the height `under`."""

    under: float
    radius: float
    xs: np.ndarray
    z: float

    @property
    def ends(self) -> np.ndarray:
        return self.xs[[0, -1]]


def add_base(a: Assembly, d: Draw, p: Plan, posts: np.ndarray) -> None:
    """Add a base, its frames below the back's posts at these x, Float[N]."""
    under = p.height - 0.4 * p.thick
    if p.family == "storage":
        _storage(a, d, p, under)
        return
    weights = {"park": (5, 3, 1, 1, 1), "stone": (0, 0, 5, 0, 2)}.get(p.family, (2, 4, 3, 2, 0.5))
    style = d.choice("base", tuple(BASES), weights)
    radius = 0.5 * p.length * d.uniform("leg", 0.032, 0.05)
    BASES[style](a, d, p, Stand(under, radius, posts * 0.96, 0.42 * p.depth))


def _storage(a: Assembly, d: Draw, p: Plan, under: float) -> None:
    w, depth = p.length, p.depth
    body = box((0.96 * w, under, 0.92 * depth), (0, under / 2, 0))
    n = d.integer("openings", 0, 3)
    for x in -0.48 * w + (np.arange(n) + 0.5) * 0.96 * w / max(n, 1):
        body -= box((0.96 * w / n - 0.07 * w, under - 0.08 * w, depth), (x, under / 2, 0.1 * depth))
    a.add("base", p.wood, body)


def _carrier(p: Plan, x: float, y: float, wide: float, tall: float) -> Manifold:
    """A bar from front to rear under the seat."""
    return bar((x, y, -p.depth / 2), (x, y, p.depth / 2), wide, tall)


def _frames(a: Assembly, d: Draw, p: Plan, stand: Stand) -> None:
    h, under, r, z = p.height, stand.under, stand.radius, stand.z
    add = a.adder("base", p.frame)
    curved = False
    for x in stand.xs:
        curved = curved or d.chance("frame_curve", 0.4)
        if curved:
            rear = fillet([(x, under, -z), (x, 0.3 * h, -0.5 * z), (x, 0.02, -1.25 * z)], 0.12)
            front = fillet([(x, under, z), (x, 0.3 * h, 0.6 * z), (x, 0.02, 1.2 * z)], 0.12)
            add(tube(rear, r, 8), tube(front, r, 8))
            add(bar((x, 0.45 * h, -0.55 * z), (x, 0.45 * h, 0.65 * z), 2 * r, 2 * r))
        else:
            path = [(x, under, -z), (x, r, -z), (x, r, z), (x, under, z)]
            add(sweep(path, rectangle(2 * r, 2 * r), up=(1, 0, 0)))
        add(_carrier(p, x, under - p.thick / 3, 2 * r, 1.2 * p.thick))


def _legs(a: Assembly, d: Draw, p: Plan, stand: Stand) -> None:
    h, under, r, z, ends = p.height, stand.under, stand.radius, stand.z, stand.ends
    add = a.adder("base", p.frame)
    splay = d.uniform("splay", 0.0, 0.12)
    for x in ends:
        for s in SIDES:
            foot = (x * (1 + 0.5 * splay), 0, s * (z + splay * h))
            add(rod((x, under, s * z), foot, 1.1 * r, 0.8 * r))
        add(_carrier(p, x, under - p.thick / 3, 2 * r, 1.2 * p.thick))
    if d.chance("stretcher", 0.5):
        y = d.uniform("stretcher_height", 0.2, 0.6) * h
        k = 1 + 0.5 * splay * (1 - y / h)
        zz = z + splay * h * (1 - y / h)
        for x in ends:
            add(rod((x * k, y, -zz), (x * k, y, zz), 0.8 * r, sides=8))
        add(rod((ends[0] * k, y, 0), (ends[1] * k, y, 0), 0.8 * r, sides=8))


def _slabs(a: Assembly, d: Draw, p: Plan, stand: Stand) -> None:
    under, r, z = stand.under, stand.radius, stand.z
    stone = p.family == "stone"
    thick = (3.0 if stone else 1.6) * 2 * r
    for x in stand.ends * (0.85 if stone else 1.0):
        slab = prism(np.array([(-z, 0), (z, 0), (z, under), (-z, under)]), thick, "x", (x, 0, 0))
        if d.chance("slab_arch", 0.4):
            slab -= rod((x - 1, 0, 0), (x + 1, 0, 0), 0.55 * z, sides=16)
        a.add("base", p.wood, slab)
    if d.chance("beam", 0.5) and not stone:
        a.add("base", p.wood, box((stand.ends[1] - stand.ends[0], 0.1, 2 * r), (0, 0.5 * p.height, 0)))


def _crossed(a: Assembly, d: Draw, p: Plan, stand: Stand) -> None:
    under, r, z, ends = stand.under, stand.radius, stand.z, stand.ends
    add = a.adder("base", p.frame)
    for x in ends:
        add(*[bar((x, under, s * z), (x, 0, -s * z), 2 * r, 2 * r, (1, 0, 0)) for s in SIDES])
        add(_carrier(p, x, under - p.thick / 4, 2 * r, p.thick))
    add(rod((ends[0], p.height / 2, 0), (ends[1], p.height / 2, 0), r, sides=8))


def _single(a: Assembly, d: Draw, p: Plan, stand: Stand) -> None:
    w, depth, y = p.length, p.depth, stand.under - p.thick / 3
    add = a.adder("base", p.frame)
    profile = [(0.2 * depth, 0), (0.4 * depth, 0.02), (0.12 * depth, 0.1), (0.12 * depth, stand.under)]
    add(lathe(profile).scale((1.6, 1, 1)))
    add(bar((-0.42 * w, y, 0), (0.42 * w, y, 0), 0.1, p.thick))
    add(*[bar((x, y, -0.45 * depth), (x, y, 0.45 * depth), 0.06, p.thick) for x in (-0.35 * w, 0.35 * w)])


BASES: dict[str, Callable[[Assembly, Draw, Plan, Stand], None]] = {
    "frames": _frames,
    "legs": _legs,
    "slabs": _slabs,
    "x": _crossed,
    "single": _single,
}
