"""Boats: a lofted hull, open or decked, and what stands on it; the bow is at +z."""

from __future__ import annotations

import itertools

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import GLASS, RUBBER, color, shade
from .solids import (
    around,
    bar,
    box,
    ellipsoid,
    fillet,
    hull,
    lathe,
    loft,
    rectangle,
    rod,
    span,
    sweep,
    tube,
)

LABELS = ("hull", "cabin", "mast", "sail", "engine", "fitting", "cargo")


def boat(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("sailboat", "rowboat", "yacht", "speedboat", "tug", "cargo", "catamaran", "canoe", "warship", "ferry"),
        (5, 2, 3, 3, 2, 2.5, 2, 1.5, 1.5, 1.5),
    )
    paint = color(d, "paint", "white", "paint", "wood")
    deck_tone = color(d, "deck", "wood", "white", "metal")
    trim = color(d, "trim", "metal", "wood", "black")
    beam = {
        "sailboat": (0.24, 0.34),
        "rowboat": (0.32, 0.45),
        "yacht": (0.22, 0.32),
        "speedboat": (0.3, 0.4),
        "tug": (0.3, 0.4),
        "cargo": (0.14, 0.2),
        "catamaran": (0.09, 0.12),
        "canoe": (0.16, 0.24),
        "warship": (0.1, 0.15),
        "ferry": (0.2, 0.3),
    }[family]
    w = d.uniform("beam", *beam)
    h = (
        w * d.uniform("freeboard", 0.3, 0.5)
        if family not in ("cargo", "warship", "catamaran")
        else d.uniform("freeboard", 0.07, 0.11)
    )
    # Hull: sections along z (bow at +0.5); plan and depth vary by station.
    s = np.linspace(0, 1, 15)
    full = d.uniform("fullness", 1.6, 3.2) if family not in ("cargo", "ferry") else d.uniform("fullness", 3.5, 6.0)
    plan = np.clip(1 - s**full, 0.02, 1)
    stern = d.uniform("stern", 0.55, 0.95) if family != "canoe" else 0.02
    plan *= 1 - (1 - stern) * np.clip(1 - s / 0.35, 0, 1) ** 2
    if family == "canoe":
        plan = np.clip(1 - np.abs(2 * s - 1) ** full, 0.02, 1)
    sheer = (
        d.uniform("sheer", 0.0, 0.35) * h * (2 * s - 0.8) ** 2
        if family not in ("cargo", "ferry")
        else 0.35 * h * np.clip(s - 0.85, 0, 1) / 0.15
    )
    keel = h * d.uniform("rise", 0.2, 0.9) * np.clip((s - 0.6) / 0.4, 0, 1) ** 2
    if family == "canoe":
        keel = 0.6 * h * np.abs(2 * s - 1) ** 3
    vee = d.uniform("vee", 0.2, 0.9) if family not in ("cargo", "ferry", "canoe") else d.uniform("vee", 0.0, 0.25)
    rake = d.uniform("rake", 0.03, 0.14)

    def rings(inset=0.0, floor=0.0, tall=0.0):
        out = []
        for p, top, low, f in zip(plan, sheer, keel, s, strict=True):
            half = max(p * w / 2 - inset, 0.004)

            def z(y, f=f):
                return (f - 0.5) * (1 - 2 * inset) + rake * (y / h - 0.5) * f**3

            bottom = low + floor
            y = [h + top + tall, bottom + 0.45 * (h - bottom), bottom + 0.15 * vee * h, bottom]
            y = [h + top + tall] + [min(v, h + top - 0.3 * inset) for v in y[1:]]
            right = [
                (half, y[0]),
                (0.93 * half, y[1]),
                (0.62 * half, y[2] + 0.0),
                (0.25 * half * (1 - vee) + 0.03 * half, y[3]),
            ]
            ring = np.array(right + [(-a_, b_) for a_, b_ in right[::-1]])
            out.append(np.column_stack([ring, [z(v) for v in ring[:, 1]]]))
        return out

    hull_ = loft(rings())
    wall = max(0.03, 0.08 * w)

    def top_at(z):
        return h + np.interp(z + 0.5, s, sheer)

    def half_at(z):
        return 0.5 * w * np.interp(z + 0.5, s, plan)

    if family in ("rowboat", "canoe"):
        _open_boat(a, d, family, hull_, rings, wall, h, w, paint, deck_tone, trim, top_at, half_at)
        return a
    if family == "catamaran":
        _catamaran(a, d, hull_, w, h, paint, deck_tone, trim)
        return a
    if family in ("sailboat", "speedboat", "yacht", "tug"):
        z0, z1 = d.uniform("cockpit_rear", -0.44, -0.4), d.uniform("cockpit_front", -0.2, -0.05)
        well = min(half_at(z0), half_at(z1)) - wall
        hull_ -= span((-well, 0.45 * h, z0), (well, 3 * h, z1))
    if d.chance("two_tone_hull", 0.4):
        a.add("hull", paint, hull_ ^ span((-1, 0.55 * h, -2), (1, 3, 2)))
        a.add(
            "hull",
            shade(color(d, "bottom", "red", "paint", "black"), 0.9),
            hull_ ^ span((-1, -1, -2), (1, 0.5501 * h, 2)),
        )
    else:
        a.add("hull", paint, hull_)
    {
        "sailboat": _sailboat,
        "yacht": _yacht,
        "speedboat": _speedboat,
        "tug": _tug,
        "cargo": _cargo,
        "warship": _warship,
        "ferry": _yacht,
    }[family](a, d, family, h, w, paint, deck_tone, trim, top_at, half_at)
    return a


