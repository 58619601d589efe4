"""The ceiling of a deformed sphere: how near Pixel2Mesh's mesh could come to the truth, if it knew it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import Mesh
from ..interface import Method
from ..outputs import FINAL
from ..stages import Stage
from .ellipsoid import LIMITS, MeshLevel, ellipsoid, unpool
from .graph import adjacency
from .losses import WEIGHTS, LossWeights, block_losses, chamfer_loss, edge_loss
from .options import OracleEllipsoidOptions

_SCALE = 0.44
"""Canonical units times this are about those that the published weights are meant for: there a bounding box has a
diagonal of 0.57."""

_THIN = 0.02
"""The initial ellipsoid's radii are at least this long, in canonical units, so that flat shapes can be fitted too."""

_DECAY = 0.1
"""What is left of the learning rate, and of the regularisers, at the end of each level and of the polish."""

_POLISH_NORMAL, _POLISH_EDGE = 2e-5, 1e-3
"""Weights of the polish's other terms, relative to Chamfer's."""

_SMOOTHNESS = 3.0
"""λ: how far neighbours move together."""


class OracleEllipsoid(Method):
    """Pixel2Mesh's mesh, fitted to the true surface itself by Pixel2Mesh's losses.

    The ellipsoid starts in the truth's bounding box. At each level of refinement its vertices, free of any network,
    go down the losses of that level's block by Adam, while the regularisers fade; then the mesh is unpooled. Those
    losses see vertices and metrics see the surface, so at last the finest mesh is polished: points drawn on its faces
    take the place of its vertices in the Chamfer term, their faces' normals are compared with the truth's, and hardly
    any regulariser is left.

    Adam works on u = (1 + λL) v instead of the vertices v themselves, where L is the graph's Laplacian, so that
    neighbours move together (Nicolet et al., Large Steps in Inverse Rendering of Geometry, 2021). Without
    that the mesh crumples, and many times as many of its faces cross. Some still do, and such a mesh bounds its volume
    badly: this is a ceiling of the distances between surfaces, not of the IoU.
    """

    name = "oracle_ellipsoid"
    representation = "mesh"
    limits = LIMITS
    given = frozenset({"surface"})

    Options = OracleEllipsoidOptions
    options: OracleEllipsoidOptions

    def __init__(self, facts: DataFacts, options: OracleEllipsoidOptions | None = None) -> None:
        super().__init__(facts, options)
        o = self.options
        self.levels = ellipsoid(o.levels).levels
        self.steps, self.polish, self.lr, self.points = o.steps, o.polish, o.lr, o.points
        self.loss_weights = WEIGHTS[o.weights]

    @classmethod
    def presets_folder(cls) -> None:
        """None: the folder beside this module is Pixel2Mesh's."""
        return None

    def stages(self) -> list[Stage]:
        return []

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[Mesh]:
        """One mesh per sample, fitted by itself.

        Raises:
            InputError: a sample's surface has no points, or points or normals that are not finite.
        """
        surface = batch.target("surface")
        with torch.inference_mode(False), torch.enable_grad():
            samples = zip(batch.keys, surface["points"], surface["normals"], strict=True)
            return [self._fit(str(key), points, normals) for key, points, normals in samples]

    def _fit(self, key: str, points: Tensor, normals: Tensor) -> Mesh:
        """The mesh fitted to the true points Float[N, 3] with their normals."""
        if len(points) == 0 or not (points.isfinite().all() and normals.isfinite().all()):
            raise InputError(f"sample {key}: expected a surface of finite points and normals, at least one")
        draws = _Draws(points, normals, self.points)
        low, high = draws.points.aminmax(dim=0)
        radii = ((high - low) / 2).clamp(min=_THIN * _SCALE)
        vertices = draws.points.new_tensor(ellipsoid(1, (1, 1, 1)).vertices) * radii + (low + high) / 2
        for block, level in enumerate(self.levels):
            edges = torch.tensor(level.edges, device=points.device)
            vertices = self._deform(vertices, level, edges, draws, block)
            if level is not self.levels[-1]:
                vertices = unpool(vertices, edges)
        faces = torch.tensor(self.levels[-1].faces, device=points.device)
        vertices = self._polish(vertices, level, faces, edges, draws)
        return Mesh((vertices / _SCALE).cpu().numpy(), self.levels[-1].faces)

    def _deform(self, before: Tensor, level: MeshLevel, edges: Tensor, draws: _Draws, block: int) -> Tensor:
        """The vertices Float[V, 3] after this block's steps down Pixel2Mesh's losses."""

        def loss(after: Tensor, left: float) -> Tensor:
            points, normals = draws.truth()
            weights = _faded(self.loss_weights, left)
            terms = block_losses(before[None], after[None], points[None], normals[None], edges, weights, block=block)
            return sum(terms.values())

        return _descend(before, loss, self.steps, self.lr, level)

    def _polish(self, before: Tensor, level: MeshLevel, faces: Tensor, edges: Tensor, draws: _Draws) -> Tensor:
        """The vertices Float[V, 3] after steps that bring the faces between them near the truth."""

        def loss(after: Tensor, left: float) -> Tensor:
            points, normals = draws.truth()
            on_faces, across = draws.on_faces(after, faces)
            chamfer, nearest = chamfer_loss(on_faces[None], points[None])
            cosine = torch.linalg.vecdot(normalize(across, dim=-1), normalize(normals[nearest[0]], dim=-1))
            return chamfer + _POLISH_NORMAL * (1 - cosine.abs()).mean() + _POLISH_EDGE * edge_loss(after[None], edges)

        return _descend(before, loss, self.polish, self.lr, level)


