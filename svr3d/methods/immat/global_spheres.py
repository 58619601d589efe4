"""The global stage of Image2Sphere: spheres, and finer centres, from one vector for the whole picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..learning import scaled
from ..resnet18 import ResNet18

if TYPE_CHECKING:
    from jaxtyping import Float

EXTENT = 0.4
"""Centres lie in a cube of twice this side before training, in the object's longest sides."""

RADIUS = 0.05
"""The radii before training."""

START = 0.01
"""Factor on the initial parameters of what displaces centres and of what makes centres and radii of a picture."""


class Spheres(NamedTuple):
    """spheres: Float[B, N, 4], centres and radii. dense: Float[B, D, 3], centres of D spheres more closely set, whose
    radii are not asked for."""

    spheres: Float[Tensor, "B N 4"]
    dense: Float[Tensor, "B D 3"]


class GlobalSpheres(nn.Module):
    """Float[B, 3, S, S] → `Spheres`, in the canonical frame.

    ResNet-18 makes one vector of the picture. Of it, small networks make the centres, then a displacement of each, and
    the radii.

    Args:
        spheres, dense: N and D.
        width: factor on all channels.
    """

    def __init__(self, spheres: int, dense: int, width: float = 1.0) -> None:
        super().__init__()
        self.features = ResNet18(3, width)
        vector = self.features.widths[-1]
        self.centers = CenterHead(vector, spheres)
        self.radii = nn.Sequential(
            nn.Linear(vector, vector),
            nn.ReLU(),
            nn.Linear(vector, vector // 2),
            nn.ReLU(),
            nn.Linear(vector // 2, spheres),
        )
        with torch.no_grad():
            last = _last(self.radii)
            last.weight.mul_(START)
            last.bias.fill_(math.log(math.expm1(RADIUS)))
        self.dense = CenterHead(vector, dense)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Float[Tensor, "B 3 S S"]) -> Spheres:
        vector = self.features(images.contiguous(memory_format=torch.channels_last))[-1].mean((2, 3))
        radii = F.softplus(self.radii(vector))
        return Spheres(torch.cat([self.centers(vector), radii[..., None]], -1).float(), self.dense(vector).float())


class CenterHead(nn.Module):
    """Float[B, C] → Float[B, N, 3]: centres by a network on the vector; then each is displaced by a network on its
    coordinates and the vector, as in 3DN.

    Args:
        vector: C.
        count: N.
    """

    def __init__(self, vector: int, count: int) -> None:
        super().__init__()
        hidden = 2 * vector
        self.centers = nn.Sequential(
            nn.Linear(vector, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 3 * count)
        )
        self.of_vector, self.of_center = nn.Linear(vector, vector), nn.Linear(3, vector, bias=False)
        half = scaled(vector // 2, 1)
        self.displacement = nn.Sequential(nn.ReLU(), nn.Linear(vector, half), nn.ReLU(), nn.Linear(half, 3))
        with torch.no_grad():
            # Spread over the object from the first step on, each centre at its own place.
            last = _last(self.centers)
            last.weight.mul_(START)
            last.bias.uniform_(-EXTENT, EXTENT)
            for parameter in _last(self.displacement).parameters():
                parameter.mul_(START)

    def forward(self, vector: Float[Tensor, "B C"]) -> Float[Tensor, "B N 3"]:
        centers = self.centers(vector).unflatten(-1, (-1, 3))
        # The layer on both side by side is the sum of a layer on each.
        return centers + self.displacement(self.of_vector(vector)[:, None] + self.of_center(centers))


def _last(network: nn.Sequential) -> nn.Linear:
    layer = network[-1]
    assert isinstance(layer, nn.Linear)
    return layer
