"""Earth mover's distance between equally many points, with a certificate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import InputError
from .interface import Metric, PredictionError
from .parameters import Count, Positive
from .point_measure import DIAGONAL, PointMeasure
from .setting import Setting

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

    from .pair import Pair


class EarthMovers(NamedTuple):
    """Without batch, the leading B is absent.

    Args:
        value: Float[B], mean distance of the matched points.
        lower_bound: Float[B]; no matching has a smaller mean distance. Certified by dual prices, in float64.
        permutation: Long[B, N]; x[i] is matched with y[permutation[i]].
    """

    value: Float[Tensor, "*b"]
    lower_bound: Float[Tensor, "*b"]
    permutation: Int[Tensor, "*b n"]


def earth_movers_distance(
    x: Float[Tensor | np.ndarray, "*b n 3"],
    y: Float[Tensor | np.ndarray, "*b n 3"],
    *,
    tolerance: float = 1e-4,
    exact: bool = False,
) -> EarthMovers:
    """Mean distance of the best one-to-one matching of x to y, and how good it is known to be.

    Args:
        x, y: [N, 3] or [B, N, 3], equally many; tensors or arrays.
        tolerance: the largest relative gap (value - lower_bound) / value.
        exact: find the optimum itself (the gap is then rounding).

    Returns:
        Value, certified lower bound and matching: lower_bound ≤ optimum ≤ value, in the points' unit and precision.
        All is computed in float64 (`value` up to its rounding, some 1e-15 of it; `lower_bound` below what rounding may
        add). For float32 points `value` is rounded up and `lower_bound` down, so the order and the tolerance hold for
        the numbers returned too; a tolerance below 1e-6 is more than float32 can show.
        `value` is differentiable in x and y, for the matching found.
        Deterministic, whatever the number of threads; the pairs of a batch share `torch.get_num_threads()` threads.
        On a GPU all pairs run at once; those whose gap float32 prices do not close, and exact=True, finish on the CPU.
        Memory grows with N, time on surfaces with about N^1.75.

    Raises:
        InputError: wrong shape, unequal sizes, no points, non-finite coordinates, or a tolerance not above 0.

    >>> result = earth_movers_distance([[0.0, 0, 0], [1, 0, 0]], [[1.0, 0, 1], [0, 0, 1]])
    >>> result.permutation.tolist(), float(result.value)
    ([1, 0], 1.0)
    """
    import torch

    from ._points import as_pair

    x, y = as_pair(x, y)
    if x.shape != y.shape:
        raise InputError(
            f"earth mover's distance: expected equally many points on both sides, found {x.shape[-2]} and {y.shape[-2]}"
        )
    if not tolerance > 0:
        raise InputError(
            f"earth mover's distance: expected a tolerance above 0, found {tolerance}; use exact=True for none"
        )
    if not (x.isfinite().all() and y.isfinite().all()):
        raise InputError("earth mover's distance: expected finite coordinates")
    # Rounding to the points' type widens the gap by as much as this leaves free.
    inner = max(tolerance - 4 * torch.finfo(x.dtype).eps, tolerance / 2)
    if x.ndim == 2:
        each = _results(x[None], y[None], inner, exact)
        return EarthMovers(*(values[0] for values in each))
    return _results(x, y, inner, exact)


def _results(x: Tensor, y: Tensor, tolerance: float, exact: bool) -> EarthMovers:
    """For [B, N, 3] and [B, N, 3]."""
    import torch

    permutation, bound = _match(x.detach(), y.detach(), tolerance, exact)
    partners = y.gather(1, permutation[..., None].expand_as(y))
    precise = torch.linalg.vector_norm(x.double() - partners.double(), dim=-1).mean(-1)
    value = precise.to(x.dtype)
    if not value.isfinite().all():
        raise InputError("earth mover's distance: a distance is too large for its floating-point type")
    above = torch.nextafter(value.detach(), torch.full_like(value, torch.inf)) - value.detach()
    value = value + above * (value.detach().double() < precise.detach())
    rounded = bound.to(x.dtype)
    rounded = torch.where(rounded.double() > bound, rounded.nextafter(torch.full_like(rounded, -torch.inf)), rounded)
    return EarthMovers(value, torch.minimum(rounded, value.detach()), permutation)


def _match(x: Tensor, y: Tensor, tolerance: float, exact: bool) -> tuple[Tensor, Tensor]:
    """Long[B, N] and Float64[B]: the matching and the lower bound of each pair, on the points' device."""
    if x.is_cuda and x.shape[1] > 1 and not exact:
        try:
            from ._auction_kernels import match_on_gpu
        except ImportError:  # Triton is not made for every system
            return _match_on_cpu(x, y, tolerance, exact)
        permutation, bound, done = match_on_gpu(x, y, tolerance)
        if not done.all():
            permutation[~done], bound[~done] = _match_on_cpu(x[~done], y[~done], tolerance, exact)
        return permutation, bound
    return _match_on_cpu(x, y, tolerance, exact)


def _match_on_cpu(x: Tensor, y: Tensor, tolerance: float, exact: bool) -> tuple[Tensor, Tensor]:
    import torch

    from ._assignment import match  # compiles with numba, which is slow to import

    a, b = (points.cpu().numpy().astype(np.float64) for points in (x, y))
    # Plain threads: the compiled code runs without Python's lock, and nothing outlives the call, so that worker
    # processes may be forked or spawned at any time.
    with ThreadPoolExecutor(max(1, min(len(a), torch.get_num_threads()))) as pool:
        permutations, bounds = zip(*pool.map(lambda u, v: match(u, v, tolerance, exact), a, b), strict=True)
    return torch.from_numpy(np.stack(permutations)).to(x.device), torch.tensor(bounds, dtype=torch.float64).to(x.device)


@dataclass(frozen=True, kw_only=True)
class EarthMoversMeasure(PointMeasure):
    """`emd` and `emd_bound`, which share one matching where their parameters are equal.

    Args:
        points: of either side that are matched, drawn of those compared.
        tolerance: largest relative gap between the value and its certified bound.
    """

    declarations = (
        Metric("emd", "EMD", "side", False, 0.0, DIAGONAL, "mean matched distance of the optimal one-to-one matching"),
        Metric(
            "emd_bound",
            "EMD, certified lower bound",
            "side",
            False,
            0.0,
            DIAGONAL,
            "from the dual prices",
            ranked=False,
        ),
    )

    points: Count
    tolerance: Positive

    def check(self, setting: Setting) -> None:
        super().check(setting)
        if setting.points is not None and self.points > setting.points.most:
            raise InputError(f"field 'points' must be at most the {setting.points.most} compared, found {self.points}")

    def require(self, pair: Pair) -> None:
        points = pair.truth.points
        if len(points) < self.points:
            source = pair.setting.points.truth.source if pair.setting.points else "surface"
            raise InputError(f"EMD matches {self.points} points, but the ground truth's {source} has {len(points)}")

    def value(self, pair: Pair) -> float:
        x, _ = pair.points

        def compute() -> EarthMovers:
            if len(x) < self.points:
                raise PredictionError(f"EMD matches {self.points} points, but the prediction has {len(x)}")
            a, b = pair.some_points(self.points)
            return pair.compared(earth_movers_distance, a.points, b.points, tolerance=self.tolerance)

        found = pair.once("emd", ("emd", self.points, self.tolerance), compute)
        return float(found.value if self.name == "emd" else found.lower_bound)
