"""Planes: a fuselage, wings by planform and mount, a tail, and engines, gear and cockpit in keeping with the kind."""

from __future__ import annotations

import numpy as np

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import bar, box, ellipsoid, hull, mirror_x, rod, tube
from .streamlined import FOIL, PLATE, body, foil, nacelle, propeller, wheel

LABELS = ("body", "wing", "tail", "engine", "gear", "cockpit", "propeller", "store")

# Per kind: (half span, root chord, taper, sweep) ranges, all in fuselage lengths; sweep is the tip's setback.
PLANFORMS = {
    "straight": ((0.45, 0.68), (0.16, 0.24), (0.5, 1.0), (0.0, 0.06)),
    "swept": ((0.4, 0.55), (0.2, 0.3), (0.25, 0.45), (0.2, 0.36)),
    "delta": ((0.27, 0.4), (0.45, 0.62), (0.06, 0.2), (0.4, 0.52)),
    "forward": ((0.35, 0.48), (0.2, 0.28), (0.4, 0.6), (-0.2, -0.1)),
    "long": ((0.8, 1.0), (0.11, 0.15), (0.45, 0.7), (0.0, 0.05)),
}
KINDS = {  # planforms and tails that occur
    "airliner": (("swept",), ("low", "t", "cross")),
    "freighter": (("straight", "swept"), ("t", "low", "twin")),
    "light": (("straight",), ("low", "t", "v")),
    "biplane": (("straight",), ("low",)),
    "fighter": (("delta", "swept", "forward"), ("twin", "low", "none", "v")),
    "warbird": (("straight",), ("low", "twin")),
    "glider": (("long",), ("t", "v", "low")),
    "flying_wing": (("wing",), ("none", "fins")),
    "twin_boom": (("straight", "long"), ("booms",)),
}


