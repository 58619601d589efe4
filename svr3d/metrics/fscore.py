"""F-score of a predicted surface at distance thresholds."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..errors import InputError
from ._points import mean_over_points
from .neighbors import Neighbors, nearest_neighbors


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
    x: Any,
    y: Any,
    thresholds: Any,
    *,
    x_lengths: Any = None,
    y_lengths: Any = None,
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
