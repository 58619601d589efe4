"""Cubic voxel grids over the canonical box."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import as_array
from ...errors import InputError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class VoxelGrid:
    """R³ values over [-0.5, 0.5]³, x, y, z order; voxel (i, j, k) is centred at ((i, j, k) + 0.5) / R - 0.5.

    Args:
        values: Float[R, R, R] occupancy probabilities, or Bool[R, R, R].
        threshold: a voxel is occupied where its value is above this.
        labels: optional Int[R, R, R] part label of each voxel, 0 where empty.
        label_names: what the labels mean: label `l` is `label_names[l - 1]`. Empty where nobody said; then whoever
            uses the labels must know.

    Raises:
        InputError: an array has the wrong shape, or the names are not those of the labels.
    """

    values: Float[np.ndarray, "r r r"]
    threshold: float = 0.5
    labels: Int[np.ndarray, "r r r"] | None = None
    label_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = as_array(self.values, np.float32, (None, None, None), "voxel values")
        if len(set(values.shape)) != 1 or values.size == 0:
            raise InputError(f"voxel values: expected a cube [R, R, R] with R ≥ 1, found {list(values.shape)}")
        object.__setattr__(self, "values", values)
        if self.labels is not None:
            object.__setattr__(self, "labels", as_array(self.labels, np.int64, values.shape, "voxel labels"))
        object.__setattr__(self, "label_names", tuple(map(str, self.label_names)))
        if self.label_names:
            self._check_names()

    def _check_names(self) -> None:
        if self.labels is None:
            raise InputError(f"voxel labels: found the names {', '.join(self.label_names)}, but no labels")
        if len(set(self.label_names)) < len(self.label_names):
            raise InputError(f"voxel labels: expected distinct names, found {', '.join(self.label_names)}")
        low, high = self.labels.min(), self.labels.max()
        if low < 0 or high > len(self.label_names):
            raise InputError(
                f"voxel labels: expected 0 to {len(self.label_names)}, as there are names, found {low} to {high}"
            )

    @property
    def resolution(self) -> int:
        return self.values.shape[0]

    @property
    def occupancy(self) -> Bool[np.ndarray, "r r r"]:
        """Bool[R, R, R]."""
        return self.values > self.threshold

    @property
    def is_empty(self) -> bool:
        return not self.occupancy.any()

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.values).all())


def relabelled(grid: VoxelGrid, names: Iterable[str]) -> VoxelGrid:
    """`grid` with its part labels by other names: label `l` of the result is `names[l - 1]`.

    The grid's names that `names` lacks come after them, in the grid's own order, so that no label is lost. The labels
    of a grid without names are taken to be by `names` already: it is returned as it is.

    Raises:
        InputError: the grid has no labels, or a name comes twice.

    >>> labels = np.array([1, 2, 0, 0, 2, 0, 0, 0]).reshape(2, 2, 2)
    >>> grid = relabelled(VoxelGrid(labels > 0, labels=labels, label_names=("seat", "leg")), ["leg", "back"])
    >>> grid.labels.ravel().tolist(), grid.label_names
    ([3, 1, 0, 0, 1, 0, 0, 0], ('leg', 'back', 'seat'))
    """
    if grid.labels is None:
        raise InputError("cannot give other names to the labels of a voxel grid without labels")
    if not grid.label_names:
        return grid
    names = tuple(names)
    names = (*names, *(name for name in grid.label_names if name not in names))
    lookup = np.array([0, *(1 + names.index(name) for name in grid.label_names)])
    return replace(grid, labels=lookup[grid.labels], label_names=names)


def voxel_centres(resolution: int) -> Float[np.ndarray, "n 3"]:
    """Float[R³, 3]: the centres of a grid's voxels, z fastest."""
    index = np.indices((resolution,) * 3).reshape(3, -1).T
    return (index + 0.5) / resolution - 0.5


def nearest_voxel(mask: np.ndarray) -> tuple[np.ndarray, ...]:
    """The index, three Int[R, R, R], of the voxel of `mask` Bool[R, R, R] that is nearest to each; some must be set."""
    from scipy.ndimage import distance_transform_edt

    return tuple(np.asarray(distance_transform_edt(~mask, return_distances=False, return_indices=True)))
