"""The lower body: the side profile cut by the plan, hollowed for wheels, beds and seats."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import fillet, rectangle
from ..solids import box, prism, span
from ..sweeps import rod
from .plan import Plan
from .wheels import draw_wheels


def add_body(a: Assembly, d: Draw, p: Plan) -> None:
    """Add wheels and the lower body, less the wheels' arches and what a pickup, a truck or a convertible is open for.

    All of it is cut here, in one place: the order of a solid's triangles depends on which of its pieces are still
    in use when manifold3d computes it.
    """
    w, h, sill, tail, back = p.width, p.height, p.sill, p.tail, p.back
    body, rear_foot = _lower_body(p), p.at(p.shape.rear_foot)
    wheels = draw_wheels(d, p)
    for k, z in enumerate(wheels.axles):
        body -= wheels.arches(p, z)
        wheels.add_to(a, p, k)
    if p.family == "pickup":
        bed = span((-w / 2 + 0.13, sill + 0.35 * (tail - sill), back + 0.17), (w / 2 - 0.13, h * 2, rear_foot - 0.1))
        z = wheels.axles[1]
        well = rod((-w, p.radius, z), (w, p.radius, z), wheels.arch + 0.08, sides=20)
        body -= bed - (well - box((w - 2 * (p.tyre + 0.13), 9, 9), (0, 0, z)))
    if p.family == "truck":
        body -= span((-w, sill + 0.4, back - 1), (w, 3 * h, rear_foot))
    if p.family == "convertible":
        rear = p.at(d.uniform("cockpit", 0.66, 0.76))
        body -= span((-w / 2 + 0.16, sill + 0.3, rear), (w / 2 - 0.16, 2 * h, p.screen[0] - 0.12))
    a.add("body", p.paint, body)


def _lower_body(p: Plan) -> Manifold:
    """The side profile cut by the plan, whose sides lean in."""
    sill, tail, belt, nose, front, back = p.sill, p.tail, p.belt, p.nose, p.front, p.back
    profile = [
        (back + 0.05, sill),
        (back, sill + 0.25 * (tail - sill)),
        (back + 0.03, tail),
        (p.at(max(p.shape.rear_foot, p.shape.screen_foot + 0.2)), tail + 0.02),
        (p.screen[0], belt),
        (front - 0.25, 0.5 * (nose + belt)),
        (front, nose - 0.04),
        (front, sill + 0.08),
        (front - 0.12, sill),
    ]
    plan = rectangle(p.width, p.length, p.corner, 5)
    body = prism(fillet(profile, 0.14), p.width, "x") ^ prism(plan, 3 * p.height, "y", (0, p.height / 2, 0))

    def lean_in(points: np.ndarray) -> np.ndarray:
        q = np.asarray(points).copy()
        q[:, 0] *= 1 - p.tumble * np.clip((q[:, 1] - sill) / (belt - sill) - 0.5, 0, 1)
        return q

    return body.warp_batch(lean_in)
