"""The receiver, with a rail, a port and a bolt."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..solids import span
from ..sweeps import rod
from .plan import Plan


def add_receiver(a: Assembly, d: Draw, p: Plan) -> bool:
    """Add the receiver; whether it has a rail."""
    w, tall, long = p.width, p.tall, p.long
    body = p.block((0, long), (-tall / 2 * p.slim, tall / 2 * p.slim))
    rail = not p.sporting and d.chance("rail", 0.6)
    if rail:
        body += p.block((0.02, long), (tall / 2 - 0.005, tall / 2 + 0.014), 0.7, 0.0)
        for z in np.arange(0.05, long - 0.01, 0.035):
            body -= span((-w, tall / 2 + 0.003, z), (w, tall, z + 0.014))
    if d.chance("port", 0.6):
        body -= span((w * 0.3, -0.15 * tall, 0.45 * long), (w, 0.25 * tall, 0.7 * long))
    a.add("body", p.steel, body)
    if p.sporting or d.chance("bolt", 0.3):
        c = np.array([w / 2, p.axis, 0.12 * long + 0.02])
        handle = rod(c - (0.3 * w, 0, 0), c + (0.05, -0.03, 0), 0.012, sides=8)
        a.add("body", p.steel, handle, rod(c + (0.045, -0.027, 0), c + (0.062, -0.037, 0), 0.017, sides=8))
    return rail
