"""Cars: a body lofted along the car, a cabin over it whose windows are parts, wheels in arches or in the open."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import bar, box, ellipsoid, hull, rectangle, rod, span, sweep, tube
from .streamlined import body, wheel

LABELS = ("body", "window", "wheel", "bumper", "light", "spoiler", "rack", "seat", "bed", "mirror", "fender", "driver")

# Per kind, lengths in car lengths: width, belt height, roof height, bonnet length, boot length, ground clearance.
SIZES = {
    "sedan": ((0.37, 0.42), (0.19, 0.22), (0.29, 0.34), (0.24, 0.32), (0.12, 0.2), (0.035, 0.05)),
    "hatch": ((0.4, 0.47), (0.21, 0.26), (0.35, 0.42), (0.18, 0.26), (0.0, 0.02), (0.04, 0.055)),
    "coupe": ((0.39, 0.45), (0.17, 0.21), (0.25, 0.3), (0.28, 0.4), (0.04, 0.14), (0.03, 0.04)),
    "estate": ((0.36, 0.41), (0.19, 0.22), (0.3, 0.34), (0.22, 0.28), (0.0, 0.02), (0.035, 0.05)),
    "suv": ((0.4, 0.46), (0.25, 0.3), (0.4, 0.48), (0.2, 0.28), (0.0, 0.03), (0.06, 0.09)),
    "pickup": ((0.34, 0.4), (0.2, 0.25), (0.32, 0.4), (0.2, 0.27), (0.34, 0.46), (0.055, 0.09)),
    "van": ((0.36, 0.44), (0.25, 0.3), (0.43, 0.52), (0.06, 0.16), (0.0, 0.01), (0.04, 0.06)),
    "bus": ((0.22, 0.28), (0.17, 0.21), (0.28, 0.36), (0.0, 0.01), (0.0, 0.01), (0.03, 0.045)),
    "lorry": ((0.28, 0.36), (0.19, 0.23), (0.33, 0.42), (0.0, 0.14), (0.6, 0.7), (0.05, 0.07)),
    "convertible": ((0.39, 0.45), (0.18, 0.22), (0.26, 0.3), (0.28, 0.38), (0.12, 0.22), (0.03, 0.045)),
    "racer": ((0.36, 0.42), (0.12, 0.16), (0.2, 0.24), (0.4, 0.5), (0.2, 0.3), (0.025, 0.035)),
    "oldtimer": ((0.3, 0.35), (0.24, 0.28), (0.42, 0.5), (0.32, 0.42), (0.0, 0.05), (0.08, 0.1)),
    "buggy": ((0.46, 0.54), (0.2, 0.25), (0.38, 0.46), (0.26, 0.34), (0.08, 0.16), (0.08, 0.12)),
}


def car(d: Draw) -> Assembly:
    a = Assembly()
    kind = d.choice("kind", tuple(SIZES), (5, 4, 4, 2, 4, 4, 3, 2.5, 3, 3, 2, 1.5, 2))
    paint = color(d, "paint", "paint", "metal", "white", "black", "plastic")
    trim = color(d, "trim", "black", "rubber", "metal")
    glass = color(d, "glass", "glass")
    tyre, hub = color(d, "tyre", "rubber"), color(d, "hub", "metal", "white", "black")
    width, belt, roof, bonnet, boot, clear = (d.uniform(n, *r) for n, r in zip(
        ("width", "belt", "roof", "bonnet", "boot", "clearance"), SIZES[kind], strict=True))
    w = 0.5 * width
    if kind == "racer":
        _racer(a, d, w, belt, roof, clear, paint, trim, glass, tyre, hub)
        return a
    if kind == "buggy":
        _buggy(a, d, w, belt, roof, clear, paint, trim, tyre, hub)
        return a
    if kind == "oldtimer":
        _oldtimer(a, d, w, belt, roof, bonnet, clear, paint, trim, glass, tyre, hub)
        return a

    # Body below the belt line, of length 1 from z = 0.5 to -0.5
    r = d.uniform("wheel_radius", 0.068, 0.082) * {"suv": 1.15, "pickup": 1.1, "bus": 0.75, "lorry": 0.9, "van": 1.0}.get(kind, 1.0)
    low = clear + 0.005
    drop = d.uniform("bonnet_drop", 0.005, 0.06) if kind not in ("van", "bus", "lorry") else d.uniform("bonnet_drop", 0.0, 0.02)
    # The wheel wells, up to 2.18 radii, stay below the bonnet.
    r = min(r, (belt - 0.03) / 2.18)
    drop = min(drop, belt - 2.18 * r - 0.022)
    pinch = d.uniform("pinch", 0.78, 0.97)
    boxy = d.choice("corners", (4.0, 7.0, 14.0), (3, 4, 2) if kind in ("sedan", "hatch", "coupe", "convertible") else (0, 3, 4))
    at_screen, at_boot = 0.5 - bonnet, -0.5 + boot
    rear_drop = d.uniform("boot_drop", -0.01, 0.03)
    tail = at_boot if kind == "lorry" else -0.5
    stations = [(0.5, pinch * w, low + 0.02, belt - drop - 0.035), (0.485, 0.5 * (1 + pinch) * w, low, belt - drop),
                (max(at_screen, 0.3), w, low, belt - 0.35 * drop), (0.0, w, low, belt)]
    if kind == "lorry":
        stations = [(0.5, pinch * w, low, belt - drop - 0.01), (0.48, w, low, belt - drop), (tail - 0.02, w, low, belt)]
    else:
        stations += [(-0.3, w, low, belt), (-0.48, 0.5 * (1 + pinch) * w, low, belt - rear_drop), (-0.5, 0.97 * pinch * w, low + 0.02, belt - rear_drop - 0.03)]
    lower = body(stations, 28, boxy, 1)

    # Cabin
    slope = d.uniform("screen_slope", *{"van": (0.03, 0.12), "bus": (0.0, 0.03), "lorry": (0.01, 0.07), "coupe": (0.13, 0.2),
                                        "suv": (0.06, 0.12)}.get(kind, (0.09, 0.16)))
    back = d.uniform("rear_slope", *{"sedan": (0.08, 0.16), "coupe": (0.14, 0.28), "hatch": (0.03, 0.12), "suv": (0.01, 0.07),
                                     "estate": (0.02, 0.08)}.get(kind, (0.0, 0.025)))
    tumble = d.uniform("tumblehome", 0.8, 0.93) if kind not in ("bus", "van", "lorry") else d.uniform("tumblehome", 0.92, 0.98)
    inset = 0.955 if boxy > 5 else 0.9
    pillar = 0.03
    front = [(at_screen, belt - 0.04), (at_screen - 0.02, belt), (at_screen - slope, roof - 0.012), (at_screen - slope - 0.03, roof)]
    rear = [(at_boot + back + 0.03, roof), (at_boot + back, roof - 0.012), (at_boot + 0.01, belt), (at_boot, belt - 0.04)]
    if kind == "pickup":
        rear = [(z + 0.01, y) for z, y in rear]

    def cabin(side: float, length: float) -> Manifold:
        outline = np.array(front + rear)
        middle = outline[:, 0].mean()
        z = middle + length * (outline[:, 0] - middle)
        factor = np.where(outline[:, 1] < belt + 1e-6, 1.0, np.where(outline[:, 1] >= roof, tumble - 0.05, tumble)) * inset * w * side
        return hull([(s * f, y, q) for s in (-1, 1) for f, y, q in zip(factor, outline[:, 1], z, strict=True)])

    open_top = kind == "convertible"
    radius = 1.18 * r
    axle_front = 0.5 - d.uniform("front_overhang", 0.15, 0.2)
    axle_rear = -0.5 + d.uniform("rear_overhang", 0.17, 0.24)
    axles = [axle_front, axle_rear]
    if kind in ("lorry", "bus") and d.chance("third_axle", 0.4):
        axles.append(axle_rear + 2.3 * r)
    wells = Manifold()
    arch = d.chance("arches", 0.85)
    for z in axles:
        for s in (-1, 1):
            wells += rod((s * 0.62 * w, r, z), (s * 1.1 * w, r, z), radius, sides=20)
            if kind not in ("bus", "lorry"):
                wells += span((s * 0.62 * w, -0.1, z - radius), (s * 1.1 * w, r, z + radius))

    if open_top:
        z0, z1 = at_screen - 0.5 * slope - 0.02, at_boot + 0.01
        lower -= span((-0.82 * w, 0.45 * belt, z1), (0.82 * w, roof, z0))
        top = (roof - belt) * 0.9
        screen = hull([(s * 0.85 * w, belt - 0.02, at_screen - q) for s in (-1, 1) for q in (0, 0.032)],
                      [(s * 0.72 * w, belt + top, at_screen - 0.7 * slope - q) for s in (-1, 1) for q in (0, 0.03)])
        a.add("window", glass, screen)
        seats = color(d, "seats", "leather", "fabric")
        rows = d.integer("rows", 1, 2) if z0 - z1 > 0.33 else 1
        for row in range(rows):
            for i, s in enumerate((-1, 1)):
                z = max(z0 - (0.3 if rows == 1 else 0.17 + 0.19 * row), z1 + 0.02)
                a.add("seat", seats, box((0.6 * w, belt - 0.4 * belt + 0.02, 0.045), (s * 0.42 * w, 0.72 * belt + 0.02, z), 0.012),
                      box((0.6 * w, 0.05, 0.12), (s * 0.42 * w, 0.55 * belt, z + 0.06)), instance=2 * row + i)
        if d.chance("roll_bar", 0.3):
            a.add("rack", trim, tube([(-0.7 * w, belt - 0.02, z1 + 0.03), (-0.6 * w, roof, z1 + 0.03), (0.6 * w, roof, z1 + 0.03), (0.7 * w, belt - 0.02, z1 + 0.03)], 0.016, 8))
    else:
        shape = cabin(1.0, 1.0)
        z_front = lambda y: at_screen - 0.02 - (slope - 0.02) * (y - belt) / (roof - belt)
        z_rear = lambda y: at_boot + 0.01 + (back - 0.01) * (y - belt) / (roof - belt)
        y0, y1 = belt + 0.012, roof - 0.032
        # Side windows: panes of the cabin's outline between pillars, cut from a slightly wider cabin
        panes = {"bus": d.integer("panes", 4, 8), "lorry": 1, "coupe": 1, "pickup": d.integer("panes", 1, 2),
                 "van": d.choice("panes", (1, 1, 3))}.get(kind, d.integer("panes", 2, 3))
        if kind == "bus":
            y1 = roof - 0.06
        ends = np.linspace(z_front(y0) - 0.02, z_rear(y0) + 0.02, panes + 1)
        if kind == "van" and panes == 1:
            ends = np.array([ends[0], ends[0] - 0.2])
        top = np.linspace(z_front(y1) - 0.02, z_rear(y1) + 0.02, panes + 1) if len(ends) == panes + 1 and panes > 1 or kind in ("coupe", "lorry", "pickup") else ends
        if kind == "van" and panes == 1:
            top = np.array([z_front(y1) - 0.02, ends[1]])
        wide = cabin(1.025, 1.0)
        cut = Manifold()
        for k in range(panes):
            gap = 0.5 * pillar if panes > 1 else 0.0
            z00, z01 = ends[k] - gap * (k > 0), ends[k + 1] + gap * (k < panes - 1)
            z10, z11 = top[k] - gap * (k > 0), top[k + 1] + gap * (k < panes - 1)
            cut += hull([(s, y, z) for s in (-1, 1) for y, z in ((y0, z00), (y0, z01), (y1, z10), (y1, z11))])
        windows = wide ^ cut
        screens = cabin(0.99, 1.02) ^ box((2 * w * tumble * 0.86, y1 - y0, 2), (0, (y0 + y1) / 2, 0))
        if kind == "van" and panes == 1:
            screens ^= span((-1, 0, 0), (1, 2, 1))
        a.add("window", glass, windows, screens)
        if kind == "van" and d.chance("high_roof", 0.3):
            a.add("body", paint, box((1.5 * w, 0.05, 0.6), (0, roof + 0.015, -0.12), 0.02))
        a.add("body", shade(paint, 0.6) if d.chance("dark_roof", 0.15) else paint, shape - (wells if kind in ("van", "bus") else Manifold()))

    if kind == "pickup":
        wall = 0.03
        lower -= span((-w + wall, 0.55 * belt, -0.5 + wall), (w - wall, roof, at_boot - 0.02))
        load = d.choice("load", ("none", "cover", "crates", "cap", "bar"), (4, 1.5, 2, 2, 2))
        if load == "cover":
            a.add("bed", trim, span((-0.95 * w, belt - 0.04, -0.48), (0.95 * w, belt + 0.005, at_boot - 0.02)))
        elif load == "crates":
            wood = color(d, "load_colour", "wood", "plastic", "fabric")
            for i in range(d.integer("crates", 1, 3)):
                s = d.uniform(f"crate_{i}", 0.08, 0.15)
                x = d.uniform(f"crate_x_{i}", -0.3, 0.3) * w
                a.add("bed", wood, box((s, s * 1.2, s), (x, 0.55 * belt + 0.6 * s, -0.4 + 0.12 * i)), instance=i)
        elif load == "cap":
            a.add("bed", paint, hull([(s * 0.95 * w, belt - 0.02, z) for s in (-1, 1) for z in (-0.48, at_boot)],
                                     [(s * 0.8 * w, roof - 0.01, z) for s in (-1, 1) for z in (-0.46, at_boot)]))
        elif load == "bar":
            z = at_boot - 0.05
            path = [(-0.85 * w, 0.5 * belt, z), (-0.75 * w, roof, z), (0.75 * w, roof, z), (0.85 * w, 0.5 * belt, z)]
            a.add("rack", trim, tube(path, 0.017, 8), *[rod((s * 0.75 * w, roof, z), (s * 0.93 * w, belt, z - 0.16), 0.016, sides=8) for s in (-1, 1)])
    elif kind == "lorry":
        _load(a, d, w, belt, roof, clear, at_boot, paint, trim)

    a.add("body", paint, lower - wells if arch else lower)
    for k, z in enumerate(axles):
        for j, s in enumerate((-1, 1)):
            _wheel(a, d, s * (w - 0.028), r, z, r, 0.06, tyre, hub, 2 * k + j)

    # Trim
    if d.chance("bumpers", 0.6):
        h = d.uniform("bumper", 0.035, 0.05)
        chrome = trim if d.chance("dark_bumper", 0.6) else hub
        ends = (0.495,) if kind == "lorry" else (0.495, -0.495)
        for i, z in enumerate(ends):
            a.add("bumper", chrome, box((2 * w * pinch, h, 0.04), (0, low + 0.03, z), 0.01), instance=i)
    if d.chance("lights", 0.7):
        lamp = color(d, "lamp", "light", "white")
        round_ = d.chance("round_lamps", 0.4)
        y = max(belt - drop - 0.06, low + 0.075)
        for i, s in enumerate((-1, 1)):
            at = (s * 0.66 * pinch * w, y, 0.496)
            a.add("light", lamp, ellipsoid((0.05, 0.05, 0.03), at, 12) if round_ else box((0.07, 0.034, 0.03), at), instance=i)
            if kind != "lorry":
                a.add("light", (0.4, 0.02, 0.02), box((0.05, 0.036, 0.03), (s * 0.7 * pinch * w, y, -0.495)), instance=2 + i)
    if kind in ("hatch", "suv", "sedan", "estate", "van", "pickup") and d.chance("mirrors", 0.7) or kind in ("bus", "lorry"):
        for i, s in enumerate((-1, 1)):
            a.add("mirror", trim, box((0.055, 0.04, 0.032), (s * (w + 0.012), belt + 0.025, at_screen - 0.055), 0.008), instance=i)
    if kind in ("coupe", "hatch", "sedan", "convertible") and d.chance("spoiler", 0.5 if kind == "coupe" else 0.2):
        tall = d.uniform("spoiler_height", 0.02, 0.07) if kind != "hatch" else 0.0
        y = belt + tall if kind != "hatch" else roof
        z = -0.43 if kind != "hatch" else at_boot + back + 0.01
        a.add("spoiler", paint, box((1.75 * w, 0.03, 0.085), (0, y, z)))
        if kind != "hatch":
            a.add("spoiler", trim, *[box((0.03, tall + 0.04, 0.04), (s * 0.5 * w, y - 0.5 * tall, z)) for s in (-1, 1)])
    if kind in ("suv", "estate", "van", "hatch") and d.chance("rack", 0.4):
        z0, z1 = at_screen - slope - 0.06, at_boot + back + 0.05
        for s in (-1, 1):
            x = s * 0.62 * w
            a.add("rack", trim, bar((x, roof + 0.03, z0), (x, roof + 0.03, z1), 0.026, 0.026),
                  *[box((0.026, 0.05, 0.026), (x, roof + 0.015, z)) for z in (z0 - 0.02, z1 + 0.02)])
        if d.chance("luggage", 0.5):
            a.add("rack", color(d, "luggage_colour", "leather", "fabric", "black"), box((1.0 * w, 0.07, 0.25), (0, roof + 0.06, 0.5 * (z0 + z1)), 0.02), instance=1)
        else:
            a.add("rack", trim, *[bar((-0.62 * w, roof + 0.03, z), (0.62 * w, roof + 0.03, z), 0.026, 0.026) for z in (0.7 * z0 + 0.3 * z1, 0.3 * z0 + 0.7 * z1)])
    if kind == "suv" and d.chance("spare_wheel", 0.35):
        a.add("wheel", tyre, rod((0, 0.75 * belt, -0.47), (0, 0.75 * belt, -0.545), 0.95 * r, sides=18), instance=4)
    if kind in ("sedan", "van") and d.chance("roof_sign", 0.2):
        a.add("rack", color(d, "sign", "light", "plastic"), box((0.16, 0.045, 0.05), (0, roof + 0.015, at_screen - slope - 0.1), 0.01), instance=2)
    return a


def _wheel(a, d, x, y, z, radius, width, tyre, hub, instance):
    side = 1 if x > 0 else -1
    a.add("wheel", tyre, wheel((x, y, z), radius, width), instance=instance)
    a.add("wheel", hub, rod((x, y, z), (x + side * (0.5 * width + 0.005), y, z), 0.62 * radius, 0.5 * radius, 12), instance=instance)


def _load(a, d, w, belt, roof, clear, at_cab, paint, trim):
    """What stands on a lorry's frame."""
    frame = clear + 0.05
    z1 = at_cab - 0.03
    a.add("body", trim, span((-0.5 * w, frame - 0.03, -0.48), (0.5 * w, frame + 0.035, at_cab + 0.02)))
    load = d.choice("load", ("box", "flatbed", "tank", "tipper", "mixer", "logs", "stakes"), (4, 2, 3, 2, 2, 2, 2))
    fill = color(d, "load_colour", "white", "paint", "metal", "plastic")
    floor = frame + 0.03
    mid, long = 0.5 * (z1 - 0.5), z1 + 0.5
    if load == "box":
        top = roof + d.uniform("box_height", -0.03, 0.1)
        a.add("bed", fill, span((-1.02 * w, floor, -0.5), (1.02 * w, top, z1), 0.008))
        return
    if load != "mixer":
        a.add("bed", trim, span((-w, floor, -0.5), (w, floor + 0.035, z1)))
    floor += 0.03
    if load == "flatbed":
        for i in range(d.integer("crates", 0, 3)):
            s = d.uniform(f"crate_{i}", 0.1, 0.17)
            a.add("bed", fill, box((1.4 * s, s, s), (0, floor + 0.5 * s, z1 - 0.1 - 0.19 * i)), instance=1 + i)
    elif load == "tank":
        r = d.uniform("tank", 0.75, 0.98) * w
        a.add("bed", fill, rod((0, floor + 0.9 * r, -0.49), (0, floor + 0.9 * r, z1 - 0.01), r, sides=20), instance=1)
        a.add("bed", trim, box((0.1, 0.04, 0.6 * long), (0, floor + 1.9 * r, mid)), instance=1)
    elif load == "tipper":
        h = d.uniform("tipper", 0.1, 0.17)
        outer = hull([(s * w, floor + e * h, z + q) for s in (-1, 1) for e, q in ((0, 0.04), (1, 0)) for z in (-0.5,)],
                     [(s * w, floor + e * h, z1 - q) for s in (-1, 1) for e, q in ((0, 0.02), (1, 0))])
        inner = span((-w + 0.032, floor + 0.03, -0.46), (w - 0.032, floor + 0.3, z1 - 0.032))
        tub = outer - inner
        a.add("bed", fill, tub.translate((0, -floor, 0.46)).rotate((-d.uniform("tilt", 0, 25), 0, 0)).translate((0, floor, -0.46))
              if d.chance("tipped", 0.4) else tub, instance=1)
    elif load == "mixer":
        r = 1.05 * w
        c = floor + 0.95 * r
        a.add("bed", fill, body([(z1 - 0.02, 0.45 * r, c - 0.6 * r, c + 0.3 * r), (z1 - 0.2, r, c - r, c + r), (mid - 0.02, 0.95 * r, c - 0.85 * r, c + 1.05 * r),
                                 (-0.49, 0.35 * r, c + 0.1 * r, c + 0.8 * r)], 18, 2.0, 1), instance=1)
        a.add("bed", trim, box((w, 1.0 * r, 0.04), (0, floor + 0.4 * r, -0.42)), box((w, 0.7 * r, 0.04), (0, floor + 0.3 * r, z1 - 0.05)))
    else:
        posts = np.linspace(-0.48, z1 - 0.02, 5)
        h = d.uniform("stake", 0.12, 0.18)
        for s in (-1, 1):
            a.add("bed", trim, *[box((0.03, h, 0.03), (s * (w - 0.016), floor + 0.5 * h, z)) for z in posts])
            if load == "stakes":
                a.add("bed", fill, *[bar((s * (w - 0.016), floor + q * h, -0.495), (s * (w - 0.016), floor + q * h, z1), 0.03, 0.034) for q in (0.45, 0.9)], instance=1)
        if load == "logs":
            r = (w - 0.04) / 3
            wood = color(d, "logs", "wood")
            rows = d.integer("log_rows", 1, 3)
            for row in range(rows):
                for k in range(3 - row):
                    x = (k - 0.5 * (2 - row)) * 2 * r
                    a.add("bed", wood, rod((x, floor + r + 1.7 * row * r, -0.48 - 0.02 * k), (x, floor + r + 1.7 * row * r, z1 - 0.03), 1.02 * r, sides=10), instance=2)


