"""Slabs: a screen over the whole front, a camera behind, perhaps on a stand."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import around, ellipse, rectangle
from ..solids import box, prism
from ..sweeps import bar, rod, tube
from .plan import Place, Plan


def slab(a: Assembly, d: Draw, p: Plan) -> None:
    w, t = d.uniform("width", 0.45, 0.6), d.uniform("thickness", 0.05, 0.1)
    corner = d.uniform("corner", 0.02, 0.11)
    rim, chin = d.uniform("rim", 0.02, 0.05), d.uniform("chin", 0.03, 0.15)
    lean = d.uniform("lean", 0, 25)

    def tilt(solid: Manifold) -> Manifold:
        return solid.rotate((-lean, 0, 0))

    recess = prism(rectangle(w - 2 * rim, 1 - 2 * chin, 0.5 * corner), 0.4 * t, "z", (0, 0, t / 2))
    a.add("body", p.case, tilt(prism(rectangle(w, 1, corner), t, "z") - recess))
    screen = prism(rectangle(w - 1.4 * rim, 1 - 1.6 * chin, 0.5 * corner), 0.3 * t, "z", (0, 0, 0.18 * t))
    a.add("screen", p.glass, tilt(screen))
    if chin > 0.07:
        y = -0.5 + chin / 2
        a.add("button", p.key, tilt(rod((0, y, 0), (0, y, 0.75 * t), 0.33 * chin, sides=16)))
    n = d.integer("side_buttons", 1, 3)
    a.add("button", p.key, *[tilt(box((0.05, 0.09, 0.4 * t), (w / 2, y, 0))) for y in np.linspace(0.1, 0.32, n)])
    _add_camera(a, d, p, tilt, w, t)
    _add_stand(a, d, p, tilt, w, t)


def _add_camera(a: Assembly, d: Draw, p: Plan, tilt: Place, w: float, t: float) -> None:
    camera = d.choice("camera", ("square", "bar", "round", "none"))
    if camera == "none":
        return
    outline = {
        "square": rectangle(0.2, 0.2, 0.05),
        "bar": rectangle(0.8 * w, 0.12, 0.05),
        "round": ellipse(0.22, 0.22, 20),
    }[camera]
    at = (w / 2 - 0.15 if camera == "square" else 0, 0.35, -t / 2)
    a.add("body", shade(p.case, 0.7), tilt(prism(outline, 0.06, "z", at)))


def _add_stand(a: Assembly, d: Draw, p: Plan, tilt: Place, w: float, t: float) -> None:
    stand = d.weighted("stand", {"none": 4, "wedge": 1, "ring": 1, "dock": 1})
    add = a.adder("base", p.key)
    if stand == "wedge":
        add(bar((0, 0.05, 0), (0, -0.48, -0.32), 0.2, 0.035, (0, 1, 0)))
        add(box((0.25, 0.035, 0.36), (0, -0.48, -0.14)))
    elif stand == "dock":
        add(box((1.25 * w, 0.1, 0.36), (0, -0.5, 0.1), 0.02))
    elif stand == "ring":
        q = around(20)
        ring = np.stack([0.12 * np.cos(q), 0.12 * np.sin(q) - 0.05, np.full(20, -t / 2 - 0.12)], axis=1)
        add(tilt(tube(ring, 0.018, 8, closed=True)), tilt(box((0.06, 0.05, 0.16), (0, 0.07, -t / 2 - 0.06))))
