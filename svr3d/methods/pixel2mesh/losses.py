"""The losses of Pixel2Mesh: how near a mesh is to a surface, and how smooth it stays on the way there.

Meshes are batches Float[B, V, 3] of one graph, `edges` Long[E, 2] with each undirected edge once. Every loss is a
scalar, the mean over the batch of each sample's mean, differentiable in the vertices, the same at each run. Lengths are
in whatever unit comes in (the network's frame); all losses but the normals' are in its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...errors import InputError
from ...metrics.neighbors import nearest_neighbors

_SHORT = 1e-6
"""Edges and normals count as at least this long when made unit vectors, which bounds the gradient."""


def chamfer_loss(vertices: Tensor, surface: Tensor, *, predicted_weight: float = 1.0) -> tuple[Tensor, Tensor]:
    """Squared distances between vertices and surface points, and which surface point is nearest to each vertex.

    Args:
        vertices: Float[B, V, 3], predicted.
        surface: Float[B, N, 3], points of the true surface.
        predicted_weight: weight of the way from the prediction to the truth, relative to the other.

    Returns:
        The mean over surface points of the squared distance to the nearest vertex, plus `predicted_weight` times that
        over vertices to the nearest surface point; and Long[B, V], the index of that point. Where vertices are not
        finite, or so far away that squares overflow, the loss is nan and the index 0, so that training can say which
        sample it was.

    Raises:
        InputError: wrong shapes or types, no points, or a surface that is not finite.

    >>> loss, nearest = chamfer_loss(torch.tensor([[[0.0, 0, 0]]]), torch.tensor([[[0.0, 0, 3], [0, 0, 2]]]))
    >>> float(loss), nearest.tolist()
    (10.5, [[1]])
    """
    _require_points(vertices, "vertices")
    _require_points(surface, "surface", batch=len(vertices))
    if not vertices.detach().abs().amax() < torch.finfo(vertices.dtype).max ** 0.5 / 4:  # also where it is nan
        return vertices.sum() * torch.nan, torch.zeros(vertices.shape[:2], dtype=torch.long, device=vertices.device)
    near = nearest_neighbors(vertices, surface)
    # The square of a distance has the right gradient, also at 0: the distance's is the unit vector, taken in float64 (0
    # at distance 0), times twice the distance. Differences anew from the indices take about as long, and their gradient
    # would be added in no fixed order.
    forward, backward = near.y_to_x.square().mean(1), near.x_to_y.square().mean(1)
    return (forward + predicted_weight * backward).mean(), near.x_index


def normal_loss(vertices: Tensor, normals: Tensor, edges: Tensor, *, squared: bool = False) -> Tensor:
    """How far edges are from lying in the true surface: |cosine| between an edge and the normal at its start.

    Args:
        vertices: Float[B, V, 3].
        normals: Float[B, V, 3], the true normal at each vertex's nearest surface point, of any length.
        edges: Long[E, 2]. Each counts in both directions, with the normal of the vertex that it starts from.
        squared: the cosine's square, as in the paper, instead of its absolute value, as in the released code.

    Returns:
        Float[] in [0, 1], the mean over directed edges. Edges and normals of length 0 contribute 0, also to the
        gradient.

    Raises:
        InputError: wrong shapes or types, or edges that name no vertex.

    >>> triangle = torch.tensor([[[0.0, 0, 0], [2, 0, 0], [0, 2, 0]]])
    >>> up = torch.tensor([0.0, 0, 1]).expand(1, 3, 3)
    >>> float(normal_loss(triangle, up, torch.tensor([[0, 1], [0, 2], [1, 2]])))
    0.0
    """
    vectors = _edge_vectors(vertices, edges)
    _require_points(normals, "normals", like=vertices)
    return _normal_term(vectors, normals, edges, squared)


def laplacian_coordinates(vertices: Tensor, edges: Tensor) -> Tensor:
    """Each vertex relative to the mean of its neighbours: Float[B, V, 3]; 0 for a vertex without any.

    Raises:
        InputError: wrong shapes or types, or edges that name no vertex.

    >>> path = torch.tensor([[[0.0, 0, 0], [1, 2, 0], [2, 0, 0]]])
    >>> laplacian_coordinates(path, torch.tensor([[0, 1], [1, 2]]))[0, 1].tolist()
    [0.0, 2.0, 0.0]
    """
    # From differences, which lose nothing to rounding where the mesh is small and far from the origin.
    count = vertices.shape[1]
    total = _Sums.apply(_edge_vectors(vertices, edges), edges, count)
    degree = torch.bincount(edges.reshape(-1), minlength=count).clamp(min=1)
    return (total / degree[:, None, None]).transpose(0, 1)


def laplacian_loss(before: Tensor, after: Tensor, edges: Tensor) -> Tensor:
    """Mean over vertices of how far the Laplacian coordinates moved, squared: Float[].

    Neighbours that move alike cost nothing, so a block keeps the details of the one before.

    Args:
        before, after: Float[B, V, 3], a block's input and output.
        edges: Long[E, 2].

    Raises:
        InputError: wrong shapes or types, or edges that name no vertex.
    """
    _require_points(after, "vertices after")
    _require_points(before, "vertices before", like=after)
    # The coordinates are linear in the vertices: those of the displacement are the change.
    return _mean_squared_length(laplacian_coordinates(after - before, edges).transpose(0, 1))


def edge_loss(vertices: Tensor, edges: Tensor) -> Tensor:
    """Mean over edges of the squared length: Float[]. It draws in vertices that fly away.

    Args:
        vertices: Float[B, V, 3].
        edges: Long[E, 2].

    Raises:
        InputError: wrong shapes or types, or edges that name no vertex.
    """
    return _mean_squared_length(_edge_vectors(vertices, edges))


def move_loss(before: Tensor, after: Tensor) -> Tensor:
    """Mean over vertices of the squared displacement: Float[]. In the released code, not in the paper.

    Args:
        before, after: Float[B, V, 3], a block's input and output.

    Raises:
        InputError: wrong shapes or types.
    """
    _require_points(after, "vertices after")
    _require_points(before, "vertices before", like=after)
    return _mean_squared_length((after - before).transpose(0, 1))


@dataclass(frozen=True)
class LossWeights:
    """Factors of the terms of one block's loss; a term of weight 0 is not computed.

    Args:
        chamfer: of `chamfer_loss`.
        predicted: in it, of the way from the prediction to the truth, relative to the other.
        normal: of `normal_loss`.
        normal_squared: it takes squared cosines, not absolute ones.
        laplacian: of `laplacian_loss`.
        first_laplacian: additional factor on it in the first block, which starts from an ellipsoid without details.
        edge: of `edge_loss`.
        move: of `move_loss`, from the second block on.
    """

    chamfer: float = 1.0
    predicted: float = 1.0
    normal: float = 0.0
    normal_squared: bool = False
    laplacian: float = 0.0
    first_laplacian: float = 1.0
    edge: float = 0.0
    move: float = 0.0


PAPER = LossWeights(normal=1.6e-4, normal_squared=True, laplacian=0.3, edge=0.1)
"""As in the paper (Wang et al., ECCV 2018), except for what its formulas leave no use for: it writes plain sums, over
points, vertices and edges alike, which weigh the terms by how many there are of each; ours are means, as in the
released code. And it takes the normals' products with the edges as they are; ours are of unit length, also as in the
released code, since with edges of 0.02 the term would all but vanish."""

_REAL_EDGES = 0.856
"""Share of real edges among the entries that the released code averages over, which include a self-loop for each
vertex: 924 of 1080, 3696 of 4314 and 14784 of 17250 in the three blocks."""

RELEASE = LossWeights(
    predicted=0.55,
    normal=_REAL_EDGES * 0.5 / 3000,
    laplacian=1500 / 3000,
    first_laplacian=0.1,
    edge=_REAL_EDGES * 300 / 3000,
    move=100 / 3000,
)
"""As in the released code, divided by its weight of the Chamfer term, 3000. Its means of edges and normals count a
self-loop of length 0 for each vertex; our means do not, and the weights make up for it."""

WEIGHTS = {"paper": PAPER, "release": RELEASE}


def block_losses(
    before: Tensor,
    after: Tensor,
    surface: Tensor,
    normals: Tensor | None,
    edges: Tensor,
    weights: LossWeights,
    *,
    block: int,
) -> dict[str, Tensor]:
    """The weighted terms of one block's mesh, by name; their sum is the block's loss.

    Args:
        before, after: Float[B, V, 3], the block's input and output, with this block's number of vertices.
        surface: Float[B, N, 3], points of the true surface.
        normals: Float[B, N, 3], its normals there; None will do where the weight of theirs is 0.
        edges: Long[E, 2], of this block's mesh.
        weights: of the terms; one whose weight is 0 is left out.
        block: which one, from 0.

    Returns:
        Any of "chamfer", "normal", "laplacian", "edge" and "move", each Float[].

    Raises:
        InputError: wrong shapes or types, no points, edges that name no vertex, a surface that is not finite, or no
            normals where their term has a weight.
    """
    terms = {}
    nearest = vectors = None
    if weights.chamfer or weights.normal:
        chamfer, nearest = chamfer_loss(after, surface, predicted_weight=weights.predicted)
        if weights.chamfer:
            terms["chamfer"] = weights.chamfer * chamfer
    if weights.normal or weights.edge:
        vectors = _edge_vectors(after, edges)
    if weights.normal:
        assert nearest is not None and vectors is not None
        if normals is None:
            raise InputError("normals of the surface: expected them, since their term has a weight")
        _require_points(normals, "normals of the surface", like=surface)
        at_nearest = normals.gather(1, nearest[..., None].expand(-1, -1, 3))
        terms["normal"] = weights.normal * _normal_term(vectors, at_nearest, edges, weights.normal_squared)
    laplacian = weights.laplacian * (weights.first_laplacian if block == 0 else 1)
    if laplacian:
        terms["laplacian"] = laplacian * laplacian_loss(before, after, edges)
    if weights.edge:
        assert vectors is not None
        terms["edge"] = weights.edge * _mean_squared_length(vectors)
    if weights.move and block > 0:
        terms["move"] = weights.move * move_loss(before, after)
    return terms


def _normal_term(vectors: Tensor, normals: Tensor, edges: Tensor, squared: bool) -> Tensor:
    """`normal_loss` of edge vectors Float[E, B, 3]."""
    unit = torch.nn.functional.normalize(normals.transpose(0, 1).contiguous(), dim=-1, eps=_SHORT)
    length = torch.linalg.vector_norm(vectors, dim=-1).clamp(min=_SHORT)
    # Not by vecdot, which drops to half precision under autocast.
    cosine = torch.stack([(vectors * unit.index_select(0, end)).sum(-1) / length for end in edges.T])  # [2, E, B]
    each = cosine.square() if squared else cosine.abs()
    return each.mean(1).mean()


def _mean_squared_length(vectors: Tensor) -> Tensor:
    """Mean over the first two axes of Float[K, B, 3]."""
    # One axis at a time: what a sum of all numbers at once rounds to depends on the number of threads.
    return vectors.square().mean(0).sum(-1).mean()


def _edge_vectors(vertices: Tensor, edges: Tensor) -> Tensor:
    """Float[E, B, 3], from the second end of each edge to the first.

    The batch comes second, so that an edge's ends are rows of memory: several times faster than batch first.
    """
    _require_points(vertices, "vertices")
    if edges.ndim != 2 or edges.shape[1] != 2 or len(edges) == 0 or edges.dtype != torch.long:
        raise InputError(
            f"edges: expected at least one pair of vertices, Long[E, 2], found {edges.dtype} {list(edges.shape)}"
        )
    low, high = (int(bound) for bound in edges.aminmax())
    if low < 0 or high >= vertices.shape[1]:
        raise InputError(f"edges: expected vertices 0 to {vertices.shape[1] - 1}, found {low} to {high}")
    return _Differences.apply(vertices.transpose(0, 1).contiguous(), edges)


class _Differences(torch.autograd.Function):
    """Float[E, ...], for each edge the value at its first end minus that at its second, of values Float[V, ...]."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, edges: Tensor) -> Tensor:
        ctx.save_for_backward(edges)
        ctx.count = len(values)
        first, second = edges.T
        return values.index_select(0, first) - values.index_select(0, second)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return _Sums.apply(*gradients, *ctx.saved_tensors, ctx.count), None