def _racer(a, d, w, belt, roof, clear, paint, trim, glass, tyre, hub):
    """Open wheels: a thin body, wings before and behind."""
    t = d.uniform("tub", 0.3, 0.45) * w
    nose = d.uniform("nose_height", 0.03, 0.09)
    vintage = d.chance("vintage", 0.4)
    if vintage:
        a.add("body", paint, body([(0.47, 0.6 * t, clear + 0.03, 0.9 * belt), (0.4, 1.1 * t, clear + 0.01, belt + 0.02), (0.0, 1.2 * t, clear, belt + 0.04),
                                   (-0.2, 1.2 * t, clear, belt + 0.04), (-0.5, 0.03, 0.5 * belt, 0.8 * belt)], 18, 2.4)
              - box((1.3 * t, 0.12, 0.16), (0, belt + 0.06, -0.08)))
    else:
        a.add("body", paint, body([(0.5, 0.22 * t, nose, nose + 0.03), (0.3, 0.55 * t, nose - 0.01, 0.8 * belt), (0.12, t, clear, belt), (-0.2, t, clear, belt + 0.02),
                                   (-0.48, 0.4 * t, clear + 0.03, 0.8 * belt)], 16, 3.5, 2) - box((1.0 * t, 0.12, 0.12), (0, belt + 0.05, 0.02)))
        pods = d.uniform("side_pods", 0.5, 0.75) * w
        for i, s in enumerate((-1, 1)):
            a.add("body", paint, hull([(s * x, y, 0.08) for x in (0, pods) for y in (clear, 0.75 * belt)], [(s * x, y, -0.2) for x in (0, 0.95 * pods) for y in (clear, 0.65 * belt)],
                                      [(s * x, y, -0.38) for x in (0, 0.4 * pods) for y in (clear, 0.5 * belt)]))
        a.add("body", paint, body([(-0.05, 0.3 * t, belt - 0.02, belt + 0.02), (-0.07, 0.45 * t, belt - 0.03, roof), (-0.25, 0.3 * t, belt - 0.04, belt + 0.04), (-0.45, 0.02, belt - 0.06, belt - 0.02)], 12, 3, 1))
    helmet = color(d, "helmet", "plastic", "white")
    a.add("driver", helmet, ellipsoid((0.075, 0.09, 0.08), (0, belt + 0.045, -0.01 if not vintage else -0.09), 14),
          box((0.09, 0.1, 0.06), (0, belt - 0.03, -0.01 if not vintage else -0.09)))
    r0, r1 = d.uniform("front_wheel", 0.07, 0.085), d.uniform("rear_wheel", 0.078, 0.1)
    wide = 0.04 if vintage else d.uniform("tyre_width", 0.07, 0.11)
    for k, (z, r) in enumerate(((0.29, r0), (-0.34, r1))):
        for j, s in enumerate((-1, 1)):
            x = s * (w - 0.5 * wide)
            _wheel(a, d, x, r, z, r, wide, tyre, hub, 2 * k + j)
            a.add("body", trim, *[rod((s * 0.2 * t, r + 0.01, z + q), (x, r, z), 0.016, sides=6) for q in (0.06, -0.06)])
    if not vintage:
        a.add("spoiler", trim, box((1.85 * w, 0.03, 0.1), (0, nose + 0.005, 0.47)), instance=0)
        a.add("spoiler", paint, *[box((0.03, 0.07, 0.12), (s * 0.92 * w, nose + 0.02, 0.47)) for s in (-1, 1)], instance=0)
        y = roof + d.uniform("rear_wing", -0.02, 0.05)
        a.add("spoiler", trim, box((1.3 * w, 0.03, 0.1), (0, y, -0.46)), box((0.04, y - 0.08, 0.05), (0, 0.5 * (y + 0.08), -0.44)), instance=1)
        a.add("spoiler", paint, *[box((0.03, 0.1, 0.13), (s * 0.65 * w, y - 0.025, -0.46)) for s in (-1, 1)], instance=1)
    else:
        a.add("window", glass, box((1.0 * t, 0.06, 0.03), (0, belt + 0.06, 0.015)))
        for s in (-1, 1):
            a.add("body", hub, rod((s * 1.25 * t, 0.5 * belt, 0.2), (s * 1.25 * t, 0.45 * belt, -0.45), 0.018, sides=8))


