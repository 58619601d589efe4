"""Benches: slats, planks or stone, with or without back and arms, on frames, legs or slabs."""

from __future__ import annotations

import itertools

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import bar, box, cushion, fillet, lathe, loft, prism, rectangle, rod, smooth, sweep, tube

LABELS = ("seat", "back", "arm", "base")


def bench(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family", ("park", "plank", "stone", "upholstered", "storage", "picnic", "curved"), (6, 4, 2, 2, 1.5, 1.5, 1.5)
    )
    w, depth, h = d.uniform("length", 0.9, 1.8), d.uniform("depth", 0.34, 0.55), d.uniform("seat_height", 0.38, 0.5)
    wood = color(d, "wood", "wood", "wood", "paint", "white")
    frame = color(d, "frame", "metal", "black", "wood")
    t = w * d.uniform("seat_thickness", 0.03, 0.05)
    if family == "curved":
        _curved_bench(a, d, w, depth, h, t, wood, frame)
        return a
    if family == "picnic":
        _picnic(a, d, w, h, t, wood)
        return a

    # Seat
    if family == "park":
        n = d.integer("seat_slats", 3, 5)
        pitch = depth / n
        wide = pitch * d.uniform("seat_fill", 0.62, 0.8)
        for k in range(n):
            a.add("seat", wood, box((w, t, wide), (0, h, -depth / 2 + (k + 0.5) * pitch), 0.15 * t))
    elif family == "upholstered":
        soft = color(d, "fabric", "fabric", "leather")
        n = d.integer("cushions", 1, 3)
        a.add("seat", frame, box((w, 0.6 * t, depth), (0, h - t / 2, 0)))
        for k in range(n):
            a.add("seat", soft, cushion((w / n, 2.2 * t, depth), (-w / 2 + (k + 0.5) * w / n, h + 0.6 * t, 0), 0.8 * t))
    elif family == "stone":
        wood = color(d, "stone", "stone")
        t *= 2
        a.add("seat", wood, box((w, t, depth), (0, h, 0), d.uniform("stone_bevel", 0.0, 0.4) * t))
    else:
        a.add("seat", wood, box((w, t, depth), (0, h, 0), d.uniform("bevel", 0.0, 0.4) * t))

    # Back: posts that lean, carrying slats, planks or a panel
    has_back = family != "stone" and d.chance("back", {"park": 0.75, "upholstered": 0.5}.get(family, 0.45))
    tall, lean = d.uniform("back_height", 0.3, 0.5), d.uniform("back_lean", 0.0, 0.3)
    sides = np.linspace(-1, 1, d.integer("frames", 2, 3)) * (w / 2 - 0.06 * w)
    zb = -depth / 2 + 0.02

    def at(x, v):
        return np.array([x, h + v * tall, zb - v * tall * lean])

    if has_back:
        r = 0.5 * w * d.uniform("post", 0.032, 0.042)
        for x in sides:
            a.add("back", frame, bar(at(x, -0.05), at(x, 1.0), 2 * r, 2 * r, (1, 0, 0)))
        kind = d.choice("back_kind", ("horizontal", "vertical", "panel", "cross"), (4, 2, 2, 1))
        if family == "upholstered":
            kind = "panel"
        e = np.array([w / 2, 0, 0])
        if kind == "horizontal":
            n = d.integer("back_slats", 2, 4)
            for v in np.linspace(0.32, 0.93, n):
                a.add("back", wood, bar(at(0, v) - e, at(0, v) + e, 0.9 * t, tall * 0.5 / n, (0, 1, -lean)))
        elif kind == "panel":
            low = d.choice("panel_low", (0.0, 0.3))
            a.add(
                "back",
                soft if family == "upholstered" else wood,
                bar(at(0, (1 + low) / 2) - e, at(0, (1 + low) / 2) + e, 1.2 * t, tall * (1 - low), (0, 1, -lean)),
            )
        else:
            for v in (0.25, 0.95):
                a.add("back", wood, bar(at(0, v) - e, at(0, v) + e, t, 0.12 * tall, (0, 1, -lean)))
            if kind == "vertical":
                n = d.integer("back_bars", 6, 11)
                for x in np.linspace(-w / 2, w / 2, n + 2)[1:-1]:
                    a.add("back", wood, bar(at(x, 0.25), at(x, 0.95), 0.032 * w, 0.7 * t, (0, 0, 1)))
            else:
                for x0, x1 in itertools.pairwise(sides):
                    a.add(
                        "back",
                        wood,
                        bar(at(x0, 0.25), at(x1, 0.95), 0.8 * t, 0.9 * t, (0, 0, 1)),
                        bar(at(x0, 0.95), at(x1, 0.25), 0.8 * t, 0.9 * t, (0, 0, 1)),
                    )

    # Arms
    if family not in ("stone", "storage") and d.chance("arms", 0.5):
        y = h + d.uniform("arm_height", 0.18, 0.26)
        style = d.choice("arm", ("loop", "square", "scroll"))
        for i, s in enumerate((-1, 1)):
            x = s * (w / 2 - 0.05 * w)
            r = 0.017 * w
            rear = at(x, min((y - h) / tall, 0.9)) if has_back else np.array([x, h, -depth / 2 + 0.05])
            if style == "loop" or not has_back:
                path = fillet(
                    [
                        rear,
                        *([] if has_back else [(x, y, rear[2])]),
                        (x, y, depth / 2 - 0.04),
                        (x, h - t / 2, depth / 2 - 0.06),
                    ],
                    0.08,
                )
                a.add("arm", frame, tube(path, r, 8), instance=i)
            elif style == "square":
                a.add("arm", wood, bar(rear, (x, y, depth / 2), 0.05 * w, 0.03 * w), instance=i)
                a.add(
                    "arm",
                    frame,
                    bar((x, h - t / 2, depth / 2 - 0.05), (x, y, depth / 2 - 0.05), 2 * r, 2 * r, (0, 0, 1)),
                    instance=i,
                )
            else:
                path = smooth(
                    [
                        rear,
                        (x, y + 0.02, 0),
                        (x, y, depth / 2 - 0.03),
                        (x, y - 0.08, depth / 2),
                        (x, y - 0.1, depth / 2 - 0.07),
                        (x, h - t / 2, depth / 2 - 0.1),
                    ],
                    4,
                )
                a.add("arm", frame, tube(path, r, 8), instance=i)

    _bench_base(a, d, family, w, depth, h, t, sides, frame, wood)
    return a


