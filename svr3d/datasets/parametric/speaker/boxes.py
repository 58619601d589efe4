"""Loudspeakers in a box: towers, bookshelf boxes, boomboxes, bars, wedges, boxes on stands and subwoofers."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import SIDES, arch, fillet, rectangle
from ..solids import box, prism
from ..sweeps import rod, tube
from .drivers import Box, add_drivers
from .layouts import LAYOUTS, Driver
from .plan import Plan
from .supports import add_feet, add_stand

SIZES: dict[str, dict[str, tuple[float, float]]] = {
    "tower": {"w": (0.17, 0.34), "deep": (0.22, 0.42)},
    "bookshelf": {"w": (0.5, 0.75), "deep": (0.5, 0.9)},
    "boombox": {"h": (0.4, 0.62), "deep": (0.2, 0.36)},
    "bar": {"h": (0.09, 0.16), "deep": (0.1, 0.18)},
    "wedge": {"h": (0.5, 0.75), "deep": (0.5, 0.8)},
    "stand": {"w": (0.28, 0.42), "h": (0.45, 0.65), "deep": (0.25, 0.4)},
    "subwoofer": {"w": (0.8, 1.0), "h": (0.8, 1.0), "deep": (0.75, 1.0)},
}
"""Ranges of width, height and depth; a side that is not named is 1."""


def box_speaker(a: Assembly, d: Draw, p: Plan) -> None:
    # All families' sizes are drawn, whichever is used: drawing one would change all that is drawn after it.
    sizes = {name: {side: d.uniform(side, *span) for side, span in sides.items()} for name, sides in SIZES.items()}
    w, h, deep = (sizes[p.family].get(side, 1.0) for side in ("w", "h", "deep"))
    bevel = d.choice("edge", (0.0, 0.02, 0.06)) * max(w, h)
    cabinet = _wedge(d, w, h, deep) if p.family == "wedge" else _upright(d, p, w, h, deep, bevel)
    cuts = add_drivers(a, d, p, cabinet)
    if d.chance("port", 0.35) and p.family in ("tower", "bookshelf", "subwoofer", "stand"):
        cuts.append(_port(d, p, cabinet))
    body = cabinet.body
    for cut in cuts:
        body -= cut
    a.add("body", p.case, body)
    if p.family == "bar":
        a.add("base", p.cone, *[box((0.1, 0.05, 0.9 * deep), (s * 0.35, -0.01, 0)) for s in SIDES])
        return
    (add_stand if p.family == "stand" else add_feet)(a, d, p, cabinet)
    if p.family == "boombox" or (p.family in ("bookshelf", "wedge", "stand") and d.chance("handle", 0.3)):
        _add_handle(a, d, p, cabinet)
    if p.family == "boombox" and d.chance("knobs", 0.5):
        xs = np.linspace(-0.12, 0.12, d.integer("knob_count", 2, 5))
        y, z = 0.82 * h, deep / 2
        a.add("body", p.rim, *[rod((x, y, z - 0.02), (x, y, z + 0.03), 0.022, sides=10) for x in xs])


def _wedge(d: Draw, w: float, h: float, deep: float) -> Box:
    """A floor monitor, whose face leans back."""
    lean = d.uniform("lean", 0.35, 0.6)
    front, crest = (deep / 2, 0.2 * h), (deep / 2 - lean * deep, h)
    outline = np.array([(-deep / 2, 0), (deep / 2, 0), front, crest, (-deep / 2, 0.8 * h)])
    p, q = np.array([0, 0.2 * h, deep / 2]), np.array([0, h, deep / 2 - lean * deep])
    slope = np.degrees(np.arctan2(lean * deep, 0.8 * h))

    def face(solid: Manifold, y: float) -> Manifold:
        return solid.rotate((-slope, 0, 0)).translate(tuple(p + y * (q - p)))

    r = 0.36 * float(np.linalg.norm(q - p))
    drivers = [Driver(-0.2 * w, 0.5, r), Driver(0.28 * w, 0.5, 0.5 * r)]
    return Box(w, h, deep, prism(outline, w, "x"), face, drivers)


def _upright(d: Draw, p: Plan, w: float, h: float, deep: float, bevel: float) -> Box:
    narrow = 1.0
    if p.family in ("tower", "bookshelf", "boombox") and d.chance("rounded", 0.35):
        plan = rectangle(w, deep, d.uniform("radius", 0.2, 0.48) * min(w, deep), 6)
        narrow = d.uniform("narrow", 0.75, 1.0)
        body = prism(plan, h, "y", (0, h / 2, 0), (narrow, 1.0))
    else:
        body = box((w, h, deep), (0, h / 2, 0), bevel)

    def face(solid: Manifold, y: float) -> Manifold:
        return solid.translate((0, y * h, deep / 2))

    kind = d.integer("drivers", 1, 4)
    return Box(w, h, deep, body, face, LAYOUTS[p.family](d, w, h, kind), narrow)


def _port(d: Draw, p: Plan, b: Box) -> Manifold:
    """A round hole low in the front."""
    r = 0.05 * b.scale * d.uniform("port_size", 0.6, 1.2)
    x, y = (0, 0.07 * b.h) if p.family == "tower" else (-0.33 * b.w, 0.1 * b.h)
    return rod((x, y, 0.2 * b.deep), (x, y, b.deep), min(r, 0.4 * b.w, 0.06 * b.h + 0.01), sides=16)


def _add_handle(a: Assembly, d: Draw, p: Plan, b: Box) -> None:
    scale = b.scale
    rise = d.uniform("handle_height", 0.08, 0.25) * scale
    half = d.uniform("handle_width", 0.4, 0.9) * b.w / 2 * b.narrow
    style = d.choice("handle_style", ("hoop", "bar", "arch"))
    y, z = (0.8 * b.h, -0.3 * b.deep) if p.family == "wedge" else (b.h, 0.0)
    y -= 0.04 * scale
    if style == "arch":
        path = arch(half, y, rise + 0.04, z)
    else:
        top = y + rise + 0.04 * scale
        corners = [(-half, y, z), (-half, top, z), (half, top, z), (half, y, z)]
        path = fillet(corners, 0.1 * scale if style == "hoop" else 0.01)
    a.add("handle", p.rim, tube(path, 1.1 * (0.018 * scale), 8))
