"""Topologies without learning, on grids and degenerate spheres."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from svr3d.methods.immat.alternatives import ALTERNATIVES, ball_pivoting, delaunay, nearest_neighbors
from svr3d.methods.immat.simplices import cliques, with_sides


def spheres_at(centers: object) -> np.ndarray:
    centers = np.asarray(centers, dtype=np.float64).reshape(-1, 3)
    return np.column_stack([centers, np.full(len(centers), 0.1)])


def grid(side: int = 6, slope: float = 0.0) -> np.ndarray:
    x, y = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    return spheres_at(np.stack([x, y, slope * (x + y) + slope * np.sin(x)], -1))


@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_ball_pivoting_closes_a_sheet(slope: float):
    """All 25 squares of a grid, two triangles each; flat too, where no tetrahedra tell which way is which."""
    edges, faces = ball_pivoting(grid(slope=slope))
    assert len(faces) == 50 and len(edges) == 60 + 25


def test_delaunay_against_empty_balls():
    """Triples of which some ball around holds no centre: those of tetrahedra whose circumsphere is empty."""
    centers = np.random.default_rng(0).normal(size=(12, 3))
    expected = set()
    for cell in combinations(range(12), 4):
        a, *others = centers[list(cell)]
        middle = np.linalg.solve(2 * (others - a), (np.square(others) - np.square(a)).sum(1))
        if (np.linalg.norm(centers - middle, axis=1) >= np.linalg.norm(a - middle) - 1e-9).all():
            expected |= set(combinations(cell, 3))
    edges, faces = delaunay(spheres_at(centers), longest=np.inf)
    assert set(map(tuple, faces.tolist())) == expected
    spacing = np.sort(np.linalg.norm(centers[:, None] - centers, axis=2), axis=1)[:, 1].mean()
    short = delaunay(spheres_at(centers), longest=1.5)
    assert 0 < len(short[0]) < len(edges)
    for found, whole in zip(short, (edges, faces), strict=True):
        sides = np.array([[np.linalg.norm(centers[a] - centers[b]) for a, b in combinations(row, 2)] for row in whole])
        assert found.tolist() == whole[(sides <= 1.5 * spacing).all(axis=1)].tolist()


def test_nearest_neighbors_against_loops():
    centers = np.random.default_rng(1).normal(size=(15, 3))
    joined = set()
    for i in range(15):
        order = sorted(range(15), key=lambda j: float(np.linalg.norm(centers[i] - centers[j])))
        joined |= {tuple(sorted((i, j))) for j in order[1:4]}
    edges, faces = nearest_neighbors(spheres_at(centers), joined=3)
    assert set(map(tuple, edges.tolist())) == joined
    triples = [t for t in combinations(range(15), 3) if all(side in joined for side in combinations(t, 2))]
    assert faces.tolist() == [list(t) for t in triples] and len(triples) > 3


@pytest.mark.parametrize("name", ALTERNATIVES)
@pytest.mark.parametrize(
    "centers",
    [
        [],
        [[0, 0, 0]],
        [[0, 0, 0]] * 9,
        [[0, 0, 0], [1, 0, 0]],
        [[0, 0, 0], [1, 0, 0], [0, 1, 0]],
        [[i, 0, 0] for i in range(9)],
        [[i % 3, i // 3, 0] for i in range(9)],
        [[i // 4, 0, 0] for i in range(16)],
    ],
    ids=["none", "one", "repeated", "two", "three", "line", "plane", "repeated line"],
)
def test_degenerate_spheres(name: str, centers: list[list[float]]):
    """Valid corners, each once, ascending, and sides of faces among the edges."""
    edges, faces = ALTERNATIVES[name](spheres_at(centers), np.zeros((0, 3)))
    for corners, size in ((edges, 2), (faces, 3)):
        assert corners.shape[1:] == (size,) and corners.dtype == np.int64
        assert (np.diff(corners, axis=1) > 0).all() and len(np.unique(corners, axis=0)) == len(corners)
        assert corners.size == 0 or (corners.min() >= 0 and corners.max() < len(centers))
    assert with_sides(edges, faces).tolist() == edges.tolist()
    if name != "ball_pivoting":
        distinct = len({tuple(center) for center in centers})
        assert (len(edges) > 0) == (distinct > 1)


def test_cliques():
    edges = np.array([[0, 1], [2, 1], [0, 2], [2, 3], [3, 1], [4, 0]])
    assert cliques(edges, 5).tolist() == [[0, 1, 2], [1, 2, 3]]
    assert cliques(np.empty((0, 2), dtype=np.int64), 0).shape == (0, 3)
