"""Bags: a body, open or closed, with handles, straps, pockets and wheels."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import (
    around,
    box,
    cushion,
    ellipse,
    hull,
    lathe,
    loft,
    prism,
    rectangle,
    rod,
    smooth,
    sweep,
    tube,
)

LABELS = ("body", "handle", "strap", "pocket", "wheel")


def bag(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        (
            "tote",
            "handbag",
            "duffel",
            "backpack",
            "briefcase",
            "messenger",
            "suitcase",
            "bucket",
            "paper",
            "basket",
            "clutch",
        ),
        (4, 4, 3, 4, 2.5, 2.5, 3, 2, 2, 1.5, 1),
    )
    cloth = color(d, "cloth", "leather", "fabric", "plastic")
    trim = color(d, "trim", "leather", "black", "brass")
    {
        "tote": _tote,
        "handbag": _handbag,
        "duffel": _duffel,
        "backpack": _backpack,
        "briefcase": _briefcase,
        "messenger": _messenger,
        "suitcase": _suitcase,
        "bucket": _bucket,
        "paper": _tote,
        "basket": _bucket,
        "clutch": _messenger,
    }[family](a, d, family, cloth, trim)
    return a


def _rings(sizes) -> np.ndarray:
    """Rounded rectangles (width, depth, corner, height) stacked upwards."""
    return np.array(
        [
            np.column_stack([r[:, 0], np.full(len(r), y), r[:, 1]])
            for r, y in ((rectangle(w, t, c), y) for w, t, c, y in sizes)
        ]
    )


def _arch(half, low, high, z, roundness, steps=16):
    """A loop from (-half, low) over `high` to (half, low) in the plane of depth z; roundness 2 is an ellipse."""
    q = np.linspace(0, np.pi, steps)
    c, s = np.cos(q), np.sin(q)
    return np.stack(
        [
            half * np.sign(c) * np.abs(c) ** (2 / roundness),
            low + (high - low) * s ** (2 / roundness),
            np.full(steps, z),
        ],
        axis=1,
    )


def _tote(a, d, family, cloth, trim):
    w, h = d.uniform("width", 0.7, 1.15), d.uniform("height", 0.7, 1.05)
    deep = d.uniform("depth", 0.2, 0.5)
    flare, pinch = d.uniform("flare", 0.88, 1.3), d.uniform("pinch", 0.35, 1.0) if family == "tote" else 1.0
    corner = 0.03 if family == "paper" else d.uniform("corner", 0.04, 0.2) * deep
    wall = 0.045
    outer = _rings(
        [
            (w, deep, corner, 0),
            (0.5 * w * (1 + flare), deep * (0.6 + 0.4 * pinch), corner, 0.5 * h),
            (w * flare, max(deep * pinch, 0.16), min(corner, 0.07), h),
        ]
    )
    inner = _rings(
        [
            (w - 2 * wall, deep - 2 * wall, corner, wall),
            (0.5 * w * (1 + flare) - 2 * wall, deep * (0.6 + 0.4 * pinch) - 2 * wall, corner, 0.5 * h),
            (w * flare - 2 * wall, max(deep * pinch, 0.16) - 2 * wall, min(corner, 0.07), h + 0.01),
        ]
    )
    body = loft(outer)
    if d.chance("open", 0.8):
        body -= loft(inner)
    if d.chance("cut_handles", 0.15):
        body -= prism(rectangle(0.3 * w, 0.1, 0.05), 2, "z", (0, 0.85 * h, 0))
    else:
        z = max(deep * pinch, 0.16) / 2 - wall / 2
        half, rise = d.uniform("handle_width", 0.12, 0.26) * w, d.uniform("handle_height", 0.2, 0.55)
        round_ = d.choice("handle_form", (2.0, 3.0, 6.0))
        flat = d.chance("flat_handle", 0.5)
        for i, s in enumerate((-1, 1)):
            path = _arch(half, h - 0.12, h + rise, s * z, round_)
            a.add(
                "handle",
                trim,
                sweep(path, rectangle(0.075, 0.035), up=(0, 0, 1)) if flat else tube(path, 0.021, 8),
                instance=i,
            )
    if d.chance("pocket", 0.35):
        a.add("pocket", shade(cloth, 0.85), cushion((0.5 * w, 0.4 * h, 0.1), (0, 0.4 * h, deep * 0.42), 0.03))
    if d.chance("band", 0.3):
        a.add(
            "body",
            trim,
            loft(_rings([(1.015 * w, deep * 1.03, corner, 0), (1.015 * w, deep * 1.03, corner, 0.15 * h)])),
        )
    a.add("body", cloth, body)


def _handbag(a, d, family, cloth, trim):
    w, h, deep = d.uniform("width", 0.8, 1.1), d.uniform("height", 0.5, 0.85), d.uniform("depth", 0.25, 0.5)
    shape = d.choice("shape", ("trapezoid", "half_moon", "boxy", "dome", "saddle"))
    top = {"trapezoid": 0.65, "half_moon": 1.05, "boxy": 0.97, "dome": 0.5, "saddle": 0.85}[shape]
    if shape in ("half_moon", "saddle", "dome"):
        q = np.linspace(0, np.pi, 16)
        if shape == "dome":
            outline = np.stack([w / 2 * np.cos(q), h * np.sin(q) ** 0.7], axis=1)
        else:
            outline = np.concatenate(
                [
                    np.stack([w / 2 * np.cos(q), h - h * np.sin(q) ** (0.8 if shape == "half_moon" else 0.45)], axis=1)[
                        ::-1
                    ]
                ]
            )
        shrink = d.uniform("shrink", 0.75, 0.95)
        c = outline.mean(axis=0)

        def ring(k, z):
            return np.column_stack([(outline - c) * k + c, np.full(len(outline), z)])

        a.add(
            "body",
            cloth,
            loft([ring(shrink, -deep / 2), ring(1, -0.3 * deep), ring(1, 0.3 * deep), ring(shrink, deep / 2)]),
        )
    else:
        corner = d.uniform("corner", 0.03, 0.16) * deep
        a.add(
            "body",
            cloth,
            loft(
                _rings(
                    [
                        (0.94 * w, 0.9 * deep, corner, 0),
                        (w, deep, corner, 0.12 * h),
                        (0.5 * (1 + top) * w, 0.7 * deep, corner, 0.7 * h),
                        (top * w, 0.28 * deep, 0.1 * deep, h),
                    ]
                )
            ),
        )
    if d.chance("flap", 0.45):
        if shape in ("boxy", "trapezoid"):
            k = 0.55 * w
            a.add(
                "pocket",
                trim,
                hull(
                    [(x * k * 0.9, 0.98 * h, z) for x in (-0.7, 0.7) for z in (0.0, 0.12 * deep)],
                    [(x * k, 0.45 * h, z) for x in (-0.6, 0.6) for z in (0.3 * deep, 0.54 * deep)],
                ),
            )
        a.add("pocket", shade(trim, 1.4), box((0.12, 0.1, 0.08), (0, 0.42 * h, 0.5 * deep), 0.015))
    n = d.integer("handles", 1, 2)
    half, rise = d.uniform("handle_width", 0.16, 0.34) * w, d.uniform("handle_height", 0.2, 0.5)
    round_ = d.choice("handle_form", (2.0, 2.0, 4.0))
    for i, z in enumerate((-0.1 * deep, 0.1 * deep) if n == 2 else (0.0,)):
        low = h - 0.1 if shape != "dome" else 0.75 * h
        spread = z * 1.5
        path = _arch(half, low, h + rise, z, round_)
        path[:, 2] += spread * (path[:, 1] - low) / rise
        a.add(
            "handle",
            trim,
            tube(path, d.uniform("handle_thickness", 0.018, 0.03) if i == 0 else d.parameters["handle_thickness"], 8),
            instance=i,
        )
    if d.chance("strap", 0.3):
        x = 0.47 * w * min(top, 0.95)
        path = _arch(x, 0.75 * h, h + rise + d.uniform("strap_rise", 0.25, 0.7), 0.0, 2.2, 20)
        a.add("strap", trim, sweep(path, rectangle(0.05, 0.035), up=(0, 0, 1)))


def _duffel(a, d, family, cloth, trim):
    w, r = 1.1, d.uniform("radius", 0.22, 0.34)
    sides = d.uniform("squareness", 2.0, 4.0)
    ring = ellipse(2 * r, 2 * r * d.uniform("squash", 0.8, 1.05), 24, sides)
    soft = d.uniform("soft", 0.82, 0.97)
    a.add(
        "body",
        cloth,
        loft(
            [
                np.column_stack([np.full(24, x * w / 2), ring[:, 1] * k + r, ring[:, 0] * k])
                for x, k in ((-1, soft * 0.9), (-0.93, soft), (-0.5, 1.0), (0.5, 1.0), (0.93, soft), (1, soft * 0.9))
            ]
        ),
    )
    top = ring[:, 1].max() + r
    for k in (-1, 1):
        a.add(
            "body",
            trim,
            loft(
                [
                    np.column_stack([np.full(24, k * (0.24 * w) + q * 0.035), ring[:, 1] * 1.04 + r, ring[:, 0] * 1.04])
                    for q in (-1, 1)
                ]
            ),
        )
    rise = d.uniform("handle_height", 0.15, 0.35)
    for i, z in enumerate((-0.5 * r, 0.5 * r)):
        path = _arch(
            0.24 * w,
            top - 0.45 * r,
            top + rise,
            z,
            d.parameters.get("handle_form") or d.choice("handle_form", (2.0, 3.5)),
        )
        path[:, 2] *= 1 - 0.75 * np.clip((path[:, 1] - top) / rise, 0, 1)
        a.add("handle", trim, tube(path, 0.024, 8), instance=i)
    if d.chance("pocket", 0.5):
        a.add(
            "pocket",
            shade(cloth, 0.8),
            *[
                cushion((0.36 * w, 0.9 * r, 0.18), (0, 0.95 * r, s * r * 0.93), 0.05)
                for s in ((1,) if d.chance("one_pocket", 0.5) else (-1, 1))
            ],
        )
    if d.chance("end_pockets", 0.35):
        a.add(
            "pocket",
            shade(cloth, 0.8),
            *[rod((s * 0.45 * w, r, 0), (s * 0.54 * w, r, 0), 0.65 * r, sides=18) for s in (-1, 1)],
            instance=1,
        )
    if d.chance("strap", 0.5):
        path = _arch(0.5 * w, 0.9 * r, top + d.uniform("strap_rise", 0.25, 0.6), 0.0, 2.5, 20)
        a.add("strap", trim, sweep(path, rectangle(0.07, 0.035), up=(0, 0, 1)))


def _backpack(a, d, family, cloth, trim):
    w, h, deep = d.uniform("width", 0.55, 0.78), 1.0, d.uniform("depth", 0.24, 0.42)
    narrow, crown = d.uniform("narrow", 0.7, 1.0), d.uniform("crown", 0.06, 0.22)
    sizes = [
        (0.94 * w, 0.9 * deep, 0.25 * deep, 0),
        (w, deep, 0.3 * deep, 0.08),
        (w, deep, 0.3 * deep, 0.5),
        (0.97 * narrow * w + 0.03 * w, 0.85 * deep, 0.3 * deep, h - crown),
        (0.75 * narrow * w, 0.6 * deep, 0.25 * deep, h - 0.3 * crown),
        (0.45 * narrow * w, 0.35 * deep, 0.12 * deep, h),
    ]
    a.add("body", cloth, loft(_rings(sizes)))
    second = shade(cloth, 0.75) if d.chance("tonal", 0.5) else trim
    n = d.integer("front_pockets", 0, 2)
    for k in range(n):
        y0, y1 = ((0.06, 0.5), (0.54, 0.78))[k]
        a.add(
            "pocket",
            second,
            cushion(
                (d.uniform(f"pocket_{k}", 0.55, 0.85) * w, y1 - y0, 0.22),
                (0, (y0 + y1) / 2, 0.5 * deep - (0.0 if k == 0 else 0.05)),
                0.06,
            ),
            instance=k,
        )
    if d.chance("side_pockets", 0.45):
        for i, s in enumerate((-1, 1)):
            a.add(
                "pocket", second, cushion((0.16, 0.35, 0.6 * deep), (s * (w / 2 + 0.02), 0.24, 0), 0.05), instance=2 + i
            )
    a.add(
        "handle", trim, tube(_arch(0.1, h - 0.08, h + d.uniform("loop", 0.05, 0.12), -0.12 * deep, 2.2, 12), 0.021, 8)
    )
    strap = d.uniform("strap_width", 0.075, 0.12)
    for i, s in enumerate((-1, 1)):
        bow = d.uniform("strap_bow", 0.08, 0.22) if i == 0 else d.parameters["strap_bow"]
        path = smooth(
            [
                (s * 0.13, 0.9, -0.28 * deep),
                (s * 0.17, 0.86, -0.5 * deep - 0.6 * bow),
                (s * 0.24, 0.6, -0.5 * deep - bow),
                (s * 0.3 * w / 0.6, 0.25, -0.5 * deep - 0.5 * bow),
                (s * 0.36 * w, 0.07, -0.4 * deep),
            ],
            5,
        )
        a.add("strap", trim, sweep(path, rectangle(0.042, strap), up=(1, 0, 0)), instance=i)
    if d.chance("bed_roll", 0.2):
        a.add("pocket", trim, rod((-0.45 * w, -0.06, 0), (0.45 * w, -0.06, 0), 0.1, sides=18), instance=5)
    if d.chance("flap", 0.3):
        a.add(
            "pocket",
            second,
            hull(
                [(x, h * 0.97, z) for x in (-0.25 * w, 0.25 * w) for z in (-0.1 * deep, 0.15 * deep)],
                [(x, 0.8, z) for x in (-0.42 * w, 0.42 * w) for z in (0.2 * deep, 0.53 * deep)],
                [(x, 0.68, z) for x in (-0.38 * w, 0.38 * w) for z in (0.45 * deep, 0.54 * deep)],
            ),
            instance=6,
        )


def _briefcase(a, d, family, cloth, trim):
    w, h, deep = 1.0, d.uniform("height", 0.58, 0.78), d.uniform("depth", 0.16, 0.34)
    soft = d.chance("soft", 0.4)
    a.add(
        "body",
        cloth,
        cushion((w, h, deep), (0, h / 2, 0), 0.06)
        if soft
        else box((w, h, deep), (0, h / 2, 0), d.uniform("bevel", 0.0, 0.04)),
    )
    if not soft:
        a.add("body", trim, box((1.012 * w, 1.015 * h, 0.035), (0, h / 2, 0), 0.004))
        a.add("body", trim, *[box((0.09, 0.06, 0.06), (s * 0.3, h, deep / 2 - 0.02), 0.01) for s in (-1, 1)])
    half, rise = d.uniform("handle_width", 0.12, 0.2), d.uniform("handle_height", 0.09, 0.16)
    for i, z in enumerate((-0.25 * deep, 0.25 * deep) if soft and d.chance("two_handles", 0.6) else (0.0,)):
        path = _arch(half, h - 0.04, h + rise, z, 3.5)
        a.add("handle", trim, tube(path, 0.025, 8), instance=i)
    if d.chance("flap", 0.35):
        a.add(
            "pocket",
            shade(cloth, 0.8),
            box((0.96 * w, 0.55 * h, 0.05), (0, 0.73 * h, deep / 2), 0.015),
            box((0.12, 0.14, 0.07), (0, 0.45 * h, deep / 2 + 0.01), 0.01),
        )
    elif d.chance("pocket", 0.4):
        a.add("pocket", shade(cloth, 0.8), cushion((0.7 * w, 0.5 * h, 0.12), (0, 0.4 * h, deep / 2), 0.03))
    if d.chance("strap", 0.3):
        a.add(
            "strap",
            trim,
            sweep(
                _arch(0.49 * w, 0.85 * h, h + d.uniform("strap_rise", 0.3, 0.7), 0, 2.2, 20),
                rectangle(0.05, 0.035),
                up=(0, 0, 1),
            ),
        )


def _messenger(a, d, family, cloth, trim):
    clutch = family == "clutch"
    w, h, deep = 1.0, d.uniform("height", 0.5, 0.75), d.uniform("depth", 0.18, 0.32) * (0.6 if clutch else 1)
    lean = d.uniform("lean", 0.9, 1.0)
    a.add(
        "body",
        cloth,
        loft(_rings([(lean * w, deep, 0.06, 0), (w, 0.95 * deep, 0.06, 0.5 * h), (0.98 * w, 0.55 * deep, 0.04, h)])),
    )
    low = d.uniform("flap", 0.2, 0.65) * h
    form = d.choice("flap_form", ("straight", "rounded", "pointed"))
    half = d.uniform("flap_width", 0.46, 0.5) * w
    edge = {
        "straight": [(-half, low), (half, low)],
        "rounded": [(-half, low + 0.15), (-0.7 * half, low), (0.7 * half, low), (half, low + 0.15)],
        "pointed": [(-half, low + 0.18), (0, low), (half, low + 0.18)],
    }[form]
    outline = np.array([*edge, (half, h + 0.015), (-half, h + 0.015)])
    t = 0.05
    a.add(
        "pocket",
        shade(cloth, 0.7),
        prism(outline, t, "z", (0, 0, 0.48 * deep)),
        box((2 * half, t, 0.6 * deep), (0, h, 0.22 * deep)),
    )
    buckles = d.choice("buckles", (0, 1, 2))
    for x in {0: (), 1: (0.0,), 2: (-0.25, 0.25)}[buckles]:
        a.add("pocket", trim, box((0.08, 0.3 * h, 0.05), (x, low + 0.12 * h, 0.5 * deep + 0.02), 0.01))
    if clutch:
        if d.chance("wrist", 0.6):
            q = around(24)
            s = d.choice("wrist_side", (-1, 1))
            r = d.uniform("wrist_size", 0.1, 0.2)
            a.add(
                "handle",
                trim,
                tube(
                    np.stack([s * (w / 2 + 0.85 * r) + r * np.cos(q), 0.7 * h + r * np.sin(q), 0 * q], axis=1),
                    0.021,
                    8,
                    closed=True,
                ),
            )
        return
    path = _arch(0.5 * w, 0.55 * h, h + d.uniform("strap_rise", 0.35, 1.0), 0, d.choice("strap_form", (2.0, 2.6)), 22)
    a.add("strap", trim, sweep(path, rectangle(d.uniform("strap_width", 0.06, 0.11), 0.04), up=(0, 0, 1)))
    if d.chance("grab", 0.4):
        a.add("handle", trim, tube(_arch(0.13, h - 0.03, h + 0.1, 0.05 * deep, 3, 12), 0.02, 8))


def _suitcase(a, d, family, cloth, trim):
    w, h, deep = d.uniform("width", 0.58, 0.75), 1.0, d.uniform("depth", 0.26, 0.42)
    hard = d.chance("hard", 0.6)
    body = cushion((w, h, deep), (0, h / 2, 0), d.uniform("corner", 0.04, 0.1))
    n = d.integer("ribs", 3, 7)
    if hard and d.chance("grooves", 0.7):
        for x in np.linspace(-0.36 * w, 0.36 * w, n):
            for s in (-1, 1):
                body -= box((0.3 * w / n, 0.76 * h, 0.05), (x, h / 2, s * deep / 2))
    elif hard:
        a.add(
            "body",
            trim,
            *[
                box((0.08, 0.08, 0.08), (sx * (w / 2 - 0.03), y, sz * (deep / 2 - 0.03)), 0.02)
                for sx in (-1, 1)
                for sz in (-1, 1)
                for y in (0.03, h - 0.03)
            ],
        )
    else:
        for k, (y, t) in enumerate(((0.33, 0.42), (0.75, 0.24))[: d.integer("pockets", 1, 2)]):
            a.add("pocket", shade(cloth, 0.8), cushion((0.8 * w, t * h, 0.12), (0, y * h, deep / 2), 0.035), instance=k)
    a.add("body", cloth, body)
    wheel = d.choice("wheels", ("four", "two", "none"), (4, 3, 1))
    r = 0.05
    spots = (
        [
            (s * (w / 2 - 0.09), z)
            for s in (-1, 1)
            for z in ((-deep / 2 + 0.07, deep / 2 - 0.07) if wheel == "four" else (-deep / 2 + 0.05,))
        ]
        if wheel != "none"
        else []
    )
    for i, (x, z) in enumerate(spots):
        a.add(
            "wheel",
            (0.02, 0.02, 0.02),
            rod((x - 0.025, -0.045, z), (x + 0.025, -0.045, z), r, sides=14),
            box((0.07, 0.06, 0.07), (x, 0.01, z)),
            instance=i,
        )
    if wheel == "two":
        a.add(
            "wheel",
            trim,
            *[box((0.05, 0.1, 0.05), (s * (w / 2 - 0.1), -0.045, deep / 2 - 0.06)) for s in (-1, 1)],
            instance=9,
        )
    if d.chance("pulled", 0.6) and wheel != "none":
        rise, half, z = d.uniform("pull", 0.2, 0.6), d.uniform("pull_width", 0.14, 0.22), -deep / 2 + 0.08
        a.add(
            "handle",
            trim,
            *[rod((s * half, h - 0.05, z), (s * half, h + rise, z), 0.018, sides=8) for s in (-1, 1)],
            box((2 * half + 0.08, 0.055, 0.055), (0, h + rise, z), 0.015),
        )
    a.add("handle", trim, tube(_arch(0.11, h - 0.03, h + 0.07, 0.05 * deep, 4, 12), 0.02, 8), instance=1)
    if d.chance("side_handle", 0.4):
        path = _arch(0.11, 0, 0.1, 0, 4, 12)
        a.add(
            "handle",
            trim,
            tube(np.stack([w / 2 - 0.03 + path[:, 1], 0.5 + path[:, 0], path[:, 2]], axis=1), 0.019, 8),
            instance=2,
        )


def _bucket(a, d, family, cloth, trim):
    r0, r1, h = d.uniform("bottom", 0.26, 0.42), d.uniform("rim", 0.34, 0.5), d.uniform("height", 0.5, 0.9)
    belly = d.uniform("belly", 0.0, 0.12)
    s = np.linspace(0, 1, 8)
    profile = r0 + (r1 - r0) * s + belly * np.sin(np.pi * s)
    sides = d.choice("sides", (8, 24, 24))
    outer = lathe(np.stack([profile, s * h], axis=1), sides=sides)
    wall = 0.045
    gathered = family == "bucket" and d.chance("gathered", 0.45)
    flat = d.uniform("flat", 0.6, 1.0)
    if gathered:
        neck = [(r1, h - 0.005), (0.3 * r1, h + 0.12), (0.45 * r1, h + 0.24)]
        outer += lathe(neck, sides=sides)
        a.add("handle", trim, lathe([(0.4 * r1, h + 0.09), (0.4 * r1, h + 0.15)], sides=20).scale((1, 1, flat)))
        top = h + 0.1
    else:
        outer -= lathe(np.stack([profile - wall, wall + s * (h - wall + 0.02)], axis=1), sides=sides)
        top = h
    outer = outer.scale((1, 1, flat))
    if family == "basket":
        rows = d.integer("weave", 3, 6)
        for y in np.linspace(0.1, 0.95, rows) * h:
            k = np.interp(y / h, s, profile)
            q = around(30)
            outer += tube(
                np.stack([k * np.cos(q), np.full(30, y), flat * k * np.sin(q)], axis=1), 0.028, 6, closed=True
            )
    a.add("body", cloth, outer)
    n = d.integer("handles", 1, 2)
    rise = d.uniform("handle_height", 0.25, 0.6)
    if n == 1:
        k = np.interp(min(top, h) * 0.9 / h, s, profile) - wall / 2
        path = _arch(k, 0.85 * h, top + rise, 0.0, d.choice("handle_form", (2.0, 3.0)), 18)
        a.add("handle", trim, sweep(path, rectangle(0.07, 0.04), up=(0, 0, 1)), instance=1)
    else:
        for i, sz in enumerate((-1, 1)):
            k = 0.45 * r1
            z = sz * flat * np.sqrt(max(np.interp(0.9, s, profile) ** 2 - k**2, 0.01)) * 0.97
            path = _arch(k, 0.86 * h, top + 0.8 * rise, z, 2.2, 14)
            a.add("handle", trim, tube(path, 0.022, 8), instance=1 + i)
    if d.chance("tassel", 0.2):
        p = np.array([0.0, 0.75 * h, flat * np.interp(0.75, s, profile)])
        a.add("pocket", trim, rod(p + (0, 0.03, -0.02), p + (0.0, -0.22, 0.03), 0.03, 0.05, 8))
