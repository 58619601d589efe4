"""Table lamps: a body of one of eight forms below a shade."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..assembly import Adder, Assembly
from ..draw import Draw
from ..materials import color
from ..solids import box
from ..sweeps import lathe, rod, tube
from .lights import Plan, add_light


def table(a: Assembly, d: Draw, p: Plan) -> None:
    h = d.uniform("body_height", 0.22, 0.45)
    r = h * d.uniform("body_width", 0.18, 0.42)
    body = BODIES[d.choice("body", tuple(BODIES))]
    body(a.adder("body", color(d, "ceramic", "plastic", "white", "wood", "metal")), d, r, h)
    foot = [(1.1 * r, 0), (1.1 * r, 0.025), (0.8 * r, 0.035)]
    a.add("base", p.metal, lathe(foot, sides=d.choice("foot_sides", (4, 24))))
    radius = d.uniform("shade_radius", 0.13, 0.22)
    top = h + d.uniform("neck", 0.16, 0.22)
    a.add("body", p.metal, rod((0, h - 0.03, 0), (0, top, 0), 0.012))
    kinds = ("cone", "drum", "bell", "pyramid", "dome", "globe")
    add_light(a, d, p, radius, (0, top, 0), kinds, (4, 3, 1, 2, 1, 1))


# Bodies of radius r and height h ----------------------------------------------------------------


def _turned(profile: Callable[[np.ndarray], np.ndarray]) -> Callable[[Adder, Draw, float, float], None]:
    """A turned body from its radius (as a fraction of r) along its height."""

    def build(add: Adder, d: Draw, r: float, h: float) -> None:
        s = np.linspace(0, 1, 14)
        add(lathe(np.stack([r * profile(s), 0.02 + h * s], axis=1), sides=22))

    return build


def _vase(s: np.ndarray) -> np.ndarray:
    return 0.55 + 0.45 * np.sin(np.pi * (0.15 + 0.75 * s)) - 0.55 * s**3


def _gourd(s: np.ndarray) -> np.ndarray:
    bulges = 0.6 * np.abs(np.sin(1.05 * np.pi * (s + 0.08))) * (1 - 0.5 * s)
    return 0.3 + bulges + 0.2 * (s > 0.6) * np.sin(np.pi * (s - 0.6) / 0.4)


def _sphere(s: np.ndarray) -> np.ndarray:
    return np.sqrt(np.clip(1 - (2 * s - 1) ** 2, 0.02, 1))


def _balusters(s: np.ndarray) -> np.ndarray:
    return 0.35 + 0.3 * np.abs(np.sin(3 * np.pi * s)) + 0.3 * (1 - s) ** 3


def _column(add: Adder, d: Draw, r: float, h: float) -> None:
    add(lathe([(0.4 * r, 0), (0.4 * r, h)], sides=d.choice("sides", (4, 6, 16))))


def _block(add: Adder, d: Draw, r: float, h: float) -> None:
    add(box((1.3 * r, 0.92 * h, 0.9 * r), (0, 0.02 + 0.46 * h, 0), 0.1 * r))


def _frame(add: Adder, d: Draw, r: float, h: float) -> None:
    t = 0.05 * h
    path = [(-0.8 * r, 0.02, 0), (-0.8 * r, h, 0), (0.8 * r, h, 0), (0.8 * r, 0.02, 0)]
    add(tube(path, t, 8), rod((0, h - 0.2 * t, 0), (0, h + 0.02, 0), t))


def _twist(add: Adder, d: Draw, r: float, h: float) -> None:
    s = np.linspace(0, 1, 14)
    q = 2 * np.pi * d.integer("turns", 1, 2) * s
    for phase in (0, np.pi):
        path = np.stack([0.45 * r * np.cos(q + phase), 0.01 + 1.0 * h * s, 0.45 * r * np.sin(q + phase)], axis=1)
        add(tube(path, 0.07 * h, 8))
    add(lathe([(0.6 * r, h - 0.01), (0.6 * r, h + 0.02)], sides=16))


BODIES: dict[str, Callable[[Adder, Draw, float, float], None]] = {
    "vase": _turned(_vase),
    "gourd": _turned(_gourd),
    "column": _column,
    "balusters": _turned(_balusters),
    "block": _block,
    "frame": _frame,
    "sphere": _turned(_sphere),
    "twist": _twist,
}
