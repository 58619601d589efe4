"""What topology prediction sees of each sphere, its neighbourhood, and what it shall say, by a true medial mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float, Int

    from ...geometry import MedialMesh

NEIGHBORS = 8
"""K: the nearest spheres to which a sphere may be joined."""

DENSE_NEIGHBORS = 64
"""L: the nearest dense centres that it sees."""


class Neighborhoods(NamedTuple):
    """What surrounds each of M spheres, of one object or of several. Nearest first; where there are fewer neighbours
    than places, the last ones hold zeros and are not valid.

    radius: Float[M], the sphere's own. places: Int[M, K], the nearest others among the spheres of its object. valid:
    Bool[M, K]. near: Float[M, K, 4], their centres less its own, and their radii. dense: Float[M, L, 3], the nearest
    dense centres less its own. dense_valid: Bool[M, L].
    """

    radius: Float[Tensor, " m"]
    places: Int[Tensor, "m k"]
    valid: Bool[Tensor, "m k"]
    near: Float[Tensor, "m k 4"]
    dense: Float[Tensor, "m l 3"]
    dense_valid: Bool[Tensor, "m l"]

    def turned(self, rotations: Float[Tensor, "m 3 3"]) -> Neighborhoods:
        """Each turned, or mirrored, by an orthogonal matrix of its own, which changes no topology."""
        near = torch.cat([self.near[..., :3] @ rotations, self.near[..., 3:]], -1)
        return self._replace(near=near, dense=self.dense @ rotations)


class TopologyLabels(NamedTuple):
    """edges: Bool[M, K], whether a sphere is joined with its neighbour. faces: Bool[M, K, K], symmetric, whether it and
    two neighbours are the corners of a face; False on the diagonal and where a neighbour is not valid."""

    edges: Bool[Tensor, "m k"]
    faces: Bool[Tensor, "m k k"]


_Rows = TypeVar("_Rows", Neighborhoods, TopologyLabels)


def joined(several: Sequence[_Rows]) -> _Rows:
    """Those of several objects as one, row after row."""
    return type(several[0])(*(torch.cat(values) for values in zip(*several, strict=True)))


def neighborhoods(
    spheres: Float[Tensor, "n 4"],
    dense: Float[Tensor, "d 3"],
    nearest: int = NEIGHBORS,
    dense_nearest: int = DENSE_NEIGHBORS,
) -> Neighborhoods:
    """The neighbourhood of each sphere of an object.

    Args:
        spheres: centres and radii, in any frame; repeated ones are each other's neighbours, at distance 0.
        dense: centres that sample the medial axis finely; may be empty.
        nearest: K.
        dense_nearest: L.
    """
    centers, radii = spheres[:, :3], spheres[:, 3]
    apart = _distances(centers, centers).fill_diagonal_(torch.inf)
    index, valid = _nearest(apart, nearest, others=len(spheres) - 1)
    near = torch.cat([centers[index] - centers[:, None], radii[index][..., None]], -1)
    place, seen = _nearest(_distances(centers, dense), dense_nearest, others=len(dense))
    offsets = dense[place] - centers[:, None] if len(dense) else dense.new_zeros(len(spheres), dense_nearest, 3)
    return Neighborhoods(
        radii, index, valid, near.masked_fill(~valid[..., None], 0), offsets.masked_fill(~seen[..., None], 0), seen
    )


def topology_labels(
    near: Neighborhoods, truth: MedialMesh, stands_for: Int[Tensor, " m"] | None = None
) -> TopologyLabels:
    """Which edges and faces a true medial mesh has between spheres and their neighbours.

    Args:
        near: the neighbourhoods of the M spheres of one object.
        truth: its edges are those that it lists and the sides of its faces.
        stands_for: which sphere of the truth each sphere stands for, such as by `nearest_sphere`; by default the
            spheres are those of the truth. Spheres that stand for one are joined. Three of which two or all stand for
            one are a face where what they stand for is part of one, so that sheets stay closed. (The map of the
            corners is then simplicial: it takes what is labelled into the truth.)
    """
    device, count = near.places.device, len(truth.spheres)
    own = torch.arange(len(near.places), device=device) if stands_for is None else stands_for
    others = own[near.places]
    edges, faces = torch.from_numpy(truth.edges).to(device), torch.from_numpy(truth.faces).to(device)
    linked = torch.eye(count, dtype=torch.bool, device=device)
    for a, b in (edges.T, faces[:, [0, 1]].T, faces[:, [1, 2]].T, faces[:, [0, 2]].T):
        linked[a, b] = linked[b, a] = True
    # Of each face also what it becomes where its corners coincide: a side, or a corner.
    a, b, c = faces.unbind(1)
    parts = [
        (a, b, c),
        (a, a, b),
        (a, b, b),
        (b, b, c),
        (b, c, c),
        (a, a, c),
        (a, c, c),
        (a, a, a),
        (b, b, b),
        (c, c, c),
    ]
    known = torch.cat([_key(torch.stack(part, -1), count) for part in parts])
    first, second, third = torch.broadcast_tensors(own[:, None, None], others[:, :, None], others[:, None, :])
    is_face = torch.isin(_key(torch.stack([first, second, third], -1), count), known)
    pair = (
        near.valid[:, :, None]
        & near.valid[:, None, :]
        & ~torch.eye(near.places.shape[1], dtype=torch.bool, device=device)
    )
    return TopologyLabels(linked[own[:, None], others] & near.valid, is_face & pair)


def nearest_sphere(spheres: Float[Tensor, "n 4"], truth: MedialMesh) -> Int[Tensor, " n"]:
    """The sphere of a true medial mesh that each sphere stands for: the one with the nearest centre."""
    centers = torch.from_numpy(truth.centers).to(spheres)
    return _distances(spheres[:, :3], centers).argmin(1)


def _distances(x: Tensor, y: Tensor) -> Tensor:
    # Not by products of matrices, which lose the distances of centres that nearly coincide.
    return torch.cdist(x.detach(), y.detach(), compute_mode="donot_use_mm_for_euclid_dist")


def _nearest(distances: Tensor, count: int, others: int) -> tuple[Tensor, Tensor]:
    """Int[N, count], the nearest columns of Float[N, M], nearest first, and Bool[N, count], whether they are any: there
    are `others`."""
    rows, columns = distances.shape
    found = min(count, others, columns)
    index = distances.new_zeros(rows, count, dtype=torch.long)
    if found > 0:
        index[:, :found] = distances.topk(found, largest=False).indices
    valid = torch.arange(count, device=distances.device) < found
    return index, valid.expand(rows, count)


def _key(corners: Tensor, count: int) -> Tensor:
    """A number for each Int[…, 3], whichever way round."""
    low, middle, high = corners.sort(-1).values.unbind(-1)
    return (low * count + middle) * count + high
