"""Telephones in two halves: flips that open by an angle, and sliders."""

from __future__ import annotations

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import shade
from ..outlines import rectangle
from ..solids import box, prism
from ..sweeps import rod, spun
from .plan import Keypad, Plan, stay


def flip(a: Assembly, d: Draw, p: Plan) -> None:
    w, t, tall = d.uniform("width", 0.42, 0.6), d.uniform("thickness", 0.07, 0.14), d.uniform("half_height", 0.8, 1.05)
    angle = d.uniform("angle", 95, 178)
    corner = d.uniform("corner", 0.02, 0.16)

    def turn(solid: Manifold) -> Manifold:
        return solid.rotate((180 - angle, 0, 0))

    lower, upper = (prism(rectangle(w, tall, corner), t, "z", (0, y, -t / 2)) for y in (-tall / 2, tall / 2))
    a.add("body", p.case, lower, instance=0)
    a.add("body", p.case, turn(upper - box((0.78 * w, 0.6 * tall, 0.5 * t), (0, 0.5 * tall, 0))), instance=1)
    a.add("screen", p.glass, turn(box((0.82 * w, 0.64 * tall, 0.4 * t), (0, 0.5 * tall, -0.4 * t))))
    hinge = rod((-0.32 * w, 0, -0.3 * t), (0.32 * w, 0, -0.3 * t), 0.75 * t, sides=14)
    a.add("body", shade(p.case, 0.8), hinge)
    rows, round_keys = d.integer("rows", 3, 4), d.chance("round_keys", 0.4)
    Keypad(0.75 * w, -0.92 * tall, -0.38 * tall, 0.0, rows, round_keys=round_keys).add_to(a, p.key, stay)
    a.add("button", p.key, spun([(0.2 * w, -0.03), (0.2 * w, 0.02), (0.1 * w, 0.03)], (0, -0.24 * tall, 0), 18))
    if d.chance("antenna", 0.35):
        a.add("antenna", p.case, rod((0.36 * w, -0.1, -0.6 * t), (0.36 * w, 0.28, -0.6 * t), 0.045, 0.035))


def slider(a: Assembly, d: Draw, p: Plan) -> None:
    w, t = d.uniform("width", 0.42, 0.55), d.uniform("thickness", 0.06, 0.1)
    slide = d.uniform("slide", 0.3, 0.55)
    corner = d.uniform("corner", 0.03, 0.12)
    sideways = d.chance("sideways", 0.4)
    move = (0.6 * w * 1.0, 0, 0) if sideways else (0, slide, 0)

    def turn(solid: Manifold) -> Manifold:
        return solid.rotate((0, 0, 90)) if sideways else solid

    a.add("body", p.case, turn(prism(rectangle(w, 1, corner), t, "z", (0, 0, -t / 2))), instance=0)
    top = prism(rectangle(w, 1, corner), t, "z", (0, 0, t / 2 - 0.005)) - box((0.8 * w, 0.74, 0.5 * t), (0, 0.04, t))
    a.add("body", shade(p.case, 0.8), turn(top.translate(move)), instance=1)
    a.add("screen", p.glass, turn(box((0.84 * w, 0.78, 0.4 * t), (0, 0.04, 0.6 * t)).translate(move)))
    if sideways:
        keypad = Keypad(0.52 * w, -0.44, 0.44, 0.0, rows=9)
    else:
        keypad = Keypad(0.8 * w, -0.46, -0.5 + slide - 0.03, 0.0, 4 if slide > 0.4 else 3, size=0.74)
    keypad.add_to(a, p.key, turn)
    a.add("button", p.key, turn(rod((0, -0.42, 0.5 * t), (0, -0.42, 1.1 * t), 0.06, sides=14).translate(move)))
