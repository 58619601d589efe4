"""The encoders and the decoder that the voxel methods share.

The image encoder and the decoder are those of Wallace and Hariharan (2019): the former shortens 3D-R2N2's
(Choy et al. 2016), the latter follows Yang et al. (2018).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..datasets.batch import SampleBatch
from ..errors import InputError
from ..geometry import VoxelGrid
from .learning import scaled

if TYPE_CHECKING:
    from jaxtyping import Float

IMAGE_SIZE = 127
"""Side of the crop that the image encoder sees."""
NATIVE_SIZE = 137
"""Side of 3D-R2N2's renders, of which it is a crop."""
RESOLUTION = 32
"""Voxels per side of the decoder's output."""
THRESHOLD = 0.4
"""Probability above which a voxel is occupied, as 3D-R2N2 and what follows it have it."""


class ImageEncoder(nn.Module):
    """Float[B, 3, 127, 127] → Float[B, code]: five stages of convolution, halving, leaky ReLU and batch norm.

    The sides run 127 → 60 → 29 → 13 → 5 → 1.

    Args:
        code: length of the embedding.
        width: factor on the number of channels; 1 as published.
        stride_first: halve the first stage by a stride, not by pooling, which costs a quarter (127 → 61 → 29 …).
    """

    def __init__(self, code: int = 128, width: float = 1.0, stride_first: bool = False) -> None:
        super().__init__()
        channels = [3, *(scaled(c, width) for c in (96, 128, 256, 256, 256))]
        stages = []
        for i in range(5):
            strided = stride_first and i == 0
            stages.append(
                nn.Sequential(
                    nn.Conv2d(channels[i], channels[i + 1], 7 if i == 0 else 3, stride=2 if strided else 1),
                    nn.Identity() if strided else nn.MaxPool2d(2),
                    nn.LeakyReLU(0.01),
                    nn.BatchNorm2d(channels[i + 1]),
                )
            )
        self.stages = nn.Sequential(*stages)
        self.embed = nn.Linear(channels[-1], code)
        self.to(memory_format=torch.channels_last)  # half as long on a CPU

    def forward(self, images: Float[Tensor, "B 3 127 127"]) -> Float[Tensor, "B code"]:
        features = self.stages(images.contiguous(memory_format=torch.channels_last))  # (B, C, 1, 1)
        return F.relu(self.embed(features.flatten(1)))


class VoxelEncoder(nn.Module):
    """Float[B, 32, 32, 32] → Float[B, code]: three strided convolutions and two fully connected layers."""

    def __init__(self, code: int = 128, width: float = 1.0) -> None:
        super().__init__()
        channels = [1, *(scaled(c, width) for c in (32, 64, 128))]
        layers: list[nn.Module] = []
        for c_in, c_out in itertools.pairwise(channels):
            layers += [nn.Conv3d(c_in, c_out, 5, stride=2, padding=2), nn.LeakyReLU(0.3), nn.BatchNorm3d(c_out)]
        self.convolutions = nn.Sequential(*layers)  # 32 → 16 → 8 → 4
        self.embed = nn.Sequential(nn.Linear(channels[-1] * 4**3, 512), nn.ReLU(), nn.Linear(512, code))

    def forward(self, voxels: Float[Tensor, "B 32 32 32"]) -> Float[Tensor, "B code"]:
        return self.embed(self.convolutions(voxels[:, None]).flatten(1))


class VoxelDecoder(nn.Module):
    """Float[B, code] → logits Float[B, 32, 32, 32]: a fully connected layer to 4³ and three transposed convolutions.

    Args:
        code: length of the embedding.
        width: factor on the number of channels; 1 as published.
        relu: put a ReLU between the transposed convolutions. The student report's code has none, which makes
            the three of them one linear map but for their batch norms; Wallace's network has them.
    """

    def __init__(self, code: int, width: float = 1.0, relu: bool = True) -> None:
        super().__init__()
        self.channels = [scaled(128, width), scaled(128, width), scaled(64, width), 1]
        self.expand = nn.Linear(code, self.channels[0] * 4**3)
        layers: list[nn.Module] = []
        for i in range(3):  # 4 → 8 → 16 → 32; "same" padding with stride 2 doubles the side
            layers.append(
                nn.ConvTranspose3d(self.channels[i], self.channels[i + 1], 5, stride=2, padding=2, output_padding=1)
            )
            layers.append(nn.BatchNorm3d(self.channels[i + 1]))
            if relu and i < 2:
                layers.append(nn.ReLU())
        self.deconvolutions = nn.Sequential(*layers)
        # As torch initialises it, the last batch norm has half of all voxels occupied. Nine in ten are empty, and at
        # one learning rate per step it takes a short training thousands of steps to get there.
        nn.init.constant_(layers[-1].get_parameter("weight"), 3.0)
        nn.init.constant_(layers[-1].get_parameter("bias"), -3.0)

    def forward(self, code: Float[Tensor, "B code"]) -> Float[Tensor, "B 32 32 32"]:
        grid = F.relu(self.expand(code)).view(-1, self.channels[0], 4, 4, 4)
        return self.deconvolutions(grid).squeeze(1)


