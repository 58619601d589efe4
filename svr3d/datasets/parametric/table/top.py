"""Table tops: their size by use, their outline, and what of it a base may stand below."""

from __future__ import annotations

from typing import NamedTuple

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color, color
from ..outlines import Outline, ellipse, mirrored, rectangle
from ..solids import prism
from .plan import Plan

Weights = tuple[float, float, float, float, float, float, float]

SHAPES = ("rectangle", "rounded", "round", "oval", "hexagon", "boat", "capsule")

INSETS = {
    "rectangle": 0.47,
    "rounded": 0.47,
    "round": 0.34,
    "oval": 0.34,
    "hexagon": 0.34,
    "boat": 0.38,
    "capsule": 0.38,
}
"""Half the base's length and depth, as a fraction of the top's."""


class Size(NamedTuple):
    """Ranges of a use, in metres."""

    weight: float
    length: tuple[float, float]
    height: tuple[float, float]


SIZES = {
    "dining": Size(4, (1.0, 1.8), (0.68, 0.8)),
    "coffee": Size(4, (0.8, 1.3), (0.32, 0.5)),
    "side": Size(3, (0.4, 0.6), (0.4, 0.75)),
    "console": Size(2, (0.9, 1.5), (0.7, 0.95)),
    "bar": Size(1, (0.5, 0.8), (0.95, 1.1)),
}


def add_top(a: Assembly, d: Draw, family: str, weights: Weights) -> Plan:
    """Draw sizes and colours and add the top, of a shape drawn by these weights; the plan for the rest."""
    length, depth, height = _size(d, family)
    thick = max(length, height) * d.uniform("top_thickness", 0.026, 0.065)
    frame, surface = _colors(d)
    shape = d.choice("top", SHAPES, weights)
    if shape in ("round", "hexagon"):
        depth = length
    corner = d.uniform("corner", 0.05, 0.3) * depth if shape == "rounded" else 0.0
    outline = _outline(d, shape, length, depth, corner)
    middle = (0, height - thick / 2, 0)
    plate = prism(outline, thick, "y", middle)
    if shape in ("rectangle", "round") and family == "four_legs" and d.chance("ring_top", 0.08):
        plate -= prism(0.4 * outline, 2 * thick, "y", middle)
    a.add("top", surface, plate)
    half_x, half_z = INSETS[shape] * length - 0.25 * corner, INSETS[shape] * depth - 0.25 * corner
    return Plan(family, length, depth, height, thick, frame, surface, shape, half_x, half_z)


def _size(d: Draw, family: str) -> tuple[float, float, float]:
    """Length, depth and height."""
    use, size = d.variant("size", SIZES)
    length = d.uniform("length", *size.length)
    depth = d.uniform("depth", 0.3, 0.45) if use == "console" else length * d.uniform("aspect", 0.45, 1.0)
    height = d.uniform("height", *size.height)
    if family == "desk":
        length, depth = d.uniform("desk_length", 0.95, 1.6), d.uniform("desk_depth", 0.5, 0.75)
        height = d.uniform("desk_height", 0.7, 0.8)
    if family in ("pedestal", "drum", "one_leg") and use != "coffee":
        length = min(length, 1.25)
        depth = max(depth, 0.6 * length)
    return length, depth, height


def _colors(d: Draw) -> tuple[Color, Color]:
    """Of the frame and of the top."""
    frame = color(d, "frame", "wood", "metal", "black", "white")
    surface = color(d, "surface", "wood", "white", "stone", "glass")
    return frame, frame if d.chance("plain", 0.45) else surface


def _outline(d: Draw, shape: str, length: float, depth: float, corner: float) -> Outline:
    if shape in ("rectangle", "rounded"):
        return rectangle(length, depth, corner)
    if shape in ("round", "oval"):
        return ellipse(length, depth, 40)
    if shape == "hexagon":
        return ellipse(length, depth, d.choice("sides", (6, 8)))
    if shape == "capsule":
        return rectangle(length, depth, 0.5 * depth, 8)
    xs = (0, 0.25, 0.5, 0.75, 1.0)
    front = [(x * length / 2, depth / 2 * (1 - 0.3 * x**4)) for x in xs]
    return mirrored(front + [(x, -z) for x, z in front[::-1]])