def plane(d: Draw) -> Assembly:
    a = Assembly()
    kind = d.choice("kind", tuple(KINDS), (5, 3, 4, 3, 5, 3, 1.5, 1.5, 2.5))
    planforms, tails = KINDS[kind]
    planform = d.choice("planform", planforms)
    tail = d.choice("tail", tails)
    military = kind in ("fighter", "warbird", "flying_wing") or (kind == "freighter" and d.chance("military", 0.6))
    paint = color(d, "paint", "army", "metal", "black") if military else color(d, "paint", "white", "paint", "metal")
    accent = color(d, "accent", "paint", "white", "metal", "army") if d.chance("two_tone", 0.6) else paint
    glass = color(d, "glass", "glass")
    if kind == "flying_wing":
        _flying_wing(a, d, tail, paint, accent, glass)
        return a

    # Fuselage, of length 1 from z = 0.5 to -0.5
    w = 0.5 * d.uniform("width", *{"airliner": (0.1, 0.15), "freighter": (0.14, 0.2), "light": (0.13, 0.18), "biplane": (0.12, 0.16),
                                   "fighter": (0.1, 0.15), "warbird": (0.1, 0.15), "glider": (0.07, 0.1), "twin_boom": (0.12, 0.17)}[kind])
    h = w * d.uniform("height", 0.9, 1.25)
    power = d.choice("section", (2.0, 2.6, 4.0, 8.0), {"airliner": (1, 0, 0, 0), "glider": (1, 0, 0, 0)}.get(kind, (4, 3, 2, 1)))
    nose = d.uniform("nose", 0.1, 0.34)
    rear = d.uniform("rear", 0.25, 0.45)
    tailward = d.uniform("upsweep", 0.0, 0.9) * h
    if kind == "fighter":
        stations = [(0.5, 0.012, -0.012, 0.012), (0.5 - 0.5 * nose, 0.5 * w, -0.5 * h, 0.45 * h), (0.4 - nose, w, -0.8 * h, 0.9 * h),
                    (-0.1, 1.1 * w, -h, h), (-0.5 + 0.1, 0.9 * w, -0.8 * h, 0.8 * h), (-0.5, 0.6 * w, -0.5 * h, 0.55 * h)]
    elif kind == "glider":
        stations = [(0.5, 0.02, -0.03, 0.01), (0.4, 0.8 * w, -h, 0.7 * h), (0.2, w, -h, h), (0.0, 0.6 * w, -0.4 * h, 0.8 * h),
                    (-0.25, 0.022, 0.0, 0.045), (-0.5, 0.018, 0.0, 0.04)]
    elif kind == "twin_boom":
        rear = -0.12
        stations = [(0.5, 0.3 * w, -0.4 * h, 0.2 * h), (0.42, 0.8 * w, -0.9 * h, 0.7 * h), (0.25, w, -h, h), (0.0, w, -0.9 * h, h),
                    (rear, 0.4 * w, -0.4 * h, 0.5 * h)]
    elif kind in ("light", "biplane", "warbird"):
        blunt = d.uniform("blunt", 0.5, 0.95)
        stations = [(0.47, blunt * 0.8 * w, -blunt * 0.8 * h, blunt * 0.7 * h), (0.47 - 0.3 * nose, blunt * w, -blunt * h, 0.75 * h),
                    (0.12, w, -h, h), (-0.5 + rear, 0.75 * w, -0.7 * h + 0.4 * tailward, 0.8 * h),
                    (-0.5, 0.018, 0.1 * h + 0.3 * tailward, 0.1 * h + 0.3 * tailward + 0.05)]
    else:
        drop = d.uniform("droop", -0.5, -0.1) * h
        stations = [(0.5, 0.01, drop - 0.01, drop + 0.01), (0.5 - 0.2 * nose, 0.62 * w, 0.6 * drop - 0.55 * h, 0.45 * h),
                    (0.5 - 0.6 * nose, 0.95 * w, -0.95 * h, 0.95 * h), (0.5 - nose, w, -h, h), (-0.5 + rear, w, -h, h),
                    (-0.5 + 0.4 * rear, 0.65 * w, -0.45 * h + 0.4 * tailward, 0.9 * h), (-0.5, 0.025, 0.3 * tailward, 0.3 * tailward + 0.04)]
    a.add("body", paint, body(stations, 18, power))
    line = np.asarray(stations)
    top_at = lambda z: np.interp(-z, -line[:, 0], line[:, 3])
    wide_at = lambda z: np.interp(-z, -line[:, 0], line[:, 1])

    # Cockpit
    if kind in ("airliner", "freighter"):
        z = 0.5 - 0.42 * nose
        a.add("cockpit", glass, ellipsoid((1.5 * wide_at(z), 0.9 * h, 0.5 * nose), (0, 0.45 * h, z), 14))
    elif kind == "biplane" and d.chance("open_cockpits", 0.7):
        for z in (0.0, 0.13)[: d.integer("seats", 1, 2)]:
            a.add("cockpit", glass, box((1.3 * w, 0.06, 0.05), (0, top_at(z) + 0.015, z)))
    else:
        style = d.choice("canopy", ("bubble", "razor", "cabin"), {"light": (2, 1, 5), "biplane": (1, 1, 2), "twin_boom": (2, 0, 2)}.get(kind, (4, 2, 0)))
        z = {"fighter": 0.36 - nose * 0.6, "glider": 0.3, "twin_boom": 0.3}.get(kind, d.uniform("canopy_at", -0.02, 0.14))
        long, tall = d.uniform("canopy_long", 0.17, 0.3), d.uniform("canopy_tall", 0.045, 0.075)
        y = top_at(z)
        if style == "bubble":
            a.add("cockpit", glass, ellipsoid((1.25 * wide_at(z), 2 * tall, long), (0, y - 0.1 * tall, z), 16))
        elif style == "razor":
            a.add("cockpit", glass, body([(z + 0.6 * long, 0.2 * w, y - 0.04, y - 0.02), (z + 0.3 * long, 0.65 * w, y - 0.04, y + tall),
                                          (z - 0.2 * long, 0.55 * w, y - 0.04, y + 0.9 * tall), (z - 1.2 * long, 0.2 * w, y - 0.05, y)], 12, 3.0, 1))
        else:
            low, x = y - 0.03, 0.92 * wide_at(z)
            a.add("cockpit", glass, hull([(s * x, low, z + e * 0.62 * long) for s in (-1, 1) for e in (-1, 1)],
                                         [(s * 0.8 * x, y + tall, z + e * 0.32 * long) for s in (-1, 1) for e in (-1.2, 0.7)]))
            a.add("body", paint, box((1.7 * x, 0.022, 0.62 * long), (0, y + tall, z - 0.06 * long)))

    # Wings
    spans, chords, tapers, sweeps = PLANFORMS[planform]
    span, chord = d.uniform("half_span", *spans), d.uniform("chord", *chords)
    taper, sweep = d.uniform("taper", *tapers), d.uniform("sweep", *sweeps)
    if kind in ("fighter",) and planform == "swept":
        span *= 0.78
    dihedral = d.uniform("dihedral", -0.05, 0.14) * span
    mount = d.choice("mount", ("low", "mid", "high"), {"airliner": (5, 1, 0), "freighter": (0, 0, 1), "light": (3, 0, 4), "biplane": (1, 0, 0),
                                                       "fighter": (2, 3, 2), "warbird": (4, 2, 0), "glider": (0, 2, 3),
                                                       "twin_boom": (1, 2, 3)}[kind])
    y = {"low": -0.7 * h, "mid": 0.0, "high": 0.85 * h}[mount]
    if mount == "high" and kind in ("light",):
        y = top_at(0.05) + 0.03
    thick = d.uniform("wing_thickness", 0.032, 0.042) * (1.25 if kind == "glider" else 1.0)
    z = 0.5 * chord + d.uniform("wing_at", 0.0, 0.12) if planform not in ("delta", "swept") else d.uniform("wing_at", 0.08, 0.2)
    if planform == "forward":
        z = 0.02
    if planform == "long":
        z += 0.08
    edge = lambda s, y0: np.array([s * span, y0 + s * dihedral, z - s * sweep])
    size = lambda s: chord * (1 + s * (taper - 1))

    def pair(label, colour, solid):
        a.add(label, colour, solid, mirror_x(solid))

    kink = d.uniform("kink", 0.25, 0.45) if kind in ("airliner", "fighter") and d.chance("cranked", 0.5) else None
    tip = [] if not d.chance("round_tip", 0.35) else [(edge(1.04, y) - (0, 0, 0.3 * size(1)), 0.5 * size(1), 0.7 * thick)]
    middle = [] if kink is None else [(edge(kink, y), size(kink) * 0.85, thick)]
    root = (edge(0, y), chord * (1.25 if kink else 1.0), 1.1 * thick)
    wing = [root, *middle, (edge(1, y), size(1), 0.8 * thick), *tip]
    flat = d.chance("slab_wing", 0.25)
    winglets = kind in ("airliner", "glider", "light") and d.chance("winglets", 0.5)
    for i, side in enumerate((1, -1)):
        solid = foil(wing, section=PLATE if flat else FOIL)
        a.add("wing", accent, solid if side > 0 else mirror_x(solid), instance=i)
        if winglets:
            solid = foil([(edge(1, y), size(1), thick), (edge(1.03, y) + (0, 0.09, -0.06), 0.55 * size(1), 0.03)], (1, 0, 0))
            a.add("wing", accent, solid if side > 0 else mirror_x(solid), instance=i)
    if kind == "biplane":
        gap, stagger = d.uniform("gap", 0.16, 0.24), d.uniform("stagger", -0.03, 0.07)
        upper = y + h * 0.3 + gap
        ratio = d.uniform("upper_span", 0.9, 1.2)
        half = [(edge(0, upper) + (0, 0, stagger), chord, thick), (edge(ratio, upper) + (0, 0, stagger), size(1), thick)]
        planes = [upper] + ([upper + 0.8 * gap] if d.chance("triplane", 0.15) else [])
        for k, level in enumerate(planes):
            solid = foil([(np.asarray(e) + (0, level - upper, 0), c, t) for e, c, t in half])
            a.add("wing", accent, solid, mirror_x(solid), instance=2 + k)
        bays = d.integer("bays", 1, 2)
        for s in np.linspace(0.8, 0.45, bays) if bays > 1 else (0.7,):
            for back in (0.25, 0.7):
                low, high = edge(s, y) - (0, 0, back * chord), edge(s, planes[-1]) - (0, 0, back * chord - stagger)
                pair("wing", paint, rod(low, high, 0.014, sides=6))
        for s in (-1, 1):
            a.add("body", paint, rod((s * 0.6 * w, 0.5 * h, z - 0.4 * chord), (s * 0.9 * w, upper, z + stagger - 0.4 * chord), 0.014, sides=6))
    elif mount == "high" and kind == "light" and d.chance("braces", 0.6):
        low = np.array([0.9 * w, -0.7 * h, z - 0.45 * chord])
        pair("wing", paint, rod(low, edge(0.55, y) - (0, 0, 0.45 * size(0.55)), 0.015, sides=6))

    _tail(a, d, kind, tail, paint, accent, h, tailward, w, z, chord, y)
    if kind == "fighter" and d.chance("canards", 0.35):
        pair("wing", accent, foil([((0.5 * w, 0.3 * h, 0.27), 0.13, 0.034), ((w + 0.13, 0.35 * h, 0.19), 0.05, 0.03)]))

    floor = _engines(a, d, kind, tail, mount, paint, accent, edge, size, w, h, y, wing, thick)
    if kind == "airliner" or not d.chance("gear", {"light": 0.9, "biplane": 1.0, "freighter": 0.4, "twin_boom": 0.6}.get(kind, 0.3)):
        return a
    _gear(a, d, kind, paint, w, h, floor)
    return a


