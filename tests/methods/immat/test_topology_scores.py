"""Agreement of edges and faces with the truth, against sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from svr3d.geometry import InputError, MedialMesh
from svr3d.methods.immat.topology_scores import topology_scores


def test_against_sets():
    rng = np.random.default_rng(0)
    truth = MedialMesh(np.ones((9, 4)), rng.integers(0, 9, (30, 2)), rng.integers(0, 9, (12, 3)))
    edges, faces = rng.integers(0, 9, (20, 2)), np.concatenate([truth.faces[:5, ::-1], rng.integers(0, 9, (9, 3))])

    def distinct(corners: np.ndarray) -> set[frozenset[int]]:
        return {frozenset(row) for row in corners.tolist() if len(set(row)) == corners.shape[1]}

    def joined(edges: np.ndarray, faces: np.ndarray) -> set[frozenset[int]]:
        sides = [side for face in faces.tolist() for side in combinations(face, 2)]
        return distinct(np.concatenate([edges, np.array(sides)]))

    found = topology_scores(edges, faces, truth)
    for own, got, true in (
        (found.edges, joined(edges, faces), joined(truth.edges, truth.faces)),
        (found.faces, distinct(faces), distinct(truth.faces)),
    ):
        both = len(got & true)
        assert own.precision == pytest.approx(both / len(got)) and own.recall == pytest.approx(both / len(true))
        assert own.f1 == pytest.approx(2 / (1 / own.precision + 1 / own.recall)) and 0 < own.f1 < 1


def test_nothing():
    """Nothing found of nothing is right; nothing of something, or something of nothing, is not."""
    rods, bare = MedialMesh(np.ones((3, 4)), [[0, 1], [1, 2]]), MedialMesh(np.ones((3, 4)))
    assert topology_scores([[2, 1], [0, 1]], [], rods) == ((1, 1, 1), (1, 1, 1))
    assert topology_scores([], [], rods) == ((0, 0, 0), (1, 1, 1))
    assert topology_scores([], [[0, 1, 2]], rods) == ((2 / 3, 1, 0.8), (0, 0, 0))
    assert topology_scores([], [], bare) == ((1, 1, 1), (1, 1, 1))


def test_malformed():
    truth = MedialMesh(np.ones((3, 4)))
    with pytest.raises(InputError, match=r"edges: expected shape \[N, 2\], found \[1, 3\]"):
        topology_scores([[0, 1, 2]], [], truth)
    with pytest.raises(InputError, match="faces: expected whole numbers"):
        topology_scores([], [[0, 0.5, 1]], truth)
