"""The image encoders: pictures to a feature map of 28 × 28."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from ..learning import scaled
from ..vgg16 import load_imagenet, vgg16_features

if TYPE_CHECKING:
    from jaxtyping import Float

Encoder = Literal["vgg16", "vgg16_bn", "tiny"]

CHANNELS = 512
"""Of the feature map, at the width 1."""


class VGGEncoder(nn.Module):
    """VGG-16 up to conv4_1 and its ReLU: Float[B, 3, 224, 224] → Float[B, 512, 28, 28].

    Args:
        batch_norm: with a batch normalisation after each convolution.
    """

    side = 224

    def __init__(self, batch_norm: bool = False) -> None:
        super().__init__()
        self.batch_norm = batch_norm
        self.features = vgg16_features(27 if batch_norm else 19, batch_norm=batch_norm)
        self.channels = CHANNELS
        self.to(memory_format=torch.channels_last)

    def load_imagenet(self) -> bool:
        """Loads torchvision's ImageNet weights; False, and one warning, where they cannot be had."""
        return load_imagenet(self, batch_norm=self.batch_norm)

    def forward(self, images: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B 512 28 28"]:
        return self.features(images.contiguous(memory_format=torch.channels_last))


class TinyEncoder(nn.Module):
    """Four convolutions that train from nothing: Float[B, 3, 112, 112] → Float[B, C, 28, 28].

    Args:
        width: C / 512.
    """

    side = 112

    def __init__(self, width: float = 0.125) -> None:
        super().__init__()
        self.channels = scaled(CHANNELS, width)
        widths = [3, max(8, self.channels // 4), max(8, self.channels // 2), self.channels, self.channels]
        strides = (2, 2, 1, 1)
        layers: list[nn.Module] = []
        for (c_in, c_out), stride in zip(itertools.pairwise(widths), strides, strict=True):
            layers += [nn.Conv2d(c_in, c_out, 3, stride, padding=1), nn.BatchNorm2d(c_out), nn.ELU()]
        self.features = nn.Sequential(*layers)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Float[Tensor, "B 3 112 112"]) -> Float[Tensor, "B C 28 28"]:
        return self.features(images.contiguous(memory_format=torch.channels_last))


def make_encoder(name: Encoder, width: float = 1.0) -> VGGEncoder | TinyEncoder:
    """The encoder of a name; VGG-16 has the width that it has."""
    return TinyEncoder(width) if name == "tiny" else VGGEncoder(name == "vgg16_bn")
