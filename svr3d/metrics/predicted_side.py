"""What metrics ask of the prediction. Whatever goes wrong in its conversion is its own fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import geometry
from ..errors import InputError, machine_failure
from ..geometry import Mesh, PointCloud, VoxelGrid
from ._content import content
from .interface import PredictionError
from .memo import Memo
from .setting import Setting
from .true_side import taken, vertices

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

T = TypeVar("T")


class PredictedSide:
    """The prediction in one setting. All of it raises PredictionError where the prediction is not fit for it."""

    def __init__(self, prediction: Any, setting: Setting, memo: Memo) -> None:
        self._given, self._setting, self._memo = prediction, setting, memo
        self.is_grid = isinstance(prediction, VoxelGrid)
        self.threshold_key = setting.voxel_threshold if self.is_grid else None

    @property
    def shape(self) -> Any:
        """The prediction, once it is known to be usable; a grid with the setting's threshold."""
        shape = self._given
        if shape is None:
            raise PredictionError("there is no prediction")
        if not geometry.is_shape(shape):
            raise PredictionError(f"the prediction is no shape but of type {type(shape).__name__}")
        if not shape.is_finite:
            raise PredictionError("the prediction is not finite")
        if self.is_grid:
            shape = replace(shape, threshold=self._setting.threshold(shape.threshold))
        if shape.is_empty:
            raise PredictionError("the prediction is empty")
        return shape

    def convert(self, part: str, key: tuple, convert: Callable[[Any], T]) -> T:
        """convert(shape), kept under `key`; an error in it is the prediction's.

        Args:
            part: of the work, to which its time is added.
        """

        def compute() -> T:
            shape = self.shape
            try:
                with np.errstate(over="ignore", invalid="ignore"):  # a diverged shape; what it leads to is looked at
                    return convert(shape)
            except PredictionError:
                raise
            except Exception as error:  # a shape from outside may break anything; the reason is kept and counted
                if machine_failure(error):
                    raise
                kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
                raise PredictionError(f"the prediction cannot be converted: {kind}{error}") from error

        return self._memo.once(part, ("predicted", *key, self.threshold_key), compute)

    @property
    def has_inside(self) -> bool:
        """False for points, which bound nothing."""
        return geometry.has_inside(self.shape)

    @property
    def mesh(self) -> Mesh:
        """The surface: of a grid, the iso-surface."""
        return self.convert("conversion", ("mesh",), geometry.to_mesh)

    @property
    def points(self) -> PointCloud:
        """The points that the setting names, not aligned yet."""
        assert self._setting.points is not None
        chosen = self._setting.points.predicted
        key = (chosen.source, chosen.count)
        return self.convert("conversion", key, self._surface if chosen.source == "surface" else self._vertices)

    def _surface(self, shape: Any) -> PointCloud:
        assert self._setting.points is not None
        count = self._setting.points.predicted.count
        assert count is not None  # of a surface, the setting has one
        shape = self.mesh if self.is_grid else shape  # which other metrics want too
        points = geometry.to_surface(shape, count, seed=self._memo.seed("predicted surface"))
        if points.is_empty or not points.is_finite:
            raise InputError("its surface is empty or not finite")
        return points

    def _vertices(self, shape: Any) -> PointCloud:
        assert self._setting.points is not None
        count = self._setting.points.predicted.count
        if isinstance(shape, PointCloud):
            return taken(shape, self._memo.drawn(len(shape), count, "predicted vertices"))
        return vertices(self.mesh, count, self._memo, "predicted vertices")

    @property
    def bounds(self) -> Float[np.ndarray, "2 3"]:
        """Lowest and highest corner of its box."""
        shape = self.shape
        return geometry.bounds(self.mesh if geometry.has_inside(shape) else shape)

    def occupancy(self, resolution: int) -> Float[np.ndarray, "r r r"]:
        """Over the canonical box or, where the setting aligns, over the shape's own; of points, none."""
        aligned, rule = self._setting.alignment != "none", self._setting.voxel_rule

        def convert(shape: Any) -> np.ndarray:
            if not geometry.has_inside(shape):
                return np.zeros((resolution,) * 3, np.float32)
            if not aligned:
                return geometry.to_voxels(shape, resolution, rule).values
            grid = shape if self.is_grid else geometry.voxelize(geometry.normalize(self.mesh)[0], resolution, rule)
            return content(grid.values, resolution)

        return self.convert("conversion", ("occupancy", resolution, aligned, rule), convert)

    def grid(self, resolution: int) -> Bool[np.ndarray, "r r r"]:
        """`occupancy` above the threshold."""
        own = self._given.threshold if self.is_grid else 0.5
        return self.occupancy(resolution) > self._setting.threshold(own)

    def inside(self, points: Float[np.ndarray, "n 3"], key: tuple) -> tuple[Bool[np.ndarray, " n"], float]:
        """Which of `points`, that `key` stands for, are inside; and the fraction of doubtful ones."""

        def convert(shape: Any) -> tuple[np.ndarray, float]:
            if not geometry.has_inside(shape):
                return np.zeros(len(points), bool), 1.0
            found = geometry.containment(shape, points)
            return found.inside, found.ambiguous

        return self.convert("conversion", ("inside", *key), convert)

    def labels(self, resolution: int, names: tuple[str, ...]) -> VoxelGrid | None:
        """The grid of part labels by `names`, other names after them; None for a shape without parts. Without `names`,
        labels are as they come."""

        def convert(shape: Any) -> VoxelGrid | None:
            grid = geometry.part_labels(shape, resolution, self._setting.voxel_rule)
            if grid is None or grid.labels is None:
                return None
            if names and not grid.label_names and grid.labels.max() > len(names):
                raise InputError(
                    f"its part labels have no `label_names` and go up to {grid.labels.max()}, but the data set's are "
                    f"1 to {len(names)} ({', '.join(names)})"
                )
            return geometry.relabelled(grid, names) if names else grid

        return self.convert("structure", ("labels", resolution, self._setting.voxel_rule), convert)
