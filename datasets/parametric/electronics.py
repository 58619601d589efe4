"""Displays, loudspeakers and telephones."""

from __future__ import annotations

import numpy as np

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
    sheet,
    sweep,
    tube,
)

DISPLAY_LABELS = ("screen", "body", "base")
SPEAKER_LABELS = ("body", "driver", "base", "handle")
PHONE_LABELS = ("body", "screen", "button", "antenna", "handset", "base")


def display(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("monitor", "television", "laptop", "tube", "wall", "curved", "easel", "kiosk"),
        (6, 3, 4, 2, 1.5, 2, 1.5, 1),
    )
    case = color(d, "case", "black", "metal", "white")
    glass = color(d, "glass", "glass")
    aspect = d.uniform("aspect", 1.2, 2.2)
    h = 1.0
    w = aspect * h
    if family in ("monitor", "kiosk", "easel") and d.chance("portrait", 0.12):
        w, h = 0.62, 1.0
    longest = max(w, h)
    t = longest * d.uniform("thickness", 0.03, 0.09)
    rim = longest * d.uniform("rim", 0.02, 0.07)
    tilt = d.uniform("tilt", 0, 12)
    if family == "laptop":
        _laptop(a, d, w, case, glass)
        return a
    chin = rim * d.choice("chin", (1.0, 1.0, 2.2))
    height = longest * d.uniform("stand_height", 0.08, 0.4)
    mid = height + h / 2

    # The panel, built upright around the origin, facing +z.
    corner = d.choice("corner", (0.0, 0.02, 0.06)) * longest
    if family == "curved":
        turn = d.uniform("turn", 0.25, 0.6)
        radius = w / 2 / np.sin(turn)
        bend = lambda off: (
            lambda u, v: np.stack(
                np.broadcast_arrays(
                    (radius - off) * np.sin(u * turn), v * h, radius - (radius - off) * np.cos(u * turn)
                ),
                axis=-1,
            )
        )
        panel = sheet(bend(0.0), t, (-1, 1), (-0.5, 0.5), (16, 1))
        recess = sheet(
            bend(t / 2), 0.5 * t, (-1 + 2 * rim / w, 1 - 2 * rim / w), (-0.5 + chin / h, 0.5 - rim / h), (16, 1)
        )
        screen = sheet(
            bend(0.2 * t),
            0.3 * t,
            (-1 + 1.6 * rim / w, 1 - 1.6 * rim / w),
            (-0.5 + 0.8 * chin / h, 0.5 - 0.8 * rim / h),
            (16, 1),
        )
    else:
        panel = prism(rectangle(w, h, corner), t, "z")
        opening = (w - 2 * rim, h - rim - chin)
        recess = box((*opening, 0.5 * t), (0, (chin - rim) / 2, t / 2))
        screen = box((opening[0] + 0.5 * rim, opening[1] + 0.5 * rim, 0.4 * t), (0, (chin - rim) / 2, 0.12 * t))
    body = [panel - recess]
    if family == "tube":
        deep = d.uniform("depth", 0.5, 0.95) * h
        ring = rectangle(w, h, 0.05)
        s = d.uniform("tail", 0.4, 0.7)
        z = [(-t / 4, 0.98, 0.0), (-0.45 * deep, 0.9, 0.0), (-0.6 * deep, s, -0.05), (-deep, 0.85 * s, -0.08)]
        body.append(loft([np.column_stack([ring * k + (0, dy * h), np.full(len(ring), zz)]) for zz, k, dy in z]))
        screen = box((w - 2 * rim, h - rim - chin, 0.1), (0, (chin - rim) / 2, t * 0.1 - 0.05)) + sheet(
            lambda u, v: np.stack(
                np.broadcast_arrays(
                    u * (w / 2 - rim),
                    (chin - rim) / 2 + v * (h - rim - chin) / 2,
                    0.12 * t + 0.05 * h * (1 - u * u) * (1 - v * v),
                ),
                axis=-1,
            ),
            0.1 * t,
            (-0.999, 0.999),
            (-0.999, 0.999),
            (8, 6),
        )
    elif d.chance("bulge", 0.4) and family in ("monitor", "television", "easel"):
        k = d.uniform("bulge_size", 0.45, 0.8)
        low, high = rectangle(k * w, k * h, 0.05), rectangle(0.6 * k * w, 0.6 * k * h, 0.05)
        body.append(
            loft(
                [
                    np.column_stack([low, np.full(len(low), -0.2 * t)]),
                    np.column_stack([high, np.full(len(low), -1.4 * t)]),
                ]
            )
        )
    if family == "television" and d.chance("sound_bar", 0.3):
        body.append(box((0.8 * w, 0.09 * h, 1.1 * t), (0, -0.54 * h, 0)))
    place = lambda s, lean=tilt: s.rotate((-lean, 0, 0)).translate((0, mid, 0))
    if family == "curved":
        tilt = 0.0
    if family == "tube":
        _tube_stand(a, d, w, h, deep, mid, case)
        tilt = 0.0
        place = lambda s: s.translate((0, mid, 0))
    a.add("body", case, *[place(s) for s in body])
    a.add("screen", glass, place(screen))
    if family == "tube":
        return a
    {"monitor": _stand, "television": _feet, "wall": _wall, "curved": _stand, "easel": _easel, "kiosk": _kiosk}[family](
        a, d, w, h, t, mid, height, longest, case, np.tan(np.radians(tilt))
    )
    return a


