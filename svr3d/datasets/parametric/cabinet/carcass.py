"""A carcass: a box divided into columns and rows of cells, each filled in its own way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..assembly import Assembly
from ..draw import Draw
from ..solids import span
from .fronts import Cell, Fronts
from .plan import Plan


class Fills(NamedTuple):
    """How often a cell is left open, has shelves, one door, two doors, or drawers."""

    open: float = 0
    shelf: float = 0
    door: float = 0
    doors: float = 0
    drawers: float = 0


class Carcass(NamedTuple):
    """A box from `low` to `high` in front of the cabinet's back, divided into at most `most` columns and rows."""

    assembly: Assembly
    draw: Draw
    plan: Plan
    name: str
    """Draws are named after it."""
    width: float
    depth: float
    low: float
    high: float
    fills: Fills
    most: int

    def build(self) -> None:
        """Add the fronts and shelves of all cells, then the frame around them."""
        d, name, wall, tall = self.draw, self.name, self.plan.wall, self.high - self.low
        rear = -self.plan.depth / 2
        front = rear + self.depth
        frame = span((-self.width / 2, self.low, rear), (self.width / 2, self.high, front))
        x = self._columns()
        backless = d.chance(f"{name}_backless", 0.2)
        handle = d.choice(f"{name}_handle", ("knob", "bar", "long", "none"))
        fill = self._fill(f"{name}_fill") if d.chance(f"{name}_alike", 0.35) else None
        fronts = Fronts(self.assembly, d, self.plan, rear, front, handle)
        y0, y1 = self.low + wall / 2, self.high - wall / 2
        for i in range(len(x) - 1):
            cells = round(tall / (x[i + 1] - x[i]) * d.uniform(f"{name}_rows_{i}", 0.45, 1.2))
            rows = int(np.clip(cells, 1, self.most))
            y = np.linspace(y0, y1, rows + 1)
            for j in range(rows):
                key = f"{name}_{i}_{j}"
                cell = Cell(key, x[i] + wall / 2, x[i + 1] - wall / 2, y[j] + wall / 2, y[j + 1] - wall / 2)
                for hollow in fronts.add(fill or self._fill(key), cell, backless):
                    frame -= hollow
        self.assembly.add("frame", self.plan.body, frame)

    def _columns(self) -> np.ndarray:
        """The middles of the upright walls, along x."""
        d, wall, tall = self.draw, self.plan.wall, self.high - self.low
        columns = round(self.width / tall * d.uniform(f"{self.name}_columns", 1.2, 2.6))
        count = int(np.clip(columns, 1, self.most))
        x = np.linspace(-self.width / 2 + wall / 2, self.width / 2 - wall / 2, count + 1)
        if count == 2 and d.chance(f"{self.name}_uneven", 0.4):
            x[1] += 0.25 * (x[1] - x[0])
        return x

    def _fill(self, key: str) -> str:
        return self.draw.weighted(key, self.fills._asdict())
