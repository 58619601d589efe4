"""The backs of couches: cushions on a low back, a block, slats, a camel's hump, or a roll."""

from __future__ import annotations

import itertools

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..solids import cushion, prism
from ..sweeps import bar, rod
from .plan import Plan


def add_back(a: Assembly, d: Draw, p: Plan, lean: float) -> None:
    z = p.rear - p.back_deep / 2 + 0.02
    top = p.height + p.back_high
    if p.family == "chesterfield":
        _add_block(a, p, z, top - p.lift, lean)
        a.add("back", p.fabric, rod((-p.width / 2, top, z), (p.width / 2, top, z), 0.6 * p.back_deep, sides=18))
        return
    slats = 1 if p.family in ("futon", "sofa") else 0
    style = d.weighted("back", {"cushions": 5, "block": 3, "slats": slats, "camel": 1.2})
    if style == "slats":
        _add_slats(a, p, z, top)
    elif style == "camel":
        _add_camel(a, d, p, z, top - p.lift)
    elif style == "block":
        _add_block(a, p, z, top - p.lift, lean)
    else:
        _add_block(a, p, z, (top - p.lift) * 0.75, lean)
        _add_cushions(a, d, p, top, lean)


def _add_block(a: Assembly, p: Plan, z: float, rise: float, lean: float) -> None:
    w, y = p.width, p.lift + rise / 2
    a.add("back", p.fabric, bar((-w / 2, y, z), (w / 2, y, z), p.back_deep, rise, (0, 1, -0.3 * lean)))


def _add_cushions(a: Assembly, d: Draw, p: Plan, top: float, lean: float) -> None:
    w, deep = p.width, p.back_deep
    n = d.choice("back_cushions", (p.seats, 1, p.seats))
    for lo, hi in itertools.pairwise(np.linspace(-w / 2, w / 2, n + 1)):
        solid = cushion((hi - lo - 0.01, top - p.height + 0.06, 0.85 * deep + 0.06), (0, 0, 0), 0.06)
        at = ((lo + hi) / 2, (top + p.height) / 2, p.rear + 0.3 * deep)
        a.add("back", p.accent, solid.rotate((-30 * lean, 0, 0)).translate(at))


def _add_camel(a: Assembly, d: Draw, p: Plan, z: float, rise: float) -> None:
    """A panel whose top rises in one hump or two."""
    w, xs = p.width, np.linspace(-1, 1, 21)
    hump = p.lift + rise * (0.82 + 0.18 * np.cos(np.pi * xs * d.choice("humps", (1, 1, 2))))
    outline = np.concatenate([np.stack([xs * w / 2, hump], 1)[::-1], [(-w / 2, p.lift), (w / 2, p.lift)]])
    a.add("back", p.fabric, prism(outline, p.back_deep, "z", (0, 0, z)))


def _add_slats(a: Assembly, p: Plan, z: float, top: float) -> None:
    """Upright slats between rails, carried by the base."""
    w, y = p.width, p.lift + 0.05
    back, base = a.adder("back", p.leg), a.adder("base", p.leg)
    for rail in (p.height, top):
        back(bar((-w / 2, rail, z), (w / 2, rail, z), 0.05, 0.06))
    for x in np.linspace(-w / 2, w / 2, 4 * p.seats + 1):
        back(bar((x, p.lift, z), (x, top, z), 0.05, 0.05, (0, 0, 1)))
    base(bar((-w / 2, y, z), (w / 2, y, z), 0.08, 0.08))
    base(*[bar((x, y, 0), (x, y, z), 0.05, 0.06) for x in (-w / 2, w / 2)])
