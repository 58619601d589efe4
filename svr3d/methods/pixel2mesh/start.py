"""A start of training that does not rest on luck.

The image network is 18 convolutions deep and has no normalisation. He's initialisation keeps the size of its signal in
the mean over draws, but single draws differ by a factor of several, and with them where a short training ends.

A vertex in front and the one behind it are seen in the same pixel and get the same image features. Only their three
coordinates tell them apart, small numbers beside hundreds of features; a network that does not hear them moves both
sides of the ellipsoid alike, and it folds to a double layer.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...geometry import Camera, r2n2_cameras
from ..view import View
from .network import DeformationBlock, Pixel2MeshNetwork

PICTURES = 8
"""In the batch that outputs are measured on."""

DIAGONAL = 1.3
"""Of the bounding box of an object whose longest side is 1, about."""

SHARE = 0.25
"""Deviation of what a block makes of image features, and of coordinates. Larger ones make the first steps larger."""

STEP = 0.01
"""Factor on the initial parameters of the convolutions to coordinates: the first meshes are the ellipsoid, nearly."""


@torch.no_grad()
def standardize(network: Pixel2MeshNetwork, size: int) -> None:
    """Scales initial weights, so that signals have a known size.

    - Each convolution of the image network: to outputs of mean 0 and deviation 1 in every channel (after Mishkin and
      Matas, "All you need is a good init", ICLR 2016).
    - The first convolution of each block: so that what it makes of the image features, and what of the coordinates,
      have the deviation `SHARE` each.
    - The convolutions to coordinates: to nearly nothing.

    What is measured are the outputs on made-up pictures, so that a method can be created without data.

    Args:
        network: changed in place.
        size: side of the pictures.
    """
    pictures, view = start_pictures(size)
    convolutions = [module for module in network.image_network.modules() if isinstance(module, nn.Conv2d)]
    hooks = [convolution.register_forward_hook(_to_unit_outputs) for convolution in convolutions]
    features = sum(network.image_network.channels)
    for number, block in enumerate(network.blocks):
        assert isinstance(block, DeformationBlock)
        for parameter in block.coordinates.parameters():
            parameter.mul_(STEP)
        if number == 0 or network.with_coordinates:
            hooks.append(block.enter.register_forward_pre_hook(partial(_to_equal_shares, features)))
    network(pictures, view)
    for hook in hooks:
        hook.remove()


def _to_unit_outputs(convolution: nn.Conv2d, _inputs: Any, output: Tensor) -> Tensor:
    """Rescales a convolution that has just been used, and its output with it."""
    variance, mean = torch.var_mean(output, dim=(0, 2, 3))
    factor = variance.rsqrt()
    convolution.weight.mul_(factor[:, None, None, None])
    assert convolution.bias is not None
    convolution.bias.sub_(mean).mul_(factor)
    return output.sub_(mean[:, None, None]).mul_(factor[:, None, None])


def _to_equal_shares(features: int, convolution: nn.Module, inputs: tuple[Any, ...]) -> None:
    """Rescales the weights of a convolution that is about to be used.

    Args:
        features: number of image features, the first of its inputs; three coordinates follow.
    """
    x, *mesh = inputs
    matrices = [parameter for parameter in convolution.parameters() if parameter.ndim == 2]
    for columns in (slice(features), slice(features, features + 3)):
        alone = torch.zeros_like(x)
        alone[..., columns] = x[..., columns]
        deviation = convolution.forward(alone, *mesh).var(dim=(0, 1)).mean().sqrt()
        for matrix in matrices:
            matrix[:, columns] *= SHARE / deviation


def start_pictures(size: int) -> tuple[Tensor, View]:
    """What the start is measured on: Float[PICTURES, 3, size, size], and cameras as 3D-R2N2's renders have them."""
    cameras = r2n2_cameras(PICTURES, seed=0, diagonal=DIAGONAL, size=size)
    return smudges(PICTURES, size), View.of(Camera.stack(cameras).to_torch())


def smudges(count: int, size: int) -> Tensor:
    """Float[count, 3, size, size]: shaded ellipses of any colour on white, as large as objects in pictures."""
    generator = torch.Generator().manual_seed(0)

    def draw(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(count, *shape, 1, 1, generator=generator)

    axis = (torch.arange(size) + 0.5) / size - 0.5
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    angle = draw(0, torch.pi)
    u, v = x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin()
    inside = (u / draw(0.1, 0.4)) ** 2 + (v / draw(0.05, 0.25)) ** 2 < 1
    shade = (1 + draw(-1.5, 1.5) * u + draw(-1.5, 1.5) * v)[:, None]
    return torch.where(inside[:, None], (draw(0.1, 0.9, 3) * shade).clamp(0, 1), torch.ones(()))
