"""What the suite asks of voxel grids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import numpy as np

from ...arrays import as_array
from ...errors import InputError
from ..formats import binvox, npy
from ..formats.text import readable_name
from ..shapes.mesh import Mesh, PartMesh
from ..shapes.voxel_grid import VoxelGrid, nearest_voxel, voxel_centres
from ..solids.contains import Containment
from ..solids.voxelize import checked_resolution
from ..surface.isosurface import check_bounded, marching_cubes
from ..surface.labelled_surface import split_by_label
from .representation import Representation


class VoxelRepresentation(Representation[VoxelGrid]):
    """Grids: inside is where the trilinearly interpolated values, zero outside the box, are above the threshold."""

    name = "voxels"
    noun = "voxel grid"
    shape = VoxelGrid
    formats = {".binvox": binvox, ".npy": npy}
    movable = False

    def to_mesh(self, shape: VoxelGrid) -> Mesh:
        return marching_cubes(shape)

    def containment(self, shape: VoxelGrid, points: np.ndarray) -> Containment:
        return Containment(_inside(shape, points), True, 0.0)

    def moved(self, shape: VoxelGrid, matrix: np.ndarray, scale: float, offset: np.ndarray) -> NoReturn:
        raise InputError("a voxel grid spans the canonical box and cannot be moved; give its mesh")

    def at_centers(self, shape: VoxelGrid, resolution: int) -> VoxelGrid:
        """The grid itself; one of another resolution asked at the new voxels' centres."""
        if shape.resolution == resolution:
            return shape
        centres = voxel_centres(checked_resolution(resolution))
        occupancy = _inside(shape, centres).reshape((resolution,) * 3)
        if shape.labels is None:
            return VoxelGrid(occupancy)
        labels = _labels_at(shape.labels, centres).reshape(occupancy.shape) * occupancy
        return VoxelGrid(occupancy, labels=labels, label_names=shape.label_names)

    def part_labels(self, shape: VoxelGrid, resolution: int) -> VoxelGrid | None:
        return None if shape.labels is None else self.to_voxels(shape, resolution)

    def to_parts(self, shape: VoxelGrid) -> PartMesh | None:
        """As `split_by_label`; None also where no occupied voxel has a label."""
        return split_by_label(shape) if shape.labels is not None and shape.labels[shape.occupancy].any() else None

    def label_names(self, shape: VoxelGrid) -> tuple[str, ...]:
        """The grid's, or the numbers of its labels."""
        if shape.labels is None or shape.label_names:
            return shape.label_names
        return tuple(map(str, range(1, shape.labels.max() + 1)))

    def drawn(self, shape: VoxelGrid) -> tuple[Mesh, np.ndarray | None]:
        return cubes(shape)

    def to_arrays(self, shape: VoxelGrid) -> dict[str, np.ndarray]:
        binary = bool(np.isin(shape.values, (0, 1)).all())
        arrays = {"values": shape.values.astype(bool) if binary else shape.values}
        arrays["threshold"] = np.asarray(shape.threshold, dtype=np.float64)
        if shape.labels is not None:
            arrays["labels"] = shape.labels
        if shape.label_names:
            arrays["label_names"] = np.array(shape.label_names, dtype=np.str_)
        return arrays

    def from_arrays(self, arrays: Mapping[str, np.ndarray]) -> VoxelGrid:
        names = np.atleast_1d(arrays.get("label_names", np.zeros(0, np.str_)))
        values, threshold = arrays["values"], arrays.get("threshold")
        if threshold is None:
            values, threshold = npy.probabilities(np.asarray(values)), 0.5
        label_names = tuple(readable_name(str(name)) for name in names.ravel())
        return VoxelGrid(values, float(threshold), arrays.get("labels"), label_names)


def _inside(grid: VoxelGrid, points: np.ndarray) -> np.ndarray:
    check_bounded(grid)
    from scipy.ndimage import map_coordinates

    index = (as_array(points, np.float64, (None, 3), "points").T + 0.5) * grid.resolution - 0.5
    return map_coordinates(grid.values, index, order=1, mode="grid-constant", cval=0.0) > grid.threshold


def _labels_at(labels: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The label of the labelled voxel nearest to the voxel that holds each point."""
    if not labels.any():
        return np.zeros(len(points), dtype=np.int64)
    index = np.clip(np.floor((points.T + 0.5) * len(labels)).astype(np.int64), 0, len(labels) - 1)
    return labels[nearest_voxel(labels != 0)][tuple(index)]


def cubes(grid: VoxelGrid) -> tuple[Mesh, np.ndarray | None]:
    """The faces between occupied voxels and empty ones, and the label of the voxel of each, from 0; -1 without one."""
    if grid.is_empty or not grid.is_finite:
        raise InputError("cannot draw a voxel grid that is empty or not finite")
    occupancy = grid.occupancy
    padded = np.pad(occupancy, 1)
    quads, owners = [], []
    for axis in range(3):
        b, c = np.eye(3, dtype=int)[[(axis + 1) % 3, (axis + 2) % 3]]
        for side in (0, 1):
            beyond = np.roll(padded, 1 - 2 * side, axis=axis)[1:-1, 1:-1, 1:-1]
            voxels = np.argwhere(occupancy & ~beyond)
            base = voxels + side * np.eye(3, dtype=int)[axis]
            around = (0 * b, b, b + c, c) if side else (0 * b, c, b + c, b)  # counter-clockwise seen from outside
            quads.append(np.stack([base + step for step in around], axis=1))
            owners.append(voxels)
    corners = np.concatenate(quads).reshape(-1, 3)
    first = np.arange(0, len(corners), 4)[:, None]
    faces = np.concatenate([first + [0, 1, 2], first + [0, 2, 3]], axis=1).reshape(-1, 3)
    label = None
    if grid.labels is not None:
        label = np.repeat(grid.labels[tuple(np.concatenate(owners).T)] - 1, 2)
    return Mesh(corners / grid.resolution - 0.5, faces), label
