"""Nearest neighbours between two point clouds, in both directions."""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from ._points import as_lengths, as_pair

_PAIRS_AT_ONCE = 1 << 24
"""Distances held at once by the search in plain torch: 64 MiB of float32 per array."""

_SMALL = 1e-100
"""Clouds with smaller coordinates are enlarged for the search, before their squares underflow."""


class Neighbors(NamedTuple):
    """For each point its nearest in the other cloud. Without batch, the leading B is absent.

    Args:
        x_to_y: Float[B, N], Euclidean distances (not squared) from each x to its nearest y.
        x_index: Long[B, N], the index of that y.
        y_to_x: Float[B, M], from each y to its nearest x.
        y_index: Long[B, M], the index of that x.
        x_lengths, y_lengths: Long[B] numbers of points, or None where no cloud is padded. The padding's
            distance is 0 and its index -1.
    """

    x_to_y: Tensor
    x_index: Tensor
    y_to_x: Tensor
    y_index: Tensor
    x_lengths: Tensor | None = None
    y_lengths: Tensor | None = None


def nearest_neighbors(x: Any, y: Any, *, x_lengths: Any = None, y_lengths: Any = None) -> Neighbors:
    """The nearest neighbour in y of each x, and in x of each y.

    Args:
        x: [N, 3] or [B, N, 3], tensor or array.
        y: [M, 3] or [B, M, 3].
        x_lengths, y_lengths: optional Int[B], how many points of each cloud count; the rest is padding.

    Returns:
        Euclidean distances and indices, on the device of the input, in its precision (float32 for half).
        The search runs in float64 on the CPU (by trees, exactly) and in the input's precision elsewhere, from direct
        differences; the distances are in float64 and rounded once. Among neighbours whose squared
        distances are equal in the precision of the search, the first is named. Differentiable once in x and y, the
        same at each run, with gradient 0 at distance 0.

    Raises:
        InputError: wrong shape, no points, non-finite coordinates, or coordinates whose squared distance overflows.

    >>> nearest_neighbors([[0.0, 0, 0], [1, 0, 0]], [[0.0, 0, 3]]).x_index
    tensor([0, 0])
    """
    x, y = as_pair(x, y)
    x_lengths, y_lengths = as_lengths(x_lengths, x, "x"), as_lengths(y_lengths, y, "y")
    if x.ndim == 2:
        near = _neighbors(x[None], y[None], None, None)
        return Neighbors(*(value[0] for value in near[:4]))
    return _neighbors(x, y, x_lengths, y_lengths)


def _neighbors(x: Tensor, y: Tensor, x_lengths: Tensor | None, y_lengths: Tensor | None) -> Neighbors:
    """For [B, N, 3] and [B, M, 3]."""
    x, y = _without_padding(x, x_lengths), _without_padding(y, y_lengths)
    for points, what in ((x, "points x"), (y, "points y")):
        if not _all_finite(points):
            raise InputError(
                f"{what}: expected finite coordinates, found {int((~points.isfinite()).sum())} that are not"
            )
    found = _search(x.detach(), y.detach(), x_lengths, y_lengths)
    for (index, distance), lengths in zip(found, (x_lengths, y_lengths), strict=True):
        missing = index < 0
        if lengths is not None:
            missing &= torch.arange(index.shape[1], device=index.device) < lengths[:, None]
        if missing.any():
            raise InputError("points x and y: the square of a distance between them overflows")
        if not _all_finite(distance):
            raise InputError("points x and y: a distance between them is too large for its floating-point type")
    (x_index, x_to_y), (y_index, y_to_x) = found
    if torch.is_grad_enabled() and (x.requires_grad or y.requires_grad):
        x_to_y, y_to_x = _Distances.apply(x, y, x_index, x_to_y), _Distances.apply(y, x, y_index, y_to_x)
    return Neighbors(x_to_y, x_index, y_to_x, y_index, x_lengths, y_lengths)


def _all_finite(values: Tensor) -> bool:
    # NumPy's threads, of which it has none, do not compete with those of the search, as torch's would.
    return bool(np.isfinite(values.detach().numpy()).all() if values.device.type == "cpu" else values.isfinite().all())


def _without_padding(points: Tensor, lengths: Tensor | None) -> Tensor:
    """Points [B, N, 3] with 0 for padding, which may be anything."""
    if lengths is None:
        return points
    padding = torch.arange(points.shape[1], device=points.device) >= lengths[:, None]
    return points.masked_fill(padding[..., None], 0)


