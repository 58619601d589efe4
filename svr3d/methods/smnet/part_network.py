"""The part autoencoder: points of a part's surface in its unit box to a code, and the code to a surface there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ...geometry import Mesh
from .mesh_decoder import MeshDecoder, surface_loss
from .point_encoder import PointEncoder
from .voxel_decoder import VoxelDecoder, voxel_loss, voxel_surface

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

    from .options import SMNetOptions

AT_ONCE = 64
"""Parts that are encoded or decoded at once, so that a batch of objects with many of them fits into memory."""


class PartNetwork(nn.Module):
    """Points Float[B, N, 3] → codes Float[B, C] → surfaces, all in the parts' unit boxes."""

    def __init__(self, options: SMNetOptions) -> None:
        super().__init__()
        self.loss_points = options.loss_points
        self.encoder = PointEncoder(options.code, options.point_width)
        self.decoder = (
            MeshDecoder(options.code, options.subdivisions)
            if options.part_decoder == "mesh"
            else VoxelDecoder(options.code, options.resolution)
        )

    def forward(
        self,
        points: Float[Tensor, "B N 3"],
        surface: Float[Tensor, "B M 3"],
        voxels: UInt8[Tensor, "B R R R"] | None = None,
    ) -> Float[Tensor, ""]:
        """The loss of parts that are encoded from `points`, against points of their surfaces or, for the rival, their
        voxels."""
        codes = self.encoder(points)
        if isinstance(self.decoder, MeshDecoder):
            return surface_loss(self.decoder(codes), self.decoder.faces, surface, self.loss_points)
        assert voxels is not None
        return voxel_loss(self.decoder(codes), voxels)

    def encode(self, points: Float[np.ndarray, "B N 3"]) -> Float[Tensor, "B C"]:
        """The codes of any number of parts."""
        device = next(self.parameters()).device
        chunks = torch.as_tensor(points, dtype=torch.float32).split(AT_ONCE)
        return torch.cat([self.encoder(chunk.to(device)) for chunk in chunks])

    def surfaces(self, codes: Float[Tensor, "B C"]) -> list[Mesh]:
        """The surfaces of any number of parts; of the rival, some may have no faces."""
        found = torch.cat([self.decoder(chunk) for chunk in codes.split(AT_ONCE)])
        if isinstance(self.decoder, MeshDecoder):
            faces = self.decoder.faces.cpu().numpy()
            return [_outward(Mesh(vertices, faces)) for vertices in found.double().cpu().numpy()]
        return [voxel_surface(grid) for grid in found.float().sigmoid().cpu().numpy()]


def _outward(surface: Mesh) -> Mesh:
    """The closed surface with its faces outward: a Chamfer distance does not tell a sphere from one turned inside out,
    and some of the decoder's are."""
    return surface if surface.volume >= 0 else Mesh(surface.vertices, surface.faces[:, ::-1])
