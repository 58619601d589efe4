"""A start of training that does not rest on luck.

The image network is 18 convolutions deep and has no normalisation. He's initialisation keeps the size of its signal in
the mean over draws, but single draws differ by a factor of several, and with them where a short training ends.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .network import Pixel2MeshNetwork

PICTURES = 8
"""In the batch that outputs are measured on."""

STEP = 0.01
"""Factor on the initial parameters of the convolutions to coordinates: the first meshes are the ellipsoid, nearly."""


@torch.no_grad()
def standardize(network: Pixel2MeshNetwork, size: int) -> None:
    """Scales each convolution of the image network to outputs of mean 0 and deviation 1 in every channel (after Mishkin
    and Matas, "All you need is a good init", ICLR 2016), and the convolutions to coordinates to nearly nothing.

    What is measured are the outputs on made-up pictures, so that a method can be created without data.

    Args:
        network: changed in place.
        size: side of the pictures.
    """
    convolutions = [module for module in network.image_network.modules() if isinstance(module, nn.Conv2d)]
    hooks = [convolution.register_forward_hook(_to_unit_outputs) for convolution in convolutions]
    network.image_network(smudges(PICTURES, size))
    for hook in hooks:
        hook.remove()
    for name, parameter in network.blocks.named_parameters():
        if ".coordinates." in name:
            parameter.mul_(STEP)


def _to_unit_outputs(convolution: nn.Conv2d, _inputs: Any, output: Tensor) -> Tensor:
    """Rescales a convolution that has just been used, and its output with it."""
    variance, mean = torch.var_mean(output, dim=(0, 2, 3))
    factor = variance.rsqrt()
    convolution.weight.mul_(factor[:, None, None, None])
    assert convolution.bias is not None
    convolution.bias.sub_(mean).mul_(factor)
    return output.sub_(mean[:, None, None]).mul_(factor[:, None, None])


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
