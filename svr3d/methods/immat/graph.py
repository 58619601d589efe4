"""Graph convolutions on spheres, each object with its own graph or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

START = 0.01
"""Factor on the initial parameters of what a block puts out, so that it hardly changes anything at first."""


def neighbor_means(adjacency: Bool[Tensor, "B N N"]) -> Float[Tensor, "B N N"]:
    """The operator that gives every sphere the mean of its neighbours, and one without any nothing."""
    weights = adjacency.float()
    return weights / weights.sum(-1, keepdim=True).clamp(min=1)


class GraphConvolution(nn.Module):
    """x W₀ + (mean of the neighbours' x) W₁ + b, the paper's graph convolution; x W₀ + b without a graph.

    Args:
        connected: whether there is a graph.
    """

    def __init__(self, c_in: int, c_out: int, connected: bool) -> None:
        super().__init__()
        self.own = nn.Linear(c_in, c_out)
        self.near = nn.Linear(c_in, c_out, bias=False) if connected else None

    def forward(self, x: Float[Tensor, "B N C"], means: Float[Tensor, "B N N"] | None = None) -> Float[Tensor, "B N D"]:
        y = self.own(x)
        if self.near is not None:
            assert means is not None
            y = y + means.to(y.dtype) @ self.near(x)
        return y


class GraphBlock(nn.Module):
    """Pixel2Mesh's G-ResNet: a convolution, residual units of two each, and a convolution to the output.

    Args:
        c_in, c_out: channels of the input and of the output.
        hidden: channels within.
        units: residual units; 6 in Pixel2Mesh.
        connected: whether there is a graph; without, every sphere is by itself.
    """

    def __init__(self, c_in: int, c_out: int, hidden: int, units: int, connected: bool = False) -> None:
        super().__init__()
        self.enter = GraphConvolution(c_in, hidden, connected)
        self.units = nn.ModuleList(
            nn.ModuleList(GraphConvolution(hidden, hidden, connected) for _ in range(2)) for _ in range(units)
        )
        self.leave = GraphConvolution(hidden, c_out, connected)
        with torch.no_grad():
            for parameter in self.leave.parameters():
                parameter.mul_(START)

    def forward(
        self, x: Float[Tensor, "B N C"], means: Float[Tensor, "B N N"] | None = None
    ) -> tuple[Float[Tensor, "B N hidden"], Float[Tensor, "B N D"]]:
        """The features within, and the output.

        Args:
            means: `neighbor_means` of the graph, where there is one.
        """
        x = F.relu(self.enter(x, means))
        for unit in self.units:
            y = x
            for convolution in unit.children():
                y = F.relu(convolution(y, means))
            x = (x + y) / 2
        return x, self.leave(x, means)
