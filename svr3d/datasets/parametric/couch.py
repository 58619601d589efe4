"""Couches: base, cushions, back and arms; straight, with a chaise, or curved."""

from __future__ import annotations

import itertools

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import bar, box, cushion, fillet, loft, prism, rectangle, rod, span, sweep

LABELS = ("seat", "back", "arm", "base", "pillow")


def couch(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("sofa", "sectional", "chesterfield", "daybed", "futon", "curved", "loveseat"),
        (6, 4, 2, 2, 2, 1.5, 2),
    )
    fabric = color(d, "fabric", "fabric", "leather", "white")
    accent = color(d, "accent", "fabric", "plastic") if d.chance("two_tone", 0.25) else fabric
    leg = color(d, "leg", "wood", "metal", "black")
    seats = d.integer("seats", 2, 4) if family not in ("loveseat",) else d.integer("love_seats", 1, 2)
    w = seats * d.uniform("seat_width", 0.5, 0.75)
    depth, h = d.uniform("depth", 0.55, 0.75), d.uniform("seat_height", 0.34, 0.46)
    lift = d.uniform("lift", 0.05, 0.18)
    pad = d.uniform("seat_pad", 0.1, 0.18)
    back_high, back_deep = d.uniform("back_height", 0.28, 0.52), d.uniform("back_depth", 0.12, 0.24)
    lift = min(lift, h - pad - 0.08)
    body = h - pad
    if family == "curved":
        _curved_couch(a, d, w, depth, h, lift, pad, back_high, back_deep, fabric, accent, leg)
        return a
    if family == "chesterfield":
        back_high = 0.28
    seat_back = -depth / 2

    # Base and legs
    a.add("base", shade(fabric, 0.85), span((-w / 2, lift, seat_back), (w / 2, body + 0.03, depth / 2 - 0.02), 0.02))
    extra = []
    side = 0
    if family == "sectional":
        side = d.choice("chaise_side", (-1, 1))
        reach = d.uniform("chaise", 0.5, 1.0)
        wide = w / seats
        x = side * (w / 2 - wide / 2)
        a.add(
            "base",
            shade(fabric, 0.85),
            span((x - wide / 2, lift, 0), (x + wide / 2, body + 0.03, depth / 2 + reach), 0.02),
        )
        a.add(
            "seat",
            accent,
            cushion((wide, pad, depth + reach), (x, body + pad / 2, reach / 2), 0.3 * pad),
            instance=seats - 1,
        )
        extra = [(x - 0.4 * wide, depth / 2 + reach - 0.07), (x + 0.4 * wide, depth / 2 + reach - 0.07)]
    count = seats if family != "futon" else 1
    if d.chance("one_cushion", 0.25):
        count = 1
    run = (-w / 2, w / 2) if not side else ((-w / 2, w / 2 - w / seats) if side > 0 else (-w / 2 + w / seats, w / 2))
    if side and count > 1:
        count -= 1
    edges = np.linspace(*run, count + 1)
    for k, (lo, hi) in enumerate(itertools.pairwise(edges)):
        front = depth / 2 + d.uniform("overhang", -0.01, 0.03)
        a.add(
            "seat",
            accent,
            cushion(
                (hi - lo, pad, front - seat_back), ((lo + hi) / 2, body + pad / 2, (front + seat_back) / 2), 0.35 * pad
            ),
            instance=k,
        )

    # Back
    back = family != "daybed" or d.chance("daybed_back", 0.35)
    lean = d.uniform("lean", 0.0, 0.25)
    if back:
        z = seat_back - back_deep / 2 + 0.02
        style = (
            "roll"
            if family == "chesterfield"
            else d.choice(
                "back", ("cushions", "block", "slats", "camel"), (5, 3, 1 if family in ("futon", "sofa") else 0, 1.2)
            )
        )
        e = np.array([w / 2, 0, 0])
        top = h + back_high
        if style == "slats":
            wood = leg
            for y in (h, top):
                a.add("back", wood, bar((-w / 2, y, z), (w / 2, y, z), 0.05, 0.06))
            for x in np.linspace(-w / 2, w / 2, 4 * seats + 1):
                a.add("back", wood, bar((x, lift, z), (x, top, z), 0.05, 0.05, (0, 0, 1)))
            a.add(
                "base",
                wood,
                bar((-w / 2, lift + 0.05, z), (w / 2, lift + 0.05, z), 0.08, 0.08),
                bar((-w / 2, lift + 0.05, 0), (-w / 2, lift + 0.05, z), 0.05, 0.06),
                bar((w / 2, lift + 0.05, 0), (w / 2, lift + 0.05, z), 0.05, 0.06),
            )
        else:
            low = 0.75 if style == "cushions" else 1.0
            rise = (top - lift) * low if style == "cushions" else top - lift
            if style == "camel":
                xs = np.linspace(-1, 1, 21)
                hump = lift + rise * (0.82 + 0.18 * np.cos(np.pi * xs * d.choice("humps", (1, 1, 2))))
                outline = np.concatenate([np.stack([xs * w / 2, hump], 1)[::-1], [(-w / 2, lift), (w / 2, lift)]])
                a.add("back", fabric, prism(outline, back_deep, "z", (0, 0, z)))
            else:
                a.add(
                    "back",
                    fabric,
                    bar(
                        (-w / 2, lift + rise / 2, z), (w / 2, lift + rise / 2, z), back_deep, rise, (0, 1, -0.3 * lean)
                    ),
                )
            if style == "roll":
                a.add("back", fabric, rod(-e + (0, top, z), e + (0, top, z), 0.6 * back_deep, sides=18))
            if style == "cushions":
                n = d.choice("back_cushions", (seats, 1, seats))
                for lo, hi in zip(*(lambda s: (s[:-1], s[1:]))(np.linspace(-w / 2, w / 2, n + 1)), strict=True):
                    a.add(
                        "back",
                        accent,
                        cushion((hi - lo - 0.01, top - h + 0.06, 0.85 * back_deep + 0.06), (0, 0, 0), 0.06)
                        .rotate((-30 * lean, 0, 0))
                        .translate(((lo + hi) / 2, (top + h) / 2, seat_back + 0.3 * back_deep)),
                    )
    # Arms
    _couch_arms(a, d, family, side, w, depth, h, lift, back_high, back_deep, seat_back, fabric, accent, leg, back)

    # Legs
    x, z0, z1 = w / 2 - 0.08, seat_back + 0.04, depth / 2 - 0.09
    style = d.choice("legs", ("block", "cone", "splay", "plinth", "rail"), (3, 3, 2, 2, 1.5))
    if style == "plinth":
        a.add("base", shade(leg, 0.7), span((-x, 0, z0), (x, lift + 0.02, z1)))
    spots = [(s * x, z) for s in (-1, 1) for z in (z0, z1)] + extra
    if seats > 2:
        spots += [(0, z0), (0, z1)]
    if style == "plinth":
        spots = extra
    r = 0.02 * max(w, 1.2)
    for px, pz in spots:
        top = np.array([px, lift + 0.04, pz])
        if style in ("block", "plinth"):
            a.add("base", leg, span(top - (1.3 * r, top[1], 1.3 * r), top + (1.3 * r, 0, 1.3 * r)))
        elif style == "rail":
            a.add(
                "base", leg, rod(top, top * (1, 0, 1), r, sides=8), bar((px, r, z0), (px, r, max(pz, z1)), 2 * r, 2 * r)
            )
        else:
            out = np.sign([px, 0, pz]) * (0.06 if style == "splay" else 0.0)
            a.add("base", leg, rod(top, top * (1, 0, 1) + out, 1.3 * r, 0.8 * r, 10))

    for k in range(d.integer("pillows", 0, 3) if back and d.chance("with_pillows", 0.35) else 0):
        tone = color(d, f"pillow_{k}", "fabric", "plastic")
        x = d.uniform(f"pillow_at_{k}", -0.35, 0.35) * w
        size = d.uniform(f"pillow_size_{k}", 0.28, 0.42)
        a.add(
            "pillow",
            tone,
            cushion((size, size, 0.14), (0, 0, 0), 0.068)
            .rotate((-25, 0, d.uniform(f"pillow_turn_{k}", -20, 20)))
            .translate((x, h + 0.42 * size, seat_back + back_deep + 0.1)),
            instance=k,
        )
    return a


