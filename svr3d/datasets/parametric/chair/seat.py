"""The seats of chairs: an outline of one of five shapes, perhaps with a cushion."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color
from ..outlines import Outline, ellipse, mirrored, rectangle
from ..solids import cushion, ellipsoid, prism
from .plan import Plan

SHAPES = {"square": 3, "rounded": 4, "round": 2, "trapezoid": 3, "shield": 1}
"""How often each is drawn."""

SHIELD = [(0, 0.5), (0.3, 0.46), (0.5, 0.25), (0.47, 0), (0.3, -0.42), (0, -0.5)]


def add_seat(a: Assembly, d: Draw, family: str) -> Plan:
    p = _plan(d, family)
    tone = p.frame if d.chance("seat_plain", 0.4) else p.fill
    a.add("seat", tone, prism(p.outline, p.thick, "y", (0, p.height, 0), (0.97, 0.97)))
    if d.chance("seat_cushion", 0.35) and family != "club":
        pad = d.uniform("cushion", 0.04, 0.1)
        if p.shape == "round":
            soft = ellipsoid((0.92 * p.width, 1.6 * pad, 0.92 * p.width), (0, p.top, 0), 20)
        else:
            size = (0.8 * min(p.width, p.rear), pad, 0.82 * p.depth)
            soft = cushion(size, (0, p.top + 0.2 * pad, 0), 0.45 * pad)
        a.add("seat", p.fill, soft)
    return p


def _plan(d: Draw, family: str) -> Plan:
    """Draw colours, sizes and the seat's outline."""
    frame = color(d, "frame", "wood", "metal", "black", "white")
    fill = color(d, "fill", "fabric", "leather", "plastic", "wood")
    w, depth = d.uniform("width", 0.4, 0.66), d.uniform("depth", 0.4, 0.58)
    stool = family == "stool"
    h = d.uniform("seat_height", 0.45, 0.85) if stool else d.uniform("seat_height", 0.36, 0.5)
    if stool:
        w, depth = 0.8 * w, 0.8 * depth
    thick = d.uniform("seat_thickness", 0.035, 0.11)
    shape = d.weighted("seat_shape", SHAPES)
    if family in ("club", "sled", "cantilever") and shape in ("round", "shield"):
        shape = "rounded"
    if shape == "round":
        depth = w
    outline, rear, corner = _outline(d, shape, w, depth)
    return Plan(family, frame, fill, shape, outline, w, rear, depth, h, thick, corner)


def _outline(d: Draw, shape: str, w: float, depth: float) -> tuple[Outline, float, float]:
    """A seat's outline, its width at the back, and the radius of its corners."""
    if shape == "square":
        return rectangle(w, depth), w, 0.0
    if shape == "rounded":
        corner = d.uniform("seat_corner", 0.04, 0.18)
        return rectangle(w, depth, corner), w, corner
    if shape == "round":
        return ellipse(w, depth, 32), w, 0.0
    if shape == "trapezoid":
        rear = w * d.uniform("seat_rear", 0.62, 0.88)
        return 0.5 * np.array([(-rear, -depth), (rear, -depth), (w, depth), (-w, depth)]), rear, 0.0
    return mirrored(np.array(SHIELD) * (w, depth)), w, 0.0
