"""What boats of several families carry: deckhouses, rows of windows, rails and outboard motors."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import GLASS, Color, color
from ..outlines import SIDES, around
from ..solids import box, grid, hull
from ..sweeps import bar, rod, tube
from .hull import Boat


def block(
    z: tuple[float, float],
    y: tuple[float, float],
    wide: float,
    front: float = 0.0,
    rear: float = 0.0,
    narrow: float = 0.9,
) -> Manifold:
    """A deckhouse: a box whose ends and sides lean in towards the top."""
    b, t = wide / 2, narrow * wide / 2
    return hull(grid((-b, b), y[:1], z), grid((-t, t), y[1:], (z[0] + rear, z[1] - front)))


def add_windows(
    a: Assembly, z: tuple[float, float], y: float, wide: float, narrow: float, tall: float, count: int
) -> None:
    """Add a row of panes standing out on both sides of a deckhouse, where there is room for them."""
    z0, z1 = z
    if z1 - z0 < 0.04:
        return
    pitch = (z1 - z0) / count
    for k in range(count):
        a.add("cabin", GLASS, box((wide * narrow + 0.008, tall, 0.6 * pitch), (0, y, z0 + (k + 0.5) * pitch)))


def add_rails(a: Assembly, d: Draw, b: Boat) -> None:
    """Perhaps add rails around the bow."""
    if not d.chance("rails", 0.5):
        return
    tall, top_at = 0.09, b.hull.top_at
    for s in SIDES:
        path = [np.array([s * 0.85 * b.hull.half_at(z), top_at(z) + tall, z]) for z in np.linspace(0.2, 0.44, 4)]
        a.add(
            "fitting",
            b.trim,
            tube(np.concatenate([path, [(0, top_at(0.47) + tall, 0.47)]]), 0.0135, 6),
            *[rod(p, p - (0, tall + 0.02, 0), 0.0135, sides=6) for p in path],
        )


def add_outboards(a: Assembly, d: Draw, h: float, w: float, count: int = 1, z: float = -0.5) -> None:
    """Add outboard motors to a stern of this height and width."""
    tone = color(d, "motor", "black", "white", "metal")
    for i, x in enumerate(np.linspace(-0.13, 0.13, count) * w * 2 if count > 1 else [0.0]):
        a.add("engine", tone, *_motor(x, h, z), instance=i)


def _motor(x: float, h: float, z: float) -> list[Manifold]:
    blades = [
        bar((x, -0.03, z - 0.07), (x + 0.05 * np.cos(q), -0.03 + 0.05 * np.sin(q), z - 0.07), 0.02, 0.03, (0, 0, 1))
        for q in around(3)
    ]
    return [
        box((0.075, 0.12, 0.11), (x, h + 0.05, z - 0.035), 0.02),
        box((0.035, h + 0.12, 0.05), (x, 0.45 * h - 0.01, z - 0.035)),
        rod((x, -0.03, z - 0.08), (x, -0.03, z + 0.01), 0.022, 0.016),
        *blades,
        box((0.06, 0.05, 0.09), (x, 0.85 * h, z + 0.01)),
    ]


def add_funnel(a: Assembly, tone: Color, funnel: Manifold) -> None:
    a.add("cabin", tone, funnel, instance=1)
