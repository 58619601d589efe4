"""Nearest neighbours between two point clouds, in both directions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..geometry.errors import InputError
from ._points import as_lengths, as_pair

_PAIRS_AT_ONCE = 1 << 24
"""Distances held at once by the search in plain torch: 64 MiB of float32 per array."""


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
        The search runs in float64 on the CPU (k-d tree) and in the input's precision elsewhere, from direct
        differences; the distances are then computed in float64 and rounded once. Among neighbours at equal
        distance any may be named. Differentiable in x and y, with gradient 0 at distance 0.

    Raises:
        InputError: wrong shape, no points, non-finite coordinates, or coordinates whose squared distance overflows.

    >>> nearest_neighbors([[0.0, 0, 0], [1, 0, 0]], [[0.0, 0, 3]]).x_index
    tensor([0, 0])
    """
    x, y = as_pair(x, y)
    x_lengths, y_lengths = as_lengths(x_lengths, x, "x"), as_lengths(y_lengths, y, "y")
    if x.ndim == 2:
        return _neighbors(x, y)
    sizes_x = [x.shape[1]] * len(x) if x_lengths is None else x_lengths.tolist()
    sizes_y = [y.shape[1]] * len(y) if y_lengths is None else y_lengths.tolist()
    each = [_neighbors(x[b, :n], y[b, :m]) for b, (n, m) in enumerate(zip(sizes_x, sizes_y, strict=True))]
    return Neighbors(
        _stack([pair.x_to_y for pair in each], x.shape[1], 0),
        _stack([pair.x_index for pair in each], x.shape[1], -1),
        _stack([pair.y_to_x for pair in each], y.shape[1], 0),
        _stack([pair.y_index for pair in each], y.shape[1], -1),
        x_lengths,
        y_lengths,
    )


def _stack(rows: list[Tensor], length: int, padding: int) -> Tensor:
    return torch.stack([torch.nn.functional.pad(row, (0, length - len(row)), value=padding) for row in rows])


def _neighbors(x: Tensor, y: Tensor) -> Neighbors:
    """For [N, 3] and [M, 3]."""
    with torch.no_grad():
        for points, what in ((x, "points x"), (y, "points y")):
            if not points.isfinite().all():
                raise InputError(
                    f"{what}: expected finite coordinates, found {int((~points.isfinite()).sum())} that are not"
                )
        x_index, y_index = _search_trees(x, y) if x.device.type == "cpu" else _search_pairs(x, y)
    result = Neighbors(_distances(x, y[x_index]), x_index, _distances(y, x[y_index]), y_index)
    if not (result.x_to_y.isfinite().all() and result.y_to_x.isfinite().all()):
        raise InputError("points x and y: a distance between them is too large for its floating-point type")
    return result


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Distances [N] of corresponding points [N, 3]."""
    return torch.linalg.vector_norm(a.double() - b.double(), dim=-1).to(a.dtype)


def _search_trees(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Indices of nearest neighbours, by k-d trees."""
    from pykdtree.kdtree import KDTree

    a, b = (np.ascontiguousarray(points.detach().numpy(), dtype=np.float64) for points in (x, y))

    def search(queries: np.ndarray, points: np.ndarray) -> Tensor:
        order = _along_curve(queries)
        index = np.empty(len(queries), np.int64)
        index[order] = KDTree(points).query(queries[order], sqr_dists=True)[1]
        if index.max() >= len(points):  # so the tree says that no distance was below infinity
            raise InputError("points x and y: the square of a distance between them overflows")
        return torch.from_numpy(index)

    return search(a, b), search(b, a)


def _along_curve(points: np.ndarray) -> np.ndarray:
    """The order of points [N, 3] along a Morton curve: neighbours in it visit the same leaves of a tree, which
    halves the time of a search."""
    low = points.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        cells = (points - low) * (1023 / max(np.ptp(points, axis=0).max(), np.finfo(np.float64).tiny))
    code = np.nan_to_num(cells).astype(np.uint64)
    for shift, mask in ((16, 0x30000FF), (8, 0x300F00F), (4, 0x30C30C3), (2, 0x9249249)):
        code = (code | (code << np.uint64(shift))) & np.uint64(mask)  # bits apart by three
    return np.argsort(code[:, 0] | (code[:, 1] << np.uint64(1)) | (code[:, 2] << np.uint64(2)))


def _search_pairs(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Indices of nearest neighbours, by all distances, a block of rows at a time.

    From differences: expanding the square, as matrix products do, would lose half of the digits.
    """
    rows = max(1, _PAIRS_AT_ONCE // len(y))
    x_index = torch.empty(len(x), dtype=torch.long, device=x.device)
    y_index = torch.zeros(len(y), dtype=torch.long, device=x.device)
    y_best = torch.full((len(y),), torch.inf, dtype=x.dtype, device=x.device)
    for start in range(0, len(x), rows):
        block = x[start : start + rows]
        squared = sum((block[:, None, axis] - y[None, :, axis]).square() for axis in range(3))  # [rows, M]
        x_index[start : start + rows] = squared.argmin(1)
        value, index = squared.min(0)
        y_index = torch.where(value < y_best, index + start, y_index)
        y_best = torch.minimum(value, y_best)
    return x_index, y_index