class _Distances(torch.autograd.Function):
    """Distances [B, N], found already, from points [B, N, 3] to those of [B, M, 3] that an index Long[B, N] names.

    Differentiated in float64 and rounded once. Gradients that meet in one point are added in a fixed order on
    every device: that of float32 is up to the threads' race in torch, on the CPU as well.
    """

    @staticmethod
    def forward(ctx: Any, points: Tensor, others: Tensor, index: Tensor, distance: Tensor) -> Tensor:
        ctx.save_for_backward(points, others, index)
        return distance

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]: the decorator makes `ctx` positional
        ctx: Any, gradient: Tensor
    ) -> tuple[Tensor | None, Tensor | None, None, None]:
        points, others, index = ctx.saved_tensors
        difference, row = _differences(points, others, index)
        length = torch.linalg.vector_norm(difference, dim=-1).masked_fill(index < 0, 0)
        each = gradient.double()[..., None] * (difference / torch.where(length > 0, length, torch.inf)[..., None])
        moved = None
        if ctx.needs_input_grad[1]:  # a true surface needs none
            total = torch.zeros(others.shape, dtype=torch.float64, device=each.device).reshape(-1, 3)
            total.index_put_((row.reshape(-1),), -each.reshape(-1, 3), accumulate=True)
            moved = total.reshape(others.shape).to(others.dtype)
        return each.to(points.dtype) if ctx.needs_input_grad[0] else None, moved, None, None


def _differences(points: Tensor, others: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Float64[B, N, 3] from each point's neighbour to the point; and Long[B, N], the rows of `others` they are."""
    row = torch.arange(len(points), device=points.device)[:, None] * others.shape[1] + index.clamp(min=0)
    return points.double() - others.reshape(-1, 3)[row].double(), row


Found = tuple[Tensor, Tensor]
"""Index Long[B, N] of each point's nearest, -1 for padding and where squares overflow; and its distance, there 0."""


def _search(x: Tensor, y: Tensor, x_lengths: Tensor | None, y_lengths: Tensor | None) -> tuple[Found, Found]:
    """For each x and for each y, by the fastest search there is."""
    x_lengths = torch.full((len(x),), x.shape[1], device=x.device) if x_lengths is None else x_lengths
    y_lengths = torch.full((len(y),), y.shape[1], device=y.device) if y_lengths is None else y_lengths
    choice = _choose(x.device.type, x.dtype)
    if choice == "trees":
        return _search_trees(x, y, x_lengths, y_lengths)
    if choice == "kernels":
        from ._neighbor_kernels import search

        x_index, y_index = search(x, y, x_lengths, y_lengths)
    else:
        x_index = torch.full(x.shape[:2], -1, device=x.device)
        y_index = torch.full(y.shape[:2], -1, device=y.device)
        for b, (n, m) in enumerate(zip(x_lengths.tolist(), y_lengths.tolist(), strict=True)):
            x_index[b, :n], y_index[b, :m] = _search_pairs(x[b, :n], y[b, :m])
    return (x_index, _measured(x, y, x_index)), (y_index, _measured(y, x, y_index))


def _measured(points: Tensor, others: Tensor, index: Tensor) -> Tensor:
    """Distances, computed in float64 and rounded once."""
    difference, _ = _differences(points, others, index)
    return torch.linalg.vector_norm(difference, dim=-1).masked_fill(index < 0, 0).to(points.dtype)


def _choose(device: str, dtype: torch.dtype) -> str:
    """The search for points on such a device: "trees", "kernels" or "pairs"."""
    if device == "cpu":
        return "trees"
    return "kernels" if device == "cuda" and dtype == torch.float32 and _has_triton() else "pairs"


@cache
def _has_triton() -> bool:
    return importlib.util.find_spec("triton") is not None


def _search_trees(x: Tensor, y: Tensor, x_lengths: Tensor, y_lengths: Tensor) -> tuple[Found, Found]:
    from ._neighbor_tree import search  # compiles with numba, which is slow to import

    a, b = (np.asarray(points.numpy(), dtype=np.float64) for points in (x, y))
    # Scaling by a power of two is free of rounding and keeps squares away from underflow.
    largest = max(np.abs(a).max(), np.abs(b).max())
    exponent = int(np.frexp(largest)[1]) if 0 < largest < _SMALL else 0
    if exponent:
        a, b = np.ldexp(a, -exponent), np.ldexp(b, -exponent)
    found = []
    for (index, square), points in zip(search(a, b, x_lengths.numpy(), y_lengths.numpy()), (x, y), strict=True):
        distance = np.sqrt(square, out=square)
        if exponent:
            distance = np.ldexp(distance, exponent)
        found.append((torch.from_numpy(index), torch.from_numpy(distance).to(points.dtype)))
    return found[0], found[1]


def _search_pairs(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Indices of nearest neighbours, by all distances, a block of rows at a time.

    From differences: expanding the square, as matrix products do, would lose half of the digits.
    """
    rows = max(1, _PAIRS_AT_ONCE // len(y))
    x_index = torch.empty(len(x), dtype=torch.long, device=x.device)
    y_index = torch.full((len(y),), -1, device=x.device)
    y_best = torch.full((len(y),), torch.inf, dtype=x.dtype, device=x.device)
    for start in range(0, len(x), rows):
        block = x[start : start + rows]
        along = [(block[:, None, axis] - y[None, :, axis]).square() for axis in range(3)]
        squared = along[0] + along[1] + along[2]  # [rows, M]
        # argmin names the first of equals, which min does not promise.
        x_index[start : start + rows] = squared.argmin(1).masked_fill(squared.amin(1) == torch.inf, -1)
        value, index = squared.amin(0), squared.argmin(0)
        y_index = torch.where(value < y_best, index + start, y_index)
        y_best = torch.minimum(value, y_best)
    return x_index, y_index
