"""Topology prediction: from the spheres around a sphere, and finer centres, to the edges and faces that it is in."""

from __future__ import annotations

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
    From it and the neighbour's own channels comes the logit of an edge, from it and those of two neighbours that of a
    face, so that neither depends on the order of the neighbours. Coordinates are divided by the mean distance of the
    neighbours. Each edge and face is also told how far its middle is from the nearest dense centre.

    Args:
        nearest: K.
        dense_nearest: L; 0 for a network that sees no dense centres.
        width: factor on the channels.
    """

    def __init__(self, nearest: int = NEIGHBORS, dense_nearest: int = DENSE_NEIGHBORS, width: float = 1.0) -> None:
        super().__init__()
        self.nearest, self.dense_nearest = nearest, dense_nearest
        small, large = scaled(64, width), scaled(128, width)
        self.near = _points(8, small, large)
        self.dense = _points(4, small, large) if dense_nearest else None
        gaps = (1, 4) if dense_nearest else (0, 0)
        self.joint = nn.Sequential(nn.Linear(large * (2 if dense_nearest else 1) + 2, large), nn.ReLU())
        self.edge = _head(2 * large + gaps[0], small)
        self.face = _head(2 * large + 1 + gaps[1], small)
        self.register_buffer("_pairs", torch.triu_indices(nearest, nearest, 1), persistent=False)

    _pairs: Tensor

    def forward(self, around: Neighborhoods) -> TopologyLogits:
        """Of M spheres.

        Args:
            around: their neighbourhoods, of K and L places.
        """
        scale = _scale(around)[:, None, None]
        near = around.near / scale
        first, second = self._pairs
        radius = around.radius[:, None, None] / scale
        features = self._of_neighbors(near, radius, around.valid)
        pooled = [features.amax(1), radius[:, 0], scale[:, 0].log()]
        apart = (near[:, first, :3] - near[:, second, :3]).norm(dim=-1, keepdim=True)
        of_edges, of_faces = [features], [features[:, first] + features[:, second], apart]
        if self.dense is not None:
            dense = around.dense / scale
            of_points = self.dense(torch.cat([dense, dense.norm(dim=-1, keepdim=True)], -1))
            pooled.append(of_points.masked_fill(~around.dense_valid[..., None], 0).amax(1))
            to_edges, to_faces = self._gaps(near[..., :3], dense, around.dense_valid)
            of_edges.append(to_edges)
            of_faces.append(to_faces)
        joint = self.joint(torch.cat(pooled, -1))[:, None]
        edges = self.edge(torch.cat([joint.expand(-1, self.nearest, -1), *of_edges], -1)).squeeze(-1)
        logits = self.face(torch.cat([joint.expand(-1, len(first), -1), *of_faces], -1)).squeeze(-1)
        faces = logits.new_zeros(*edges.shape, self.nearest)
        faces[:, first, second] = logits
        return TopologyLogits(edges, faces + faces.mT)

    def _of_neighbors(self, near: Tensor, radius: Tensor, valid: Tensor) -> Tensor:
        distance = near[..., :3].norm(dim=-1, keepdim=True)
        others = near[..., 3:]
        own = radius.expand_as(others)
        overlap = own + others - distance
        given = torch.cat([near[..., :3], distance, others, own, overlap, others - own], -1)
        # All channels are positive, so that zeros do not count among the greatest.
        return self.near(given).masked_fill(~valid[..., None], 0)

    def _gaps(self, near: Tensor, dense: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """How far the middles of edges Float[M, K, 1] and of the sides and the inside of faces Float[M, P, 4] are from
        the nearest dense centre."""
        first, second = self._pairs
        a, b = near[:, first], near[:, second]
        middles = torch.cat([near / 2, (a + b) / 2, (a + b) / 3], 1)
        apart = torch.cdist(middles, dense, compute_mode="donot_use_mm_for_euclid_dist")
        gaps = apart.masked_fill(~valid[:, None], FAR).amin(-1).clamp(max=FAR)
        to_edges, across, inside = gaps.split([near.shape[1], len(first), len(first)], 1)
        ends = torch.stack([to_edges[:, first], to_edges[:, second]], -1)
        sides = torch.cat([ends.sort(-1).values, across[..., None], inside[..., None]], -1)
        return to_edges[..., None], sides


def _points(given: int, small: int, large: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(given, small), nn.ReLU(), nn.Linear(small, small), nn.ReLU(), nn.Linear(small, large), nn.ReLU()
    )


def _head(given: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(given, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
    )


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
    first, second = torch.triu_indices(*found.faces.shape[1:], 1, device=found.faces.device)
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
    edges = torch.stack([rows, around.index[rows, columns]], -1)
    pair = (around.valid[:, :, None] & around.valid[:, None]).triu(1)
    own, first, second = pair.nonzero(as_tuple=True)
    faces = torch.stack([own, around.index[own, first], around.index[own, second]], -1)
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
