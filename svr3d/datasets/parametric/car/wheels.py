"""Wheels: tyres and rims of four kinds, on axles, in arches cut from the body."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold, OpType

from ..assembly import Assembly
from ..draw import Draw
from ..materials import RUBBER, Color, color
from ..outlines import SIDES, around
from ..sweeps import bar, lathe, rod
from .plan import Plan


class Wheels(NamedTuple):
    """The axles along z, and a wheel of each side at the origin: tyre and rim."""

    axles: list[float]
    arch: float
    """The radius of the arches around them."""
    outside: float
    """The x of their outer faces."""
    rim_tone: Color
    left: tuple[Manifold, Manifold]
    right: tuple[Manifold, Manifold]

    def arches(self, p: Plan, z: float) -> Manifold:
        """What the body lacks around the wheels of the axle at z."""
        w, y, tyre = p.width, p.radius, p.tyre
        left = rod((-w, y, z), (-w / 2 + tyre + 0.05, y, z), self.arch, sides=20)
        return left + rod((w, y, z), (w / 2 - tyre - 0.05, y, z), self.arch, sides=20)

    def add_to(self, a: Assembly, p: Plan, number: int) -> None:
        """Add an axle and its two wheels."""
        y, z, half = p.radius, self.axles[number], p.width / 2
        for i, (s, wheel) in enumerate(((-1, self.left), (1, self.right))):
            for solid, tone in zip(wheel, (RUBBER, self.rim_tone), strict=True):
                at = (s * (self.outside - p.tyre / 2), y, z)
                a.add("wheel", tone, solid.translate(at), instance=2 * number + i)
        axle = rod((-half + p.tyre / 2, y, z), (half - p.tyre / 2, y, z), 0.13, sides=8)
        a.add("fitting", p.trim, axle)


def draw_wheels(d: Draw, p: Plan) -> Wheels:
    zs = [p.at(d.uniform("front_axle", 0.16, 0.22)), p.at(d.uniform("rear_axle", 0.76, 0.84))]
    if p.family in ("truck", "bus") and d.chance("three_axles", 0.4):
        zs.append(zs[1] + 2.3 * p.radius)
    arch = p.radius * d.uniform("arch", 1.12, 1.3)
    outside = p.width / 2 + (0.02 if d.chance("flush", 0.6) else 0.08)
    spokes, kind = d.integer("spokes", 4, 7), d.choice("rim", tuple(RIMS))
    rim_tone = color(d, "rim_tone", "metal", "black")
    left, right = (_wheel(s, p.radius, p.tyre, RIMS[kind], spokes) for s in SIDES)
    return Wheels(zs, arch, outside, rim_tone, left, right)


class Rim(NamedTuple):
    """A kind of rim: how deep it lies, as a fraction of the tyre's width, and what it is made of.

    `build(r, floor, deep, tyre, spokes)` makes it about the y axis, its outer face upwards: r is its radius, and the
    recess goes down to `floor`.
    """

    deep: float
    build: Callable[[float, float, float, float, int], Manifold]


def _wheel(side: int, radius: float, tyre: float, rim: Rim, spokes: int) -> tuple[Manifold, Manifold]:
    """A tyre around the origin and its rim; its outer face looks towards `side`."""
    r = 0.68 * radius
    half = tyre / 2
    profile = [(0.94 * radius, -half), (radius, -0.35 * tyre), (radius, 0.35 * tyre), (0.94 * radius, half)]
    ring = lathe(profile, sides=24)
    deep = rim.deep * tyre
    tread = ring - lathe([(r, half - deep), (r, tyre)], sides=24)
    solids = (tread, rim.build(r, half - deep, deep, tyre, spokes))
    # `as_original` computes the solids now, once for all wheels of this side.
    outer, inner = (solid.as_original().rotate((0, 0, -90 * side)) for solid in solids)
    return outer, inner


def _spoked(r: float, floor: float, deep: float, tyre: float, spokes: int) -> Manifold:
    hub = lathe([(0.22 * r, floor - 0.01), (0.18 * r, tyre / 2 - 0.2 * deep)], sides=10)
    y = floor + 0.3 * deep
    bars = [
        bar(
            (0.1 * r * np.cos(q), y, 0.1 * r * np.sin(q)),
            (1.04 * r * np.cos(q), y, 1.04 * r * np.sin(q)),
            0.2 * r,
            0.8 * deep,
        )
        for q in around(spokes)
    ]
    return Manifold.batch_boolean([hub] + bars, OpType.Add)


def _holed(r: float, floor: float, deep: float, tyre: float, spokes: int) -> Manifold:
    rim = lathe([(0.96 * r, floor - 0.02), (0.96 * r, floor + 0.8 * deep)], sides=20)
    for q in around(spokes):
        x, z = 0.6 * r * np.cos(q), 0.6 * r * np.sin(q)
        rim -= rod((x, floor, z), (x, tyre, z), 0.17 * r, sides=8)
    return rim


def _dished(r: float, floor: float, deep: float, tyre: float, spokes: int) -> Manifold:
    profile = [(0.97, floor - 0.02), (0.97, floor + 0.02), (0.5, floor + 0.4 * deep), (0.3, tyre / 2)]
    return lathe([(k * r, y) for k, y in profile], sides=18)


RIMS = {
    "spokes": Rim(0.25, _spoked),
    "holes": Rim(0.12, _holed),
    "disc": Rim(0.1, _dished),
    "deep": Rim(0.55, _dished),
}
