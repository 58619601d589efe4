"""F-score of a predicted surface at distance thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..errors import InputError
from .curve import Curve
from .interface import Metric
from .parameters import Positive
from .point_measure import PointMeasure
from .setting import Setting

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float, Int
    from torch import Tensor

    from .neighbors import Neighbors
    from .pair import Pair


class FScore(NamedTuple):
    """Fractions in [0, 1]: Float[B, T], without the B where there is no batch, without the T for a single threshold.

    Args:
        f: harmonic mean of precision and recall; 0 where both are.
        precision: fraction of the predicted points that lie near the truth.
        recall: fraction of the true points that lie near the prediction.
    """

    f: Tensor
    precision: Tensor
    recall: Tensor


def f_score(
    x: Float[Tensor | np.ndarray, "*b n 3"],
    y: Float[Tensor | np.ndarray, "*b m 3"],
    thresholds: float | Sequence[float] | Float[Tensor | np.ndarray, " t"],
    *,
    x_lengths: Int[Tensor | np.ndarray, " b"] | None = None,
    y_lengths: Int[Tensor | np.ndarray, " b"] | None = None,
    neighbors: Neighbors | None = None,
) -> FScore:
    """F-score of predicted points x against true points y (Tatarchenko et al. 2019).

    Args:
        x: [N, 3] or [B, N, 3], predicted; tensor or array.
        y: [M, 3] or [B, M, 3], true.
        thresholds: a Euclidean distance, or several [T]; a point counts when its distance is at most this.
            They are rounded to the precision of the distances.
        x_lengths, y_lengths: optional Int[B] numbers of points of padded clouds.
        neighbors: `nearest_neighbors` of the same clouds, where it is known already; x and y are then not read.

    Raises:
        InputError: wrong shape, no points, non-finite coordinates, or a threshold that is not positive and finite.

    >>> result = f_score([[0.0, 0, 0]], [[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]], 0.01)
    >>> float(result.precision), float(result.recall), round(float(result.f), 12)
    (1.0, 0.25, 0.4)
    """
    import torch

    from ._points import mean_over_points
    from .neighbors import nearest_neighbors

    near = neighbors or nearest_neighbors(x, y, x_lengths=x_lengths, y_lengths=y_lengths)
    limits = torch.as_tensor(thresholds, dtype=near.x_to_y.dtype, device=near.x_to_y.device)
    if limits.ndim > 1 or not limits.numel() or not (limits.isfinite() & (limits > 0)).all():
        raise InputError(f"F-score: expected positive thresholds, one or a list, found {thresholds}")

    def within(distances: Tensor, lengths: Tensor | None) -> Tensor:
        each = [mean_over_points((distances <= limit).double(), lengths) for limit in limits.reshape(-1)]
        return torch.stack(each, -1)

    precision, recall = within(near.x_to_y, near.x_lengths), within(near.y_to_x, near.y_lengths)
    total = precision + recall
    f = torch.where(total > 0, 2 * precision * recall / total.clamp(min=1e-300), 0.0)
    return FScore(*(value if limits.ndim else value.squeeze(-1) for value in (f, precision, recall)))


CURVE = "f@"
"""Prefix of the curve's recorded points: `f@0.0050` is the F-score at 0.5 % of the side."""


def _declared(name: str, at: str, source: str) -> tuple[Metric, Metric, Metric]:
    """The F-score at one threshold, its precision and its recall."""
    return (
        Metric(f"f_{name}", f"F-score @{at}", "fraction", True, 1.0, 0.0, source),
        Metric(f"precision_{name}", f"Precision @{at}", "fraction", True, 1.0, 0.0, source, ranked=False),
        Metric(f"recall_{name}", f"Recall @{at}", "fraction", True, 1.0, 0.0, source, ranked=False),
    )


def _at(pair: Pair, threshold: float) -> FScore:
    """The F-score at a threshold in the protocol's frame."""
    (x, y), near, limit = pair.points, pair.neighbors, threshold / pair.scale
    return pair.once("surface", ("f-score", limit), lambda: f_score(x.points, y.points, limit, neighbors=near))


@dataclass(frozen=True, kw_only=True)
class FScoreMeasure(PointMeasure):
    """`f_…`, `precision_…` and `recall_…`.

    Args:
        threshold: a distance in the protocol's frame.
    """

    declarations = (
        *_declared("01", "1 %", "Tatarchenko et al. 2019: threshold 1 % of the longest side"),
        *_declared("02", "2 %", "threshold 2 % of the longest side"),
        *_declared("03", "3 %", "Mesh R-CNN: threshold 3 % of the longest side"),
        *_declared("05", "5 %", "Mesh R-CNN: threshold 5 % of the longest side"),
        *_declared("tau", "τ", "threshold τ, which the protocol gives"),
        *_declared("2tau", "2τ", "Pixel2Mesh: threshold 2τ on the squared distance"),
    )

    threshold: Positive

    def value(self, pair: Pair) -> float:
        return float(getattr(_at(pair, self.threshold), self.name.partition("_")[0]))


@dataclass(frozen=True, kw_only=True)
class FScoreCurve(Curve, PointMeasure):
    """`f@…`: the F-score at several thresholds, in a frame in which the longest side is 1."""

    digits = 4

    @classmethod
    def prefixes(cls) -> tuple[str, ...]:
        return (CURVE,)

    @classmethod
    def title(cls, prefix: str, threshold: float) -> str:
        return f"F-score @{threshold:.2%}"

    def check(self, setting: Setting) -> None:
        super().check(setting)
        if (setting.frame.extent, setting.frame.size) != ("side", 1):
            raise InputError("has its thresholds in its names, expected field 'frame' to make the longest side 1")

    def values(self, pair: Pair) -> dict[str, float]:
        return {self.point(threshold): float(_at(pair, threshold).f) for threshold in self.thresholds}
