"""Telephones: mobile, folding, cordless, desk and rotary."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import (
    around,
    bar,
    box,
    ellipse,
    hull,
    lathe,
    loft,
    prism,
    rectangle,
    rod,
    span,
    sweep,
    tube,
)

LABELS = ("body", "screen", "button", "antenna", "handset", "base")


def phone(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family", ("slab", "bar", "flip", "slider", "desk", "cordless", "rotary", "brick"), (4, 4, 4, 2, 4, 2, 2.5, 1.5)
    )
    case = color(d, "case", "black", "white", "plastic", "metal")
    glass = color(d, "glass", "glass")
    key = color(d, "key", "white", "metal", "black")
    {
        "slab": _slab,
        "bar": _bar_phone,
        "flip": _flip,
        "slider": _slider,
        "desk": _desk_phone,
        "cordless": _cordless,
        "rotary": _rotary,
        "brick": _bar_phone,
    }[family](a, d, family, case, glass, key)
    return a


def _keypad(a, key, place, w, low, high, t, rows=4, columns=3, size=0.72, round_keys=False):
    """A grid of keys on a face at z = t between two heights, moved by `place`."""
    dx, dy = w / columns, (high - low) / rows
    for j in range(rows):
        for i in range(columns):
            at = (-w / 2 + (i + 0.5) * dx, low + (j + 0.5) * dy, t)
            s = (
                rod((at[0], at[1], t - 0.02), (at[0], at[1], t + 0.02), 0.5 * size * min(dx, dy), sides=10)
                if round_keys
                else box((size * dx, size * dy, 0.04), at, 0.006)
            )
            a.add("button", key, place(s))


def _slab(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.45, 0.6), d.uniform("thickness", 0.05, 0.1)
    corner = d.uniform("corner", 0.02, 0.11)
    rim, chin = d.uniform("rim", 0.02, 0.05), d.uniform("chin", 0.03, 0.15)
    lean = d.uniform("lean", 0, 25)

    def tilt(s):
        return s.rotate((-lean, 0, 0))

    body = prism(rectangle(w, 1, corner), t, "z") - prism(
        rectangle(w - 2 * rim, 1 - 2 * chin, 0.5 * corner), 0.4 * t, "z", (0, 0, t / 2)
    )
    a.add("body", case, tilt(body))
    a.add(
        "screen",
        glass,
        tilt(prism(rectangle(w - 1.4 * rim, 1 - 1.6 * chin, 0.5 * corner), 0.3 * t, "z", (0, 0, 0.18 * t))),
    )
    if chin > 0.07:
        a.add("button", key, tilt(rod((0, -0.5 + chin / 2, 0), (0, -0.5 + chin / 2, 0.75 * t), 0.33 * chin, sides=16)))
    n = d.integer("side_buttons", 1, 3)
    a.add("button", key, *[tilt(box((0.05, 0.09, 0.4 * t), (w / 2, y, 0))) for y in np.linspace(0.1, 0.32, n)])
    camera = d.choice("camera", ("square", "bar", "round", "none"))
    if camera != "none":
        outline = {
            "square": rectangle(0.2, 0.2, 0.05),
            "bar": rectangle(0.8 * w, 0.12, 0.05),
            "round": ellipse(0.22, 0.22, 20),
        }[camera]
        a.add(
            "body",
            shade(case, 0.7),
            tilt(prism(outline, 0.06, "z", (0 if camera != "square" else w / 2 - 0.15, 0.35, -t / 2))),
        )
    stand = d.choice("stand", ("none", "wedge", "ring", "dock"), (4, 1, 1, 1))
    if stand == "wedge":
        a.add(
            "base",
            key,
            bar((0, 0.05, 0), (0, -0.48, -0.32), 0.2, 0.035, (0, 1, 0)),
            box((0.25, 0.035, 0.36), (0, -0.48, -0.14)),
        )
    elif stand == "dock":
        a.add("base", key, box((1.25 * w, 0.1, 0.36), (0, -0.5, 0.1), 0.02))
    elif stand == "ring":
        q = around(20)
        circle = np.stack([0.12 * np.cos(q), 0.12 * np.sin(q) - 0.05, np.full(20, -t / 2 - 0.12)], axis=1)
        a.add(
            "base",
            key,
            tilt(tube(circle, 0.018, 8, closed=True)),
            tilt(box((0.06, 0.05, 0.16), (0, 0.07, -t / 2 - 0.06))),
        )


def _bar_phone(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.3, 0.46), d.uniform("thickness", 0.09, 0.18)
    if family == "brick":
        t *= 1.5
    power = d.choice("outline", ("round", "tapered", "pinched", "egg"))
    y = np.linspace(-0.5, 0.5, 13)
    half = {
        "round": np.full(13, 1.0),
        "tapered": 1 - 0.25 * (0.5 - y),
        "pinched": 1 - 0.25 * np.cos(np.pi * y) ** 2 + 0.1,
        "egg": 1 - 0.5 * (y - 0.15) ** 2,
    }[power]
    half = half * np.clip(1 - (np.abs(2 * y) ** 8) * d.uniform("ends", 0.1, 0.45), 0.3, 1) * w / 2
    outline = np.concatenate([np.stack([half, y], 1), np.stack([-half, y], 1)[::-1]])

    def ring(k, z):
        return np.column_stack([outline * k, np.full(len(outline), z)])

    body = loft([ring(0.92, -t / 2), ring(1.0, -0.25 * t), ring(1.0, 0.25 * t), ring(0.93, t / 2)])
    low, high = d.uniform("screen_low", 0.02, 0.15), d.uniform("screen_high", 0.33, 0.4)
    window = box((0.7 * w, high - low, 0.3 * t), (0, (low + high) / 2, t / 2))
    a.add("body", case, body - window)
    a.add("screen", glass, box((0.74 * w, high - low + 0.02, 0.1), (0, (low + high) / 2, 0.36 * t - 0.05)))
    _keypad(
        a,
        key,
        lambda s: s,
        0.72 * w,
        -0.43,
        low - 0.12,
        t / 2,
        d.integer("rows", 3, 5),
        3,
        0.72,
        d.chance("round_keys", 0.4),
    )
    a.add("button", key, box((0.25 * w, 0.05, 0.04), (0, low - 0.07, t / 2), 0.01))
    kind = d.choice("antenna", ("none", "stub", "long", "whip"), (1, 2, 1, 1) if family != "brick" else (0, 1, 2, 2))
    if kind != "none":
        x = 0.3 * w * d.choice("antenna_side", (-1, 1))
        tall = {"stub": 0.14, "long": 0.5, "whip": 0.8}[kind]
        a.add(
            "antenna",
            shade(case, 0.7),
            rod(
                (x, 0.42, 0), (x, 0.5 + tall, 0), 0.035 if kind != "whip" else 0.024, 0.028 if kind != "whip" else 0.02
            ),
        )
        if kind == "whip":
            a.add("antenna", shade(case, 0.7), rod((x, 0.42, 0), (x, 0.6, 0), 0.04))


def _flip(a, d, family, case, glass, key):
    w, t, tall = d.uniform("width", 0.42, 0.6), d.uniform("thickness", 0.07, 0.14), d.uniform("half_height", 0.8, 1.05)
    angle = d.uniform("angle", 95, 178)
    corner = d.uniform("corner", 0.02, 0.16)
    lower = prism(rectangle(w, tall, corner), t, "z", (0, -tall / 2, -t / 2))
    upper = prism(rectangle(w, tall, corner), t, "z", (0, tall / 2, -t / 2))

    def turn(s):
        return s.rotate((180 - angle, 0, 0))

    opening = box((0.78 * w, 0.6 * tall, 0.5 * t), (0, 0.5 * tall, 0))
    a.add("body", case, lower, instance=0)
    a.add("body", case, turn(upper - opening), instance=1)
    a.add("screen", glass, turn(box((0.82 * w, 0.64 * tall, 0.4 * t), (0, 0.5 * tall, -0.4 * t))))
    r = 0.75 * t
    a.add("body", shade(case, 0.8), rod((-0.32 * w, 0, -0.3 * t), (0.32 * w, 0, -0.3 * t), r, sides=14))
    _keypad(
        a,
        key,
        lambda s: s,
        0.75 * w,
        -0.92 * tall,
        -0.38 * tall,
        0.0,
        d.integer("rows", 3, 4),
        3,
        0.72,
        d.chance("round_keys", 0.4),
    )
    a.add(
        "button",
        key,
        lathe([(0.2 * w, -0.03), (0.2 * w, 0.02), (0.1 * w, 0.03)], sides=18)
        .rotate((90, 0, 0))
        .translate((0, -0.24 * tall, 0)),
    )
    if d.chance("antenna", 0.35):
        a.add("antenna", case, rod((0.36 * w, -0.1, -0.6 * t), (0.36 * w, 0.28, -0.6 * t), 0.045, 0.035))


def _slider(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.42, 0.55), d.uniform("thickness", 0.06, 0.1)
    slide = d.uniform("slide", 0.3, 0.55)
    corner = d.uniform("corner", 0.03, 0.12)
    sideways = d.chance("sideways", 0.4)
    turn = (lambda s: s.rotate((0, 0, 90))) if sideways else (lambda s: s)
    a.add("body", case, turn(prism(rectangle(w, 1, corner), t, "z", (0, 0, -t / 2))), instance=0)
    move = (0, slide, 0) if not sideways else (0.6 * w * 1.0, 0, 0)
    top = prism(rectangle(w, 1, corner), t, "z", (0, 0, t / 2 - 0.005)) - box((0.8 * w, 0.74, 0.5 * t), (0, 0.04, t))
    a.add("body", shade(case, 0.8), turn(top.translate(move)), instance=1)
    a.add("screen", glass, turn(box((0.84 * w, 0.78, 0.4 * t), (0, 0.04, 0.6 * t)).translate(move)))
    if sideways:
        _keypad(a, key, turn, 0.52 * w, -0.44, 0.44, 0.0, 9, 3, 0.72)
    else:
        _keypad(a, key, turn, 0.8 * w, -0.46, -0.5 + slide - 0.03, 0.0, 4 if slide > 0.4 else 3, 3, 0.74)
    a.add("button", key, turn(rod((0, -0.42, 0.5 * t), (0, -0.42, 1.1 * t), 0.06, sides=14).translate(move)))


def _handset(a, d, tone, place, length=0.9, width=0.16):
    """A handset along x: two cups joined by a curved grip, cups down."""
    kind = d.choice("handset", ("classic", "flat", "block"))
    s = np.linspace(-1, 1, 15)
    rise = d.uniform("handset_rise", 0.06, 0.16)
    half = length / 2
    if kind == "block":
        rise = 0.06
        solids = [
            box((length, 0.09, width), (0, rise, 0), 0.02),
            *[box((0.24 * length, 0.16, 1.05 * width), (k * 0.37 * length, rise - 0.05, 0), 0.02) for k in (-1, 1)],
        ]
    else:
        path = np.stack([0.9 * half * s, rise * (1 - s**4) + 0.03, 0 * s], axis=1)
        section = ellipse(0.1, width * (0.6 if kind == "classic" else 1), 12)[:, ::-1]
        cup = [(0.36 * width, -0.02), (0.62 * width, 0.0), (0.55 * width, 0.05), (0.25 * width, 0.1)]
        cup = [(r, y - 0.03) for r, y in cup]
        solids = [sweep(path, section, up=(0, 0, 1)), *[lathe(cup, (k * 0.82 * half, 0, 0), 18) for k in (-1, 1)]]
    a.add("handset", tone, *[place(q) for q in solids])


def _desk_phone(a, d, family, case, glass, key):
    w, deep = 1.0, d.uniform("depth", 0.75, 1.1)
    low, high = d.uniform("front", 0.05, 0.12), d.uniform("rear", 0.18, 0.42)
    outline = np.array(
        [(-deep / 2, 0), (deep / 2, 0), (deep / 2, low), (-deep / 2 + 0.12, high), (-deep / 2, high * 0.97)]
    )
    slope = np.degrees(np.arctan2(high - low, deep - 0.12))
    at = np.array([0, low, deep / 2])
    run = np.hypot(high - low, deep - 0.12)

    # A frame on the sloping face: x across, y up the slope, z out of it.
    def place(s):
        return s.rotate((-90 + slope, 0, 0)).translate(tuple(at))

    a.add("base", case, prism(outline, w, "x"))
    side = d.choice("handset_side", ("left", "right", "top"))
    if side == "top":
        x0, kw, y1 = 0.0, 0.55, 0.5

        def grip(s):
            return place(s.rotate((90, 0, 0)).translate((0, 0.84 * run, 0.075)))

        rests = [place(box((0.14, 0.13, 0.12), (k * 0.37, 0.84 * run, 0.02))) for k in (-1, 1)]
    else:
        k = -1 if side == "left" else 1
        x0, kw, y1 = -k * 0.15, 0.52, 0.55

        def grip(s):
            return place(s.rotate((90, 0, 0)).rotate((0, 0, 90)).translate((k * 0.37, 0.5 * run, 0.075)))

        rests = [place(box((0.13, 0.14, 0.12), (k * 0.37, 0.5 * run + q * 0.37 * run, 0.02))) for q in (-1, 1)]
    a.add("base", case, *rests)
    _handset(
        a, d, case if d.chance("same_handset", 0.7) else key, grip, 0.92 if side == "top" else min(0.95 * run, 1.0)
    )

    def shift(s):
        return place(s.translate((x0, 0, 0)))

    _keypad(
        a, key, shift, kw, 0.08 * run, y1 * run, 0.0, 4, d.choice("columns", (3, 4)), 0.7, d.chance("round_keys", 0.3)
    )
    if side != "top":
        a.add("screen", glass, shift(box((kw, 0.24 * run, 0.05), (0, 0.78 * run, 0.0), 0.01)))
    if d.chance("cord", 0.4) and side != "top":
        q = np.linspace(0, 1, 60)
        x = (0.37 if side == "right" else -0.37) + (0.18 if side == "right" else -0.18)
        turns = 6
        path = np.stack(
            [
                x + 0.045 * np.cos(2 * np.pi * turns * q),
                0.07 + 0.045 * np.sin(2 * np.pi * turns * q),
                deep * (0.38 - 0.76 * q),
            ],
            axis=1,
        )
        path = np.concatenate([[[x * 0.8, 0.05, 0.38 * deep]], path, [[x * 0.8, 0.05, -0.38 * deep]]])
        a.add("handset", shade(case, 0.6), tube(path, 0.019, 6))


def _cordless(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.26, 0.36), d.uniform("thickness", 0.1, 0.16)
    lean = d.uniform("lean", 5, 25)
    y = np.linspace(-0.5, 0.5, 11)
    half = (
        w
        / 2
        * (1 - d.uniform("pinch", 0.0, 0.25) * np.cos(np.pi * y) ** 2)
        * np.clip(1 - np.abs(2 * y) ** 8 * 0.3, 0.3, 1)
    )
    outline = np.concatenate([np.stack([half, y], 1), np.stack([-half, y], 1)[::-1]])
    body = loft(
        [
            np.column_stack([outline * k, np.full(len(outline), z)])
            for k, z in ((0.9, -t / 2), (1.0, -t / 4), (1.0, t / 4), (0.92, t / 2))
        ]
    )

    def place(s):
        return s.translate((0, 0.5, 0)).rotate((-lean, 0, 0)).translate((0, 0.06, 0.06))

    a.add("handset", case, place(body))
    a.add("screen", glass, place(box((0.62 * w, 0.2, 0.08), (0, 0.22, t / 2 - 0.02), 0.01)))
    _keypad(a, key, place, 0.68 * w, -0.36, 0.06, t / 2, 4, 3, 0.7, d.chance("round_keys", 0.5))
    if d.chance("antenna", 0.6):
        a.add(
            "antenna",
            case,
            place(rod((0.3 * w, 0.42, -0.01), (0.3 * w, d.uniform("antenna_top", 0.62, 0.8), -0.01), 0.035, 0.027)),
        )
    base = d.choice("dock", ("round", "block", "wide"))
    if base == "round":
        a.add("base", case, lathe([(0.3, 0), (0.3, 0.06), (0.2, 0.16)], sides=28))
    elif base == "block":
        a.add(
            "base",
            case,
            hull(
                [(s * 0.22, 0, z) for s in (-1, 1) for z in (-0.25, 0.25)],
                [(s * 0.2, 0.16 if z < 0 else 0.08, z) for s in (-1, 1) for z in (-0.22, 0.22)],
            ),
        )
    else:
        a.add(
            "base",
            case,
            hull(
                [(x, 0, z) for x in (-0.2, 0.55) for z in (-0.28, 0.28)],
                [(x, 0.18 if z < 0 else 0.08, z) for x in (-0.18, 0.52) for z in (-0.25, 0.25)],
            ),
        )
        _keypad(a, key, lambda s: s.rotate((-78, 0, 0)).translate((0.36, 0.13, 0.0)), 0.24, -0.2, 0.2, 0.0, 4, 2, 0.7)


def _rotary(a, d, family, case, glass, key):
    w, deep, h = 1.0, d.uniform("depth", 0.8, 1.0), d.uniform("height", 0.35, 0.55)
    wall_phone = d.chance("candlestick", 0.25)
    if wall_phone:
        a.add("base", case, lathe([(0.3, 0), (0.3, 0.06), (0.08, 0.12), (0.06, 0.85), (0.09, 0.95)], sides=24))
        a.add(
            "body",
            key,
            lathe([(0.05, 0), (0.07, 0.1), (0.18, 0.24), (0.16, 0.25)], sides=22)
            .rotate((80, 0, 0))
            .translate((0, 0.93, 0.0)),
        )
        a.add(
            "button",
            key,
            lathe([(0.17, 0), (0.17, 0.05), (0.1, 0.06)], sides=22).rotate((70, 0, 0)).translate((0, 0.18, 0.14)),
        )
        a.add(
            "handset",
            case,
            lathe([(0.11, -0.02), (0.12, 0.04), (0.05, 0.1), (0.05, 0.3), (0.03, 0.32)], sides=18)
            .rotate((0, 0, d.uniform("hang", -15, 15)))
            .translate((0.2, 0.55, 0)),
            rod((0, 0.72, 0), (0.22, 0.76, 0), 0.025),
        )
        return
    rings = []
    for s in np.linspace(0, 1, 6):
        k = 1 - 0.45 * s ** d.uniform("slope", 0.6, 1.6) if s == 0 else 1 - 0.45 * s ** d.parameters["slope"]
        ring = rectangle(w * k, deep * (1 - 0.5 * s), 0.1)
        rings.append(np.column_stack([ring[:, 0], np.full(len(ring), s * h), ring[:, 1] - 0.14 * s * deep]))
    a.add("base", case, loft(rings))
    tilt = 45
    r = d.uniform("dial", 0.22, 0.3)

    def place(s):
        return s.rotate((tilt, 0, 0)).translate((0, 0.45 * h, 0.24 * deep))

    wheel = lathe([(r, -0.16), (r, 0.06), (0.9 * r, 0.075)], sides=28)
    n = d.integer("holes", 8, 10)
    for q in around(n):
        wheel -= rod(
            (0.7 * r * np.cos(q), 0.03, 0.7 * r * np.sin(q)),
            (0.7 * r * np.cos(q), 0.2, 0.7 * r * np.sin(q)),
            0.16 * r,
            sides=8,
        )
    a.add("button", key, place(wheel))
    z = -0.14 * deep
    _handset(a, d, case, lambda s: s.translate((0, h + 0.04, z)), 1.05, 0.2)
    top = h + 0.05 + d.parameters["handset_rise"]
    a.add(
        "base",
        case,
        *[span((x - 0.05, h - 0.1, z - 0.15 * deep), (x + 0.05, top, z + 0.15 * deep)) for x in (-0.22, 0.22)],
    )
