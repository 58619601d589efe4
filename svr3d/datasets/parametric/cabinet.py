"""Cabinets and shelves: a carcass divided into cells that are open, shelved, or closed by doors and drawers."""

from __future__ import annotations

import itertools

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import bar, box, rod, span, tube

LABELS = ("frame", "door", "drawer", "shelf", "base", "top")

# Width, depth, height ranges (metres), and what fills the cells: open, shelved, door, two doors, drawers.
FAMILIES = {
    "bookcase": ((0.5, 1.1), (0.25, 0.38), (1.2, 2.1), (1, 8, 1, 0, 0)),
    "wardrobe": ((0.8, 1.5), (0.5, 0.65), (1.7, 2.1), (0, 1, 3, 3, 1)),
    "dresser": ((0.7, 1.4), (0.4, 0.52), (0.7, 1.15), (0, 0, 1, 0, 6)),
    "sideboard": ((1.2, 1.8), (0.38, 0.5), (0.55, 0.9), (2, 2, 3, 1, 3)),
    "nightstand": ((0.4, 0.6), (0.35, 0.48), (0.42, 0.68), (3, 1, 2, 0, 3)),
    "cubes": ((0.7, 1.6), (0.3, 0.42), (0.7, 1.6), (8, 0, 1, 0, 1)),
    "filing": ((0.4, 0.5), (0.45, 0.65), (0.7, 1.35), (0, 0, 0, 0, 1)),
    "rack": ((0.6, 1.3), (0.3, 0.5), (0.8, 1.9), (1, 0, 0, 0, 0)),
    "hutch": ((0.8, 1.3), (0.38, 0.5), (1.5, 2.0), (1, 3, 3, 1, 1)),
}