def _bench_base(a, d, family, w, depth, h, t, sides, frame, wood):
    under = h - 0.4 * t
    if family == "storage":
        body = box((0.96 * w, under, 0.92 * depth), (0, under / 2, 0))
        n = d.integer("openings", 0, 3)
        for x in -0.48 * w + (np.arange(n) + 0.5) * 0.96 * w / max(n, 1):
            body -= box((0.96 * w / n - 0.07 * w, under - 0.08 * w, depth), (x, under / 2, 0.1 * depth))
        a.add("base", wood, body)
        return
    style = d.choice(
        "base",
        ("frames", "legs", "slabs", "x", "single"),
        {"park": (5, 3, 1, 1, 1), "stone": (0, 0, 5, 0, 2)}.get(family, (2, 4, 3, 2, 0.5)),
    )
    r = 0.5 * w * d.uniform("leg", 0.032, 0.05)
    xs = sides * 0.96
    z = 0.42 * depth
    ends = xs[[0, -1]]
    if style == "frames":
        for x in xs:
            if d.parameters.get("frame_curve") or d.chance("frame_curve", 0.4):
                d.parameters["frame_curve"] = True
                path = (
                    fillet([(x, under, -z), (x, 0.3 * h, -0.5 * z), (x, 0.02, -1.25 * z)], 0.12),
                    fillet([(x, under, z), (x, 0.3 * h, 0.6 * z), (x, 0.02, 1.2 * z)], 0.12),
                )
                a.add(
                    "base",
                    frame,
                    *[tube(p, r, 8) for p in path],
                    bar((x, 0.45 * h, -0.55 * z), (x, 0.45 * h, 0.65 * z), 2 * r, 2 * r),
                )
            else:
                path = [(x, under, -z), (x, r, -z), (x, r, z), (x, under, z)]
                a.add("base", frame, sweep(path, rectangle(2 * r, 2 * r), up=(1, 0, 0)))
            a.add("base", frame, bar((x, under - t / 3, -depth / 2), (x, under - t / 3, depth / 2), 2 * r, 1.2 * t))
    elif style == "legs":
        splay = d.uniform("splay", 0.0, 0.12)
        for x in ends:
            for s in (-1, 1):
                a.add(
                    "base",
                    frame,
                    rod((x, under, s * z), (x * (1 + 0.5 * splay), 0, s * (z + splay * h)), 1.1 * r, 0.8 * r),
                )
            a.add("base", frame, bar((x, under - t / 3, -depth / 2), (x, under - t / 3, depth / 2), 2 * r, 1.2 * t))
        if d.chance("stretcher", 0.5):
            y = d.uniform("stretcher_height", 0.2, 0.6) * h
            k = 1 + 0.5 * splay * (1 - y / h)
            zz = z + splay * h * (1 - y / h)
            for x in ends:
                a.add("base", frame, rod((x * k, y, -zz), (x * k, y, zz), 0.8 * r, sides=8))
            a.add("base", frame, rod((ends[0] * k, y, 0), (ends[1] * k, y, 0), 0.8 * r, sides=8))
    elif style == "slabs":
        thick = (3.0 if family == "stone" else 1.6) * 2 * r
        for x in ends * (0.85 if family == "stone" else 1.0):
            slab = prism(np.array([(-z, 0), (z, 0), (z, under), (-z, under)]), thick, "x", (x, 0, 0))
            if d.chance("slab_arch", 0.4):
                slab -= rod((x - 1, 0, 0), (x + 1, 0, 0), 0.55 * z, sides=16)
            a.add("base", wood, slab)
        if d.chance("beam", 0.5) and family != "stone":
            a.add("base", wood, box((ends[1] - ends[0], 0.1, 2 * r), (0, 0.5 * h, 0)))
    elif style == "x":
        for x in ends:
            a.add("base", frame, *[bar((x, under, s * z), (x, 0, -s * z), 2 * r, 2 * r, (1, 0, 0)) for s in (-1, 1)])
            a.add("base", frame, bar((x, under - t / 4, -depth / 2), (x, under - t / 4, depth / 2), 2 * r, t))
        a.add("base", frame, rod((ends[0], h / 2, 0), (ends[1], h / 2, 0), r, sides=8))
    else:
        a.add(
            "base",
            frame,
            lathe([(0.2 * depth, 0), (0.4 * depth, 0.02), (0.12 * depth, 0.1), (0.12 * depth, under)]).scale(
                (1.6, 1, 1)
            ),
        )
        a.add(
            "base",
            frame,
            bar((-0.42 * w, under - t / 3, 0), (0.42 * w, under - t / 3, 0), 0.1, t),
            *[
                bar((x, under - t / 3, -0.45 * depth), (x, under - t / 3, 0.45 * depth), 0.06, t)
                for x in (-0.35 * w, 0.35 * w)
            ],
        )


