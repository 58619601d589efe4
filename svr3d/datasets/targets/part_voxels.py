"""`part_voxels`: the grid of part labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...errors import InputError
from ...geometry import VoxelGrid, relabelled, voxelize_parts
from ..layout import checked_field, read_npz, smallest_unsigned
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making

FILE = "part_voxels.npz"


class PartVoxels(Target):
    """The grid of part labels: Long[B, R, R, R], 0 = empty, else 1 + index into the data set's labels."""

    name = "part_voxels"
    files = (FILE,)

    def read(self, stored: Stored) -> VoxelGrid:
        """With the data set's labels in the place of the object's own."""
        path = stored.folder / FILE
        labels, names = read_part_voxels(path)
        unknown = sorted(set(names) - set(stored.labels))
        if unknown:
            raise InputError(f"{path}: field 'names' has '{unknown[0]}', which metadata.yaml does not list")
        return relabelled(VoxelGrid(labels > 0, labels=labels, label_names=names), stored.labels)

    def keep(self, stored: Stored) -> np.ndarray:
        """Int16[R, R, R]: the labels."""
        return np.asarray(self.read(stored).labels, np.int16)

    def batch(self, kept: np.ndarray, stored: Stored, draw: Draw) -> torch.Tensor:
        return torch.from_numpy(kept.astype(np.int64))[None]

    def derive(self, making: Making) -> VoxelGrid:
        """Labels are 1 + index into the labels of the object's mesh."""
        return voxelize_parts(making.mesh, making.resolution)

    def write(self, folder: Path, value: VoxelGrid, making: Making) -> None:
        names = making.mesh.labels
        labels = smallest_unsigned(np.asarray(value.labels), len(names) + 1)
        np.savez_compressed(folder / FILE, labels=labels, names=np.array(names, dtype=str))

    def of_boxes(self, seen: BoxView, draw: Draw) -> torch.Tensor:
        return torch.as_tensor(seen.thing.voxels(), dtype=torch.long)[None]


def read_part_voxels(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Int[R, R, R]: label of each voxel, 0 = empty, and the names of labels 1, 2, …"""
    fields = read_npz(path, "labels", "names")
    labels = checked_field(path, fields, "labels", (None, None, None)).astype(np.int64)
    if len(set(labels.shape)) != 1 or not labels.size:
        raise InputError(f"{path}: field 'labels' has shape {list(labels.shape)}, expected a cube")
    names = tuple(map(str, fields["names"].ravel()))
    if not 0 <= labels.min() <= labels.max() <= len(names):
        raise InputError(
            f"{path}: field 'labels' goes from {labels.min()} to {labels.max()}, but 'names' has {len(names)} entries"
        )
    return labels, names
