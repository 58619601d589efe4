"""Chamfer distance between point clouds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import InputError
from .interface import Metric
from .point_measure import DIAGONAL, PointMeasure

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float, Int
    from torch import Tensor

    from .neighbors import Neighbors
    from .pair import Pair


def chamfer_distance(
    x: Float[Tensor | np.ndarray, "*b n 3"],
    y: Float[Tensor | np.ndarray, "*b m 3"],
    *,
    squared: bool = True,
    directions: Literal["sum", "mean"] = "sum",
    x_lengths: Int[Tensor | np.ndarray, " b"] | None = None,
    y_lengths: Int[Tensor | np.ndarray, " b"] | None = None,
    neighbors: Neighbors | None = None,
) -> Float[Tensor, "*b"]:
    """The sum (or mean) of both directions' mean distance to the nearest point.

    What the field calls "Chamfer-L1" is mostly `squared=False, directions="mean"` (Euclidean distances, as in
    Occupancy Networks), and "Chamfer-L2" `squared=True, directions="sum"` (Fan et al. 2017).

    Args:
        x: [N, 3] or [B, N, 3], tensor or array.
        y: [M, 3] or [B, M, 3].
        squared: of the Euclidean distances, before the mean.
        directions: whether both directions' means are added or averaged.
        x_lengths, y_lengths: optional Int[B] numbers of points of padded clouds.
        neighbors: `nearest_neighbors` of the same clouds, where it is known already; x and y are then not read.

    Returns:
        Float[] or Float[B], in the points' unit (its square if `squared`). Differentiable.

    Raises:
        InputError: wrong shape, no points, non-finite coordinates, or an unknown `directions`.

    >>> float(chamfer_distance([[0.0, 0, 0]], [[0.0, 0, 2]]))
    8.0
    >>> float(chamfer_distance([[0.0, 0, 0]], [[0.0, 0, 2]], squared=False, directions="mean"))
    2.0
    """
    if directions not in ("sum", "mean"):
        raise InputError(f"Chamfer distance: expected directions 'sum' or 'mean', found '{directions}'")
    from ._points import mean_over_points
    from .neighbors import nearest_neighbors

    near = neighbors or nearest_neighbors(x, y, x_lengths=x_lengths, y_lengths=y_lengths)
    forward, backward = (near.x_to_y.square(), near.y_to_x.square()) if squared else (near.x_to_y, near.y_to_x)
    total = mean_over_points(forward, near.x_lengths) + mean_over_points(backward, near.y_lengths)
    return total if directions == "sum" else total / 2


@dataclass(frozen=True, kw_only=True)
class ChamferMeasure(PointMeasure):
    """`cd_l1` and `cd_l2`."""

    declarations = (
        Metric(
            "cd_l1",
            "Chamfer-L1",
            "side",
            False,
            0.0,
            DIAGONAL,
            "Occupancy Networks: half the sum of both directions' mean distance",
        ),
        Metric(
            "cd_l2",
            "Chamfer-L2",
            "side²",
            False,
            0.0,
            2 * DIAGONAL**2,
            "sum of both directions' mean squared distance",
        ),
    )

    def value(self, pair: Pair) -> float:
        (x, y), near = pair.points, pair.neighbors
        options: dict[str, tuple[bool, Literal["sum", "mean"]]] = {"cd_l1": (False, "mean"), "cd_l2": (True, "sum")}
        squared, directions = options[self.name]

        def compute() -> float:
            return float(chamfer_distance(x.points, y.points, squared=squared, directions=directions, neighbors=near))

        return pair.once("surface", (self.name,), compute)
