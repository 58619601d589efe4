"""Catamarans: two hulls under a deck, with a sail or a motor."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import color, shade
from ..outlines import SIDES
from ..solids import box, plate
from ..sweeps import rod
from .fittings import add_outboards, add_windows, block
from .hull import Boat


def catamaran(a: Assembly, d: Draw, b: Boat) -> None:
    h = b.hull.height
    gap = d.uniform("gap", 0.32, 0.48)
    hull = b.hull.solid()
    for i, s in enumerate(SIDES):
        a.add("hull", b.paint, hull.translate((s * gap / 2, 0, 0)), instance=i)
    sail = d.chance("sailing", 0.7)
    y = h - 0.012
    _add_deck(a, d, b, gap, y)
    if not sail or d.chance("cat_cabin", 0.4):
        tall = d.uniform("cabin_height", 0.1, 0.18)
        a.add("cabin", b.paint, block((-0.22, 0.08), (y, y + tall), 0.85 * gap, 0.09, 0.02))
        add_windows(a, (-0.18, -0.02), y + 0.65 * tall, 0.85 * gap, 0.95, 0.04, 3)
        y += tall * 0.5
    if sail:
        _add_rig(a, d, b, gap, y)
    else:
        add_outboards(a, d, h, 0.4, 1, -0.14 - 0.1)
        a.add("hull", b.deck, box((gap, 0.034, 0.22), (0, h - 0.012, -0.2)))


def _add_deck(a: Assembly, d: Draw, b: Boat, gap: float, y: float) -> None:
    kind = d.choice("deck_kind", ("solid", "beams", "net"))
    if kind == "solid":
        a.add("hull", b.deck, box((gap, 0.034, d.uniform("deck_length", 0.3, 0.55)), (0, y, -0.08)))
        return
    beams = kind == "beams"
    for z in np.linspace(-0.32, 0.22, 2 if beams else 3):
        a.add("fitting", b.trim, rod((-gap / 2, y, z), (gap / 2, y, z), 0.02, sides=8))
    a.add("hull", b.deck, box((gap, 0.03, 0.2), (0, y, -0.1)))
    for x in (0,) if beams else (-0.4, 0.4):
        a.add("fitting", b.trim, rod((x * gap / 2, y, -0.32), (x * gap / 2, y, 0.22), 0.016, sides=8))


def _add_rig(a: Assembly, d: Draw, b: Boat, gap: float, y: float) -> None:
    h, z, tall = b.hull.height, 0.04, d.uniform("mast", 0.8, 1.3)
    r = 0.02 * max(1, tall)
    a.add("fitting", b.trim, rod((-gap / 2, h - 0.012, z), (gap / 2, h - 0.012, z), 0.022, sides=8))
    boom = rod((0, y + 0.12, z), (0, y + 0.12, z - 0.4), 0.9 * r)
    a.add("mast", b.trim, rod((0, h - 0.02, z), (0, h + tall, z), r), boom)
    cloth = color(d, "cloth", "white", "paper", "plastic")
    head = h + 0.97 * tall
    corners = ((y + 0.12, z), (y + 0.13, z - 0.38), (h + 0.6 * tall, z - 0.26), (head, z - 0.05), (head, z))
    a.add("sail", cloth, plate(0.04, corners))
    if d.chance("jib", 0.6):
        jib = plate(0.04, ((h + 0.8 * tall, z), (h + 0.05, 0.38), (h + 0.1, z + 0.03)))
        a.add("sail", shade(cloth, 0.9), jib, instance=1)
        spar = rod((-gap / 2, h - 0.02, 0.36), (gap / 2, h - 0.02, 0.36), 0.016, sides=8)
        a.add("fitting", b.trim, spar, rod((0, h - 0.02, 0.36), (0, h + 0.1, 0.37), 0.014, sides=6))