def _stand(a, d, w, h, t, mid, height, longest, case, slope):
    tone = case if d.chance("stand_plain", 0.6) else color(d, "stand", "metal", "black")
    form = d.choice("neck", ("plate", "round", "bent", "twin", "wedge"))
    foot = d.choice("foot", ("rectangle", "oval", "v", "ring", "star", "half"))
    r = longest * d.uniform("neck_width", 0.02, 0.035)
    top, back = mid - d.uniform("neck_top", 0.05, 0.25) * h, -0.45 * t
    low = 0.03 * longest
    reach = back + 0.4 * t + slope * (mid - top)  # to the panel, which leans
    deep = longest * d.uniform("foot_depth", 0.13, 0.2)
    wide = w * d.uniform("foot_width", 0.22, 0.4)
    lean = np.array([0, 0, back - 1.2 * r])
    hinge = (
        rod((0, top, back - 1.5 * r), (0, top + 0.01, reach), 2.2 * r)
        if form != "bent"
        else rod((0, top, -0.3 * deep), (0, top, reach), r)
    )
    a.add("base", tone, hinge)
    if form == "plate":
        a.add("base", tone, box((0.35 * wide + 2 * r, top + r, 2 * r), lean + (0, (top + r) / 2, 0)))
    elif form == "round":
        a.add("base", tone, rod(lean, lean + (0, top + 2 * r, 0), 1.4 * r))
    elif form == "bent":
        a.add(
            "base",
            tone,
            tube(
                fillet(
                    [(0, low / 2, 0.5 * deep), (0, low / 2, -0.3 * deep), (0, top, -0.3 * deep), (0, top, back)], 0.06
                ),
                1.1 * r,
                10,
            ),
        )
    elif form == "twin":
        a.add(
            "base",
            tone,
            *[rod(lean + (s * 0.12 * w, 0, 0), lean + (s * 0.12 * w, top, 0), r) for s in (-1, 1)],
            rod(lean + (-0.12 * w, top, 0), lean + (0.12 * w, top, 0), r),
            rod(lean + (-0.12 * w, r, 0), lean + (0.12 * w, r, 0), r),
        )
    else:
        a.add(
            "base",
            tone,
            hull(
                [(s * 0.5 * wide, low / 2, z) for s in (-1, 1) for z in (-0.6 * deep, 0.2 * deep)],
                [(s * 0.25 * wide, top, z) for s in (-1, 1) for z in (lean[2] - r, lean[2] + r)],
            ),
        )
    c = (0, low / 2, 0)
    if foot == "rectangle":
        a.add("base", tone, prism(rectangle(2 * wide, 2 * deep, 0.1 * deep), low, "y", c))
    elif foot == "oval":
        a.add("base", tone, lathe([(1, 0), (0.97, low), (0.2, 1.3 * low)], sides=32).scale((wide, 1, deep)))
    elif foot == "half":
        q = np.linspace(0, np.pi, 16)
        a.add(
            "base", tone, prism(np.stack([wide * np.cos(q), 1.6 * deep * np.sin(q) - 0.6 * deep], axis=1), low, "y", c)
        )
    elif foot == "v":
        a.add(
            "base",
            tone,
            *[
                bar((0, low * 0.6, lean[2] - r), (s * wide, low * 0.6, 1.2 * deep), 1.6 * low, 1.2 * low)
                for s in (-1, 1)
            ],
            box((4 * r, 1.2 * low, 4 * r), lean + (0, low * 0.6, 0)),
        )
    elif foot == "ring":
        q = around(32)
        a.add(
            "base",
            tone,
            tube(
                np.stack([wide * np.cos(q), np.full(32, 0.6 * low), deep * np.sin(q)], axis=1),
                0.65 * low,
                8,
                closed=True,
            ),
            bar((0, 0.6 * low, -deep), (0, 0.6 * low, deep), 2 * low, 1.1 * low),
            bar((-0.12 * w, 0.6 * low, lean[2]), (0.12 * w, 0.6 * low, lean[2]), 2 * low, 1.1 * low),
        )
    else:
        n = d.integer("toes", 3, 5)
        a.add(
            "base",
            tone,
            *[
                bar(
                    (0, 0.6 * low, lean[2]),
                    (wide * np.cos(q), 0.6 * low, lean[2] + wide * np.sin(q)),
                    1.8 * low,
                    1.2 * low,
                )
                for q in around(n, np.pi / 2)
            ],
            box((0.24 * w + 2 * r, 1.2 * low, 2.5 * r), lean + (0, 0.6 * low, 0)),
        )


def _feet(a, d, w, h, t, mid, height, longest, case, slope):
    reach, at = longest * d.uniform("foot_depth", 0.1, 0.17), d.uniform("foot_at", 0.25, 0.43) * w
    r = longest * 0.02
    low = mid - 0.47 * h
    z0 = slope * 0.47 * h  # of the panel's lower edge, which leans forwards
    kind = d.choice("feet", ("v", "slab", "loop", "pole_plate"))
    for s in (-1, 1) if kind != "pole_plate" else ():
        x = s * at
        if kind == "v":
            a.add(
                "base", case, *[rod((x, low, z0), (x, 0.5 * r, z0 + k * reach), 1.1 * r, 0.9 * r, 8) for k in (-1, 1)]
            )
        elif kind == "slab":
            a.add(
                "base",
                case,
                hull(
                    [(x + k * r, low, z) for k in (-1, 1) for z in (z0 - 0.4 * t, z0 + 0.4 * t)],
                    [(x + k * r, 0, z) for k in (-1, 1) for z in (z0 - reach, z0 + reach)],
                ),
            )
        else:
            a.add(
                "base",
                case,
                sweep(
                    [(x, low, z0 - 0.25 * t), (x, r, z0 - reach), (x, r, z0 + reach), (x, low, z0 + 0.25 * t)],
                    rectangle(2 * r, 2 * r),
                    up=(1, 0, 0),
                ),
            )
    if kind == "pole_plate":
        a.add(
            "base",
            case,
            prism(rectangle(0.9 * w, 2 * reach, 0.3 * reach), 1.5 * r, "y", (0, 0.75 * r, 0)),
            bar((0, 0, z0), (0, low + 0.1 * h, z0 - 0.1 * h * slope), 0.3 * w, 1.5 * r, (0, 0.01, 1)),
        )


def _wall(a, d, w, h, t, mid, height, longest, case, slope):
    reach = longest * d.uniform("wall_gap", 0.12, 0.4)
    metal = color(d, "mount", "metal", "black")
    back = -0.4 * t
    a.add(
        "base",
        metal,
        box((0.22 * w, 0.4 * h, 0.035 * longest), (0, mid, back - reach)),
        box((0.2 * w, 0.2 * h, 0.03 * longest), (0, mid, back - 0.02)),
    )
    r = 0.02 * longest
    if d.chance("elbow", 0.6):
        e = (d.uniform("elbow_out", 0.1, 0.22) * w, mid, back - reach / 2)
        a.add(
            "base",
            metal,
            rod((0, mid, back - reach), e, r),
            rod(e, (0, mid, back), r),
            rod((e[0], mid - 0.07, e[2]), (e[0], mid + 0.07, e[2]), 1.5 * r),
        )
    else:
        a.add("base", metal, *[rod((x * 0.07 * w, mid, back - reach), (x * 0.07 * w, mid, back), r) for x in (-1, 1)])


def _easel(a, d, w, h, t, mid, height, longest, case, slope):
    r = 0.018 * longest
    top = mid + 0.25 * h
    back, front = -0.25 * h * slope - 0.3 * t, mid * slope - 0.3 * t
    reach = longest * d.uniform("reach", 0.25, 0.4)
    tone = color(d, "leg", "wood", "metal", "black")
    a.add(
        "base",
        tone,
        rod((0, top, back), (0, 0, -reach), r),
        *[rod((s * 0.15 * w, top, back), (s * 0.38 * w, 0, front), r) for s in (-1, 1)],
    )
    a.add(
        "base",
        tone,
        bar((-0.4 * w, mid - 0.49 * h, 0.49 * h * slope), (0.4 * w, mid - 0.49 * h, 0.49 * h * slope), 2.2 * t, 2 * r),
    )


