"""Tables and desks: a top of some outline, a base, and perhaps drawers and a lower shelf."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import around, bar, box, ellipse, fillet, lathe, loft, mirrored, prism, rectangle, rod, sweep, tube, turned

LABELS = ("top", "base", "drawer", "shelf")

TURNED = [
    (1.0, 0.0),
    (1.0, 0.15),
    (0.65, 0.19),
    (1.1, 0.3),
    (0.85, 0.55),
    (0.6, 0.75),
    (0.95, 0.84),
    (0.6, 0.9),
    (0.7, 1.0),
]


def table(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("four_legs", "desk", "pedestal", "two_columns", "trestle", "slabs", "drum", "loops", "one_leg"),
        (8, 5, 4, 2, 3, 3, 2, 3, 1),
    )
    size = d.choice("size", ("dining", "coffee", "side", "console", "bar"), (4, 4, 3, 2, 1))
    length = d.uniform(
        "length",
        *{"dining": (1.0, 1.8), "coffee": (0.8, 1.3), "side": (0.4, 0.6), "console": (0.9, 1.5), "bar": (0.5, 0.8)}[
            size
        ],
    )
    depth = length * d.uniform("aspect", 0.45, 1.0) if size != "console" else d.uniform("depth", 0.3, 0.45)
    height = d.uniform(
        "height",
        *{
            "dining": (0.68, 0.8),
            "coffee": (0.32, 0.5),
            "side": (0.4, 0.75),
            "console": (0.7, 0.95),
            "bar": (0.95, 1.1),
        }[size],
    )
    if family == "desk":
        length, depth, height = (
            d.uniform("desk_length", 0.95, 1.6),
            d.uniform("desk_depth", 0.5, 0.75),
            d.uniform("desk_height", 0.7, 0.8),
        )
    if family in ("pedestal", "drum", "one_leg") and size not in ("coffee",):
        length = min(length, 1.25)
        depth = max(depth, 0.6 * length)
    longest = max(length, height)
    thick = longest * d.uniform("top_thickness", 0.026, 0.065)
    frame, surface = (
        color(d, "frame", "wood", "metal", "black", "white"),
        color(d, "surface", "wood", "white", "stone", "glass"),
    )
    if d.chance("plain", 0.45):
        surface = frame

    shapes = ("rectangle", "rounded", "round", "oval", "hexagon", "boat", "capsule")
    weights = {
        "desk": (4, 2, 0, 0, 0, 0, 0),
        "slabs": (4, 2, 0, 0, 0, 0, 0),
        "loops": (3, 2, 0, 0, 0, 1, 0),
        "trestle": (4, 2, 0, 1, 0, 1, 1),
        "pedestal": (1, 1, 5, 2, 1, 0, 0),
        "drum": (1, 1, 4, 2, 1, 0, 0),
        "one_leg": (1, 1, 4, 0, 1, 0, 0),
    }
    shape = d.choice("top", shapes, weights.get(family, (4, 3, 2, 2, 1, 1, 1)))
    if shape in ("round", "hexagon"):
        depth = length
    outline = {
        "rectangle": lambda: rectangle(length, depth),
        "rounded": lambda: rectangle(length, depth, d.uniform("corner", 0.05, 0.3) * depth),
        "round": lambda: ellipse(length, depth, 40),
        "oval": lambda: ellipse(length, depth, 40),
        "hexagon": lambda: ellipse(length, depth, d.choice("sides", (6, 8))),
        "boat": lambda: mirrored(
            [(x * length / 2, depth / 2 * (1 - 0.3 * x**4)) for x in (0, 0.25, 0.5, 0.75, 1.0)]
            + [(x * length / 2, -depth / 2 * (1 - 0.3 * x**4)) for x in (1.0, 0.75, 0.5, 0.25, 0)]
        ),
        "capsule": lambda: rectangle(length, depth, 0.5 * depth, 8),
    }[shape]()
    plate = prism(outline, thick, "y", (0, height - thick / 2, 0))
    if shape in ("rectangle", "round") and family == "four_legs" and d.chance("ring_top", 0.08):
        plate -= prism(0.4 * outline, 2 * thick, "y", (0, height - thick / 2, 0))
    a.add("top", surface, plate)
    under = height - 0.6 * thick
    inset = 0.47 if shape in ("rectangle", "rounded") else 0.34 if shape in ("round", "oval", "hexagon") else 0.38
    hx, hz = inset * length, inset * depth
    if shape == "rounded":
        hx, hz = hx - 0.25 * d.parameters["corner"] * depth, hz - 0.25 * d.parameters["corner"] * depth
    build = {
        "four_legs": _legs,
        "desk": _desk,
        "pedestal": _pedestal,
        "two_columns": _columns,
        "trestle": _trestle,
        "slabs": _slabs,
        "drum": _drum,
        "loops": _loops,
        "one_leg": _pedestal,
    }[family]
    build(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape)
    return a


def _legs(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    r = 0.5 * longest * d.uniform("leg_thickness", 0.034, 0.075)
    style = d.choice("leg", ("square", "round", "tapered", "turned", "splayed", "hairpin"), (4, 2, 2, 2, 2, 1))
    splay = d.uniform("splay", 0.04, 0.13) * height if style in ("splayed", "hairpin") else 0.0
    hx, hz = hx - r, hz - r
    ends = []
    for sx, sz in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        top, foot = np.array([sx * (hx - splay), under, sz * (hz - splay)]), np.array([sx * hx, 0.0, sz * hz])
        ends.append((top, foot))
        if style == "turned":
            a.add("base", frame, turned(top, foot, 1.15 * r, TURNED))
        elif style == "hairpin":
            wide = 0.07 * longest
            a.add(
                "base",
                frame,
                *[
                    rod(
                        top + (k * wide * sx, 0, (1 - k) * wide * sz) - (wide * sx / 2, 0, wide * sz / 2),
                        foot,
                        0.018 * longest,
                        sides=8,
                    )
                    for k in (0, 1)
                ],
            )
        elif style in ("round", "splayed"):
            a.add("base", frame, rod(top, foot, r, (0.6 if style == "splayed" else 0.9) * r))
        else:
            a.add("base", frame, bar(top, foot, 2 * r, 2 * r, (0, 0, 1), 0.55 if style == "tapered" else 1.0))

    def at(k, s):
        return ends[k % 4][0] + s * (ends[k % 4][1] - ends[k % 4][0])

    if style != "hairpin" and d.chance("apron", 0.5):
        deep = d.uniform("apron_height", 0.08, 0.18) * height
        s = 0.45 * deep / height
        a.add("base", frame, *[bar(at(k, s), at(k + 1, s), 0.03 * longest, deep) for k in range(4)])
        if shape in ("rectangle", "rounded") and d.chance("apron_drawers", 0.45):
            n = d.integer("apron_drawer_count", 1, 3)
            wide = 2 * hx / n
            for i in range(n):
                x = -hx + (i + 0.5) * wide
                _drawer(
                    a,
                    d,
                    i,
                    surface,
                    frame,
                    (x, under - 0.5 * deep, 0),
                    (0.8 * wide, 0.7 * deep),
                    hz + 0.02 * longest,
                    longest,
                    hz,
                )
    lower = d.choice("lower", ("none", "shelf", "box", "h"), (4, 3, 1, 2))
    s = d.uniform("lower_height", 0.5, 0.85)
    if lower == "shelf" and style in ("square", "round", "tapered"):
        y = at(0, s)[1]
        a.add(
            "shelf",
            surface if d.chance("shelf_like_top", 0.5) else frame,
            box((2 * hx + 0.5 * r, 0.03 * longest, 2 * hz + 0.5 * r), (0, y, 0)),
        )
    elif lower == "box":
        a.add("base", frame, *[rod(at(k, s), at(k + 1, s), 0.017 * longest, sides=8) for k in range(4)])
    elif lower == "h":
        a.add("base", frame, *[rod(at(k, s), at(k + 1, s), 0.017 * longest, sides=8) for k in (1, 3)])
        a.add("base", frame, rod((at(1, s) + at(2, s)) / 2, (at(3, s) + at(0, s)) / 2, 0.017 * longest, sides=8))


def _drawer(a, d, i, front, knob, at, size, z, longest, depth):
    """A drawer that stands a little (or well) out of a front at depth z."""
    out = 0.012 * longest + (d.uniform(f"open_{i}", 0.15, 0.5) * depth if d.chance(f"is_open_{i}", 0.07) else 0.0)
    body = box(
        (size[0], size[1], out + 0.03 * longest), (at[0], at[1], z + (out - 0.03 * longest) / 2), 0.004 * longest
    )
    if out > 0.1 * longest:
        body -= box(
            (0.86 * size[0], size[1], out - 0.03 * longest),
            (at[0], at[1] + 0.12 * size[1], z + out / 2 - 0.015 * longest),
        )
    a.add("drawer", front, body, instance=i)
    width = 0.4 * size[0]
    grip = 0.016 * longest
    face = z + out
    style = d.parameters.get("handle") or d.choice("handle", ("knob", "bar", "cup"))
    if style == "knob":
        a.add(
            "drawer",
            knob,
            rod((at[0], at[1], face - grip), (at[0], at[1], face + 1.5 * grip), 0.7 * grip, 1.1 * grip, 8),
            instance=i,
        )
    elif style == "bar":
        path = [
            (at[0] - width / 2, at[1], face - grip),
            (at[0] - width / 2, at[1], face + 1.6 * grip),
            (at[0] + width / 2, at[1], face + 1.6 * grip),
            (at[0] + width / 2, at[1], face - grip),
        ]
        a.add("drawer", knob, tube(path, 0.6 * grip, 6), instance=i)
    else:
        a.add(
            "drawer",
            knob,
            box((width, 1.2 * grip, 2 * grip), (at[0], at[1] + 0.2 * size[1], face), 0.3 * grip),
            instance=i,
        )


def _desk(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    style = d.choice("sides", ("both", "left", "right", "panel"), (3, 3, 3, 2))
    wide = d.uniform("block", 0.22, 0.32) * length
    plinth = d.uniform("plinth", 0.0, 0.2) * height
    n = d.integer("drawers", 2, 4)
    count = 0
    deep = 0.92 * depth
    for side in (-1, 1):
        if style in ("both", "left" if side < 0 else "right"):
            x = side * (hx - wide / 2)
            a.add("base", frame, box((wide, under - plinth, deep), (x, (under + plinth) / 2, 0)))
            if plinth > 0.03:
                a.add(
                    "base",
                    frame,
                    *[
                        box((0.04, plinth + 0.02, 0.04), (x + i * (wide / 2 - 0.03), plinth / 2, j * (deep / 2 - 0.03)))
                        for i in (-1, 1)
                        for j in (-1, 1)
                    ],
                )
            else:
                a.add(
                    "base", shade(frame, 0.6), box((0.9 * wide, plinth + 0.02, 0.85 * deep), (x, plinth / 2 + 0.005, 0))
                )
            tall = (under - plinth - 0.04) / n
            for k in range(n):
                at = (x, plinth + 0.02 + (k + 0.5) * tall, 0)
                _drawer(
                    a,
                    d,
                    count,
                    surface,
                    shade(frame, 0.5),
                    at,
                    (0.88 * wide, 0.84 * tall),
                    deep / 2,
                    longest,
                    0.6 * depth,
                )
                count += 1
        elif style == "panel" or d.chance("panel_side", 0.5):
            a.add("base", frame, box((0.035 * longest, under, deep), (side * (hx - 0.02), under / 2, 0)))
        else:
            a.add(
                "base",
                frame,
                *[
                    bar((side * (hx - 0.03), under, z), (side * (hx - 0.03), 0, z), 0.05, 0.05, (0, 0, 1))
                    for z in (-deep / 2 + 0.03, deep / 2 - 0.03)
                ],
            )
    if d.chance("modesty", 0.55) or style == "panel":
        low = d.uniform("modesty_low", 0.2, 0.7) * height
        a.add("base", frame, box((2 * hx - 0.02, under - low, 0.032 * longest), (0, (under + low) / 2, -0.4 * depth)))
    if d.chance("centre_drawer", 0.5):
        gap = 2 * hx - wide * {"both": 2, "left": 1, "right": 1, "panel": 0}[style] - 0.06
        x = {"left": wide / 2, "right": -wide / 2}.get(style, 0.0)
        a.add("base", frame, box((gap + 0.1, 0.11, 0.8 * deep), (x, under - 0.045, 0)))
        _drawer(
            a,
            d,
            count,
            surface,
            shade(frame, 0.5),
            (x, under - 0.05, 0),
            (0.85 * gap, 0.075),
            0.4 * deep,
            longest,
            0.5 * depth,
        )
    if d.chance("hutch", 0.25):
        tall = d.uniform("hutch_height", 0.25, 0.5)
        y = under + thick * 0.5
        a.add(
            "shelf",
            frame,
            *[
                box((0.035 * longest, tall, 0.28 * depth), (s * (hx - 0.03), y + tall / 2, -0.32 * depth))
                for s in (-1, 0, 1)
            ],
            box((2 * hx, 0.035 * longest, 0.28 * depth), (0, y + tall, -0.32 * depth)),
        )


def _pedestal(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    r = 0.5 * longest * d.uniform("column", 0.05, 0.13)
    foot = min(hx, hz) * d.uniform("foot", 0.65, 1.0)
    s = np.linspace(0, 1, 9)
    wave = 1 + d.choice("turning", (0.0, 0.0, 0.5)) * np.sin(3 * np.pi * s) * (1 - s)
    flare = 0.9 * r * np.exp(-12 * (1 - s))
    profile = np.stack([r * wave + flare, s * under], axis=1)
    style = (
        "plate" if family == "one_leg" else d.choice("foot_style", ("plate", "star", "claws", "trumpet"), (2, 2, 2, 2))
    )
    sides = d.choice("column_sides", (6, 16, 24))
    if style == "trumpet":
        profile[:, 0] += (foot - r) * (1 - s) ** 4
        a.add("base", frame, lathe(profile, sides=24))
        return
    if style == "plate":
        a.add(
            "base",
            frame,
            lathe(profile, sides=sides),
            lathe([(foot, 0), (foot, 0.025 * longest), (0.7 * r, 0.055 * longest)], sides=28),
        )
        return
    n = d.integer("spokes", 3, 5)
    lift = 0.12 * under if style == "star" else 0.32 * under
    profile = profile[profile[:, 1] >= lift * 0.8]
    a.add("base", frame, lathe(profile, sides=sides))
    for q in around(n, np.pi / n):
        out = np.array([np.cos(q), 0, np.sin(q)])
        start = (0, profile[0, 1] + 0.03 * under, 0) + 0.05 * r * out
        if style == "star":
            path = [start, foot * out + (0, 0.02 * longest, 0)]
        else:
            path = fillet(
                [
                    start,
                    0.5 * foot * out + (0, 0.9 * lift, 0),
                    0.9 * foot * out + (0, 0.022 * longest, 0),
                    foot * out + (0, 0.022 * longest, 0),
                ],
                0.3 * foot,
                6,
            )
        a.add("base", frame, sweep(path, rectangle(0.045 * longest, 0.04 * longest), up=(0, 1, 0)))


def _columns(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    r = 0.5 * longest * d.uniform("column", 0.045, 0.09)
    x = 0.68 * hx
    square = d.chance("square", 0.5)
    for s in (-1, 1):
        p, q = (s * x, under, 0), (s * x, 0.02, 0)
        a.add(
            "base",
            frame,
            bar(p, q, 2 * r, 2 * r, (0, 0, 1))
            if square
            else turned(p, q, r, TURNED if d.chance(f"turned_{s}", 0.5) else [(1, 0), (1, 1)], 14),
        )
        a.add(
            "base",
            frame,
            box((1.7 * r, 0.045 * longest, 1.7 * hz), (s * x, 0.0225 * longest, 0), 0.01 * longest),
            box((1.7 * r, 0.035 * longest, 1.3 * hz), (s * x, under - 0.01 * longest, 0)),
        )
    if d.chance("beam", 0.7):
        y = d.uniform("beam_height", 0.12, 0.6) * under
        a.add("base", frame, bar((-x, y, 0), (x, y, 0), 0.035 * longest, 0.05 * longest))


def _trestle(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    style = d.choice("trestle", ("a", "x", "v"))
    x = 0.8 * hx
    w = longest * d.uniform("beam_width", 0.034, 0.06)
    for s in (-1, 1):
        spans = {"a": [(0.25, 1), (-0.25, -1)], "x": [(0.9, -0.9), (-0.9, 0.9)], "v": [(0.95, 0.3), (-0.95, -0.3)]}[
            style
        ]
        for top, foot in spans:
            a.add("base", frame, bar((s * x, under, top * hz), (s * x, 0, foot * hz), w, w, (1, 0, 0)))
        if style == "a":
            y = 0.35 * under
            a.add("base", frame, bar((s * x, y, -0.7 * hz), (s * x, y, 0.7 * hz), w, w))
        if style == "v":
            a.add("base", frame, box((w, w, 1.2 * hz), (s * x, w / 2, 0)))
        a.add("base", frame, box((w, w, 1.9 * hz), (s * x, under - 0.3 * w, 0)))
    y = {"a": 0.35, "x": 0.5, "v": 0.04}[style] * under
    if d.chance("beam", 0.8):
        a.add("base", frame, bar((-x, y, 0), (x, y, 0), 0.8 * w, w))


def _slabs(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    w = longest * d.uniform("slab", 0.032, 0.08)
    style = d.choice("slabs", ("ends", "lean", "cross", "box"), (4, 2, 2, 1))
    if style == "cross":
        a.add("base", frame, box((1.5 * hx, under, w), (0, under / 2, 0)), box((w, under, 1.5 * hz), (0, under / 2, 0)))
        return
    x, lean = hx - w / 2, (0.25 * height if style == "lean" else 0.0)
    for s in (-1, 1):
        slab = bar((s * (x - lean), under, 0), (s * x, 0, 0), 1.9 * hz, w, (1, 0, 0))
        if d.chance("slab_hole", 0.2):
            slab -= box((3 * w + 2 * lean, 0.45 * height, 1.0 * hz), (s * (x - lean / 2), 0.45 * height, 0))
        a.add("base", frame, slab)
    if style == "box":
        a.add("base", frame, box((2 * hx, w, 1.9 * hz), (0, w / 2, 0)))
        if d.chance("middle", 0.5):
            a.add("base", frame, box((w, under, 1.9 * hz), (0, under / 2, 0)))
    elif d.chance("shelf", 0.5):
        y = d.uniform("shelf_height", 0.2, 0.6) * under
        a.add("shelf", surface, box((2 * (x - lean * y / under), 0.032 * longest, 1.7 * hz), (0, y, 0)))
    elif d.chance("beam", 0.6):
        y = d.uniform("beam_height", 0.3, 0.8) * under
        a.add("base", frame, box((2 * x - 0.6 * lean, 0.14 * under, w), (0, y, 0)))


def _drum(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    ratio = d.uniform("waist", 0.45, 1.0)
    wide = d.uniform("drum", 0.55, 0.85)
    sides = d.choice("drum_sides", (4, 6, 10, 32))
    s = np.linspace(0, 1, 7)
    squeeze = 1 - (1 - ratio) * np.sin(np.pi * s)
    ring = ellipse(1, 1, sides)
    outer = [
        np.stack([2 * hx * wide * q * ring[:, 0], np.full(sides, y), 2 * hz * wide * q * ring[:, 1]], axis=1)
        for q, y in zip(squeeze, s * under, strict=True)
    ]
    drum = loft(outer)
    if d.chance("cage", 0.45):
        inner = [r * (0.82, 1, 0.82) for r in outer]
        n = d.integer("bars", 4, 7)
        keep = sum(
            (box((4, under * 2, 0.07 * longest)).rotate((0, np.degrees(q), 0)) for q in around(n) / 2),
            box((0.01, 0.01, 0.01)),
        )
        rims = box((4, 0.06 * longest, 4), (0, 0.03 * longest, 0)) + box((4, 0.05 * longest, 4), (0, under - 0.01, 0))
        drum = (drum - loft(inner)) ^ (keep + rims)
    a.add("base", frame, drum)


def _loops(a, d, family, longest, length, depth, height, under, hx, hz, thick, frame, surface, shape):
    w = longest * d.uniform("bar", 0.034, 0.055)
    style = d.choice("loop", ("square", "trapezoid", "u"))
    flip = d.chance("along", 0.25)
    x, z = (0.9 * hx, 0.9 * hz) if not flip else (0.9 * hz, 0.9 * hx)
    for s in (-1, 1):
        narrow = 0.6 if style == "trapezoid" else 1.0
        corners = [(s * x, under, -z * narrow), (s * x, w / 2, -z), (s * x, w / 2, z), (s * x, under, z * narrow)]
        if flip:
            corners = [(c[2], c[1], c[0]) for c in corners]
        a.add(
            "base",
            frame,
            sweep(
                fillet(corners, 0.12 if style == "u" else 0.001, 5),
                rectangle(w, w),
                up=(0, 0, 1) if flip else (1, 0, 0),
            ),
        )
    if d.chance("tie", 0.5):
        y = d.choice("tie_height", (0.1, 0.5, 0.9)) * under
        ends = [(-x, y, 0.0), (x, y, 0.0)] if y < 0.2 * under else None
        if ends is None or style == "u":
            lean = z * (0.6 if style == "trapezoid" else 1.0) if y > 0.8 * under else None
            if lean is not None:
                pts = [[(-x, y, k * lean * 1.02), (x, y, k * lean * 1.02)] for k in (-1, 1)]
                for p, q in pts:
                    if flip:
                        p, q = (p[2], p[1], p[0]), (q[2], q[1], q[0])
                    a.add("base", frame, bar(p, q, 0.8 * w, 0.8 * w))
        elif not flip:
            a.add("base", frame, bar((-x, w / 2, 0), (x, w / 2, 0), w, w))