def cabinet(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice("family", tuple(FAMILIES), (3, 3, 3, 4, 3, 2, 1.5, 2, 2))
    *sizes, fills = FAMILIES[family]
    w, depth, h = (d.uniform(n, *r) for n, r in zip(("width", "depth", "height"), sizes, strict=True))
    longest = max(w, h)
    wall = longest * d.uniform("wall", 0.03, 0.045)
    body = color(d, "body", "wood", "wood", "white", "metal", "black")
    front = body if d.chance("plain", 0.5) else color(d, "front", "wood", "white", "paint")
    knob = color(d, "knob", "metal", "brass", "black")
    if family == "rack":
        _rack(a, d, w, depth, h, wall, body, front)
        return a

    lift = _base(a, d, family, w, depth, h, longest, shade(body, 0.6) if d.chance("dark_base", 0.4) else body)
    if family == "hutch":
        split = lift + (h - lift) * d.uniform("split", 0.36, 0.48)
        _carcass(a, d, "lower", w, depth, lift, split, wall, (0, 0, 3, 2, 3), body, front, knob, 2)
        shallow = depth * d.uniform("upper_depth", 0.5, 0.8)
        bottom = split + (0.12 * h if d.chance("counter_gap", 0.4) else 0.0)
        if bottom > split:
            a.add(
                "frame",
                body,
                box((w, bottom - split + 0.02, wall), (0, (bottom + split) / 2, -depth / 2 + wall / 2)),
                *[
                    box(
                        (wall, bottom - split + 0.02, shallow),
                        (s * (w - wall) / 2, (bottom + split) / 2, -depth / 2 + shallow / 2),
                    )
                    for s in (-1, 1)
                ],
            )
        _carcass(
            a,
            d,
            "upper",
            w * d.uniform("upper_width", 0.9, 1.0),
            shallow,
            bottom - 0.005,
            h,
            wall,
            (1, 3, 2, 2, 0),
            body,
            front,
            knob,
            2,
            back=-depth / 2,
        )
        a.add("top", body, box((1.04 * w, wall, 1.04 * depth), (0, split, 0)))
    else:
        _carcass(a, d, "cell", w, depth, lift, h, wall, fills, body, front, knob, {"cubes": 4}.get(family, 3))
    if family != "cubes" and d.chance("worktop", 0.4):
        over = d.uniform("overhang", 1.02, 1.1)
        z = 0.0 if family != "hutch" else (-depth / 2 + shallow / 2)
        deep = depth if family != "hutch" else shallow
        a.add(
            "top",
            front if d.chance("contrast_top", 0.4) else body,
            box((over * w, wall, over * deep), (0, h + 0.4 * wall, z), 0.2 * wall),
        )
    return a


def _base(a, d, family, w, depth, h, longest, tone):
    style = d.choice(
        "base",
        ("none", "plinth", "legs", "splayed", "bracket", "casters"),
        (2, 3, 3, 2, 2, 1 if family in ("nightstand", "filing") else 0.3),
    )
    if style == "none":
        return 0.0
    lift = (
        {"plinth": 0.05, "legs": 0.13, "splayed": 0.15, "bracket": 0.08, "casters": 0.07}[style]
        * longest
        * d.uniform("base_height", 0.7, 1.4)
    )
    x, z = 0.45 * w, 0.42 * depth
    r = 0.5 * longest * d.uniform("leg_thickness", 0.032, 0.05)
    top = lift + 0.01
    if style == "plinth":
        a.add("base", tone, box((2 * x, top, 1.8 * z), (0, top / 2, -0.03 * depth)))
    elif style == "bracket":
        block = box((w, top, 0.99 * depth), (0, top / 2, 0))
        a.add(
            "base",
            tone,
            block - box((0.72 * w, 2 * lift * 0.75, 2 * depth), (0, 0, 0)) - box((2 * w, 1.5 * lift, 0.62 * depth)),
        )
    else:
        for sx in (-1, 1):
            for sz in (-1, 1):
                p = np.array([sx * (x - r), top, sz * (z - r)])
                if style == "casters":
                    a.add(
                        "base",
                        tone,
                        rod(p, p - (0, 0.5 * lift, 0), 0.6 * r),
                        rod(
                            p * (1, 0, 1) + (-0.8 * r, 0.4 * lift, 0),
                            p * (1, 0, 1) + (0.8 * r, 0.4 * lift, 0),
                            0.4 * lift,
                            sides=14,
                        ),
                    )
                elif style == "splayed":
                    a.add("base", tone, rod(p * (0.85, 1, 0.85), p * (1.03, 0, 1.03), r, 0.6 * r))
                else:
                    a.add("base", tone, bar(p, p * (1, 0, 1), 2 * r, 2 * r, (0, 0, 1)))
    return lift


def _carcass(a, d, name, w, depth, low, high, wall, fills, body, front, knob, most, back=None):
    """A box from `low` to `high` divided into a grid of cells, some of them merged across."""
    z0 = -depth / 2 if back is None else back
    z1 = z0 + depth
    solid = span((-w / 2, low, z0), (w / 2, high, z1))
    tall = high - low
    columns = int(np.clip(round(w / tall * d.uniform(f"{name}_columns", 1.2, 2.6)), 1, most))
    x = np.linspace(-w / 2 + wall / 2, w / 2 - wall / 2, columns + 1)
    if columns == 2 and d.chance(f"{name}_uneven", 0.4):
        x[1] += 0.25 * (x[1] - x[0])
    n = 0
    backless = d.chance(f"{name}_backless", 0.2)
    hollow, panels = [], []
    handle = d.choice(f"{name}_handle", ("knob", "bar", "long", "none"))
    same = (
        d.choice(f"{name}_fill", ("open", "shelf", "door", "doors", "drawers"), fills)
        if d.chance(f"{name}_alike", 0.35)
        else None
    )
    for i in range(columns):
        rows = int(np.clip(round(tall / (x[i + 1] - x[i]) * d.uniform(f"{name}_rows_{i}", 0.45, 1.2)), 1, most))
        y = np.linspace(low + wall / 2, high - wall / 2, rows + 1)
        for j in range(rows):
            key = f"{name}_{i}_{j}"
            fill = same or d.choice(key, ("open", "shelf", "door", "doors", "drawers"), fills)
            cell = (x[i] + wall / 2, x[i + 1] - wall / 2, y[j] + wall / 2, y[j + 1] - wall / 2)
            n = _fill(a, d, key, fill, cell, z0, z1, wall, front, body, knob, handle, backless, hollow, panels, n)
    for cut in hollow:
        solid -= cut
    a.add("frame", body, solid)


def _fill(a, d, key, fill, cell, z0, z1, wall, front, body, knob, handle, backless, hollow, panels, n):
    x0, x1, y0, y1 = cell
    depth = z1 - z0
    gap = 0.35 * wall
    out = 0.45 * wall

    def grip(label, x, y, upright, z, instance):
        r = 0.32 * wall
        if handle == "knob":
            a.add(label, knob, rod((x, y, z - 0.1 * wall), (x, y, z + 1.3 * r), 0.7 * r, 1.3 * r, 8), instance=instance)
        elif handle in ("bar", "long"):
            size = min(0.7 * (y1 - y0), 0.8 * (x1 - x0)) * (0.85 if handle == "long" else 0.35)
            e = np.array([0, size / 2, 0]) if upright else np.array([size / 2, 0, 0])
            c = np.array([x, y, z])
            a.add(
                label,
                knob,
                tube(
                    [
                        c - e - (0, 0, 0.1 * wall),
                        c - e + (0, 0, 2.2 * r),
                        c + e + (0, 0, 2.2 * r),
                        c + e - (0, 0, 0.1 * wall),
                    ],
                    0.8 * r,
                    6,
                ),
                instance=instance,
            )

    def door(xa, xb, hinge_left):
        nonlocal n
        k = n
        n += 1
        inner = xb - 1.2 * wall if hinge_left else xa + 1.2 * wall
        if d.chance(f"{key}_ajar_{k}", 0.08) and xb - xa > 0.12:
            angle = d.uniform(f"{key}_angle_{k}", 30, 100)
            hollow.append(span((xa, y0, z0 + wall), (xb, y1, z1 + 1)))
            leaf = span((0, y0 - gap, -0.5 * wall), (xb - xa + gap, y1 + gap, 0.5 * wall)).rotate(
                (0, -angle if hinge_left else angle - 180, 0)
            )
            a.add("door", front, leaf.translate((xa - gap if hinge_left else xb + gap, 0, z1)), instance=k)
            return
        panel = span((xa - gap, y0 - gap, z1 - wall), (xb + gap, y1 + gap, z1 + out), 0.12 * wall)
        if d.chance(f"{key}_panelled", 0.4) and xb - xa > 5 * wall:
            panel -= span((xa + 1.3 * wall, y0 + 1.3 * wall, z1), (xb - 1.3 * wall, y1 - 1.3 * wall, z1 + 1))
        a.add("door", front, panel, instance=k)
        grip("door", inner, (y0 + y1) / 2, True, z1 + out, k)

    if fill in ("open", "shelf"):
        hollow.append(span((x0, y0, z0 - (1 if backless else -wall)), (x1, y1, z1 + 1)))
        if fill == "shelf":
            count = int(np.clip(round((y1 - y0) / (7 * wall)), 0, 3))
            for y in np.linspace(y0, y1, count + 2)[1:-1]:
                a.add(
                    "shelf",
                    body,
                    span(
                        (x0 - 0.2 * wall, y - 0.45 * wall, z0 + 0.5 * wall),
                        (x1 + 0.2 * wall, y + 0.45 * wall, z1 - 0.3 * wall),
                    ),
                    instance=sum(p.label == "shelf" for p in a.parts),
                )
    elif fill == "door":
        door(x0, x1, d.chance(f"{key}_left", 0.5))
    elif fill == "doors":
        middle = (x0 + x1) / 2
        door(x0, middle - 1.4 * gap, True)
        door(middle + 1.4 * gap, x1, False)
    else:
        count = int(np.clip(round((y1 - y0) / (0.5 * (x1 - x0)) * d.uniform(f"{key}_split", 0.6, 1.3)), 1, 5))
        edges = np.linspace(y0 - gap, y1 + gap, count + 1)
        for lo, hi in itertools.pairwise(edges):
            pulled = d.uniform(f"{key}_pull_{n}", 0.2, 0.55) * depth if d.chance(f"{key}_open_{n}", 0.05) else 0.0
            box_ = span(
                (x0 - gap, lo + 0.35 * gap, z1 - wall), (x1 + gap, hi - 0.35 * gap, z1 + out + pulled), 0.12 * wall
            )
            if pulled:
                box_ -= span((x0 + wall, lo + wall, z1), (x1 - wall, hi + 1, z1 + pulled - 0.4 * wall))
            a.add("drawer", front, box_, instance=n)
            grip("drawer", (x0 + x1) / 2, (lo + hi) / 2, False, z1 + out + pulled, n)
            n += 1
    return n


def _rack(a, d, w, depth, h, wall, body, front):
    """Open shelving on posts."""
    r = 0.55 * wall
    round_posts = d.chance("round_posts", 0.5)
    x, z = w / 2 - r, depth / 2 - r
    n = d.integer("shelves", 3, 6)
    lift = d.uniform("lift", 0.02, 0.12) * h
    for sx in (-1, 1):
        for sz in (-1, 1):
            p, q = (sx * x, 0, sz * z), (sx * x, h, sz * z)
            a.add("frame", body, rod(p, q, r) if round_posts else bar(p, q, 2 * r, 2 * r, (0, 0, 1)))
    for k, y in enumerate(np.linspace(lift, h - wall * d.uniform("post_top", 0.5, 3), n)):
        rim = box((w, 0.8 * wall, depth), (0, y, 0))
        if d.chance(f"slatted_{k}", 0.2):
            for c in np.linspace(-depth / 2, depth / 2, 5)[1:-1]:
                rim -= box((0.85 * w, 2 * wall, 0.1 * depth), (0, y, c))
        a.add("shelf", front, rim, instance=k)
    if d.chance("cross_brace", 0.45):
        t = 0.7 * wall
        a.add(
            "frame",
            body,
            bar((-x, lift, -z), (x, 0.95 * h, -z), t, t, (0, 0, 1)),
            bar((x, lift, -z), (-x, 0.95 * h, -z), t, t, (0, 0, 1)),
        )
    elif d.chance("back_panel", 0.3):
        a.add("frame", body, box((w - r, h - lift - wall, 0.8 * wall), (0, (h + lift) / 2 - wall / 2, -z)))
