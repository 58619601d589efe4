"""Planes: a lofted fuselage, wings, tail and engines; the nose is at +z."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import GLASS, color
from .solids import (
    around,
    bar,
    box,
    ellipse,
    ellipsoid,
    lathe,
    loft,
    rod,
)

LABELS = ("body", "wing", "tail", "engine", "gear", "window")


def plane(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("airliner", "jet", "fighter", "propeller", "biplane", "glider", "turboprop", "delta", "bomber"),
        (5, 2, 4, 4, 2, 1.5, 2, 2, 1),
    )
    tone = color(d, "paint", "white", "paint", "metal", "army")
    second = color(d, "second", "paint", "metal", "black") if d.chance("two_tone", 0.5) else tone
    dark = (0.03, 0.03, 0.035)
    r = {
        "airliner": (0.045, 0.065),
        "jet": (0.04, 0.055),
        "fighter": (0.032, 0.05),
        "propeller": (0.05, 0.075),
        "biplane": (0.055, 0.08),
        "glider": (0.03, 0.045),
        "turboprop": (0.045, 0.06),
        "delta": (0.03, 0.05),
        "bomber": (0.045, 0.06),
    }[family]
    span_ = {
        "airliner": (0.42, 0.56),
        "jet": (0.38, 0.5),
        "fighter": (0.28, 0.4),
        "propeller": (0.5, 0.68),
        "biplane": (0.48, 0.62),
        "glider": (0.6, 0.8),
        "turboprop": (0.5, 0.62),
        "delta": (0.26, 0.36),
        "bomber": (0.55, 0.75),
    }[family]
    half = d.uniform("half_span", *span_)
    unit = max(1.0, 1.9 * half)  # roughly the longest side: what is thin is measured against it
    r = unit * d.uniform("radius", *r)

    # Fuselage: rings along z, nose at +0.5
    tail_up = d.uniform("tail_up", 0.2, 0.8) * r
    sharp = family in ("fighter", "delta", "glider")
    stations = np.array([0.0, 0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.78, 0.9, 0.97, 1.0])
    nose = d.uniform("nose", 0.35, 0.6) if not sharp else d.uniform("nose", 0.8, 1.2)
    fat = np.clip((stations / 0.22) ** nose, 0, 1)
    fat[0] = 0.12
    aft = d.uniform("aft", 0.25, 0.45) if family not in ("fighter", "delta") else d.uniform("aft", 0.6, 0.9)
    start = {"airliner": 0.65, "glider": 0.4, "propeller": 0.42, "biplane": 0.4}.get(family, 0.6)
    fade = np.clip((stations - start) / (1 - start), 0, 1)
    fat = fat * (1 - (1 - aft) * fade)
    squash = d.uniform("squash", 0.85, 1.25)
    square = 2.0 if family in ("airliner", "jet", "glider") else d.uniform("square", 2.0, 3.4)
    section = ellipse(2 * r, 2 * r * squash, 20, square)
    body = loft(
        [
            np.column_stack([section[:, 0] * f, section[:, 1] * f + tail_up * g, np.full(20, 0.5 - s)])
            for s, f, g in zip(stations, fat, fade, strict=True)
        ]
    )
    a.add("body", tone, body)

    def at(s):
        return 0.5 - s

    def height(s):
        return tail_up * np.clip((s - start) / (1 - start), 0, 1)

    def radius(s):
        return r * np.interp(s, stations, fat)

    # Wings
    chord = {
        "airliner": (0.17, 0.24),
        "jet": (0.15, 0.2),
        "fighter": (0.24, 0.36),
        "propeller": (0.15, 0.21),
        "biplane": (0.15, 0.2),
        "glider": (0.09, 0.12),
        "turboprop": (0.13, 0.17),
        "delta": (0.5, 0.65),
        "bomber": (0.16, 0.22),
    }[family]
    chord = d.uniform("chord", *chord)
    sweep_ = {
        "airliner": (0.2, 0.36),
        "jet": (0.12, 0.25),
        "fighter": (0.14, 0.34),
        "delta": (0.42, 0.55),
        "bomber": (0.05, 0.3),
    }.get(family, (-0.02, 0.05))
    back = d.uniform("sweep", *sweep_)
    taper = d.uniform("taper", 0.25, 0.5) if family not in ("propeller", "biplane") else d.uniform("taper", 0.6, 1.0)
    if family == "delta":
        taper = d.uniform("tip", 0.06, 0.15)
    level = d.choice(
        "wing_level",
        ("low", "mid", "high"),
        {
            "airliner": (6, 1, 1),
            "propeller": (3, 0, 4),
            "glider": (1, 3, 1),
            "turboprop": (2, 0, 4),
            "biplane": (1, 0, 0),
        }.get(family, (2, 3, 1)),
    )
    y = {"low": -0.65, "mid": 0.0, "high": 0.8}[level] * r * squash
    rise = d.uniform("dihedral", -0.02, 0.1) * half + (0.02 if level == "low" else 0)
    root = d.uniform("wing_at", 0.3, 0.42) if family not in ("fighter", "delta") else d.uniform("wing_at", 0.3, 0.45)
    if family == "delta":
        root = d.uniform("wing_at", 0.25, 0.38)
    thick, thin = unit * (max(0.04, 0.15 * chord) if family != "delta" else 0.042), 0.032 * unit
    kink = family == "airliner" or (family in ("fighter", "delta") and d.chance("kink", 0.4))

    def wing(s, y):
        return _wing((0, y, at(root)), (s * half, y + rise, at(root + back)), chord, taper * chord, thick, thin, kink)

    winglets = family in ("airliner", "jet", "glider") and d.chance("winglets", 0.45)
    struts = family == "propeller" and level == "high" and d.chance("struts", 0.7)
    for i, s in enumerate((-1, 1)):
        a.add("wing", second if d.parameters["two_tone"] else tone, wing(s, y), instance=i)
        if family == "biplane":
            top = y + d.uniform("gap", 2.1, 2.9) * r * squash if i == 0 else y + d.parameters["gap"] * r * squash
            a.add("wing", second, wing(s, top), instance=i + 2)
            for x in (0.35, 0.8):
                for zz in (0.25, 0.75):
                    z = at(root + back * x + zz * chord * (1 - x * (1 - taper)))
                    a.add(
                        "wing",
                        dark,
                        rod((s * x * half, y + x * rise, z), (s * x * half, top + x * rise, z), 0.017, sides=6),
                        instance=i,
                    )
            a.add(
                "wing",
                dark,
                rod(
                    (s * 0.4 * r, 0, at(root + 0.5 * chord)),
                    (s * 1.2 * r, top, at(root + 0.5 * chord)),
                    0.017,
                    sides=6,
                ),
                instance=i,
            )
        if winglets:
            tip = np.array([s * half, y + rise, at(root + back)])
            c = taper * chord
            a.add(
                "wing",
                second,
                _wing(tip - (s * 0.01, 0, 0), tip + (s * 0.02, 0.07, -0.05), c, 0.5 * c, 0.034, 0.03),
                instance=i,
            )
        if struts:
            a.add(
                "wing",
                dark,
                rod(
                    (s * 0.5 * r, -0.6 * r * squash, at(root + 0.4 * chord)),
                    (s * 0.5 * half, y + 0.5 * rise, at(root + 0.4 * chord + 0.5 * back)),
                    0.014,
                    sides=8,
                ),
                instance=i,
            )

    _tail(a, d, family, tone, second, at, height, radius, half, chord, r, back, unit)
    _engines(a, d, family, tone, second, dark, at, height, radius, root, back, half, chord, taper, y, rise, r, squash)

    # Cockpit
    canopy = family in ("fighter", "propeller", "glider", "delta", "biplane", "jet", "bomber")
    if canopy:
        s = d.uniform("canopy_at", 0.17, 0.3)
        size = (1.5 * r, 1.6 * r * squash, d.uniform("canopy_length", 0.12, 0.2))
        a.add("window", GLASS, ellipsoid(size, (0, 0.75 * radius(s) * squash, at(s + 0.05)), 14))
    else:
        s = 0.075
        a.add("window", GLASS, box((1.4 * radius(s), 0.3 * r, 0.05), (0, 0.55 * radius(s) * squash, at(s) + 0.0), 0.0))
    # Gear
    if d.chance("gear", {"propeller": 0.85, "biplane": 0.9, "glider": 0.3}.get(family, 0.4)):
        drop = d.uniform("gear_drop", 0.05, 0.1)
        low = -r * squash
        wheel = d.uniform("gear_wheel", 0.02, 0.032)
        three = [(-1, root + 0.55 * chord), (1, root + 0.55 * chord)]
        tail_wheel = family in ("biplane", "glider") or (family == "propeller" and d.chance("tail_wheel", 0.5))
        for s, z in three:
            p, q = np.array([s * 0.5 * r, 0.5 * low, at(z)]), np.array([s * (r + 0.05), low - drop, at(z)])
            a.add("gear", dark, rod(p, q, 0.014, sides=8), rod(q - (0.016, 0, 0), q + (0.016, 0, 0), wheel, sides=14))
        z = 0.12 if not tail_wheel else 0.93
        p = np.array([0, height(z) - 0.4 * radius(z), at(z)])
        q = np.array([0, low - drop if not tail_wheel else p[1] - 0.05, at(z)])
        a.add("gear", dark, rod(p, q, 0.013, sides=8), rod(q - (0.014, 0, 0), q + (0.014, 0, 0), 0.8 * wheel, sides=12))
    if family in ("fighter", "delta") and d.chance("stores", 0.45):
        for s in (-1, 1):
            for f in (0.35, 0.65)[: d.integer("store_count", 1, 2) if s < 0 else d.parameters["store_count"]]:
                x, z = s * f * half, at(root + back * f + 0.5 * chord * (1 - f))
                a.add(
                    "engine",
                    dark,
                    rod((x, y + f * rise - 0.045, z + 0.09), (x, y + f * rise - 0.045, z - 0.09), 0.018, sides=10),
                    box((0.016, 0.05, 0.08), (x, y + f * rise - 0.02, z)),
                    instance=3,
                )
    return a


def _wing(root, tip, root_chord, tip_chord, root_thick, tip_thick, kink=False) -> Manifold:
    """A wing of lens section from root to tip leading edge; its chord runs to -z. `kink` widens the inner third."""
    root, tip = np.asarray(root, float), np.asarray(tip, float)
    across = tip - root
    lift = np.array([0, 1.0, 0]) if abs(across[0]) > abs(across[1]) else np.array([1.0, 0, 0])
    section = np.array(
        [(0, 0), (0.08, 0.35), (0.3, 0.5), (0.65, 0.36), (1, 0.1), (1, -0.1), (0.65, -0.3), (0.3, -0.42), (0.08, -0.3)]
    )
    rings = []
    for f in (0.0, 0.35, 1.0) if kink else (0.0, 1.0):
        c = root_chord + f * (tip_chord - root_chord)
        if f == 0.35:
            c *= 0.82
        t = root_thick + f * (tip_thick - root_thick)
        p = root + f * across
        rings.append(p + section[:, :1] * np.array([0, 0, -c]) + section[:, 1:] * t * lift)
    return loft(rings)


def _tail(a, d, family, tone, second, at, height, radius, half, chord, r, back, unit):
    kind = d.choice(
        "tail",
        ("classic", "t", "twin", "v", "cruciform"),
        {
            "fighter": (3, 0, 4, 1, 0),
            "delta": (5, 0, 2, 0, 0),
            "jet": (1, 5, 0, 1, 1),
            "airliner": (6, 2, 0, 0, 0),
            "glider": (1, 5, 0, 2, 0),
            "propeller": (5, 1.5, 0.5, 1, 1),
            "bomber": (2, 0, 3, 1, 0),
        }.get(family, (5, 2, 1, 0, 1)),
    )
    fin = d.uniform("fin", 0.11, 0.18)
    c = d.uniform("fin_chord", 0.11, 0.17)
    lean = (
        d.uniform("fin_sweep", 0.0, 0.12)
        if family in ("propeller", "biplane", "glider")
        else d.uniform("fin_sweep", 0.08, 0.18)
    )
    s = 1.0 - c - 0.01
    y = height(s)
    stab = d.uniform("stabilizer", 0.14, 0.22)
    sc = 0.75 * c
    t, thin = 0.038 * unit, 0.033 * unit
    sweep_ = 0.5 * lean + 0.02

    def plate(s_, y_, z_, rise=0.0):
        return _wing((0, y_, z_), (s_ * stab, y_ + rise, z_ - sweep_), sc, 0.6 * sc, t, thin)

    if kind in ("classic", "t", "cruciform"):
        a.add("tail", second, _wing((0, y, at(s)), (0, y + fin, at(s) - lean), c, 0.6 * c, t, thin))
        f = {"classic": 0.0, "t": 0.93, "cruciform": 0.45}[kind]
        if not (family == "delta" and kind == "classic"):
            for sx in (-1, 1):
                a.add("tail", tone, plate(sx, y + f * fin, at(s + 0.05 * (f == 0)) - f * lean, 0.02), instance=0)
    elif kind == "twin":
        x = radius(s) + 0.02 if family in ("fighter", "delta") else 0.85 * stab
        for sx in (-1, 1):
            cant = d.uniform(f"cant_{sx}", 0.0, 0.05) if sx < 0 else d.parameters["cant_-1"]
            a.add(
                "tail",
                second,
                _wing(
                    (sx * x, y - 0.02, at(s)),
                    (sx * (x + cant), y + 0.9 * fin, at(s) - lean),
                    0.9 * c,
                    0.55 * c,
                    t,
                    thin,
                ),
            )
            a.add("tail", tone, plate(sx, y, at(s) - 0.02))
            if family in ("fighter", "delta"):
                a.add("body", tone, box((0.06, 0.045, 0.25), (sx * x * 0.8, y * 0.3 - 0.005, at(s) - 0.02), 0.01))
    else:
        for sx in (-1, 1):
            a.add(
                "tail",
                second,
                _wing((0, y, at(s)), (sx * 0.75 * stab, y + 0.8 * fin, at(s) - lean), c, 0.6 * c, t, thin),
            )
    if family in ("fighter", "jet") and d.chance("canards", 0.2):
        for sx in (-1, 1):
            a.add(
                "wing",
                tone,
                _wing((0, 0.2 * r, at(0.25)), (sx * 0.14, 0.2 * r + 0.01, at(0.31)), 0.09, 0.05, 0.036, 0.032),
                instance=int(sx > 0),
            )


def _engines(a, d, family, tone, second, dark, at, height, radius, root, back, half, chord, taper, y, rise, r, squash):
    def nacelle(x, yy, z, size, length, instance, open_front=True):
        s = np.array([(0.8, 0.0), (1.0, -0.12), (0.95, -0.5), (0.55, -1.0)])
        body = lathe(np.stack([s[:, 0] * size, s[:, 1] * length], axis=1), sides=18)
        if open_front:
            body -= lathe([(0.3 * size, -0.2 * length), (0.62 * size, -0.14 * length), (0.72 * size, 0.1)], sides=18)
        # The lathe's axis y becomes z.
        a.add("engine", second, body.rotate((90, 0, 0)).translate((x, yy, z)), instance=instance)
        a.add(
            "engine",
            dark,
            lathe([(0.25 * size, -0.3 * length), (0.02 * size, -0.02 * length)], sides=10)
            .rotate((90, 0, 0))
            .translate((x, yy, z)),
            instance=instance,
        )

    def propeller(x, yy, z, size, instance):
        n = d.parameters.get("blades") or d.integer("blades", 2, 4)
        a.add(
            "engine",
            second,
            lathe([(0.03, -0.03), (0.028, 0.0), (0.01, 0.045)], sides=12).rotate((90, 0, 0)).translate((x, yy, z)),
            instance=instance,
        )
        for q in around(n, d.parameters.get("phase") or d.uniform("phase", 0.1, 1.5)):
            tip = np.array([np.cos(q), np.sin(q), 0]) * size
            a.add(
                "engine", dark, bar((x, yy, z), np.array([x, yy, z]) + tip, 0.02, 0.036, (0, 0, 1)), instance=instance
            )

    def wing_at(f):
        return (f * half, y + f * rise, at(root + back * f))

    if family == "airliner":
        n = d.choice("engines", (2, 2, 4, 3))
        size = d.uniform("engine_size", 0.028, 0.042)
        spots = {2: (0.34,), 3: (0.34,), 4: (0.3, 0.58)}[n]
        tail_mounted = n == 2 and d.chance("tail_engines", 0.25)
        if tail_mounted:
            for i, s in enumerate((-1, 1)):
                nacelle(s * (radius(0.75) + 1.1 * size), height(0.75) + 0.2 * r, at(0.7), size, 0.17, i)
                a.add(
                    "engine",
                    tone,
                    box(
                        (radius(0.75) + size, 0.032, 0.09),
                        (s * 0.6 * (radius(0.75) + size), height(0.75) + 0.2 * r, at(0.78)),
                    ),
                    instance=i,
                )
        else:
            i = 0
            for s in (-1, 1):
                for f in spots:
                    x, yy, z = wing_at(f)
                    nacelle(s * x, yy - 1.15 * size, z + 0.07, size, 0.15, i)
                    a.add(
                        "engine", tone, box((0.032, 1.1 * size, 0.09), (s * x, yy - 0.4 * size, z - 0.03)), instance=i
                    )
                    i += 1
            if n == 3:
                nacelle(0, height(0.85) + 0.07, at(0.82), size, 0.17, i)
                a.add("engine", tone, box((0.03, 0.09, 0.12), (0, height(0.87) + 0.03, at(0.9))), instance=i)
    elif family == "jet":
        size = d.uniform("engine_size", 0.028, 0.038)
        for i, s in enumerate((-1, 1)):
            nacelle(s * (radius(0.7) + 1.1 * size), height(0.72) + 0.3 * r, at(0.66), size, 0.18, i)
            a.add(
                "engine",
                tone,
                box(
                    (radius(0.7) + size, 0.032, 0.08),
                    (s * 0.6 * (radius(0.7) + size), height(0.72) + 0.25 * r, at(0.75)),
                ),
                instance=i,
            )
    elif family in ("fighter", "delta"):
        n = d.choice("engines", (1, 2))
        size = 0.8 * r if n == 1 else 0.6 * r
        for i, x in enumerate((0.0,) if n == 1 else (-0.75 * r, 0.75 * r)):
            nozzle = lathe([(size, -0.12), (size, 0.0), (0.75 * size, 0.06)], sides=16) - lathe(
                [(0.7 * size, 0.02), (0.6 * size, 0.1)], sides=16
            )
            a.add("engine", dark, nozzle.rotate((-90, 0, 0)).translate((x, height(1.0), at(0.96))), instance=i)
        if d.chance("intakes", 0.7):
            for s in (-1, 1):
                a.add(
                    "body",
                    second,
                    box((0.8 * r, 1.1 * r, 0.3), (s * 1.15 * r, -0.1 * r, at(0.5)), 0.2 * r)
                    - box((0.5 * r, 0.7 * r, 0.06), (s * 1.2 * r, -0.1 * r, at(0.35))),
                )
    elif family in ("propeller", "biplane"):
        if d.chance("pusher", 0.1) and family == "propeller":
            a.add(
                "engine",
                tone,
                lathe([(0.02, -0.1), (0.04, -0.05), (0.035, 0.06), (0.02, 0.1)], sides=14)
                .rotate((90, 0, 0))
                .translate((0, 1.6 * r + 0.03, at(root + 0.12))),
                box((0.03, 1.2 * r, 0.08), (0, 1.1 * r, at(root + 0.12))),
            )
            propeller(0, 1.6 * r + 0.03, at(root + 0.0), 0.13, 0)
        elif d.chance("twin", 0.25) and family == "propeller":
            for i, s in enumerate((-1, 1)):
                x, yy, z = wing_at(0.33)
                nacelle(s * x, yy, z + 0.07, 0.03, 0.2, i, open_front=False)
                propeller(s * x, yy, z + 0.075, 0.1, i)
        else:
            propeller(0, 0, 0.5, d.uniform("propeller", 0.11, 0.17), 0)
    elif family in ("turboprop", "bomber"):
        n = d.choice("engines", (2, 4)) if family == "turboprop" else 4
        i = 0
        for s in (-1, 1):
            for f in (0.32,) if n == 2 else (0.28, 0.58):
                x, yy, z = wing_at(f)
                nacelle(s * x, yy, z + 0.08, 0.03, 0.2, i, open_front=False)
                propeller(s * x, yy, z + 0.085, 0.085, i)
                i += 1