def _kiosk(a, d, w, h, t, mid, height, longest, case, slope):
    tall = longest * d.uniform("kiosk", 0.4, 0.9)
    foot = 0.03 * longest
    a.add(
        "base",
        case,
        box(
            (0.3 * w, tall + height + 0.3 * h, 0.5 * t + 0.02 * longest),
            (0, (height - tall + 0.3 * h) / 2, -0.4 * t),
            0.01,
        ),
    )
    a.add("base", case, box((0.75 * w, foot, 0.35 * longest), (0, -tall + foot / 2, 0), 0.01))
    if d.chance("shelf", 0.4):
        a.add("base", case, box((0.6 * w, foot, 0.3 * longest), (0, height - 0.3 * tall, 0.1 * longest)))


def _tube_stand(a, d, w, h, deep, mid, case):
    kind = d.choice("stand", ("swivel", "legs", "none"))
    low = mid - h / 2
    if kind == "swivel":
        a.add(
            "base",
            case,
            lathe([(0.33 * w, 0), (0.33 * w, 0.04), (0.12 * w, 0.1), (0.12 * w, low + 0.12)], (0, 0, -0.25 * deep)),
        )
    elif kind == "legs":
        tone = color(d, "leg", "wood", "metal")
        a.add(
            "base",
            tone,
            *[
                rod((s * 0.38 * w, low + 0.12, z), (s * 0.48 * w, 0, z * 1.3 + 0.05), 0.03 * w, 0.02 * w)
                for s in (-1, 1)
                for z in (-0.05 * h, -0.4 * deep)
            ],
        )
    if d.chance("antenna", 0.4):
        a.add(
            "base",
            case,
            *[
                rod(
                    (0, low + h * 0.9, -0.2 * deep),
                    (s * d.uniform(f"spread_{s}", 0.2, 0.5) * w, low + 1.5 * h, -0.25 * h),
                    0.018 * w,
                    sides=8,
                )
                for s in (-1, 1)
            ],
            instance=1,
        )


def _laptop(a, d, w, case, glass):
    deep = w / d.uniform("depth_ratio", 1.3, 1.6)
    t = d.uniform("laptop_thickness", 0.03, 0.05) * w
    angle = d.uniform("angle", 80, 135)
    rim = d.uniform("laptop_rim", 0.03, 0.08) * w
    tall = deep * d.uniform("lid", 0.9, 1.0)
    corner = d.choice("laptop_corner", (0.0, 0.03, 0.06)) * w
    keys = shade(case, 0.45) if max(case) > 0.1 else (0.15, 0.15, 0.16)
    deck = prism(rectangle(w, deep, corner), t, "y", (0, t / 2, 0))
    deck -= box((0.86 * w, 0.6 * t, 0.46 * deep), (0, t, -0.17 * deep))
    a.add("base", case, deck)
    rows, columns = 4, d.integer("keys", 7, 10)
    for j in range(rows):
        for i in range(columns):
            a.add(
                "base",
                keys,
                box(
                    (0.7 * 0.84 * w / columns, 0.35 * t, 0.7 * 0.44 * deep / rows),
                    (
                        -0.42 * w + (i + 0.5) * 0.84 * w / columns,
                        0.82 * t,
                        -0.39 * deep + (j + 0.5) * 0.44 * deep / rows,
                    ),
                ),
            )
    a.add("base", keys, box((0.26 * w, 0.2 * t, 0.2 * deep), (0, 0.98 * t, 0.27 * deep)))
    lid = prism(rectangle(w, tall, corner), 0.8 * t, "z", (0, tall / 2, 0.0)) - box(
        (w - 2 * rim, tall - 2.2 * rim, 0.5 * t), (0, tall / 2, 0.4 * t)
    )
    screen = box((w - 1.6 * rim, tall - 1.8 * rim, 0.4 * t), (0, tall / 2, 0.02 * t))
    place = lambda s: s.rotate((90 - angle, 0, 0)).translate((0, 0.9 * t, -deep / 2 + 0.2 * t))
    a.add("body", case, place(lid))
    a.add("screen", glass, place(screen))
    a.add("base", keys, rod((-0.4 * w, 0.9 * t, -deep / 2 + 0.2 * t), (0.4 * w, 0.9 * t, -deep / 2 + 0.2 * t), 0.5 * t))