def _tail(a, d, kind, tail, paint, accent, h, tailward, w, z, chord, y):
    tall = d.uniform("fin_height", 0.13, 0.21) * (0.8 if kind in ("glider", "light") else 1.0)
    deep = d.uniform("fin_chord", 0.12, 0.2)
    lean = d.uniform("fin_lean", 0.02, 0.16)
    half = d.uniform("tail_span", 0.14, 0.24) * (0.85 if kind == "fighter" else 1.0)
    back = -0.5 + 0.85 * deep
    base = 0.2 * tailward + 0.2 * h
    thick = 0.034
    sweep = 0.4 * half if kind in ("airliner", "fighter") else d.uniform("tail_sweep", 0.0, 0.3) * half

    def fin(x, tilt=0.0, base=base, back=back, tall=tall):
        return foil([((x, base - 0.03, back + 0.02), deep, thick), ((x + tilt * tall, base + tall, back - lean), 0.55 * deep, 0.03)], (1, 0, 0))

    def planes(level, at, size=0.8 * deep, root=0.0):
        return [foil([((s * root, level, at), size, thick), ((s * half, level + 0.03 * half, at - sweep), 0.6 * size, 0.03)]) for s in (1, -1)]

    if tail == "booms":
        x = d.uniform("boom_at", 0.16, 0.24)
        r = d.uniform("boom", 0.02, 0.032)
        for i, s in enumerate((-1, 1)):
            a.add("body", paint, rod((s * x, y, z - 0.1 * chord), (s * x, y, -0.5), r, 0.8 * r, 10), instance=1 + i)
            a.add("tail", accent, fin(s * x, base=y, tall=0.8 * tall), instance=i)
        level = y + (0.75 * tall if d.chance("high_stabiliser", 0.5) else 0.0)
        a.add("tail", accent, bar((-x - 0.02, level, -0.44), (x + 0.02, level, -0.44), 0.1, 0.034), instance=2)
        return
    if tail == "v":
        tilt = d.uniform("fin_tilt", 0.6, 1.0)
        for i, s in enumerate((-1, 1)):
            a.add("tail", accent, fin(s * 0.01, s * tilt, tall=1.2 * tall), instance=i)
        return
    if tail == "twin":
        tilt = d.uniform("fin_tilt", -0.1, 0.35)
        x = 0.75 * w if kind == "fighter" else 0.95 * half
        for i, s in enumerate((-1, 1)):
            a.add("tail", accent, fin(s * x, s * tilt, base=(0.3 * h if kind == "fighter" else base - 0.3 * tall)), instance=i)
        a.add("tail", accent, *planes(base if kind != "fighter" else 0.0, back - 0.05), instance=2)
        return
    a.add("tail", accent, fin(0.0), instance=0)
    if d.chance("dorsal", 0.4):
        a.add("tail", accent, foil([((0, base - 0.02, back + 0.12), 0.2, thick), ((0, base + 0.45 * tall, back - 0.3 * lean), 0.06, thick)], (1, 0, 0)))
    if tail == "none":
        return
    level = {"low": 0.5 * base, "t": base + 0.97 * tall, "cross": base + 0.45 * tall}[tail]
    at = back - 0.02 if tail == "low" else back - lean * (1.0 if tail == "t" else 0.4) + 0.02
    a.add("tail", accent, *planes(level, at, root=0.0), instance=1)