class _Sums(torch.autograd.Function):
    """Float[V, ...], the sum of values Float[E, ...] of the edges that leave a vertex minus those that arrive at it.

    The transpose of `_Differences`, so each is the other's gradient. Added in float64 and rounded once, since torch
    adds float32 in the order in which its threads come, in the gradient of plain indexing as well.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, edges: Tensor, count: int) -> Tensor:
        ctx.save_for_backward(edges)
        first, second = edges.T
        total = values.new_zeros((count, *values.shape[1:]), dtype=torch.float64)
        exact = values.double()
        total.index_put_((first,), exact, accumulate=True).index_put_((second,), -exact, accumulate=True)
        return total.to(values.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return _Differences.apply(*gradients, *ctx.saved_tensors), None, None


def _require_points(points: Tensor, what: str, *, batch: int | None = None, like: Tensor | None = None) -> None:
    """Raise InputError unless these are Float[B, N, 3], of that batch size or that shape."""
    if points.ndim != 3 or points.shape[-1] != 3 or 0 in points.shape:
        raise InputError(f"{what}: expected at least one point as [B, N, 3], found shape {list(points.shape)}")
    if points.dtype not in (torch.float32, torch.float64):
        raise InputError(f"{what}: expected float32 or float64, found {points.dtype}")
    if batch is not None and len(points) != batch:
        raise InputError(f"{what}: expected a batch of {batch}, found {len(points)}")
    if like is not None and points.shape != like.shape:
        raise InputError(f"{what}: expected shape {list(like.shape)}, found {list(points.shape)}")
