"""The backs of chairs: nine kinds of panels, bars and hoops, all on one curved surface."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw, Variant
from ..outlines import around
from ..solids import cushion, ellipsoid
from ..sweeps import rod, sheet, tube
from .plan import BackSurface, Plan


class Back(NamedTuple):
    """What a backrest is built on: its surface, thickness, posts, and where (below v = 0) it meets the seat."""

    surface: BackSurface
    thick: float
    low: float
    post: float

    def stem(self, u: float, v: float, sides: int = 8) -> Manifold:
        """A post from the seat up to v."""
        return tube([self.surface(u, self.low), self.surface(u, v)], self.post, sides)

    def posts(self) -> list[Manifold]:
        """The posts at both sides."""
        at = self.surface
        return [tube([at(s, self.low), at(s, 0.5), at(s, 1.0)], self.post, 10) for s in (-0.97, 0.97)]

    def rail(self, v: float, half_height: float, u: float = 1.0) -> Manifold:
        """A board across the back."""
        return sheet(self.surface, self.thick, (-u, u), (v - half_height, v + half_height), (10, 1))

    def hoop(self) -> Manifold:
        """One tube from the seat, around the top and down again."""
        at, angle = self.surface, np.linspace(0, np.pi, 24)
        bow = at(0.97 * np.cos(angle), 0.45 + 0.55 * np.sin(angle))
        return tube(np.concatenate([[at(0.97, self.low)], bow, [at(-0.97, self.low)]]), self.post, 8)


def add_back(a: Assembly, d: Draw, p: Plan) -> tuple[str, BackSurface | None]:
    """Draw a kind of back and add it, unless a stool has none; the kind, and its surface."""
    backless = p.stool and d.chance("backless", 0.75)
    kind, row = d.variant("back", BACKS)
    if p.family == "club":
        kind, row = "solid", BACKS["solid"]
    if backless:
        return kind, None
    tall = d.uniform("back_height", 0.22, 0.34) if kind == "low" else d.uniform("back_height", 0.34, 0.72)
    tall *= 0.6 if p.stool else 1.0
    turn = 0.95 if p.shape == "round" else d.uniform("back_turn", 0.02, 0.55)
    thick = d.uniform("back_thickness", 0.03, 0.05)
    half, foot = _foot(p)
    lean, taper = d.uniform("back_lean", 0.0, 0.3), d.uniform("back_taper", 0.8, 1.12)
    surface = BackSurface(half, tall, foot, p.top, turn, lean, taper)
    low = -min(0.6 * p.thick, 0.03) / tall
    row.build(a, d, p, Back(surface, thick, low, post=0.5 * d.uniform("post", 0.032, 0.05)))
    if kind in ("solid", "frame", "slats") and not p.stool and d.chance("headrest", 0.16):
        _add_headrest(a, d, p, surface)
    return kind, surface


def _foot(p: Plan) -> tuple[float, float]:
    """Half the back's width at its foot, and the foot's z: the posts stand where the seat's outline has room."""
    if p.shape == "round":
        return 0.40 * p.width, -0.5 * p.depth + 0.018
    if p.shape == "shield":
        return 0.3 * p.width, -0.42 * p.depth
    half, foot = 0.5 * p.rear - 0.02, -0.5 * p.depth + 0.018
    if p.shape == "rounded":  # the posts stand where the corners leave seat
        return half - 0.25 * p.corner, foot + 0.12 * p.corner
    return half, foot


def _add_headrest(a: Assembly, d: Draw, p: Plan, back: BackSurface) -> None:
    half, size = back.half_width, d.uniform("head_width", 0.4, 0.8)
    c = back(0, 1.0)
    tall = d.uniform("head_height", 0.1, 0.16)
    a.add("head", p.fill, cushion((2 * half * size, tall, 0.07), c + (0, 0.07 + tall / 2, 0.01), 0.03))
    for s in (-0.25, 0.25):
        a.add("head", p.frame, rod(back(s, 0.9), c + (s * half, 0.1 + tall / 2, 0.005), 0.016))


# Kinds ------------------------------------------------------------------------------------------


