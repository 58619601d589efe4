"""The rival part decoder: a grid of occupancies in the part's box, in the manner of PQ-NET (Wu et al., CVPR 2020)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor, nn
from torch.nn import functional as F

from ...geometry import Mesh, VoxelGrid, marching_cubes, voxelize
from .boxes import Fit, own_mesh

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

_FIRST = 4
"""Resolution of the grid that the code is laid out as."""


class VoxelDecoder(nn.Module):
    """Codes Float[B, C] → logits Float[B, R, R, R] of the part's unit box.

    The code becomes C/4 channels at 4³; transposed convolutions of 4³ with stride 2 halve them at each doubling.

    Args:
        code: C.
        resolution: R, a power of two from 8 on.
    """

    def __init__(self, code: int = 1024, resolution: int = 32) -> None:
        super().__init__()
        doublings = (resolution // _FIRST).bit_length() - 1
        widths = [max(8, (code // 4) >> level) for level in range(doublings + 1)]
        self.begin = nn.Linear(code, widths[0] * _FIRST**3)
        layers: list[nn.Module] = [nn.BatchNorm3d(widths[0]), nn.ReLU()]
        for c_in, c_out in pairwise(widths):
            layers += [nn.ConvTranspose3d(c_in, c_out, 4, 2, padding=1, bias=False), nn.BatchNorm3d(c_out), nn.ReLU()]
        self.grow = nn.Sequential(*layers, nn.Conv3d(widths[-1], 1, 1))

    def forward(self, codes: Float[Tensor, "B C"]) -> Float[Tensor, "B R R R"]:
        grid = self.begin(codes).view(len(codes), -1, *(_FIRST,) * 3)
        return self.grow(grid)[:, 0]


def voxel_loss(logits: Float[Tensor, "B R R R"], voxels: UInt8[Tensor, "B R R R"]) -> Float[Tensor, ""]:
    """The cross entropy of the occupancies."""
    return F.binary_cross_entropy_with_logits(logits, voxels.to(logits.dtype))


def own_voxels(part: Mesh, resolution: int, fit: Fit) -> UInt8[np.ndarray, "R R R"]:
    """The voxels of a part in its unit box; none thinner than a voxel vanishes."""
    return voxelize(own_mesh(part, fit), resolution).occupancy.astype(np.uint8)


def voxel_surface(probabilities: Float[np.ndarray, "R R R"]) -> Mesh:
    """The surface of a part in its unit box; without faces where nothing is occupied."""
    return marching_cubes(VoxelGrid(probabilities))
