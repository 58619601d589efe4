"""Feature maps of pictures, and pooling them at projected points."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class FeatureMap(NamedTuple):
    """Features of an image on a coarser grid.

    Args:
        values: Float[B, C, H, W].
        stride: pixels from one column (row) to the next.
        origin: continuous pixel coordinate of the first column's (row's) centre.
    """

    values: Tensor
    stride: float
    origin: float


def pool_features(maps: list[FeatureMap], pixels: Tensor) -> Tensor:
    """The features at points of the image, bilinearly interpolated; outside, those of the border.

    Args:
        maps: of B images.
        pixels: Float[V, B, 2], continuous pixel coordinates (x, y), finite.

    Returns:
        Float[V, B, C], C the channels of all maps together; differentiable in both.
    """
    return torch.cat([_interpolate(level, pixels) for level in maps], dim=-1)


def _interpolate(level: FeatureMap, pixels: Tensor) -> Tensor:
    batch, channels, height, width = level.values.shape
    rows = level.values.permute(0, 2, 3, 1).reshape(-1, channels)  # a view, as the networks are channels-last
    last = pixels.new_tensor([width - 1, height - 1])
    at = ((pixels - level.origin) / level.stride).clamp(min=pixels.new_zeros(2), max=last)
    # A coordinate that is not a number makes features that are none, and so a loss that says so, but no index.
    low = at.detach().nan_to_num().floor().clamp(max=(last - 1).clamp(min=0))
    x, y = (at - low).unsqueeze(-1).unbind(-2)  # (V, B, 1), weights of the higher column and row
    column, row = low.long().unbind(-1)
    first = torch.arange(batch, device=pixels.device) * (height * width)
    step_x, step_y = int(width > 1), width * int(height > 1)
    corner = first + row * width + column

    def take(index: Tensor) -> Tensor:  # index_select: its gradient is added up in a fixed order
        return rows.index_select(0, index.reshape(-1)).view(*index.shape, channels)

    upper = torch.lerp(take(corner), take(corner + step_x), x.to(rows.dtype))
    lower = torch.lerp(take(corner + step_y), take(corner + step_y + step_x), x.to(rows.dtype))
    return torch.lerp(upper, lower, y.to(rows.dtype))
