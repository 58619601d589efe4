"""`sketches`: the 2.5D maps of each view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ..layout import checked_field, read_npz, smallest_unsigned
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making

FOLDER = "sketches"


@dataclass(frozen=True, eq=False)
class Sketch:
    """The 2.5D maps of one view.

    Args:
        depth: Float[H, W] along the optical axis, 0 = background.
        normal: Float[H, W, 3], camera axes, 0 = background.
        silhouette: Float[H, W] in [0, 1].
        part_ids: Int[H, W], index into the object's parts, -1 = background.
    """

    depth: np.ndarray
    normal: np.ndarray
    silhouette: np.ndarray
    part_ids: np.ndarray


class Sketches(Target):
    """2.5D maps: `depth` Float[B, H, W] (0 = background), `normal` Float[B, 3, H, W] (camera axes), `silhouette`
    Float[B, H, W], `part_ids` Long[B, H, W] (-1 = background)."""

    name = "sketches"
    files = (FOLDER,)
    per = "view"

    def read(self, stored: Stored) -> Sketch:
        return read_sketch(stored.folder / FOLDER / f"{stored.key.view:03d}.npz")

    def keep(self, stored: Stored) -> dict[str, np.ndarray]:
        """The pixels that are not plain background: `shape` Int[2], `pixels` Int32[P], and the maps there, [P, ...]."""
        sketch = self.read(stored)
        drawn = (sketch.depth != 0) | (sketch.silhouette != 0) | (sketch.part_ids != -1) | sketch.normal.any(-1)
        rows = np.flatnonzero(drawn)
        return {
            "shape": np.array(drawn.shape),
            "pixels": rows.astype(np.int32),
            "depth": sketch.depth.ravel()[rows],
            "normal": np.ascontiguousarray(sketch.normal.reshape(-1, 3)[rows].T),
            "silhouette": sketch.silhouette.ravel()[rows],
            "part_ids": sketch.part_ids.ravel()[rows].astype(np.int32),
        }

    def batch(self, kept: dict[str, np.ndarray], stored: Stored, draw: Draw) -> dict[str, torch.Tensor]:
        height, width = kept["shape"]
        maps = {
            "depth": np.zeros(height * width, np.float32),
            "normal": np.zeros((3, height * width), np.float32),
            "silhouette": np.zeros(height * width, np.float32),
            "part_ids": np.full(height * width, -1, np.int64),
        }
        for name, values in maps.items():
            values[..., kept["pixels"]] = kept[name]
        return {
            name: torch.from_numpy(values.reshape(*values.shape[:-1], height, width))[None]
            for name, values in maps.items()
        }

    def derive(self, making: Making) -> list[Sketch]:
        seen = (view.rendering for view in making.seen)
        return [Sketch(maps.depth, maps.normal, maps.silhouette, maps.part_ids) for maps in seen]

    def write(self, folder: Path, value: Sequence[Sketch], making: Making) -> None:
        """Compressed: they are mostly background."""
        (folder / FOLDER).mkdir()
        for i, sketch in enumerate(value):
            np.savez_compressed(
                folder / FOLDER / f"{i:03d}.npz",
                depth=sketch.depth.astype(np.float32),
                normal=np.round(sketch.normal * 127.0).astype(np.int8),
                silhouette=np.round(sketch.silhouette * 255.0).astype(np.uint8),
                part_ids=smallest_unsigned(sketch.part_ids + 1, len(making.mesh.parts) + 1),
            )

    def of_boxes(self, seen: BoxView, draw: Draw) -> dict[str, torch.Tensor]:
        types: dict[str, Any] = dict.fromkeys(("depth", "normal", "silhouette"), torch.float32)
        types["part_ids"] = torch.long
        return {name: torch.as_tensor(seen.maps[name], dtype=dtype)[None] for name, dtype in types.items()}


def read_sketch(path: Path) -> Sketch:
    """The 2.5D maps of one view."""
    fields = read_npz(path, "depth", "normal", "silhouette", "part_ids")
    depth = checked_field(path, fields, "depth", (None, None)).astype(np.float32)
    normal = checked_field(path, fields, "normal", (*depth.shape, 3)).astype(np.float32) / 127.0
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
    silhouette = checked_field(path, fields, "silhouette", depth.shape).astype(np.float32) / 255.0
    part_ids = checked_field(path, fields, "part_ids", depth.shape).astype(np.int64) - 1
    return Sketch(depth, normal, silhouette, part_ids)