def _block(z0, z1, y0, y1, wide, front=0.0, rear=0.0, narrow=0.9) -> Manifold:
    """A deckhouse: a box whose ends and sides lean in towards the top."""
    b, t = wide / 2, narrow * wide / 2
    return hull(
        [(x, y0, z) for x in (-b, b) for z in (z0, z1)], [(x, y1, z) for x in (-t, t) for z in (z0 + rear, z1 - front)]
    )


def _windows(a, z0, z1, y, wide, narrow, tall, n, front=0.0):
    """A row of panes standing out on both sides of a deckhouse, where there is room for them."""
    if z1 - z0 < 0.04:
        return
    pitch = (z1 - z0) / n
    for k in range(n):
        a.add("cabin", GLASS, box((wide * narrow + 0.008, tall, 0.6 * pitch), (0, y, z0 + (k + 0.5) * pitch)))


def _sailboat(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    z1 = d.uniform("cabin_front", 0.1, 0.24)
    if d.chance("cabin", 0.75):
        z0 = d.parameters["cockpit_front"]
        wide = 1.25 * min(half_at(z1), half_at(z0))
        a.add("cabin", paint, _block(z0, z1, 0.8 * h, h + 0.35 * h, wide, 0.1, 0.0))
        _windows(a, z0 + 0.03, z1 - 0.1, 1.12 * h, wide, 0.96, 0.12 * h, 3)
    tall = d.uniform("mast", 0.9, 1.5)
    zm = d.uniform("mast_at", 0.05, 0.17)
    r = 0.5 * 0.038 * max(1, tall)
    masts = [(zm, tall)] + ([(zm - 0.4, 0.75 * tall)] if d.chance("two_masts", 0.25) else [])
    cloth = color(d, "cloth", "white", "paper", "paint")
    for k, (z, m) in enumerate(masts):
        base = h * 0.7
        a.add("mast", trim, rod((0, 0.4 * h, z), (0, base + m, z), r, 0.8 * r), instance=k)
        boom = base + 0.16 + 0.3 * h
        reach = min(d.uniform(f"boom_{k}", 0.35, 0.5), z + 0.45 if len(masts) == 1 else 0.34)
        a.add("mast", trim, rod((0, boom, z), (0, boom, z - reach), 0.9 * r), instance=k)
        if d.chance(f"sail_{k}", 0.85):
            belly = d.uniform(f"belly_{k}", 0.0, 0.1)
            kind = d.choice(f"rig_{k}", ("bermuda", "gaff", "square"), (4, 1.5, 1))
            t = 0.036 * max(1, tall)
            if kind == "square":
                for y0, y1, q in ((0.2, 0.52, 0.3), (0.56, 0.88, 0.24)):
                    a.add(
                        "sail",
                        cloth,
                        sweep(
                            [
                                (x * q, base + 0.5 * (y0 + y1) * m, z + 0.03 + belly * (1 - x * x))
                                for x in np.linspace(-1, 1, 7)
                            ],
                            rectangle(t, (y1 - y0) * m),
                            up=(0, 1, 0),
                        ),
                        instance=k,
                    )
                    a.add(
                        "mast",
                        trim,
                        rod((-q * 1.05, base + y1 * m, z), (q * 1.05, base + y1 * m, z), 0.8 * r, sides=8),
                        instance=k,
                    )
                    a.add(
                        "mast",
                        trim,
                        rod(
                            (0, base + (y0 + y1) / 2 * m, z),
                            (0, base + (y0 + y1) / 2 * m, z + 0.03 + belly),
                            0.8 * r,
                            sides=6,
                        ),
                        instance=k,
                    )
            else:
                peak = 0.55 * reach if kind == "gaff" else 0.02
                top = base + (0.78 if kind == "gaff" else 0.97) * m
                rings = []
                for f in np.linspace(0, 1, 7):
                    y = boom + f * (top - boom)
                    deep = (1 - f) * 0.97 * reach + f * peak
                    q = np.linspace(0, 1, 5)
                    x = belly * 4 * q * (1 - q) * np.sin(np.pi * min(f + 0.15, 1))
                    zz = z - q * deep
                    rings.append(
                        np.concatenate(
                            [
                                np.stack([x - t / 2, np.full(5, y), zz], 1),
                                np.stack([x + t / 2, np.full(5, y), zz], 1)[::-1],
                            ]
                        )
                    )
                a.add("sail", cloth, loft(rings), instance=k)
                if kind == "gaff":
                    a.add("mast", trim, rod((0, top - 0.01, z), (0, top, z - peak), 0.8 * r, sides=8), instance=k)
    if d.chance("jib", 0.6):
        head = np.array([0, h * 0.7 + 0.85 * tall, zm])
        tack = np.array([0, top_at(0.48), 0.48])
        a.add(
            "sail",
            shade(cloth, 0.95),
            hull([(x, *p[1:]) for x in (-0.018, 0.018) for p in (head, tack, np.array([0, h + 0.12, zm + 0.03]))]),
            instance=len(masts),
        )
    if d.chance("keel", 0.6):
        deep = d.uniform("keel_depth", 0.1, 0.22)
        a.add(
            "hull",
            shade(paint, 0.5),
            hull(
                [
                    (x, y, z)
                    for x in (-0.017, 0.017)
                    for y, z in ((0.25 * h, 0.12), (0.25 * h, -0.12), (-deep, 0.02), (-deep, -0.14))
                ]
            ),
        )
        if d.chance("rudder", 0.7):
            a.add("hull", shade(paint, 0.5), span((-0.016, -0.5 * deep, -0.5), (0.016, 0.5 * h, -0.42)))


def _yacht(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    decks = d.integer("decks", 1, 3) if family == "yacht" else d.integer("decks", 2, 3)
    z0, z1 = (-0.4, d.uniform("house_front", 0.15, 0.28)) if family == "yacht" else (-0.46, 0.36)
    y = 0.7 * h
    wide = 1.7 * min(half_at(z1), half_at(z0 + 0.1)) * 0.85
    for k in range(decks):
        rise = h * d.uniform(f"deck_{k}", 0.45, 0.75) + (0.3 * h if k == 0 else 0)
        front = d.uniform(f"front_{k}", 0.02, 0.14)
        a.add("cabin", paint, _block(z0, z1, y, y + rise, wide, front, 0.02), instance=0)
        _windows(
            a, z0 + 0.06, z1 - front - 0.02, y + rise - 0.28 * h, wide, 0.92, 0.2 * h, d.integer(f"panes_{k}", 3, 7)
        )
        if d.chance(f"eaves_{k}", 0.5):
            a.add(
                "cabin",
                deck_tone,
                box((wide * 1.05, 0.03, (z1 - z0) * 0.98 - front), (0, y + rise, (z0 + z1 - front) / 2)),
            )
        y += rise - 0.005
        z0, z1 = z0 + d.uniform(f"set_back_{k}", 0.02, 0.12), z1 - front - d.uniform(f"set_{k}", 0.02, 0.12)
        wide *= 0.86
        if z1 - z0 < 0.15:
            break
    if d.chance("arch", 0.5):
        z = (z0 + z1) / 2
        a.add(
            "mast",
            trim,
            tube(
                fillet(
                    [
                        (-0.45 * wide, y - 0.03, z),
                        (-0.4 * wide, y + 0.07, z - 0.05),
                        (0.4 * wide, y + 0.07, z - 0.05),
                        (0.45 * wide, y - 0.03, z),
                    ],
                    0.03,
                ),
                0.014,
                8,
            ),
            rod((0, y + 0.06, z - 0.05), (0, y + 0.17, z - 0.05), 0.014),
        )
    if family == "ferry":
        for s in (-1, 1) if d.chance("two_funnels", 0.5) else (0,):
            a.add(
                "cabin",
                color(d, "funnel", "paint") if "funnel" not in d.parameters else trim,
                rod((s * 0.25 * wide, y - 0.02, z0 + 0.1), (s * 0.25 * wide, y + 0.1, z0 + 0.08), 0.03, sides=14),
                instance=1,
            )
    _rails(a, d, h, trim, top_at, half_at)


def _rails(a, d, h, trim, top_at, half_at):
    if not d.chance("rails", 0.5):
        return
    zs = np.linspace(0.2, 0.44, 4)
    tall = 0.09
    for s in (-1, 1):
        path = [np.array([s * 0.85 * half_at(z), top_at(z) + tall, z]) for z in zs]
        a.add(
            "fitting",
            trim,
            tube(np.concatenate([path, [(0, top_at(0.47) + tall, 0.47)]]), 0.0135, 6),
            *[rod(p, p - (0, tall + 0.02, 0), 0.0135, sides=6) for p in path],
        )


def _speedboat(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    z = d.parameters["cockpit_front"]
    wide = 1.5 * half_at(z)
    y = top_at(z) - 0.02
    tall = d.uniform("screen", 0.35, 0.7) * h
    a.add(
        "cabin",
        GLASS,
        hull(
            [(x, y, z + 0.1 + k) for x in (-wide / 2, wide / 2) for k in (-0.016, 0.016)],
            [(x * 0.85, y + tall, z - 0.01 + k) for x in (-wide / 2, wide / 2) for k in (-0.016, 0.016)],
        ),
    )
    if d.chance("hard_top", 0.35):
        top = y + d.uniform("top_height", 0.14, 0.22)
        a.add(
            "cabin",
            paint,
            box((wide, 0.03, 0.26), (0, top, z - 0.08), 0.01),
            *[
                rod((s * 0.42 * wide, 0.5 * h, zz), (s * 0.42 * wide, top, zz - 0.02), 0.0145, sides=8)
                for s in (-1, 1)
                for zz in (z + 0.03, z - 0.16)
            ],
        )
    tone = color(d, "seats", "leather", "fabric", "white")
    zr = d.parameters["cockpit_rear"]
    rows = d.integer("rows", 1, 2)
    wall = max(0.03, 0.08 * w)
    inner = min(half_at(zr), half_at(z)) - wall
    for zz in np.linspace(z - 0.1, zr + 0.07, rows + 1)[:rows]:
        for k, x in enumerate((-0.5 * inner, 0.5 * inner)):
            a.add(
                "fitting",
                tone,
                box((0.75 * inner, 0.05 + 0.2 * h, 0.08), (x, 0.5 * h + 0.08 * h, zz)),
                box((0.75 * inner, 0.4 * h + 0.03, 0.03), (x, 0.6 * h + 0.25 * h, zz - 0.04)),
                instance=k,
            )
    _outboard(a, d, h, w, trim, d.integer("engines", 1, 2))
    _rails(a, d, h, trim, top_at, half_at)


def _outboard(a, d, h, w, trim, count, z=-0.5):
    tone = color(d, "motor", "black", "white", "metal")
    for i, x in enumerate(np.linspace(-0.13, 0.13, count) * w * 2 if count > 1 else [0.0]):
        a.add(
            "engine",
            tone,
            box((0.075, 0.12, 0.11), (x, h + 0.05, z - 0.035), 0.02),
            box((0.035, h + 0.12, 0.05), (x, 0.45 * h - 0.01, z - 0.035)),
            rod((x, -0.03, z - 0.08), (x, -0.03, z + 0.01), 0.022, 0.016),
            instance=i,
        )
        a.add(
            "engine",
            tone,
            *[
                bar(
                    (x, -0.03, z - 0.07),
                    (x + 0.05 * np.cos(q), -0.03 + 0.05 * np.sin(q), z - 0.07),
                    0.02,
                    0.03,
                    (0, 0, 1),
                )
                for q in around(3)
            ],
            box((0.06, 0.05, 0.09), (x, 0.85 * h, z + 0.01)),
            instance=i,
        )


def _tug(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    z0 = d.parameters["cockpit_front"]
    z1 = z0 + d.uniform("house", 0.2, 0.32)
    wide = 1.5 * half_at(z1)
    y = 0.8 * h
    tall = d.uniform("house_height", 0.12, 0.2)
    tone = color(d, "house_tone", "white", "paint", "wood")
    a.add("cabin", tone, _block(z0, z1, y, y + tall, wide, 0.02))
    _windows(a, z0 + 0.03, z1 - 0.03, y + 0.72 * tall, wide, 0.95, 0.05, 3)
    bridge = d.uniform("bridge", 0.08, 0.14)
    z2 = z0 + 0.6 * (z1 - z0)
    if d.chance("upper_bridge", 0.6):
        a.add(
            "cabin",
            tone,
            _block(z2 - 0.08, z1 - 0.02, y + tall - 0.01, y + tall + bridge, 0.7 * wide, -0.01, 0.0, 1.0),
            box((0.8 * wide, 0.03, z1 - z2 + 0.1), (0, y + tall + bridge, (z1 + z2) / 2 - 0.05)),
        )
        a.add(
            "cabin",
            GLASS,
            box((0.72 * wide, 0.045, z1 - z2 + 0.065), (0, y + tall + 0.65 * bridge, (z1 + z2) / 2 - 0.05)),
        )
        tall += bridge
    a.add(
        "cabin",
        color(d, "funnel", "paint", "red"),
        rod((0, y + 0.05, z0 + 0.05), (0, y + tall + 0.1, z0 + 0.04), 0.04, 0.035, 14),
        instance=1,
    )
    if d.chance("mast", 0.7):
        m = d.uniform("mast_height", 0.15, 0.4)
        zz = z0 + 0.1
        a.add(
            "mast",
            trim,
            rod((0, y, zz), (0, y + tall + m, zz), 0.015),
            rod((-0.08, y + tall + 0.7 * m, zz), (0.08, y + tall + 0.7 * m, zz), 0.0125, sides=6),
        )
    if d.chance("gantry", 0.5):
        zz, x = -0.38, 0.7 * half_at(-0.38)
        a.add(
            "mast",
            trim,
            tube([(-x, 0.6 * h, zz), (-0.6 * x, h + 0.22, zz), (0.6 * x, h + 0.22, zz), (x, 0.6 * h, zz)], 0.016, 8),
            instance=1,
        )
        a.add("mast", trim, rod((0, h + 0.22, zz), (0, y + 0.5 * tall, z0 + 0.02), 0.0135), instance=1)
    n = d.integer("fenders", 0, 4)
    for s in (-1, 1):
        for zz in np.linspace(-0.3, 0.2, n):
            a.add(
                "fitting",
                RUBBER,
                rod(
                    (s * (half_at(zz) - 0.02), 0.75 * h, zz), (s * (half_at(zz) + 0.02), 0.75 * h, zz), 0.035, sides=12
                ),
            )


def _cargo(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    white = color(d, "house_tone", "white", "paper")
    aft = d.choice("bridge_at", ("aft", "front", "middle"), (5, 1, 1))
    zc = {"aft": -0.38, "front": 0.3, "middle": -0.05}[aft]
    deep, tall = d.uniform("bridge_depth", 0.07, 0.13), d.uniform("bridge_height", 0.12, 0.22)
    wide = 1.85 * half_at(zc) * 0.95
    a.add(
        "cabin",
        white,
        _block(zc - deep / 2, zc + deep / 2, 0.8 * h, h + tall, wide, 0.0, 0.0, 0.92),
        box((wide * 1.1, 0.03, 0.8 * deep), (0, h + tall, zc)),
    )
    a.add("cabin", GLASS, box((wide * 0.94, 0.028, deep + 0.006), (0, h + tall - 0.035, zc)))
    a.add(
        "cabin",
        color(d, "funnel", "paint", "red"),
        box(
            (0.4 * wide, tall + 0.05 + 0.3 * h, 0.05),
            (0, 0.85 * h + (tall + 0.05) / 2, zc - deep / 2 - 0.03 if aft != "front" else zc - deep / 2 - 0.02),
            0.01,
        ),
        instance=1,
    )
    kind = d.choice("load", ("containers", "cranes", "tanks", "hatches"), (4, 2, 1.5, 1.5))
    lo, hi = {
        "aft": (zc + deep / 2 + 0.03, 0.38),
        "front": (-0.44, zc - deep / 2 - 0.07),
        "middle": (zc + deep / 2 + 0.03, 0.38),
    }[aft]
    spots = np.linspace(lo, hi, d.integer("bays", 3, 6) + 1)
    for k, (z0, z1) in enumerate(itertools.pairwise(spots)):
        zz, size = (z0 + z1) / 2, z1 - z0
        wide = 2 * min(half_at(z0), half_at(z1)) * 0.92
        if kind == "containers":
            rows = max(2, int(wide / 0.045))
            for i in range(rows):
                n = d.integer(f"stack_{k}_{i}", 0, 3)
                if n:
                    tone = color(d, f"container_{k}_{i}", "paint", "plastic")
                    a.add(
                        "cargo",
                        tone,
                        box(
                            (0.97 * wide / rows, 0.04 * n + 0.3 * h, 0.86 * size),
                            (-wide / 2 + (i + 0.5) * wide / rows, h + 0.02 * n - 0.15 * h, zz),
                        ),
                        instance=k,
                    )
        elif kind == "tanks":
            a.add(
                "cargo",
                trim,
                ellipsoid(
                    (min(wide, size) * 0.95, min(wide, size) * 0.95, min(wide, size) * 0.95),
                    (0, h + 0.3 * min(wide, size), zz),
                    18,
                ),
                instance=k,
            )
        elif kind == "hatches":
            a.add("cargo", deck_tone, box((0.75 * wide, 0.06, 0.75 * size), (0, h + 0.01, zz), 0.008), instance=k)
        else:
            m = d.uniform("crane", 0.14, 0.26) if k == 0 else d.parameters["crane"]
            a.add(
                "mast",
                trim,
                rod((0, 0.8 * h, zz), (0, h + m, zz), 0.018),
                rod((0, h + 0.3 * m, zz), (0, h + 0.95 * m, zz + 0.8 * size), 0.0135),
                instance=k,
            )
            a.add("cargo", deck_tone, box((0.7 * wide, 0.045, 0.6 * size), (0, h + 0.01, zz)), instance=k)
    a.add("mast", trim, rod((0, 0.9 * h, 0.42), (0, h + 0.12, 0.42), 0.014), instance=9)


def _warship(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    gray = color(d, "gray", "metal", "army")
    z0, z1 = -0.18, d.uniform("house_front", 0.08, 0.18)
    wide = 1.6 * half_at(z1)
    y = 0.8 * h
    for k in range(d.integer("levels", 2, 4)):
        rise = d.uniform(f"level_{k}", 0.04, 0.07)
        a.add("cabin", gray, _block(z0, z1, y, y + rise + 0.005, wide, 0.02, 0.01, 0.85))
        y += rise
        z0, z1, wide = z0 + d.uniform(f"aft_{k}", 0.03, 0.1), z1 - d.uniform(f"fore_{k}", 0.01, 0.06), 0.85 * wide
        if z1 - z0 < 0.07:
            break
    zm = (z0 + z1) / 2
    a.add(
        "mast",
        trim,
        rod((0, y - 0.02, zm), (0, y + d.uniform("mast_height", 0.1, 0.2), zm - 0.02), 0.016),
        bar((-0.06, y + 0.07, zm - 0.01), (0.06, y + 0.07, zm - 0.01), 0.025, 0.025),
    )
    a.add("cabin", gray, rod((0, h, -0.14), (0, h + 0.15, -0.16), 0.028, sides=12), instance=1)
    n = d.integer("turrets", 1, 2)
    for k, (zz, s) in enumerate([(0.27, 1), (-0.3, -1), (0.36, 1), (-0.4, -1)][: 2 * n]):
        r = 0.55 * min(half_at(zz), 0.09)
        c = np.array([0, top_at(zz), zz])
        a.add(
            "fitting",
            gray,
            lathe([(r, -0.02), (r, 0.02), (0.8 * r, 0.05)], tuple(c), 8),
            *[
                rod(c + (x, 0.03, 0), c + (x, 0.045, s * 0.1), 0.012, sides=8)
                for x in ((-0.5 * r, 0.5 * r) if d.chance(f"twin_{k}", 0.5) else (0.0,))
            ],
            instance=k,
        )


def _catamaran(a, d, hull_, w, h, paint, deck_tone, trim):
    gap = d.uniform("gap", 0.32, 0.48)
    for i, s in enumerate((-1, 1)):
        a.add("hull", paint, hull_.translate((s * gap / 2, 0, 0)), instance=i)
    sail = d.chance("sailing", 0.7)
    y = h - 0.012
    deck = d.choice("deck_kind", ("solid", "beams", "net"))
    if deck == "solid":
        a.add("hull", deck_tone, box((gap, 0.034, d.uniform("deck_length", 0.3, 0.55)), (0, y, -0.08)))
    else:
        for z in np.linspace(-0.32, 0.22, 2 if deck == "beams" else 3):
            a.add("fitting", trim, rod((-gap / 2, y, z), (gap / 2, y, z), 0.02, sides=8))
        a.add("hull", deck_tone, box((gap, 0.03, 0.2), (0, y, -0.1)))
        a.add(
            "fitting",
            trim,
            *[
                rod((x * gap / 2, y, -0.32), (x * gap / 2, y, 0.22), 0.016, sides=8)
                for x in ((0,) if deck == "beams" else (-0.4, 0.4))
            ],
        )
    if not sail or d.chance("cat_cabin", 0.4):
        tall = d.uniform("cabin_height", 0.1, 0.18)
        a.add("cabin", paint, _block(-0.22, 0.08, y, y + tall, 0.85 * gap, 0.09, 0.02))
        _windows(a, -0.18, -0.02, y + 0.65 * tall, 0.85 * gap, 0.95, 0.04, 3)
        y += tall * 0.5
    if sail:
        tall, zm = d.uniform("mast", 0.8, 1.3), 0.04
        r = 0.02 * max(1, tall)
        a.add("fitting", trim, rod((-gap / 2, h - 0.012, zm), (gap / 2, h - 0.012, zm), 0.022, sides=8))
        a.add(
            "mast",
            trim,
            rod((0, h - 0.02, zm), (0, h + tall, zm), r),
            rod((0, y + 0.12, zm), (0, y + 0.12, zm - 0.4), 0.9 * r),
        )
        cloth = color(d, "cloth", "white", "paper", "plastic")
        a.add(
            "sail",
            cloth,
            hull(
                [
                    (x, *p)
                    for x in (-0.02, 0.02)
                    for p in (
                        (y + 0.12, zm),
                        (y + 0.13, zm - 0.38),
                        (h + 0.6 * tall, zm - 0.26),
                        (h + 0.97 * tall, zm - 0.05),
                        (h + 0.97 * tall, zm),
                    )
                ]
            ),
        )
        if d.chance("jib", 0.6):
            a.add(
                "sail",
                shade(cloth, 0.9),
                hull(
                    [
                        (x, *p)
                        for x in (-0.02, 0.02)
                        for p in ((h + 0.8 * tall, zm), (h + 0.05, 0.38), (h + 0.1, zm + 0.03))
                    ]
                ),
                instance=1,
            )
            a.add(
                "fitting",
                trim,
                rod((-gap / 2, h - 0.02, 0.36), (gap / 2, h - 0.02, 0.36), 0.016, sides=8),
                rod((0, h - 0.02, 0.36), (0, h + 0.1, 0.37), 0.014, sides=6),
            )
    else:
        _outboard(a, d, h, 0.4, trim, 1, -0.14 - 0.1)
        a.add("hull", deck_tone, box((gap, 0.034, 0.22), (0, h - 0.012, -0.2)))


def _open_boat(a, d, family, hull_, rings, wall, h, w, paint, deck_tone, trim, top_at, half_at):
    inner = loft(rings(wall, 1.6 * wall if h > 4 * wall else 0.35 * h, h))
    a.add("hull", paint, hull_ - inner)
    n = d.integer("thwarts", 1, 3)
    for k, z in enumerate(np.linspace(-0.28, 0.2, n) if n > 1 else [0.0]):
        wide = 2 * half_at(z) - 0.4 * wall
        a.add("fitting", deck_tone, box((wide, 0.034, 0.09), (0, 0.78 * h, z)), instance=k)
    if d.chance("gunwale", 0.5):
        for s in (-1, 1):
            path = [
                np.array([s * (half_at(z) - 0.3 * wall), top_at(z) - 0.005, z]) for z in np.linspace(-0.42, 0.42, 11)
            ]
            a.add("hull", trim, tube(path, 0.02, 6))
    if d.chance("oars", 0.6):
        for i, s in enumerate((-1, 1)):
            spread = d.uniform("oar_spread", 0.15, 0.4) if i == 0 else d.parameters["oar_spread"]
            z = -0.02 if family == "rowboat" else 0.1 * s
            p = np.array([s * (half_at(z) - 0.4 * wall), top_at(z) + 0.005, z])
            out = np.array([s * spread, d.parameters.get("oar_drop") or d.uniform("oar_drop", -0.12, 0.05), -0.12])
            a.add(
                "fitting",
                trim,
                rod(p - 0.45 * out, p + out, 0.0145, sides=8),
                bar(p + 0.95 * out, p + 1.5 * out, 0.07, 0.024),
                instance=i + 4,
            )
    if d.chance("motor", 0.3) and family == "rowboat":
        _outboard(a, d, h, w, trim, 1, -0.49)
