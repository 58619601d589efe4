"""Single-linkage clusters of triangles, against every pair of vertices."""

from __future__ import annotations

import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, proximity_clusters


def by_every_pair(mesh: Mesh, distance: float) -> np.ndarray:
    """The same by comparing all corners of all faces, and joining until nothing changes."""
    corners = mesh.triangles
    gap = np.linalg.norm(corners[:, None, :, None] - corners[None, :, None, :], axis=-1).min(axis=(2, 3))
    label = np.arange(len(corners))
    while True:
        joined = np.where(gap <= distance, label[None, :], len(label)).min(axis=1)
        if (joined == label).all():
            _, label = np.unique(label, return_inverse=True)
            return label
        label = joined


@pytest.mark.parametrize("distance", [0.0, 0.03, 0.06, 0.1, 0.2])
def test_clusters_are_those_of_every_pair(distance):
    rng = np.random.default_rng(0)
    places = rng.random((60, 1, 3))
    corners = places + 0.05 * rng.standard_normal((60, 3, 3))
    corners[::7, 0] = corners[1::7, 1][: len(corners[::7])]  # some share a corner
    mesh = Mesh(corners.reshape(-1, 3), np.arange(180).reshape(-1, 3))
    assert proximity_clusters(mesh, distance).tolist() == by_every_pair(mesh, distance).tolist()


def test_dense_pieces_are_joined_at_their_exact_distance(shapes):
    """Two spheres of a thousand faces each: the gap between their nearest vertices decides."""
    a, b = shapes.sphere(0.5, 3), shapes.sphere(0.5, 3, centre=(1.25, 0, 0))
    gap = np.linalg.norm(a.vertices[:, None] - b.vertices[None], axis=-1).min()
    both = shapes.join(a, b)
    assert proximity_clusters(both, gap * (1 - 1e-9)).max() == 1
    assert proximity_clusters(both, gap * (1 + 1e-9)).max() == 0


def test_numbers_follow_the_faces(shapes):
    boxes = [shapes.box((3 * k, 0, 0), (3 * k + 1, 1, 1)) for k in (2, 0, 1)]
    assert proximity_clusters(shapes.join(*boxes), 0.5).tolist() == [0] * 12 + [1] * 12 + [2] * 12


def test_distance_is_inclusive_and_may_be_tiny(shapes):
    both = shapes.join(shapes.box((0, 0, 0), (1, 1, 1)), shapes.box((1.5, 0, 0), (2.5, 1, 1)))
    assert proximity_clusters(both, 0.5).max() == 0
    assert proximity_clusters(both, 1e-320).max() == 1
    assert proximity_clusters(both, 0).max() == 1


def test_bad_input(shapes):
    assert proximity_clusters(Mesh([], []), 0.1).tolist() == []
    for distance in (-1, np.nan, np.inf):
        with pytest.raises(InputError, match="distance is"):
            proximity_clusters(shapes.box(), distance)
    with pytest.raises(InputError, match="non-finite"):
        proximity_clusters(Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), 0.1)
