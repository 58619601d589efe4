"""Blocks of graph convolutions that deform an ellipsoid after an image, coarse to fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import InputError
from ..feature_maps import pool_features
from ..view import View
from .ellipsoid import RELEASE_RADII, ellipsoid
from .graph import CONVOLUTIONS, SparseMap, operator_of, unpooling
from .image_networks import image_network

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


@dataclass(frozen=True)
class Deformation:
    """What a block did to the mesh.

    Args:
        before, after: Float[B, V, 3], coordinates in the network's frame.
        behind: Bool[B, U], which of the vertices that features were pooled at, those before unpooling, lay on or behind
            the image plane.
    """

    before: Float[Tensor, "B V 3"]
    after: Float[Tensor, "B V 3"]
    behind: Bool[Tensor, "B U"]


class ResidualUnit(nn.Module):
    """Two graph convolutions, each with a ReLU, and the mean of their result and the input.

    Args:
        residual: False leaves the input out (the paper's ablation "-ResNet").
    """

    def __init__(self, kind: type[nn.Module], channels: int, residual: bool = True) -> None:
        super().__init__()
        self.first, self.second = kind(channels, channels), kind(channels, channels)
        self.residual = residual

    def forward(self, x: Float[Tensor, "V B C"], operator: SparseMap) -> Float[Tensor, "V B C"]:
        y = F.relu_(self.first(x, operator))
        y = F.relu_(self.second(y, operator))
        return (x + y).mul_(0.5) if self.residual else y


class DeformationBlock(nn.Module):
    """The G-ResNet: a convolution, `units` residual units, and a convolution to coordinates.

    Args:
        convolution: `chebyshev` or `sum`.
        c_in: channels of the input.
        hidden: channels within.
        units: 6 as published, 14 convolutions in all.
        residual: see `ResidualUnit`.
        narrow: one more convolution, to half the channels, before the coordinates, as the release's last block has.
    """

    def __init__(
        self, convolution: str, c_in: int, hidden: int, units: int = 6, residual: bool = True, narrow: bool = False
    ) -> None:
        super().__init__()
        kind = CONVOLUTIONS[convolution]
        self.enter = kind(c_in, hidden)
        self.units = nn.ModuleList(ResidualUnit(kind, hidden, residual) for _ in range(units))
        self.narrow = kind(hidden, hidden // 2) if narrow else None
        self.coordinates = kind(hidden // 2 if narrow else hidden, 3)

    def forward(
        self, x: Float[Tensor, "V B C"], operator: SparseMap, unpool: SparseMap | None = None
    ) -> tuple[Float[Tensor, "U B hidden"], Float[Tensor, "U B 3"]]:
        """Float[V, B, in] → features Float[V', B, hidden] and coordinates Float[V', B, 3], on the unpooled mesh."""
        x = F.relu_(self.enter(x, operator, unpool))
        for unit in self.units:
            x = unit(x, operator)
        y = x if self.narrow is None else F.relu_(self.narrow(x, operator))
        return x, self.coordinates(y, operator)


class Pixel2MeshNetwork(nn.Module):
    """Float[B, 3, S, S] and their view → one `Deformation` per block, of 156, 618, 2,466 … vertices.

    Each block but the first takes the features of the one before, pools image features at its vertices, unpools both,
    and convolves. Coordinates come out as such, not as offsets, unless `offsets`.

    Args:
        image_network: `strided` (the release's) or `vgg16` (the paper's).
        width: factor on the channels of the strided one.
        convolution: `chebyshev` (the release's) or `sum` (the paper's).
        hidden: channels of the graph convolutions.
        units: residual units per block.
        blocks: their number; each but the first unpools.
        coordinates: give later blocks the coordinates beside the features (the release) or not (the paper).
        narrow: an extra convolution to half the channels at the very end (the release).
        residual: False leaves the shortcuts out.
        unpool: False has all blocks work on the finest mesh.
        offsets: the coordinates are relative to the mesh that enters the block.
        radii: of the ellipsoid, in the network's units.
    """

    initial: Tensor

    def __init__(
        self,
        *,
        image_network_name: str = "strided",
        width: float = 1.0,
        convolution: str = "chebyshev",
        hidden: int = 256,
        units: int = 6,
        blocks: int = 3,
        coordinates: bool = True,
        narrow: bool = True,
        residual: bool = True,
        unpool: bool = True,
        offsets: bool = False,
        radii: Sequence[float] = RELEASE_RADII,
    ) -> None:
        super().__init__()
        for name, value in (("blocks", blocks), ("units", units), ("hidden", hidden)):
            lowest = 2 if name == "hidden" and narrow else 1
            if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
                raise InputError(f"option '{name}': expected a whole number from {lowest}, found {value!r}")
        self.image_network = image_network(image_network_name, width)
        template = ellipsoid(blocks, radii)
        self.levels = template.levels if unpool else template.levels[-1:] * blocks
        initial = template.vertices
        if not unpool:
            for level in template.levels[:-1]:
                initial = unpooling(level.edges, level.count) @ initial
        self.register_buffer("initial", torch.from_numpy(initial.astype(np.float32)), persistent=False)
        operators = {level: operator_of(convolution, level.edges, level.count) for level in dict.fromkeys(self.levels)}
        self.operators = nn.ModuleList(operators[level] for level in self.levels)
        coarse = self.levels[:-1] if unpool else ()
        self.unpools = nn.ModuleList(SparseMap(unpooling(level.edges, level.count)) for level in coarse)
        for number, level in enumerate(self.levels):
            self.register_buffer(f"edges{number}", torch.from_numpy(level.edges.copy()), persistent=False)
        self.with_coordinates, self.offsets = coordinates, offsets
        pooled = sum(self.image_network.channels)
        self.blocks = nn.ModuleList(
            DeformationBlock(
                convolution,
                pooled + (3 if number == 0 or coordinates else 0) + (hidden if number else 0),
                hidden,
                units,
                residual,
                narrow and number == blocks - 1,
            )
            for number in range(blocks)
        )

    def edges(self, block: int) -> Int[Tensor, "E 2"]:
        """Long[E, 2]: the edges of the mesh that a block returns."""
        return getattr(self, f"edges{block}")

    def forward(self, images: Float[Tensor, "B 3 S S"], view: View) -> list[Deformation]:
        maps = self.image_network(images)
        vertices = self.initial[:, None].expand(-1, len(images), -1)  # (V, B, 3)
        features: Tensor | None = None
        found = []
        for number, block in enumerate(self.blocks):
            pixels, behind = view.project(vertices.transpose(0, 1))
            parts = [pool_features(maps, pixels.transpose(0, 1))]
            if features is None or self.with_coordinates:
                parts.append(vertices)
            if features is not None:
                parts.append(features)
            unpool = self.unpools[number - 1] if number and self.unpools else None
            features, coordinates = block(torch.cat(parts, dim=-1), self.operators[number], unpool)
            if unpool is not None:
                vertices = unpool(vertices)
            before, vertices = vertices, coordinates.float() + (vertices if self.offsets else 0)
            found.append(Deformation(before.transpose(0, 1), vertices.transpose(0, 1), behind))
        return found
