"""Single arrays, as programs save their predictions: occupied voxels or points, told apart by the array's shape."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.point_cloud import PointCloud
from ..shapes.voxel_grid import VoxelGrid
from ._common import replace_file
from .archives import read_array

_ROUNDING = 1e-3
"""How far probabilities may lie beyond 0 and 1: those of half precision are that coarse."""


def read(path: Path) -> VoxelGrid | PointCloud:
    """The grid or the point cloud that the file's array is; see `shape_of_array`."""
    return shape_of_array(read_array(path))


def shape_of_array(array: np.ndarray) -> VoxelGrid | PointCloud:
    """What an array that says no more of itself is.

    A cube R×R×R is a grid over the canonical box, `array[x, y, z]`, occupied above 0.5: of booleans, probabilities from
    0 to 1, or 0 and 255. N×3 fractional numbers are points. Axes of length 1 around these are ignored,
    as those of a batch of one.

    Raises:
        InputError: it is neither, or its values are not what they would have to be.
    """
    if array.dtype.kind not in "biuf":
        raise InputError(f"expected an array of numbers, found one of {array.dtype}")
    if not _is_cube(array) and not _is_points(array):
        array = array.squeeze()
    if _is_points(array):
        if array.dtype.kind != "f":
            raise InputError(f"expected points as fractional numbers, found {list(array.shape)} of {array.dtype}")
        return PointCloud(array)
    if not _is_cube(array):
        raise InputError(f"expected voxels R×R×R or points N×3, found an array of shape {list(array.shape)}")
    return VoxelGrid(probabilities(array))


def _is_cube(array: np.ndarray) -> bool:
    return array.ndim == 3 and len(set(array.shape)) == 1


def _is_points(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.shape[1] == 3


def probabilities(values: np.ndarray) -> np.ndarray:
    """`values` from 0 to 1 of any shape; those that are not finite are left for who asks whether a shape is.

    Raises:
        InputError: they are anything else, such as logits, to which the threshold 0.5 does not belong.
    """
    if np.isin(values, (0, 255)).all():
        return values > 0
    low, high = values.min(), values.max()
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise InputError(
            f"expected occupancy probabilities from 0 to 1, or only 0 and 255, found {low:.6g} to {high:.6g}; logits "
            "become probabilities by the sigmoid"
        )
    return values


def write(path: Path, shape: VoxelGrid | PointCloud) -> None:
    """Which voxels are occupied, or the coordinates of the points."""
    buffer = io.BytesIO()
    np.save(buffer, shape.occupancy if isinstance(shape, VoxelGrid) else shape.points, allow_pickle=False)
    replace_file(path, [buffer.getbuffer()])
