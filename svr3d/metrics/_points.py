"""Checked conversion of points to tensors, shared by the metrics on points."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError


def as_points(values: Any, what: str) -> Tensor:
    """`values` as a contiguous tensor [N, 3] or [B, N, 3] of float32 or float64, on its device, part of its graph.

    Half precision becomes float32; integers and lists become float64.

    Raises:
        InputError: another shape, no points, or not numbers.
    """
    if not isinstance(values, Tensor):
        try:
            array = np.asarray(values)
            if array.dtype not in (np.float16, np.float32, np.float64):
                array = array.astype(np.float64, casting="same_kind")
        except (TypeError, ValueError) as error:
            raise InputError(f"{what}: expected numbers, found {type(values).__name__}") from error
        values = torch.from_numpy(
            array if array.flags.writeable and min(array.strides, default=0) >= 0 else array.copy()
        )
    if values.is_complex():
        raise InputError(f"{what}: expected real numbers, found {values.dtype}")
    if values.ndim not in (2, 3) or values.shape[-1] != 3 or 0 in values.shape:
        raise InputError(
            f"{what}: expected at least one point as [N, 3] or [B, N, 3], found shape {list(values.shape)}"
        )
    if not values.is_floating_point():
        values = values.double()
    # Contiguous, so that equal points give equal results to the last bit in any layout.
    return values.to(torch.promote_types(values.dtype, torch.float32)).contiguous()


def as_pair(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Both as points of one type, rank, batch size and device."""
    x, y = as_points(x, "points x"), as_points(y, "points y")
    if x.ndim != y.ndim or x.shape[:-2] != y.shape[:-2]:
        raise InputError(
            f"points x and y: expected equal batch sizes, found shapes {list(x.shape)} and {list(y.shape)}"
        )
    if x.device != y.device:
        raise InputError(f"points x and y: expected one device, found {x.device} and {y.device}")
    dtype = torch.promote_types(x.dtype, y.dtype)
    return x.to(dtype), y.to(dtype)


def as_lengths(lengths: Any, points: Tensor, what: str) -> Tensor | None:
    """Long[B] numbers of points, or None.

    Raises:
        InputError: the points are not batched, or a length is not between 1 and N.
    """
    if lengths is None:
        return None
    lengths = torch.as_tensor(lengths, dtype=torch.long, device=points.device)
    if points.ndim != 3 or lengths.shape != points.shape[:1]:
        raise InputError(
            f"lengths of {what}: expected one per cloud of [B, N, 3], "
            f"found {list(lengths.shape)} for points {list(points.shape)}"
        )
    if lengths.min() < 1 or lengths.max() > points.shape[1]:
        raise InputError(
            f"lengths of {what}: expected 1 to {points.shape[1]}, found {int(lengths.min())} to {int(lengths.max())}"
        )
    return lengths


def mean_over_points(values: Tensor, lengths: Tensor | None) -> Tensor:
    """Mean over the last axis [..., N], without padding."""
    if lengths is None:
        return values.mean(-1)
    padding = torch.arange(values.shape[-1], device=values.device) >= lengths[:, None]
    return values.masked_fill(padding, 0).sum(-1) / lengths
