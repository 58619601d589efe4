"""The arms of chairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw, Variant
from ..outlines import SIDES, fillet
from ..solids import cushion
from ..sweeps import bar, rod, tube
from .plan import BackSurface, Plan


class Arm(NamedTuple):
    """One arm: from `rear` on the back, along the outer `x`, to `front`; what holds it stands at `inside`."""

    instance: int
    side: int
    rear: np.ndarray
    x: float
    inside: float
    front: float
    radius: float


def add_arms(a: Assembly, d: Draw, p: Plan, kind: str, back: BackSurface) -> None:
    """Add two arms to a back of this kind."""
    height = d.uniform("arm_height", 0.17, 0.27)
    if p.family == "club":
        style, build = "solid", _solid
    else:
        style, (_, build) = d.variant("arm", ARMS)
    if back.half_width < 0.42 * p.width and style in ("solid", "pad"):
        build = _loop
    v = min(height / back.height, 0.95 if kind == "low" else 0.85)
    front = d.uniform("arm_front", 0.1, 0.42) * p.depth
    radius = 0.5 * d.uniform("arm_tube", 0.034, 0.05)
    for i, side in enumerate(SIDES):
        rear = back(0.9 * side, 0.55) if kind == "ring" else back(0.97 * side, v)
        x, inside = side * (p.width / 2 - 0.012), side * (0.43 if p.depth != p.width else 0.38) * p.width
        build(a, p, Arm(i, side, rear, x, inside, front, radius))


def _loop(a: Assembly, p: Plan, arm: Arm) -> None:
    rear, x, y, front = arm.rear, arm.x, arm.rear[1], arm.front
    path = [
        rear,
        (x, y, rear[2] + 0.35 * (front - rear[2])),
        (x, y, front),
        (arm.inside, p.top - 0.5 * p.thick, 0.6 * front),
    ]
    a.add("arm", p.frame, tube(fillet(path, 0.09), arm.radius, 10), instance=arm.instance)


def _post(a: Assembly, p: Plan, arm: Arm) -> None:
    x, y, front = arm.x, arm.rear[1], arm.front
    rest = bar(arm.rear, (x, y, front + 0.03), 0.055, 0.035)
    post = rod((arm.inside, p.top - 0.5 * p.thick, 0.7 * front), (x, y, 0.8 * front), arm.radius)
    a.add("arm", p.frame, rest, post, instance=arm.instance)


def _pad(a: Assembly, p: Plan, arm: Arm) -> None:
    x, y, front = arm.x, arm.rear[1], arm.front
    a.add("arm", p.fill, cushion((0.075, 0.045, front + 0.18), (x, y, (front - 0.16) / 2), 0.02), instance=arm.instance)
    post = bar((arm.inside, p.top - 0.5 * p.thick, 0.0), (x, y, 0.0), 0.04, 0.07, (0, 0, 1))
    a.add("arm", p.frame, post, instance=arm.instance)


def _solid(a: Assembly, p: Plan, arm: Arm) -> None:
    club, y = p.family == "club", arm.rear[1]
    wide = 0.16 if club else 0.05
    low = 0.1 if club else p.top - p.thick
    z0, z1 = arm.rear[2] - (0.0 if club else 0.02), p.depth / 2 - 0.02
    at = (arm.side * (p.width / 2 + wide / 2 - 0.02), (y + low) / 2, (z0 + z1) / 2)
    a.add("arm", p.fill, cushion((wide, y - low, z1 - z0), at, 0.3 * wide), instance=arm.instance)


ARMS: dict[str, Variant[Callable[[Assembly, Plan, Arm], None]]] = {
    "loop": Variant(4, _loop),
    "post": Variant(4, _post),
    "solid": Variant(1, _solid),
    "pad": Variant(3, _pad),
}
