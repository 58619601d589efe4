"""Blades: an outline that thins towards its edge, with a hole, a saw back, or folded."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from ..draw import Draw
from ..solids import prism
from ..sweeps import rod
from .outlines import BladeOutline
from .plan import Plan

DEPTHS = {
    "chef": (0.17, 0.3),
    "cleaver": (0.36, 0.6),
    "dagger": (0.12, 0.2),
    "table": (0.12, 0.18),
    "bread": (0.12, 0.18),
    "karambit": (0.2, 0.28),
    "cutter": (0.13, 0.18),
    "other": (0.16, 0.28),
}
"""From spine to edge, as a fraction of the blade's length."""


def blade(d: Draw, p: Plan, shape: BladeOutline) -> Manifold:
    solid = _bevelled(shape, p.thick)
    top = shape.spine
    if d.chance("blade_hole", 0.25) and p.family in ("cleaver", "folding", "hunting", "karambit", "machete"):
        z, y = (0.85, 0.25) if p.family == "cleaver" else (0.15, 0.45)
        z, y = z * p.long, top - y * p.deep
        solid -= rod((-1, y, z), (1, y, z), 0.13 * p.deep, sides=14)
    if d.chance("saw_back", 0.2) and p.family in ("hunting", "machete"):
        for z in np.linspace(0.12, 0.45, 6) * p.long:
            tooth = np.array([(z, top + 0.2), (z, top - 0.0), (z + 0.02, top - 0.03), (z + 0.035, top + 0.2)])
            solid -= prism(tooth, 1, "x")
    if p.family == "folding":
        fold = d.uniform("fold", 0, 110) if d.chance("half_open", 0.5) else 0.0
        solid = solid.rotate((-fold, 0, 0))
    return solid


def _bevelled(shape: BladeOutline, thick: float) -> Manifold:
    """A flat blade that thins from its spine to its edge (or from its middle to both)."""
    spine, edge, double = shape.spine, shape.outline[:, 1].min(), shape.double
    sharp = 0.55 * thick
    # Enough vertices along the height for the taper to follow its curve.
    solid = prism(shape.outline, thick, "x").refine_to_length(0.05 if double else 0.25 * abs(spine - edge) + 0.02)

    def thin(points: np.ndarray) -> np.ndarray:
        p = np.asarray(points).copy()
        t = np.abs(p[:, 1]) / max(abs(spine), abs(edge)) if double else (spine - p[:, 1]) / (spine - edge)
        p[:, 0] *= 1 - (1 - sharp / thick) * np.clip(t, 0, 1) ** 1.5
        return p

    return solid.warp_batch(thin)
