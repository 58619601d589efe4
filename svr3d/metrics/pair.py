"""One prediction beside one truth: what metrics compare, converted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from ..errors import InputError
from ..geometry import PointCloud
from .interface import PredictionError
from .memo import Memo
from .predicted_side import PredictedSide
from .setting import Setting
from .true_side import TrueSide
from .truth import GroundTruth

if TYPE_CHECKING:
    from jaxtyping import Bool

    from .neighbors import Neighbors

T = TypeVar("T")


class Insides(NamedTuple):
    """Which of the same points in space are inside either shape.

    Args:
        predicted, truth: Bool[N].
        ambiguous: the fraction of points of which it is in doubt for the prediction.
    """

    predicted: Bool[np.ndarray, " n"]
    truth: Bool[np.ndarray, " n"]
    ambiguous: float


class Pair:
    """A prediction and a truth in the canonical frame, in one protocol's setting. What that frame scales is scaled in
    the end, so that protocols which differ in their frames share points, neighbours and matchings.

    Args:
        prediction: anything; what is wrong with it is found when it is asked for.
        truth: what is known of the true shape.
        setting: how they are made comparable.
        memo: of the scoring of this prediction against this truth, shared by its pairs in all settings.
    """

    def __init__(self, prediction: Any, truth: GroundTruth, setting: Setting, memo: Memo) -> None:
        self.setting, self._memo = setting, memo
        self.predicted = PredictedSide(prediction, setting, memo)
        self.truth = TrueSide(truth, setting, memo)

    def once(self, part: str, key: tuple, compute: Callable[[], T]) -> T:
        """compute(), kept under `key` for all metrics and protocols that share this setting but for its frame.

        Args:
            part: of the work, to which its time is added: `surface`, `iou`, `structure` …
        """
        setting = self.setting
        shared = (setting.alignment, setting.points, setting.voxel_rule, self.predicted.threshold_key)
        return self._memo.once(part, ("pair", *key, *shared), compute)

    def seed(self, stream: str) -> int:
        """The seed of a random choice; streams of different names are independent."""
        return self._memo.seed(stream)

    @property
    def points(self) -> tuple[PointCloud, PointCloud]:
        """The predicted and the true points, as they are compared."""

        def compute() -> tuple[PointCloud, PointCloud]:
            x, y = self.predicted.points, self.truth.points
            if self.setting.alignment == "points":
                return _boxed(x, _bounds(x)), _boxed(y, _bounds(y))
            if self.setting.alignment == "box":
                return _boxed(x, self.predicted.bounds), y
            return x, y

        return self.once("conversion", ("points",), compute)

    @property
    def neighbors(self) -> Neighbors:
        """The nearest true point of each predicted one, and the other way round."""
        from .neighbors import nearest_neighbors

        x, y = self.points
        return self.once("neighbours", ("neighbours",), lambda: self.compared(nearest_neighbors, x.points, y.points))

    def some_points(self, count: int) -> tuple[PointCloud, PointCloud]:
        """`count` of either side's points, drawn at random."""
        x, y = self.points
        return (
            PointCloud(x.points[self._memo.some(len(x), count, "predicted part")]),
            PointCloud(y.points[self._memo.some(len(y), count, "true part")]),
        )

    def insides(self, count: int) -> Insides:
        """Of `count` points in space, or of all that the truth stores, if fewer."""
        points, true = self.truth.volume(count)
        predicted, ambiguous = self.predicted.inside(points, (count,))
        return Insides(predicted, true, ambiguous)

    @property
    def scale(self) -> float:
        """The factor that takes the canonical frame to the setting's."""
        return self.truth.scale

    @staticmethod
    def compared(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """The function's value. The truth is checked, so that an error (an overflow) is the prediction's."""
        try:
            return function(*arguments, **options)
        except InputError as error:
            raise PredictionError(f"the prediction cannot be compared: {error}") from error


def _bounds(cloud: PointCloud) -> np.ndarray:
    return np.stack([cloud.points.min(axis=0), cloud.points.max(axis=0)])


def _boxed(cloud: PointCloud, bounds: np.ndarray) -> PointCloud:
    """`cloud`, moved and scaled as takes the box to the origin and longest side 1."""
    low, high = bounds
    side = (high - low).max()
    if not side > 0:
        raise PredictionError("the prediction has no extent by which it could be aligned")
    return PointCloud((cloud.points - (low + high) / 2) / side, cloud.normals)
