"""The local stage of Image2Sphere: spheres moved after the image features where the camera sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..feature_maps import FeatureMap, pool_features
from ..resnet18 import ResNet18
from ..view import View
from .graph import GraphBlock

if TYPE_CHECKING:
    from jaxtyping import Float

LEAST = 1e-4
"""Radii that are no greater, in longest sides, are refined from this one."""


class LocalSpheres(nn.Module):
    """Spheres Float[B, N, 4], their pictures and cameras → refined spheres.

    Features of ResNet-18's last four maps are looked up where each centre is seen. Of them and of the centre, a graph
    network makes the new centre; of those where the new centre is seen, the new radius. There are no edges yet, so its
    graph is the identity and each sphere is refined by itself. It works in the viewer's axes, in which what the
    picture shows is right or left, above or below.

    Args:
        hidden, units: of the graph network.
        width: factor on ResNet-18's channels.
    """

    def __init__(self, hidden: int, units: int, width: float = 1.0) -> None:
        super().__init__()
        self.features = ResNet18(3, width)
        pooled = sum(self.features.widths[1:])
        self.centers = GraphBlock(pooled + 4, 3, hidden, units)
        self.radii = GraphBlock(pooled + 4 + hidden, 1, hidden, 1)
        self.to(memory_format=torch.channels_last)

    def forward(
        self, images: Float[Tensor, "B 3 S S"], view: View, spheres: Float[Tensor, "B N 4"]
    ) -> Float[Tensor, "B N 4"]:
        """Args:
        view: of the pictures' cameras.
        """
        maps = self._maps(images)
        centers, radii = view.from_canonical(spheres[..., :3]), spheres[..., 3:].clamp(min=LEAST)
        hidden, step = self.centers(self._seen(maps, view, centers, view.scale * radii))
        centers = centers + step.float()
        seen = self._seen(maps, view, centers, view.scale * radii)
        _, change = self.radii(torch.cat([seen, hidden], -1))
        # Softplus and its inverse: a change of 0 leaves a radius as it is, and none falls below 0.
        radii = F.softplus(radii + torch.log(-torch.expm1(-radii)) + change.float())
        return torch.cat([view.to_canonical(centers), radii], -1)

    def _maps(self, images: Tensor) -> list[FeatureMap]:
        maps = self.features(images.contiguous(memory_format=torch.channels_last))[1:]
        # All strided layers are padded by half their kernel, so that column i lies on column 2 i of their input.
        return [FeatureMap(values, 4.0 * 2**number, 0.5) for number, values in enumerate(maps)]

    def _seen(self, maps: list[FeatureMap], view: View, centers: Tensor, radii: Tensor) -> Float[Tensor, "B N C"]:
        pixels, _ = view.project(centers)
        features = pool_features(maps, pixels.transpose(0, 1)).transpose(0, 1)
        return torch.cat([features, centers, radii], -1)
