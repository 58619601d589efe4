"""The backs of straight benches: posts that lean, carrying slats, bars or a panel."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from ..assembly import Assembly
from ..draw import Draw, Variant
from ..sweeps import bar
from .plan import Back, Plan


def add_back(a: Assembly, d: Draw, p: Plan, back: Back, posts: np.ndarray) -> None:
    """Add a back with posts at these x, Float[N]."""
    r = 0.5 * p.length * d.uniform("post", 0.032, 0.042)
    for x in posts:
        a.add("back", p.frame, bar(back.at(x, -0.05), back.at(x, 1.0), 2 * r, 2 * r, (1, 0, 0)))
    _, kind = d.variant("back_kind", BACKS)
    (_panel if p.family == "upholstered" else kind.build)(a, d, p, back, posts)


def _horizontal(a: Assembly, d: Draw, p: Plan, back: Back, posts: np.ndarray) -> None:
    n = d.integer("back_slats", 2, 4)
    e = np.array([p.length / 2, 0, 0])
    for v in np.linspace(0.32, 0.93, n):
        c = back.at(0, v)
        a.add("back", p.wood, bar(c - e, c + e, 0.9 * p.thick, back.tall * 0.5 / n, (0, 1, -back.lean)))


def _panel(a: Assembly, d: Draw, p: Plan, back: Back, posts: np.ndarray) -> None:
    low = d.choice("panel_low", (0.0, 0.3))
    e, c = np.array([p.length / 2, 0, 0]), back.at(0, (1 + low) / 2)
    a.add("back", p.panel, bar(c - e, c + e, 1.2 * p.thick, back.tall * (1 - low), (0, 1, -back.lean)))


def _rails(a: Assembly, p: Plan, back: Back) -> None:
    e = np.array([p.length / 2, 0, 0])
    for v in (0.25, 0.95):
        c = back.at(0, v)
        a.add("back", p.wood, bar(c - e, c + e, p.thick, 0.12 * back.tall, (0, 1, -back.lean)))


def _vertical(a: Assembly, d: Draw, p: Plan, back: Back, posts: np.ndarray) -> None:
    _rails(a, p, back)
    n = d.integer("back_bars", 6, 11)
    for x in np.linspace(-p.length / 2, p.length / 2, n + 2)[1:-1]:
        a.add("back", p.wood, bar(back.at(x, 0.25), back.at(x, 0.95), 0.032 * p.length, 0.7 * p.thick, (0, 0, 1)))


def _cross(a: Assembly, d: Draw, p: Plan, back: Back, posts: np.ndarray) -> None:
    _rails(a, p, back)
    for x0, x1 in itertools.pairwise(posts):
        for v0, v1 in ((0.25, 0.95), (0.95, 0.25)):
            a.add("back", p.wood, bar(back.at(x0, v0), back.at(x1, v1), 0.8 * p.thick, 0.9 * p.thick, (0, 0, 1)))


BACKS: dict[str, Variant[Callable[[Assembly, Draw, Plan, Back, np.ndarray], None]]] = {
    "horizontal": Variant(4, _horizontal),
    "vertical": Variant(2, _vertical),
    "panel": Variant(2, _panel),
    "cross": Variant(1, _cross),
}
