"""Loudspeakers: boxes, cylinders, spheres and horns with their drivers, which face +z."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color
from .solids import (
    around,
    bar,
    box,
    ellipsoid,
    fillet,
    lathe,
    prism,
    rectangle,
    rod,
    sweep,
    tube,
)

LABELS = ("body", "driver", "base", "handle")


def speaker(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("tower", "bookshelf", "boombox", "cylinder", "bar", "sphere", "wedge", "stand", "horn", "subwoofer"),
        (4, 4, 2, 2, 1.5, 1.5, 1.5, 2, 1.5, 2),
    )
    case = color(d, "case", "wood", "black", "white", "plastic")
    dark, rim = color(d, "cone", "black"), color(d, "rim", "metal", "black", "brass")
    if family in ("cylinder", "sphere", "horn"):
        {"cylinder": _cylinder_speaker, "sphere": _sphere_speaker, "horn": _horn}[family](a, d, case, dark, rim)
        return a
    w, h, deep = {
        "tower": (d.uniform("w", 0.17, 0.34), 1.0, d.uniform("deep", 0.22, 0.42)),
        "bookshelf": (d.uniform("w", 0.5, 0.75), 1.0, d.uniform("deep", 0.5, 0.9)),
        "boombox": (1.0, d.uniform("h", 0.4, 0.62), d.uniform("deep", 0.2, 0.36)),
        "bar": (1.0, d.uniform("h", 0.09, 0.16), d.uniform("deep", 0.1, 0.18)),
        "wedge": (1.0, d.uniform("h", 0.5, 0.75), d.uniform("deep", 0.5, 0.8)),
        "stand": (d.uniform("w", 0.28, 0.42), d.uniform("h", 0.45, 0.65), d.uniform("deep", 0.25, 0.4)),
        "subwoofer": (d.uniform("w", 0.8, 1.0), d.uniform("h", 0.8, 1.0), d.uniform("deep", 0.75, 1.0)),
    }[family]
    bevel = d.choice("edge", (0.0, 0.02, 0.06)) * max(w, h)
    round_front = family in ("tower", "bookshelf", "boombox") and d.chance("rounded", 0.35)
    if family == "wedge":
        lean = d.uniform("lean", 0.35, 0.6)
        outline = np.array(
            [(-deep / 2, 0), (deep / 2, 0), (deep / 2, 0.2 * h), (deep / 2 - lean * deep, h), (-deep / 2, 0.8 * h)]
        )
        body = prism(outline, w, "x")
        p, q = np.array([0, 0.2 * h, deep / 2]), np.array([0, h, deep / 2 - lean * deep])
        slope = np.degrees(np.arctan2(lean * deep, 0.8 * h))

        def face(s, y):
            return s.rotate((-slope, 0, 0)).translate(tuple(p + y * (q - p)))

        r = 0.36 * np.linalg.norm(q - p)
        layout = [(-0.2 * w, 0.5, r), (0.28 * w, 0.5, 0.5 * r)]
    else:
        if round_front:
            plan = rectangle(w, deep, d.uniform("radius", 0.2, 0.48) * min(w, deep), 6)
            body = prism(plan, h, "y", (0, h / 2, 0), (d.uniform("narrow", 0.75, 1.0), 1.0))
        else:
            body = box((w, h, deep), (0, h / 2, 0), bevel)

        def face(s, y):
            return s.translate((0, y * h, deep / 2))

        kind = d.integer("drivers", 1, 4)
        if family == "tower":
            n = kind + 1
            big = 0.41 * w
            ys = (
                np.linspace(0.16, 0.9, n) if d.chance("spread", 0.5) else 0.92 - np.arange(n) * min(2.15 * big, 0.8 / n)
            )
            small = d.integer("tweeter", 0, n - 1)
            layout = [(0, y, (0.55 if k == small else 1) * min(big, 0.4 / n)) for k, y in enumerate(ys)]
        elif family in ("bookshelf", "stand"):
            big = min(0.41 * w, 0.26 * h)
            layout = [(0, 0.33, big), (0, 0.78, big * d.uniform("tweeter_size", 0.35, 0.75))][: 1 + (kind > 1)]
            if kind == 4:
                layout.append((0.3 * w, 0.6, 0.25 * big))
        elif family == "boombox":
            big = 0.4 * min(h, 0.5)
            layout = [(-0.31 * w, 0.5, big), (0.31 * w, 0.5, big)]
            if d.chance("centre", 0.4):
                layout.append((0, 0.35, 0.35 * big))
        elif family == "bar":
            n = d.integer("bar_drivers", 3, 7)
            layout = [(x * w, 0.5, min(0.38 * h, 0.4 / n)) for x in np.linspace(-0.42, 0.42, n)]
        else:
            layout = [(0, 0.5, d.uniform("woofer", 0.3, 0.42) * min(w, h))]
    scale = max(w, h)
    form = d.choice("driver", ("cone", "dome", "grille", "ring"), (4, 2, 1, 2))
    cuts = []
    for k, (x, y, r) in enumerate(layout):
        depth = min(0.55 * r, 0.3 * deep)

        def put(s, x=x, y=y):
            return face(s.translate((x, 0, 0)), y)

        def turn(profile):
            return lathe(profile, sides=24).rotate((90, 0, 0))

        if form == "grille":
            a.add(
                "driver",
                dark,
                put(turn([(r, -0.1 * r), (r, 0.12 * r), (0.8 * r, 0.25 * r), (0.01, 0.3 * r)])),
                instance=k,
            )
        else:
            cuts.append(put(turn([(0.93 * r, -depth - 0.08 * r), (0.93 * r, 0.5 * r)])))
            a.add(
                "driver",
                rim,
                put(turn([(1.05 * r, -0.1 * r), (1.05 * r, 0.1 * r)]) - turn([(0.9 * r, -r), (0.9 * r, r)])),
                instance=k,
            )
            cone = turn([(0.97 * r, -depth - 0.15 * r), (0.97 * r, 0)]) - turn(
                [(0.42 * r, -depth), (0.9 * r, 0.01 * r), (0.9 * r, r)]
            )
            a.add("driver", dark, put(cone), instance=k)
            if form == "dome":
                a.add("driver", rim, put(ellipsoid((0.7 * r, 0.7 * r, 0.7 * r), (0, 0, -depth), 14)), instance=k)
            elif form == "ring":
                a.add("driver", rim, put(turn([(0.16 * r, -depth - 0.05 * r), (0.04 * r, 0.0)])), instance=k)
    if d.chance("port", 0.35) and family in ("tower", "bookshelf", "subwoofer", "stand"):
        r = 0.05 * scale * d.uniform("port_size", 0.6, 1.2)
        at = (0, 0.07 * h, 0) if family == "tower" else (-0.33 * w, 0.1 * h, 0)
        cuts.append(rod((at[0], at[1], 0.2 * deep), (at[0], at[1], deep), min(r, 0.4 * w, 0.06 * h + 0.01), sides=16))
    for c in cuts:
        body -= c
    a.add("body", case, body)
    if family == "bar":
        a.add("base", dark, *[box((0.1, 0.05, 0.9 * deep), (s * 0.35, -0.01, 0)) for s in (-1, 1)])
        return a

    # What it stands on
    if family == "stand":
        tall = d.uniform("stand_height", 0.6, 1.4)
        r = 0.025 * (tall + h)
        a.add("base", rim, rod((0, -tall, 0), (0, 0.02, 0), r), box((0.7 * w, 0.05, 0.7 * deep), (0, -0.01, 0)))
        if d.chance("tripod", 0.6):
            for q in around(3, np.pi / 2):
                out = np.array([np.cos(q), 0, np.sin(q)])
                a.add(
                    "base",
                    rim,
                    rod((0, -0.55 * tall, 0), 0.38 * tall * out - (0, tall, 0), 0.85 * r, sides=8),
                    rod((0, -0.85 * tall, 0), 0.25 * tall * out - (0, 0.85 * tall, 0), 0.6 * r, sides=6),
                )
        else:
            a.add("base", rim, prism(rectangle(1.1 * w, 1.1 * deep, 0.05), 0.05, "y", (0, -tall, 0)))
    else:
        foot = d.choice("feet", ("none", "spikes", "plinth", "outriggers"))
        x, z = 0.4 * w, 0.38 * deep
        if foot == "spikes":
            a.add(
                "base",
                rim,
                *[
                    rod((s * x, 0.02, k * z), (s * x, -0.06 * scale, k * z), 0.03 * scale, 0.018 * scale, 10)
                    for s in (-1, 1)
                    for k in (-1, 1)
                ],
            )
        elif foot == "plinth":
            k = d.uniform("plinth", 0.8, 1.4)
            a.add("base", dark, box((k * w, 0.045 * scale, k * deep), (0, -0.02 * scale, 0), 0.005))
        elif foot == "outriggers" and family in ("tower", "subwoofer"):
            a.add(
                "base",
                rim,
                *[bar((-0.75 * w, -0.01, k * z), (0.75 * w, -0.01, k * z), 0.05, 0.045) for k in (-1, 1)],
                *[rod((s * 0.7 * w, 0, k * z), (s * 0.7 * w, -0.07, k * z), 0.02) for s in (-1, 1) for k in (-1, 1)],
            )

    if family == "boombox" or (family in ("bookshelf", "wedge", "stand") and d.chance("handle", 0.3)):
        r = 0.018 * scale
        rise = d.uniform("handle_height", 0.08, 0.25) * scale
        wide = d.uniform("handle_width", 0.4, 0.9) * w / 2 * d.parameters.get("narrow", 1.0)
        style = d.choice("handle_style", ("hoop", "bar", "arch"))
        y, z = (h, 0.0) if family != "wedge" else (0.8 * h, -0.3 * deep)
        y -= 0.04 * scale
        if style == "arch":
            q = np.linspace(0, np.pi, 14)
            path = np.stack([wide * np.cos(q), y + (rise + 0.04) * np.sin(q), np.full(14, z)], axis=1)
        else:
            path = fillet(
                [(-wide, y, z), (-wide, y + rise + 0.04 * scale, z), (wide, y + rise + 0.04 * scale, z), (wide, y, z)],
                0.1 * scale if style == "hoop" else 0.01,
            )
        a.add("handle", rim, tube(path, 1.1 * r, 8))
    if family == "boombox" and d.chance("knobs", 0.5):
        n = d.integer("knob_count", 2, 5)
        a.add(
            "body",
            rim,
            *[
                rod((x, 0.82 * h, deep / 2 - 0.02), (x, 0.82 * h, deep / 2 + 0.03), 0.022, sides=10)
                for x in np.linspace(-0.12, 0.12, n)
            ],
        )
    return a


def _cylinder_speaker(a, d, case, dark, rim):
    r = d.uniform("radius", 0.15, 0.5)
    waist = d.uniform("waist", -0.25, 0.25)
    lying = d.chance("lying", 0.35)
    s = np.linspace(0, 1, 9)
    sides = d.choice("sides", (6, 8, 32, 32))
    body = lathe(np.stack([r * (1 + waist * (4 * s * (1 - s) - 0.5)), s], axis=1), sides=sides)
    ends = r * (1 - 0.5 * waist)
    cut = lathe([(0.75 * ends, -0.06), (0.85 * ends, 0.06)], sides=24)
    turn = (lambda q: q.translate((0, -0.5, 0)).rotate((0, 0, 90))) if lying else (lambda q: q)
    a.add("body", case, turn(body - cut.mirror((0, 1, 0)).translate((0, 1, 0))))
    a.add(
        "driver",
        dark,
        turn(
            lathe(
                [(0.8 * ends, 0.9), (0.8 * ends, 0.95), (0.3 * ends, 0.94), (0.25 * ends, 0.99), (0.01, 1.0)], sides=24
            )
        ),
    )
    n = d.integer("rings", 0, 3)
    for y in np.linspace(0.2, 0.8, n):
        k = r * (1 + waist * (4 * y * (1 - y) - 0.5))
        a.add("body", rim, turn(lathe([(k * 1.06, y - 0.025), (k * 1.06, y + 0.025)], sides=sides)))
    if lying:
        a.add("base", dark, *[box((0.06, 0.12 * r + 0.05, 1.4 * r), (s_ * 0.3, -r * 1.02, 0)) for s_ in (-1, 1)])
    elif d.chance("foot", 0.5):
        a.add("base", dark, lathe([(0.85 * ends, -0.05), (0.9 * ends, 0.02)], sides=24))
    if d.chance("strap", 0.4):
        q = np.linspace(0, np.pi, 14)
        path = (
            np.stack([0.7 * ends * np.cos(q), 0.92 + 0.4 * np.sin(q), 0 * q], axis=1)
            if not lying
            else np.stack([0.4 * np.cos(q), 0.7 * r + (0.25 * r + 0.17) * np.sin(q), 0 * q], axis=1)
        )
        a.add("handle", rim, tube(path, 0.022, 8))


def _sphere_speaker(a, d, case, dark, rim):
    body = ellipsoid((1, d.uniform("squash", 0.75, 1.0), d.uniform("flat", 0.7, 1.0)), (0, 0, 0), 24)
    r = d.uniform("driver_radius", 0.2, 0.34)
    deep = d.parameters["flat"] / 2
    body -= rod((0, 0, 0.6 * deep), (0, 0, 2), r, 1.1 * r, 24)
    a.add("body", case, body)

    def turn(profile):
        return lathe(profile, sides=24).rotate((90, 0, 0))

    a.add(
        "driver",
        dark,
        turn(
            [
                (1.05 * r, 0.55 * deep),
                (1.05 * r, 0.62 * deep),
                (0.3 * r, 0.58 * deep),
                (0.3 * r, 0.75 * deep),
                (0.01, 0.78 * deep),
            ]
        ),
    )
    a.add(
        "driver",
        rim,
        turn([(1.12 * r, 0.6 * deep), (1.12 * r, 1.0 * deep)]) - turn([(0.95 * r, 0), (1.0 * r, 2 * deep)]),
    )
    base = d.choice("support", ("three", "ring", "stalk"))
    if base == "three":
        a.add(
            "base",
            rim,
            *[
                rod(
                    (0.2 * np.cos(q), -0.2, 0.2 * np.sin(q)),
                    (0.42 * np.cos(q), -0.62, 0.42 * np.sin(q)),
                    0.03,
                    0.025,
                    10,
                )
                for q in around(3, np.pi / 2)
            ],
        )
    elif base == "ring":
        a.add("base", rim, lathe([(0.3, -0.56), (0.25, -0.3)], sides=24))
    else:
        a.add(
            "base",
            rim,
            rod((0, -0.2, 0), (0, -0.9, 0), 0.035),
            lathe([(0.32, -0.93), (0.3, -0.88), (0.05, -0.85)], sides=24),
        )


def _horn(a, d, case, dark, rim):
    """A horn loudspeaker: a flared mouth on a driver, held by a bracket."""
    deep, r = d.uniform("deep", 0.6, 1.0), d.uniform("mouth", 0.32, 0.5)
    s = np.linspace(0, 1, 9)
    flare = 0.1 + (r - 0.1) * s ** d.uniform("flare", 1.2, 3.0)
    square = d.chance("square_mouth", 0.3)
    sides = 4 if square else 24
    outer = lathe(np.stack([flare * (1.3 if square else 1), s * deep], axis=1), sides=sides)
    inner = lathe(
        np.stack([np.maximum(flare - 0.035, 0.03) * (1.3 if square else 1), s * deep + 0.06], axis=1), sides=sides
    )

    def turn(q):
        return q.rotate((90, 0, 0))

    a.add("body", case, turn(outer - inner))
    a.add("driver", dark, turn(lathe([(0.12, -0.2), (0.15, -0.15), (0.15, 0.03), (0.08, 0.08)], sides=18)))
    if d.chance("cone_inside", 0.6):
        a.add("driver", dark, turn(lathe([(0.07, 0.02), (0.1, 0.35 * deep), (0.02, 0.6 * deep)], sides=16)))
    kind = d.choice("support", ("bracket", "grip", "pole"))
    if kind == "grip":
        a.add("handle", rim, box((0.07, 0.32, 0.1), (0, -0.28, 0.02), 0.015).rotate((12, 0, 0)))
    elif kind == "bracket":
        path = fillet([(-0.19, 0, 0), (-0.19, -0.35, 0), (0.19, -0.35, 0), (0.19, 0, 0)], 0.03)
        a.add(
            "base",
            rim,
            sweep(path, rectangle(0.06, 0.04), up=(0, 0, 1)),
            rod((-0.2, 0, 0), (0.2, 0, 0), 0.035),
            box((0.3, 0.05, 0.16), (0, -0.37, 0)),
        )
    else:
        a.add(
            "base",
            rim,
            rod((0, 0, 0), (0, -0.9, 0), 0.035),
            lathe([(0.28, -0.93), (0.26, -0.89), (0.05, -0.86)], sides=20),
        )