def _curved_bench(a, d, w, depth, h, t, wood, frame):
    turn = d.uniform("turn", 0.5, 1.3)
    radius = w / 2 / np.sin(turn)
    angle = np.linspace(-turn, turn, 17)

    def place(q, r, y):
        return np.stack([r * np.sin(q), np.full_like(q, y), radius - r * np.cos(q)], axis=-1)

    def strip(inner, outer, low, high):
        return loft(
            np.stack(
                [
                    place(angle, inner, low),
                    place(angle, outer, low),
                    place(angle, outer, high),
                    place(angle, inner, high),
                ],
                axis=1,
            )
        )

    slats = d.integer("slats", 1, 3)
    edges = np.linspace(radius - depth / 2, radius + depth / 2, slats + 1)
    gap = 0.1 * depth if slats > 1 else 0.0
    for lo, hi in itertools.pairwise(edges):
        a.add("seat", wood, strip(lo + gap / 2, hi - gap / 2, h - t / 2, h + t / 2))
    n = d.integer("supports", 3, 5)
    tall = d.uniform("back_height", 0.25, 0.45) if d.chance("back", 0.5) else 0.0
    outer = radius + depth / 2 - 0.03
    for q in np.linspace(-0.9, 0.9, n) * turn:

        def radial(r, y, q=q):
            return place(np.array([q]), r, y)[0]

        a.add(
            "base",
            frame,
            bar(radial(radius - 0.47 * depth, h - t * 0.7), radial(radius + 0.47 * depth, h - t * 0.7), 0.05, t),
            bar(radial(radius - 0.3 * depth, h - t / 2), radial(radius - 0.3 * depth, 0), 0.055, 0.055, (1, 0, 0.01)),
            bar(radial(radius + 0.3 * depth, h - t / 2), radial(radius + 0.3 * depth, 0), 0.055, 0.055, (1, 0, 0.01)),
        )
        if tall:
            a.add("back", frame, bar(radial(outer, h - t), radial(outer + 0.05, h + tall), 0.05, 0.05, (1, 0, 0.01)))
    if tall:
        for lo, hi in ((0.35, 0.6), (0.75, 1.0)) if d.chance("two_rails", 0.5) else ((0.4, 1.0),):
            a.add("back", wood, strip(outer - 0.005, outer + 0.045, h + lo * tall, h + hi * tall))


