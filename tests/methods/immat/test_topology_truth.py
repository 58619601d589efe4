"""Neighbourhoods and labels of topology prediction, against loops."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from svr3d.geometry import MedialMesh
from svr3d.methods.immat.topology_truth import joined, nearest_sphere, neighborhoods, topology_labels


def random_mesh(count: int = 30, seed: int = 0) -> MedialMesh:
    """Spheres, edges, and faces whose sides are not all among the edges."""
    rng = np.random.default_rng(seed)
    spheres = np.column_stack([rng.normal(size=(count, 3)), rng.uniform(0.1, 0.3, count)])
    pairs = np.array(list(combinations(range(count), 2)))
    triples = np.array(list(combinations(range(count), 3)))
    return MedialMesh(spheres, rng.permuted(rng.choice(pairs, 40, replace=False), axis=1), rng.choice(triples, 200))


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array).float()


def test_neighborhoods_against_loops():
    medial, dense = random_mesh(), np.random.default_rng(1).normal(size=(90, 3))
    found = neighborhoods(tensor(medial.spheres), tensor(dense), 8, 64)
    assert found.valid.all() and found.dense_valid.all()
    for i, own in enumerate(medial.spheres):
        others = [j for j in range(30) if j != i]
        others.sort(key=lambda j: float(np.linalg.norm(medial.centers[j] - own[:3])))
        assert found.places[i].tolist() == others[:8]
        np.testing.assert_allclose(found.near[i, :, :3], medial.centers[others[:8]] - own[:3], atol=1e-6)
        np.testing.assert_allclose(found.near[i, :, 3], medial.radii[others[:8]], atol=1e-6)
        by_distance = dense[np.argsort(np.linalg.norm(dense - own[:3], axis=1))][:64]
        np.testing.assert_allclose(found.dense[i], by_distance - own[:3], atol=1e-6)
        assert found.radius[i] == pytest.approx(own[3])


def labelled(i: int, j: int, simplices: set[frozenset[int]], own: np.ndarray, k: int | None = None) -> bool:
    image = frozenset(int(own[n]) for n in (i, j, k) if n is not None)
    return any(image <= simplex for simplex in simplices)


@pytest.mark.parametrize("stands", [False, True])
def test_labels_against_loops(stands: bool):
    """By what the corners stand for: a part of a true edge or face."""
    medial = random_mesh()
    spheres = medial.spheres
    if stands:
        spheres = np.repeat(spheres, 2, axis=0) + np.random.default_rng(3).normal(scale=1e-3, size=(60, 4))
    around = neighborhoods(tensor(spheres), torch.empty(0, 3))
    own = nearest_sphere(tensor(spheres), medial) if stands else None
    labels = topology_labels(around, medial, own)
    names = np.arange(30) if own is None else own.numpy()
    assert (names == np.repeat(np.arange(30), 2 if stands else 1)).all()
    faces = {frozenset(face) for face in medial.faces.tolist()}
    edges = {frozenset(edge) for edge in medial.edges.tolist()} | {frozenset([i]) for i in range(30)}
    edges |= {frozenset(side) for face in faces for side in combinations(face, 2)}
    for i in range(len(spheres)):
        for a, j in enumerate(around.places[i].tolist()):
            assert labels.edges[i, a] == labelled(i, j, edges, names)
            for b, k in enumerate(around.places[i].tolist()):
                assert labels.faces[i, a, b] == (j != k and labelled(i, j, faces, names, k))
    assert labels.edges.any() and labels.faces.any() and torch.equal(labels.faces, labels.faces.mT)


def test_few_and_repeated_spheres():
    """Fewer neighbours than places; repeated spheres are neighbours; no faces."""
    one = neighborhoods(torch.tensor([[0, 0, 0, 1.0]]), torch.zeros(0, 3))
    assert not one.valid.any() and not one.dense_valid.any()
    assert one.near.abs().max() == 0 and one.dense.shape == (1, 64, 3)
    labels = topology_labels(one, MedialMesh([[0, 0, 0, 1.0]]))
    assert not labels.edges.any() and not labels.faces.any()
    spheres = torch.tensor([[0, 0, 0, 1.0], [0, 0, 0, 1.0], [1, 0, 0, 1.0]])
    three = neighborhoods(spheres, torch.ones(5, 3))
    assert three.valid.sum(1).tolist() == [2, 2, 2] and three.dense_valid.sum(1).tolist() == [5] * 3
    assert three.places[:, 0].tolist()[:2] == [1, 0] and three.near[0, 0].tolist() == [0, 0, 0, 1]
    edges = topology_labels(three, MedialMesh(spheres.numpy(), [[2, 0]])).edges
    assert [edges[i][three.valid[i] & (three.places[i] == j)].item() for i, j in ((0, 1), (0, 2), (2, 0))] == [0, 1, 1]
    assert neighborhoods(torch.zeros(0, 4), torch.zeros(0, 3)).places.shape == (0, 8)
    both = joined([one, three])
    assert len(both.radius) == 4 and torch.equal(both.places[1:], three.places)


def test_turned():
    """Lengths and angles stay."""
    medial = random_mesh()
    around = neighborhoods(tensor(medial.spheres), tensor(medial.centers))
    turns = torch.linalg.qr(torch.randn(30, 3, 3, generator=torch.Generator().manual_seed(0)))[0]
    turned = around.turned(turns)
    assert not torch.allclose(turned.near, around.near, atol=0.1)
    torch.testing.assert_close(turned.near[..., :3] @ turns.mT, around.near[..., :3])
    before, after = (torch.cdist(seen.dense.double(), seen.near[..., :3].double()) for seen in (around, turned))
    torch.testing.assert_close(after, before, atol=1e-3, rtol=0)
    assert torch.equal(turned.near[..., 3], around.near[..., 3])
