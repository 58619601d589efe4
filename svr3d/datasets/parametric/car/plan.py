"""What all parts of a car are built to."""

from __future__ import annotations

from typing import NamedTuple

from ..draw import Draw
from ..materials import Color, color

Range = tuple[float, float]


class Shape(NamedTuple):
    """The numbers of a family: ranges in metres, the rest as fractions.

    Hood and boot are heights above the sill; a window's foot and top are distances from the front, of the length.
    """

    length: Range
    width: Range
    height: Range
    hood: float
    boot: float
    screen_foot: float
    screen_top: float
    rear_top: float
    rear_foot: float


class Plan(NamedTuple):
    """Sizes in metres; the front is at z = length / 2, the floor at y = 0."""

    family: str
    shape: Shape
    paint: Color
    trim: Color
    length: float
    width: float
    height: float
    radius: float
    """Of the wheels."""
    tyre: float
    """Its width."""
    sill: float
    belt: float
    """The height of the windscreen's foot."""
    tail: float
    """The height of the boot."""
    nose: float
    """The height of the hood's front."""
    screen: tuple[float, float]
    """The windscreen's foot and top, along z."""
    corner: float
    """The radius of the plan's corners."""
    tumble: float
    """How far the sides lean in above the middle of the body."""

    def at(self, fraction: float) -> float:
        """The z of this fraction of the length from the front."""
        return self.length * (0.5 - fraction)

    @property
    def front(self) -> float:
        return self.at(0.0)

    @property
    def back(self) -> float:
        return self.at(1.0)

    @property
    def blunt(self) -> bool:
        """Whether the front rises at once to the windscreen."""
        return self.family in ("van", "bus", "truck")


def draw_plan(d: Draw, family: str, shape: Shape) -> Plan:
    length, width = d.uniform("length", *shape.length), d.uniform("width", *shape.width)
    height = d.uniform("height", *shape.height)
    paint = color(d, "paint", "paint", "paint", "metal")
    trim = color(d, "trim", "black", "metal")
    radius = d.uniform("wheel", 0.29, 0.36) * (1.2 if family in ("suv", "jeep", "pickup", "truck", "bus") else 1.0)
    tyre = d.uniform("tyre", 0.2, 0.3)
    sill = radius * d.uniform("clearance", 0.55, 0.9)
    belt = sill + (height - sill) * (shape.hood + d.uniform("belt", -0.03, 0.06))
    tail = sill + (height - sill) * (shape.boot + d.uniform("tail", -0.04, 0.05))
    nose = sill + (belt - sill) * d.uniform("nose", 0.62, 0.95)
    if family in ("van", "bus", "truck"):
        nose = belt
    shift = 0.0 if family in ("bus", "truck") else d.uniform("screen", -0.03, 0.03)
    screen = length * (0.5 - (shape.screen_foot + shift)), length * (0.5 - (shape.screen_top + shift))
    corner, tumble = d.uniform("corner", 0.12, 0.45), d.uniform("tumble", 0.0, 0.12)
    sizes = (length, width, height, radius, tyre, sill, belt, tail, nose)
    return Plan(family, shape, paint, trim, *sizes, screen, corner, tumble)
