"""Displays: monitors, televisions, laptops, tubes and what they stand on; screens face +z."""

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
    loft,
    prism,
    rectangle,
    rod,
    sheet,
    sweep,
    tube,
)

LABELS = ("screen", "body", "base")


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
    tilt = d.uniform("tilt", 0, 12) if family not in ("tube", "curved", "laptop") else 0.0
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

        def bend(off):
            return lambda u, v: np.stack(
                np.broadcast_arrays(
                    (radius - off) * np.sin(u * turn), v * h, radius - (radius - off) * np.cos(u * turn)
                ),
                axis=-1,
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

    def place(s):
        return s.rotate((-tilt, 0, 0)).translate((0, mid, 0))

    if family == "tube":
        _tube_stand(a, d, w, h, deep, mid, case)
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
            (0, (height - tall + 0.3 * h) / 2, 0.35 * h * slope - 0.4 * t),
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

    def place(s):
        return s.rotate((90 - angle, 0, 0)).translate((0, 0.9 * t, -deep / 2 + 0.2 * t))

    a.add("body", case, place(lid))
    a.add("screen", glass, place(screen))
    a.add("base", keys, rod((-0.4 * w, 0.9 * t, -deep / 2 + 0.2 * t), (0.4 * w, 0.9 * t, -deep / 2 + 0.2 * t), 0.5 * t))
