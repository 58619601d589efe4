"""What the topology network learns from, as values that can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from .topology_truth import (
    Neighborhoods,
    TopologyLabels,
    joined,
    nearest_sphere,
    neighborhoods,
    topology_labels,
)

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

    from ...geometry import MedialMesh
    from .topology import TopologyNetwork


def labels_of(
    spheres: Float[Tensor, "B N 4"], truths: Sequence[MedialMesh], nearest: int, *, are_true: bool
) -> tuple[Bool[Tensor, "B N K"], Bool[Tensor, "B N K K"]]:
    """The labels of edges and faces between the spheres of each object and their nearest neighbours.

    Args:
        truths: a medial mesh for each object.
        are_true: the spheres are those of the truth; otherwise each stands for the nearest of them.
    """
    found = []
    for own, truth in zip(spheres, truths, strict=True):
        around = neighborhoods(own, own[:0, :3], nearest, 0)
        found.append(topology_labels(around, truth, None if are_true else nearest_sphere(own, truth)))
    return torch.stack([labels.edges for labels in found]), torch.stack([labels.faces for labels in found])


def some_rows(
    network: TopologyNetwork,
    spheres: Float[Tensor, "B N 4"],
    dense: Float[Tensor, "B D 3"],
    labels: tuple[Bool[Tensor, "B N K"], Bool[Tensor, "B N K K"]],
    rows: int,
) -> tuple[Neighborhoods, TopologyLabels]:
    """Neighbourhoods and labels of some spheres of each object, drawn anew each time; of all where there are no more.

    Args:
        network: says how many neighbours it sees.
        rows: how many.
    """
    seen, wanted = [], []
    for own, near, edges, faces in zip(spheres, dense, *labels, strict=True):
        around = neighborhoods(own, near, network.nearest, network.dense_nearest)
        chosen = slice(None) if rows >= len(own) else torch.randperm(len(own), device=own.device)[:rows]
        seen.append(Neighborhoods(*(values[chosen] for values in around)))
        wanted.append(TopologyLabels(edges[chosen], faces[chosen]))
    return joined(seen), joined(wanted)


def random_turns(count: int, device: torch.device) -> Float[Tensor, "M 3 3"]:
    """Orthogonal matrices, evenly drawn, mirror images among them."""
    # By hand, since a GPU decomposes thousands of small matrices one after the other.
    first, second = F.normalize(torch.randn(2, count, 3, device=device), dim=-1)
    second = F.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    hand = torch.randint(2, (count, 1), device=device) * 2 - 1
    return torch.stack([first, second, hand * torch.linalg.cross(first, second)], 1)


def packed(adjacency: Iterable[Bool[Tensor, "N N"]]) -> Tensor:
    """UInt8[B, N, ⌈N / 8⌉]: eight places a byte."""
    stacked = torch.stack(list(adjacency))
    padded = F.pad(stacked, (0, -stacked.shape[-1] % 8)).unflatten(-1, (-1, 8))
    return (padded * _bits(stacked.device)).sum(-1).to(torch.uint8)


def unpacked(bits: Tensor, count: int) -> Bool[Tensor, "B N N"]:
    """The inverse of `packed`, for N spheres."""
    return (bits[..., None] & _bits(bits.device)).bool().flatten(-2)[..., :count]


def _bits(device: torch.device) -> Tensor:
    return 2 ** torch.arange(8, device=device, dtype=torch.uint8)
