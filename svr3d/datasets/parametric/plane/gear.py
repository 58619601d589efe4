"""What else a plane carries: a cockpit's glass, landing gear, stores under the wings."""

from __future__ import annotations

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..materials import GLASS
from ..outlines import SIDES
from ..solids import box, ellipsoid
from ..sweeps import rod
from .plan import DARK, Plan, at


def add_cockpit(a: Assembly, d: Draw, p: Plan) -> None:
    """Add a canopy, or (to airliners and turboprops) a band of glass."""
    body = p.body
    if p.family in ("airliner", "turboprop"):
        s, r = 0.075, body.radius(0.075)
        a.add("window", GLASS, box((1.4 * r, 0.3 * body.r, 0.05), (0, 0.55 * r * body.squash, at(s) + 0.0), 0.0))
        return
    s = d.uniform("canopy_at", 0.17, 0.3)
    size = (1.5 * body.r, 1.6 * body.r * body.squash, d.uniform("canopy_length", 0.12, 0.2))
    a.add("window", GLASS, ellipsoid(size, (0, 0.75 * body.radius(s) * body.squash, at(s + 0.05)), 14))


def add_gear(a: Assembly, d: Draw, p: Plan) -> None:
    """Add two wheels below the wings, and one below the nose or the tail."""
    body, drop = p.body, d.uniform("gear_drop", 0.05, 0.1)
    low = -body.r * body.squash
    radius = d.uniform("gear_wheel", 0.02, 0.032)
    z = at(p.wing.root + 0.55 * p.wing.chord)
    tail_wheel = p.family in ("biplane", "glider") or (p.family == "propeller" and d.chance("tail_wheel", 0.5))
    add = a.adder("gear", DARK)
    for s in SIDES:
        top, foot = np.array([s * 0.5 * body.r, 0.5 * low, z]), np.array([s * (body.r + 0.05), low - drop, z])
        add(rod(top, foot, 0.014, sides=8), rod(foot - (0.016, 0, 0), foot + (0.016, 0, 0), radius, sides=14))
    f = 0.93 if tail_wheel else 0.12
    top = np.array([0, body.height(f) - 0.4 * body.radius(f), at(f)])
    foot = np.array([0, top[1] - 0.05 if tail_wheel else low - drop, at(f)])
    add(rod(top, foot, 0.013, sides=8), rod(foot - (0.014, 0, 0), foot + (0.014, 0, 0), 0.8 * radius, sides=12))


def add_stores(a: Assembly, d: Draw, p: Plan) -> None:
    """Add tanks or missiles under the wings, on pylons."""
    w = p.wing
    places = (0.35, 0.65)[: d.integer("store_count", 1, 2)]
    for s in SIDES:
        for f in places:
            x, z = s * f * w.half, at(w.root + w.back * f + 0.5 * w.chord * (1 - f))
            y = w.y + f * w.rise
            store = rod((x, y - 0.045, z + 0.09), (x, y - 0.045, z - 0.09), 0.018, sides=10)
            a.add("engine", DARK, store, box((0.016, 0.05, 0.08), (x, y - 0.02, z)), instance=3)