def _couch_arms(a, d, family, side, w, depth, h, lift, back_high, back_deep, seat_back, fabric, accent, leg, back):
    style = (
        "roll"
        if family == "chesterfield"
        else d.choice("arm", ("block", "rounded", "roll", "frame", "slope", "none"), (4, 3, 2, 1.5, 2, 1.5))
    )
    if style == "none":
        return
    wide = d.uniform("arm_width", 0.1, 0.28)
    top = h + (back_high if family == "chesterfield" else min(d.uniform("arm_height", 0.12, 0.3), 0.95 * back_high))
    z0, z1 = seat_back - (back_deep - 0.03 if back else 0.0), depth / 2 - 0.01
    for i, s in enumerate((-1, 1)):
        if family in ("daybed",) and i and d.chance("one_arm", 0.4):
            continue
        x = s * (w / 2 + wide / 2 - 0.02)
        centre, size = (x, (lift + top) / 2, (z0 + z1) / 2), (wide, top - lift, z1 - z0)
        if style == "block":
            a.add("arm", fabric, box(size, centre, 0.015), instance=i)
        elif style == "rounded":
            a.add("arm", fabric, cushion(size, centre, 0.4 * wide), instance=i)
        elif style == "roll":
            a.add(
                "arm",
                fabric,
                box((0.7 * wide, size[1], size[2]), (x - s * 0.15 * wide, *centre[1:])),
                rod((x + s * 0.1 * wide, top, z0), (x + s * 0.1 * wide, top, z1), 0.55 * wide, sides=18),
                instance=i,
            )
        elif style == "slope":
            outline = np.array(
                [(z0, lift), (z1, lift), (z1, h + 0.25 * (top - h)), (z1 - 0.1, h + 0.45 * (top - h)), (z0, top + 0.08)]
            )
            a.add("arm", fabric, prism(outline, wide, "x", (x, 0, 0)), instance=i)
        else:
            r = 0.02 * max(w, 1.2)
            xs = s * (w / 2 + r)
            path = [(xs, 0, z0 + 0.05), (xs, top, z0 + 0.05), (xs, top, z1 - 0.03), (xs, 0, z1 - 0.03)]
            a.add(
                "arm",
                leg,
                sweep(fillet(path, 0.05), rectangle(2.4 * r, 2.4 * r), up=(1, 0, 0)),
                bar((xs, lift + 0.06, z0 + 0.05), (xs, lift + 0.06, z1 - 0.03), 2.4 * r, 2.4 * r),
                instance=i,
            )


