"""Cars: a side profile cut by a plan, wheels in arches, a cabin with windows; the front is at +z."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold, OpType

from .assembly import Assembly
from .draw import Draw
from .materials import GLASS, RUBBER, color
from .solids import (
    around,
    bar,
    box,
    fillet,
    hull,
    lathe,
    loft,
    prism,
    rectangle,
    rod,
    span,
    tube,
)

LABELS = ("body", "window", "wheel", "light", "fitting")


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

    def at(f):
        return length * (0.5 - f)  # fraction of the length from the front -> z

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
        bed = span((-w / 2 + 0.13, sill + 0.35 * (tail - sill), back + 0.17), (w / 2 - 0.13, h * 2, at(rear0) - 0.1))
        well = rod((-w, radius, axles[1]), (w, radius, axles[1]), arch + 0.08, sides=20)
        middle = w - 2 * (tyre + 0.13)
        lower -= bed - (well - box((middle, 9, 9), (0, 0, axles[1])))
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
    mirrors = family != "convertible" and d.chance("mirrors", 0.7)
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
            box(
                (0.2, 0.16, 0.2),
                (s * 0.38 * w, sill + 0.6 * (min(tail, belt) - sill), back + (0.04 if family == "pickup" else 0.08)),
            )
            if family != "truck"
            else box((0.2, 0.16, 0.2), (s * 0.35 * w, sill + 0.3, back + 0.08)),
            instance=i + 2,
        )
        if mirrors:
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
    if low > tail - 0.1:  # a low boot leaves room under the cabin
        cabin += span((-base / 2 + 0.05, tail - 0.1, r0 + 0.05), (base / 2 - 0.05, low + 0.02, s0 - 0.05))
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
