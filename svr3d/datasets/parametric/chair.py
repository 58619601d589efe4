"""Chairs: a seat outline, a back on a curved surface, arms, and one of six bases, drawn independently."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import (
    around,
    bar,
    box,
    cushion,
    ellipse,
    ellipsoid,
    fillet,
    lathe,
    mirrored,
    prism,
    rectangle,
    rod,
    sheet,
    sweep,
    tube,
    turned,
)

LABELS = ("seat", "back", "arm", "base", "head")

TURNED = [
    (1.0, 0.0),
    (1.0, 0.12),
    (0.6, 0.16),
    (1.15, 0.3),
    (0.75, 0.5),
    (0.65, 0.7),
    (1.0, 0.8),
    (0.6, 0.86),
    (0.7, 1.0),
]


class Back:
    """The surface of a backrest: (u, v) in [-1, 1] x [0, 1] to points; an arc around the sitter that leans back."""

    def __init__(self, half_width, height, foot, y, turn, lean, taper):
        self.half_width, self.height, self.foot, self.y = half_width, height, foot, y
        self.turn, self.lean, self.taper = max(turn, 0.02), lean, taper

    def __call__(self, u, v):
        u, v = np.asarray(u, float), np.asarray(v, float)
        radius = self.half_width / np.sin(self.turn)
        x = radius * np.sin(u * self.turn) * (1 + (self.taper - 1) * v)
        z = self.foot + radius * (1 - np.cos(u * self.turn)) - self.lean * v * self.height
        return np.stack(np.broadcast_arrays(x, self.y + v * self.height, z), axis=-1)


def chair(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family", ("four_legs", "swivel", "sled", "cantilever", "club", "stool", "pedestal"), (10, 4, 3, 2, 2, 3, 2)
    )
    stool = family == "stool"
    frame = color(d, "frame", "wood", "metal", "black", "white")
    fill = color(d, "fill", "fabric", "leather", "plastic", "wood")

    # Seat
    w, depth = d.uniform("width", 0.4, 0.66), d.uniform("depth", 0.4, 0.58)
    h = d.uniform("seat_height", 0.36, 0.5) if not stool else d.uniform("seat_height", 0.45, 0.85)
    if stool:
        w, depth = 0.8 * w, 0.8 * depth
    t = d.uniform("seat_thickness", 0.035, 0.11)
    shape = d.choice("seat_shape", ("square", "rounded", "round", "trapezoid", "shield"), (3, 4, 2, 3, 1))
    if family in ("club", "sled", "cantilever") and shape in ("round", "shield"):
        shape = "rounded"
    if shape == "round":
        depth = w
    rear = w
    if shape == "square":
        outline = rectangle(w, depth)
    elif shape == "rounded":
        outline = rectangle(w, depth, d.uniform("seat_corner", 0.04, 0.18))
    elif shape == "round":
        outline = ellipse(w, depth, 32)
    elif shape == "trapezoid":
        rear = w * d.uniform("seat_rear", 0.62, 0.88)
        outline = 0.5 * np.array([(-rear, -depth), (rear, -depth), (w, depth), (-w, depth)])
    else:
        outline = mirrored(
            np.array([(0, 0.5), (0.3, 0.46), (0.5, 0.25), (0.47, 0), (0.3, -0.42), (0, -0.5)]) * (w, depth)
        )
    top = h + t / 2
    a.add("seat", frame if d.chance("seat_plain", 0.4) else fill, prism(outline, t, "y", (0, h, 0), (0.97, 0.97)))
    if d.chance("seat_cushion", 0.35) and family != "club":
        pad = d.uniform("cushion", 0.04, 0.1)
        size = (0.8 * min(w, rear), pad, 0.82 * depth)
        a.add(
            "seat",
            fill,
            cushion(size, (0, top + 0.2 * pad, 0), 0.45 * pad)
            if shape != "round"
            else ellipsoid((0.92 * w, 1.6 * pad, 0.92 * w), (0, top, 0), 20),
        )

    # Back
    backless = stool and d.chance("backless", 0.75)
    kind = d.choice(
        "back",
        ("solid", "slats", "ladder", "spindles", "ring", "frame", "cross", "splat", "low"),
        (5, 3, 3, 2, 2, 3, 1, 2, 2),
    )
    if family == "club":
        kind = "solid"
    back = None
    if not backless:
        tall = d.uniform("back_height", 0.34, 0.72) if kind != "low" else d.uniform("back_height", 0.22, 0.34)
        tall *= 0.6 if stool else 1.0
        turn = 0.95 if shape == "round" else d.uniform("back_turn", 0.02, 0.55)
        thick = d.uniform("back_thickness", 0.03, 0.05)
        half = (0.40 * w if shape == "round" else 0.5 * rear - 0.02) if shape != "shield" else 0.3 * w
        foot = -0.5 * depth + 0.018
        if shape == "rounded":  # the posts stand where the corners leave seat
            corner = d.parameters.get("seat_corner", 0.0)
            half, foot = half - 0.25 * corner, foot + 0.12 * corner
        elif shape == "shield":
            foot = -0.42 * depth
        back = Back(half, tall, foot, top, turn, d.uniform("back_lean", 0.0, 0.3), d.uniform("back_taper", 0.8, 1.12))
        _back(a, d, kind, back, thick, frame, fill, t)
        if kind in ("solid", "frame", "slats") and not stool and d.chance("headrest", 0.16):
            size = d.uniform("head_width", 0.4, 0.8)
            c = back(0, 1.0)
            hh = d.uniform("head_height", 0.1, 0.16)
            a.add("head", fill, cushion((2 * half * size, hh, 0.07), c + (0, 0.07 + hh / 2, 0.01), 0.03))
            a.add(
                "head", frame, *[rod(back(s, 0.9), c + (s * half, 0.1 + hh / 2, 0.005), 0.016) for s in (-0.25, 0.25)]
            )

    if back is not None and not stool:
        _arms(a, d, family, back, w, depth, top, t, frame, fill, kind)
    _base(a, d, family, outline, shape, w, depth, h, t, rear, back, frame, fill)
    return a


def _back(a, d, kind, back, thick, frame, fill, seat_thickness):
    low = -min(0.6 * seat_thickness, 0.03) / back.height
    post = 0.5 * d.uniform("post", 0.032, 0.05)
    posts = [tube([back(s, low), back(s, 0.5), back(s, 1.0)], post, 10) for s in (-0.97, 0.97)]

    def rail(v, half_height, u=1.0, thickness=thick):
        return sheet(back, thickness, (-u, u), (v - half_height, v + half_height), (10, 1))

    def hoop(steps=24):
        angle = np.linspace(0, np.pi, steps)
        path = np.concatenate(
            [[back(0.97, low)], back(0.97 * np.cos(angle), 0.45 + 0.55 * np.sin(angle)), [back(-0.97, low)]]
        )
        return tube(path, post, 8)

    if kind in ("solid", "low"):
        crown = d.uniform("crown", -0.12, 0.2)
        gap = 0.0 if kind == "low" else d.choice("back_gap", (0.0, 0.0, 0.16))
        panel = sheet(
            lambda u, v: back(u, v * (1 + crown * (np.cos(u * np.pi / 2) - 1))),
            1.6 * thick,
            (-1, 1),
            (gap if gap else low, 1),
            (12, 4),
        )
        if d.chance("back_hole", 0.2):
            panel -= sheet(back, 6 * thick, (-0.35, 0.35), (0.72, 0.86), (6, 1))
        a.add("back", fill, panel)
        if gap:
            a.add("back", frame, *[tube([back(s, low), back(s, 0.6)], post, 8) for s in (-0.75, 0.75)])
    elif kind == "slats":
        n = d.integer("slats", 3, 6)
        rail_height = d.uniform("rail", 0.06, 0.12)
        a.add("back", frame, *posts, rail(1 - rail_height / 2, rail_height / 2), rail(0.16, 0.05))
        width = 0.95 / n * d.uniform("slat_width", 0.35, 0.6)
        for u in np.linspace(-1, 1, n + 2)[1:-1]:
            a.add("back", frame, sheet(back, 0.8 * thick, (u - width, u + width), (0.14, 0.96), (2, 4)))
    elif kind == "ladder":
        n = d.integer("rungs", 2, 5)
        size = 0.5 * d.uniform("rung", 0.3, 0.6) / n
        a.add("back", frame, *posts)
        for v in np.linspace(0.28, 0.98 - size, n):
            a.add("back", frame, rail(v, size, 0.99))
    elif kind == "spindles":
        n = d.integer("spindles", 4, 7)
        a.add("back", frame, hoop())
        for u in np.linspace(-0.75, 0.75, n):
            a.add("back", frame, rod(back(0.85 * u, low), back(u, 0.45 + 0.55 * np.sqrt(1 - u * u)), 0.018, sides=8))
    elif kind == "ring":
        angle = around(28)
        tube_radius = 0.5 * d.uniform("ring", 0.04, 0.07)
        a.add("back", frame, tube(back(0.9 * np.cos(angle), 0.55 + 0.42 * np.sin(angle)), tube_radius, 10, closed=True))
        a.add("back", frame, *[tube([back(s, low), back(s, 0.35)], post, 8) for s in (-0.6, 0.6)])
        if d.chance("ring_filled", 0.5):
            radius = np.linspace(0.05, 0.85, 5)
            a.add(
                "back",
                fill,
                sheet(
                    lambda u, v: back(0.85 * v * np.cos(u), 0.55 + 0.4 * v * np.sin(u)),
                    0.7 * tube_radius,
                    (0, 2 * np.pi - 1e-3),
                    (radius[0], 1),
                    (24, 3),
                ),
                ellipsoid((0.06, 0.06, tube_radius), back(0, 0.55), 8),
            )
        elif d.chance("ring_bars", 0.6):
            a.add("back", frame, *[tube([back(u, 0.15), back(u, 0.95)], 0.016, 8) for u in (-0.25, 0.25)])
    elif kind == "frame":
        a.add("back", frame, *posts, rail(0.96, 0.05), rail(0.3, 0.05))
        a.add("back", fill, sheet(back, 0.7 * thick, (-1, 1), (0.3, 0.95), (10, 3)))
    elif kind == "cross":
        a.add("back", frame, *posts, rail(0.95, 0.06), rail(0.25, 0.05))
        s = np.linspace(0, 1, 7)
        for sign in (-1, 1):
            a.add("back", frame, tube(back(sign * (2 * s - 1) * 0.95, 0.25 + 0.68 * s), 0.018, 8))
    elif kind == "splat":
        wide = d.uniform("splat", 0.18, 0.4)
        a.add("back", frame, *posts, rail(0.95, 0.06, 1.02))
        a.add(
            "back",
            frame if d.chance("splat_plain", 0.6) else fill,
            sheet(
                lambda u, v: back(u * (1 + 0.4 * np.cos(2 * np.pi * v)), v),
                0.8 * thick,
                (-wide, wide),
                (low, 0.95),
                (4, 10),
            ),
        )


def _arms(a, d, family, back, w, depth, top, t, frame, fill, kind):
    chance = {"four_legs": 0.4, "swivel": 0.6, "sled": 0.4, "cantilever": 0.5, "pedestal": 0.35, "club": 1.0}[family]
    if not d.chance("arms", chance):
        return
    height = d.uniform("arm_height", 0.17, 0.27)
    style = "solid" if family == "club" else d.choice("arm", ("loop", "post", "solid", "pad"), (4, 4, 1, 3))
    if back.half_width < 0.42 * w and style in ("solid", "pad"):
        style = "loop"
    v = min(height / back.height, 0.85 if kind != "low" else 0.95)
    front = d.uniform("arm_front", 0.1, 0.42) * depth
    radius = 0.5 * d.uniform("arm_tube", 0.034, 0.05)
    for i, side in enumerate((-1, 1)):
        rear = back(0.97 * side, v)
        if kind == "ring":
            rear = back(0.9 * side, 0.55)
        y = rear[1]
        x = side * (w / 2 - 0.012)
        inside = side * (0.43 if depth != w else 0.38) * w
        if style == "loop":
            path = [
                rear,
                (x, y, rear[2] + 0.35 * (front - rear[2])),
                (x, y, front),
                (inside, top - 0.5 * t, 0.6 * front),
            ]
            a.add("arm", frame, tube(fillet(path, 0.09), radius, 10), instance=i)
        elif style == "post":
            a.add(
                "arm",
                frame,
                bar(rear, (x, y, front + 0.03), 0.055, 0.035),
                rod((inside, top - 0.5 * t, 0.7 * front), (x, y, 0.8 * front), radius),
                instance=i,
            )
        elif style == "pad":
            a.add("arm", fill, cushion((0.075, 0.045, front + 0.18), (x, y, (front - 0.16) / 2), 0.02), instance=i)
            a.add("arm", frame, bar((inside, top - 0.5 * t, 0.0), (x, y, 0.0), 0.04, 0.07, (0, 0, 1)), instance=i)
        else:
            wide = 0.16 if family == "club" else 0.05
            low = top - t if family != "club" else 0.1
            z0, z1 = rear[2] - (0.02 if family != "club" else 0.0), depth / 2 - 0.02
            a.add(
                "arm",
                fill,
                cushion(
                    (wide, y - low, z1 - z0),
                    (side * (w / 2 + wide / 2 - 0.02), (y + low) / 2, (z0 + z1) / 2),
                    0.3 * wide,
                ),
                instance=i,
            )


def _base(a, d, family, outline, shape, w, depth, h, t, rear, back, frame, fill):
    under = h - 0.3 * t
    if family in ("four_legs", "stool"):
        style = d.choice("leg", ("straight", "tapered", "round", "turned", "square_splay"), (3, 3, 3, 2, 2))
        splay = d.uniform("splay", 0.0, 0.09) if style not in ("straight",) else 0.0
        r = 0.5 * d.uniform("leg_thickness", 0.035, 0.058)
        inset = 0.86 if shape in ("square", "rounded", "trapezoid") else 0.66
        if shape == "rounded":  # the corner cuts the seat's diagonal by 0.3 of its radius
            inset = min(inset, 1 - 2 * (0.3 * d.parameters.get("seat_corner", 0.1) + r) / min(w, depth))
        three = family == "stool" and d.chance("three_legs", 0.3)
        if three:
            spots = [0.36 * w * np.array([np.cos(q), np.sin(q)]) for q in around(3, np.pi / 2)]
        else:
            half = {1: 0.5 * inset * w, -1: 0.5 * inset * rear}
            spots = [np.array([sx * half[sz], sz * 0.5 * inset * depth]) for sz in (1, -1) for sx in (1, -1)]
        feet = []
        for p in spots:
            foot = p * (1 + splay / np.linalg.norm(p))
            start, end = (p[0], under, p[1]), (foot[0], 0.0, foot[1])
            feet.append((np.array(start), np.array(end)))
            if style == "turned":
                a.add("base", frame, turned(start, end, 1.1 * r, TURNED))
            elif style == "round":
                a.add("base", frame, rod(start, end, r, 0.75 * r))
            else:
                taper = 0.65 if style == "tapered" else 1.0
                a.add("base", frame, bar(start, end, 2 * r, 2 * r, (0, 0, 1), taper))

        def between(k, s):
            return feet[k][0] + s * (feet[k][1] - feet[k][0])

        kind = d.choice("stretchers", ("none", "box", "h", "sides", "apron"), (4, 2, 2, 2, 3))
        n = len(spots)
        s = d.uniform("stretcher_height", 0.45, 0.78)
        ring = [(0, 1), (1, 2), (2, 0)] if three else [(0, 1), (1, 3), (3, 2), (2, 0)]
        if kind == "box" or (n == 3 and kind in ("h", "sides")):
            a.add("base", frame, *[rod(between(i, s), between(j, s), 0.017, sides=8) for i, j in ring])
        elif kind in ("h", "sides"):
            a.add("base", frame, *[rod(between(i, s), between(j, s), 0.017, sides=8) for i, j in ((0, 2), (1, 3))])
            if kind == "h":
                a.add(
                    "base",
                    frame,
                    rod((between(0, s) + between(2, s)) / 2, (between(1, s) + between(3, s)) / 2, 0.017, sides=8),
                )
        elif kind == "apron" and style != "turned":
            a.add("base", frame, *[bar(between(i, 0.1), between(j, 0.1), 0.028, 0.07) for i, j in ring])
    elif family == "swivel":
        n = d.integer("spokes", 4, 5)
        reach = d.uniform("reach", 0.26, 0.34)
        lift = d.uniform("hub", 0.06, 0.11)
        a.add(
            "base",
            frame,
            lathe(
                [
                    (0.03, lift),
                    (0.045, lift + 0.01),
                    (0.045, lift + 0.09),
                    (0.026, lift + 0.1),
                    (0.026, under - 0.05),
                    (0.09, under - 0.04),
                    (0.09, under + 0.01),
                ],
                sides=16,
            ),
        )
        casters = d.chance("casters", 0.6)
        for q in around(n, np.pi / 2):
            out = np.array([np.cos(q), 0, np.sin(q)])
            end = reach * out + (0, 0.055 if casters else 0.02, 0)
            a.add(
                "base",
                frame,
                sweep([(0, lift + 0.045, 0) - 0.01 * out, end], rectangle(0.05, 0.045), up=(0, 1, 0), scale=[1, 0.75]),
            )
            if casters:
                side = np.array([-out[2], 0, out[0]])
                a.add(
                    "base",
                    (0.02, 0.02, 0.02),
                    rod(end - (0, 0.027, 0) - 0.022 * side, end - (0, 0.027, 0) + 0.022 * side, 0.03, sides=10),
                )
    elif family == "pedestal":
        r = d.uniform("foot_radius", 0.19, 0.27)
        kind = d.choice("pedestal", ("plate", "trumpet", "cone", "drum"))
        if kind == "plate":
            profile = [(r, 0), (r, 0.025), (0.03, 0.045), (0.028, under - 0.06), (0.1, under)]
        elif kind == "trumpet":
            s = np.linspace(0, 1, 10)
            profile = np.stack([0.035 + (r - 0.035) * (1 - s) ** 3 + 0.09 * s**6, s * under], axis=1)
        elif kind == "cone":
            profile = [(r, 0), (0.07, under)]
        else:
            profile = [(0.7 * r, 0), (0.7 * r, 0.02), (0.6 * r, 0.04), (0.6 * r, under)]
        a.add("base", frame, lathe(profile, sides=24))
    elif family == "sled":
        r = 0.5 * d.uniform("tube", 0.034, 0.046)
        lean = d.uniform("sled_lean", 0.0, 0.08)
        corner = d.parameters.get("seat_corner", 0.0)
        x = 0.43 * min(w, rear) - 0.25 * corner
        for side in (-1, 1):
            path = [
                (side * x, under, 0.4 * depth),
                (side * x, r, 0.45 * depth + lean),
                (side * x, r, -0.45 * depth - lean),
                (side * x, under, -0.4 * depth),
            ]
            a.add("base", frame, tube(fillet(path, 0.07), r, 10))
        for z in (-0.4 * depth, 0.4 * depth) if d.chance("floor_bars", 0.5) else (0.0,):
            a.add("base", frame, rod((-x, r, z), (x, r, z), r, sides=10))
    elif family == "cantilever":
        r = 0.5 * d.uniform("tube", 0.038, 0.05)
        x = 0.44 * min(w, rear)
        square = d.chance("square_tube", 0.4)
        section = rectangle(2.2 * r, 2 * r) if square else ellipse(2 * r, 2 * r, 10)
        for side in (-1, 1):
            path = [
                (side * x, under, -0.42 * depth),
                (side * x, under, 0.46 * depth),
                (side * x, r, 0.5 * depth),
                (side * x, r, -0.48 * depth),
            ]
            a.add("base", frame, sweep(fillet(path, 0.08), section, up=(1, 0, 0)))
        a.add("base", frame, rod((-x, r, -0.46 * depth), (x, r, -0.46 * depth), r, sides=10))
    else:
        skirt = d.uniform("skirt", 0.0, 0.1)
        a.add("base", shade(fill, 0.85), box((w, h - skirt, depth - 0.02), (0, (h + skirt) / 2, 0), 0.02))
        foot = d.choice("foot", ("cone", "block"))
        for sx in (-1, 1):
            for sz in (-1, 1):
                at = np.array([sx * 0.42 * w, 0, sz * 0.42 * depth])
                top = at + (0, skirt + 0.03, 0)
                a.add(
                    "base",
                    frame,
                    rod(at, top, 0.022, 0.03) if foot == "cone" else box((0.07, skirt + 0.03, 0.07), (at + top) / 2),
                )
