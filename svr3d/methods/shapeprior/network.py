"""An image encoder and an encoder of the category's mean shape, summed, and a voxel decoder that refines it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..voxel_networks import ImageEncoder, VoxelDecoder, VoxelEncoder

if TYPE_CHECKING:
    from jaxtyping import Float


class ShapePriorNetwork(nn.Module):
    """Images Float[B, 3, 127, 127] and priors Float[B, 32, 32, 32] → voxel logits Float[B, 32, 32, 32].

    Args:
        embedding: length of both codes.
        normalize: scale each code to mean 0 and deviation 1 before they are summed; else as they come, as published.
        residual: the decoder's output is added to the prior's log-odds, so that it learns what sets the object
            apart from its category's mean; else it has to draw the mean as well.
        relu: a ReLU between the decoder's transposed convolutions.
        width: factor on the number of channels.
        stride_first: halve the image encoder's first stage by a stride, not by pooling.
    """

    def __init__(
        self,
        *,
        embedding: int = 128,
        normalize: bool = False,
        residual: bool = True,
        relu: bool = True,
        width: float = 1.0,
        stride_first: bool = False,
    ) -> None:
        super().__init__()
        self.normalize, self.residual = normalize, residual
        self.image_encoder = ImageEncoder(embedding, width, stride_first)
        self.prior_encoder = VoxelEncoder(embedding, width)
        self.decoder = VoxelDecoder(embedding, width, relu)
        if residual:
            norm = self.decoder.deconvolutions[-1]
            assert isinstance(norm, nn.BatchNorm3d)
            # Training starts from the prior itself. From a random refinement, the quickest way down is a large code of
            # the prior, beside which the image's is never seen again: the batch norm behind them forgets their size.
            nn.init.zeros_(norm.weight)
            nn.init.zeros_(norm.bias)

    def forward(
        self, images: Float[Tensor, "B 3 127 127"], priors: Float[Tensor, "B 32 32 32"]
    ) -> Float[Tensor, "B 32 32 32"]:
        codes = self.image_encoder(images), self.prior_encoder(priors)
        if self.normalize:
            codes = tuple(F.layer_norm(code, code.shape[1:]) for code in codes)
        logits = self.decoder(codes[0] + codes[1])
        if self.residual:
            # A voxel that no training object fills, or all do, stays open to doubt.
            logits = logits + torch.logit(priors, eps=0.01)
        return logits