def crop(images: Float[Tensor, "B 3 S S"], *, random: bool = False) -> Float[Tensor, "B 3 127 127"]:
    """Float[B, 3, 127, 127]: a crop of images of any square size, which are first brought to 137².

    Args:
        images: Float[B, 3, S, S].
        random: each at an offset of its own, drawn from torch's generator; else the centre.
    """
    height, width = images.shape[-2:]
    if height != width:
        raise InputError(f"images: expected square ones, found {width} × {height}; pad or crop them around the object")
    if height != NATIVE_SIZE:
        images = F.interpolate(images, (NATIVE_SIZE, NATIVE_SIZE), mode="bilinear", antialias=True)
    margin = NATIVE_SIZE - IMAGE_SIZE
    if not random:
        start = margin // 2
        return images[..., start : start + IMAGE_SIZE, start : start + IMAGE_SIZE]
    offsets = torch.randint(margin + 1, (len(images), 2)).tolist()
    return torch.stack(
        [im[:, y : y + IMAGE_SIZE, x : x + IMAGE_SIZE] for im, (y, x) in zip(images, offsets, strict=True)]
    )


def flip_some(axis: str, images: Float[Tensor, "B 3 H W"], *grids: Float[Tensor, "B R R R"]) -> tuple[Tensor, ...]:
    """Mirrors half of the images left to right, chosen by torch's generator, and their voxels along `axis`.

    The mirror image of an object is the image of the mirrored object from the mirrored viewpoint. So a
    target in the canonical frame has to be mirrored too, and along the objects' left-right axis, so that their
    front stays in front; an image mirrored alone is label noise for every object that lacks the symmetry.

    Args:
        axis: `x` (as in ShapeNet v1) or `z`.
        images: Float[B, 3, H, W].
        grids: each Float[B, R, R, R], x, y, z order.

    Returns:
        images, *grids
    """
    if axis not in ("x", "z"):
        raise InputError(f"option 'flip_axis': expected x or z, the objects' left-right axis, found {axis!r}")
    dim = {"x": 1, "z": 3}[axis]
    mirrored = (torch.rand(len(images)) < 0.5).to(images.device)[:, None, None, None]
    pairs = [(images, images.flip(3)), *((grid, grid.flip(dim)) for grid in grids)]
    return tuple(torch.where(mirrored, flipped, original) for original, flipped in pairs)


def voxel_target(batch: SampleBatch) -> Float[Tensor, "B 32 32 32"]:
    """The batch's voxels, checked to be at the decoder's resolution."""
    voxels = batch.target("voxels")
    if tuple(voxels.shape[1:]) != (RESOLUTION,) * 3:
        raise InputError(f"target 'voxels': expected grids of {RESOLUTION}³, found {list(voxels.shape[1:])}")
    return voxels.float()


def to_grids(logits: Float[Tensor, "B R R R"], threshold: float) -> list[VoxelGrid]:
    """One `VoxelGrid` of probabilities per sample."""
    return [VoxelGrid(values, threshold) for values in logits.float().sigmoid().cpu().numpy()]


def fit_threshold(predict: Callable[[SampleBatch], Tensor], samples: Iterable[SampleBatch]) -> float:
    """The threshold on the predicted probabilities with the highest mean IoU over these samples.

    Args:
        predict: logits Float[B, R, R, R] of a batch.
        samples: of the training set, with the target `voxels`.
    """
    thresholds = torch.arange(1, 20) / 20
    total = torch.zeros(len(thresholds), dtype=torch.float64)
    for batch in samples:
        probabilities, voxels = predict(batch).sigmoid().flatten(1), voxel_target(batch).flatten(1) > 0.5
        for i, threshold in enumerate(thresholds):
            occupied = probabilities > threshold
            both, either = (occupied & voxels).sum(1), (occupied | voxels).sum(1)
            total[i] += (both / either.clamp(min=1)).sum().cpu()
    return float(thresholds[total.argmax()])
