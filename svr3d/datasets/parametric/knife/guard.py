"""Guards between blade and handle."""

from __future__ import annotations

from collections.abc import Callable

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import fillet, smooth
from ..solids import box
from ..sweeps import rod, tube
from .plan import Plan

THICK = 0.034


def add_guard(a: Assembly, d: Draw, p: Plan) -> None:
    kind = d.choice("guard_kind", tuple(GUARDS))
    a.add("guard", p.trim, *GUARDS[kind](p, d.uniform("guard_size", 0.09, 0.17)))


def _cross(p: Plan, size: float) -> list[Manifold]:
    return [box((1.5 * p.thick, 2 * size, THICK), (0, 0, -0.005), 0.008)]


def _curved(p: Plan, size: float) -> list[Manifold]:
    path = [(0, size, 0.04), (0, 0.5 * size, 0.0), (0, -0.5 * size, 0.0), (0, -size, 0.04)]
    return [tube(smooth(path, 5), 0.021, 8)]


def _disc(p: Plan, size: float) -> list[Manifold]:
    return [rod((0, 0, -0.02), (0, 0, 0.014), 0.6 * size, sides=20)]


def _lower(p: Plan, size: float) -> list[Manifold]:
    return [box((1.4 * p.thick, size + p.tall / 2, THICK), (0, -size / 2, 0), 0.006)]


def _knuckle(p: Plan, size: float) -> list[Manifold]:
    low = -p.tall / 2 - 0.06
    path = [(0, 0.45 * p.tall, 0.0), (0, low, 0.0), (0, low, -p.hold * 0.9), (0, 0, -p.hold + 0.03)]
    return [tube(fillet(path, 0.05), 0.017, 8), rod((0, 0.4 * p.tall, 0), (0, 0.5 * p.tall + 0.03, 0), 0.018)]


GUARDS: dict[str, Callable[[Plan, float], list[Manifold]]] = {
    "cross": _cross,
    "curved": _curved,
    "disc": _disc,
    "lower": _lower,
    "knuckle": _knuckle,
}