def _panel(a: Assembly, d: Draw, p: Plan, back: Back, gaps: tuple[float, ...] = ()) -> None:
    """A panel with a crowned top, down to the seat or (with a gap) on two stems."""
    at = back.surface
    crown = d.uniform("crown", -0.12, 0.2)
    gap = d.choice("back_gap", gaps) if gaps else 0.0

    def crowned(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return at(u, v * (1 + crown * (np.cos(u * np.pi / 2) - 1)))

    panel = sheet(crowned, 1.6 * back.thick, (-1, 1), (gap if gap else back.low, 1), (12, 4))
    if d.chance("back_hole", 0.2):
        panel -= sheet(at, 6 * back.thick, (-0.35, 0.35), (0.72, 0.86), (6, 1))
    a.add("back", p.fill, panel)
    if gap:
        a.add("back", p.frame, *[back.stem(s, 0.6) for s in (-0.75, 0.75)])


def _solid(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    _panel(a, d, p, back, (0.0, 0.0, 0.16))


def _slats(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    n = d.integer("slats", 3, 6)
    rail = d.uniform("rail", 0.06, 0.12)
    a.add("back", p.frame, *back.posts(), back.rail(1 - rail / 2, rail / 2), back.rail(0.16, 0.05))
    width = 0.95 / n * d.uniform("slat_width", 0.35, 0.6)
    for u in np.linspace(-1, 1, n + 2)[1:-1]:
        slat = sheet(back.surface, 0.8 * back.thick, (u - width, u + width), (0.14, 0.96), (2, 4))
        a.add("back", p.frame, slat)


def _ladder(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    n = d.integer("rungs", 2, 5)
    size = 0.5 * d.uniform("rung", 0.3, 0.6) / n
    a.add("back", p.frame, *back.posts())
    for v in np.linspace(0.28, 0.98 - size, n):
        a.add("back", p.frame, back.rail(v, size, 0.99))


def _spindles(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    n = d.integer("spindles", 4, 7)
    at = back.surface
    a.add("back", p.frame, back.hoop())
    for u in np.linspace(-0.75, 0.75, n):
        a.add("back", p.frame, rod(at(0.85 * u, back.low), at(u, 0.45 + 0.55 * np.sqrt(1 - u * u)), 0.018, sides=8))


def _ring(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    """A ring on two stems: filled, barred or empty."""
    at, angle = back.surface, around(28)
    r = 0.5 * d.uniform("ring", 0.04, 0.07)
    ring = at(0.9 * np.cos(angle), 0.55 + 0.42 * np.sin(angle))
    a.add("back", p.frame, tube(ring, r, 10, closed=True), *[back.stem(s, 0.35) for s in (-0.6, 0.6)])
    if d.chance("ring_filled", 0.5):

        def disc(u: np.ndarray, v: np.ndarray) -> np.ndarray:
            return at(0.85 * v * np.cos(u), 0.55 + 0.4 * v * np.sin(u))

        fill = sheet(disc, 0.7 * r, (0, 2 * np.pi - 1e-3), (0.05, 1), (24, 3))
        a.add("back", p.fill, fill, ellipsoid((0.06, 0.06, r), at(0, 0.55), 8))
    elif d.chance("ring_bars", 0.6):
        a.add("back", p.frame, *[tube([at(u, 0.15), at(u, 0.95)], 0.016, 8) for u in (-0.25, 0.25)])


def _frame(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    a.add("back", p.frame, *back.posts(), back.rail(0.96, 0.05), back.rail(0.3, 0.05))
    a.add("back", p.fill, sheet(back.surface, 0.7 * back.thick, (-1, 1), (0.3, 0.95), (10, 3)))


def _cross(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    a.add("back", p.frame, *back.posts(), back.rail(0.95, 0.06), back.rail(0.25, 0.05))
    s = np.linspace(0, 1, 7)
    for sign in (-1, 1):
        a.add("back", p.frame, tube(back.surface(sign * (2 * s - 1) * 0.95, 0.25 + 0.68 * s), 0.018, 8))


def _splat(a: Assembly, d: Draw, p: Plan, back: Back) -> None:
    """One board in the middle, waisted."""
    wide = d.uniform("splat", 0.18, 0.4)
    a.add("back", p.frame, *back.posts(), back.rail(0.95, 0.06, 1.02))

    def waisted(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return back.surface(u * (1 + 0.4 * np.cos(2 * np.pi * v)), v)

    tone = p.frame if d.chance("splat_plain", 0.6) else p.fill
    a.add("back", tone, sheet(waisted, 0.8 * back.thick, (-wide, wide), (back.low, 0.95), (4, 10)))


BACKS: dict[str, Variant[Callable[[Assembly, Draw, Plan, Back], None]]] = {
    "solid": Variant(5, _solid),
    "slats": Variant(3, _slats),
    "ladder": Variant(3, _ladder),
    "spindles": Variant(2, _spindles),
    "ring": Variant(2, _ring),
    "frame": Variant(3, _frame),
    "cross": Variant(1, _cross),
    "splat": Variant(2, _splat),
    "low": Variant(2, _panel),
}
