"""The network: encoder, feature enhancement with or without the Local Awareness Module, rearrangement, part generator.

Shapes at the width 1, for pictures of 224² (the tiny encoder: 112²):

    encoder       512 × 28 × 28
    common        512 × 26 × 26    3 × 3, BN, ELU: the features F_c
    global        512 × 8 × 8      3 × 3 (24 × 24), BN, ELU, pooling by 3
    local         10 × 8 × 8       the Local Awareness Module of the common features
    fused         256 × 8 × 8      1 × 1 of both, BN, ELU
    rearranged    2048 × 2 × 2 × 2
    generator     256 × 4³, 128 × 8³, 64 × 16³, 32 × 32³
    logits        C + 1 at 32³, 0 = empty
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import InputError
from ..learning import scaled
from .encoders import CHANNELS, Encoder, make_encoder
from .lam import Gate, LocalAwareness

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


class Features(NamedTuple):
    """What the network makes of pictures before parts are told apart.

    Args:
        grid: Float[B, G, 32, 32, 32].
        category: logits Float[B, categories]; None where there is but one.
    """

    grid: Tensor
    category: Tensor | None


class Enhancement(nn.Module):
    """The feature enhancement encoder: Float[B, C, 28, 28] → global features Float[B, C, 8, 8], and all of them fused,
    Float[B, fused, 8, 8].

    Args:
        channels: C.
        fused: channels of the result.
        lam: with the Local Awareness Module; without it this is the paper's base model.
        patches, extractor_kernel, gate: see `LocalAwareness`.
    """

    def __init__(
        self, channels: int, fused: int, *, lam: bool, patches: int, extractor_kernel: int, gate: Gate
    ) -> None:
        super().__init__()
        self.common = nn.Sequential(nn.Conv2d(channels, channels, 3), nn.BatchNorm2d(channels), nn.ELU())
        self.whole = nn.Sequential(
            nn.Conv2d(channels, channels, 3), nn.BatchNorm2d(channels), nn.ELU(), nn.MaxPool2d(3)
        )
        self.fuse = nn.Sequential(nn.Conv2d(channels + patches * lam, fused, 1), nn.BatchNorm2d(fused), nn.ELU())
        # Last, so that the base model starts from the same weights where it has the same layers.
        self.lam = LocalAwareness(channels, patches, extractor_kernel, gate) if lam else None
        self.to(memory_format=torch.channels_last)

    def forward(
        self, features: Float[Tensor, "B C 28 28"]
    ) -> tuple[Float[Tensor, "B C 8 8"], Float[Tensor, "B D 8 8"]]:
        common = self.common(features)
        whole = self.whole(common)
        joined = whole if self.lam is None else torch.cat([whole, self.lam(common)], dim=1)
        return whole, self.fuse(joined)


class PartGenerator(nn.Sequential):
    """Float[B, 8 fused, 2, 2, 2] → Float[B, G, 32, 32, 32]: transposed convolutions of side 4 and stride 2.

    Args:
        channels: those that come in, and those after each.
    """

    def __init__(self, *channels: int) -> None:
        layers: list[nn.Module] = []
        for c_in, c_out in itertools.pairwise(channels):
            layers += [
                nn.ConvTranspose3d(c_in, c_out, 4, stride=2, padding=1, bias=False),
                nn.BatchNorm3d(c_out),
                nn.ReLU(),
            ]
        super().__init__(*layers)
        self.to(memory_format=torch.channels_last_3d)  # half as long on a CPU

    def forward(self, input: Float[Tensor, "B N 2 2 2"]) -> Float[Tensor, "B G 32 32 32"]:
        return super().forward(input.contiguous(memory_format=torch.channels_last_3d))


class PartHead(nn.Module):
    """The last 1 × 1 × 1 convolution: Float[B, G, R, R, R] → logits of C + 1 labels, or of some for each sample.

    Args:
        channels: G.
        labels: C.
    """

    def __init__(self, channels: int, labels: int) -> None:
        super().__init__()
        layer = nn.Linear(channels, labels + 1)
        self.weight, self.bias = layer.weight, layer.bias

    def forward(
        self,
        grid: Float[Tensor, "B G R R R"],
        labels: Int[Tensor, "B S"] | None = None,
        void: Bool[Tensor, "B S"] | None = None,
    ) -> Float[Tensor, "B S R R R"]:
        """The logits of the labels in some slots of each sample, −∞ in those that are void; of all labels without."""
        if labels is None:
            labels = torch.arange(len(self.bias), device=grid.device).expand(len(grid), -1)
        weight, bias = self.weight[labels], self.bias[labels]
        if void is not None:
            bias = bias.masked_fill(void, -torch.inf)
        logits = torch.baddbmm(bias[..., None], weight, grid.flatten(2))
        return logits.unflatten(2, grid.shape[2:])


class PartVoxelNetwork(nn.Module):
    """Float[B, 3, S, S] → features of 32³ voxels and of the category, from which `head` makes logits of part labels.

    Args:
        labels: C, of parts.
        categories: number of them; with one there is nothing to tell apart.
        encoder: `vgg16`, `vgg16_bn` or `tiny`.
        width: factor on the number of channels up to the rearrangement; VGG-16's are fixed.
        generator_width: factor on those of the generator, and of the fused features that it starts from.
        lam, patches, extractor_kernel, gate: see `Enhancement`.
    """

    def __init__(
        self,
        labels: int,
        categories: int,
        *,
        encoder: Encoder = "vgg16",
        width: float = 1.0,
        generator_width: float = 1.0,
        lam: bool = True,
        patches: int = 10,
        extractor_kernel: int = 4,
        gate: Gate = "sigmoid",
    ) -> None:
        super().__init__()
        if encoder != "tiny" and width != 1:
            raise InputError(f"option 'width': VGG-16 has the width it has, expected 1, found {width}")
        fused, *generated = (scaled(c, generator_width) for c in (256, 256, 128, 64, 32))
        channels = scaled(CHANNELS, width)
        self.encoder = make_encoder(encoder, width)
        self.generator = PartGenerator(8 * fused, *generated)
        self.head = PartHead(generated[-1], labels)
        self.classify = nn.Linear(16 * channels, categories) if categories > 1 else None
        self.enhancement = Enhancement(
            channels, fused, lam=lam, patches=patches, extractor_kernel=extractor_kernel, gate=gate
        )

    def forward(self, images: Float[Tensor, "B 3 S S"]) -> Features:
        whole, fused = self.enhancement(self.encoder(images))
        grid = self.generator(rearranged(fused))
        return Features(grid, None if self.classify is None else self.classify(F.avg_pool2d(whole, 2).flatten(1)))


def rearranged(fused: Float[Tensor, "B C 8 8"]) -> Float[Tensor, "B 8C 2 2 2"]:
    """The same values as they lie, eight at a time: a row of the map becomes the eight voxels of a channel."""
    return fused.contiguous().view(len(fused), -1, 2, 2, 2)
