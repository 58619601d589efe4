"""Rifles: receiver, barrel, stock, magazine and sights; the muzzle points to +z."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import (
    around,
    bar,
    box,
    fillet,
    hull,
    lathe,
    prism,
    rectangle,
    rod,
    smooth,
    span,
    sweep,
    tube,
)

LABELS = ("body", "barrel", "stock", "grip", "magazine", "scope", "bipod")


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
    w = d.uniform("width", 0.046, 0.06)  # of the receiver; the whole is about one long
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
    r = 0.5 * d.uniform("barrel_thickness", 0.042, 0.05)
    axis = 0.15 * tall  # height of the bore over the receiver's middle
    sporting = family in ("hunting", "lever", "musket", "shotgun") or (family == "sniper" and d.chance("sporting", 0.5))

    def block(z0, z1, y0, y1, k=1.0, bevel=0.2):
        return span((-k * w / 2, y0, z0), (k * w / 2, y1, z1), bevel * w)

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
            rod((0, axis, muzzle - 0.04), (0, axis, muzzle + d.uniform("suppressor", 0.08, 0.16)), 1.5 * r, sides=16),
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
                (-0.75 * butt, -0.5 * tall - 0.6 * drop - 0.035),
                (-0.16, -0.55 * wrist - 0.045 - 0.5 * drop),
                (-0.08, -0.5 * wrist - d.uniform("swell", 0.0, 0.03)),
                (0.04, -0.5 * tall),
            ],
            4,
        )
        stock = prism(np.concatenate([outline, low]), 0.92 * w, "x")
        roof, floor = 0.3 * tall - 0.8 * drop, -0.55 * wrist - 0.04 - 0.3 * drop
        hole, room = (roof + floor) / 2, roof - floor
        if d.chance("thumb_hole", 0.2):
            stock -= prism(
                np.stack([-0.12 + 0.025 * np.cos(around(12)), hole + 0.2 * room * np.sin(around(12))], axis=1),
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
