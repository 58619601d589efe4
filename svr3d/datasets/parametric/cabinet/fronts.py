"""What fills the cells of a carcass: shelves, doors and drawers with their handles."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from manifold3d import Manifold

from ..assembly import Assembly
from ..draw import Draw
from ..solids import span
from ..sweeps import rod, tube
from .plan import Plan


class Cell(NamedTuple):
    """The room between the walls; draws are named after `key`."""

    key: str
    x0: float
    x1: float
    y0: float
    y1: float


class Fronts:
    """Fills the cells of one carcass between `rear` and `front`, and counts its doors and drawers."""

    def __init__(self, a: Assembly, d: Draw, p: Plan, rear: float, front: float, handle: str) -> None:
        self.a, self.d, self.p = a, d, p
        self.rear, self.front, self.handle = rear, front, handle
        self.count = 0
        self.gap = 0.35 * p.wall
        self.out = 0.45 * p.wall

    def add(self, fill: str, cell: Cell, backless: bool) -> list[Manifold]:
        """Add what fills a cell; what the frame is to be hollowed by."""
        if fill in ("open", "shelf"):
            if fill == "shelf":
                self._add_shelves(cell)
            rear = self.rear - (1 if backless else -self.p.wall)
            return [span((cell.x0, cell.y0, rear), (cell.x1, cell.y1, self.front + 1))]
        if fill == "door":
            return self._add_door(cell, cell.x0, cell.x1, self.d.chance(f"{cell.key}_left", 0.5))
        if fill == "doors":
            middle = (cell.x0 + cell.x1) / 2
            hollows = self._add_door(cell, cell.x0, middle - 1.4 * self.gap, True)
            return hollows + self._add_door(cell, middle + 1.4 * self.gap, cell.x1, False)
        self._add_drawers(cell)
        return []

    def _add_shelves(self, cell: Cell) -> None:
        wall = self.p.wall
        count = int(np.clip(round((cell.y1 - cell.y0) / (7 * wall)), 0, 3))
        for y in np.linspace(cell.y0, cell.y1, count + 2)[1:-1]:
            low = (cell.x0 - 0.2 * wall, y - 0.45 * wall, self.rear + 0.5 * wall)
            high = (cell.x1 + 0.2 * wall, y + 0.45 * wall, self.front - 0.3 * wall)
            number = sum(part.label == "shelf" for part in self.a.parts)
            self.a.add("shelf", self.p.body, span(low, high), instance=number)

    def _add_door(self, cell: Cell, left: float, right: float, hinge_left: bool) -> list[Manifold]:
        """Add a door, closed or ajar; what to hollow behind one that is ajar."""
        d, wall, gap, z, key, k = self.d, self.p.wall, self.gap, self.front, cell.key, self.count
        self.count += 1
        wide, y0, y1 = right - left, cell.y0, cell.y1
        if d.chance(f"{key}_ajar_{k}", 0.08) and wide > 0.12:
            angle = d.uniform(f"{key}_angle_{k}", 30, 100)
            hollow = span((left, y0, self.rear + wall), (right, y1, z + 1))
            leaf = span((0, y0 - gap, -0.5 * wall), (wide + gap, y1 + gap, 0.5 * wall))
            leaf = leaf.rotate((0, -angle if hinge_left else angle - 180, 0))
            hinge = (left - gap if hinge_left else right + gap, 0, z)
            self.a.add("door", self.p.front, leaf.translate(hinge), instance=k)
            return [hollow]
        panel = span((left - gap, y0 - gap, z - wall), (right + gap, y1 + gap, z + self.out), 0.12 * wall)
        if d.chance(f"{key}_panelled", 0.4) and wide > 5 * wall:
            rim = 1.3 * wall
            panel -= span((left + rim, y0 + rim, z), (right - rim, y1 - rim, z + 1))
        self.a.add("door", self.p.front, panel, instance=k)
        inner = right - 1.2 * wall if hinge_left else left + 1.2 * wall
        self._add_grip("door", cell, (inner, (y0 + y1) / 2, z + self.out), True, k)
        return []

    def _add_drawers(self, cell: Cell) -> None:
        d, wall, gap, z, key = self.d, self.p.wall, self.gap, self.front, cell.key
        x0, x1, y0, y1 = cell.x0, cell.x1, cell.y0, cell.y1
        count = int(np.clip(round((y1 - y0) / (0.5 * (x1 - x0)) * d.uniform(f"{key}_split", 0.6, 1.3)), 1, 5))
        for low, high in itertools.pairwise(np.linspace(y0 - gap, y1 + gap, count + 1)):
            k, pulled = self.count, 0.0
            if d.chance(f"{key}_open_{k}", 0.05):
                pulled = d.uniform(f"{key}_pull_{k}", 0.2, 0.55) * (self.front - self.rear)
            face = z + self.out + pulled
            drawer = span((x0 - gap, low + 0.35 * gap, z - wall), (x1 + gap, high - 0.35 * gap, face), 0.12 * wall)
            if pulled:
                drawer -= span((x0 + wall, low + wall, z), (x1 - wall, high + 1, z + pulled - 0.4 * wall))
            self.a.add("drawer", self.p.front, drawer, instance=k)
            self._add_grip("drawer", cell, ((x0 + x1) / 2, (low + high) / 2, face), False, k)
            self.count += 1

    def _add_grip(self, label: str, cell: Cell, at: tuple[float, float, float], upright: bool, instance: int) -> None:
        """Add the handle of a door or drawer to its face."""
        wall, (x, y, z) = self.p.wall, at
        r = 0.32 * wall
        if self.handle == "knob":
            grip = rod((x, y, z - 0.1 * wall), (x, y, z + 1.3 * r), 0.7 * r, 1.3 * r, 8)
        elif self.handle == "none":
            return
        else:
            long = 0.85 if self.handle == "long" else 0.35
            size = min(0.7 * (cell.y1 - cell.y0), 0.8 * (cell.x1 - cell.x0)) * long
            e = np.array([0, size / 2, 0]) if upright else np.array([size / 2, 0, 0])
            c, foot, out = np.array([x, y, z]), (0, 0, 0.1 * wall), (0, 0, 2.2 * r)
            grip = tube([c - e - foot, c - e + out, c + e + out, c + e - foot], 0.8 * r, 6)
        self.a.add(label, self.p.knob, grip, instance=instance)
