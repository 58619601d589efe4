"""Knives: a bevelled blade of one of many outlines, a handle and perhaps a guard; the tip points to +z."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import color
from .solids import (
    around,
    box,
    ellipse,
    fillet,
    lathe,
    loft,
    prism,
    rectangle,
    rod,
    smooth,
    sweep,
    tube,
)

LABELS = ("blade", "handle", "guard")


def _blade(
    outline: np.ndarray, thick: float, edge: float, spine_y: float, edge_y: float, double: bool = False
) -> Manifold:
    """A flat blade in the (z, y) plane that thins from its spine to its edge (or from its middle to both)."""
    # Enough vertices along the height for the taper to follow its curve.
    solid = prism(outline, thick, "x").refine_to_length(0.05 if double else 0.25 * abs(spine_y - edge_y) + 0.02)

    def thin(p):
        p = np.asarray(p).copy()
        t = np.abs(p[:, 1]) / max(abs(spine_y), abs(edge_y)) if double else (spine_y - p[:, 1]) / (spine_y - edge_y)
        p[:, 0] *= 1 - (1 - edge / thick) * np.clip(t, 0, 1) ** 1.5
        return p

    return solid.warp_batch(thin)


def knife(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        (
            "chef",
            "cleaver",
            "dagger",
            "hunting",
            "table",
            "folding",
            "machete",
            "bread",
            "kukri",
            "karambit",
            "butterfly",
            "cutter",
        ),
        (4, 2, 2.5, 3, 2, 3, 1.5, 1.5, 1.5, 1.5, 1.5, 1),
    )
    steel = color(d, "steel", "metal")
    grip = color(d, "grip", "wood", "black", "plastic", "leather")
    trim = color(d, "trim", "brass", "metal", "black")
    long = d.uniform("blade_length", 0.42, 0.68)
    deep = long * {
        "chef": d.uniform("depth", 0.17, 0.3),
        "cleaver": d.uniform("depth", 0.36, 0.6),
        "dagger": d.uniform("depth", 0.12, 0.2),
        "table": d.uniform("depth", 0.12, 0.18),
        "bread": d.uniform("depth", 0.12, 0.18),
        "karambit": d.uniform("depth", 0.2, 0.28),
        "cutter": d.uniform("depth", 0.13, 0.18),
    }.get(family, d.uniform("depth", 0.16, 0.28))
    thick = d.uniform("thickness", 0.036, 0.048)
    edge = 0.55 * thick
    hold = 1 - long if family not in ("machete",) else 0.3
    tall = d.uniform("handle_height", 0.075, 0.11)
    top = 0.5 * tall * d.uniform("spine_level", 0.3, 0.9)
    double = family == "dagger"

    # Blade outline in (z, y), from the heel at z = 0 to the tip
    belly = d.uniform("belly", 0.2, 0.6)
    point = d.choice("point", ("drop", "clip", "straight", "sheep", "tanto"))
    heel = top - deep
    if family == "cleaver":
        outline = [
            (-0.02, top),
            (long * 0.97, top),
            (long, top - 0.06),
            (long * d.uniform("nose", 0.92, 1.0), heel),
            (0.0, heel + 0.02 * deep),
        ]
    elif family == "dagger":
        half = deep / 2
        waist = d.uniform("leaf", 0.6, 1.1)
        s = np.array([0, 0.3, 0.65, 0.9, 1.0])
        y = half * np.array([waist, 0.5 + 0.5 * waist, 0.95, 0.45, 0.02])
        outline = np.concatenate([np.stack([long * s, y], 1), np.stack([long * s, -y], 1)[::-1]])
        outline = np.concatenate([[(-0.02, half * waist)], outline, [(-0.02, -half * waist)]])
    elif family == "table":
        outline = np.concatenate(
            [
                [(-0.02, top), (0.5 * long, top)],
                smooth(
                    [
                        (0.8 * long, top - 0.0 * deep),
                        (0.97 * long, top - 0.2 * deep),
                        (long, top - 0.6 * deep),
                        (0.93 * long, heel),
                    ],
                    4,
                ),
                [(0.5 * long, heel + 0.1 * deep), (0.08 * long, heel + 0.25 * deep), (-0.02, heel + 0.3 * deep)],
            ]
        )
    elif family == "bread":
        teeth = np.linspace(0.96 * long, 0.04 * long, 2 * d.integer("teeth", 9, 14) + 1)
        lows = heel + 0.3 * deep * (np.arange(len(teeth)) % 2)
        outline = np.concatenate(
            [
                [(-0.02, top), (0.85 * long, top), (long, heel + 0.6 * deep)],
                np.stack([teeth, lows], 1),
                [(-0.02, heel + 0.2 * deep)],
            ]
        )
    elif family in ("kukri", "karambit"):
        bend = d.uniform("bend", 0.15, 0.4) * long * (1 if family == "kukri" else 1.6)
        s = np.linspace(0, 1, 12)
        centre = -bend * s**2
        half = (
            0.5 * deep * (0.6 + 0.6 * np.sin(np.pi * np.clip(s * 1.15, 0, 1)) if family == "kukri" else 1 - 0.7 * s**2)
        )
        half = half * np.clip((1 - s) * 5, 0.05, 1)
        outline = np.concatenate(
            [
                np.stack([long * s, centre + half], 1),
                np.stack([long * s, centre - half], 1)[::-1],
                [(-0.02, -half[0]), (-0.02, half[0])],
            ]
        )
        top, heel = half.max(), (centre - half).min()
    elif family == "machete":
        outline = [
            (-0.02, top),
            (0.75 * long, top + 0.1 * deep),
            (0.95 * long, top - 0.1 * deep),
            (long, top - 0.45 * deep),
            (0.9 * long, heel),
            (0.7 * long, heel - 0.08 * deep),
            (0.0, top - 0.65 * deep),
        ]
    elif family == "cutter":
        outline = [(-0.02, top), (long - deep, top), (long, heel), (-0.02, heel)]
    else:
        tip = {
            "drop": [(0.6 * long, top), (0.85 * long, top - 0.12 * deep), (long, top - 0.45 * deep)],
            "clip": [(0.55 * long, top), (0.78 * long, top - 0.35 * deep), (long, top - 0.28 * deep)],
            "straight": [(0.6 * long, top), (long, top - 0.05 * deep)],
            "sheep": [(0.8 * long, top), (0.95 * long, top - 0.3 * deep), (long, top - 0.85 * deep)],
            "tanto": [(0.7 * long, top), (0.99 * long, top - 0.1 * deep), (0.86 * long, heel)],
        }[point]
        under = (
            [(0.88 * long, top - (0.5 + 0.4 * belly) * deep), (0.7 * long, heel + 0.05 * deep)]
            if point not in ("sheep", "tanto")
            else []
        )
        outline = np.array(
            [
                (-0.02, top),
                *tip,
                *under,
                (0.35 * long, heel),
                (0.03 * long, heel + d.uniform("choil", 0, 0.12) * deep),
                (-0.02, top - min(0.7 * deep, 0.9 * tall)),
            ]
        )
    outline = np.asarray(outline, float)
    blade = _blade(outline, thick, edge, top if not double else deep / 2, outline[:, 1].min(), double)
    if d.chance("blade_hole", 0.25) and family in ("cleaver", "folding", "hunting", "karambit", "machete"):
        r = 0.13 * deep
        z, y = (0.85 * long, top - 0.25 * deep) if family == "cleaver" else (0.15 * long, top - 0.45 * deep)
        blade -= rod((-1, y, z), (1, y, z), r, sides=14)
    if d.chance("saw_back", 0.2) and family in ("hunting", "machete", "dagger") and not double:
        for z in np.linspace(0.12, 0.45, 6) * long:
            blade -= prism(
                np.array([(z, top + 0.2), (z, top - 0.0), (z + 0.02, top - 0.03), (z + 0.035, top + 0.2)]), 1, "x"
            )
    fold = 0.0
    if family == "folding":
        fold = d.uniform("fold", 0, 110) if d.chance("half_open", 0.5) else 0.0
        blade = blade.rotate((-fold, 0, 0))
    if family == "butterfly":
        _butterfly_handles(a, d, hold, tall, thick, grip, trim)
    elif family == "karambit":
        _ring_handle(a, d, hold, tall, thick, grip, trim)
    else:
        _handle(a, d, family, hold, tall, thick, grip, trim)
    a.add("blade", steel, blade)

    # Guard
    chance = {"dagger": 0.95, "hunting": 0.6, "folding": 0.25, "machete": 0.3, "kukri": 0.3}.get(
        family, 0.15 if family not in ("cleaver", "table", "butterfly", "karambit", "cutter") else 0
    )
    if d.chance("guard", chance):
        kind = d.choice("guard_kind", ("cross", "curved", "disc", "lower", "knuckle"))
        g = d.uniform("guard_size", 0.09, 0.17)
        t = 0.034
        if kind == "cross":
            a.add("guard", trim, box((1.5 * thick, 2 * g, t), (0, 0, -0.005), 0.008))
        elif kind == "curved":
            a.add(
                "guard",
                trim,
                tube(smooth([(0, g, 0.04), (0, 0.5 * g, 0.0), (0, -0.5 * g, 0.0), (0, -g, 0.04)], 5), 0.021, 8),
            )
        elif kind == "disc":
            a.add("guard", trim, rod((0, 0, -0.02), (0, 0, 0.014), 0.6 * g, sides=20))
        elif kind == "lower":
            a.add("guard", trim, box((1.4 * thick, g + tall / 2, t), (0, -g / 2, 0), 0.006))
        else:
            path = fillet(
                [
                    (0, 0.45 * tall, 0.0),
                    (0, -tall / 2 - 0.06, 0.0),
                    (0, -tall / 2 - 0.06, -hold * 0.9),
                    (0, 0, -hold + 0.03),
                ],
                0.05,
            )
            a.add("guard", trim, tube(path, 0.017, 8), rod((0, 0.4 * tall, 0), (0, 0.5 * tall + 0.03, 0), 0.018))
    return a


def _handle(a, d, family, hold, tall, thick, grip, trim):
    wide = d.uniform("handle_width", 0.045, 0.07)
    kind = d.choice(
        "handle",
        ("shaped", "round", "scales", "tapered", "ribbed"),
        (3, 1.5, 3, 1.5, 1.5) if family not in ("cutter",) else (0, 0, 1, 0, 1),
    )
    z0 = 0.01
    curve = d.uniform("handle_curve", -0.03, 0.04)
    s = np.linspace(0, 1, 9)
    bumps = d.uniform("bumps", 0.0, 0.14)
    half = (
        tall
        / 2
        * (
            1
            + bumps * np.cos(2 * np.pi * s * d.choice("waves", (1, 1.5, 2.5)))
            + d.uniform("pommel", -0.15, 0.3) * s**4
        )
    )
    mid = -curve * np.sin(np.pi * s)
    if kind in ("shaped", "tapered"):
        section = ellipse(1, 1, 14, d.uniform("roundness", 2.0, 4.0))
        k = np.linspace(0.75, 1.2, 9) if kind == "tapered" else np.ones(9)
        rings = [
            np.column_stack(
                [section[:, 0] * wide * (0.9 + 0.2 * k_), section[:, 1] * 2 * h * k_ + m, np.full(14, z0 - q * hold)]
            )
            for q, h, m, k_ in zip(s, half, mid, k, strict=True)
        ]
        a.add("handle", grip, loft(rings))
    elif kind in ("round", "ribbed"):
        r = 0.45 * tall
        n = 19
        q = np.linspace(0, 1, n)
        profile = r * (1 - 0.2 * np.sin(np.pi * q)) * (1 + (0.12 * (np.arange(n) % 2) if kind == "ribbed" else 0))
        body = lathe(np.stack([profile, q * hold], axis=1), sides=16).rotate((-90, 0, 0)).scale((0.75, 1, 1))
        a.add("handle", grip, body.translate((0, 0, z0)))
    else:
        outline = np.concatenate(
            [np.stack([z0 - s * hold, mid + half], 1), np.stack([z0 - s * hold, mid - half], 1)[::-1]]
        )
        a.add("blade", trim, prism(0.985 * outline, thick, "x"))
        for i, x in enumerate((-1, 1)):
            a.add(
                "handle",
                grip,
                prism(outline * (1, 0.94), wide / 2, "x", (x * (0.45 * thick + wide / 4), 0, 0)),
                instance=i,
            )
        for q in np.linspace(0.2, 0.8, d.integer("rivets", 2, 3)):
            x = 0.45 * thick + wide / 2 + 0.006
            a.add(
                "handle",
                trim,
                rod(
                    (-x, np.interp(q, s, mid), z0 - q * hold), (x, np.interp(q, s, mid), z0 - q * hold), 0.017, sides=10
                ),
            )
    if d.chance("bolster", 0.4) and family not in ("cutter", "folding"):
        a.add("guard", trim, box((wide * 1.02, tall * 1.05, 0.035), (0, 0, 0.0), 0.008))
    if d.chance("pommel_ring", 0.15):
        q = around(16)
        r = 0.045
        a.add(
            "handle",
            trim,
            tube(
                np.stack([np.zeros(16), mid[-1] + r * np.cos(q), z0 - hold - 0.6 * r + r * np.sin(q)], axis=1),
                0.016,
                8,
                closed=True,
            ),
        )
    elif d.chance("pommel_knob", 0.2):
        a.add("handle", trim, rod((0, mid[-1], z0 - hold + 0.02), (0, mid[-1], z0 - hold - 0.02), 0.5 * tall, sides=14))


def _butterfly_handles(a, d, hold, tall, thick, grip, trim):
    """Two halves that turn about pivots at the blade's heel."""
    spread = d.uniform("spread", 4, 40)
    for i, s in enumerate((-1, 1)):
        h = 0.42 * tall
        half = box((1.7 * thick, h, hold), (0, 0, -hold / 2), 0.008)
        for z in np.linspace(0.25, 0.75, d.integer("cutouts", 1, 4) if i == 0 else d.parameters["cutouts"]):
            half -= rod((-1, 0, -z * hold), (1, 0, -z * hold), 0.28 * h, sides=10)
        a.add("handle", grip, half.rotate((s * spread / 2, 0, 0)).translate((0, s * 0.27 * tall, 0.015)), instance=i)
        a.add(
            "handle",
            trim,
            rod((-1.1 * thick, s * 0.27 * tall, 0.0), (1.1 * thick, s * 0.27 * tall, 0.0), 0.016, sides=10),
            instance=i,
        )
    a.add("blade", trim, box((0.9 * thick, 0.9 * tall, 0.05), (0, 0, 0.0)))


def _ring_handle(a, d, hold, tall, thick, grip, trim):
    s = np.linspace(0, 1, 9)
    curve = d.uniform("handle_curve", 0.02, 0.1)
    path = np.stack([0 * s, -curve * s**2, 0.01 - s * hold * 0.75], axis=1)
    a.add("handle", grip, sweep(path, rectangle(0.85 * tall, 0.055, 0.015), up=(1, 0, 0)))
    r = d.uniform("ring", 0.055, 0.075)
    q = around(24)
    c = path[-1] - (0, 0.01, 0.85 * r)
    a.add(
        "handle",
        trim,
        sweep(
            np.stack([np.zeros(24), c[1] + r * np.cos(q), c[2] + r * np.sin(q)], axis=1),
            ellipse(0.036, 0.036, 8),
            closed=True,
        ),
    )
