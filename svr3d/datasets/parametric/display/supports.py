"""What carries other displays: a television's feet, a wall mount, an easel, a kiosk."""

from __future__ import annotations

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color
from ..outlines import SIDES, rectangle
from ..solids import box, grid, hull, prism
from ..sweeps import bar, rod, sweep
from .plan import Plan


def feet(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, t, slope = p.width, p.height, p.thick, p.slope
    reach, at = p.longest * d.uniform("foot_depth", 0.1, 0.17), d.uniform("foot_at", 0.25, 0.43) * w
    r = p.longest * 0.02
    low = p.middle - 0.47 * h
    z0 = slope * 0.47 * h  # of the panel's lower edge, which leans forwards
    kind = d.choice("feet", ("v", "slab", "loop", "pole_plate"))
    add = a.adder("base", p.case)
    if kind == "pole_plate":
        add(prism(rectangle(0.9 * w, 2 * reach, 0.3 * reach), 1.5 * r, "y", (0, 0.75 * r, 0)))
        add(bar((0, 0, z0), (0, low + 0.1 * h, z0 - 0.1 * h * slope), 0.3 * w, 1.5 * r, (0, 0.01, 1)))
        return
    for s in SIDES:
        x = s * at
        if kind == "v":
            add(*[rod((x, low, z0), (x, 0.5 * r, z0 + k * reach), 1.1 * r, 0.9 * r, 8) for k in SIDES])
        elif kind == "slab":
            sides = (x - r, x + r)
            upper = grid(sides, (low,), (z0 - 0.4 * t, z0 + 0.4 * t))
            add(hull(upper, grid(sides, (0,), (z0 - reach, z0 + reach))))
        else:
            path = [(x, low, z0 - 0.25 * t), (x, r, z0 - reach), (x, r, z0 + reach), (x, low, z0 + 0.25 * t)]
            add(sweep(path, rectangle(2 * r, 2 * r), up=(1, 0, 0)))


def wall(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, mid, longest = p.width, p.height, p.middle, p.longest
    reach = longest * d.uniform("wall_gap", 0.12, 0.4)
    add = a.adder("base", color(d, "mount", "metal", "black"))
    back = -0.4 * p.thick
    add(box((0.22 * w, 0.4 * h, 0.035 * longest), (0, mid, back - reach)))
    add(box((0.2 * w, 0.2 * h, 0.03 * longest), (0, mid, back - 0.02)))
    r = 0.02 * longest
    if d.chance("elbow", 0.6):
        e = (d.uniform("elbow_out", 0.1, 0.22) * w, mid, back - reach / 2)
        add(rod((0, mid, back - reach), e, r), rod(e, (0, mid, back), r))
        add(rod((e[0], mid - 0.07, e[2]), (e[0], mid + 0.07, e[2]), 1.5 * r))
    else:
        add(*[rod((x * 0.07 * w, mid, back - reach), (x * 0.07 * w, mid, back), r) for x in SIDES])


def easel(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, t, mid, slope = p.width, p.height, p.thick, p.middle, p.slope
    r = 0.018 * p.longest
    top = mid + 0.25 * h
    back, front = -0.25 * h * slope - 0.3 * t, mid * slope - 0.3 * t
    reach = p.longest * d.uniform("reach", 0.25, 0.4)
    add = a.adder("base", color(d, "leg", "wood", "metal", "black"))
    add(rod((0, top, back), (0, 0, -reach), r))
    add(*[rod((s * 0.15 * w, top, back), (s * 0.38 * w, 0, front), r) for s in SIDES])
    y, z = mid - 0.49 * h, 0.49 * h * slope
    add(bar((-0.4 * w, y, z), (0.4 * w, y, z), 2.2 * t, 2 * r))


def kiosk(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, lift, longest = p.width, p.height, p.lift, p.longest
    tall = longest * d.uniform("kiosk", 0.4, 0.9)
    foot = 0.03 * longest
    size = (0.3 * w, tall + lift + 0.3 * h, 0.5 * p.thick + 0.02 * longest)
    column = box(size, (0, (lift - tall + 0.3 * h) / 2, 0.35 * h * p.slope - 0.4 * p.thick), 0.01)
    a.add("base", p.case, column, box((0.75 * w, foot, 0.35 * longest), (0, -tall + foot / 2, 0), 0.01))
    if d.chance("shelf", 0.4):
        shelf = box((0.6 * w, foot, 0.3 * longest), (0, lift - 0.3 * tall, 0.1 * longest))
        a.add("base", p.case, shelf)