def _curved_couch(a, d, w, depth, h, lift, pad, back_high, back_deep, fabric, accent, leg):
    turn = d.uniform("turn", 0.5, 1.45)
    radius = max(w, 1.5) / 2 / np.sin(turn)
    radius = max(radius, 0.9 * depth)
    angle = np.linspace(-turn, turn, 21)

    def strip(inner, outer, low, high, round_off=0.03):
        q = round_off
        section = np.array(
            [(inner, low), (outer, low), (outer, high - q), (outer - q, high), (inner + q, high), (inner, high - q)]
        )
        return loft(
            np.stack(
                [
                    np.stack([r * np.sin(angle), np.full_like(angle, y), radius - r * np.cos(angle)], axis=-1)
                    for r, y in section
                ],
                axis=1,
            )
        )

    a.add("base", shade(fabric, 0.85), strip(radius - depth / 2, radius + depth / 2, lift, h - pad + 0.02))
    a.add("seat", accent, strip(radius - depth / 2 - 0.02, radius + depth / 2, h - pad, h, 0.05))
    outer = radius + depth / 2
    a.add("back", fabric, strip(outer - 0.03, outer - 0.03 + back_deep, lift, h + back_high, 0.3 * back_deep))
    n = d.integer("supports", 3, 5)
    plinth = d.chance("plinth", 0.4)
    if plinth:
        a.add("base", leg, strip(radius - 0.35 * depth, radius + 0.35 * depth, 0, lift + 0.01, 0.0))
    else:
        for q in np.linspace(-0.92, 0.92, n) * turn:
            for r in (radius - 0.35 * depth, radius + 0.35 * depth):
                p = np.array([r * np.sin(q), lift + 0.03, radius - r * np.cos(q)])
                a.add("base", leg, rod(p, p * (1, 0, 1), 0.04, 0.028, 10))
    if d.chance("end_arms", 0.4):
        for i, q in enumerate((-turn, turn)):

            def p(r, q=q):
                return np.array([r * np.sin(q), 0, radius - r * np.cos(q)])

            top = h + 0.6 * back_high
            a.add(
                "arm",
                fabric,
                bar(
                    p(radius - depth / 2) + (0, (lift + top) / 2, 0),
                    p(outer) + (0, (lift + top) / 2, 0),
                    0.14,
                    top - lift,
                ),
                instance=i,
            )
