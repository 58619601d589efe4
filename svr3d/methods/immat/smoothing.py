"""MAT smoothing: spheres are drawn towards those that they are joined with, and a network moves them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .graph import GraphBlock, neighbor_means

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

SMOOTHING = 0.5
"""The paper's t."""


def smoothed(
    spheres: Float[Tensor, "B N 4"], adjacency: Bool[Tensor, "B N N"], weight: float = SMOOTHING
) -> Float[Tensor, "B N 4"]:
    """t · s + (1 - t) · the mean of the spheres that s is joined with, centres and radii alike (Equation 4). Spheres
    without any stay.

    Args:
        weight: t; 1 changes nothing, smaller is smoother.
    """
    means = neighbor_means(adjacency).to(spheres.dtype) @ spheres
    alone = ~adjacency.any(-1, keepdim=True)
    return torch.where(alone, spheres, weight * spheres + (1 - weight) * means)


class SmoothingNetwork(nn.Module):
    """Smoothed spheres to their displacement, centre and radius, by graph convolutions on the predicted edges. It is
    nearly nothing at first.

    Args:
        hidden, units: channels and residual units of the graph network.
    """

    def __init__(self, hidden: int = 192, units: int = 6) -> None:
        super().__init__()
        self.block = GraphBlock(4, 4, hidden, units, connected=True)

    def forward(self, spheres: Float[Tensor, "B N 4"], adjacency: Bool[Tensor, "B N N"]) -> Float[Tensor, "B N 4"]:
        return self.block(spheres, neighbor_means(adjacency))[1].float()


def displaced(spheres: Float[Tensor, "B N 4"], displacement: Float[Tensor, "B N 4"]) -> Float[Tensor, "B N 4"]:
    """Spheres moved by a displacement of centre and radius. Radii stay positive, and their gradient does not vanish:
    of those that would be halved or less, x ≤ r / 2, is left r / 2 · exp(2 x / r - 1), which goes on smoothly.

    Args:
        spheres: of positive radii.
    """
    radii = spheres[..., 3:]
    wanted = radii + displacement[..., 3:]
    half = (radii / 2).clamp(min=1e-9)
    kept = half * (1 + F.elu(wanted / half - 1))
    return torch.cat([spheres[..., :3] + displacement[..., :3], kept], -1)
