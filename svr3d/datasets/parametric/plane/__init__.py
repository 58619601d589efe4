"""Planes: a lofted fuselage, wings, tail and engines; the nose is at +z."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from ..materials import color
from .engines import airliner, jet, none, nozzles, propellers, turboprops
from .fuselage import add_fuselage
from .gear import add_cockpit, add_gear, add_stores
from .plan import Plan
from .tail import TailWeights, add_tail
from .wings import Levels, Range, add_wings, draw_wing


class Family(NamedTuple):
    """The numbers of a family; the plane is about 1 long."""

    weight: float
    radius: Range
    half_span: Range
    chord: Range
    """Of the wings, at their root."""
    engines: Callable[[Assembly, Draw, Plan], None]
    sweep: Range = (-0.02, 0.05)
    levels: Levels = (2, 3, 1)
    """How often the wings are low, in the middle, or high."""
    tails: TailWeights = (5, 2, 1, 0, 1)
    taper_from: float = 0.6
    """Where the fuselage begins to narrow and rise."""
    gear: float = 0.4
    """How often it is out."""


FAMILIES = {
    "airliner": Family(
        5,
        (0.045, 0.065),
        (0.42, 0.56),
        (0.17, 0.24),
        airliner,
        sweep=(0.2, 0.36),
        levels=(6, 1, 1),
        tails=(6, 2, 0, 0, 0),
        taper_from=0.65,
    ),
    "jet": Family(2, (0.04, 0.055), (0.38, 0.5), (0.15, 0.2), jet, sweep=(0.12, 0.25), tails=(1, 5, 0, 1, 1)),
    "fighter": Family(4, (0.032, 0.05), (0.28, 0.4), (0.24, 0.36), nozzles, sweep=(0.14, 0.34), tails=(3, 0, 4, 1, 0)),
    "propeller": Family(
        4,
        (0.05, 0.075),
        (0.5, 0.68),
        (0.15, 0.21),
        propellers,
        levels=(3, 0, 4),
        tails=(5, 1.5, 0.5, 1, 1),
        taper_from=0.42,
        gear=0.85,
    ),
    "biplane": Family(
        2, (0.055, 0.08), (0.48, 0.62), (0.15, 0.2), propellers, levels=(1, 0, 0), taper_from=0.4, gear=0.9
    ),
    "glider": Family(
        1.5,
        (0.03, 0.045),
        (0.6, 0.8),
        (0.09, 0.12),
        none,
        levels=(1, 3, 1),
        tails=(1, 5, 0, 2, 0),
        taper_from=0.4,
        gear=0.3,
    ),
    "turboprop": Family(2, (0.045, 0.06), (0.5, 0.62), (0.13, 0.17), turboprops, levels=(2, 0, 4)),
    "delta": Family(2, (0.03, 0.05), (0.26, 0.36), (0.5, 0.65), nozzles, sweep=(0.42, 0.55), tails=(5, 0, 2, 0, 0)),
    "bomber": Family(
        1, (0.045, 0.06), (0.55, 0.75), (0.16, 0.22), turboprops, sweep=(0.05, 0.3), tails=(2, 0, 3, 1, 0)
    ),
}


def _plane(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    tone = color(d, "paint", "white", "paint", "metal", "army")
    second = color(d, "second", "paint", "metal", "black") if d.chance("two_tone", 0.5) else tone
    half = d.uniform("half_span", *family.half_span)
    unit = max(1.0, 1.9 * half)
    r = unit * d.uniform("radius", *family.radius)
    body = add_fuselage(a, d, name, tone, r, family.taper_from)
    wing = draw_wing(d, name, half, unit, family.chord, family.sweep, family.levels, body)
    p = Plan(name, tone, second, unit, body, wing)
    add_wings(a, d, p)
    add_tail(a, d, p, family.tails)
    family.engines(a, d, p)
    add_cockpit(a, d, p)
    if d.chance("gear", family.gear):
        add_gear(a, d, p)
    if p.military and d.chance("stores", 0.45):
        add_stores(a, d, p)


PLANE = Category(("body", "wing", "tail", "engine", "gear", "window"), FAMILIES, _plane)