def _engines(a, d, kind, tail, mount, paint, accent, edge, size, w, h, y, wing, thick):
    """Engines and propellers; returns the lowest height they reach."""
    metal, dark = color(d, "engine", "metal", "white"), color(d, "propeller", "black", "metal", "wood")
    blades = d.integer("blades", 2, 4)
    low = -h

    def prop(at, radius, instance, spinner=0.03):
        a.add("propeller", dark, propeller(at, radius, blades, spinner, 0.03, 0.4), instance=instance)

    if kind in ("light", "biplane", "warbird"):
        twin = kind != "biplane" and d.chance("twin_engine", 0.3)
        radius = d.uniform("propeller_radius", 0.12, 0.18)
        if not twin:
            prop((0, 0, 0.49), radius, 0)
            return -h
        for i, s in enumerate((-1, 1)):
            at = edge(0.36, y) * (s, 1, 1)
            r = 0.045
            a.add("engine", paint, body([(at[2] + 0.1, 0.7 * r, at[1] - 0.7 * r, at[1] + 0.7 * r), (at[2] + 0.03, r, at[1] - r, at[1] + r),
                                         (at[2] - 0.16, 0.4 * r, at[1] - 0.4 * r, at[1] + 0.5 * r)], 12, 2.5, 3).translate((at[0], 0, 0)), instance=i)
            prop(at + (0, 0, 0.115), min(radius, 0.14), i, 0.024)
        return y - 0.05
    if kind == "twin_boom":
        if d.chance("pusher", 0.6):
            prop((0, 0.05 * h, -0.13), 0.13, 0)
        else:
            for i, s in enumerate((-1, 1)):
                x = d.parameters["boom_at"]
                at = np.array([s * x, y, edge(0.3, y)[2]])
                a.add("engine", metal, nacelle(at, 0.24, 0.045, open_front=False), instance=i)
                prop(at + (0, 0, 0.13), 0.12, i, 0.025)
        return low
    if kind in ("airliner", "freighter"):
        r, long = d.uniform("engine_radius", 0.03, 0.05), d.uniform("engine_length", 0.13, 0.2)
        style = "tail" if tail in ("t", "cross") and kind == "airliner" else "wing"
        if style == "tail":
            for i, s in enumerate((-1, 1)):
                at = np.array([s * (0.9 * w + r), 0.35 * h, -0.24])
                a.add("engine", metal, nacelle(at, long, r), box((0.08, 0.03, 0.5 * long), at - (s * r, 0, 0)), instance=i)
            if d.chance("third_engine", 0.25):
                a.add("engine", metal, nacelle((0, h + 0.7 * r, -0.3), 1.2 * long, r), instance=2)
            return low
        count = d.choice("engines_per_side", (1, 2), (3, 2) if kind == "airliner" else (2, 3))
        turboprop = kind == "freighter" and d.chance("turboprop", 0.6)
        k = 0
        for s in (0.34, 0.62)[:count]:
            for side in (-1, 1):
                at = edge(s, y) * (side, 1, 1)
                if turboprop:
                    spot = at + (0, -0.3 * r, 0.0)
                    a.add("engine", metal, nacelle(spot, 0.24, 0.85 * r, open_front=False), instance=k)
                    prop(spot + (0, 0, 0.125), 0.1, k, 0.02)
                else:
                    spot = at + (0, -1.25 * r - 0.012, 0.05)
                    a.add("engine", metal, nacelle(spot, long, r), instance=k)
                    a.add("engine", paint, box((0.03, 1.2 * r, 0.7 * long), spot + (0, 0.9 * r, -0.08)), instance=k)
                k += 1
        return low
    if kind == "fighter":
        count = d.integer("jets", 1, 2)
        r = 0.75 * h if count == 1 else 0.6 * h
        for i, x in enumerate((0.0,) if count == 1 else (-0.55 * w, 0.55 * w)):
            a.add("engine", shade(metal, 0.4), rod((x, 0, -0.4), (x, 0, -0.54), r, 0.8 * r, 14) - rod((x, 0, -0.5), (x, 0, -0.56), 0.62 * r, 0.7 * r, 14), instance=i)
        style = d.choice("intake", ("side", "chin", "none", "shoulder"), (4, 2, 1, 2))
        if style in ("side", "shoulder"):
            y0, y1 = (-0.7 * h, 0.4 * h) if style == "side" else (-0.1 * h, 0.9 * h)
            for s in (-1, 1):
                block = hull([(s * x, v, 0.16) for x in (0.7 * w, 1.5 * w) for v in (y0, y1)], [(s * x, v, -0.35) for x in (0.4 * w, w) for v in (y0, y1)])
                a.add("body", paint, block - box((0.5 * w, 0.6 * (y1 - y0), 0.1), (s * 1.2 * w, (y0 + y1) / 2, 0.16)))
        elif style == "chin":
            a.add("body", paint, hull([(x, v, 0.18) for x in (-0.7 * w, 0.7 * w) for v in (-1.5 * h, -0.4 * h)],
                                      [(x, v, -0.25) for x in (-0.6 * w, 0.6 * w) for v in (-h, -0.4 * h)])
                  - box((w, 0.5 * h, 0.1), (0, -1.1 * h, 0.18)))
        if d.chance("stores", 0.5):
            for j, s in enumerate((0.45, 0.75, 1.0)[: d.integer("stores_per_side", 1, 3)]):
                for side in (-1, 1):
                    at = edge(s, y) * (side, 1, 1) - (0, 0.035 if s < 1 else 0, 0.3 * size(s))
                    a.add("store", accent, rod(at - (0, 0, 0.12), at + (0, 0, 0.08), 0.017, sides=8), rod(at + (0, 0, 0.08), at + (0, 0, 0.12), 0.017, 0.004, 8),
                          instance=2 * j + (side > 0))
                    if s < 1:
                        a.add("wing", paint, box((0.02, 0.04, 0.08), at + (0, 0.018, 0)))
    return low


