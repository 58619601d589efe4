"""Drivers: cones, domes, rings and grilles in the face of a box."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..solids import ellipsoid
from ..sweeps import spun
from .layouts import Driver
from .plan import Plan


class Box(NamedTuple):
    """A box, and where on its front things go: `face(solid, y)` moves a solid there, at a fraction of the height."""

    w: float
    h: float
    deep: float
    body: Manifold
    face: Callable[[Manifold, float], Manifold]
    drivers: list[Driver]
    narrow: float = 1.0
    """The top's width as a fraction of the foot's."""

    @property
    def scale(self) -> float:
        return max(self.w, self.h)


def add_drivers(a: Assembly, d: Draw, p: Plan, b: Box) -> list[Manifold]:
    """Add the drivers, all of one form; what to cut from the body for them."""
    form = d.weighted("driver", {"cone": 4, "dome": 2, "grille": 1, "ring": 2})
    cuts = []
    for k, (x, y, r) in enumerate(b.drivers):
        depth = min(0.55 * r, 0.3 * b.deep)

        def put(solid: Manifold, x: float = x, y: float = y) -> Manifold:
            return b.face(solid.translate((x, 0, 0)), y)

        if form == "grille":
            grille = spun([(r, -0.1 * r), (r, 0.12 * r), (0.8 * r, 0.25 * r), (0.01, 0.3 * r)])
            a.add("driver", p.cone, put(grille), instance=k)
            continue
        cuts.append(put(spun([(0.93 * r, -depth - 0.08 * r), (0.93 * r, 0.5 * r)])))
        rim = spun([(1.05 * r, -0.1 * r), (1.05 * r, 0.1 * r)]) - spun([(0.9 * r, -r), (0.9 * r, r)])
        a.add("driver", p.rim, put(rim), instance=k)
        cone = spun([(0.97 * r, -depth - 0.15 * r), (0.97 * r, 0)])
        cone -= spun([(0.42 * r, -depth), (0.9 * r, 0.01 * r), (0.9 * r, r)])
        a.add("driver", p.cone, put(cone), instance=k)
        if form == "dome":
            a.add("driver", p.rim, put(ellipsoid((0.7 * r, 0.7 * r, 0.7 * r), (0, 0, -depth), 14)), instance=k)
        elif form == "ring":
            a.add("driver", p.rim, put(spun([(0.16 * r, -depth - 0.05 * r), (0.04 * r, 0.0)])), instance=k)
    return cuts