def _picnic(a, d, w, h, t, wood):
    """A pair of benches joined by the frames of a low middle: two seats, one object."""
    gap = d.uniform("gap", 0.25, 0.5)
    depth = d.uniform("seat_depth", 0.22, 0.32)
    n = d.integer("planks", 1, 2)
    back = d.chance("back_to_back", 0.5)
    gap = 0.02 if back else gap
    for s in (-1, 1):
        for k in range(n):
            wide = depth / n
            a.add(
                "seat",
                wood,
                box((w, t, 0.85 * wide), (0, h, s * (gap / 2 + (k + 0.5) * wide)), 0.1 * t),
                instance=(s + 1) // 2,
            )
    reach = gap / 2 + depth
    frame = shade(wood, 0.75)
    for x in (-0.38 * w, 0.38 * w):
        a.add(
            "base",
            frame,
            bar((x, h - 0.8 * t, -reach), (x, h - 0.8 * t, reach), 0.06, 1.3 * t),
            *[bar((x, h - t, s * 0.55 * reach), (x, 0, s * 0.95 * reach), 0.06, 0.06, (1, 0, 0)) for s in (-1, 1)],
        )
    a.add("base", frame, bar((-0.38 * w, h - 0.8 * t, 0), (0.38 * w, h - 0.8 * t, 0), 0.05, t))
    if back:
        tall = d.uniform("back_height", 0.3, 0.42)
        for x in (-0.38 * w, 0.38 * w):
            a.add("back", frame, bar((x, h - t, 0), (x, h + tall, 0), 0.06, 0.07, (0, 0, 1)))
        for v in (0.4, 0.85):
            a.add(
                "back",
                wood,
                box((w, 0.25 * tall, 0.05), (0, h + v * tall, 0.03)),
                box((w, 0.25 * tall, 0.05), (0, h + v * tall, -0.03)),
            )
