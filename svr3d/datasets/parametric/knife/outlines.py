"""Outlines of blades in (z, y), from the heel at z = 0 to the tip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..draw import Draw
from ..outlines import Outline, Points, smooth
from .plan import Plan


class BladeOutline(NamedTuple):
    """An outline, and how the blade thins: from its spine at `spine` to its edge, or from its middle to both."""

    outline: Outline
    spine: float
    double: bool = False


def _closed(p: Plan, points: Points) -> BladeOutline:
    return BladeOutline(np.asarray(points, float), p.top)


def _edges(z: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Along the upper edge and back along the lower one."""
    return np.concatenate([np.stack([z, upper], 1), np.stack([z, lower], 1)[::-1]])


def cleaver(d: Draw, p: Plan) -> BladeOutline:
    long, top, heel = p.long, p.top, p.heel
    nose = (long * d.uniform("nose", 0.92, 1.0), heel)
    return _closed(p, [(-0.02, top), (long * 0.97, top), (long, top - 0.06), nose, (0.0, heel + 0.02 * p.deep)])


def dagger(d: Draw, p: Plan) -> BladeOutline:
    half = p.deep / 2
    waist = d.uniform("leaf", 0.6, 1.1)
    s = np.array([0, 0.3, 0.65, 0.9, 1.0])
    y = half * np.array([waist, 0.5 + 0.5 * waist, 0.95, 0.45, 0.02])
    outline = np.concatenate([[(-0.02, half * waist)], _edges(p.long * s, y, -y), [(-0.02, -half * waist)]])
    return BladeOutline(outline, half, double=True)


def table(d: Draw, p: Plan) -> BladeOutline:
    long, deep, top, heel = p.long, p.deep, p.top, p.heel
    tip = [(0.8 * long, top), (0.97 * long, top - 0.2 * deep), (long, top - 0.6 * deep), (0.93 * long, heel)]
    edge = [(0.5 * long, heel + 0.1 * deep), (0.08 * long, heel + 0.25 * deep), (-0.02, heel + 0.3 * deep)]
    return _closed(p, np.concatenate([[(-0.02, top), (0.5 * long, top)], smooth(tip, 4), edge]))


def bread(d: Draw, p: Plan) -> BladeOutline:
    long, deep, top, heel = p.long, p.deep, p.top, p.heel
    teeth = np.linspace(0.96 * long, 0.04 * long, 2 * d.integer("teeth", 9, 14) + 1)
    lows = heel + 0.3 * deep * (np.arange(len(teeth)) % 2)
    spine = [(-0.02, top), (0.85 * long, top), (long, heel + 0.6 * deep)]
    return _closed(p, np.concatenate([spine, np.stack([teeth, lows], 1), [(-0.02, heel + 0.2 * deep)]]))


def _bent(d: Draw, p: Plan, factor: float, width: Callable[[np.ndarray], np.ndarray]) -> BladeOutline:
    """A blade that bends down; `width` (of its deepest) along it."""
    bend = d.uniform("bend", 0.15, 0.4) * p.long * factor
    s = np.linspace(0, 1, 12)
    centre = -bend * s**2
    half = width(s) * np.clip((1 - s) * 5, 0.05, 1)
    edges = _edges(p.long * s, centre + half, centre - half)
    return BladeOutline(np.concatenate([edges, [(-0.02, -half[0]), (-0.02, half[0])]]), half.max())


def kukri(d: Draw, p: Plan) -> BladeOutline:
    return _bent(d, p, 1, lambda s: 0.5 * p.deep * (0.6 + 0.6 * np.sin(np.pi * np.clip(s * 1.15, 0, 1))))


def karambit(d: Draw, p: Plan) -> BladeOutline:
    return _bent(d, p, 1.6, lambda s: 0.5 * p.deep * (1 - 0.7 * s**2))


def machete(d: Draw, p: Plan) -> BladeOutline:
    long, deep, top, heel = p.long, p.deep, p.top, p.heel
    spine = [(-0.02, top), (0.75 * long, top + 0.1 * deep), (0.95 * long, top - 0.1 * deep), (long, top - 0.45 * deep)]
    return _closed(p, [*spine, (0.9 * long, heel), (0.7 * long, heel - 0.08 * deep), (0.0, top - 0.65 * deep)])


def cutter(d: Draw, p: Plan) -> BladeOutline:
    return _closed(p, [(-0.02, p.top), (p.long - p.deep, p.top), (p.long, p.heel), (-0.02, p.heel)])


POINTS: dict[str, Sequence[tuple[float, float]]] = {
    "drop": ((0.6, 0), (0.85, 0.12), (1, 0.45)),
    "clip": ((0.55, 0), (0.78, 0.35), (1, 0.28)),
    "straight": ((0.6, 0), (1, 0.05)),
    "sheep": ((0.8, 0), (0.95, 0.3), (1, 0.85)),
    "tanto": ((0.7, 0), (0.99, 0.1), (0.86, 1)),
}
"""How the spine of a common blade comes to its tip: (fraction of the length, fraction of the depth below the spine)."""


def common(d: Draw, p: Plan) -> BladeOutline:
    long, deep, top, heel = p.long, p.deep, p.top, p.heel
    tip = [(z * long, heel if y == 1 else top - y * deep) for z, y in POINTS[p.point]]
    under = []
    if p.point not in ("sheep", "tanto"):
        under = [(0.88 * long, top - (0.5 + 0.4 * p.belly) * deep), (0.7 * long, heel + 0.05 * deep)]
    choil = (0.03 * long, heel + d.uniform("choil", 0, 0.12) * deep)
    end = (-0.02, top - min(0.7 * deep, 0.9 * p.tall))
    return _closed(p, [(-0.02, top), *tip, *under, (0.35 * long, heel), choil, end])
