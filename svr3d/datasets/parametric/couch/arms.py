"""The arms of straight couches."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, fillet, rectangle
from ..solids import box, cushion, prism
from ..sweeps import bar, rod, sweep
from .plan import Plan


class Arm(NamedTuple):
    """One arm at a side, from z0 to z1, up to the height `top`."""

    instance: int
    side: int
    wide: float
    top: float
    z0: float
    z1: float

    def box(self, p: Plan) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Its size and its middle."""
        size = (self.wide, self.top - p.lift, self.z1 - self.z0)
        return size, (self.x(p), (p.lift + self.top) / 2, (self.z0 + self.z1) / 2)

    def x(self, p: Plan) -> float:
        return self.side * (p.width / 2 + self.wide / 2 - 0.02)


def add_arms(a: Assembly, d: Draw, p: Plan, back: bool) -> None:
    """Draw a kind of arm and add two, reaching behind the seat where there is a back; or none."""
    chesterfield = p.family == "chesterfield"
    weights = {"block": 4, "rounded": 3, "roll": 2, "frame": 1.5, "slope": 2, "none": 1.5}
    style = "roll" if chesterfield else d.weighted("arm", weights)
    if style == "none":
        return
    wide = d.uniform("arm_width", 0.1, 0.28)
    rise = p.back_high if chesterfield else min(d.uniform("arm_height", 0.12, 0.3), 0.95 * p.back_high)
    z0, z1 = p.rear - (p.back_deep - 0.03 if back else 0.0), p.depth / 2 - 0.01
    for i, s in enumerate(SIDES):
        if p.family == "daybed" and i and d.chance("one_arm", 0.4):
            continue
        ARMS[style](a, p, Arm(i, s, wide, p.height + rise, z0, z1))


def _block(a: Assembly, p: Plan, arm: Arm) -> None:
    a.add("arm", p.fabric, box(*arm.box(p), 0.015), instance=arm.instance)


def _rounded(a: Assembly, p: Plan, arm: Arm) -> None:
    a.add("arm", p.fabric, cushion(*arm.box(p), 0.4 * arm.wide), instance=arm.instance)


def _roll(a: Assembly, p: Plan, arm: Arm) -> None:
    (wide, *size), (x, *at) = arm.box(p)
    panel = box((0.7 * wide, *size), (x - arm.side * 0.15 * wide, *at))
    xr = x + arm.side * 0.1 * wide
    roll = rod((xr, arm.top, arm.z0), (xr, arm.top, arm.z1), 0.55 * wide, sides=18)
    a.add("arm", p.fabric, panel, roll, instance=arm.instance)


def _slope(a: Assembly, p: Plan, arm: Arm) -> None:
    h, rise, z0, z1 = p.height, arm.top - p.height, arm.z0, arm.z1
    outline = [(z0, p.lift), (z1, p.lift), (z1, h + 0.25 * rise), (z1 - 0.1, h + 0.45 * rise), (z0, arm.top + 0.08)]
    a.add("arm", p.fabric, prism(np.array(outline), arm.wide, "x", (arm.x(p), 0, 0)), instance=arm.instance)


def _frame(a: Assembly, p: Plan, arm: Arm) -> None:
    r, top = p.thin, arm.top
    x, z0, z1 = arm.side * (p.width / 2 + r), arm.z0 + 0.05, arm.z1 - 0.03
    path = [(x, 0, z0), (x, top, z0), (x, top, z1), (x, 0, z1)]
    loop = sweep(fillet(path, 0.05), rectangle(2.4 * r, 2.4 * r), up=(1, 0, 0))
    rail = bar((x, p.lift + 0.06, z0), (x, p.lift + 0.06, z1), 2.4 * r, 2.4 * r)
    a.add("arm", p.leg, loop, rail, instance=arm.instance)


ARMS: dict[str, Callable[[Assembly, Plan, Arm], None]] = {
    "block": _block,
    "rounded": _rounded,
    "roll": _roll,
    "frame": _frame,
    "slope": _slope,
}