def _gear(a, d, kind, paint, w, h, floor):
    strut, rubber = color(d, "strut", "metal", "white"), color(d, "tyre", "rubber")
    style = "wheels"
    if kind in ("light", "biplane"):
        style = d.choice("gear_kind", ("wheels", "spats", "floats"), (4, 2, 2))
    drop = d.uniform("gear_height", 0.07, 0.12)
    y, r = -h - drop, 0.036
    track = w + d.uniform("track", 0.03, 0.09)
    if style == "floats":
        for i, s in enumerate((-1, 1)):
            x = s * (track + 0.02)
            a.add("gear", paint, body([(0.48, 0.008, y + 0.0, y + 0.03), (0.36, 0.038, y - 0.045, y + 0.03), (0.0, 0.04, y - 0.05, y + 0.03),
                                       (-0.28, 0.02, y - 0.01, y + 0.03)], 12, 2.6, 3).translate((x, 0, 0)), instance=i)
            for z in (0.22, -0.02):
                a.add("gear", strut, rod((x, y, z), (s * 0.7 * w, -0.6 * h, z), 0.015, sides=6), instance=i)
        return
    taildragger = kind in ("biplane", "warbird") or (kind == "light" and d.chance("taildragger", 0.4))
    z = 0.22 if taildragger else -0.06
    for i, s in enumerate((-1, 1)):
        x = s * track
        a.add("gear", strut, tube([(s * 0.6 * w, -0.5 * h, z), (x, y, z)], 0.016, 6), instance=i)
        if style == "spats":
            a.add("gear", paint, ellipsoid((0.05, 0.075, 0.15), (x, y, z - 0.01), 12), instance=i)
        a.add("gear", rubber, wheel((x, y, z), r, 0.034, 14), instance=i)
    if taildragger:
        a.add("gear", strut, rod((0, 0.02, -0.42), (0, -0.06, -0.46), 0.015, sides=6), instance=2)
        a.add("gear", rubber, wheel((0, -0.06, -0.46), 0.024, 0.03, 10), instance=2)
    else:
        a.add("gear", strut, rod((0, -0.5 * h, 0.36), (0, y, 0.36), 0.016, sides=6), instance=2)
        a.add("gear", rubber, wheel((0, y, 0.36), 0.9 * r, 0.032, 14), instance=2)


