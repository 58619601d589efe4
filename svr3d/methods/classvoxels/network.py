"""Two identical image encoders, one held to classification, and one voxel decoder over both embeddings."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...errors import InputError
from ..voxel_networks import ImageEncoder, VoxelDecoder

if TYPE_CHECKING:
    from jaxtyping import Float

FUSIONS = ("concat", "sum")


class ClassHead(nn.Sequential):
    """Float[B, embedding] → class logits Float[B, classes], through 128, 64 and 32 units.

    The last layer is linear: the authors' code puts a ReLU and a batch norm on the logits too, which keeps
    a class from ever being argued against.
    """

    def __init__(self, embedding: int, classes: int, dropout: float = 0.0) -> None:
        widths = [embedding, 128, 64, 32]
        layers: list[nn.Module] = []
        for n_in, n_out in itertools.pairwise(widths):
            layers += [nn.Linear(n_in, n_out), nn.ReLU(), nn.BatchNorm1d(n_out)]
            if dropout > 0:
                layers.append(nn.Dropout(dropout))
        super().__init__(*layers, nn.Linear(widths[-1], classes))


class ClassVoxelNetwork(nn.Module):
    """Float[B, 3, 127, 127] → voxel logits Float[B, 32, 32, 32] and class logits Float[B, classes].

    Args:
        classes: number of categories.
        embedding: length of each of the two embeddings; 128 or 256 in the report.
        fusion: `concat` or `sum` of the two.
        dropout: probability within the class head.
        relu: a ReLU between the decoder's transposed convolutions.
        width: factor on the number of channels of encoders and decoder.
        stride_first: halve the encoders' first stage by a stride, not by pooling.
    """

    def __init__(
        self,
        classes: int,
        *,
        embedding: int = 128,
        fusion: str = "concat",
        dropout: float = 0.0,
        relu: bool = True,
        width: float = 1.0,
        stride_first: bool = False,
    ) -> None:
        super().__init__()
        if fusion not in FUSIONS:
            raise InputError(f"option 'fusion': expected one of {', '.join(FUSIONS)}, found {fusion!r}")
        self.fusion = fusion
        self.class_encoder = ImageEncoder(embedding, width, stride_first)
        self.view_encoder = ImageEncoder(embedding, width, stride_first)
        self.class_head = ClassHead(embedding, classes, dropout)
        self.decoder = VoxelDecoder(2 * embedding if fusion == "concat" else embedding, width, relu)

    def forward(
        self, images: Float[Tensor, "B 3 127 127"]
    ) -> tuple[Float[Tensor, "B 32 32 32"], Float[Tensor, "B classes"]]:
        what, how = self.class_encoder(images), self.view_encoder(images)
        code = torch.cat([what, how], dim=1) if self.fusion == "concat" else what + how
        return self.decoder(code), self.class_head(what)
