"""The image encoder: 2.5D maps to the latent code of a part sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..resnet18 import ResNet18

if TYPE_CHECKING:
    from jaxtyping import Float


class SketchEncoder(nn.Module):
    """ResNet-18 of four channels, Float[B, 4, S, S] → Float[B, latent].

    Args:
        latent: length of the code.
        width: factor on the number of channels.
    """

    def __init__(self, latent: int, width: float = 1.0) -> None:
        super().__init__()
        self.features = ResNet18(4, width)
        self.last = nn.Linear(self.features.widths[-1], latent)
        self.to(memory_format=torch.channels_last)

    def forward(self, maps: Float[Tensor, "B 4 S S"]) -> Float[Tensor, "B latent"]:
        return self.last(self.features(maps.contiguous(memory_format=torch.channels_last))[-1].mean((2, 3)))
