"""Tables on trestles, slabs and loops."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, fillet, rectangle
from ..solids import box
from ..sweeps import bar, sweep
from .plan import Plan

TRESTLES = {
    "a": [(0.25, 1), (-0.25, -1)],
    "x": [(0.9, -0.9), (-0.9, 0.9)],
    "v": [(0.95, 0.3), (-0.95, -0.3)],
}
"""Where each of a trestle's two beams is at its top and at its foot, as fractions of the half depth."""

BEAMS = {"a": 0.35, "x": 0.5, "v": 0.04}
"""The height of the beam between two trestles."""


def trestle(a: Assembly, d: Draw, p: Plan) -> None:
    under, hz = p.under, p.half_z
    style = d.choice("trestle", tuple(TRESTLES))
    x = 0.8 * p.half_x
    w = p.longest * d.uniform("beam_width", 0.034, 0.06)
    add = a.adder("base", p.frame)
    for s in SIDES:
        for top, foot in TRESTLES[style]:
            add(bar((s * x, under, top * hz), (s * x, 0, foot * hz), w, w, (1, 0, 0)))
        if style == "a":
            y = 0.35 * under
            add(bar((s * x, y, -0.7 * hz), (s * x, y, 0.7 * hz), w, w))
        if style == "v":
            add(box((w, w, 1.2 * hz), (s * x, w / 2, 0)))
        add(box((w, w, 1.9 * hz), (s * x, under - 0.3 * w, 0)))
    if d.chance("beam", 0.8):
        y = BEAMS[style] * under
        add(bar((-x, y, 0), (x, y, 0), 0.8 * w, w))


def slabs(a: Assembly, d: Draw, p: Plan) -> None:
    hx, hz, under, height, longest = p.half_x, p.half_z, p.under, p.height, p.longest
    w = longest * d.uniform("slab", 0.032, 0.08)
    style = d.weighted("slabs", {"ends": 4, "lean": 2, "cross": 2, "box": 1})
    add = a.adder("base", p.frame)
    if style == "cross":
        add(box((1.5 * hx, under, w), (0, under / 2, 0)), box((w, under, 1.5 * hz), (0, under / 2, 0)))
        return
    x, lean = hx - w / 2, (0.25 * height if style == "lean" else 0.0)
    for s in SIDES:
        slab = bar((s * (x - lean), under, 0), (s * x, 0, 0), 1.9 * hz, w, (1, 0, 0))
        if d.chance("slab_hole", 0.2):
            slab -= box((3 * w + 2 * lean, 0.45 * height, 1.0 * hz), (s * (x - lean / 2), 0.45 * height, 0))
        add(slab)
    if style == "box":
        add(box((2 * hx, w, 1.9 * hz), (0, w / 2, 0)))
        if d.chance("middle", 0.5):
            add(box((w, under, 1.9 * hz), (0, under / 2, 0)))
    elif d.chance("shelf", 0.5):
        y = d.uniform("shelf_height", 0.2, 0.6) * under
        a.add("shelf", p.surface, box((2 * (x - lean * y / under), 0.032 * longest, 1.7 * hz), (0, y, 0)))
    elif d.chance("beam", 0.6):
        y = d.uniform("beam_height", 0.3, 0.8) * under
        add(box((2 * x - 0.6 * lean, 0.14 * under, w), (0, y, 0)))


def loops(a: Assembly, d: Draw, p: Plan) -> None:
    w = p.longest * d.uniform("bar", 0.034, 0.055)
    style = d.choice("loop", ("square", "trapezoid", "u"))
    along = d.chance("along", 0.25)
    x, z = (0.9 * p.half_z, 0.9 * p.half_x) if along else (0.9 * p.half_x, 0.9 * p.half_z)
    narrow = 0.6 if style == "trapezoid" else 1.0
    add = a.adder("base", p.frame)
    for s in SIDES:
        corners = [(s * x, p.under, -z * narrow), (s * x, w / 2, -z), (s * x, w / 2, z), (s * x, p.under, z * narrow)]
        if along:
            corners = [_turned(c) for c in corners]
        path = fillet(corners, 0.12 if style == "u" else 0.001, 5)
        add(sweep(path, rectangle(w, w), up=(0, 0, 1) if along else (1, 0, 0)))
    if d.chance("tie", 0.5):
        height = d.choice("tie_height", (0.1, 0.5, 0.9))
        if height == 0.9:
            y = height * p.under
            for k in SIDES:
                left, right = (-x, y, k * z * narrow * 1.02), (x, y, k * z * narrow * 1.02)
                if along:
                    left, right = _turned(left), _turned(right)
                add(bar(left, right, 0.8 * w, 0.8 * w))
        elif height == 0.1 and style != "u" and not along:
            add(bar((-x, w / 2, 0), (x, w / 2, 0), w, w))


def _turned(point: tuple[float, float, float]) -> tuple[float, float, float]:
    """The point with x and z swapped: loops along the table in the place of loops across it."""
    x, y, z = point
    return z, y, x