def speaker(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family",
        ("tower", "bookshelf", "boombox", "cylinder", "bar", "sphere", "wedge", "stand", "horn", "subwoofer"),
        (4, 4, 2, 2, 1.5, 1.5, 1.5, 2, 1.5, 2),
    )
    case = color(d, "case", "wood", "black", "white", "plastic")
    dark, rim = color(d, "cone", "black"), color(d, "rim", "metal", "black", "brass")
    if family in ("cylinder", "sphere", "horn"):
        {"cylinder": _cylinder_speaker, "sphere": _sphere_speaker, "horn": _horn}[family](a, d, case, dark, rim)
        return a
    w, h, deep = {
        "tower": (d.uniform("w", 0.17, 0.34), 1.0, d.uniform("deep", 0.22, 0.42)),
        "bookshelf": (d.uniform("w", 0.5, 0.75), 1.0, d.uniform("deep", 0.5, 0.9)),
        "boombox": (1.0, d.uniform("h", 0.4, 0.62), d.uniform("deep", 0.2, 0.36)),
        "bar": (1.0, d.uniform("h", 0.09, 0.16), d.uniform("deep", 0.1, 0.18)),
        "wedge": (1.0, d.uniform("h", 0.5, 0.75), d.uniform("deep", 0.5, 0.8)),
        "stand": (d.uniform("w", 0.28, 0.42), d.uniform("h", 0.45, 0.65), d.uniform("deep", 0.25, 0.4)),
        "subwoofer": (d.uniform("w", 0.8, 1.0), d.uniform("h", 0.8, 1.0), d.uniform("deep", 0.75, 1.0)),
    }[family]
    bevel = d.choice("edge", (0.0, 0.02, 0.06)) * max(w, h)
    round_front = family in ("tower", "bookshelf", "boombox") and d.chance("rounded", 0.35)
    if family == "wedge":
        lean = d.uniform("lean", 0.35, 0.6)
        outline = np.array(
            [(-deep / 2, 0), (deep / 2, 0), (deep / 2, 0.2 * h), (deep / 2 - lean * deep, h), (-deep / 2, 0.8 * h)]
        )
        body = prism(outline, w, "x")
        p, q = np.array([0, 0.2 * h, deep / 2]), np.array([0, h, deep / 2 - lean * deep])
        slope = np.degrees(np.arctan2(lean * deep, 0.8 * h))
        face = lambda s, y: s.rotate((-slope, 0, 0)).translate(tuple(p + y * (q - p)))
        r = 0.36 * np.linalg.norm(q - p)
        layout = [(-0.2 * w, 0.5, r), (0.28 * w, 0.5, 0.5 * r)]
    else:
        if round_front:
            plan = rectangle(w, deep, d.uniform("radius", 0.2, 0.48) * min(w, deep), 6)
            body = prism(plan, h, "y", (0, h / 2, 0), (d.uniform("narrow", 0.75, 1.0), 1.0))
        else:
            body = box((w, h, deep), (0, h / 2, 0), bevel)
        face = lambda s, y: s.translate((0, y * h, deep / 2))
        kind = d.integer("drivers", 1, 4)
        if family == "tower":
            n = kind + 1
            big = 0.41 * w
            ys = (
                np.linspace(0.16, 0.9, n) if d.chance("spread", 0.5) else 0.92 - np.arange(n) * min(2.15 * big, 0.8 / n)
            )
            small = d.integer("tweeter", 0, n - 1)
            layout = [(0, y, (0.55 if k == small else 1) * min(big, 0.4 / n)) for k, y in enumerate(ys)]
        elif family in ("bookshelf", "stand"):
            big = min(0.41 * w, 0.26 * h)
            layout = [(0, 0.33, big), (0, 0.78, big * d.uniform("tweeter_size", 0.35, 0.75))][: 1 + (kind > 1)]
            if kind == 4:
                layout.append((0.3 * w, 0.6, 0.25 * big))
        elif family == "boombox":
            big = 0.4 * min(h, 0.5)
            layout = [(-0.31 * w, 0.5, big), (0.31 * w, 0.5, big)]
            if d.chance("centre", 0.4):
                layout.append((0, 0.35, 0.35 * big))
        elif family == "bar":
            n = d.integer("bar_drivers", 3, 7)
            layout = [(x * w, 0.5, min(0.38 * h, 0.4 / n)) for x in np.linspace(-0.42, 0.42, n)]
        else:
            layout = [(0, 0.5, d.uniform("woofer", 0.3, 0.42) * min(w, h))]
    scale = max(w, h)
    form = d.choice("driver", ("cone", "dome", "grille", "ring"), (4, 2, 1, 2))
    cuts, k = [], 0
    for x, y, r in layout:
        depth = min(0.55 * r, 0.3 * deep)
        put = lambda s, x=x, y=y: face(s.translate((x, 0, 0)), y)
        turn = lambda profile: lathe(profile, sides=24).rotate((90, 0, 0))
        if form == "grille":
            a.add(
                "driver",
                dark,
                put(turn([(r, -0.1 * r), (r, 0.12 * r), (0.8 * r, 0.25 * r), (0.01, 0.3 * r)])),
                instance=k,
            )
        else:
            cuts.append(put(turn([(0.93 * r, -depth - 0.08 * r), (0.93 * r, 0.5 * r)])))
            a.add(
                "driver",
                rim,
                put(turn([(1.05 * r, -0.1 * r), (1.05 * r, 0.1 * r)]) - turn([(0.9 * r, -r), (0.9 * r, r)])),
                instance=k,
            )
            cone = turn([(0.97 * r, -depth - 0.15 * r), (0.97 * r, 0)]) - turn(
                [(0.42 * r, -depth), (0.9 * r, 0.01 * r), (0.9 * r, r)]
            )
            a.add("driver", dark, put(cone), instance=k)
            if form == "dome":
                a.add("driver", rim, put(ellipsoid((0.7 * r, 0.7 * r, 0.7 * r), (0, 0, -depth), 14)), instance=k)
            elif form == "ring":
                a.add("driver", rim, put(turn([(0.16 * r, -depth - 0.05 * r), (0.04 * r, 0.0)])), instance=k)
        k += 1
    if d.chance("port", 0.35) and family in ("tower", "bookshelf", "subwoofer", "stand"):
        r = 0.05 * scale * d.uniform("port_size", 0.6, 1.2)
        at = (0, 0.07 * h, 0) if family == "tower" else (-0.33 * w, 0.1 * h, 0)
        cuts.append(rod((at[0], at[1], 0.2 * deep), (at[0], at[1], deep), min(r, 0.4 * w, 0.06 * h + 0.01), sides=16))
    for c in cuts:
        body -= c
    a.add("body", case, body)
    if family == "bar":
        a.add("base", dark, *[box((0.1, 0.05, 0.9 * deep), (s * 0.35, -0.01, 0)) for s in (-1, 1)])
        return a

    # What it stands on
    if family == "stand":
        tall = d.uniform("stand_height", 0.6, 1.4)
        r = 0.025 * (tall + h)
        a.add("base", rim, rod((0, -tall, 0), (0, 0.02, 0), r), box((0.7 * w, 0.05, 0.7 * deep), (0, -0.01, 0)))
        if d.chance("tripod", 0.6):
            for q in around(3, np.pi / 2):
                out = np.array([np.cos(q), 0, np.sin(q)])
                a.add(
                    "base",
                    rim,
                    rod((0, -0.55 * tall, 0), 0.38 * tall * out - (0, tall, 0), 0.85 * r, sides=8),
                    rod((0, -0.85 * tall, 0), 0.25 * tall * out - (0, 0.85 * tall, 0), 0.6 * r, sides=6),
                )
        else:
            a.add("base", rim, prism(rectangle(1.1 * w, 1.1 * deep, 0.05), 0.05, "y", (0, -tall, 0)))
    else:
        foot = d.choice("feet", ("none", "spikes", "plinth", "outriggers"))
        x, z = 0.4 * w, 0.38 * deep
        if foot == "spikes":
            a.add(
                "base",
                rim,
                *[
                    rod((s * x, 0.02, k * z), (s * x, -0.06 * scale, k * z), 0.03 * scale, 0.018 * scale, 10)
                    for s in (-1, 1)
                    for k in (-1, 1)
                ],
            )
        elif foot == "plinth":
            k = d.uniform("plinth", 0.8, 1.4)
            a.add("base", dark, box((k * w, 0.045 * scale, k * deep), (0, -0.02 * scale, 0), 0.005))
        elif foot == "outriggers" and family in ("tower", "subwoofer"):
            a.add(
                "base",
                rim,
                *[bar((-0.75 * w, -0.01, k * z), (0.75 * w, -0.01, k * z), 0.05, 0.045) for k in (-1, 1)],
                *[rod((s * 0.7 * w, 0, k * z), (s * 0.7 * w, -0.07, k * z), 0.02) for s in (-1, 1) for k in (-1, 1)],
            )

    if family == "boombox" or (family in ("bookshelf", "wedge", "stand") and d.chance("handle", 0.3)):
        r = 0.018 * scale
        rise = d.uniform("handle_height", 0.08, 0.25) * scale
        wide = d.uniform("handle_width", 0.4, 0.9) * w / 2
        style = d.choice("handle_style", ("hoop", "bar", "arch"))
        y, z = (h, 0.0) if family != "wedge" else (0.8 * h, -0.3 * deep)
        y -= 0.04 * scale
        if style == "arch":
            q = np.linspace(0, np.pi, 14)
            path = np.stack([wide * np.cos(q), y + (rise + 0.04) * np.sin(q), np.full(14, z)], axis=1)
        else:
            path = fillet(
                [(-wide, y, z), (-wide, y + rise + 0.04 * scale, z), (wide, y + rise + 0.04 * scale, z), (wide, y, z)],
                0.1 * scale if style == "hoop" else 0.01,
            )
        a.add("handle", rim, tube(path, 1.1 * r, 8))
    if family == "boombox" and d.chance("knobs", 0.5):
        n = d.integer("knob_count", 2, 5)
        a.add(
            "body",
            rim,
            *[
                rod((x, 0.82 * h, deep / 2 - 0.02), (x, 0.82 * h, deep / 2 + 0.03), 0.022, sides=10)
                for x in np.linspace(-0.12, 0.12, n)
            ],
        )
    return a


