"""Drawers in a front, some of them open, with one kind of handle per table."""

from __future__ import annotations

from typing import NamedTuple

from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..materials import Color
from ..solids import box
from ..sweeps import rod, tube
from .plan import Plan


class Drawer(NamedTuple):
    """One drawer: its front is centred at (x, y) and its face is at depth z."""

    number: int
    x: float
    y: float
    z: float
    width: float
    height: float
    reach: float
    """How far it could open."""

    def add_to(self, a: Assembly, d: Draw, p: Plan, knob: Color) -> None:
        """Add it, standing a little (or well) out of its front."""
        x, y, z, w, h, longest = self.x, self.y, self.z, self.width, self.height, p.longest
        out = 0.012 * longest
        if d.chance(f"is_open_{self.number}", 0.07):
            out += d.uniform(f"open_{self.number}", 0.15, 0.5) * self.reach
        size = (w, h, out + 0.03 * longest)
        body = box(size, (x, y, z + (out - 0.03 * longest) / 2), 0.004 * longest)
        if out > 0.1 * longest:
            inside = (0.86 * w, h, out - 0.03 * longest)
            body -= box(inside, (x, y + 0.12 * h, z + out / 2 - 0.015 * longest))
        a.add("drawer", p.surface, body, instance=self.number)
        style = d.once(d.choice, "handle", ("knob", "bar", "cup"))
        a.add("drawer", knob, self._handle(style, z + out, 0.016 * longest), instance=self.number)

    def _handle(self, style: str, face: float, grip: float) -> Manifold:
        x, y, width = self.x, self.y, 0.4 * self.width
        if style == "knob":
            return rod((x, y, face - grip), (x, y, face + 1.5 * grip), 0.7 * grip, 1.1 * grip, 8)
        if style == "bar":
            ends = ((x - width / 2, (-1, 1.6)), (x + width / 2, (1.6, -1)))
            return tube([(at, y, face + k * grip) for at, depths in ends for k in depths], 0.6 * grip, 6)
        return box((width, 1.2 * grip, 2 * grip), (x, y + 0.2 * self.height, face), 0.3 * grip)
