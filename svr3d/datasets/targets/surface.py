"""`surface`: points of the surface with normals, and the part of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...geometry import PointCloud, sample_surface
from ..layout import SURFACE, checked_field, checked_points, read_npz, smallest_unsigned
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making


class Surface(Target):
    """Points of the surface: `points` Float[B, N, 3], `normals` Float[B, N, 3][, `part_ids` Long[B, N]]."""

    name = "surface"
    files = (SURFACE,)

    def read(self, stored: Stored) -> PointCloud:
        return PointCloud(**self.keep(stored))

    def keep(self, stored: Stored) -> dict[str, np.ndarray]:
        """The fields, checked and in the types of the file."""
        return read_surface_fields(stored.folder / SURFACE)

    def batch(self, kept: dict[str, np.ndarray], stored: Stored, draw: Draw) -> dict[str, torch.Tensor]:
        rows = draw.rows(self.name, stored, SURFACE, len(kept["points"]))
        return {
            name: torch.from_numpy(values[rows].astype(np.int64 if name == "part_ids" else np.float32))[None]
            for name, values in kept.items()
        }

    def derive(self, making: Making) -> PointCloud:
        return sample_surface(making.mesh, making.points, seed=making.seeded("surface"))

    def write(self, folder: Path, value: PointCloud, making: Making) -> None:
        """Uncompressed, as for occupancy: random coordinates shrink by a tenth and would cost half a second."""
        fields: dict[str, Any] = {"points": value.points.astype(np.float32)}
        if value.normals is not None:
            fields["normals"] = value.normals.astype(np.float16)
        if value.part_ids is not None:
            fields["part_ids"] = smallest_unsigned(value.part_ids, len(making.mesh.parts))
        np.savez(folder / SURFACE, **fields, **making.normalization.fields())

    def of_boxes(self, seen: BoxView, draw: Draw) -> dict[str, torch.Tensor]:
        points, normals, parts = seen.thing.surface(draw.points or 1024, np.random.default_rng(seen.seed))
        return {
            "points": torch.as_tensor(points, dtype=torch.float32)[None],
            "normals": torch.as_tensor(normals, dtype=torch.float32)[None],
            "part_ids": torch.as_tensor(parts, dtype=torch.long)[None],
        }


def read_surface_fields(path: Path) -> dict[str, Any]:
    """`points`, and `normals` and `part_ids` where stored, checked and in the types of the file."""
    fields = read_npz(path, "points", "normals?", "part_ids?")
    points = checked_points(path, fields)
    shapes: dict[str, tuple[int, ...]] = {"normals": (len(points), 3), "part_ids": (len(points),)}
    return {"points": points} | {
        name: checked_field(path, fields, name, shape) for name, shape in shapes.items() if name in fields
    }
