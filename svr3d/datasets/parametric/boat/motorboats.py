"""Boats under power that carry people: yachts, ferries, speedboats and tugs."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import GLASS, RUBBER, Color, color
from ..outlines import SIDES, fillet
from ..solids import box, hull
from ..sweeps import rod, tube
from .fittings import add_funnel, add_outboards, add_rails, add_windows, block
from .hull import Boat, Cockpit, add_hull, add_hull_with_cockpit

Ends = tuple[float, float]
"""Rear and front, along z."""


def yacht(a: Assembly, d: Draw, b: Boat) -> None:
    add_hull_with_cockpit(a, d, b)
    decks = d.integer("decks", 1, 3)
    z, y, wide = _add_decks(a, d, b, decks, (-0.4, d.uniform("house_front", 0.15, 0.28)))
    _add_radar_arch(a, d, b, z, y, wide)
    add_rails(a, d, b)


def ferry(a: Assembly, d: Draw, b: Boat) -> None:
    add_hull(a, d, b)
    (z0, z1), y, wide = _add_decks(a, d, b, d.integer("decks", 2, 3), (-0.46, 0.36))
    _add_radar_arch(a, d, b, (z0, z1), y, wide)
    places = SIDES if d.chance("two_funnels", 0.5) else (0,)
    for k, s in enumerate(places):
        tone = color(d, "funnel", "paint") if k == 0 else b.trim
        x = s * 0.25 * wide
        add_funnel(a, tone, rod((x, y - 0.02, z0 + 0.1), (x, y + 0.1, z0 + 0.08), 0.03, sides=14))
    add_rails(a, d, b)


def _add_decks(a: Assembly, d: Draw, b: Boat, decks: int, z: Ends) -> tuple[Ends, float, float]:
    """Stack deckhouses, each smaller than the one below; what is left on top: its ends, height and width."""
    h = b.hull.height
    z0, z1 = z
    y = 0.7 * h
    wide = 1.7 * min(b.hull.half_at(z1), b.hull.half_at(z0 + 0.1)) * 0.85
    for k in range(decks):
        rise = h * d.uniform(f"deck_{k}", 0.45, 0.75) + (0.3 * h if k == 0 else 0)
        front = d.uniform(f"front_{k}", 0.02, 0.14)
        a.add("cabin", b.paint, block((z0, z1), (y, y + rise), wide, front, 0.02))
        panes = d.integer(f"panes_{k}", 3, 7)
        add_windows(a, (z0 + 0.06, z1 - front - 0.02), y + rise - 0.28 * h, wide, 0.92, 0.2 * h, panes)
        if d.chance(f"eaves_{k}", 0.5):
            size = (wide * 1.05, 0.03, (z1 - z0) * 0.98 - front)
            a.add("cabin", b.deck, box(size, (0, y + rise, (z0 + z1 - front) / 2)))
        y += rise - 0.005
        z0, z1 = z0 + d.uniform(f"set_back_{k}", 0.02, 0.12), z1 - front - d.uniform(f"set_{k}", 0.02, 0.12)
        wide *= 0.86
        if z1 - z0 < 0.15:
            break
    return (z0, z1), y, wide


def _add_radar_arch(a: Assembly, d: Draw, b: Boat, ends: Ends, y: float, wide: float) -> None:
    if not d.chance("arch", 0.5):
        return
    z = (ends[0] + ends[1]) / 2
    path = [
        (-0.45 * wide, y - 0.03, z),
        (-0.4 * wide, y + 0.07, z - 0.05),
        (0.4 * wide, y + 0.07, z - 0.05),
        (0.45 * wide, y - 0.03, z),
    ]
    aerial = rod((0, y + 0.06, z - 0.05), (0, y + 0.17, z - 0.05), 0.014)
    a.add("mast", b.trim, tube(fillet(path, 0.03), 0.014, 8), aerial)


def speedboat(a: Assembly, d: Draw, b: Boat) -> None:
    h, w, half_at = b.hull.height, b.hull.width, b.hull.half_at
    cockpit = add_hull_with_cockpit(a, d, b)
    z = cockpit.front
    wide = 1.5 * half_at(z)
    y = b.hull.top_at(z) - 0.02
    tall = d.uniform("screen", 0.35, 0.7) * h
    low = [(x, y, z + 0.1 + k) for x in (-wide / 2, wide / 2) for k in (-0.016, 0.016)]
    high = [(x * 0.85, y + tall, z - 0.01 + k) for x in (-wide / 2, wide / 2) for k in (-0.016, 0.016)]
    a.add("cabin", GLASS, hull(low, high))
    if d.chance("hard_top", 0.35):
        top = y + d.uniform("top_height", 0.14, 0.22)
        posts = [
            rod((s * 0.42 * wide, 0.5 * h, zz), (s * 0.42 * wide, top, zz - 0.02), 0.0145, sides=8)
            for s in SIDES
            for zz in (z + 0.03, z - 0.16)
        ]
        a.add("cabin", b.paint, box((wide, 0.03, 0.26), (0, top, z - 0.08), 0.01), *posts)
    _add_seats(a, d, b, cockpit)
    add_outboards(a, d, h, w, d.integer("engines", 1, 2))
    add_rails(a, d, b)


def _add_seats(a: Assembly, d: Draw, b: Boat, cockpit: Cockpit) -> None:
    h, z, zr = b.hull.height, cockpit.front, cockpit.rear
    tone = color(d, "seats", "leather", "fabric", "white")
    rows = d.integer("rows", 1, 2)
    inner = min(b.hull.half_at(zr), b.hull.half_at(z)) - b.hull.wall
    for zz in np.linspace(z - 0.1, zr + 0.07, rows + 1)[:rows]:
        for k, x in enumerate((-0.5 * inner, 0.5 * inner)):
            seat = box((0.75 * inner, 0.05 + 0.2 * h, 0.08), (x, 0.5 * h + 0.08 * h, zz))
            back = box((0.75 * inner, 0.4 * h + 0.03, 0.03), (x, 0.6 * h + 0.25 * h, zz - 0.04))
            a.add("fitting", tone, seat, back, instance=k)


def tug(a: Assembly, d: Draw, b: Boat) -> None:
    h, half_at = b.hull.height, b.hull.half_at
    z0 = add_hull_with_cockpit(a, d, b).front
    z1 = z0 + d.uniform("house", 0.2, 0.32)
    wide = 1.5 * half_at(z1)
    y = 0.8 * h
    tall = d.uniform("house_height", 0.12, 0.2)
    tone = color(d, "house_tone", "white", "paint", "wood")
    a.add("cabin", tone, block((z0, z1), (y, y + tall), wide, 0.02))
    add_windows(a, (z0 + 0.03, z1 - 0.03), y + 0.72 * tall, wide, 0.95, 0.05, 3)
    bridge = d.uniform("bridge", 0.08, 0.14)
    if d.chance("upper_bridge", 0.6):
        _add_bridge(a, tone, (z0 + 0.6 * (z1 - z0), z1), y + tall, bridge, wide)
        tall += bridge
    funnel = color(d, "funnel", "paint", "red")
    add_funnel(a, funnel, rod((0, y + 0.05, z0 + 0.05), (0, y + tall + 0.1, z0 + 0.04), 0.04, 0.035, 14))
    if d.chance("mast", 0.7):
        m = d.uniform("mast_height", 0.15, 0.4)
        zz = z0 + 0.1
        cross = y + tall + 0.7 * m
        mast = rod((0, y, zz), (0, y + tall + m, zz), 0.015)
        a.add("mast", b.trim, mast, rod((-0.08, cross, zz), (0.08, cross, zz), 0.0125, sides=6))
    if d.chance("gantry", 0.5):
        _add_gantry(a, b, (0, y + 0.5 * tall, z0 + 0.02))
    fenders = d.integer("fenders", 0, 4)
    for s in SIDES:
        for zz in np.linspace(-0.3, 0.2, fenders):
            start, end = ((s * (half_at(zz) + out), 0.75 * h, zz) for out in (-0.02, 0.02))
            a.add("fitting", RUBBER, rod(start, end, 0.035, sides=12))


def _add_bridge(a: Assembly, tone: Color, z: Ends, y: float, tall: float, wide: float) -> None:
    """An upper house under a roof, with glass all around."""
    z2, z1 = z
    house = block((z2 - 0.08, z1 - 0.02), (y - 0.01, y + tall), 0.7 * wide, -0.01, 0.0, 1.0)
    middle = (z1 + z2) / 2 - 0.05
    a.add("cabin", tone, house, box((0.8 * wide, 0.03, z1 - z2 + 0.1), (0, y + tall, middle)))
    a.add("cabin", GLASS, box((0.72 * wide, 0.045, z1 - z2 + 0.065), (0, y + 0.65 * tall, middle)))


def _add_gantry(a: Assembly, b: Boat, stay: tuple[float, float, float]) -> None:
    h, z, x = b.hull.height, -0.38, 0.7 * b.hull.half_at(-0.38)
    path = [(-x, 0.6 * h, z), (-0.6 * x, h + 0.22, z), (0.6 * x, h + 0.22, z), (x, 0.6 * h, z)]
    a.add("mast", b.trim, tube(path, 0.016, 8), rod((0, h + 0.22, z), stay, 0.0135), instance=1)
