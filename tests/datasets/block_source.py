"""A small source whose objects are known in closed form. A module of its own, so that other processes can import it."""

from __future__ import annotations

import os

import numpy as np

from svr3d.datasets.sources import Source
from svr3d.geometry import InputError, Part, PartMesh

CUBE_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float) - 0.5
CUBE_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
     [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)  # fmt: skip


def boxes(*spans):
    """A part mesh of boxes, given as (label, centre, size); no two may touch."""
    corners = [np.asarray(centre) + CUBE_CORNERS * np.asarray(size) for _, centre, size in spans]
    faces = [CUBE_FACES + 8 * i for i in range(len(spans))]
    parts = tuple(Part(f"{label}_{i}", label) for i, (label, _, _) in enumerate(spans))
    colors = np.linspace(0.2, 0.8, 36 * len(spans)).reshape(-1, 3)
    return PartMesh(np.concatenate(corners), np.concatenate(faces), colors, np.repeat(np.arange(len(spans)), 12), parts)


class Blocks(Source):
    """Tables and stools of three boxes, off-centre and of any size, each with proportions of its own."""

    dirty = False

    def __init__(self, counts=(3, 1, 1), broken=(), crashing=()):
        self.counts, self.broken, self.crashing = counts, tuple(broken), tuple(crashing)

    def items(self):
        splits = [split for split, n in zip(("train", "val", "test"), self.counts, strict=True) for _ in range(n)]
        return [(c, f"{c}{i}", split) for c in ("table", "stool") for i, split in enumerate(splits)]

    def build(self, category, name):
        if name in self.broken:
            raise InputError("it is broken")
        if name in self.crashing:
            os._exit(7)
        i = int(name[-1])
        wide = (3.0 if category == "table" else 1.2) + 0.4 * i
        legs = ("leg", (0.7 - 0.1 * i, -1.2, 0), (0.5, 1.6, 0.9)), ("leg", (-0.9, -1.2, 0), (0.5, 1.6, 0.9))
        return boxes(("top", (0, 0, 0), (wide, 0.3, 1.5)), *legs)

    def describe(self, category, name):
        return {"source": "blocks", "licence": "CC0-1.0"}


QUICK = {"views": 2, "size": 32, "points": 3000, "resolution": 16, "workers": 1, "quiet": True}
"""Options of `prepare` that keep tests short."""