def _cylinder_speaker(a, d, case, dark, rim):
    r = d.uniform("radius", 0.15, 0.5)
    waist = d.uniform("waist", -0.25, 0.25)
    lying = d.chance("lying", 0.35)
    s = np.linspace(0, 1, 9)
    sides = d.choice("sides", (6, 8, 32, 32))
    body = lathe(np.stack([r * (1 + waist * (4 * s * (1 - s) - 0.5)), s], axis=1), sides=sides)
    ends = r * (1 - 0.5 * waist)
    cut = lathe([(0.75 * ends, -0.06), (0.85 * ends, 0.06)], sides=24)
    turn = (lambda q: q.translate((0, -0.5, 0)).rotate((0, 0, 90))) if lying else (lambda q: q)
    a.add("body", case, turn(body - cut.mirror((0, 1, 0)).translate((0, 1, 0))))
    a.add(
        "driver",
        dark,
        turn(
            lathe(
                [(0.8 * ends, 0.9), (0.8 * ends, 0.95), (0.3 * ends, 0.94), (0.25 * ends, 0.99), (0.01, 1.0)], sides=24
            )
        ),
    )
    n = d.integer("rings", 0, 3)
    for y in np.linspace(0.2, 0.8, n):
        k = r * (1 + waist * (4 * y * (1 - y) - 0.5))
        a.add("body", rim, turn(lathe([(k * 1.06, y - 0.025), (k * 1.06, y + 0.025)], sides=sides)))
    if lying:
        a.add("base", dark, *[box((0.06, 0.12 * r + 0.05, 1.4 * r), (s_ * 0.3, -r * 1.02, 0)) for s_ in (-1, 1)])
    elif d.chance("foot", 0.5):
        a.add("base", dark, lathe([(0.85 * ends, -0.05), (0.9 * ends, 0.02)], sides=24))
    if d.chance("strap", 0.4):
        q = np.linspace(0, np.pi, 14)
        path = (
            np.stack([0.7 * ends * np.cos(q), 0.97 + 0.35 * np.sin(q), 0 * q], axis=1)
            if not lying
            else np.stack([0.4 * np.cos(q), 0.7 * r + (0.25 * r + 0.17) * np.sin(q), 0 * q], axis=1)
        )
        a.add("handle", rim, tube(path, 0.022, 8))


def _sphere_speaker(a, d, case, dark, rim):
    body = ellipsoid((1, d.uniform("squash", 0.75, 1.0), d.uniform("flat", 0.7, 1.0)), (0, 0, 0), 24)
    r = d.uniform("driver_radius", 0.2, 0.34)
    deep = d.parameters["flat"] / 2
    body -= rod((0, 0, 0.6 * deep), (0, 0, 2), r, 1.1 * r, 24)
    a.add("body", case, body)
    turn = lambda profile: lathe(profile, sides=24).rotate((90, 0, 0))
    a.add(
        "driver",
        dark,
        turn(
            [
                (1.05 * r, 0.55 * deep),
                (1.05 * r, 0.62 * deep),
                (0.3 * r, 0.58 * deep),
                (0.3 * r, 0.75 * deep),
                (0.01, 0.78 * deep),
            ]
        ),
    )
    a.add(
        "driver",
        rim,
        turn([(1.12 * r, 0.6 * deep), (1.12 * r, 1.0 * deep)]) - turn([(0.95 * r, 0), (1.0 * r, 2 * deep)]),
    )
    base = d.choice("support", ("three", "ring", "stalk"))
    if base == "three":
        a.add(
            "base",
            rim,
            *[
                rod(
                    (0.2 * np.cos(q), -0.2, 0.2 * np.sin(q)),
                    (0.42 * np.cos(q), -0.62, 0.42 * np.sin(q)),
                    0.03,
                    0.025,
                    10,
                )
                for q in around(3, np.pi / 2)
            ],
        )
    elif base == "ring":
        a.add("base", rim, lathe([(0.3, -0.56), (0.25, -0.3)], sides=24))
    else:
        a.add(
            "base",
            rim,
            rod((0, -0.2, 0), (0, -0.9, 0), 0.035),
            lathe([(0.32, -0.93), (0.3, -0.88), (0.05, -0.85)], sides=24),
        )


def _horn(a, d, case, dark, rim):
    """A horn loudspeaker: a flared mouth on a driver, held by a bracket."""
    deep, r = d.uniform("deep", 0.6, 1.0), d.uniform("mouth", 0.32, 0.5)
    s = np.linspace(0, 1, 9)
    flare = 0.1 + (r - 0.1) * s ** d.uniform("flare", 1.2, 3.0)
    square = d.chance("square_mouth", 0.3)
    sides = 4 if square else 24
    outer = lathe(np.stack([flare * (1.3 if square else 1), s * deep], axis=1), sides=sides)
    inner = lathe(
        np.stack([np.maximum(flare - 0.035, 0.03) * (1.3 if square else 1), s * deep + 0.06], axis=1), sides=sides
    )
    turn = lambda q: q.rotate((90, 0, 0))
    a.add("body", case, turn(outer - inner))
    a.add("driver", dark, turn(lathe([(0.12, -0.2), (0.15, -0.15), (0.15, 0.03), (0.08, 0.08)], sides=18)))
    if d.chance("cone_inside", 0.6):
        a.add("driver", dark, turn(lathe([(0.07, 0.02), (0.1, 0.35 * deep), (0.02, 0.6 * deep)], sides=16)))
    kind = d.choice("support", ("bracket", "grip", "pole"))
    if kind == "grip":
        a.add("handle", rim, box((0.07, 0.32, 0.1), (0, -0.28, 0.02), 0.015).rotate((12, 0, 0)))
    elif kind == "bracket":
        path = fillet([(-0.19, 0, 0), (-0.19, -0.35, 0), (0.19, -0.35, 0), (0.19, 0, 0)], 0.03)
        a.add(
            "base",
            rim,
            sweep(path, rectangle(0.06, 0.04), up=(0, 0, 1)),
            rod((-0.2, 0, 0), (0.2, 0, 0), 0.035),
            box((0.3, 0.05, 0.16), (0, -0.37, 0)),
        )
    else:
        a.add(
            "base",
            rim,
            rod((0, 0, 0), (0, -0.9, 0), 0.035),
            lathe([(0.28, -0.93), (0.26, -0.89), (0.05, -0.86)], sides=20),
        )


