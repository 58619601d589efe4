"""Round loudspeakers: cylinders, spheres and horns."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, arch, around, fillet, rectangle
from ..solids import box, ellipsoid
from ..sweeps import lathe, rod, spun, sweep, tube
from .plan import Plan


def cylinder(a: Assembly, d: Draw, p: Plan) -> None:
    """A waisted cylinder, upright or lying."""
    r = d.uniform("radius", 0.15, 0.5)
    waist = d.uniform("waist", -0.25, 0.25)
    lying = d.chance("lying", 0.35)
    s = np.linspace(0, 1, 9)
    sides = d.choice("sides", (6, 8, 32, 32))
    body = lathe(np.stack([r * (1 + waist * (4 * s * (1 - s) - 0.5)), s], axis=1), sides=sides)
    ends = r * (1 - 0.5 * waist)
    cut = lathe([(0.75 * ends, -0.06), (0.85 * ends, 0.06)], sides=24)

    def turn(solid: Manifold) -> Manifold:
        return solid.translate((0, -0.5, 0)).rotate((0, 0, 90)) if lying else solid

    a.add("body", p.case, turn(body - cut.mirror((0, 1, 0)).translate((0, 1, 0))))
    driver = [(0.8 * ends, 0.9), (0.8 * ends, 0.95), (0.3 * ends, 0.94), (0.25 * ends, 0.99), (0.01, 1.0)]
    a.add("driver", p.cone, turn(lathe(driver, sides=24)))
    for y in np.linspace(0.2, 0.8, d.integer("rings", 0, 3)):
        k = r * (1 + waist * (4 * y * (1 - y) - 0.5))
        a.add("body", p.rim, turn(lathe([(k * 1.06, y - 0.025), (k * 1.06, y + 0.025)], sides=sides)))
    if lying:
        feet = [box((0.06, 0.12 * r + 0.05, 1.4 * r), (k * 0.3, -r * 1.02, 0)) for k in SIDES]
        a.add("base", p.cone, *feet)
    elif d.chance("foot", 0.5):
        a.add("base", p.cone, lathe([(0.85 * ends, -0.05), (0.9 * ends, 0.02)], sides=24))
    if d.chance("strap", 0.4):
        path = arch(0.4, 0.7 * r, 0.25 * r + 0.17) if lying else arch(0.7 * ends, 0.92, 0.4)
        a.add("handle", p.rim, tube(path, 0.022, 8))


def sphere(a: Assembly, d: Draw, p: Plan) -> None:
    squash, flat = d.uniform("squash", 0.75, 1.0), d.uniform("flat", 0.7, 1.0)
    body = ellipsoid((1, squash, flat), (0, 0, 0), 24)
    r = d.uniform("driver_radius", 0.2, 0.34)
    deep = flat / 2
    a.add("body", p.case, body - rod((0, 0, 0.6 * deep), (0, 0, 2), r, 1.1 * r, 24))
    cone = [(1.05, 0.55), (1.05, 0.62), (0.3, 0.58), (0.3, 0.75)]
    a.add("driver", p.cone, spun([*((x * r, z * deep) for x, z in cone), (0.01, 0.78 * deep)]))
    rim = spun([(1.12 * r, 0.6 * deep), (1.12 * r, 1.0 * deep)]) - spun([(0.95 * r, 0), (1.0 * r, 2 * deep)])
    a.add("driver", p.rim, rim)
    base = d.choice("support", ("three", "ring", "stalk"))
    add = a.adder("base", p.rim)
    if base == "three":
        for q in around(3, np.pi / 2):
            c, s = np.cos(q), np.sin(q)
            add(rod((0.2 * c, -0.2, 0.2 * s), (0.42 * c, -0.62, 0.42 * s), 0.03, 0.025, 10))
    elif base == "ring":
        add(lathe([(0.3, -0.56), (0.25, -0.3)], sides=24))
    else:
        _add_stalk(a, p, -0.2, [(0.32, -0.93), (0.3, -0.88), (0.05, -0.85)], 24)


def _add_stalk(a: Assembly, p: Plan, top: float, foot: list[tuple[float, float]], sides: int) -> None:
    a.add("base", p.rim, rod((0, top, 0), (0, -0.9, 0), 0.035), lathe(foot, sides=sides))


def horn(a: Assembly, d: Draw, p: Plan) -> None:
    """A flared mouth on a driver, held by a bracket, a grip or a pole."""
    deep, r = d.uniform("deep", 0.6, 1.0), d.uniform("mouth", 0.32, 0.5)
    s = np.linspace(0, 1, 9)
    flare = 0.1 + (r - 0.1) * s ** d.uniform("flare", 1.2, 3.0)
    square = d.chance("square_mouth", 0.3)
    sides, wider = (4, 1.3) if square else (24, 1)
    outer = lathe(np.stack([flare * wider, s * deep], axis=1), sides=sides)
    inner = lathe(np.stack([np.maximum(flare - 0.035, 0.03) * wider, s * deep + 0.06], axis=1), sides=sides)
    a.add("body", p.case, (outer - inner).rotate((90, 0, 0)))
    a.add("driver", p.cone, spun([(0.12, -0.2), (0.15, -0.15), (0.15, 0.03), (0.08, 0.08)], sides=18))
    if d.chance("cone_inside", 0.6):
        a.add("driver", p.cone, spun([(0.07, 0.02), (0.1, 0.35 * deep), (0.02, 0.6 * deep)], sides=16))
    kind = d.choice("support", ("bracket", "grip", "pole"))
    if kind == "grip":
        a.add("handle", p.rim, box((0.07, 0.32, 0.1), (0, -0.28, 0.02), 0.015).rotate((12, 0, 0)))
    elif kind == "bracket":
        path = fillet([(-0.19, 0, 0), (-0.19, -0.35, 0), (0.19, -0.35, 0), (0.19, 0, 0)], 0.03)
        bracket = sweep(path, rectangle(0.06, 0.04), up=(0, 0, 1))
        a.add("base", p.rim, bracket, rod((-0.2, 0, 0), (0.2, 0, 0), 0.035), box((0.3, 0.05, 0.16), (0, -0.37, 0)))
    else:
        _add_stalk(a, p, 0, [(0.28, -0.93), (0.26, -0.89), (0.05, -0.86)], 20)
