"""Topology prediction: from the spheres around a sphere, and finer centres, to the edges and faces that it is in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..learning import scaled
from .simplices import with_sides
from .topology_truth import DENSE_NEIGHBORS, NEIGHBORS, Neighborhoods, TopologyLabels, neighborhoods

if TYPE_CHECKING:
    from jaxtyping import Float, Int

EDGE_THRESHOLD = 0.2
FACE_THRESHOLD = 0.3
"""The paper's: an edge or face is there where its probability is greater."""

LEAST = 1e-4
"""The least distance, in the spheres' unit, that a neighbourhood's coordinates are divided by."""

FAR = 2.0
"""A gap between centres that counts as any greater, in mean distances of a sphere's neighbours."""


class TopologyLogits(NamedTuple):
    """edges: Float[M, K]. faces: Float[M, K, K], symmetric. Where a neighbour is not valid, and on the diagonal of
    `faces`, they mean nothing. Sigmoids make probabilities of them: the softmax of two classes is the sigmoid of their
    difference."""

    edges: Float[Tensor, "m k"]
    faces: Float[Tensor, "m k k"]


class TopologyNetwork(nn.Module):
    """The probabilities of edges and faces between each sphere and its neighbours.

    Two local features (PointNet: a small network on each point, then the greatest of each channel), one of the nearest
    spheres and one of the nearest dense centres, both relative to the sphere, give a joint feature by a linear layer.
    From it and the channels of two neighbours comes the logit of a face, from it, the neighbour's channels and the
    greatest of its pairs with the others that of an edge; so none depends on the order of the neighbours. Coordinates
    are divided by the mean distance of the neighbours. Each edge and face is also told how far its middle is from the
    nearest dense centre, and from the nearest sphere that is no corner of it.

    Args:
        nearest: K.
        dense_nearest: L; 0 for a network that sees no dense centres.
        width: factor on the channels.
    """

    _pairs: Tensor
    _pairs_of: Tensor
    _corners: Tensor

    def __init__(self, nearest: int = NEIGHBORS, dense_nearest: int = DENSE_NEIGHBORS, width: float = 1.0) -> None:
        super().__init__()
        self.nearest, self.dense_nearest = nearest, dense_nearest
        small, wide = scaled(32, width), scaled(64, width)
        kinds = 2 if dense_nearest else 1
        self.near = _mlp(8, wide, wide, wide)
        self.dense = _mlp(4, small, wide) if dense_nearest else None
        self.joint = _mlp(kinds * wide + 2, wide)
        self.pair = _mlp(wide + 1 + 4 * kinds, wide, wide)
        self.edge = nn.Sequential(_mlp(3 * wide + kinds, wide, wide), nn.Linear(wide, 1))
        self.face = nn.Sequential(_mlp(2 * wide, wide, wide), nn.Linear(wide, 1))
        pairs = torch.triu_indices(nearest, nearest, 1)
        own = [(pairs == place).any(0).nonzero()[:, 0] for place in range(nearest)]
        self.register_buffer("_pairs", pairs, persistent=False)
        self.register_buffer("_pairs_of", torch.stack(own), persistent=False)
        self.register_buffer("_corners", _corners(nearest), persistent=False)

    def forward(self, around: Neighborhoods) -> TopologyLogits:
        """Of M spheres.

        Args:
            around: their neighbourhoods, of K and L places.
        """
        scale = _scale(around)[:, None, None]
        near, radius = around.near / scale, around.radius[:, None, None] / scale
        first, second = self._pairs
        features = self._of_neighbors(near, radius, around.valid)
        pooled = [features.amax(1), radius[:, 0], scale[:, 0].log()]
        middles = self._middles(near[..., :3])
        told = [self._from_others(middles, near[..., :3], around.valid)]
        if self.dense is not None:
            dense = around.dense / scale
            of_points = self.dense(torch.cat([dense, dense.norm(dim=-1, keepdim=True)], -1))
            pooled.append(of_points.masked_fill(~around.dense_valid[..., None], 0).amax(1))
            told.append(_nearest_distance(_distances(middles, dense), around.dense_valid[:, None]))
        to_edges, to_faces = zip(*map(self._by_simplex, told), strict=True)
        apart = (near[:, first, :3] - near[:, second, :3]).norm(dim=-1, keepdim=True)
        pairs = self.pair(torch.cat([features[:, first] + features[:, second], apart, *to_faces], -1))
        valid = around.valid[:, first] & around.valid[:, second]
        of_pairs = pairs.masked_fill(~valid[..., None], 0)[:, self._pairs_of].amax(2) if len(first) else 0 * features
        joint = self.joint(torch.cat(pooled, -1))[:, None]
        given = [joint.expand(-1, self.nearest, -1), features, of_pairs, *to_edges]
        edges = self.edge(torch.cat(given, -1)).squeeze(-1)
        faces = edges.new_zeros(*edges.shape, self.nearest)
        logits = self.face(torch.cat([joint.expand(-1, len(first), -1), pairs], -1)).squeeze(-1)
        faces[:, first, second] = logits.to(faces.dtype)
        return TopologyLogits(edges, faces + faces.mT)

    def _of_neighbors(self, near: Tensor, radius: Tensor, valid: Tensor) -> Tensor:
        distance = near[..., :3].norm(dim=-1, keepdim=True)
        others = near[..., 3:]
        own = radius.expand_as(others)
        overlap = own + others - distance
        given = torch.cat([near[..., :3], distance, others, own, overlap, others - own], -1)
        # No channel is negative, so that zeros do not count among the greatest.
        return self.near(given).masked_fill(~valid[..., None], 0)

    def _middles(self, near: Tensor) -> Tensor:
        """Float[M, K + 2 P, 3]: the middles of the edges to all neighbours, of those between P pairs of them, and of
        the triangles with each pair."""
        first, second = self._pairs
        both = near[:, first] + near[:, second]
        return torch.cat([near / 2, both / 2, both / 3], 1)

    def _from_others(self, middles: Tensor, near: Tensor, valid: Tensor) -> Tensor:
        """Float[M, K + 2 P]: how much further each middle is from the nearest other sphere than from its corners: an
        edge across which others are nearer is seldom there (a Gabriel graph has none of them)."""
        apart = _distances(middles, torch.cat([torch.zeros_like(near[:, :1]), near], 1))
        reach = (apart * self._corners).sum(-1) / self._corners.sum(-1)
        there = torch.cat([torch.ones_like(valid[:, :1]), valid], 1)
        return _nearest_distance(apart, there[:, None] & ~self._corners) - reach

    def _by_simplex(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Of values at all middles, those of edges Float[M, K, 1] and those of faces Float[M, P, 4]: of both edges to
        the neighbours, the lower first, of that across, and of the triangle."""
        first, second = self._pairs
        to_edges, across, inside = values.split([self.nearest, len(first), len(first)], 1)
        ends = torch.stack([to_edges[:, first], to_edges[:, second]], -1).sort(-1).values
        return to_edges[..., None], torch.cat([ends, across[..., None], inside[..., None]], -1)


def _corners(nearest: int) -> Tensor:
    """Bool[K + 2 P, 1 + K]: which of the sphere and its neighbours are the corners of an edge or triangle."""
    first, second = torch.triu_indices(nearest, nearest, 1)
    own, others = torch.ones(len(first), 1, dtype=torch.bool), torch.eye(nearest, dtype=torch.bool)
    both = others[first] | others[second]
    to_all = torch.cat([torch.ones(nearest, 1, dtype=torch.bool), others], 1)
    return torch.cat([to_all, torch.cat([~own, both], 1), torch.cat([own, both], 1)])


def _mlp(*widths: int) -> nn.Sequential:
    layers = [nn.Sequential(nn.Linear(*pair), nn.ReLU()) for pair in pairwise(widths)]
    return nn.Sequential(*layers)


def _distances(x: Tensor, y: Tensor) -> Tensor:
    # Not by products of matrices, which lose the distances of points that nearly coincide.
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _nearest_distance(distances: Tensor, among: Tensor) -> Tensor:
    return distances.masked_fill(~among, FAR).amin(-1).clamp(max=FAR)


def _scale(around: Neighborhoods) -> Float[Tensor, " m"]:
    """The mean distance of each sphere's neighbours, or its radius where it has none."""
    count = around.valid.sum(1)
    mean = around.near[..., :3].norm(dim=-1).sum(1) / count.clamp(min=1)
    return torch.where(count > 0, mean, around.radius).clamp(min=LEAST)


def topology_losses(
    found: TopologyLogits, labels: TopologyLabels, around: Neighborhoods
) -> dict[str, Float[Tensor, ""]]:
    """The terms `edge` and `face`: the mean cross entropy of the edges to all neighbours, and of the faces with all
    pairs of them.

    The paper's Equation 3 has the summand of the positive class alone, which is least where everything is joined; this
    has both, y log p + (1 - y) log(1 - p).
    """
    first, second = torch.triu_indices(around.valid.shape[1], around.valid.shape[1], 1, device=found.faces.device)
    pair = around.valid[:, first] & around.valid[:, second]
    return {
        "edge": _cross_entropy(found.edges, labels.edges, around.valid),
        "face": _cross_entropy(found.faces[:, first, second], labels.faces[:, first, second], pair),
    }


def _cross_entropy(logits: Tensor, labels: Tensor, valid: Tensor) -> Tensor:
    each = F.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype), reduction="none")
    return each.masked_fill(~valid, 0).sum() / valid.sum().clamp(min=1)