def phone(d: Draw) -> Assembly:
    a = Assembly()
    family = d.choice(
        "family", ("slab", "bar", "flip", "slider", "desk", "cordless", "rotary", "brick"), (4, 4, 4, 2, 4, 2, 2.5, 1.5)
    )
    case = color(d, "case", "black", "white", "plastic", "metal")
    glass = color(d, "glass", "glass")
    key = color(d, "key", "white", "metal", "black")
    {
        "slab": _slab,
        "bar": _bar_phone,
        "flip": _flip,
        "slider": _slider,
        "desk": _desk_phone,
        "cordless": _cordless,
        "rotary": _rotary,
        "brick": _bar_phone,
    }[family](a, d, family, case, glass, key)
    return a


def _keypad(a, key, place, w, low, high, t, rows=4, columns=3, size=0.72, round_keys=False):
    """A grid of keys on a face at z = t between two heights, moved by `place`."""
    dx, dy = w / columns, (high - low) / rows
    for j in range(rows):
        for i in range(columns):
            at = (-w / 2 + (i + 0.5) * dx, low + (j + 0.5) * dy, t)
            s = (
                rod((at[0], at[1], t - 0.02), (at[0], at[1], t + 0.02), 0.5 * size * min(dx, dy), sides=10)
                if round_keys
                else box((size * dx, size * dy, 0.04), at, 0.006)
            )
            a.add("button", key, place(s))


def _slab(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.45, 0.6), d.uniform("thickness", 0.05, 0.1)
    corner = d.uniform("corner", 0.02, 0.11)
    rim, chin = d.uniform("rim", 0.02, 0.05), d.uniform("chin", 0.03, 0.15)
    lean = d.uniform("lean", 0, 25)
    tilt = lambda s: s.rotate((-lean, 0, 0))
    body = prism(rectangle(w, 1, corner), t, "z") - prism(
        rectangle(w - 2 * rim, 1 - 2 * chin, 0.5 * corner), 0.4 * t, "z", (0, 0, t / 2)
    )
    a.add("body", case, tilt(body))
    a.add(
        "screen",
        glass,
        tilt(prism(rectangle(w - 1.4 * rim, 1 - 1.6 * chin, 0.5 * corner), 0.3 * t, "z", (0, 0, 0.18 * t))),
    )
    if chin > 0.07:
        a.add("button", key, tilt(rod((0, -0.5 + chin / 2, 0), (0, -0.5 + chin / 2, 0.75 * t), 0.33 * chin, sides=16)))
    n = d.integer("side_buttons", 1, 3)
    a.add("button", key, *[tilt(box((0.05, 0.09, 0.4 * t), (w / 2, y, 0))) for y in np.linspace(0.1, 0.32, n)])
    camera = d.choice("camera", ("square", "bar", "round", "none"))
    if camera != "none":
        outline = {
            "square": rectangle(0.2, 0.2, 0.05),
            "bar": rectangle(0.8 * w, 0.12, 0.05),
            "round": ellipse(0.22, 0.22, 20),
        }[camera]
        a.add(
            "body",
            shade(case, 0.7),
            tilt(prism(outline, 0.06, "z", (0 if camera != "square" else w / 2 - 0.15, 0.35, -t / 2))),
        )
    stand = d.choice("stand", ("none", "wedge", "ring", "dock"), (4, 1, 1, 1))
    if stand == "wedge":
        a.add(
            "base",
            key,
            bar((0, 0.05, 0), (0, -0.48, -0.32), 0.2, 0.035, (0, 1, 0)),
            box((0.25, 0.035, 0.36), (0, -0.48, -0.14)),
        )
    elif stand == "dock":
        a.add("base", key, box((1.25 * w, 0.1, 0.36), (0, -0.5, 0.1), 0.02))
    elif stand == "ring":
        q = around(20)
        circle = np.stack([0.12 * np.cos(q), 0.12 * np.sin(q) - 0.05, np.full(20, -t / 2 - 0.12)], axis=1)
        a.add(
            "base",
            key,
            tilt(tube(circle, 0.018, 8, closed=True)),
            tilt(box((0.06, 0.05, 0.16), (0, 0.07, -t / 2 - 0.06))),
        )


def _bar_phone(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.3, 0.46), d.uniform("thickness", 0.09, 0.18)
    if family == "brick":
        t *= 1.5
    power = d.choice("outline", ("round", "tapered", "pinched", "egg"))
    y = np.linspace(-0.5, 0.5, 13)
    half = {
        "round": np.full(13, 1.0),
        "tapered": 1 - 0.25 * (0.5 - y),
        "pinched": 1 - 0.25 * np.cos(np.pi * y) ** 2 + 0.1,
        "egg": 1 - 0.5 * (y - 0.15) ** 2,
    }[power]
    half = half * np.clip(1 - (np.abs(2 * y) ** 8) * d.uniform("ends", 0.1, 0.45), 0.3, 1) * w / 2
    outline = np.concatenate([np.stack([half, y], 1), np.stack([-half, y], 1)[::-1]])
    ring = lambda k, z: np.column_stack([outline * k, np.full(len(outline), z)])
    body = loft([ring(0.92, -t / 2), ring(1.0, -0.25 * t), ring(1.0, 0.25 * t), ring(0.93, t / 2)])
    low, high = d.uniform("screen_low", 0.02, 0.15), d.uniform("screen_high", 0.33, 0.4)
    window = box((0.7 * w, high - low, 0.3 * t), (0, (low + high) / 2, t / 2))
    a.add("body", case, body - window)
    a.add("screen", glass, box((0.74 * w, high - low + 0.02, 0.1), (0, (low + high) / 2, 0.36 * t - 0.05)))
    _keypad(
        a,
        key,
        lambda s: s,
        0.72 * w,
        -0.43,
        low - 0.12,
        t / 2,
        d.integer("rows", 3, 5),
        3,
        0.72,
        d.chance("round_keys", 0.4),
    )
    a.add("button", key, box((0.25 * w, 0.05, 0.04), (0, low - 0.07, t / 2), 0.01))
    kind = d.choice("antenna", ("none", "stub", "long", "whip"), (1, 2, 1, 1) if family != "brick" else (0, 1, 2, 2))
    if kind != "none":
        x = 0.3 * w * d.choice("antenna_side", (-1, 1))
        tall = {"stub": 0.14, "long": 0.5, "whip": 0.8}[kind]
        a.add(
            "antenna",
            shade(case, 0.7),
            rod(
                (x, 0.42, 0), (x, 0.5 + tall, 0), 0.035 if kind != "whip" else 0.024, 0.028 if kind != "whip" else 0.02
            ),
        )
        if kind == "whip":
            a.add("antenna", shade(case, 0.7), rod((x, 0.42, 0), (x, 0.6, 0), 0.04))


