"""`occupancy`: points of the box, and whether each is inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from ...geometry import contains
from ..layout import OCCUPANCY, checked_field, checked_points, read_npz
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making

SIDE = 1.1
"""Side of the box that points are drawn in: the canonical box and a margin of 5 % all around."""


class OccupancyPoints(NamedTuple):
    """Points of the box with their occupancy.

    points: Float[N, 3], canonical frame (float32 when read, which holds what is stored exactly). inside: Bool[N].
    """

    points: np.ndarray
    inside: np.ndarray


class Occupancy(Target):
    """Points of the box: `points` Float[B, N, 3], `inside` Float[B, N]."""

    name = "occupancy"
    files = (OCCUPANCY,)

    def read(self, stored: Stored) -> OccupancyPoints:
        kept = self.keep(stored)
        return OccupancyPoints(kept.points.astype(np.float32, copy=False), kept.inside)

    def keep(self, stored: Stored) -> OccupancyPoints:
        """The points in the type of the file; stored packed to bits or one value each."""
        path = stored.folder / OCCUPANCY
        fields = read_npz(path, "points", "occupancies")
        points, packed = checked_points(path, fields), fields["occupancies"]
        if packed.dtype == np.uint8 and packed.shape == ((len(points) + 7) // 8,):
            return OccupancyPoints(points, np.unpackbits(packed)[: len(points)].astype(bool))
        return OccupancyPoints(points, checked_field(path, fields, "occupancies", (len(points),)) >= 0.5)

    def batch(self, kept: OccupancyPoints, stored: Stored, draw: Draw) -> dict[str, torch.Tensor]:
        rows = draw.rows(self.name, stored, OCCUPANCY, len(kept.points))
        return {name: _float_tensor(values[rows]) for name, values in kept._asdict().items()}

    def derive(self, making: Making) -> OccupancyPoints:
        rng = np.random.default_rng(making.seeded("occupancy"))
        box = (rng.random((making.points, 3)) - 0.5) * SIDE
        # Rounded as stored before asking what is inside, so that no point changes sides on disk.
        box = box.astype(np.float16).astype(np.float64)
        return OccupancyPoints(box, contains(making.mesh, box))

    def write(self, folder: Path, value: OccupancyPoints, making: Making) -> None:
        np.savez(
            folder / OCCUPANCY,
            points=value.points.astype(np.float16),
            occupancies=np.packbits(value.inside),
            **making.normalization.fields(),
        )

    def of_boxes(self, seen: BoxView, draw: Draw) -> dict[str, torch.Tensor]:
        points = np.random.default_rng(seen.seed).uniform(-SIDE / 2, SIDE / 2, (draw.points or 1024, 3))
        return {"points": _float_tensor(points), "inside": _float_tensor(seen.thing.inside(points) > 0)}


def _float_tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))[None]
