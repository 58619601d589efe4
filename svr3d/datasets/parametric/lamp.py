"""Lamps: stands, jointed arms and hanging frames that carry one or many lights under shades."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import color
from .solids import around, bar, box, ellipse, ellipsoid, fillet, lathe, prism, rectangle, rod, shell, smooth, tube

LABELS = ("base", "body", "unit")


def lamp(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("table", "floor", "arc", "tripod", "desk", "chandelier", "pendant", "post", "sconce", "spots"),
        (4, 3, 2, 2, 4, 4, 3, 1.5, 1.5, 1.5),
    )
    metal = color(d, "metal", "metal", "brass", "black", "white", "wood")
    shade = color(d, "shade", "light", "fabric", "white", "plastic")
    build = {
        "table": _table,
        "floor": _floor,
        "arc": _arc,
        "tripod": _tripod,
        "desk": _desk,
        "chandelier": _chandelier,
        "pendant": _pendant,
        "post": _post,
        "sconce": _sconce,
        "spots": _spots,
    }[family]
    build(a, d, metal, shade)
    return a


def _unit(a, d, name, radius, metal, tone, instance=0, at=(0, 0, 0), turn=(0, 0, 0), kinds=None, weights=None):
    """A light hanging from its top at `at`, opening downwards before `turn` (degrees about x, then y)."""
    kind = d.parameters.get(name) or d.choice(
        name, kinds or ("cone", "drum", "dome", "globe", "bell", "pyramid", "can", "tulip"), weights
    )
    wall = max(0.12 * radius, 0.014)
    r = radius
    bulb = True
    if kind == "cone":
        h = r * (d.parameters.get(f"{name}_height") or d.uniform(f"{name}_height", 0.9, 1.6))
        top = r * (d.parameters.get(f"{name}_top") or d.uniform(f"{name}_top", 0.25, 0.7))
        body = shell([(r, -h), (top, 0)], wall, sides=24)
        body += _spider(top, wall)
    elif kind == "drum":
        h = r * (d.parameters.get(f"{name}_height") or d.uniform(f"{name}_height", 0.6, 1.6))
        body = shell([(r, -h), (0.97 * r, 0)], wall, sides=28) + _spider(0.97 * r, wall)
    elif kind == "dome":
        q = np.linspace(0.02, np.pi / 2, 8)
        body = shell(np.stack([r * np.sin(q), r * (np.cos(q) - 1)], axis=1)[::-1], wall, sides=24)
        h = r
    elif kind == "globe":
        h = 2 * r
        body, bulb = ellipsoid((2 * r, 2 * r, 2 * r), (0, -r, 0), 24), False
    elif kind == "bell":
        h = 1.25 * r
        profile = smooth(
            [(r, -h), (0.78 * r, -0.85 * h), (0.55 * r, -0.45 * h), (0.42 * r, -0.12 * h), (0.02 * r, 0)], 4
        )
        body = shell(profile, wall, sides=24)
    elif kind == "pyramid":
        h = 1.2 * r
        sides = 4
        body = shell([(1.25 * r, -h), (0.55 * r, 0)], 1.2 * wall, sides=sides) + _spider(0.5 * r, wall, np.pi / 4)
    elif kind == "can":
        h = 2.2 * r
        body, bulb = (
            lathe([(0.9 * r, -h), (r, -h), (r, -0.3 * h), (0.5 * r, 0)], sides=18)
            - lathe([(0.8 * r, -2 * h), (0.8 * r, -0.7 * h)], sides=18),
            False,
        )
    elif kind == "tulip":
        h = 1.5 * r
        profile = smooth([(r, -h), (0.95 * r, -0.7 * h), (0.7 * r, -0.25 * h), (0.03 * r, 0)], 4)
        body = shell(profile, wall, sides=20)
    else:  # candle
        h = 2.6 * r
        body, bulb = (
            rod((0, 0, 0), (0, -h * 0.65, 0), 0.5 * r)
            + lathe([(0.01, -h), (0.42 * r, -0.8 * h), (0.4 * r, -0.62 * h)], sides=10),
            False,
        )
    solids = [body]
    if bulb:
        b = min(0.4 * r, 0.3 * h)
        solids.append(
            ellipsoid((1.6 * b, 2 * b, 1.6 * b), (0, -0.5 * h, 0), 12)
            + rod((0, -0.5 * h, 0), (0, 0.0, 0), max(0.4 * b, wall))
        )
    for s, c in zip(solids, (tone, (0.95, 0.9, 0.75)), strict=False):
        a.add("unit", c, s.rotate((turn[0], 0, 0)).rotate((0, turn[1], 0)).translate(tuple(at)), instance=instance)
    return h


def _spider(radius, wall, phase=0.0) -> Manifold:
    """Three bars from a hub to the rim of an open shade."""
    bars = [
        rod((0, -wall, 0), (radius * np.cos(q), -wall, radius * np.sin(q)), 0.6 * wall, sides=6)
        for q in around(3 if not phase else 4, phase)
    ]
    return sum(bars, rod((0, -2 * wall, 0), (0, 0, 0), 1.2 * wall))


def _foot(a, d, metal, radius, height):
    kind = d.choice("foot", ("disc", "dome", "square", "star", "ring", "cone"), (4, 2, 2, 2, 1, 1))
    t = 0.035 * height
    if kind == "disc":
        a.add("base", metal, lathe([(radius, 0), (radius, t), (0.2 * radius, 1.5 * t)], sides=28))
    elif kind == "dome":
        q = np.linspace(0, np.pi / 2, 6)
        a.add("base", metal, lathe(np.stack([radius * np.cos(q), 0.5 * radius * np.sin(q)], axis=1), sides=24))
    elif kind == "square":
        a.add("base", metal, box((1.7 * radius, 1.3 * t, 1.7 * radius), (0, 0.65 * t, 0), 0.2 * t))
    elif kind == "cone":
        a.add("base", metal, lathe([(radius, 0), (radius, 0.5 * t), (0.1 * radius, 1.2 * radius)], sides=24))
    elif kind == "ring":
        q = around(24)
        circle = np.stack([radius * np.cos(q), np.full(24, 0.5 * t), radius * np.sin(q)], axis=1)
        a.add(
            "base",
            metal,
            tube(circle, 0.6 * t, 8, closed=True),
            *[
                rod((0, 0.5 * t, 0), radius * np.array([np.cos(p), 0.5 * t / radius, np.sin(p)]), 0.5 * t, sides=8)
                for p in around(3)
            ],
        )
    else:
        n = d.integer("feet", 3, 5)
        for q in around(n, np.pi / 2):
            out = np.array([np.cos(q), 0, np.sin(q)])
            path = fillet(
                [(0, 0.45 * radius, 0), 0.5 * radius * out + (0, 0.4 * radius, 0), radius * out + (0, 0.4 * t, 0)],
                0.4 * radius,
            )
            a.add("base", metal, tube(path, 0.5 * t, 8))
    return 0.4 * t


def _table(a, d, metal, shade):
    h = d.uniform("body_height", 0.22, 0.45)
    r = h * d.uniform("body_width", 0.18, 0.42)
    kind = d.choice("body", ("vase", "gourd", "column", "balusters", "block", "frame", "sphere", "twist"))
    s = np.linspace(0, 1, 14)
    tone = color(d, "ceramic", "plastic", "white", "wood", "metal")
    if kind in ("vase", "gourd", "sphere", "balusters"):
        profile = {
            "vase": 0.55 + 0.45 * np.sin(np.pi * (0.15 + 0.75 * s)) - 0.55 * s**3,
            "gourd": 0.3
            + 0.6 * np.abs(np.sin(1.05 * np.pi * (s + 0.08))) * (1 - 0.5 * s)
            + 0.2 * (s > 0.6) * np.sin(np.pi * (s - 0.6) / 0.4),
            "sphere": np.sqrt(np.clip(1 - (2 * s - 1) ** 2, 0.02, 1)),
            "balusters": 0.35 + 0.3 * np.abs(np.sin(3 * np.pi * s)) + 0.3 * (1 - s) ** 3,
        }[kind]
        a.add("body", tone, lathe(np.stack([r * profile, 0.02 + h * s], axis=1), sides=22))
    elif kind == "column":
        a.add("body", tone, lathe([(0.4 * r, 0), (0.4 * r, h)], sides=d.choice("sides", (4, 6, 16))))
    elif kind == "block":
        a.add("body", tone, box((1.3 * r, 0.92 * h, 0.9 * r), (0, 0.02 + 0.46 * h, 0), 0.1 * r))
    elif kind == "frame":
        t = 0.05 * h
        a.add(
            "body",
            tone,
            tube([(-0.8 * r, 0.02, 0), (-0.8 * r, h, 0), (0.8 * r, h, 0), (0.8 * r, 0.02, 0)], t, 8),
            rod((0, h - 0.2 * t, 0), (0, h + 0.02, 0), t),
        )
    else:
        q = 2 * np.pi * d.integer("turns", 1, 2) * s
        for phase in (0, np.pi):
            path = np.stack([0.45 * r * np.cos(q + phase), 0.01 + 1.0 * h * s, 0.45 * r * np.sin(q + phase)], axis=1)
            a.add("body", tone, tube(path, 0.07 * h, 8))
        a.add("body", tone, lathe([(0.6 * r, h - 0.01), (0.6 * r, h + 0.02)], sides=16))
    a.add(
        "base", metal, lathe([(1.1 * r, 0), (1.1 * r, 0.025), (0.8 * r, 0.035)], sides=d.choice("foot_sides", (4, 24)))
    )
    radius = d.uniform("shade_radius", 0.13, 0.22)
    top = h + d.uniform("neck", 0.16, 0.22)
    a.add("body", metal, rod((0, h - 0.03, 0), (0, top, 0), 0.012))
    _unit(
        a,
        d,
        "shade_form",
        radius,
        metal,
        shade,
        at=(0, top, 0),
        kinds=("cone", "drum", "bell", "pyramid", "dome", "globe"),
        weights=(4, 3, 1, 2, 1, 1),
    )


def _floor(a, d, metal, shade):
    h = d.uniform("height", 1.2, 1.75)
    lift = _foot(a, d, metal, d.uniform("foot_radius", 0.13, 0.24), h)
    a.add("body", metal, rod((0, lift, 0), (0, h, 0), h * d.uniform("pole", 0.018, 0.026), h * 0.017))
    style = d.choice("head", ("shade", "torchiere", "cluster", "tree"), (4, 2, 2, 2))
    if style == "shade":
        _unit(
            a,
            d,
            "shade_form",
            d.uniform("shade_radius", 0.16, 0.3),
            metal,
            shade,
            at=(0, h, 0),
            kinds=("cone", "drum", "bell", "pyramid", "globe", "dome"),
        )
    elif style == "torchiere":
        _unit(
            a,
            d,
            "shade_form",
            d.uniform("shade_radius", 0.16, 0.24),
            metal,
            shade,
            at=(0, h - 0.02, 0),
            turn=(180, 0),
            kinds=("tulip", "dome", "cone"),
        )
    else:
        n = d.integer("lights", 2, 5)
        for k in range(n):
            q = 2 * np.pi * k / n + 0.4
            y = h - 0.03 if style == "cluster" else h * (1 - 0.45 * k / n)
            reach = d.uniform("reach", 0.15, 0.28) if k == 0 else d.parameters["reach"]
            out = np.array([np.cos(q), 0, np.sin(q)])
            end = (0, y + 0.12, 0) + reach * out
            a.add(
                "body", metal, tube(fillet([(0, y - 0.05, 0), (0, y + 0.1, 0) + 0.4 * reach * out, end], 0.1), 0.018, 8)
            )
            _unit(
                a,
                d,
                "shade_form",
                0.1,
                metal,
                shade,
                instance=k,
                at=end,
                turn=(-20, 90 - np.degrees(q)),
                kinds=("cone", "bell", "globe", "can", "dome"),
            )


def _arc(a, d, metal, shade):
    h, reach = d.uniform("height", 1.3, 1.8), d.uniform("reach", 0.6, 1.2)
    _foot(a, d, metal, d.uniform("foot_radius", 0.16, 0.26), h)
    droop = d.uniform("droop", 0.72, 0.95)
    if d.chance("angular", 0.3):
        path = np.array([(0, 0.02, 0), (0, h, 0), (0, h, reach), (0, h * 0.94, reach)], float)
    else:
        path = smooth(
            [
                (0, 0.02, 0),
                (0, 0.55 * h, 0.03 * reach),
                (0, 0.95 * h, 0.35 * reach),
                (0, h, 0.7 * reach),
                (0, droop * h, reach),
            ],
            6,
        )
    a.add("body", metal, tube(path, h * d.uniform("pole", 0.017, 0.023), 10))
    _unit(
        a,
        d,
        "shade_form",
        d.uniform("shade_radius", 0.15, 0.26),
        metal,
        shade,
        at=path[-1] + (0, 0.01, 0),
        kinds=("dome", "drum", "globe", "bell", "cone"),
    )


def _tripod(a, d, metal, shade):
    h = d.uniform("height", 0.7, 1.5)
    reach = h * d.uniform("reach", 0.2, 0.32)
    n = d.choice("legs", (3, 3, 4))
    hub = h * d.uniform("hub", 0.75, 0.97)
    for q in around(n, np.pi / 2):
        top = np.array([0.03 * np.cos(q), hub, 0.03 * np.sin(q)])
        a.add("base", metal, rod(top, (reach * np.cos(q), 0, reach * np.sin(q)), 0.019 * h, 0.015 * h))
    a.add(
        "body",
        metal,
        lathe(
            [(0.07 * h, hub - 0.06 * h), (0.07 * h, hub + 0.01), (0.017 * h, hub + 0.03), (0.017 * h, h + 0.02)],
            sides=16,
        ),
    )
    if d.chance("ring", 0.35):
        k = 0.55
        q = around(24)
        r = reach * k
        a.add(
            "base",
            metal,
            tube(
                np.stack([r * np.cos(q), np.full(24, hub * (1 - k)), r * np.sin(q)], axis=1), 0.014 * h, 8, closed=True
            ),
        )
    if d.chance("spotlight", 0.3):
        _unit(
            a,
            d,
            "shade_form",
            0.13 * h,
            metal,
            shade,
            at=(0, h + 0.1 * h, -0.12 * h),
            turn=(-100 + d.uniform("tilt", 0, 40), 0),
            kinds=("can", "dome", "cone"),
        )
        a.add("body", metal, tube([(0, h, 0), (0, 1.05 * h, -0.04 * h), (0, 1.1 * h, -0.12 * h)], 0.02 * h, 10))
    else:
        _unit(
            a,
            d,
            "shade_form",
            h * d.uniform("shade_radius", 0.15, 0.22),
            metal,
            shade,
            at=(0, h + 0.2 * h, 0),
            kinds=("cone", "drum", "pyramid"),
        )
        a.add("body", metal, rod((0, h, 0), (0, 1.2 * h, 0), 0.014 * h))


def _desk(a, d, metal, shade):
    n = d.integer("segments", 1, 3)
    foot = d.uniform("foot_radius", 0.08, 0.14)
    if d.chance("clamp", 0.2):
        a.add(
            "base",
            metal,
            box((0.08, 0.14, 0.04), (0, -0.05, 0.0))
            + box((0.08, 0.035, 0.12), (0, 0.01, 0.04))
            + box((0.08, 0.035, 0.12), (0, -0.11, 0.04)),
        )
        p = np.array([0.0, 0.02, 0.0])
    else:
        p = np.array([0.0, _foot(a, d, metal, foot, 0.5), 0.0])
        a.add("base", metal, rod((0, 0.005, 0), (0, 0.05, 0), 0.025))
    r = 0.5 * d.uniform("arm", 0.022, 0.03)
    angle = d.uniform("first_angle", -45, 5)
    double = d.chance("double_bars", 0.3)
    goose = n == 1
    if goose:
        reach = d.uniform("goose_reach", 0.15, 0.3)
        tall = d.uniform("goose_height", 0.3, 0.5)
        path = smooth(
            [p, (0, 0.5 * tall, -0.05), (0, tall, 0.15 * reach), (0, tall, 0.7 * reach), (0, 0.85 * tall, reach)], 6
        )
        a.add("body", metal, tube(path, r, 10))
        p = path[-1]
    for k in range(n if not goose else 0):
        size = d.uniform(f"segment_{k}", 0.22, 0.4) * (1.0 if k < 2 else 0.5)
        direction = np.array([0, np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        q = p + size * direction
        for x in (-0.02, 0.02) if double else (0.0,):
            a.add("body", metal, rod(p + (x, 0, 0), q + (x, 0, 0), 0.75 * r if double else r, sides=10))
        a.add("body", metal, rod(q - (0.035, 0, 0), q + (0.035, 0, 0), 1.7 * r))
        p = q
        angle = angle + d.uniform(f"bend_{k}", 60, 110) if k == 0 else angle + d.uniform(f"bend_{k}", -10, 60)
    tilt = d.uniform("tilt", 5, 50)
    radius = d.uniform("shade_radius", 0.07, 0.12)
    if d.chance("bar_light", 0.2):
        wide = d.uniform("bar_width", 0.2, 0.4)
        a.add("unit", shade, box((wide, 0.04, 0.09), p + (0, 0, 0.02), 0.01))
    else:
        _unit(
            a,
            d,
            "shade_form",
            radius,
            metal,
            shade,
            at=p + (0, 0.012, 0),
            turn=(-tilt, 0),
            kinds=("cone", "dome", "bell", "can", "tulip"),
        )


def _chandelier(a, d, metal, shade):
    n = d.integer("arms", 3, 8)
    reach, drop = d.uniform("reach", 0.3, 0.5), d.uniform("drop", 0.25, 0.6)
    r = 0.5 * d.uniform("arm", 0.026, 0.036)
    stem = d.choice("stem", ("rod", "turned", "cage"))
    low = -drop - 0.12
    a.add("base", metal, lathe([(0.02, -0.05), (0.1, -0.02), (0.1, 0.0)], sides=20))
    if stem == "turned":
        s = np.linspace(0, 1, 20)
        a.add(
            "body",
            metal,
            lathe(
                np.stack(
                    [
                        0.025 + 0.03 * np.abs(np.sin(4 * np.pi * s)) + 0.03 * np.exp(-(((s - 0.25) / 0.1) ** 2)),
                        low + s * (-0.02 - low),
                    ],
                    axis=1,
                ),
                sides=14,
            ),
        )
    elif stem == "cage":
        for q in around(4, np.pi / 4):
            a.add(
                "body",
                metal,
                rod(
                    (0.09 * np.cos(q), -drop, 0.09 * np.sin(q)),
                    (0.015 * np.cos(q), -0.03, 0.015 * np.sin(q)),
                    0.013,
                    sides=8,
                ),
            )
        a.add("body", metal, lathe([(0.02, low), (0.12, -drop - 0.02), (0.12, -drop + 0.03)], sides=18))
    else:
        a.add("body", metal, rod((0, low, 0), (0, -0.02, 0), 0.018), ellipsoid((0.11, 0.11, 0.11), (0, -drop, 0), 14))
    form = d.choice("arm_form", ("s", "straight", "up", "ring", "beam"), (4, 2, 2, 2, 1.5))
    up = d.chance("upward", 0.55)
    size = d.uniform("shade_radius", 0.055, 0.1)
    if form == "beam":
        n = max(n, 3)
        xs = np.linspace(-1, 1, n) * 1.3 * reach
        a.add("body", metal, bar((xs[0] - 0.05, -drop, 0), (xs[-1] + 0.05, -drop, 0), 0.05, 0.045))
        ends = [np.array([x, -drop, 0.0]) for x in xs]
        angles = [np.pi / 2] * n
    else:
        angles = around(n, 0.3)
        ends = []
        for q in angles:
            out = np.array([np.cos(q), 0, np.sin(q)])
            c = np.array([0, -drop, 0.0])
            end = c + reach * out + (0, {"s": 0.05, "straight": 0.0, "up": 0.18, "ring": 0.0}[form], 0)
            if form == "s":
                steps = ((0.3, -0.08), (0.75, -0.1), (1.0, -0.02))
                path = smooth([c, *[c + k * reach * out + (0, y, 0) for k, y in steps], end], 5)
            elif form == "up":
                path = fillet([c, c + reach * out, end], 0.12)
            else:
                path = [c, end]
            a.add("body", metal, tube(path, r, 8))
            ends.append(end)
        if form == "ring":
            q = around(36)
            a.add(
                "body",
                metal,
                tube(
                    np.stack([reach * np.cos(q), np.full(36, -drop), reach * np.sin(q)], axis=1),
                    1.3 * r,
                    8,
                    closed=True,
                ),
            )
    kinds = ("candle", "tulip", "cone", "globe", "bell") if up else ("bell", "globe", "cone", "dome", "can")
    for k, end in enumerate(ends):
        _unit(
            a,
            d,
            "shade_form",
            size if d.parameters.get("shade_form") != "candle" else 0.6 * size,
            metal,
            shade,
            instance=k,
            at=end + ((0, -0.005, 0) if up else (0, 0.005, 0)),
            turn=(180 if up else 0, 0),
            kinds=kinds,
        )


def _pendant(a, d, metal, shade):
    n = d.choice("lights", (1, 1, 1, 2, 3))
    radius = d.uniform("shade_radius", 0.14, 0.3) if n == 1 else d.uniform("shade_radius", 0.08, 0.13)
    reach = 0.0 if n == 1 else 1.35 * radius * (n - 1)
    a.add(
        "base",
        metal,
        lathe([(0.07, -0.03), (0.09, 0.0)], sides=20) if n == 1 else box((2 * reach + 0.1, 0.04, 0.09), (0, -0.02, 0)),
    )
    for k, x in enumerate(np.linspace(-reach, reach, n)):
        drop = d.uniform(f"drop_{k}", 0.25, 0.8)
        a.add("body", metal, rod((x, -0.02, 0), (x, -drop - 0.01, 0), 0.02, sides=8), instance=k)
        _unit(
            a,
            d,
            "shade_form",
            radius,
            metal,
            shade,
            instance=k,
            at=(x, -drop, 0),
            kinds=("cone", "dome", "globe", "bell", "drum", "pyramid", "can"),
        )


def _post(a, d, metal, shade):
    """A lantern: a glass body under a roof, on a post, a wall of stone, or a handle."""
    r, h = d.uniform("radius", 0.1, 0.16), d.uniform("lantern", 0.25, 0.4)
    sides = d.choice("sides", (4, 6))
    post = d.choice("mount", ("post", "floor", "post"))
    y = d.uniform("post_height", 0.5, 1.4) if post == "post" else 0.0
    if post == "post":
        a.add("base", metal, lathe([(0.12, 0), (0.12, 0.05), (0.06, 0.12)], sides=16))
        a.add("body", metal, lathe([(0.035, 0.05), (0.03, y - 0.08), (0.06, y)], sides=12))
    a.add(
        "body",
        metal,
        lathe([(1.15 * r, y), (1.15 * r, y + 0.03)], sides=sides),
        lathe(
            [(1.35 * r, y + h), (1.3 * r, y + h + 0.03), (0.15 * r, y + h + 0.14), (0.1 * r, y + h + 0.17)], sides=sides
        ),
    )
    taper = d.uniform("taper", 0.75, 1.15)
    for q in 2 * np.pi * (np.arange(sides) + 0.5) / sides:
        low, high = min(r / taper, 1.08 * r), r * 1.05
        a.add(
            "body",
            metal,
            rod(
                (low * np.cos(q), y + 0.01, low * np.sin(q)),
                (high * np.cos(q), y + h + 0.01, high * np.sin(q)),
                0.017,
                sides=6,
            ),
        )
    a.add("unit", shade, lathe([(0.4 * r, y + 0.02), (0.45 * r, y + 0.6 * h), (0.1 * r, y + 0.8 * h)], sides=12))
    if post == "floor":
        q = np.linspace(0, np.pi, 14)
        a.add(
            "body",
            metal,
            tube(np.stack([0.8 * r * np.cos(q), y + h + 0.025 + 1.4 * r * np.sin(q), 0 * q], axis=1), 0.014, 8),
        )


def _sconce(a, d, metal, shade):
    plate = d.uniform("plate", 0.08, 0.14)
    form = d.choice("plate_form", ("round", "square", "shield"))
    outline = {
        "round": ellipse(1.5 * plate, 1.5 * plate, 24),
        "square": rectangle(plate, 2 * plate, 0.02),
        "shield": ellipse(1.2 * plate, 2.2 * plate, 6),
    }[form]
    a.add("base", metal, prism(outline, 0.03, "z"))
    n = d.integer("lights", 1, 3)
    up = d.chance("upward", 0.6)
    for k, x in enumerate(np.linspace(-1, 1, n) * 0.12 * (n - 1) if n > 1 else [0.0]):
        reach = d.uniform("reach", 0.12, 0.22) if k == 0 else d.parameters["reach"]
        end = np.array([x, 0.05 if up else 0.0, reach])
        a.add(
            "body",
            metal,
            tube(
                smooth([(0, 0, 0), (0.5 * x, -0.06, 0.5 * reach), end - (0, 0.05 if up else -0.03, 0), end], 5),
                0.014,
                8,
            ),
        )
        _unit(
            a,
            d,
            "shade_form",
            0.075,
            metal,
            shade,
            instance=k,
            at=end + (0, -0.004 if up else 0.004, 0),
            turn=(180 if up else 0, 0),
            kinds=("tulip", "cone", "bell", "globe", "candle"),
        )


def _spots(a, d, metal, shade):
    """A rail with turned spotlights, or a ceiling plate."""
    n = d.integer("lights", 2, 5)
    w = 0.22 * n
    if d.chance("round_plate", 0.3):
        n = 3
        a.add("base", metal, lathe([(0.2, -0.03), (0.2, 0.0)], sides=28))
        spots = [np.array([0.13 * np.cos(q), -0.02, 0.13 * np.sin(q)]) for q in around(3)]
    else:
        a.add("base", metal, box((w, 0.04, 0.06), (0, -0.02, 0)))
        spots = [np.array([x, -0.02, 0.0]) for x in np.linspace(-w / 2 + 0.07, w / 2 - 0.07, n)]
    for k, p in enumerate(spots):
        q = p - (0, 0.08, 0)
        a.add("body", metal, rod(p, q - (0, 0.01, 0), 0.014, sides=8), instance=k)
        _unit(
            a,
            d,
            "shade_form",
            0.05,
            metal,
            shade,
            instance=k,
            at=q,
            turn=(-d.uniform(f"tilt_{k}", 0, 55), d.uniform(f"pan_{k}", -180, 180)),
            kinds=("can", "cone", "bell", "dome"),
        )
