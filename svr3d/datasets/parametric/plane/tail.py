"""Tails: one fin or two with stabilizers at some height, or a V; and canards."""

from __future__ import annotations

from typing import NamedTuple

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES
from ..solids import box
from .plan import Plan, airfoil, at

TailWeights = tuple[float, float, float, float, float]

KINDS = ("classic", "t", "twin", "v", "cruciform")

STABILIZERS = {"classic": 0.0, "t": 0.93, "cruciform": 0.45}
"""How high on a single fin they are, as a fraction of it."""


class Tail(NamedTuple):
    """A tail from the fraction s of the length on, at the height y."""

    s: float
    y: float
    fin: float
    chord: float
    lean: float
    """How far a fin's tip is behind its root."""
    reach: float
    """Of a stabilizer."""
    thick: tuple[float, float]

    def stabilizer(self, side: int, y: float, z: float, rise: float = 0.0) -> Manifold:
        c = 0.75 * self.chord
        tip = (side * self.reach, y + rise, z - (0.5 * self.lean + 0.02))
        return airfoil((0, y, z), tip, (c, 0.6 * c), self.thick)


def add_tail(a: Assembly, d: Draw, p: Plan, weights: TailWeights) -> None:
    kind = d.choice("tail", KINDS, weights)
    fin = d.uniform("fin", 0.11, 0.18)
    c = d.uniform("fin_chord", 0.11, 0.17)
    slow = p.family in ("propeller", "biplane", "glider")
    lean = d.uniform("fin_sweep", 0.0, 0.12) if slow else d.uniform("fin_sweep", 0.08, 0.18)
    s = 1.0 - c - 0.01
    reach = d.uniform("stabilizer", 0.14, 0.22)
    tail = Tail(s, p.body.height(s), fin, c, lean, reach, (0.038 * p.unit, 0.033 * p.unit))
    if kind == "twin":
        _add_twin(a, d, p, tail)
    elif kind == "v":
        _add_v(a, p, tail)
    else:
        _add_single(a, p, tail, kind)
    if p.family in ("fighter", "jet") and d.chance("canards", 0.2):
        r = p.body.r
        for sx in SIDES:
            tip = (sx * 0.14, 0.2 * r + 0.01, at(0.31))
            canard = airfoil((0, 0.2 * r, at(0.25)), tip, (0.09, 0.05), (0.036, 0.032))
            a.add("wing", p.tone, canard, instance=int(sx > 0))


def _add_single(a: Assembly, p: Plan, t: Tail, kind: str) -> None:
    z, c = at(t.s), t.chord
    a.add("tail", p.second, airfoil((0, t.y, z), (0, t.y + t.fin, z - t.lean), (c, 0.6 * c), t.thick))
    f = STABILIZERS[kind]
    if p.family == "delta" and kind == "classic":
        return
    for sx in SIDES:
        a.add("tail", p.tone, t.stabilizer(sx, t.y + f * t.fin, at(t.s + 0.05 * (f == 0)) - f * t.lean, 0.02))


def _add_twin(a: Assembly, d: Draw, p: Plan, t: Tail) -> None:
    """Two canted fins at the fuselage's sides (of jets, on booms) or at the stabilizers' ends."""
    z, c, y = at(t.s), t.chord, t.y
    x = p.body.radius(t.s) + 0.02 if p.military else 0.85 * t.reach
    cant = d.uniform("cant_-1", 0.0, 0.05)
    for sx in SIDES:
        tip = (sx * (x + cant), y + 0.9 * t.fin, z - t.lean)
        a.add("tail", p.second, airfoil((sx * x, y - 0.02, z), tip, (0.9 * c, 0.55 * c), t.thick))
        a.add("tail", p.tone, t.stabilizer(sx, y, z - 0.02))
        if p.military:
            a.add("body", p.tone, box((0.06, 0.045, 0.25), (sx * x * 0.8, y * 0.3 - 0.005, z - 0.02), 0.01))


def _add_v(a: Assembly, p: Plan, t: Tail) -> None:
    z, c = at(t.s), t.chord
    for sx in SIDES:
        tip = (sx * 0.75 * t.reach, t.y + 0.8 * t.fin, z - t.lean)
        a.add("tail", p.second, airfoil((0, t.y, z), tip, (c, 0.6 * c), t.thick))