def _buggy(a, d, w, belt, roof, clear, paint, trim, tyre, hub):
    """A tub in a cage of tubes, on large open wheels."""
    r = d.uniform("wheel_radius", 0.1, 0.14)
    low = max(clear, 0.6 * r)
    t = 0.62 * w
    jeep = d.chance("jeep", 0.5)
    belt = max(belt, 2 * r + 0.045) if jeep else belt
    roof = max(roof, belt + 0.14)
    z0, z1 = 0.12, -0.36
    if jeep:
        t = 0.72 * w
        tub = span((-t, low, -0.42), (t, belt, 0.45), 0.012) - span((-t + 0.04, low + 0.05, z1), (t - 0.04, 1, z0 - 0.02))
        tub -= span((-1, low + 0.06, -0.12), (1, 1, 0.08)) if d.chance("no_doors", 0.6) else Manifold()
        a.add("body", paint, tub)
        for i, s in enumerate((-1, 1)):
            for k, z in enumerate((0.31, -0.31)):
                a.add("fender", trim, span((s * (t - 0.02), 2 * r + 0.005, z - 1.2 * r), (s * w, 2 * r + 0.037, z + 1.2 * r)), instance=2 * k + i)
        a.add("window", color(d, "glass", "glass"), hull([(s * 0.95 * t, belt - 0.01, z0 + q) for s in (-1, 1) for q in (0, 0.03)],
                                                         [(s * 0.9 * t, belt + 0.13, z0 - 0.03 + q) for s in (-1, 1) for q in (0, 0.03)]))
        if d.chance("spare_wheel", 0.5):
            a.add("wheel", tyre, rod((0, belt - 0.02, -0.4), (0, belt - 0.02, -0.48), 0.9 * r, sides=18), instance=4)
    else:
        a.add("body", paint, body([(0.48, 0.35 * t, low + 0.04, low + 0.09), (0.25, 0.75 * t, low, belt - 0.03), (0.1, t, low, belt), (-0.2, t, low, belt), (-0.42, 0.6 * t, low + 0.02, belt - 0.02)], 18, 4, 2)
              - span((-t + 0.04, low + 0.05, -0.22), (t - 0.04, 1, 0.08)))
        a.add("body", trim, box((0.9 * t, 0.09, 0.12), (0, belt, -0.37), 0.02))
    for i, s in enumerate((-1, 1)):
        a.add("seat", color(d, f"seat_colour_{i}", "black", "leather"), box((0.6 * t, 0.035, 0.12), (s * 0.42 * t, low + 0.075, -0.04)),
              box((0.6 * t, 0.16, 0.04), (s * 0.42 * t, low + 0.13, -0.11)), instance=i)
    if not jeep or d.chance("cage", 0.75):
        x, y = 0.82 * t, roof
        tube_ = 0.017
        for s in (-1, 1):
            path = [(s * x, belt - 0.03, z0), (s * 0.85 * x, y, z0 - 0.1), (s * 0.85 * x, y, -0.18), (s * x, belt - 0.03, -0.36)]
            a.add("rack", trim, tube(path, tube_, 8), rod((s * 0.85 * x, y, -0.18), (s * x, belt - 0.03, -0.18), tube_, sides=8))
        a.add("rack", trim, *[rod((-0.85 * x, y, z), (0.85 * x, y, z), tube_, sides=8) for z in (z0 - 0.1, -0.18)])
        if d.chance("roof_panel", 0.35):
            a.add("rack", paint, span((-0.85 * x, y, -0.18), (0.85 * x, y + 0.03, z0 - 0.1)), instance=1)
    for k, z in enumerate((0.31, -0.31)):
        for j, s in enumerate((-1, 1)):
            wide = 0.55 * r
            a.add("body", trim, rod((s * 0.3 * t, low + 0.03, z), (s * (w - 0.5 * wide), r, z), 0.018, sides=8))
            _wheel(a, d, s * (w - 0.5 * wide), r, z, r, wide, tyre, hub, 2 * k + j)
    lamp = color(d, "lamp", "light")
    for i, s in enumerate((-1, 1)):
        z, y = (0.455, belt - 0.05) if jeep else (0.3, belt - 0.02)
        a.add("light", lamp, ellipsoid((0.06, 0.06, 0.04), (s * 0.6 * t, y, z), 12), instance=i)


