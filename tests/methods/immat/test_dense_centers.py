"""Dense centres lie on curves and sheets, evenly."""

from __future__ import annotations

import numpy as np
import pytest

from svr3d.geometry import MedialMesh
from svr3d.methods.immat.dense_centers import dense_centers

SQUARE = [[0, 0, 0, 0.1], [1, 0, 0, 0.1], [1, 1, 0, 0.2], [0, 1, 0, 0.1]]


def test_one_spacing():
    """A unit square and a curve of length 4: a / h² + l / h = 2000 at h = 0.0233825, so 171 points on the curve."""
    spheres = [*SQUARE, [5, 0, 0, 0.1], [9, 0, 0, 0.3], [20, 0, 0, 0.1]]
    medial = MedialMesh(spheres, [[4, 5], [0, 1], [1, 0]], [[0, 1, 2], [0, 2, 3]])
    found = dense_centers(medial, 2001, seed=3)
    assert np.array_equal(found, dense_centers(medial, 2001, seed=3))
    assert not np.array_equal(found, dense_centers(medial, 2001, seed=4))
    inverse = (-4 + np.sqrt(16 + 4 * 2000)) / 2
    on_curve = (found[:, 0] >= 5) & (found[:, 0] <= 9)
    assert abs(on_curve.sum() - 4 * inverse) <= 1 and (found[on_curve, 1:] == 0).all()
    assert (found == [20, 0, 0]).all(axis=1).sum() in (0, 1, 2)
    on_square = found[found[:, 0] <= 1]
    assert (on_square[:, 2] == 0).all() and on_square.min() >= 0 and on_square.max() <= 1
    counts = np.histogram2d(*on_square[:, :2].T, bins=4, range=[[0, 1]] * 2)[0]
    assert np.abs(counts / len(on_square) - 1 / 16).max() < 4 * np.sqrt(1 / 16 / len(on_square))
    quarters = np.histogram(found[on_curve, 0], bins=4, range=(5, 9))[0]
    assert np.abs(quarters - on_curve.sum() / 4).max() < 20


@pytest.mark.parametrize(
    ("spheres", "edges", "faces"),
    [
        ([[1, 2, 3, 0.1]], [], []),
        ([[1, 2, 3, 0.1]] * 3, [[0, 1], [1, 2]], [[0, 1, 2]]),
        ([[1, 2, 3, 0.1], [1, 2, 3, 0.2]], [[0, 1]], []),
    ],
)
def test_spheres_at_one_place(spheres: list, edges: list, faces: list):
    found = dense_centers(MedialMesh(spheres, edges, faces), 50)
    np.testing.assert_allclose(found, np.tile([1.0, 2, 3], (50, 1)))


def test_more_spheres_alone_than_points():
    centers = np.random.default_rng(0).random((30, 3))
    found = dense_centers(MedialMesh(np.column_stack([centers, np.ones(30)])), 10)
    assert found.shape == (10, 3) and all((centers == point).all(axis=1).any() for point in found)
