"""Engines: nacelles, nozzles and propellers, and where each family has them."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, Vector, around, triple
from ..solids import box
from ..sweeps import bar, lathe, spun
from .plan import DARK, Plan, at


def _add_nacelle(
    a: Assembly, p: Plan, place: Vector, size: float, length: float, instance: int, intake: bool = True
) -> None:
    """Add a nacelle of this radius, its front at `place`."""
    profile = np.array([(0.8, 0.0), (1.0, -0.12), (0.95, -0.5), (0.55, -1.0)])
    body = lathe(np.stack([profile[:, 0] * size, profile[:, 1] * length], axis=1), sides=18)
    if intake:
        body -= lathe([(0.3 * size, -0.2 * length), (0.62 * size, -0.14 * length), (0.72 * size, 0.1)], sides=18)
    # The lathe's axis y becomes z.
    a.add("engine", p.second, body.rotate((90, 0, 0)).translate(triple(place)), instance=instance)
    spinner = [(0.25 * size, -0.3 * length), (0.02 * size, -0.02 * length)]
    a.add("engine", DARK, spun(spinner, place, 10), instance=instance)


def _add_propeller(a: Assembly, d: Draw, p: Plan, place: Vector, size: float, instance: int = 0) -> None:
    """Add a propeller; all of a plane's have as many blades and stand alike."""
    n = d.once(d.integer, "blades", 2, 4)
    a.add("engine", p.second, spun([(0.03, -0.03), (0.028, 0.0), (0.01, 0.045)], place, 12), instance=instance)
    for q in around(n, d.once(d.uniform, "phase", 0.1, 1.5)):
        tip = np.array(place) + np.array([np.cos(q), np.sin(q), 0]) * size
        a.add("engine", DARK, bar(place, tip, 0.02, 0.036, (0, 0, 1)), instance=instance)


def none(a: Assembly, d: Draw, p: Plan) -> None:
    """Gliders have none."""


def airliner(a: Assembly, d: Draw, p: Plan) -> None:
    """Two or four engines below the wings, two at the tail, or three."""
    body = p.body
    n = d.choice("engines", (2, 2, 4, 3))
    size = d.uniform("engine_size", 0.028, 0.042)
    if n == 2 and d.chance("tail_engines", 0.25):
        x, y = body.radius(0.75), body.height(0.75) + 0.2 * body.r
        for i, s in enumerate(SIDES):
            _add_nacelle(a, p, (s * (x + 1.1 * size), y, at(0.7)), size, 0.17, i)
            pylon = box((x + size, 0.032, 0.09), (s * 0.6 * (x + size), y, at(0.78)))
            a.add("engine", p.tone, pylon, instance=i)
        return
    spots = (0.3, 0.58) if n == 4 else (0.34,)
    for i, (s, f) in enumerate((s, f) for s in SIDES for f in spots):
        x, y, z = p.wing.place(f)
        _add_nacelle(a, p, (s * x, y - 1.15 * size, z + 0.07), size, 0.15, i)
        a.add("engine", p.tone, box((0.032, 1.1 * size, 0.09), (s * x, y - 0.4 * size, z - 0.03)), instance=i)
    if n == 3:
        _add_nacelle(a, p, (0, body.height(0.85) + 0.07, at(0.82)), size, 0.17, 2)
        a.add("engine", p.tone, box((0.03, 0.09, 0.12), (0, body.height(0.87) + 0.03, at(0.9))), instance=2)


def jet(a: Assembly, d: Draw, p: Plan) -> None:
    """Two engines at the tail."""
    r, x, y = p.body.r, p.body.radius(0.7), p.body.height(0.72)
    size = d.uniform("engine_size", 0.028, 0.038)
    for i, s in enumerate(SIDES):
        _add_nacelle(a, p, (s * (x + 1.1 * size), y + 0.3 * r, at(0.66)), size, 0.18, i)
        pylon = box((x + size, 0.032, 0.08), (s * 0.6 * (x + size), y + 0.25 * r, at(0.75)))
        a.add("engine", p.tone, pylon, instance=i)


def nozzles(a: Assembly, d: Draw, p: Plan) -> None:
    """One nozzle or two behind, intakes at the sides."""
    r = p.body.r
    n = d.choice("engines", (1, 2))
    size = 0.8 * r if n == 1 else 0.6 * r
    for i, x in enumerate((0.0,) if n == 1 else (-0.75 * r, 0.75 * r)):
        outer = lathe([(size, -0.12), (size, 0.0), (0.75 * size, 0.06)], sides=16)
        nozzle = outer - lathe([(0.7 * size, 0.02), (0.6 * size, 0.1)], sides=16)
        a.add("engine", DARK, nozzle.rotate((-90, 0, 0)).translate((x, p.body.height(1.0), at(0.96))), instance=i)
    if d.chance("intakes", 0.7):
        for s in SIDES:
            hole = box((0.5 * r, 0.7 * r, 0.06), (s * 1.2 * r, -0.1 * r, at(0.35)))
            a.add("body", p.second, box((0.8 * r, 1.1 * r, 0.3), (s * 1.15 * r, -0.1 * r, at(0.5)), 0.2 * r) - hole)


def propellers(a: Assembly, d: Draw, p: Plan) -> None:
    """A propeller at the nose, or a pusher above the wings, or one on each wing."""
    single, r, z = p.family == "propeller", p.body.r, at(p.wing.root + 0.12)
    if d.chance("pusher", 0.1) and single:
        y = 1.6 * r + 0.03
        pod = spun([(0.02, -0.1), (0.04, -0.05), (0.035, 0.06), (0.02, 0.1)], (0, y, z), 14)
        a.add("engine", p.tone, pod, box((0.03, 1.2 * r, 0.08), (0, 1.1 * r, z)))
        _add_propeller(a, d, p, (0, y, at(p.wing.root + 0.0)), 0.13)
    elif d.chance("twin", 0.25) and single:
        x, y, z = p.wing.place(0.33)
        for i, s in enumerate(SIDES):
            _add_nacelle(a, p, (s * x, y, z + 0.07), 0.03, 0.2, i, intake=False)
            _add_propeller(a, d, p, (s * x, y, z + 0.075), 0.1, i)
    else:
        _add_propeller(a, d, p, (0, 0, 0.5), d.uniform("propeller", 0.11, 0.17))


def turboprops(a: Assembly, d: Draw, p: Plan) -> None:
    """Two or four nacelles with propellers on the wings."""
    n = d.choice("engines", (2, 4)) if p.family == "turboprop" else 4
    spots = (0.32,) if n == 2 else (0.28, 0.58)
    for i, (s, f) in enumerate((s, f) for s in SIDES for f in spots):
        x, y, z = p.wing.place(f)
        _add_nacelle(a, p, (s * x, y, z + 0.08), 0.03, 0.2, i, intake=False)
        _add_propeller(a, d, p, (s * x, y, z + 0.085), 0.085, i)