def _oldtimer(a, d, w, belt, roof, bonnet, clear, paint, trim, glass, tyre, hub):
    """A narrow body with swept fenders and thin wheels."""
    r = d.uniform("wheel_radius", 0.1, 0.125)
    t = 0.62 * w
    at = 0.42 - bonnet
    low = 0.9 * r
    axles = (0.33, -0.33)
    a.add("body", paint, span((-0.62 * t, low, at - 0.02), (0.62 * t, belt + 0.01, 0.4), 0.02), span((-t, low, -0.42), (t, belt, at), 0.012))
    a.add("bumper", hub, span((-0.55 * t, low - 0.01, 0.38), (0.55 * t, belt + 0.02, 0.425)))
    if d.chance("closed", 0.7):
        a.add("window", glass, span((-0.96 * t, belt - 0.01, -0.38), (0.96 * t, roof - 0.02, at - 0.01)))
        a.add("body", paint, span((-t, roof - 0.035, -0.43), (t, roof, at + 0.02), 0.01))
        posts = np.linspace(-0.4, at - 0.02, d.integer("posts", 2, 4))
        a.add("body", paint, *[box((0.035, roof - belt, 0.035), (s * 0.93 * t, 0.5 * (roof + belt), z)) for s in (-1, 1) for z in posts])
    else:
        seats = color(d, "seats", "leather")
        for i, z in enumerate((at - 0.16, -0.36)):
            a.add("seat", seats, box((1.7 * t, 0.14, 0.05), (0, belt + 0.04, z), 0.015), instance=i)
        a.add("window", glass, box((1.7 * t, 0.12, 0.03), (0, belt + 0.05, at - 0.015)))
        if d.chance("hood", 0.5):
            a.add("body", trim, span((-t, roof - 0.035, -0.42), (t, roof, at + 0.02)),
                  *[rod((s * 0.92 * t, belt - 0.02, z), (s * 0.92 * t, roof - 0.01, z), 0.016, sides=8) for s in (-1, 1) for z in (-0.4, at - 0.01)])
    fender = trim if d.chance("dark_fenders", 0.5) else paint
    for i, s in enumerate((-1, 1)):
        x0, x1 = s * (t - 0.02), s * w
        q = np.linspace(0.15, np.pi - 0.1, 9)
        arcs = [np.stack([np.full(9, 0.5 * (x0 + x1)), r + 1.22 * r * np.sin(q), z + 1.22 * r * np.cos(q)], axis=1) for z in axles]
        board = np.array([(0.5 * (x0 + x1), 0.8 * r, axles[0] - 1.5 * r), (0.5 * (x0 + x1), 0.8 * r, axles[1] + 1.5 * r)])
        path = np.concatenate([arcs[0], board, arcs[1]])
        wide = abs(x1 - x0)
        a.add("fender", fender, sweep(path, rectangle(0.032, wide), up=(1, 0, 0)), instance=i)
        for k, z in enumerate(axles):
            _wheel(a, d, s * (w - 0.026), r, z, r, 0.045, tyre, hub, 2 * k + i)
            a.add("body", trim, rod((0, r, z), (s * (w - 0.03), r, z), 0.017, sides=8))
        a.add("light", color(d, f"lamp_{i}", "light", "brass"), ellipsoid((0.07, 0.07, 0.06), (s * 0.62 * t, belt - 0.03, 0.4), 12), instance=i)
    if d.chance("spare_wheel", 0.5):
        a.add("wheel", tyre, rod((0, 1.5 * r, -0.41), (0, 1.5 * r, -0.46), 0.9 * r, sides=18), instance=4)
