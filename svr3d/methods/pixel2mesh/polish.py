"""The last phase of the ceiling's fit: points drawn on a mesh's faces are pulled to points of the true surface.

In NumPy, with the gradient in closed form: an automatic one takes three times as long on arrays of this size. All in
float64 and in a fixed order, so the same on each run and for any number of threads.
"""

from __future__ import annotations

import numpy as np
import torch

from ...metrics.neighbors import nearest_neighbors

_TINY = 1e-12
"""Vectors count as at least this long when made unit vectors."""


class Draws:
    """Points of the truth and places on a mesh, drawn anew for each step, the same for the same sample.

    Args:
        points, normals: Float64[N, 3], of the true surface.
        count: how many to draw each time; all of the truth where that is fewer.
    """

    def __init__(self, points: np.ndarray, normals: np.ndarray, count: int) -> None:
        self._rng = np.random.default_rng(0)
        shuffled = self._rng.permutation(len(points))
        self.points, self.normals = points[shuffled], normals[shuffled]
        self._count, self._next = count, 0

    def truth(self) -> tuple[np.ndarray, np.ndarray]:
        """The next points Float64[K, 3] and normals Float64[K, 3] of the shuffled truth, and from its start again."""
        if self._next + self._count > len(self.points):
            self._next = 0
        chosen = slice(self._next, self._next + self._count)
        self._next += self._count
        return self.points[chosen], self.normals[chosen]

    def places(self, areas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """K places spread over faces by area: Int64[K], the faces, and Float64[K, 3], the weights of their corners.

        Args:
            areas: Float64[F], of the faces, in any unit.
        """
        total = areas.cumsum()
        # One in each of K equal shares of the area: less noise than K places anywhere.
        place, split, along = self._rng.random((3, self._count))
        place = (np.arange(self._count) + place) / self._count
        chosen = np.searchsorted(total, place * total[-1]).clip(max=len(areas) - 1)
        root = np.sqrt(split)
        return chosen, np.stack([1 - root, root * (1 - along), root * along], axis=1)


def polish_gradient(vertices: np.ndarray, faces: np.ndarray, draws: Draws, normal_weight: float) -> np.ndarray:
    """Float64[V, 3]: the gradient of Chamfer's loss and that of normals between points on the faces and the truth.

    The loss is the mean over drawn points of the squared distance to the nearest of the truth, plus the same the other
    way round, plus `normal_weight` times the mean of 1 - |cosine| between a drawn point's face and the normal at the
    nearest of the truth. Which places are drawn, and what is nearest, is taken as given.

    Args:
        vertices: Float64[V, 3].
        faces: Int64[F, 3].
    """
    from scipy.sparse import csr_array

    corner, first, second = vertices[faces].transpose(1, 0, 2)
    first, second = first - corner, second - corner
    across = _cross(first, second)
    length = np.sqrt(np.einsum("fi,fi->f", across, across))
    chosen, weights = draws.places(length)
    count = len(chosen)
    ends = np.arange(0, 3 * count + 1, 3)
    spread = csr_array((weights.ravel(), faces[chosen].ravel(), ends), shape=(count, len(vertices)))
    points = spread @ vertices
    truth, normals = draws.truth()
    near = nearest_neighbors(torch.from_numpy(points), torch.from_numpy(truth))
    to_truth, from_truth = near.x_index.numpy(), near.y_index.numpy()

    pull = (2 / count) * (points - truth[to_truth])
    pull += _sums(from_truth, (2 / len(truth)) * (points[from_truth] - truth), count)

    # Of |a · n| / |a| for a face's vector a across and a unit normal n.
    unit = (across / length.clip(min=_TINY)[:, None])[chosen]
    wanted = normals[to_truth]
    cosine = np.einsum("ki,ki->k", unit, wanted)
    turn = np.sign(cosine)[:, None] * (wanted - cosine[:, None] * unit) / length.clip(min=_TINY)[chosen, None]
    turn = _sums(chosen, (-normal_weight / count) * turn, len(faces))
    along_first, along_second = _cross(second, turn), _cross(turn, first)
    by_corner = np.stack([-along_first - along_second, along_first, along_second], axis=1)
    return spread.T @ pull + _sums(faces.ravel(), by_corner.reshape(-1, 3), len(vertices))


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Float64[N, 3], as long as 1, or 0 where they are."""
    return vectors / np.sqrt(np.einsum("ni,ni->n", vectors, vectors)).clip(min=_TINY)[:, None]


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Float64[N, 3]; several times as fast as NumPy's for so few."""
    result = np.empty_like(a)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        result[:, i] = a[:, j] * b[:, k] - a[:, k] * b[:, j]
    return result


def _sums(index: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Float64[count, 3]: the sums of the values Float64[N, 3] that share an index Int64[N], in their order."""
    return np.stack([np.bincount(index, values[:, axis], count) for axis in range(3)], axis=1)
