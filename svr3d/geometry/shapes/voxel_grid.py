"""Cubic voxel grids over the canonical box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import as_array
from ...errors import InputError


@dataclass(frozen=True, eq=False)
class VoxelGrid:
    """R³ values over [-0.5, 0.5]³, x, y, z order; voxel (i, j, k) is centred at ((i, j, k) + 0.5) / R - 0.5.

    Args:
        values: Float[R, R, R] occupancy probabilities, or Bool[R, R, R].
        threshold: a voxel is occupied where its value is above this.
        labels: optional Int[R, R, R] part label of each voxel, 0 where empty.
    """

    values: np.ndarray
    threshold: float = 0.5
    labels: np.ndarray | None = None

    def __post_init__(self) -> None:
        values = as_array(self.values, np.float32, (None, None, None), "voxel values")
        if len(set(values.shape)) != 1 or values.size == 0:
            raise InputError(f"voxel values: expected a cube [R, R, R] with R ≥ 1, found {list(values.shape)}")
        object.__setattr__(self, "values", values)
        if self.labels is not None:
            object.__setattr__(self, "labels", as_array(self.labels, np.int64, values.shape, "voxel labels"))

    @property
    def resolution(self) -> int:
        return self.values.shape[0]

    @property
    def occupancy(self) -> np.ndarray:
        """Bool[R, R, R]."""
        return self.values > self.threshold

    @property
    def is_empty(self) -> bool:
        return not self.occupancy.any()

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.values).all())
