"""What trucks carry: a box, a tank, a flat bed or a dump body."""

from __future__ import annotations

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color
from ..solids import box, span
from ..sweeps import rod
from .plan import Plan


def add_load(a: Assembly, d: Draw, p: Plan) -> None:
    w, h, back, cab = p.width, p.height, p.back, p.at(p.shape.rear_foot)
    kind = d.weighted("cargo", {"box": 3, "flat": 1, "tank": 1.5, "dump": 1})
    z0, z1 = back, cab - d.uniform("gap", 0.05, 0.25)
    deck = p.sill + 0.35
    a.add("body", p.trim, span((-w / 2 + 0.3, p.sill, back), (w / 2 - 0.3, deck + 0.1, cab + 0.2)))
    tone = color(d, "cargo_tone", "white", "paint", "metal")
    if kind == "box":
        tall = h * d.uniform("box_height", 0.9, 1.3) - deck
        load = box((w, tall, z1 - z0), (0, 0, 0), 0.03).translate((0, deck + 0.5 * tall, (z0 + z1) / 2))
    elif kind == "tank":
        r = 0.42 * w
        load = rod((0, deck + 0.8 * r, z0), (0, deck + 0.8 * r, z1), r, sides=24)
    else:
        load = _bed(w, h, deck, z0, z1, dump=kind == "dump")
    a.add("body", tone, load)


def _bed(w: float, h: float, deck: float, z0: float, z1: float, dump: bool) -> Manifold:
    """A bed with high walls all around, or low ones open behind."""
    wall = 0.5 if dump else 0.18
    inside = span((-w / 2 + 0.12, deck + 0.15, z0 + (0.12 if dump else -1)), (w / 2 - 0.12, 2 * h, z1 - 0.12))
    return span((-w / 2, deck, z0), (w / 2, deck + 0.15 + wall, z1)) - inside