def _flip(a, d, family, case, glass, key):
    w, t, tall = d.uniform("width", 0.42, 0.6), d.uniform("thickness", 0.07, 0.14), d.uniform("half_height", 0.8, 1.05)
    angle = d.uniform("angle", 95, 178)
    corner = d.uniform("corner", 0.02, 0.16)
    lower = prism(rectangle(w, tall, corner), t, "z", (0, -tall / 2, -t / 2))
    upper = prism(rectangle(w, tall, corner), t, "z", (0, tall / 2, -t / 2))
    turn = lambda s: s.rotate((180 - angle, 0, 0))
    opening = box((0.78 * w, 0.6 * tall, 0.5 * t), (0, 0.5 * tall, 0))
    a.add("body", case, lower, instance=0)
    a.add("body", case, turn(upper - opening), instance=1)
    a.add("screen", glass, turn(box((0.82 * w, 0.64 * tall, 0.4 * t), (0, 0.5 * tall, -0.4 * t))))
    r = 0.75 * t
    a.add("body", shade(case, 0.8), rod((-0.32 * w, 0, -0.3 * t), (0.32 * w, 0, -0.3 * t), r, sides=14))
    _keypad(
        a,
        key,
        lambda s: s,
        0.75 * w,
        -0.92 * tall,
        -0.38 * tall,
        0.0,
        d.integer("rows", 3, 4),
        3,
        0.72,
        d.chance("round_keys", 0.4),
    )
    a.add(
        "button",
        key,
        lathe([(0.2 * w, -0.03), (0.2 * w, 0.02), (0.1 * w, 0.03)], sides=18)
        .rotate((90, 0, 0))
        .translate((0, -0.24 * tall, 0)),
    )
    if d.chance("antenna", 0.35):
        a.add("antenna", case, rod((0.36 * w, -0.1, -0.6 * t), (0.36 * w, 0.28, -0.6 * t), 0.045, 0.035))


def _slider(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.42, 0.55), d.uniform("thickness", 0.06, 0.1)
    slide = d.uniform("slide", 0.3, 0.55)
    corner = d.uniform("corner", 0.03, 0.12)
    sideways = d.chance("sideways", 0.4)
    turn = (lambda s: s.rotate((0, 0, 90))) if sideways else (lambda s: s)
    a.add("body", case, turn(prism(rectangle(w, 1, corner), t, "z", (0, 0, -t / 2))), instance=0)
    move = (0, slide, 0) if not sideways else (0.6 * w * 1.0, 0, 0)
    top = prism(rectangle(w, 1, corner), t, "z", (0, 0, t / 2 - 0.005)) - box((0.8 * w, 0.74, 0.5 * t), (0, 0.04, t))
    a.add("body", shade(case, 0.8), turn(top.translate(move)), instance=1)
    a.add("screen", glass, turn(box((0.84 * w, 0.78, 0.4 * t), (0, 0.04, 0.6 * t)).translate(move)))
    if sideways:
        _keypad(a, key, turn, 0.52 * w, -0.44, 0.44, 0.0, 9, 3, 0.72)
    else:
        _keypad(a, key, turn, 0.8 * w, -0.46, -0.5 + slide - 0.03, 0.0, 4 if slide > 0.4 else 3, 3, 0.74)
    a.add("button", key, turn(rod((0, -0.42, 0.5 * t), (0, -0.42, 1.1 * t), 0.06, sides=14).translate(move)))


def _handset(a, d, tone, place, length=0.9, width=0.16):
    """A handset along x: two cups joined by a curved grip, cups down."""
    kind = d.choice("handset", ("classic", "flat", "block"))
    s = np.linspace(-1, 1, 15)
    rise = d.uniform("handset_rise", 0.06, 0.16)
    half = length / 2
    if kind == "block":
        solids = [
            box((length, 0.09, width), (0, rise, 0), 0.02),
            *[box((0.24 * length, 0.16, 1.05 * width), (k * 0.37 * length, rise - 0.05, 0), 0.02) for k in (-1, 1)],
        ]
    else:
        path = np.stack([0.9 * half * s, rise * (1 - s**4) + 0.03, 0 * s], axis=1)
        section = ellipse(0.1, width * (0.6 if kind == "classic" else 1), 12)[:, ::-1]
        cup = [(0.36 * width, -0.02), (0.62 * width, 0.0), (0.55 * width, 0.05), (0.25 * width, 0.1)]
        cup = [(r, y - 0.03) for r, y in cup]
        solids = [sweep(path, section, up=(0, 0, 1)), *[lathe(cup, (k * 0.82 * half, 0, 0), 18) for k in (-1, 1)]]
    a.add("handset", tone, *[place(q) for q in solids])


def _desk_phone(a, d, family, case, glass, key):
    w, deep = 1.0, d.uniform("depth", 0.75, 1.1)
    low, high = d.uniform("front", 0.05, 0.12), d.uniform("rear", 0.18, 0.42)
    outline = np.array(
        [(-deep / 2, 0), (deep / 2, 0), (deep / 2, low), (-deep / 2 + 0.12, high), (-deep / 2, high * 0.97)]
    )
    slope = np.degrees(np.arctan2(high - low, deep - 0.12))
    at = np.array([0, low, deep / 2])
    run = np.hypot(high - low, deep - 0.12)
    # A frame on the sloping face: x across, y up the slope, z out of it.
    place = lambda s: s.rotate((-90 + slope, 0, 0)).translate(tuple(at))
    a.add("base", case, prism(outline, w, "x"))
    side = d.choice("handset_side", ("left", "right", "top"))
    if side == "top":
        x0, kw, y1 = 0.0, 0.55, 0.5
        grip = lambda s: place(s.rotate((90, 0, 0)).translate((0, 0.84 * run, 0.075)))
        rests = [place(box((0.14, 0.13, 0.12), (k * 0.37, 0.84 * run, 0.02))) for k in (-1, 1)]
    else:
        k = -1 if side == "left" else 1
        x0, kw, y1 = -k * 0.15, 0.52, 0.55
        grip = lambda s: place(s.rotate((90, 0, 0)).rotate((0, 0, 90)).translate((k * 0.37, 0.5 * run, 0.075)))
        rests = [place(box((0.13, 0.14, 0.12), (k * 0.37, 0.5 * run + q * 0.37 * run, 0.02))) for q in (-1, 1)]
    a.add("base", case, *rests)
    _handset(
        a, d, case if d.chance("same_handset", 0.7) else key, grip, 0.92 if side == "top" else min(0.95 * run, 1.0)
    )
    shift = lambda s: place(s.translate((x0, 0, 0)))
    _keypad(
        a, key, shift, kw, 0.08 * run, y1 * run, 0.0, 4, d.choice("columns", (3, 4)), 0.7, d.chance("round_keys", 0.3)
    )
    if side != "top" or d.chance("screen", 0.4):
        if side != "top":
            a.add("screen", glass, shift(box((kw, 0.24 * run, 0.05), (0, 0.78 * run, 0.0), 0.01)))
    if d.chance("cord", 0.4) and side != "top":
        q = np.linspace(0, 1, 60)
        x = (0.37 if side == "right" else -0.37) + (0.18 if side == "right" else -0.18)
        turns = 6
        path = np.stack(
            [
                x + 0.045 * np.cos(2 * np.pi * turns * q),
                0.07 + 0.045 * np.sin(2 * np.pi * turns * q),
                deep * (0.38 - 0.76 * q),
            ],
            axis=1,
        )
        path = np.concatenate([[[x * 0.8, 0.05, 0.38 * deep]], path, [[x * 0.8, 0.05, -0.38 * deep]]])
        a.add("handset", shade(case, 0.6), tube(path, 0.019, 6))


