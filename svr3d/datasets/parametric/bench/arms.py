"""The arms of straight benches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, fillet, smooth
from ..sweeps import bar, tube
from .plan import Back, Plan


class Arm(NamedTuple):
    """One arm: from `rear`, on the back or the seat, at `x` and height `y`."""

    rear: np.ndarray
    x: float
    y: float
    radius: float
    instance: int


def add_arms(a: Assembly, d: Draw, p: Plan, back: Back | None) -> None:
    y = p.height + d.uniform("arm_height", 0.18, 0.26)
    style = d.choice("arm", ("loop", "square", "scroll"))
    for i, s in enumerate(SIDES):
        x = s * (p.length / 2 - 0.05 * p.length)
        if back is not None:
            rear = back.at(x, min((y - p.height) / back.tall, 0.9))
        else:
            rear = np.array([x, p.height, -p.depth / 2 + 0.05])
        arm = Arm(rear, x, y, 0.017 * p.length, i)
        if style == "loop" or back is None:
            _loop(a, p, arm, [] if back is not None else [(x, y, rear[2])])
        elif style == "square":
            _square(a, p, arm)
        else:
            _scroll(a, p, arm)


def _loop(a: Assembly, p: Plan, arm: Arm, corner: list[tuple[float, float, float]]) -> None:
    front = [(arm.x, arm.y, p.depth / 2 - 0.04), (arm.x, p.height - p.thick / 2, p.depth / 2 - 0.06)]
    a.add("arm", p.frame, tube(fillet([arm.rear, *corner, *front], 0.08), arm.radius, 8), instance=arm.instance)


def _square(a: Assembly, p: Plan, arm: Arm) -> None:
    x, y, z, r = arm.x, arm.y, p.depth / 2, arm.radius
    a.add("arm", p.wood, bar(arm.rear, (x, y, z), 0.05 * p.length, 0.03 * p.length), instance=arm.instance)
    post = bar((x, p.height - p.thick / 2, z - 0.05), (x, y, z - 0.05), 2 * r, 2 * r, (0, 0, 1))
    a.add("arm", p.frame, post, instance=arm.instance)


def _scroll(a: Assembly, p: Plan, arm: Arm) -> None:
    x, y, z = arm.x, arm.y, p.depth / 2
    front = [(x, y, z - 0.03), (x, y - 0.08, z), (x, y - 0.1, z - 0.07), (x, p.height - p.thick / 2, z - 0.1)]
    a.add(
        "arm",
        p.frame,
        tube(smooth([arm.rear, (x, y + 0.02, 0), *front], 4), arm.radius, 8),
        instance=arm.instance,
    )
