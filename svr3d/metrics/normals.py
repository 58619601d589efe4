"""Normal consistency between oriented point clouds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from .interface import Metric
from .point_measure import PointMeasure

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

    from .neighbors import Neighbors
    from .pair import Pair


def normal_consistency(
    x: Float[Tensor | np.ndarray, "*b n 3"],
    y: Float[Tensor | np.ndarray, "*b m 3"],
    x_normals: Float[Tensor | np.ndarray, "*b n 3"],
    y_normals: Float[Tensor | np.ndarray, "*b m 3"],
    *,
    x_lengths: Int[Tensor | np.ndarray, " b"] | None = None,
    y_lengths: Int[Tensor | np.ndarray, " b"] | None = None,
    neighbors: Neighbors | None = None,
) -> Float[Tensor, "*b"]:
    """Mean absolute cosine between each point's normal and that of its nearest neighbour, mean of both directions.

    Args:
        x, x_normals: [N, 3] or [B, N, 3], tensors or arrays.
        y, y_normals: [M, 3] or [B, M, 3].
        x_lengths, y_lengths: optional Int[B] numbers of points of padded clouds.
        neighbors: `nearest_neighbors` of the same clouds, where it is known already; x and y are then not read.

    Returns:
        Float[] or Float[B] in [0, 1]. Normals need not have unit length; one of length 0 counts as cosine 0.

    Raises:
        InputError: wrong shape, no points, or non-finite numbers.

    >>> float(normal_consistency([[0.0, 0, 0]], [[0.0, 0, 1]], [[0, 0, 1.0]], [[0, 0, -2.0]]))
    1.0
    """
    from ._points import mean_over_points
    from .neighbors import nearest_neighbors

    near = neighbors or nearest_neighbors(x, y, x_lengths=x_lengths, y_lengths=y_lengths)
    a = _unit(x_normals, near.x_to_y, "normals of x")
    b = _unit(y_normals, near.y_to_x, "normals of y")
    forward = mean_over_points((a * _take(b, near.x_index)).sum(-1).abs(), near.x_lengths)
    backward = mean_over_points((b * _take(a, near.y_index)).sum(-1).abs(), near.y_lengths)
    return (forward + backward) / 2


def _unit(normals: Any, distances: Tensor, what: str) -> Tensor:
    from torch.nn.functional import normalize

    from ._points import as_points

    normals = as_points(normals, what).to(distances)
    if normals.shape[:-1] != distances.shape:
        raise InputError(f"{what}: expected one per point, {[*distances.shape, 3]}, found {list(normals.shape)}")
    if not normals.isfinite().all():
        raise InputError(f"{what}: expected finite numbers")
    return normalize(normals, dim=-1, eps=1e-30)


def _take(values: Tensor, index: Tensor) -> Tensor:
    """values[..., index, :] for [..., M, 3] and [..., N]; padding's index -1 takes any."""
    if values.ndim == 2:
        return values[index]
    return values.gather(1, index.clamp(min=0)[..., None].expand(-1, -1, 3))


@dataclass(frozen=True, kw_only=True)
class NormalMeasure(PointMeasure):
    """`normal`; 0 for a prediction whose points have no normals."""

    declarations = (
        Metric(
            "normal",
            "Normal consistency",
            "fraction",
            True,
            1.0,
            0.0,
            "mean absolute cosine, mean of both directions",
        ),
    )

    def require(self, pair: Pair) -> None:
        if pair.truth.points.normals is None:
            raise InputError("the ground truth's surface has no normals")

    def value(self, pair: Pair) -> float:
        (x, y), near = pair.points, pair.neighbors
        normals = np.zeros_like(x.points) if x.normals is None else x.normals

        def compute() -> float:
            return float(pair.compared(normal_consistency, x.points, y.points, normals, y.normals, neighbors=near))

        return pair.once("surface", (self.name,), compute)
