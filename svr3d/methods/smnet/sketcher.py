"""The 2.5D generator: a ResNet-18 U-Net with one mirrored ResNet-18 per map (MarrNet: Wu et al., NeurIPS 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..resnet18 import ResNet18
from ..shortcuts import UpShortcut
from .maps import Maps

if TYPE_CHECKING:
    from jaxtyping import Float

MAPS = {"depth": 1, "normal": 3, "silhouette": 1}
"""Channels of each map."""


class Sketcher(nn.Module):
    """Pictures Float[B, 3, S, S] → maps of their size, S a multiple of 32.

    Args:
        width: factor on the number of channels.
    """

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        self.encoder = ResNet18(3, width)
        self.decoders = nn.ModuleDict({name: MirroredResNet(self.encoder.widths, c) for name, c in MAPS.items()})
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Float[Tensor, "B 3 S S"]) -> Maps:
        features = self.encoder(images.contiguous(memory_format=torch.channels_last))
        found = {name: decoder(features) for name, decoder in self.decoders.items()}
        return Maps(found["depth"][:, 0], found["normal"], found["silhouette"][:, 0])


class MirroredResNet(nn.Module):
    """ResNet-18 backwards: features at five scales → Float[B, channels, S, S].

    Four stages of two blocks, each of which doubles the side; to the output of each, the encoder's features of that
    side are joined. A transposed 7 × 7 convolution ends it, where ResNet-18 begins with one.

    Args:
        widths: channels of the encoder's features, from S/2 to S/32.
        channels: of the map.
    """

    def __init__(self, widths: tuple[int, ...], channels: int) -> None:
        super().__init__()
        stages, c_in = [], widths[-1]
        for skip in reversed(widths[:-1]):
            stages.append(nn.Sequential(UpBlock(c_in, skip, 2), UpBlock(skip, skip)))
            c_in = 2 * skip
        self.stages = nn.ModuleList(stages)
        self.last = nn.ConvTranspose2d(c_in, channels, 7, 2, padding=3, output_padding=1)
        nn.init.normal_(self.last.weight, std=1e-3)  # maps begin near zero: the features are of no use yet

    def forward(self, features: list[Tensor]) -> Tensor:
        *skips, values = features
        for stage, skip in zip(self.stages, reversed(skips), strict=True):
            values = torch.cat([stage(values), skip], 1)
        return self.last(values)


class UpBlock(nn.Module):
    """A ResNet's basic block that multiplies the side by `stride`, where the original divides it."""

    def __init__(self, c_in: int, c_out: int, stride: int = 1) -> None:
        super().__init__()
        more = stride - 1
        self.body = nn.Sequential(
            nn.ConvTranspose2d(c_in, c_out, 3, stride, padding=1, output_padding=more, bias=False),
            nn.BatchNorm2d(c_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(c_out, c_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(c_out),
        )
        self.shortcut = nn.Sequential()
        if stride > 1 or c_in != c_out:
            self.shortcut = nn.Sequential(UpShortcut(c_in, c_out, stride), nn.BatchNorm2d(c_out))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, values: Tensor) -> Tensor:
        return (self.body(values) + self.shortcut(values)).relu()
