"""Cabinets and shelves: a carcass divided into cells that are open, shelved, or closed by doors and drawers."""

from __future__ import annotations

from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from ..materials import color, shade
from ..outlines import SIDES
from ..solids import box
from .base import add_base
from .carcass import Carcass, Fills
from .plan import Plan
from .rack import rack


class Family(NamedTuple):
    """Ranges in metres, and what fills the cells."""

    weight: float
    width: tuple[float, float]
    depth: tuple[float, float]
    height: tuple[float, float]
    fills: Fills = Fills()


FAMILIES = {
    "bookcase": Family(3, (0.5, 1.1), (0.25, 0.38), (1.2, 2.1), Fills(open=1, shelf=8, door=1)),
    "wardrobe": Family(3, (0.8, 1.5), (0.5, 0.65), (1.7, 2.1), Fills(shelf=1, door=3, doors=3, drawers=1)),
    "dresser": Family(3, (0.7, 1.4), (0.4, 0.52), (0.7, 1.15), Fills(door=1, drawers=6)),
    "sideboard": Family(4, (1.2, 1.8), (0.38, 0.5), (0.55, 0.9), Fills(2, 2, 3, 1, 3)),
    "nightstand": Family(3, (0.4, 0.6), (0.35, 0.48), (0.42, 0.68), Fills(open=3, shelf=1, door=2, drawers=3)),
    "cubes": Family(2, (0.7, 1.6), (0.3, 0.42), (0.7, 1.6), Fills(open=8, door=1, drawers=1)),
    "filing": Family(1.5, (0.4, 0.5), (0.45, 0.65), (0.7, 1.35), Fills(drawers=1)),
    "rack": Family(2, (0.6, 1.3), (0.3, 0.5), (0.8, 1.9)),
    "hutch": Family(2, (0.8, 1.3), (0.38, 0.5), (1.5, 2.0)),
}


def _cabinet(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    w, depth, h = (
        d.uniform("width", *family.width),
        d.uniform("depth", *family.depth),
        d.uniform("height", *family.height),
    )
    wall = max(w, h) * d.uniform("wall", 0.03, 0.045)
    body = color(d, "body", "wood", "wood", "white", "metal", "black")
    front = body if d.chance("plain", 0.5) else color(d, "front", "wood", "white", "paint")
    p = Plan(name, w, depth, h, wall, body, front, color(d, "knob", "metal", "brass", "black"))
    if name == "rack":
        rack(a, d, p)
        return
    lift = add_base(a, d, p, shade(body, 0.6) if d.chance("dark_base", 0.4) else body)
    top_depth, top_z = depth, 0.0
    if name == "hutch":
        top_depth = _add_hutch(a, d, p, lift)
        top_z = -depth / 2 + top_depth / 2
    else:
        Carcass(a, d, p, "cell", w, depth, lift, h, family.fills, most=4 if name == "cubes" else 3).build()
    if name != "cubes" and d.chance("worktop", 0.4):
        over = d.uniform("overhang", 1.02, 1.1)
        top = box((over * w, wall, over * top_depth), (0, h + 0.4 * wall, top_z), 0.2 * wall)
        a.add("top", front if d.chance("contrast_top", 0.4) else body, top)


def _add_hutch(a: Assembly, d: Draw, p: Plan, lift: float) -> float:
    """Add a lower carcass and a shallower one on it, perhaps above a gap; the depth of the upper one."""
    w, depth, h, wall = p.width, p.depth, p.height, p.wall
    split = lift + (h - lift) * d.uniform("split", 0.36, 0.48)
    Carcass(a, d, p, "lower", w, depth, lift, split, Fills(door=3, doors=2, drawers=3), most=2).build()
    shallow = depth * d.uniform("upper_depth", 0.5, 0.8)
    bottom = split + (0.12 * h if d.chance("counter_gap", 0.4) else 0.0)
    if bottom > split:
        tall, y = bottom - split + 0.02, (bottom + split) / 2
        a.add("frame", p.body, box((w, tall, wall), (0, y, -depth / 2 + wall / 2)))
        for s in SIDES:
            a.add("frame", p.body, box((wall, tall, shallow), (s * (w - wall) / 2, y, -depth / 2 + shallow / 2)))
    upper = w * d.uniform("upper_width", 0.9, 1.0)
    Carcass(a, d, p, "upper", upper, shallow, bottom - 0.005, h, Fills(1, 3, 2, 2, 0), most=2).build()
    a.add("top", p.body, box((1.04 * w, wall, 1.04 * depth), (0, split, 0)))
    return shallow


CABINET = Category(("frame", "door", "drawer", "shelf", "base", "top"), FAMILIES, _cabinet)
