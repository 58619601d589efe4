"""Earth mover's distance between equally many points, with a certificate."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..geometry.errors import InputError
from ._points import as_pair


class EarthMovers(NamedTuple):
    """Without batch, the leading B is absent.

    Args:
        value: Float[B], mean distance of the matched points.
        lower_bound: Float[B]; no matching has a smaller mean distance. Certified by dual prices, in float64.
        permutation: Long[B, N]; x[i] is matched with y[permutation[i]].
    """

    value: Tensor
    lower_bound: Tensor
    permutation: Tensor


def earth_movers_distance(x: Any, y: Any, *, tolerance: float = 1e-4, exact: bool = False) -> EarthMovers:
    """Mean distance of the best one-to-one matching of x to y, and how good it is known to be.

    Args:
        x, y: [N, 3] or [B, N, 3], equally many; tensors or arrays.
        tolerance: the largest relative gap (value - lower_bound) / value.
        exact: find the optimum itself (the gap is then rounding).

    Returns:
        Value, certified lower bound and matching: lower_bound ≤ optimum ≤ value, in the points' unit and precision
        (float32 rounds them). `value` is differentiable in x and y, for the matching found. Deterministic.
        Time grows somewhat faster than N²; for clouds on a line, where nearly all matchings are as good, it is longest.

    Raises:
        InputError: wrong shape, unequal sizes, no points, non-finite coordinates, or a tolerance not above 0.

    >>> result = earth_movers_distance([[0.0, 0, 0], [1, 0, 0]], [[1.0, 0, 1], [0, 0, 1]])
    >>> result.permutation.tolist(), float(result.value)
    ([1, 0], 1.0)
    """
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
    if x.ndim == 2:
        return _match(x, y, tolerance, exact)
    each = [_match(a, b, tolerance, exact) for a, b in zip(x, y, strict=True)]
    return EarthMovers(*(torch.stack(values) for values in zip(*each, strict=True)))


def _match(x: Tensor, y: Tensor, tolerance: float, exact: bool) -> EarthMovers:
    """For [N, 3] and [N, 3]."""
    from ._assignment import match  # compiles with numba, which is slow to import

    a, b = (points.detach().cpu().numpy().astype(np.float64) for points in (x, y))
    permutation, bound = match(a, b, tolerance, exact)
    permutation = torch.from_numpy(permutation).to(x.device)
    value = torch.linalg.vector_norm(x.double() - y[permutation].double(), dim=-1).mean().to(x.dtype)
    if not value.isfinite():
        raise InputError("earth mover's distance: a distance is too large for its floating-point type")
    bound = torch.as_tensor(bound, dtype=value.dtype, device=value.device)
    return EarthMovers(value, torch.minimum(bound, value.detach()), permutation)