def _flying_wing(a, d, tail, paint, accent, glass):
    span, sweep = d.uniform("half_span", 0.5, 0.85), d.uniform("sweep", 0.3, 0.5)
    root, tip = d.uniform("chord", 0.4, 0.65), d.uniform("tip", 0.08, 0.2)
    kink = d.uniform("kink", 0.25, 0.45)
    edge = lambda s: np.array([s * span, 0.03 * s, 0.3 - s * sweep])
    thick = d.uniform("wing_thickness", 0.05, 0.08)
    waist = (0.5 if d.chance("cranked", 0.6) else 0.8) * root
    for i, flip in enumerate((False, True)):
        solid = foil([(edge(0), root, 1.4 * thick), (edge(kink), waist, thick), (edge(1), tip, 0.034)])
        a.add("wing", accent, mirror_x(solid) if flip else solid, instance=i)
    w, tall = d.uniform("hump", 0.06, 0.12), d.uniform("hump_height", 0.05, 0.09)
    a.add("body", paint, body([(0.32, 0.2 * w, -0.02, 0.01), (0.2, 0.8 * w, -0.4 * tall, 0.8 * tall), (0.05, w, -0.6 * tall, tall),
                               (0.28 - root, 0.4 * w, -0.02, 0.03)], 16, 2.2))
    a.add("cockpit", glass, ellipsoid((1.0 * w, 0.6 * tall, 0.13), (0, 0.75 * tall, 0.18), 12))
    pods = d.chance("engine_pods", 0.6)
    for i, s in enumerate((-1, 1)):
        x = s * (w + 0.05)
        if pods:
            a.add("engine", shade(paint, 0.7), nacelle((x, 0.035, 0.3 - root * 0.5), 0.3, 0.045), instance=i)
        if tail == "fins":
            at = edge(0.97) * (s, 1, 1)
            a.add("tail", accent, foil([(at + (0, -0.01, 0.0), 1.1 * tip, 0.034), (at + (0, 0.13, -0.09), 0.6 * tip, 0.03)], (1, 0, 0)), instance=i)
