"""Hausdorff distance between point clouds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .interface import Metric
from .point_measure import DIAGONAL, PointMeasure

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float
    from torch import Tensor

    from .neighbors import Neighbors
    from .pair import Pair


def hausdorff_distance(
    x: Float[Tensor | np.ndarray, "*b n 3"],
    y: Float[Tensor | np.ndarray, "*b m 3"],
    *,
    neighbors: Neighbors | None = None,
) -> Float[Tensor, "*b"]:
    """The largest distance of a point of either cloud to the nearest of the other.

    Args:
        x: [N, 3] or [B, N, 3], tensor or array.
        y: [M, 3] or [B, M, 3].
        neighbors: `nearest_neighbors` of the same clouds, where it is known already; x and y are then not read.

    Returns:
        In the points' unit. Differentiable.

    Raises:
        InputError: wrong shape, no points, or non-finite coordinates.

    >>> float(hausdorff_distance([[0.0, 0, 0]], [[0.0, 0, 1], [0, 0, 3]]))
    3.0
    """
    import torch

    from .neighbors import nearest_neighbors

    near = neighbors or nearest_neighbors(x, y)  # padding has distance 0
    return torch.maximum(near.x_to_y.amax(-1), near.y_to_x.amax(-1))


@dataclass(frozen=True, kw_only=True)
class HausdorffMeasure(PointMeasure):
    """`hausdorff`."""

    declarations = (
        Metric(
            "hausdorff", "Hausdorff distance", "side", False, 0.0, DIAGONAL, "largest distance to the nearest point"
        ),
    )

    def value(self, pair: Pair) -> float:
        (x, y), near = pair.points, pair.neighbors
        return pair.once("surface", (self.name,), lambda: float(hausdorff_distance(x.points, y.points, neighbors=near)))