def _cordless(a, d, family, case, glass, key):
    w, t = d.uniform("width", 0.26, 0.36), d.uniform("thickness", 0.1, 0.16)
    lean = d.uniform("lean", 5, 25)
    y = np.linspace(-0.5, 0.5, 11)
    half = (
        w
        / 2
        * (1 - d.uniform("pinch", 0.0, 0.25) * np.cos(np.pi * y) ** 2)
        * np.clip(1 - np.abs(2 * y) ** 8 * 0.3, 0.3, 1)
    )
    outline = np.concatenate([np.stack([half, y], 1), np.stack([-half, y], 1)[::-1]])
    body = loft(
        [
            np.column_stack([outline * k, np.full(len(outline), z)])
            for k, z in ((0.9, -t / 2), (1.0, -t / 4), (1.0, t / 4), (0.92, t / 2))
        ]
    )
    place = lambda s: s.translate((0, 0.5, 0)).rotate((-lean, 0, 0)).translate((0, 0.06, 0.06))
    a.add("handset", case, place(body))
    a.add("screen", glass, place(box((0.62 * w, 0.2, 0.08), (0, 0.22, t / 2 - 0.02), 0.01)))
    _keypad(a, key, place, 0.68 * w, -0.36, 0.06, t / 2, 4, 3, 0.7, d.chance("round_keys", 0.5))
    if d.chance("antenna", 0.6):
        a.add(
            "antenna",
            case,
            place(rod((0.3 * w, 0.42, -0.01), (0.3 * w, d.uniform("antenna_top", 0.62, 0.8), -0.01), 0.035, 0.027)),
        )
    base = d.choice("dock", ("round", "block", "wide"))
    if base == "round":
        a.add("base", case, lathe([(0.3, 0), (0.3, 0.06), (0.2, 0.16)], sides=28))
    elif base == "block":
        a.add(
            "base",
            case,
            hull(
                [(s * 0.22, 0, z) for s in (-1, 1) for z in (-0.25, 0.25)],
                [(s * 0.2, 0.16 if z < 0 else 0.08, z) for s in (-1, 1) for z in (-0.22, 0.22)],
            ),
        )
    else:
        a.add(
            "base",
            case,
            hull(
                [(x, 0, z) for x in (-0.2, 0.55) for z in (-0.28, 0.28)],
                [(x, 0.18 if z < 0 else 0.08, z) for x in (-0.18, 0.52) for z in (-0.25, 0.25)],
            ),
        )
        _keypad(a, key, lambda s: s.rotate((-78, 0, 0)).translate((0.36, 0.13, 0.0)), 0.24, -0.2, 0.2, 0.0, 4, 2, 0.7)


def _rotary(a, d, family, case, glass, key):
    w, deep, h = 1.0, d.uniform("depth", 0.8, 1.0), d.uniform("height", 0.35, 0.55)
    wall_phone = d.chance("candlestick", 0.25)
    if wall_phone:
        a.add("base", case, lathe([(0.3, 0), (0.3, 0.06), (0.08, 0.12), (0.06, 0.85), (0.09, 0.95)], sides=24))
        a.add(
            "body",
            key,
            lathe([(0.05, 0), (0.07, 0.1), (0.18, 0.24), (0.16, 0.25)], sides=22)
            .rotate((80, 0, 0))
            .translate((0, 0.93, 0.0)),
        )
        a.add(
            "button",
            key,
            lathe([(0.17, 0), (0.17, 0.05), (0.1, 0.06)], sides=22).rotate((70, 0, 0)).translate((0, 0.18, 0.14)),
        )
        a.add(
            "handset",
            case,
            lathe([(0.11, -0.02), (0.12, 0.04), (0.05, 0.1), (0.05, 0.3), (0.03, 0.32)], sides=18)
            .rotate((0, 0, d.uniform("hang", -15, 15)))
            .translate((0.2, 0.55, 0)),
            rod((0, 0.72, 0), (0.22, 0.76, 0), 0.025),
        )
        return
    rings = []
    for s in np.linspace(0, 1, 6):
        k = 1 - 0.45 * s ** d.uniform("slope", 0.6, 1.6) if s == 0 else 1 - 0.45 * s ** d.parameters["slope"]
        ring = rectangle(w * k, deep * (1 - 0.5 * s), 0.1)
        rings.append(np.column_stack([ring[:, 0], np.full(len(ring), s * h), ring[:, 1] - 0.14 * s * deep]))
    a.add("base", case, loft(rings))
    tilt = 45
    r = d.uniform("dial", 0.22, 0.3)
    place = lambda s: s.rotate((tilt, 0, 0)).translate((0, 0.45 * h, 0.24 * deep))
    wheel = lathe([(r, -0.16), (r, 0.06), (0.9 * r, 0.075)], sides=28)
    n = d.integer("holes", 8, 10)
    for q in around(n):
        wheel -= rod(
            (0.7 * r * np.cos(q), 0.03, 0.7 * r * np.sin(q)),
            (0.7 * r * np.cos(q), 0.2, 0.7 * r * np.sin(q)),
            0.16 * r,
            sides=8,
        )
    a.add("button", key, place(wheel))
    z = -0.14 * deep
    _handset(a, d, case, lambda s: s.translate((0, h + 0.04, z)), 1.05, 0.2)
    top = h + 0.05 + d.parameters["handset_rise"]
    a.add(
        "base",
        case,
        *[span((x - 0.05, h - 0.1, z - 0.15 * deep), (x + 0.05, top, z + 0.15 * deep)) for x in (-0.22, 0.22)],
    )
