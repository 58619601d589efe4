"""Panels: a case with a recess, and the screen in it, flat or curved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..outlines import at_depth, rectangle
from ..solids import box, prism
from ..sweeps import Surface, loft, sheet
from .plan import Plan


class Panel(NamedTuple):
    """A case and its screen, upright around the origin."""

    case: Manifold
    screen: Manifold


def add_panel(a: Assembly, d: Draw, p: Plan) -> Plan:
    """Add a panel that leans; the plan with what was drawn for it."""
    p = draw_lift(d, p)
    corner = draw_corner(d, p)
    panel = _curved(d, p) if p.family == "curved" else flat(p, corner)
    body = [panel.case]
    if d.chance("bulge", 0.4) and p.family in ("monitor", "television", "easel"):
        body.append(_bulge(d, p))
    if p.family == "television" and d.chance("sound_bar", 0.3):
        body.append(box((0.8 * p.width, 0.09 * p.height, 1.1 * p.thick), (0, -0.54 * p.height, 0)))
    a.add("body", p.case, *[placed(p, solid) for solid in body])
    a.add("screen", p.glass, placed(p, panel.screen))
    return p


def draw_lift(d: Draw, p: Plan) -> Plan:
    chin = p.rim * d.choice("chin", (1.0, 1.0, 2.2))
    return p._replace(chin=chin, lift=p.longest * d.uniform("stand_height", 0.08, 0.4))


def draw_corner(d: Draw, p: Plan) -> float:
    """The radius of the case's corners."""
    return d.choice("corner", (0.0, 0.02, 0.06)) * p.longest


def placed(p: Plan, solid: Manifold) -> Manifold:
    """A solid of the upright panel, where the panel is."""
    return solid.rotate((-p.tilt, 0, 0)).translate((0, p.middle, 0))


def flat(p: Plan, corner: float) -> Panel:
    w, h, t, rim, chin = p.width, p.height, p.thick, p.rim, p.chin
    case = prism(rectangle(w, h, corner), t, "z")
    opening = (w - 2 * rim, h - rim - chin)
    recess = box((*opening, 0.5 * t), (0, (chin - rim) / 2, t / 2))
    size = (opening[0] + 0.5 * rim, opening[1] + 0.5 * rim, 0.4 * t)
    return Panel(case - recess, box(size, (0, (chin - rim) / 2, 0.12 * t)))


def _curved(d: Draw, p: Plan) -> Panel:
    w, h, t, rim, chin = p.width, p.height, p.thick, p.rim, p.chin
    turn = d.uniform("turn", 0.25, 0.6)
    radius = w / 2 / np.sin(turn)

    def bend(off: float) -> Surface:
        """The surface `off` in front of the panel's middle."""

        def point(u: np.ndarray, v: np.ndarray) -> np.ndarray:
            x, z = (radius - off) * np.sin(u * turn), radius - (radius - off) * np.cos(u * turn)
            return np.stack(np.broadcast_arrays(x, v * h, z), axis=-1)

        return point

    case = sheet(bend(0.0), t, (-1, 1), (-0.5, 0.5), (16, 1))
    opening = ((-1 + 2 * rim / w, 1 - 2 * rim / w), (-0.5 + chin / h, 0.5 - rim / h))
    recess = sheet(bend(t / 2), 0.5 * t, *opening, (16, 1))
    wider = ((-1 + 1.6 * rim / w, 1 - 1.6 * rim / w), (-0.5 + 0.8 * chin / h, 0.5 - 0.8 * rim / h))
    return Panel(case - recess, sheet(bend(0.2 * t), 0.3 * t, *wider, (16, 1)))


def _bulge(d: Draw, p: Plan) -> Manifold:
    """A box behind the panel that narrows backwards."""
    w, h, t = p.width, p.height, p.thick
    k = d.uniform("bulge_size", 0.45, 0.8)
    low, high = rectangle(k * w, k * h, 0.05), rectangle(0.6 * k * w, 0.6 * k * h, 0.05)
    return loft([at_depth(low, -0.2 * t), at_depth(high, -1.4 * t)])
