"""Pictures as networks take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor
from torch.nn import functional as F

from ..errors import InputError

if TYPE_CHECKING:
    from jaxtyping import Float


def resized(images: Float[Tensor, "B 3 H W"], side: int) -> Float[Tensor, "B 3 side side"]:
    """Square pictures brought to a side.

    Raises:
        InputError: they are not square.
    """
    height, width = images.shape[-2:]
    if height != width:
        raise InputError(f"images: expected square ones, found {width} × {height}; pad or crop them around the object")
    if height == side:
        return images
    return F.interpolate(images, (side, side), mode="bilinear", antialias=True, align_corners=False)
