"""Cars, planes and boats; all point to +z."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import (
    around,
    bar,
    box,
    ellipse,
    ellipsoid,
    fillet,
    hull,
    lathe,
    loft,
    prism,
    rectangle,
    rod,
    span,
    sweep,
    tube,
)

CAR_LABELS = ("body", "window", "wheel", "light", "fitting")
PLANE_LABELS = ("body", "wing", "tail", "engine", "gear", "window")
BOAT_LABELS = ("hull", "cabin", "mast", "sail", "engine", "fitting", "cargo")

RUBBER = (0.012, 0.012, 0.013)
GLASS = (0.02, 0.03, 0.045)


# Cars ------------------------------------------------------------------------------------------

# Length, width, height; hood and boot heights as fractions of height above the sill; windscreen foot and top,
# rear top and foot as fractions of the length from the front.
CARS = {
    "sedan": ((4.4, 5.0), (1.75, 1.9), (1.35, 1.5), 0.60, 0.64, 0.30, 0.42, 0.70, 0.84),
    "hatch": ((3.5, 4.2), (1.65, 1.8), (1.4, 1.6), 0.62, 0.66, 0.26, 0.40, 0.86, 0.97),
    "wagon": ((4.4, 4.9), (1.75, 1.9), (1.4, 1.55), 0.60, 0.64, 0.28, 0.41, 0.92, 0.98),
    "coupe": ((4.1, 4.7), (1.8, 1.95), (1.15, 1.32), 0.56, 0.66, 0.36, 0.50, 0.66, 0.92),
    "suv": ((4.3, 5.0), (1.85, 2.05), (1.7, 2.0), 0.62, 0.66, 0.27, 0.36, 0.88, 0.96),
    "jeep": ((3.4, 4.2), (1.7, 1.9), (1.7, 2.0), 0.56, 0.58, 0.34, 0.36, 0.96, 0.98),
    "pickup": ((4.9, 5.7), (1.85, 2.05), (1.65, 1.95), 0.62, 0.56, 0.26, 0.36, 0.54, 0.58),
    "van": ((4.3, 5.4), (1.8, 2.0), (1.85, 2.5), 0.52, 0.6, 0.10, 0.26, 0.97, 0.99),
    "bus": ((5.5, 8.0), (2.1, 2.4), (2.4, 3.0), 0.44, 0.44, 0.01, 0.04, 0.98, 0.995),
    "truck": ((5.2, 7.0), (2.0, 2.3), (2.1, 2.6), 0.55, 0.35, 0.02, 0.08, 0.22, 0.26),
    "convertible": ((3.9, 4.6), (1.7, 1.9), (1.1, 1.25), 0.66, 0.72, 0.36, 0.44, 0.0, 0.0),
}


def car(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice("family", tuple(CARS), (4, 3, 2, 3, 3, 2, 3, 2.5, 2, 2, 2))
    (l0, l1), (w0, w1), (h0, h1), hood, boot, screen0, screen1, rear1, rear0 = CARS[family]
    length, w, h = d.uniform("length", l0, l1), d.uniform("width", w0, w1), d.uniform("height", h0, h1)
    paint = color(d, "paint", "paint", "paint", "metal")
    trim = color(d, "trim", "black", "metal")
    radius = d.uniform("wheel", 0.29, 0.36) * (1.2 if family in ("suv", "jeep", "pickup", "truck", "bus") else 1.0)
    tyre = d.uniform("tyre", 0.2, 0.3)
    sill = radius * d.uniform("clearance", 0.55, 0.9)
    belt = sill + (h - sill) * (hood + d.uniform("belt", -0.03, 0.06))
    tail = sill + (h - sill) * (boot + d.uniform("tail", -0.04, 0.05))
    at = lambda f: length * (0.5 - f)  # fraction of the length from the front -> z
    nose = sill + (belt - sill) * d.uniform("nose", 0.62, 0.95)
    if family in ("van", "bus", "truck"):
        nose = belt

    # Lower body: the side profile cut by the plan.
    front, back = at(0.0), at(1.0)
    shift = d.uniform("screen", -0.03, 0.03) if family not in ("bus", "truck") else 0.0
    s0, s1 = at(screen0 + shift), at(screen1 + shift)
    profile = fillet(
        [
            (back + 0.05, sill),
            (back, sill + 0.25 * (tail - sill)),
            (back + 0.03, tail),
            (at(max(rear0, screen0 + 0.2)), tail + 0.02),
            (s0, belt),
            (front - 0.25, 0.5 * (nose + belt)),
            (front, nose - 0.04),
            (front, sill + 0.08),
            (front - 0.12, sill),
        ],
        0.14,
    )
    plan = rectangle(w, length, d.uniform("corner", 0.12, 0.45), 5)
    lower = prism(profile, w, "x") ^ prism(plan, 3 * h, "y", (0, h / 2, 0))
    tumble = d.uniform("tumble", 0.0, 0.12)

    def flare(p):
        p = np.asarray(p).copy()
        p[:, 0] *= 1 - tumble * np.clip((p[:, 1] - sill) / (belt - sill) - 0.5, 0, 1)
        return p

    lower = lower.warp_batch(flare)

    # Wheels and their arches
    axles = [at(d.uniform("front_axle", 0.16, 0.22)), at(d.uniform("rear_axle", 0.76, 0.84))]
    if family in ("truck", "bus") and d.chance("three_axles", 0.4):
        axles.append(axles[1] + 2.3 * radius)
    arch = radius * d.uniform("arch", 1.12, 1.3)
    outside = w / 2 + (0.02 if d.chance("flush", 0.6) else 0.08)
    spokes, rim_kind = d.integer("spokes", 4, 7), d.choice("rim", ("spokes", "holes", "disc", "deep"))
    rim_tone = color(d, "rim_tone", "metal", "black")
    wheels = {s: _wheel(s, radius, tyre, rim_kind, spokes) for s in (-1, 1)}
    k = 0
    for z in axles:
        lower -= rod((-w, radius, z), (-w / 2 + tyre + 0.05, radius, z), arch, sides=20) + rod(
            (w, radius, z), (w / 2 - tyre - 0.05, radius, z), arch, sides=20
        )
        for s in (-1, 1):
            for solid, tone in zip(wheels[s], (RUBBER, rim_tone), strict=True):
                a.add("wheel", tone, solid.translate((s * (outside - tyre / 2), radius, z)), instance=k)
            k += 1
        a.add("fitting", trim, rod((-w / 2 + tyre / 2, radius, z), (w / 2 - tyre / 2, radius, z), 0.13, sides=8))
    if family == "pickup":
        bed = span((-w / 2 + 0.13, sill + 0.35 * (tail - sill), back + 0.12), (w / 2 - 0.13, h * 2, at(rear0) - 0.1))
        lower -= bed
    if family == "truck":
        lower -= span((-w, sill + 0.4, back - 1), (w, 3 * h, at(rear0)))
    if family == "convertible":
        lower -= span(
            (-w / 2 + 0.16, sill + 0.3, at(d.uniform("cockpit", 0.66, 0.76))), (w / 2 - 0.16, 2 * h, s0 - 0.12)
        )
    a.add("body", paint, lower)

    # Cabin
    if family == "convertible":
        _cockpit(a, d, w, h, sill, belt, s0, s1, at, trim)
    else:
        top = d.uniform("roof_width", 0.72, 0.86) * w if family not in ("van", "bus", "truck") else 0.93 * w
        base = w * (1 - 0.5 * tumble) * 0.96
        r1, r0 = at(rear1), at(rear0)
        low = belt - 0.12 * (h - belt)
        _greenhouse(a, d, family, paint, s0, s1, r0, r1, base, top, low, min(belt, tail) - 0.05, h, trim)
    if family == "truck":
        kind = d.choice("cargo", ("box", "flat", "tank", "dump"), (3, 1, 1.5, 1))
        z0, z1 = back, at(rear0) - d.uniform("gap", 0.05, 0.25)
        deck = sill + 0.35
        a.add("body", trim, span((-w / 2 + 0.3, sill, back), (w / 2 - 0.3, deck + 0.1, at(rear0) + 0.2)))
        tone = color(d, "cargo_tone", "white", "paint", "metal")
        if kind == "box":
            a.add(
                "body",
                tone,
                box((w, h * d.uniform("box_height", 0.9, 1.3) - deck, z1 - z0), (0, 0, 0), 0.03).translate(
                    (0, deck + 0.5 * (h * d.parameters["box_height"] - deck), (z0 + z1) / 2)
                ),
            )
        elif kind == "tank":
            r = 0.42 * w
            a.add("body", tone, rod((0, deck + 0.8 * r, z0), (0, deck + 0.8 * r, z1), r, sides=24))
        else:
            wall = 0.5 if kind == "dump" else 0.18
            a.add(
                "body",
                tone,
                span((-w / 2, deck, z0), (w / 2, deck + 0.15 + wall, z1))
                - span(
                    (-w / 2 + 0.12, deck + 0.15, z0 + (0.12 if kind == "dump" else -1)),
                    (w / 2 - 0.12, 2 * h, z1 - 0.12),
                ),
            )

    # Fittings
    lamp = d.choice("lamp", ("round", "slit", "box"))
    y = sill + 0.68 * (nose - sill)
    for i, s in enumerate((-1, 1)):
        p = np.array([s * 0.36 * w, y, front - 0.03])
        solid = {
            "round": lambda p=p: rod(p - (0, 0, 0.1), p + (0, 0, 0.06), 0.11, sides=14),
            "slit": lambda p=p: box((0.36, 0.09, 0.16), p),
            "box": lambda p=p: box((0.22, 0.16, 0.16), p),
        }[lamp]()
        a.add("light", (0.9, 0.88, 0.75), solid, instance=i)
        a.add(
            "light",
            (0.5, 0.02, 0.02),
            box((0.2, 0.16, 0.2), (s * 0.38 * w, sill + 0.6 * (min(tail, belt) - sill), back + 0.08))
            if family != "truck"
            else box((0.2, 0.16, 0.2), (s * 0.35 * w, sill + 0.3, back + 0.08)),
            instance=i + 2,
        )
        if (d.chance("mirrors", 0.7) and family != "convertible") or (
            i and d.parameters["mirrors"] and family != "convertible"
        ):
            m = np.array(
                [
                    s * (w / 2 + 0.06),
                    belt + 0.06,
                    s0 - 0.45 * (s0 - s1) - (0.1 if family not in ("bus", "truck") else 0.45),
                ]
            )
            a.add("fitting", paint, box((0.34, 0.14, 0.14), m - (s * 0.06, 0, 0), 0.03))
    if d.chance("grille", 0.6):
        a.add("fitting", trim, box((0.45 * w, 0.2 * (nose - sill) + 0.05, 0.1), (0, sill + 0.4 * (nose - sill), front)))
    if d.chance("bumpers", 0.45):
        for z, s in ((front, 1), (back, -1)):
            a.add("fitting", trim, box((0.94 * w, 0.17, 0.2), (0, sill + 0.14, z + 0.03 * s), 0.04))
    if family in ("coupe", "hatch", "sedan") and d.chance("spoiler", 0.35):
        z, yy = back + 0.25, tail if family != "hatch" else h - 0.06
        if family == "hatch":
            a.add("fitting", paint, box((0.7 * w, 0.09, 0.4), (0, yy, at(rear1) - 0.12)))
        else:
            a.add(
                "fitting",
                paint,
                box((0.85 * w, 0.09, 0.28), (0, yy + 0.24, z)),
                *[box((0.09, 0.34, 0.16), (s * 0.3 * w, yy + 0.1, z)) for s in (-1, 1)],
            )
    if family in ("suv", "wagon", "jeep", "van") and d.chance("roof_rack", 0.35):
        z0, z1 = at(rear1) + 0.25, s1 - 0.2
        a.add(
            "fitting",
            trim,
            *[bar((s * 0.3 * w, h + 0.09, z0), (s * 0.3 * w, h + 0.09, z1), 0.08, 0.08) for s in (-1, 1)],
            *[box((0.1, 0.16, 0.12), (s * 0.3 * w, h + 0.03, z)) for s in (-1, 1) for z in (z0 + 0.1, z1 - 0.1)],
            *[bar((-0.3 * w, h + 0.09, z), (0.3 * w, h + 0.09, z), 0.08, 0.08) for z in (z0 + 0.2, z1 - 0.2)],
        )
    if family in ("suv", "jeep") and d.chance("spare_wheel", 0.45):
        a.add(
            "fitting",
            RUBBER,
            rod(
                (0, sill + 0.65 * (tail - sill) + 0.1, back + 0.05),
                (0, sill + 0.65 * (tail - sill) + 0.1, back - 0.24),
                0.95 * radius,
                sides=20,
            ),
        )
    return a


def _wheel(side, radius, tyre, kind, spokes) -> tuple[Manifold, Manifold]:
    """A tyre around the origin and its rim: spoked, holed, flat or dished; its outer face looks towards `side`."""
    r = 0.68 * radius
    ring = lathe(
        [(0.94 * radius, -tyre / 2), (radius, -0.35 * tyre), (radius, 0.35 * tyre), (0.94 * radius, tyre / 2)], sides=24
    )
    deep = {"spokes": 0.25, "holes": 0.12, "disc": 0.1, "deep": 0.55}[kind] * tyre
    tread = ring - lathe([(r, tyre / 2 - deep), (r, tyre)], sides=24)
    floor = tyre / 2 - deep
    if kind == "spokes":
        hub = lathe([(0.22 * r, floor - 0.01), (0.18 * r, tyre / 2 - 0.2 * deep)], sides=10)
        rim = Manifold.batch_boolean(
            [hub]
            + [
                bar(
                    (0.1 * r * np.cos(q), floor + 0.3 * deep, 0.1 * r * np.sin(q)),
                    (1.04 * r * np.cos(q), floor + 0.3 * deep, 1.04 * r * np.sin(q)),
                    0.2 * r,
                    0.8 * deep,
                )
                for q in around(spokes)
            ],
            OpType.Add,
        )
    elif kind == "holes":
        rim = lathe([(0.96 * r, floor - 0.02), (0.96 * r, floor + 0.8 * deep)], sides=20)
        for q in around(spokes):
            rim -= rod(
                (0.6 * r * np.cos(q), floor, 0.6 * r * np.sin(q)),
                (0.6 * r * np.cos(q), tyre, 0.6 * r * np.sin(q)),
                0.17 * r,
                sides=8,
            )
    else:
        profile = [(0.97, floor - 0.02), (0.97, floor + 0.02), (0.5, floor + 0.4 * deep), (0.3, tyre / 2)]
        rim = lathe([(k * r, y) for k, y in profile], sides=18)
    # `as_original` computes the solids now, once for all wheels of this side.
    return tuple(s.as_original().rotate((0, 0, -90 * side)) for s in (tread, rim))


def _greenhouse(a, d, family, paint, s0, s1, r0, r1, base, top, low, tail, h, trim):
    """The cabin above the belt line, with glass standing out a little between roof and pillars."""

    def rings(grow, y0, y1):
        """The cabin between two heights, grown outwards by `grow`."""
        out = []
        for y in (y0, y1):
            f = (y - low) / (h - low)
            z_front, z_rear = s0 + f * (s1 - s0) + grow, r0 + f * (r1 - r0) - grow
            half = (base + f * (top - base)) / 2 + grow
            c = min(0.18 * half, 0.3)
            out.append(
                [
                    (-half, y, z_rear + c),
                    (-half + c, y, z_rear),
                    (half - c, y, z_rear),
                    (half, y, z_rear + c),
                    (half, y, z_front - c),
                    (half - c, y, z_front),
                    (-half + c, y, z_front),
                    (-half, y, z_front - c),
                ]
            )
        return np.array(out, float)

    rise = h - low
    shell = rings(0.0, low, h - 0.12 * rise)
    roof = rings(0.0, h - 0.12 * rise, h)[1]
    roof = (roof - roof.mean(axis=0)) * (0.93, 1, 0.97) + roof.mean(axis=0)
    cabin = loft(np.concatenate([shell, roof[None]]))
    cabin += (
        span((-base / 2 + 0.05, tail - 0.1, r0 + 0.05), (base / 2 - 0.05, low + 0.02, s0 - 0.05))
        if low > tail - 0.1
        else box((0.1, 0.1, 0.1), (0, low, (s0 + r0) / 2))
    )
    a.add("body", paint, cabin)
    y0, y1 = low + d.uniform("glass_low", 0.18, 0.3) * rise, low + d.uniform("glass_high", 0.8, 0.87) * rise
    glass = loft(rings(0.02, y0, y1))
    n = d.integer("side_windows", 1, 3) if family not in ("bus", "van") else d.integer("bus_windows", 3, 6)
    if family in ("van",) and d.chance("panel_van", 0.5):
        glass -= span((-5, 0, r0 - 1), (5, 2 * h, s1 - 0.35 * (s1 - r1)))
        n = 1
    pillar = 0.06 * rise + 0.05
    zs = np.linspace(r0 + 0.1 * (s0 - r0), s0 - 0.15 * (s0 - r0), n + 1)
    inner = 0.4 * top
    for z in zs[1:-1] if n > 1 else ():
        glass -= span((-9, 0, z - pillar / 2), (-inner, 2 * h, z + pillar / 2)) + span(
            (inner, 0, z - pillar / 2), (9, 2 * h, z + pillar / 2)
        )
    # Pillars at the four corners.
    for s in (-1, 1):
        for f0, f1, g in ((s0, s1, 1), (r0, r1, -1)):
            p = np.array([s * (base / 2 - 0.04), low, f0 - g * 0.1])
            q = np.array([s * (top / 2 - 0.02), h, f1 - g * 0.1])
            glass -= bar(
                p - 0.2 * (q - p),
                q + 0.2 * (q - p),
                0.16 * (1 + (family == "bus")),
                0.2,
                (0, 0.01, 1) if abs(f0 - f1) < 0.3 else (0, 1, 0),
            )
    a.add("window", GLASS, glass)


def _cockpit(a, d, w, h, sill, belt, s0, s1, at, trim):
    frame = np.array([(-0.43 * w, belt - 0.05, s0), (-0.36 * w, h, s1), (0.36 * w, h, s1), (0.43 * w, belt - 0.05, s0)])
    a.add("fitting", trim, tube(frame, 0.05, 8))
    if d.chance("glass_screen", 0.6):
        a.add("window", GLASS, hull(*[[p + (0, 0, k) for p in frame] for k in (-0.02, 0.03)]))
    tone = color(d, "leather", "leather", "fabric")
    z = s1 - 0.55
    for s in (-1, 1):
        x = s * 0.2 * w
        a.add(
            "fitting",
            tone,
            box((0.42, 0.3, 0.5), (x, sill + 0.38, z), 0.05),
            box((0.42, 0.75, 0.16), (0, 0.37, 0), 0.05).rotate((-12, 0, 0)).translate((x, sill + 0.3, z - 0.25)),
        )
    a.add(
        "fitting",
        trim,
        rod((-0.2 * w, belt - 0.12, s0 - 0.35), (-0.2 * w, belt - 0.12, s0 + 0.05), 0.04, sides=8),
        lathe([(0.19, -0.03), (0.19, 0.03)], sides=16).rotate((75, 0, 0)).translate((-0.2 * w, belt - 0.12, s0 - 0.35)),
    )
    if d.chance("roll_bar", 0.4):
        zz = z - 0.5
        a.add(
            "fitting",
            trim,
            tube(
                fillet(
                    [(-0.38 * w, belt - 0.3, zz), (-0.38 * w, h, zz), (0.38 * w, h, zz), (0.38 * w, belt - 0.3, zz)],
                    0.2,
                ),
                0.055,
                8,
            ),
        )


# Planes ----------------------------------------------------------------------------------------


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
    length = 1.0
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
    r = d.uniform("radius", *r)

    # Fuselage: rings along z, nose at +0.5
    tail_up = d.uniform("tail_up", 0.2, 0.8) * r
    sharp = family in ("fighter", "delta", "glider")
    stations = np.array([0.0, 0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.78, 0.9, 0.97, 1.0])
    nose = d.uniform("nose", 0.35, 0.6) if not sharp else d.uniform("nose", 0.8, 1.2)
    fat = np.clip((stations / 0.22) ** nose, 0, 1)
    fat[0] = 0.12
    aft = d.uniform("aft", 0.12, 0.4) if family not in ("fighter", "delta") else d.uniform("aft", 0.6, 0.9)
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
    at = lambda s: 0.5 - s
    height = lambda s: tail_up * np.clip((s - start) / (1 - start), 0, 1)
    radius = lambda s: r * np.interp(s, stations, fat)

    # Wings
    span_ = {
        "airliner": (0.42, 0.56),
        "jet": (0.38, 0.5),
        "fighter": (0.28, 0.4),
        "propeller": (0.5, 0.68),
        "biplane": (0.48, 0.62),
        "glider": (0.75, 1.0),
        "turboprop": (0.5, 0.62),
        "delta": (0.26, 0.36),
        "bomber": (0.55, 0.75),
    }[family]
    half = d.uniform("half_span", *span_)
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
    thick = max(0.03, 0.13 * chord) if family != "delta" else 0.03
    kink = family == "airliner" or (family in ("fighter", "delta") and d.chance("kink", 0.4))
    wing = lambda s, y: _wing(
        (0, y, at(root)), (s * half, y + rise, at(root + back)), chord, taper * chord, thick, 0.02, kink
    )
    for i, s in enumerate((-1, 1)):
        a.add("wing", second if d.parameters["two_tone"] else tone, wing(s, y), instance=i)
        if family == "biplane":
            top = y + d.uniform("gap", 2.1, 2.9) * r * squash if i == 0 else y + d.parameters["gap"] * r * squash
            a.add("wing", second, wing(s, top), instance=i + 2)
            for x, f in ((0.35, 0.5), (0.8, 0.8)):
                for zz in (0.25, 0.75):
                    z = at(root + back * x + zz * chord * (1 - x * (1 - taper)))
                    a.add(
                        "wing",
                        dark,
                        rod((s * x * half, y + x * rise, z), (s * x * half, top + x * rise, z), 0.0125, sides=6),
                        instance=i,
                    )
            a.add(
                "wing",
                dark,
                rod(
                    (s * 0.4 * r, 0, at(root + 0.5 * chord)),
                    (s * 1.2 * r, top, at(root + 0.5 * chord)),
                    0.0125,
                    sides=6,
                ),
                instance=i,
            )
        if family in ("airliner", "jet", "glider") and d.parameters.get(
            "winglet", d.chance("winglet", 0.45) if i == 0 else False
        ):
            tip = np.array([s * half, y + rise, at(root + back)])
            c = taper * chord
            a.add(
                "wing",
                second,
                _wing(tip - (s * 0.01, 0, 0), tip + (s * 0.02, 0.07, -0.05), c, 0.5 * c, 0.022, 0.02),
                instance=i,
            )
        if (
            family == "propeller"
            and level == "high"
            and d.parameters.get("struts", d.chance("struts", 0.7) if i == 0 else False)
        ):
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

    _tail(a, d, family, tone, second, at, height, radius, half, chord, r, back)
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


def _tail(a, d, family, tone, second, at, height, radius, half, chord, r, back):
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
    t = 0.026
    sweep_ = 0.5 * lean + 0.02
    plate = lambda s_, y_, z_, rise=0.0: _wing((0, y_, z_), (s_ * stab, y_ + rise, z_ - sweep_), sc, 0.6 * sc, t, 0.02)
    if kind in ("classic", "t", "cruciform"):
        a.add("tail", second, _wing((0, y, at(s)), (0, y + fin, at(s) - lean), c, 0.6 * c, t, 0.022))
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
                    0.022,
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
                _wing((0, y, at(s)), (sx * 0.75 * stab, y + 0.8 * fin, at(s) - lean), c, 0.6 * c, t, 0.022),
            )
    if family in ("fighter", "jet") and d.chance("canards", 0.2):
        for sx in (-1, 1):
            a.add(
                "wing",
                tone,
                _wing((0, 0.2 * r, at(0.25)), (sx * 0.14, 0.2 * r + 0.01, at(0.31)), 0.09, 0.04, 0.024, 0.02),
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

    wing_at = lambda f: (f * half, y + f * rise, at(root + back * f))
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
                        (radius(0.75) + size, 0.022, 0.09),
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
                        "engine", tone, box((0.022, 1.1 * size, 0.09), (s * x, yy - 0.4 * size, z - 0.03)), instance=i
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
                    (radius(0.7) + size, 0.022, 0.08),
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


# Boats -----------------------------------------------------------------------------------------


def boat(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("sailboat", "rowboat", "yacht", "speedboat", "tug", "cargo", "catamaran", "canoe", "warship", "ferry"),
        (5, 2, 3, 3, 2, 2.5, 2, 1.5, 1.5, 1.5),
    )
    paint = color(d, "paint", "white", "paint", "wood")
    deck_tone = color(d, "deck", "wood", "white", "metal")
    trim = color(d, "trim", "metal", "wood", "black")
    beam = {
        "sailboat": (0.24, 0.34),
        "rowboat": (0.32, 0.45),
        "yacht": (0.22, 0.32),
        "speedboat": (0.3, 0.4),
        "tug": (0.3, 0.4),
        "cargo": (0.14, 0.2),
        "catamaran": (0.09, 0.12),
        "canoe": (0.16, 0.24),
        "warship": (0.1, 0.15),
        "ferry": (0.2, 0.3),
    }[family]
    w = d.uniform("beam", *beam)
    h = (
        w * d.uniform("freeboard", 0.3, 0.5)
        if family not in ("cargo", "warship", "catamaran")
        else d.uniform("freeboard", 0.07, 0.11)
    )
    # Hull: sections along z (bow at +0.5); plan and depth vary by station.
    s = np.linspace(0, 1, 15)
    full = d.uniform("fullness", 1.6, 3.2) if family not in ("cargo", "ferry") else d.uniform("fullness", 3.5, 6.0)
    plan = np.clip(1 - s**full, 0.02, 1)
    stern = d.uniform("stern", 0.55, 0.95) if family != "canoe" else 0.02
    plan *= 1 - (1 - stern) * np.clip(1 - s / 0.35, 0, 1) ** 2
    if family == "canoe":
        plan = np.clip(1 - np.abs(2 * s - 1) ** full, 0.02, 1)
    sheer = (
        d.uniform("sheer", 0.0, 0.35) * h * (2 * s - 0.8) ** 2
        if family not in ("cargo", "ferry")
        else 0.35 * h * np.clip(s - 0.85, 0, 1) / 0.15
    )
    keel = h * d.uniform("rise", 0.2, 0.9) * np.clip((s - 0.6) / 0.4, 0, 1) ** 2
    if family == "canoe":
        keel = 0.6 * h * np.abs(2 * s - 1) ** 3
    vee = d.uniform("vee", 0.2, 0.9) if family not in ("cargo", "ferry", "canoe") else d.uniform("vee", 0.0, 0.25)
    rake = d.uniform("rake", 0.03, 0.14)

    def rings(inset=0.0, floor=0.0, tall=0.0):
        out = []
        for p, top, low, f in zip(plan, sheer, keel, s, strict=True):
            half = max(p * w / 2 - inset, 0.004)
            z = lambda y, f=f: (f - 0.5) * (1 - 2 * inset) + rake * (y / h - 0.5) * f**3
            bottom = low + floor
            y = [h + top + tall, bottom + 0.45 * (h - bottom), bottom + 0.15 * vee * h, bottom]
            y = [h + top + tall] + [min(v, h + top - 0.3 * inset) for v in y[1:]]
            right = [
                (half, y[0]),
                (0.93 * half, y[1]),
                (0.62 * half, y[2] + 0.0),
                (0.25 * half * (1 - vee) + 0.03 * half, y[3]),
            ]
            ring = np.array(right + [(-a_, b_) for a_, b_ in right[::-1]])
            out.append(np.column_stack([ring, [z(v) for v in ring[:, 1]]]))
        return out

    hull_ = loft(rings())
    wall = max(0.03, 0.08 * w)
    top_at = lambda z: h + np.interp(z + 0.5, s, sheer)
    half_at = lambda z: 0.5 * w * np.interp(z + 0.5, s, plan)
    if family in ("rowboat", "canoe"):
        _open_boat(a, d, family, hull_, rings, wall, h, w, paint, deck_tone, trim, top_at, half_at)
        return a
    if family == "catamaran":
        _catamaran(a, d, hull_, w, h, paint, deck_tone, trim)
        return a
    if family in ("sailboat", "speedboat", "yacht", "tug"):
        z0, z1 = d.uniform("cockpit_rear", -0.44, -0.4), d.uniform("cockpit_front", -0.2, -0.05)
        well = min(half_at(z0), half_at(z1)) - wall
        hull_ -= span((-well, 0.45 * h, z0), (well, 3 * h, z1))
    if d.chance("two_tone_hull", 0.4):
        a.add("hull", paint, hull_ ^ span((-1, 0.55 * h, -2), (1, 3, 2)))
        a.add(
            "hull",
            shade(color(d, "bottom", "red", "paint", "black"), 0.9),
            hull_ ^ span((-1, -1, -2), (1, 0.5501 * h, 2)),
        )
    else:
        a.add("hull", paint, hull_)
    {
        "sailboat": _sailboat,
        "yacht": _yacht,
        "speedboat": _speedboat,
        "tug": _tug,
        "cargo": _cargo,
        "warship": _warship,
        "ferry": _yacht,
    }[family](a, d, family, h, w, paint, deck_tone, trim, top_at, half_at)
    return a


def _block(z0, z1, y0, y1, wide, front=0.0, rear=0.0, narrow=0.9) -> Manifold:
    """A deckhouse: a box whose ends and sides lean in towards the top."""
    b, t = wide / 2, narrow * wide / 2
    return hull(
        [(x, y0, z) for x in (-b, b) for z in (z0, z1)], [(x, y1, z) for x in (-t, t) for z in (z0 + rear, z1 - front)]
    )


def _windows(a, z0, z1, y, wide, narrow, tall, n, front=0.0):
    """A row of panes standing out on both sides of a deckhouse."""
    pitch = (z1 - z0) / n
    for k in range(n):
        a.add("cabin", GLASS, box((wide * narrow + 0.008, tall, 0.6 * pitch), (0, y, z0 + (k + 0.5) * pitch)))


def _sailboat(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    z1 = d.uniform("cabin_front", 0.1, 0.24)
    if d.chance("cabin", 0.75):
        z0 = d.parameters["cockpit_front"]
        wide = 1.25 * min(half_at(z1), half_at(z0))
        a.add("cabin", paint, _block(z0, z1, 0.8 * h, h + 0.35 * h, wide, 0.1, 0.0))
        _windows(a, z0 + 0.03, z1 - 0.1, 1.12 * h, wide, 0.96, 0.12 * h, 3)
    tall = d.uniform("mast", 0.9, 1.5)
    zm = d.uniform("mast_at", 0.05, 0.17)
    r = 0.5 * 0.03 * max(1, tall)
    masts = [(zm, tall)] + ([(zm - 0.4, 0.75 * tall)] if d.chance("two_masts", 0.25) else [])
    cloth = color(d, "cloth", "white", "paper", "paint")
    for k, (z, m) in enumerate(masts):
        base = h * 0.7
        a.add("mast", trim, rod((0, 0.4 * h, z), (0, base + m, z), r, 0.8 * r), instance=k)
        boom = base + 0.16 + 0.3 * h
        reach = min(d.uniform(f"boom_{k}", 0.35, 0.5), z + 0.45 if len(masts) == 1 else 0.34)
        a.add("mast", trim, rod((0, boom, z), (0, boom, z - reach), 0.9 * r), instance=k)
        if d.chance(f"sail_{k}", 0.85):
            belly = d.uniform(f"belly_{k}", 0.0, 0.1)
            kind = d.choice(f"rig_{k}", ("bermuda", "gaff", "square"), (4, 1.5, 1))
            t = 0.026
            if kind == "square":
                for y0, y1, q in ((0.2, 0.52, 0.3), (0.56, 0.88, 0.24)):
                    a.add(
                        "sail",
                        cloth,
                        sweep(
                            [
                                (x * q, base + 0.5 * (y0 + y1) * m, z + 0.03 + belly * (1 - x * x))
                                for x in np.linspace(-1, 1, 7)
                            ],
                            rectangle(t, (y1 - y0) * m),
                            up=(0, 1, 0),
                        ),
                        instance=k,
                    )
                    a.add(
                        "mast",
                        trim,
                        rod((-q * 1.05, base + y1 * m, z), (q * 1.05, base + y1 * m, z), 0.8 * r, sides=8),
                        instance=k,
                    )
                    a.add(
                        "mast",
                        trim,
                        rod(
                            (0, base + (y0 + y1) / 2 * m, z),
                            (0, base + (y0 + y1) / 2 * m, z + 0.03 + belly),
                            0.8 * r,
                            sides=6,
                        ),
                        instance=k,
                    )
            else:
                peak = 0.55 * reach if kind == "gaff" else 0.02
                top = base + (0.78 if kind == "gaff" else 0.97) * m
                rings = []
                for f in np.linspace(0, 1, 7):
                    y = boom + f * (top - boom)
                    deep = (1 - f) * 0.97 * reach + f * peak
                    q = np.linspace(0, 1, 5)
                    x = belly * 4 * q * (1 - q) * np.sin(np.pi * min(f + 0.15, 1))
                    zz = z - q * deep
                    rings.append(
                        np.concatenate(
                            [
                                np.stack([x - t / 2, np.full(5, y), zz], 1),
                                np.stack([x + t / 2, np.full(5, y), zz], 1)[::-1],
                            ]
                        )
                    )
                a.add("sail", cloth, loft(rings), instance=k)
                if kind == "gaff":
                    a.add("mast", trim, rod((0, top - 0.01, z), (0, top, z - peak), 0.8 * r, sides=8), instance=k)
    if d.chance("jib", 0.6):
        head = np.array([0, h * 0.7 + 0.85 * tall, zm])
        tack = np.array([0, top_at(0.48), 0.48])
        a.add(
            "sail",
            shade(cloth, 0.95),
            hull([(x, *p[1:]) for x in (-0.013, 0.013) for p in (head, tack, np.array([0, h + 0.12, zm + 0.03]))]),
            instance=len(masts),
        )
    if d.chance("keel", 0.6):
        deep = d.uniform("keel_depth", 0.1, 0.22)
        a.add(
            "hull",
            shade(paint, 0.5),
            hull(
                [
                    (x, y, z)
                    for x in (-0.017, 0.017)
                    for y, z in ((0.25 * h, 0.12), (0.25 * h, -0.12), (-deep, 0.02), (-deep, -0.14))
                ]
            ),
        )
        if d.chance("rudder", 0.7):
            a.add("hull", shade(paint, 0.5), span((-0.016, -0.5 * deep, -0.5), (0.016, 0.5 * h, -0.42)))


def _yacht(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    decks = d.integer("decks", 1, 3) if family == "yacht" else d.integer("decks", 2, 3)
    z0, z1 = (-0.4, d.uniform("house_front", 0.15, 0.28)) if family == "yacht" else (-0.46, 0.36)
    y = 0.7 * h
    wide = 1.7 * min(half_at(z1), half_at(z0 + 0.1)) * 0.85
    for k in range(decks):
        rise = h * d.uniform(f"deck_{k}", 0.45, 0.75) + (0.3 * h if k == 0 else 0)
        front = d.uniform(f"front_{k}", 0.02, 0.14)
        a.add("cabin", paint, _block(z0, z1, y, y + rise, wide, front, 0.02), instance=0)
        _windows(
            a, z0 + 0.06, z1 - front - 0.02, y + rise - 0.28 * h, wide, 0.92, 0.2 * h, d.integer(f"panes_{k}", 3, 7)
        )
        if d.chance(f"eaves_{k}", 0.5):
            a.add(
                "cabin",
                deck_tone,
                box((wide * 1.05, 0.03, (z1 - z0) * 0.98 - front), (0, y + rise, (z0 + z1 - front) / 2)),
            )
        y += rise - 0.005
        z0, z1 = z0 + d.uniform(f"set_back_{k}", 0.02, 0.12), z1 - front - d.uniform(f"set_{k}", 0.02, 0.12)
        wide *= 0.86
        if z1 - z0 < 0.15:
            break
    if d.chance("arch", 0.5):
        z = (z0 + z1) / 2 - 0.05
        a.add(
            "mast",
            trim,
            tube(
                fillet(
                    [
                        (-0.45 * wide, y - 0.03, z),
                        (-0.4 * wide, y + 0.07, z - 0.05),
                        (0.4 * wide, y + 0.07, z - 0.05),
                        (0.45 * wide, y - 0.03, z),
                    ],
                    0.03,
                ),
                0.014,
                8,
            ),
            rod((0, y + 0.06, z - 0.05), (0, y + 0.17, z - 0.05), 0.014),
        )
    if family == "ferry":
        for s in (-1, 1) if d.chance("two_funnels", 0.5) else (0,):
            a.add(
                "cabin",
                color(d, "funnel", "paint") if "funnel" not in d.parameters else trim,
                rod((s * 0.25 * wide, y - 0.02, z0 + 0.1), (s * 0.25 * wide, y + 0.1, z0 + 0.08), 0.03, sides=14),
                instance=1,
            )
    _rails(a, d, h, trim, top_at, half_at)


def _rails(a, d, h, trim, top_at, half_at):
    if not d.chance("rails", 0.5):
        return
    zs = np.linspace(0.2, 0.44, 4)
    tall = 0.09
    for s in (-1, 1):
        path = [np.array([s * 0.85 * half_at(z), top_at(z) + tall, z]) for z in zs]
        a.add(
            "fitting",
            trim,
            tube(np.concatenate([path, [(0, top_at(0.47) + tall, 0.47)]]), 0.0135, 6),
            *[rod(p, p - (0, tall + 0.02, 0), 0.0135, sides=6) for p in path],
        )


def _speedboat(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    z = d.parameters["cockpit_front"]
    wide = 1.5 * half_at(z)
    y = top_at(z) - 0.02
    tall = d.uniform("screen", 0.35, 0.7) * h
    a.add(
        "cabin",
        GLASS,
        hull(
            [(x, y, z + 0.1 + k) for x in (-wide / 2, wide / 2) for k in (-0.016, 0.016)],
            [(x * 0.85, y + tall, z - 0.01 + k) for x in (-wide / 2, wide / 2) for k in (-0.016, 0.016)],
        ),
    )
    if d.chance("hard_top", 0.35):
        top = y + d.uniform("top_height", 0.14, 0.22)
        a.add(
            "cabin",
            paint,
            box((wide, 0.03, 0.26), (0, top, z - 0.08), 0.01),
            *[
                rod((s * 0.42 * wide, 0.5 * h, zz), (s * 0.42 * wide, top, zz - 0.02), 0.0145, sides=8)
                for s in (-1, 1)
                for zz in (z + 0.03, z - 0.16)
            ],
        )
    tone = color(d, "seats", "leather", "fabric", "white")
    zr = d.parameters["cockpit_rear"]
    rows = d.integer("rows", 1, 2)
    wall = max(0.03, 0.08 * w)
    inner = min(half_at(zr), half_at(z)) - wall
    for zz in np.linspace(z - 0.1, zr + 0.07, rows + 1)[:rows]:
        for k, x in enumerate((-0.5 * inner, 0.5 * inner)):
            a.add(
                "fitting",
                tone,
                box((0.75 * inner, 0.05 + 0.2 * h, 0.08), (x, 0.5 * h + 0.08 * h, zz)),
                box((0.75 * inner, 0.4 * h + 0.03, 0.03), (x, 0.6 * h + 0.25 * h, zz - 0.04)),
                instance=k,
            )
    _outboard(a, d, h, w, trim, d.integer("engines", 1, 2))
    _rails(a, d, h, trim, top_at, half_at)


def _outboard(a, d, h, w, trim, count, z=-0.5):
    tone = color(d, "motor", "black", "white", "metal")
    for i, x in enumerate(np.linspace(-0.13, 0.13, count) * w * 2 if count > 1 else [0.0]):
        a.add(
            "engine",
            tone,
            box((0.075, 0.12, 0.11), (x, h + 0.05, z - 0.035), 0.02),
            box((0.035, h + 0.12, 0.05), (x, 0.45 * h - 0.01, z - 0.035)),
            rod((x, -0.03, z - 0.08), (x, -0.03, z + 0.01), 0.022, 0.016),
            instance=i,
        )
        a.add(
            "engine",
            tone,
            *[
                bar(
                    (x, -0.03, z - 0.07),
                    (x + 0.05 * np.cos(q), -0.03 + 0.05 * np.sin(q), z - 0.07),
                    0.02,
                    0.03,
                    (0, 0, 1),
                )
                for q in around(3)
            ],
            box((0.06, 0.05, 0.09), (x, 0.85 * h, z + 0.01)),
            instance=i,
        )


def _tug(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    z0 = d.parameters["cockpit_front"]
    z1 = z0 + d.uniform("house", 0.2, 0.32)
    wide = 1.5 * half_at(z1)
    y = 0.8 * h
    tall = d.uniform("house_height", 0.12, 0.2)
    tone = color(d, "house_tone", "white", "paint", "wood")
    a.add("cabin", tone, _block(z0, z1, y, y + tall, wide, 0.02))
    _windows(a, z0 + 0.03, z1 - 0.03, y + 0.72 * tall, wide, 0.95, 0.05, 3)
    bridge = d.uniform("bridge", 0.08, 0.14)
    z2 = z0 + 0.6 * (z1 - z0)
    if d.chance("upper_bridge", 0.6):
        a.add(
            "cabin",
            tone,
            _block(z2 - 0.08, z1 - 0.02, y + tall - 0.01, y + tall + bridge, 0.7 * wide, -0.01, 0.0, 1.0),
            box((0.8 * wide, 0.03, z1 - z2 + 0.1), (0, y + tall + bridge, (z1 + z2) / 2 - 0.05)),
        )
        a.add(
            "cabin",
            GLASS,
            box((0.72 * wide, 0.045, z1 - z2 + 0.065), (0, y + tall + 0.65 * bridge, (z1 + z2) / 2 - 0.05)),
        )
        tall += bridge
    a.add(
        "cabin",
        color(d, "funnel", "paint", "red"),
        rod((0, y + 0.05, z0 + 0.05), (0, y + tall + 0.1, z0 + 0.04), 0.04, 0.035, 14),
        instance=1,
    )
    if d.chance("mast", 0.7):
        m = d.uniform("mast_height", 0.15, 0.4)
        zz = z0 + 0.1
        a.add(
            "mast",
            trim,
            rod((0, y, zz), (0, y + tall + m, zz), 0.015),
            rod((-0.08, y + tall + 0.7 * m, zz), (0.08, y + tall + 0.7 * m, zz), 0.0125, sides=6),
        )
    if d.chance("gantry", 0.5):
        zz, x = -0.38, 0.7 * half_at(-0.38)
        a.add(
            "mast",
            trim,
            tube([(-x, 0.6 * h, zz), (-0.6 * x, h + 0.22, zz), (0.6 * x, h + 0.22, zz), (x, 0.6 * h, zz)], 0.016, 8),
            instance=1,
        )
        a.add("mast", trim, rod((0, h + 0.22, zz), (0, y + 0.5 * tall, z0 + 0.02), 0.0135), instance=1)
    n = d.integer("fenders", 0, 4)
    for s in (-1, 1):
        for zz in np.linspace(-0.3, 0.2, n):
            a.add(
                "fitting",
                RUBBER,
                rod(
                    (s * (half_at(zz) - 0.02), 0.75 * h, zz), (s * (half_at(zz) + 0.02), 0.75 * h, zz), 0.035, sides=12
                ),
            )


def _cargo(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    white = color(d, "house_tone", "white", "paper")
    aft = d.choice("bridge_at", ("aft", "front", "middle"), (5, 1, 1))
    zc = {"aft": -0.38, "front": 0.3, "middle": -0.05}[aft]
    deep, tall = d.uniform("bridge_depth", 0.07, 0.13), d.uniform("bridge_height", 0.12, 0.22)
    wide = 1.85 * half_at(zc) * 0.95
    a.add(
        "cabin",
        white,
        _block(zc - deep / 2, zc + deep / 2, 0.8 * h, h + tall, wide, 0.0, 0.0, 0.92),
        box((wide * 1.1, 0.03, 0.8 * deep), (0, h + tall, zc)),
    )
    a.add("cabin", GLASS, box((wide * 0.94, 0.028, deep + 0.006), (0, h + tall - 0.035, zc)))
    a.add(
        "cabin",
        color(d, "funnel", "paint", "red"),
        box(
            (0.4 * wide, tall + 0.05 + 0.3 * h, 0.05),
            (0, 0.85 * h + (tall + 0.05) / 2, zc - deep / 2 - 0.03 if aft != "front" else zc - deep / 2 - 0.02),
            0.01,
        ),
        instance=1,
    )
    kind = d.choice("load", ("containers", "cranes", "tanks", "hatches"), (4, 2, 1.5, 1.5))
    lo, hi = {
        "aft": (zc + deep / 2 + 0.03, 0.38),
        "front": (-0.44, zc - deep / 2 - 0.07),
        "middle": (zc + deep / 2 + 0.03, 0.38),
    }[aft]
    spots = np.linspace(lo, hi, d.integer("bays", 3, 6) + 1)
    for k, (z0, z1) in enumerate(zip(spots, spots[1:], strict=False)):
        zz, size = (z0 + z1) / 2, z1 - z0
        wide = 2 * min(half_at(z0), half_at(z1)) * 0.92
        if kind == "containers":
            rows = max(2, int(wide / 0.045))
            for i in range(rows):
                n = d.integer(f"stack_{k}_{i}", 0, 3)
                if n:
                    tone = color(d, f"container_{k}_{i}", "paint", "plastic")
                    a.add(
                        "cargo",
                        tone,
                        box(
                            (0.97 * wide / rows, 0.04 * n + 0.3 * h, 0.86 * size),
                            (-wide / 2 + (i + 0.5) * wide / rows, h + 0.02 * n - 0.15 * h, zz),
                        ),
                        instance=k,
                    )
        elif kind == "tanks":
            a.add(
                "cargo",
                trim,
                ellipsoid(
                    (min(wide, size) * 0.95, min(wide, size) * 0.95, min(wide, size) * 0.95),
                    (0, h + 0.2 * size, zz),
                    18,
                ),
                instance=k,
            )
        elif kind == "hatches":
            a.add("cargo", deck_tone, box((0.75 * wide, 0.06, 0.75 * size), (0, h + 0.01, zz), 0.008), instance=k)
        else:
            m = d.uniform("crane", 0.14, 0.26) if k == 0 else d.parameters["crane"]
            a.add(
                "mast",
                trim,
                rod((0, 0.8 * h, zz), (0, h + m, zz), 0.018),
                rod((0, h + 0.3 * m, zz), (0, h + 0.95 * m, zz + 0.8 * size), 0.0135),
                instance=k,
            )
            a.add("cargo", deck_tone, box((0.7 * wide, 0.045, 0.6 * size), (0, h + 0.01, zz)), instance=k)
    a.add("mast", trim, rod((0, 0.9 * h, 0.42), (0, h + 0.12, 0.42), 0.014), instance=9)


def _warship(a, d, family, h, w, paint, deck_tone, trim, top_at, half_at):
    gray = color(d, "gray", "metal", "army")
    z0, z1 = -0.18, d.uniform("house_front", 0.08, 0.18)
    wide = 1.6 * half_at(z1)
    y = 0.8 * h
    for k in range(d.integer("levels", 2, 4)):
        rise = d.uniform(f"level_{k}", 0.04, 0.07)
        a.add("cabin", gray, _block(z0, z1, y, y + rise + 0.005, wide, 0.02, 0.01, 0.85))
        y += rise
        z0, z1, wide = z0 + d.uniform(f"aft_{k}", 0.03, 0.1), z1 - d.uniform(f"fore_{k}", 0.01, 0.06), 0.85 * wide
        if z1 - z0 < 0.07:
            break
    zm = (z0 + z1) / 2
    a.add(
        "mast",
        trim,
        rod((0, y - 0.02, zm), (0, y + d.uniform("mast_height", 0.1, 0.2), zm - 0.02), 0.016),
        bar((-0.06, y + 0.07, zm - 0.01), (0.06, y + 0.07, zm - 0.01), 0.025, 0.025),
    )
    a.add("cabin", gray, rod((0, h, -0.14), (0, h + 0.15, -0.16), 0.028, sides=12), instance=1)
    n = d.integer("turrets", 1, 2)
    for k, (zz, s) in enumerate([(0.27, 1), (-0.3, -1), (0.36, 1), (-0.4, -1)][: 2 * n]):
        r = 0.55 * min(half_at(zz), 0.09)
        c = np.array([0, top_at(zz), zz])
        a.add(
            "fitting",
            gray,
            lathe([(r, -0.02), (r, 0.02), (0.8 * r, 0.05)], tuple(c), 8),
            *[
                rod(c + (x, 0.03, 0), c + (x, 0.045, s * 0.1), 0.012, sides=8)
                for x in ((-0.5 * r, 0.5 * r) if d.chance(f"twin_{k}", 0.5) else (0.0,))
            ],
            instance=k,
        )


def _catamaran(a, d, hull_, w, h, paint, deck_tone, trim):
    gap = d.uniform("gap", 0.32, 0.48)
    for i, s in enumerate((-1, 1)):
        a.add("hull", paint, hull_.translate((s * gap / 2, 0, 0)), instance=i)
    sail = d.chance("sailing", 0.7)
    y = h - 0.012
    deck = d.choice("deck_kind", ("solid", "beams", "net"))
    if deck == "solid":
        a.add("hull", deck_tone, box((gap, 0.034, d.uniform("deck_length", 0.3, 0.55)), (0, y, -0.08)))
    else:
        for z in np.linspace(-0.32, 0.22, 2 if deck == "beams" else 3):
            a.add("fitting", trim, rod((-gap / 2, y, z), (gap / 2, y, z), 0.02, sides=8))
        a.add("hull", deck_tone, box((gap, 0.03, 0.2), (0, y, -0.1)))
        a.add(
            "fitting",
            trim,
            *[
                rod((x * gap / 2, y, -0.32), (x * gap / 2, y, 0.22), 0.016, sides=8)
                for x in ((0,) if deck == "beams" else (-0.4, 0.4))
            ],
        )
    if not sail or d.chance("cat_cabin", 0.4):
        tall = d.uniform("cabin_height", 0.1, 0.18)
        a.add("cabin", paint, _block(-0.22, 0.08, y, y + tall, 0.85 * gap, 0.09, 0.02))
        _windows(a, -0.18, -0.02, y + 0.65 * tall, 0.85 * gap, 0.95, 0.04, 3)
        y += tall * 0.5
    if sail:
        tall, zm = d.uniform("mast", 0.8, 1.3), 0.04
        r = 0.017 * max(1, tall)
        a.add(
            "mast",
            trim,
            rod((0, h - 0.02, zm), (0, h + tall, zm), r),
            rod((0, y + 0.12, zm), (0, y + 0.12, zm - 0.4), 0.9 * r),
        )
        cloth = color(d, "cloth", "white", "paper", "plastic")
        a.add(
            "sail",
            cloth,
            hull(
                [
                    (x, *p)
                    for x in (-0.014, 0.014)
                    for p in (
                        (y + 0.12, zm),
                        (y + 0.13, zm - 0.38),
                        (h + 0.6 * tall, zm - 0.26),
                        (h + 0.97 * tall, zm - 0.05),
                        (h + 0.97 * tall, zm),
                    )
                ]
            ),
        )
        if d.chance("jib", 0.6):
            a.add(
                "sail",
                shade(cloth, 0.9),
                hull(
                    [
                        (x, *p)
                        for x in (-0.013, 0.013)
                        for p in ((h + 0.8 * tall, zm), (h + 0.05, 0.38), (h + 0.1, zm + 0.03))
                    ]
                ),
                instance=1,
            )
            a.add(
                "fitting",
                trim,
                rod((-gap / 2, h - 0.02, 0.36), (gap / 2, h - 0.02, 0.36), 0.016, sides=8),
                rod((0, h - 0.02, 0.36), (0, h + 0.1, 0.37), 0.014, sides=6),
            )
    else:
        _outboard(a, d, h, 0.4, trim, 1, -0.14 - 0.1)
        a.add("hull", deck_tone, box((gap, 0.034, 0.22), (0, h - 0.012, -0.2)))


def _open_boat(a, d, family, hull_, rings, wall, h, w, paint, deck_tone, trim, top_at, half_at):
    inner = loft(rings(wall, 1.6 * wall if h > 4 * wall else 0.35 * h, h))
    a.add("hull", paint, hull_ - inner)
    n = d.integer("thwarts", 1, 3)
    for k, z in enumerate(np.linspace(-0.28, 0.2, n) if n > 1 else [0.0]):
        wide = 2 * half_at(z) - 0.4 * wall
        a.add("fitting", deck_tone, box((wide, 0.034, 0.09), (0, 0.78 * h, z)), instance=k)
    if d.chance("gunwale", 0.5):
        for s in (-1, 1):
            path = [
                np.array([s * (half_at(z) - 0.3 * wall), top_at(z) - 0.005, z]) for z in np.linspace(-0.42, 0.42, 11)
            ]
            a.add("hull", trim, tube(path, 0.02, 6))
    if d.chance("oars", 0.6):
        for i, s in enumerate((-1, 1)):
            spread = d.uniform("oar_spread", 0.15, 0.4) if i == 0 else d.parameters["oar_spread"]
            z = -0.02 if family == "rowboat" else 0.1 * s
            p = np.array([s * (half_at(z) - 0.4 * wall), top_at(z) + 0.005, z])
            out = np.array([s * spread, d.parameters.get("oar_drop") or d.uniform("oar_drop", -0.12, 0.05), -0.12])
            a.add(
                "fitting",
                trim,
                rod(p - 0.45 * out, p + out, 0.0145, sides=8),
                bar(p + 0.95 * out, p + 1.5 * out, 0.07, 0.024),
                instance=i + 4,
            )
    if d.chance("motor", 0.3) and family == "rowboat":
        _outboard(a, d, h, w, trim, 1, -0.49)
