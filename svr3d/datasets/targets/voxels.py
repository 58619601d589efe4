"""`voxels`: the occupancy grid of the whole object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...geometry import VoxelGrid, voxelize, write_shape
from ..layout import read_kind
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making

FILE = "model.binvox"


class Voxels(Target):
    """The occupancy grid: Float[B, R, R, R]."""

    name = "voxels"
    files = (FILE,)

    def read(self, stored: Stored) -> VoxelGrid:
        return read_kind(stored.folder / FILE, VoxelGrid)

    def keep(self, stored: Stored) -> np.ndarray:
        """UInt8[R, R, ⌈R/8⌉]: bits."""
        return np.packbits(self.read(stored).occupancy, axis=-1)

    def batch(self, kept: np.ndarray, stored: Stored, draw: Draw) -> torch.Tensor:
        return torch.from_numpy(np.unpackbits(kept, axis=-1, count=len(kept)).astype(np.float32))[None]

    def derive(self, making: Making) -> VoxelGrid:
        return voxelize(making.mesh, making.resolution)

    def write(self, folder: Path, value: VoxelGrid, making: Making) -> None:
        write_shape(folder / FILE, value)

    def of_boxes(self, seen: BoxView, draw: Draw) -> torch.Tensor:
        return torch.as_tensor(seen.thing.voxels() > 0, dtype=torch.float32)[None]