class Candidates(NamedTuple):
    """Possible edges Int[E, 2] and faces Int[F, 3] of an object, corners ascending, and the probabilities Float[E] and
    Float[F] of them: the greatest that any of its corners gives."""

    edges: Int[np.ndarray, "e 2"]
    edge_probability: Float[np.ndarray, " e"]
    faces: Int[np.ndarray, "f 3"]
    face_probability: Float[np.ndarray, " f"]

    def chosen(
        self, edge_threshold: float = EDGE_THRESHOLD, face_threshold: float = FACE_THRESHOLD
    ) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
        """Edges Int[E, 2] and faces Int[F, 3] that are more probable than the thresholds; the sides of these faces are
        among the edges."""
        faces = self.faces[self.face_probability > face_threshold]
        edges = self.edges[self.edge_probability > edge_threshold]
        return with_sides(edges, faces), faces


@torch.no_grad()
def topology_candidates(
    network: TopologyNetwork, spheres: Float[Tensor, "n 4"], dense: Float[Tensor, "d 3"]
) -> Candidates:
    """The edges and faces between neighbours, with probabilities.

    Args:
        network: in evaluation mode.
        spheres: of one object, on the network's device.
        dense: its dense centres.
    """
    around = neighborhoods(spheres, dense, network.nearest, network.dense_nearest)
    found = network(around)
    rows, columns = around.valid.nonzero(as_tuple=True)
    edges = torch.stack([rows, around.places[rows, columns]], -1)
    pair = (around.valid[:, :, None] & around.valid[:, None]).triu(1)
    own, first, second = pair.nonzero(as_tuple=True)
    faces = torch.stack([own, around.places[own, first], around.places[own, second]], -1)
    return Candidates(
        *_greatest(edges, found.edges[rows, columns].sigmoid()),
        *_greatest(faces, found.faces[own, first, second].sigmoid()),
    )


def _greatest(corners: Tensor, probabilities: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Each of the corners Int[C, D] once, whichever way round, with its greatest probability."""
    ordered = corners.sort(-1).values.cpu().numpy()
    unique, place = np.unique(ordered, axis=0, return_inverse=True)
    greatest = np.zeros(len(unique))
    np.maximum.at(greatest, place.reshape(-1), probabilities.double().cpu().numpy())
    return unique, greatest


def predicted_topology(
    network: TopologyNetwork,
    spheres: Float[Tensor, "n 4"],
    dense: Float[Tensor, "d 3"],
    edge_threshold: float = EDGE_THRESHOLD,
    face_threshold: float = FACE_THRESHOLD,
) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """Edges Int[E, 2] and faces Int[F, 3] between spheres, corners ascending.

    There is an edge where either of its spheres says so, a face where one of its three does, and with it its sides.

    Args:
        network: in evaluation mode.
        spheres: of one object, on the network's device.
        dense: its dense centres.
        edge_threshold, face_threshold: the probability above which an edge or face is there.
    """
    return topology_candidates(network, spheres, dense).chosen(edge_threshold, face_threshold)