class _Draws:
    """Points of the truth and of the mesh in hand, drawn anew for each step, the same for the same sample.

    All in float64, where the gradients of indexing do not depend on the order of threads.

    Args:
        points, normals: Float[N, 3], of the true surface.
        count: how many to draw each time; all of the truth where that is fewer.
    """

    def __init__(self, points: Tensor, normals: Tensor, count: int) -> None:
        self._generator = torch.Generator().manual_seed(0)
        shuffled = torch.randperm(len(points), generator=self._generator).to(points.device)
        self.points, self.normals = points.double()[shuffled] * _SCALE, normals.double()[shuffled]
        self._count, self._next = count, 0

    def truth(self) -> tuple[Tensor, Tensor]:
        """The next points Float[K, 3] and normals Float[K, 3] of the shuffled truth, and from its beginning again."""
        if self._next + self._count > len(self.points):
            self._next = 0
        chosen = slice(self._next, self._next + self._count)
        self._next += self._count
        return self.points[chosen], self.normals[chosen]

    def on_faces(self, vertices: Tensor, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Points Float[K, 3] spread over the faces by area, and vectors across the faces that they lie on.

        Both are differentiable in the vertices, while the choice is not.
        """
        corners = vertices[faces]  # (F, 3, 3)
        across = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = torch.linalg.vector_norm(across.detach(), dim=-1).cumsum(0)
        # One in each of K equal shares of the area: less noise than K places anywhere.
        place, split, along = torch.rand(3, self._count, generator=self._generator, dtype=torch.float64).to(area)
        place = (torch.arange(self._count, device=area.device) + place) / self._count
        chosen = torch.searchsorted(area, place * area[-1]).clamp(max=len(faces) - 1)
        root = split.sqrt()
        weights = torch.stack([1 - root, root * (1 - along), root * along], dim=-1)  # (K, 3)
        return (weights[..., None] * corners[chosen]).sum(1), across[chosen]


class _Smooth(torch.autograd.Function):
    """Vertices Float64[V, 3] of coordinates u: the solution of (1 + λL) v = u, with the graph's Laplacian L."""

    @staticmethod
    def forward(ctx: Any, u: Tensor, solver: Any) -> Tensor:
        ctx.solver = solver
        return torch.from_numpy(solver.solve(u.cpu().numpy())).to(u.device)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _Smooth.apply(gradient.contiguous(), ctx.solver), None  # the matrix is symmetric


@lru_cache(maxsize=8)
def _system(level: MeshLevel) -> tuple[Any, Any]:
    """The sparse matrix 1 + λL of a level, and its factorisation."""
    from scipy.sparse import diags_array, eye_array
    from scipy.sparse.linalg import splu

    joined = adjacency(level.edges, level.count)
    laplacian = diags_array(joined.sum(axis=1)) - joined
    matrix = (eye_array(level.count) + _SMOOTHNESS * laplacian).tocsc()
    return matrix, splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})


def _descend(start: Tensor, loss: Callable[[Tensor, float], Tensor], steps: int, lr: float, level: MeshLevel) -> Tensor:
    """Where Adam comes to from Float64[V, 3], with a learning rate that falls to `_DECAY` of itself.

    Args:
        loss: of Float64[V, 3], and of what is left of the learning rate, in [0, 1].
    """
    matrix, solver = _system(level)
    u = torch.from_numpy(matrix @ start.cpu().numpy()).to(start.device).requires_grad_()
    adam = torch.optim.Adam([u], betas=(0.9, 0.99))
    for step in range(steps):
        left = _DECAY ** (step / steps)
        adam.param_groups[0]["lr"] = lr * left
        adam.zero_grad()
        loss(_Smooth.apply(u, solver), left).backward()
        adam.step()
    return _Smooth.apply(u.detach(), solver)


def _faded(weights: LossWeights, left: float) -> LossWeights:
    """The weights with those of the regularisers multiplied by `left`."""
    return replace(weights, laplacian=weights.laplacian * left, edge=weights.edge * left, move=weights.move * left)
