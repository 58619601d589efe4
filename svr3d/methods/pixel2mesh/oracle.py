"""The ceiling of a deformed sphere: how near Pixel2Mesh's mesh could come to the truth, if it knew it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import Mesh
from ..interface import Method
from ..outputs import FINAL
from ..stages import Stage
from .ellipsoid import LIMITS, MeshLevel, ellipsoid
from .graph import adjacency
from .losses import WEIGHTS, LossWeights, block_losses
from .options import OracleEllipsoidOptions
from .polish import Draws, polish_gradient, unit_vectors

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

_BETA1, _BETA2, _EPSILON = 0.9, 0.99, 1e-8
"""Of Adam."""


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

    It is fitted on the CPU, in float64, the same on each run and for any number of threads.
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
        truth, directions = (values.cpu().numpy().astype(np.float64) for values in (points, normals))
        draws = Draws(truth * _SCALE, unit_vectors(directions), self.points)
        low, high = draws.points.min(axis=0), draws.points.max(axis=0)
        vertices = ellipsoid(1, (1, 1, 1)).vertices * ((high - low) / 2).clip(min=_THIN * _SCALE) + (low + high) / 2
        finest = self.levels[-1]
        for block, level in enumerate(self.levels):
            vertices = self._deform(vertices, level, draws, block)
            if level is not finest:
                vertices = np.concatenate([vertices, vertices[level.edges].mean(axis=1)])
        return Mesh(self._polish(vertices, finest, draws) / _SCALE, finest.faces)

    def _deform(self, before: np.ndarray, level: MeshLevel, draws: Draws, block: int) -> np.ndarray:
        """The vertices Float64[V, 3] after this block's steps down Pixel2Mesh's losses."""
        start, edges = torch.from_numpy(before), torch.from_numpy(np.array(level.edges))

        def gradient(vertices: np.ndarray, left: float) -> np.ndarray:
            after = torch.from_numpy(vertices).requires_grad_()
            points, normals = (torch.from_numpy(values)[None] for values in draws.truth())
            weights = _faded(self.loss_weights, left)
            terms = block_losses(start[None], after[None], points, normals, edges, weights, block=block)
            (found,) = torch.autograd.grad(reduce(torch.add, terms.values()), after)
            return found.numpy()

        return _descend(before, gradient, self.steps, self.lr, level)

    def _polish(self, before: np.ndarray, level: MeshLevel, draws: Draws) -> np.ndarray:
        """The vertices Float64[V, 3] after steps that bring the faces between them near the truth."""
        laplacian, _, _ = _system(level)
        shorten = (2 * _POLISH_EDGE / len(level.edges)) * laplacian  # the gradient of the mean squared length of edges

        def gradient(vertices: np.ndarray, left: float) -> np.ndarray:
            return polish_gradient(vertices, level.faces, draws, _POLISH_NORMAL) + shorten @ vertices

        return _descend(before, gradient, self.polish, self.lr, level)


@lru_cache(maxsize=8)
def _system(level: MeshLevel) -> tuple[Any, Any, Any]:
    """The Laplacian L of a level's graph, the matrix 1 + λL, and its factorisation."""
    from scipy.sparse import diags_array, eye_array
    from scipy.sparse.linalg import splu

    joined = adjacency(level.edges, level.count)
    laplacian = (diags_array(joined.sum(axis=1)) - joined).tocsr()
    matrix = (eye_array(level.count) + _SMOOTHNESS * laplacian).tocsc()
    return laplacian, matrix, splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})


def _descend(
    start: np.ndarray, gradient: Callable[[np.ndarray, float], np.ndarray], steps: int, lr: float, level: MeshLevel
) -> np.ndarray:
    """Where Adam comes to from Float64[V, 3], with a learning rate that falls to `_DECAY` of itself.

    Args:
        gradient: of Float64[V, 3], and of what is left of the learning rate, in [0, 1].
    """
    _, matrix, solver = _system(level)
    u = matrix @ start
    mean, square = np.zeros_like(u), np.zeros_like(u)
    for step in range(steps):
        left = _DECAY ** (step / steps)
        pull = solver.solve(gradient(solver.solve(u), left))  # the matrix is symmetric
        mean += (1 - _BETA1) * (pull - mean)
        square += (1 - _BETA2) * (pull**2 - square)
        size = np.sqrt(square / (1 - _BETA2 ** (step + 1))) + _EPSILON
        u -= lr * left / (1 - _BETA1 ** (step + 1)) * mean / size
    return solver.solve(u)


def _faded(weights: LossWeights, left: float) -> LossWeights:
    """The weights with those of the regularisers multiplied by `left`."""
    return replace(weights, laplacian=weights.laplacian * left, edge=weights.edge * left, move=weights.move * left)
