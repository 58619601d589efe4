"""Rifles, knives and bags. Rifles and knives point to +z, their edge or trigger down."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import (
    around,
    bar,
    box,
    cushion,
    ellipse,
    fillet,
    hull,
    lathe,
    loft,
    prism,
    rectangle,
    rod,
    smooth,
    span,
    sweep,
    tube,
)

RIFLE_LABELS = ("body", "barrel", "stock", "grip", "magazine", "scope", "bipod")
KNIFE_LABELS = ("blade", "handle", "guard")
BAG_LABELS = ("body", "handle", "strap", "pocket", "wheel")


# Rifles ----------------------------------------------------------------------------------------


def rifle(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("assault", "hunting", "sniper", "shotgun", "submachine", "bullpup", "lever", "musket"),
        (5, 4, 3, 2.5, 2.5, 2, 1.5, 1.5),
    )
    steel = color(d, "steel", "black", "metal")
    wood = (
        color(d, "furniture", "wood")
        if family in ("hunting", "lever", "musket") or d.chance("wooden", 0.3)
        else color(d, "furniture", "black", "army", "stone")
    )
    w = d.uniform("width", 0.034, 0.046)  # of the receiver; the whole is about one long
    tall = d.uniform("receiver_height", 0.05, 0.08)
    receiver = {"assault": (0.2, 0.28), "submachine": (0.3, 0.4), "bullpup": (0.42, 0.52)}.get(family, (0.16, 0.24))
    long = d.uniform("receiver_length", *receiver)
    barrel = {
        "assault": (0.3, 0.4),
        "submachine": (0.12, 0.22),
        "bullpup": (0.2, 0.32),
        "sniper": (0.42, 0.55),
        "musket": (0.5, 0.62),
    }.get(family, (0.36, 0.48))
    reach = d.uniform("barrel_length", *barrel)
    butt = d.uniform("stock_length", 0.24, 0.34)
    r = 0.5 * d.uniform("barrel_thickness", 0.028, 0.036)
    axis = 0.15 * tall  # height of the bore over the receiver's middle
    sporting = family in ("hunting", "lever", "musket", "shotgun") or (family == "sniper" and d.chance("sporting", 0.5))
    block = lambda z0, z1, y0, y1, k=1.0, bevel=0.2: span((-k * w / 2, y0, z0), (k * w / 2, y1, z1), bevel * w)

    # Receiver, from z = 0 forwards to `long`
    slim = 0.75 if sporting else 1.0
    body = block(0, long, -tall / 2 * slim, tall / 2 * slim)
    if not sporting and d.chance("rail", 0.6):
        body += block(0.02, long, tall / 2 - 0.005, tall / 2 + 0.014, 0.7, 0.0)
        for z in np.arange(0.05, long - 0.01, 0.035):
            body -= span((-w, tall / 2 + 0.003, z), (w, tall, z + 0.014))
    if d.chance("port", 0.6):
        body -= span((w * 0.3, -0.15 * tall, 0.45 * long), (w, 0.25 * tall, 0.7 * long))
    a.add("body", steel, body)
    if sporting or d.chance("bolt", 0.3):
        p = np.array([w / 2, axis, 0.12 * long + 0.02])
        a.add(
            "body",
            steel,
            rod(p - (0.3 * w, 0, 0), p + (0.05, -0.03, 0), 0.012, sides=8),
            rod(p + (0.045, -0.027, 0), p + (0.062, -0.037, 0), 0.017, sides=8),
        )

    # Barrel
    muzzle = long + reach
    a.add("barrel", steel, rod((0, axis, long - 0.03), (0, axis, muzzle), r, 0.9 * r, 14))
    device = d.choice(
        "muzzle", ("none", "brake", "suppressor", "flare"), (3, 3, 1.5, 1) if not sporting else (5, 1, 0.5, 0.5)
    )
    if device == "brake":
        tip = rod((0, axis, muzzle - 0.06), (0, axis, muzzle + 0.01), 1.5 * r, sides=12)
        for z in (muzzle - 0.045, muzzle - 0.02):
            tip -= span((-0.1, axis - 0.5 * r, z), (0.1, axis + 0.5 * r, z + 0.012))
        a.add("barrel", steel, tip)
    elif device == "suppressor":
        a.add(
            "barrel",
            shade(steel, 0.7),
            rod((0, axis, muzzle - 0.04), (0, axis, muzzle + d.uniform("suppressor", 0.08, 0.16)), 1.8 * r, sides=16),
        )
    elif device == "flare":
        a.add("barrel", steel, rod((0, axis, muzzle - 0.05), (0, axis, muzzle + 0.01), r, 2 * r, 14))
    if family == "shotgun" or (family == "lever"):
        double = family == "shotgun" and d.chance("side_by_side", 0.3)
        if double:
            a.add(
                "barrel",
                steel,
                rod((-1.6 * r, axis, long - 0.03), (-1.6 * r, axis, muzzle), r, sides=14),
                bar((-1.6 * r, axis, long), (0, axis, long), r, r, (0, 1, 0)),
                box((1.6 * r, r, 0.05), (-0.8 * r, axis, muzzle - 0.05)),
            )
        else:
            low = axis - 2.3 * r
            a.add(
                "barrel",
                steel,
                rod((0, low, long - 0.03), (0, low, long + d.uniform("tube", 0.6, 0.95) * reach), 0.95 * r, sides=12),
                box((r, 2.4 * r, 0.03), (0, axis - 1.2 * r, long + 0.55 * reach)),
            )

    # Fore-end
    fore = d.uniform("fore", 0.35, 0.75) * reach
    if family == "musket":
        fore = 0.85 * reach
    kind = "wood" if sporting else d.choice("handguard", ("tube", "box", "ribbed", "none"))
    if kind == "wood":
        outline = np.array(
            [
                (long - 0.03, axis),
                (long - 0.03, -0.5 * tall),
                (long + 0.75 * fore, -0.32 * tall - 0.01),
                (long + fore, axis - 1.2 * r),
                (long + fore, axis),
            ]
        )
        if family == "shotgun" and "tube" in d.parameters:
            z = long + 0.35 * reach
            outline = np.array(
                [
                    (z - 0.1, axis - 0.5 * r),
                    (z - 0.1, axis - 3.7 * r),
                    (z + 0.1, axis - 3.7 * r),
                    (z + 0.1, axis - 0.5 * r),
                ]
            )
        a.add("body", wood, prism(outline, 0.95 * w, "x"))
    elif kind == "tube":
        a.add(
            "body",
            wood,
            rod((0, axis, long - 0.01), (0, axis, long + fore), 2.1 * r, sides=d.choice("guard_sides", (6, 8, 16))),
        )
    elif kind in ("box", "ribbed"):
        guard = block(long - 0.01, long + fore, axis - 2.2 * r, axis + 1.6 * r, 1.1)
        if kind == "ribbed":
            for z in np.arange(long + 0.02, long + fore - 0.02, 0.045):
                guard -= span((-w, axis - r, z), (-0.38 * w, axis + 0.6 * r, z + 0.022)) + span(
                    (0.38 * w, axis - r, z), (w, axis + 0.6 * r, z + 0.022)
                )
        a.add("body", wood, guard)
    if kind in ("tube", "box", "ribbed") and d.chance("fore_grip", 0.25):
        z = long + 0.55 * fore
        a.add(
            "grip",
            wood,
            hull(
                [(x, axis - r, z + k) for x in (-0.4 * w, 0.4 * w) for k in (-0.02, 0.02)],
                [(x, axis - 0.12, z + k + 0.015) for x in (-0.4 * w, 0.4 * w) for k in (-0.02, 0.02)],
            ),
            instance=1,
        )

    _stock(a, d, family, sporting, w, tall * slim, butt, wood, steel, axis)

    # Pistol grip, trigger and guard
    at = 0.06 if family != "bullpup" else 0.62 * long
    if not sporting:
        lean, deep = d.uniform("grip_lean", 0.01, 0.06), d.uniform("grip_length", 0.1, 0.14)
        a.add(
            "grip",
            wood,
            hull(
                [(x, -0.4 * tall, at + k) for x in (-0.42 * w, 0.42 * w) for k in (-0.03, 0.03)],
                [(x, -0.5 * tall - deep, at - lean + k) for x in (-0.42 * w, 0.42 * w) for k in (-0.027, 0.025)],
            ),
        )
    z0 = at + (0.025 if not sporting else -0.03)
    low = -tall * slim / 2
    guard = fillet(
        [(0, low + 0.01, z0), (0, low - 0.04, z0 + 0.005), (0, low - 0.04, z0 + 0.07), (0, low + 0.01, z0 + 0.085)],
        0.02,
        3,
    )
    if family == "lever":
        guard = fillet(
            [
                (0, low + 0.01, z0 + 0.05),
                (0, low - 0.04, z0 + 0.03),
                (0, low - 0.06, z0 - 0.1),
                (0, low - 0.02, z0 - 0.11),
                (0, low + 0.0, z0 + 0.0),
            ],
            0.02,
            3,
        )
    a.add("body", steel, sweep(guard, rectangle(0.4 * w, 0.014), up=(1, 0, 0)).scale((1.3, 1, 1)))
    a.add("body", steel, bar((0, low + 0.01, z0 + 0.045), (0, low - 0.028, z0 + 0.035), 0.014, 0.012, (0, 0, 1)))

    # Magazine
    kinds = ("none",) if family in ("musket", "lever", "shotgun") else ("curved", "straight", "drum", "short", "none")
    kind = d.choice(
        "magazine", kinds, (1,) if len(kinds) == 1 else ((4, 3, 1, 1, 0.3) if not sporting else (0.3, 0.5, 0, 3, 3))
    )
    z = {"bullpup": 0.2, "submachine": 0.55}.get(family, 0.72) * long
    deep = d.uniform("magazine_length", 0.1, 0.2) if kind != "short" else 0.045
    m = d.uniform("magazine_width", 0.05, 0.075)
    if kind == "curved":
        bend = d.uniform("curve", 0.02, 0.08)
        s = np.linspace(0, 1, 6)
        path = np.stack([0 * s, low + 0.02 - s * (deep + 0.02), z + bend * s**2], axis=1)
        a.add("magazine", shade(steel, 0.8), sweep(path, rectangle(m, 0.8 * w), up=(1, 0, 0)))
    elif kind in ("straight", "short"):
        tilt = d.uniform("magazine_tilt", -0.1, 0.25) * deep
        a.add(
            "magazine", shade(steel, 0.8), bar((0, low + 0.02, z), (0, low - deep, z + tilt), 0.8 * w, m, (0, 0.01, 1))
        )
    elif kind == "drum":
        q = 0.06
        a.add(
            "magazine",
            shade(steel, 0.8),
            box((0.8 * w, 0.06, 0.05), (0, low - 0.01, z)),
            rod((-0.7 * w, low - 0.08, z), (0.7 * w, low - 0.08, z), q, sides=20),
        )

    # Sights or scope
    top = tall / 2 * slim + (0.012 if d.parameters.get("rail") else 0)
    chance = {"sniper": 0.95, "hunting": 0.65, "musket": 0.05, "lever": 0.2}.get(family, 0.45)
    if d.chance("scope", chance):
        size = d.uniform("scope_length", 0.14, 0.28)
        q = 0.5 * d.uniform("scope_width", 0.03, 0.042)
        lift = top + d.uniform("scope_lift", 0.03, 0.05)
        zc = d.uniform("scope_at", 0.3, 0.6) * long
        if d.chance("short_sight", 0.25) and family not in ("sniper",):
            ring = lathe([(1.6 * q, -0.03), (1.6 * q, 0.03)], sides=16) - lathe([(1.0 * q, -1), (1.0 * q, 1)], sides=16)
            a.add(
                "scope",
                (0.02, 0.02, 0.02),
                ring.rotate((90, 0, 0)).translate((0, lift + 0.3 * q, zc)),
                box((0.7 * w, lift - top, 0.06), (0, (lift + top) / 2 - 0.01, zc), 0.002),
            )
        else:
            profile = [
                (1.35 * q, -0.5 * size),
                (1.3 * q, -0.32 * size),
                (0.85 * q, -0.24 * size),
                (0.85 * q, 0.15 * size),
                (1.5 * q, 0.28 * size),
                (1.6 * q, 0.5 * size),
            ]
            a.add("scope", (0.02, 0.02, 0.02), lathe(profile, sides=16).rotate((90, 0, 0)).translate((0, lift, zc)))
            a.add(
                "scope",
                (0.02, 0.02, 0.02),
                *[
                    box((0.55 * w, lift - top + 0.03, 0.024), (0, (lift + top) / 2 - 0.01, zc + k * size))
                    for k in (-0.15, 0.08)
                ],
                rod((-1.4 * q, lift, zc - 0.03 * size), (1.4 * q, lift, zc - 0.03 * size), 0.7 * q, sides=10),
            )
    elif family == "assault" and d.chance("carry_handle", 0.35):
        path = fillet(
            [
                (0, top - 0.02, 0.03),
                (0, top + 0.045, 0.06),
                (0, top + 0.045, long - 0.06),
                (0, top - 0.02, long - 0.02),
            ],
            0.02,
        )
        a.add("scope", steel, sweep(path, rectangle(0.026, 0.024), up=(1, 0, 0)))
    if d.chance("front_sight", 0.55):
        z = muzzle - d.uniform("sight_back", 0.03, 0.12)
        a.add(
            "barrel",
            steel,
            hull(
                [(x, axis, z + k) for x in (-0.008, 0.008) for k in (-0.03, 0.015)],
                [(x, axis + 0.05, z + k) for x in (-0.008, 0.008) for k in (-0.008, 0.006)],
            ),
        )
    if family in ("sniper", "assault", "bullpup") and d.chance("bipod", {"sniper": 0.6}.get(family, 0.15)):
        z = long + 0.65 * fore
        fold = d.uniform("bipod_lean", -0.03, 0.06)
        base = axis - r
        a.add(
            "bipod",
            steel,
            box((0.03, 0.03, 0.03), (0, base, z)),
            *[
                rod((0, base, z), (s * 0.09, base - d.parameters.get("bipod_drop", 0.2), z + fold), 0.0145, sides=8)
                for s in (-1, 1)
            ],
        )
    return a


def _stock(a, d, family, sporting, w, tall, butt, wood, steel, axis):
    """The shoulder stock, from z = 0 backwards."""
    drop = d.uniform("stock_drop", 0.0, 0.06)
    heel = d.uniform("heel", 0.1, 0.15)
    top = 0.4 * tall
    z = -butt
    if family == "bullpup":
        a.add(
            "stock",
            wood,
            hull(
                [(x, y, 0.05) for x in (-w / 2, w / 2) for y in (-0.6 * tall, 0.6 * tall)],
                [(x, y, -0.07) for x in (-w / 2, w / 2) for y in (-0.6 * tall - 0.05, 0.6 * tall)],
            ),
        )
        return
    if sporting:
        # A stock whose wrist is the grip.
        wrist = 0.6 * tall
        outline = smooth(
            [
                (0.04, 0.45 * tall),
                (-0.05, 0.3 * tall),
                (-0.1, 0.25 * tall - 0.3 * drop),
                (-0.55 * butt, top - drop),
                (z, top - drop - 0.01),
            ],
            4,
        )
        low = smooth(
            [
                (z, top - drop - heel),
                (-0.6 * butt, -0.5 * tall - 0.5 * drop - 0.03),
                (-0.16, -0.55 * wrist - 0.045),
                (-0.08, -0.5 * wrist - d.uniform("swell", 0.0, 0.03)),
                (0.04, -0.5 * tall),
            ],
            4,
        )
        stock = prism(np.concatenate([outline, low]), 0.92 * w, "x")
        roof, floor = 0.25 * tall - 0.45 * drop, -0.55 * wrist - 0.04
        hole, room = (roof + floor) / 2, roof - floor
        if d.chance("thumb_hole", 0.2):
            stock -= prism(
                np.stack([-0.14 + 0.035 * np.cos(around(12)), hole + 0.3 * room * np.sin(around(12))], axis=1),
                1,
                "x",
            )
        if d.chance("cheek", 0.3):
            stock += span((-0.42 * w, top - drop - 0.03, z + 0.05), (0.42 * w, top - drop + 0.025, -0.45 * butt), 0.008)
        a.add("stock", wood, stock)
    else:
        kind = d.choice(
            "stock", ("solid", "skeleton", "wire", "tube", "none"), (4, 3, 1.5, 3, 1 if family == "submachine" else 0)
        )
        if kind == "none":
            a.add("stock", steel, span((-w / 2, -0.45 * tall, -0.02), (w / 2, 0.45 * tall, 0.01)))
            return
        outline = np.array(
            [
                (0.01, top),
                (z, top - drop),
                (z, top - drop - heel),
                (z + 0.06, top - drop - heel + 0.01),
                (0.01, -0.4 * tall),
            ]
        )
        if kind in ("solid", "skeleton"):
            stock = prism(outline, 0.85 * w, "x")
            if kind == "skeleton":
                centre = np.array([-0.62 * butt, outline[:, 1].mean() - 0.006])
                stock -= prism(centre + 0.56 * (outline - outline.mean(axis=0)), 1, "x")
            a.add("stock", wood, stock)
        elif kind == "wire":
            path = fillet(
                [
                    (0, 0.3 * tall, 0.02),
                    (0, 0.3 * tall - 0.3 * drop, z),
                    (0, 0.3 * tall - drop - heel, z),
                    (0, -0.35 * tall - 0.01, 0.02),
                ],
                0.03,
            )
            a.add(
                "stock",
                steel,
                tube(path, 0.0145, 8),
                span((-0.4 * w, 0.25 * tall - drop - heel, z - 0.012), (0.4 * w, 0.3 * tall, z + 0.014)),
            )
        else:
            a.add("stock", steel, rod((0, 0.1 * tall, 0.02), (0, 0.1 * tall, z + 0.05), 0.018))
            a.add(
                "stock",
                wood,
                hull(
                    [
                        (x, y, zz)
                        for x in (-0.45 * w, 0.45 * w)
                        for y, zz in (
                            (0.1 * tall + 0.03, z + 0.14),
                            (0.1 * tall - 0.025, z + 0.14),
                            (0.1 * tall + 0.03, z),
                            (0.1 * tall - heel + 0.02, z),
                        )
                    ]
                ),
            )
    if d.chance("pad", 0.5) and family != "bullpup":
        a.add(
            "stock",
            (0.02, 0.02, 0.02),
            span((-0.46 * w, top - drop - heel - 0.004, z - 0.014), (0.46 * w, top - drop + 0.002, z + 0.008)),
        )


# Knives ----------------------------------------------------------------------------------------


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
    thick = d.uniform("thickness", 0.028, 0.038)
    edge = 0.35 * thick
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


# Bags ------------------------------------------------------------------------------------------


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
        ring = lambda k, z: np.column_stack([(outline - c) * k + c, np.full(len(outline), z)])
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
