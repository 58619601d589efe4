"""The topology network, its losses, and what is joined by it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from svr3d.geometry import MedialMesh
from svr3d.methods.immat.simplices import with_sides
from svr3d.methods.immat.topology import (
    Candidates,
    TopologyLogits,
    TopologyNetwork,
    predicted_topology,
    topology_candidates,
    topology_losses,
)
from svr3d.methods.immat.topology_truth import Neighborhoods, TopologyLabels, neighborhoods, topology_labels


def some_spheres(count: int, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    return torch.cat([torch.rand(count, 3, generator=rng), 0.1 * torch.rand(count, 1, generator=rng)], 1)


def network(nearest: int = 8, dense_nearest: int = 64, width: float = 1.0) -> TopologyNetwork:
    torch.manual_seed(0)
    return TopologyNetwork(nearest, dense_nearest, width)


def test_parameters():
    """Weights and biases of 8-64-64-64 and 4-32-64 on points, 130-64, 73-64-64, 194-64-64-1 and 128-64-64-1."""
    shared = [(8, 64), (64, 64), (64, 64), (64, 64), (64, 64), (64, 1), (128, 64), (64, 64), (64, 1)]
    layers = [*shared, (4, 32), (32, 64), (130, 64), (73, 64), (194, 64)]
    assert sum(p.numel() for p in network().parameters()) == sum((a + 1) * b for a, b in layers)
    without = [*shared, (66, 64), (69, 64), (193, 64)]
    assert sum(p.numel() for p in network(dense_nearest=0).parameters()) == sum((a + 1) * b for a, b in without)


def test_order_of_neighbors_does_not_matter():
    """Nor does that of dense centres."""
    around = neighborhoods(some_spheres(30), torch.rand(200, 3, generator=torch.Generator().manual_seed(1)))
    net, order = network(), torch.randperm(8, generator=torch.Generator().manual_seed(2))
    shuffled = around._replace(places=around.places[:, order], near=around.near[:, order], dense=around.dense.flip(1))
    found, again = net(around), net(shuffled)
    torch.testing.assert_close(again.edges, found.edges[:, order])
    torch.testing.assert_close(again.faces, found.faces[:, order][:, :, order])
    assert torch.equal(found.faces, found.faces.mT) and found.faces.std() > 1e-4


def test_padding_changes_nothing():
    """What stands in the places of dense centres that are not there."""
    around = neighborhoods(some_spheres(5), torch.rand(20, 3))
    assert around.valid.sum() == 20
    noise = around._replace(dense=around.dense - 9.0 * ~around.dense_valid[..., None])
    net = network()
    found, other = net(around), net(noise)
    torch.testing.assert_close(other.edges[around.valid], found.edges[around.valid])


def test_losses_against_loops():
    """Both classes count: y log p + (1 - y) log(1 - p)."""
    around = neighborhoods(some_spheres(6), torch.empty(0, 3), 8, 0)
    rng = torch.Generator().manual_seed(3)
    edges, faces = torch.randn(6, 8, generator=rng), torch.randn(6, 8, 8, generator=rng)
    labels = TopologyLabels(torch.rand(6, 8, generator=rng) > 0.5, torch.rand(6, 8, 8, generator=rng) > 0.7)
    found = topology_losses(TopologyLogits(edges, faces), labels, around)
    each = [[], []]
    for i in range(6):
        for j in range(5):  # of eight places, five are of neighbours
            p = float(torch.softmax(torch.stack([torch.zeros(()), edges[i, j]]), 0)[1])
            each[0].append(-np.log(p if labels.edges[i, j] else 1 - p))
            for k in range(j + 1, 5):
                q = 1 / (1 + np.exp(-float(faces[i, j, k])))
                each[1].append(-np.log(q if labels.faces[i, j, k] else 1 - q))
    assert float(found["edge"]) == pytest.approx(np.mean(each[0]), rel=1e-5)
    assert float(found["face"]) == pytest.approx(np.mean(each[1]), rel=1e-5)


def test_losses_of_extreme_logits_are_finite():
    around = neighborhoods(some_spheres(9), torch.empty(0, 3), 8, 0)
    logits = TopologyLogits(torch.full((9, 8), 1e4), torch.full((9, 8, 8), -1e4))
    labels = TopologyLabels(torch.zeros(9, 8, dtype=torch.bool), torch.ones(9, 8, 8, dtype=torch.bool))
    assert all(float(value) == pytest.approx(1e4) for value in topology_losses(logits, labels, around).values())
    alone = neighborhoods(some_spheres(1), torch.empty(0, 3))
    labels = topology_labels(alone, MedialMesh(some_spheres(1).numpy()))
    assert all(value.item() == 0 for value in topology_losses(network()(alone), labels, alone).values())


def test_gradient_by_finite_differences():
    around = neighborhoods(some_spheres(12).double(), torch.rand(30, 3, dtype=torch.float64), 4, 6)
    net = network(4, 6, 0.25).double()
    labels = TopologyLabels(around.places % 2 == 0, (around.places[:, :, None] + around.places[:, None]) % 3 == 0)

    def loss() -> torch.Tensor:
        return torch.stack(list(topology_losses(net(around), labels, around).values())).sum()

    loss().backward()
    for parameter in net.parameters():
        assert parameter.grad is not None
        place = int(parameter.grad.abs().argmax())
        flat, step = parameter.data.view(-1), 1e-6
        before = flat[place].item()
        flat[place] = before + step
        above = loss().item()
        flat[place] = before - step
        below = loss().item()
        flat[place] = before
        assert (above - below) / (2 * step) == pytest.approx(float(parameter.grad.view(-1)[place]), rel=1e-4, abs=1e-8)


class Fixed(torch.nn.Module):
    """Logits that hang together with the spheres' numbers, known to the test."""

    nearest, dense_nearest = 4, 0

    def forward(self, around: Neighborhoods) -> TopologyLogits:
        own = torch.arange(len(around.places))[:, None]
        edges = torch.sin(7.0 * own + 3.0 * around.places)
        first, second = around.places[:, :, None], around.places[:, None]
        return TopologyLogits(edges, torch.sin(2.0 * own[..., None] + 5.0 * (first + second)))


def test_predicted_topology_against_loops():
    """An edge where either end says so, a face where one of three corners does, and the sides of faces."""
    spheres, fixed = some_spheres(20), Fixed()
    near = neighborhoods(spheres, torch.empty(0, 3), 4, 0).places
    edges, faces = set(), set()
    for i in range(20):
        for j in near[i].tolist():
            if torch.sigmoid(torch.sin(torch.tensor(7.0 * i + 3.0 * j))) > 0.6:
                edges.add(tuple(sorted((i, j))))
        for j, k in combinations(near[i].tolist(), 2):
            if torch.sigmoid(torch.sin(torch.tensor(2.0 * i + 5.0 * (j + k)))) > 0.7:
                faces.add(tuple(sorted((i, j, k))))
    edges |= {side for face in faces for side in combinations(face, 2)}
    found = predicted_topology(fixed, spheres, torch.empty(0, 3), 0.6, 0.7)  # type: ignore[arg-type]
    assert [list(map(tuple, corners.tolist())) for corners in found] == [sorted(edges), sorted(faces)]
    candidates = topology_candidates(fixed, spheres, torch.empty(0, 3))  # type: ignore[arg-type]
    assert [len(corners) for corners in candidates.chosen(1.0, 1.0)] == [0, 0]
    assert len(candidates.chosen(0.0, 0.0)[1]) == len(candidates.faces)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_few_spheres(count: int):
    net = network()
    edges, faces = predicted_topology(net, some_spheres(count), torch.empty(0, 3), 0.0, 0.0)
    assert len(edges) == count * (count - 1) // 2 and len(faces) == count * (count - 1) * (count - 2) // 6
    twice = some_spheres(1).repeat(count, 1)
    assert len(predicted_topology(net, twice, twice[:, :3], 0.0, 0.0)[1]) == len(faces)


def test_thresholds_are_strict_and_faces_bring_their_sides():
    candidates = Candidates(
        np.array([[0, 1], [1, 2]]), np.array([0.2, 0.3]), np.array([[0, 1, 2], [1, 2, 3]]), np.array([0.3, 0.5])
    )
    edges, faces = candidates.chosen()
    assert faces.tolist() == [[1, 2, 3]] and edges.tolist() == [[1, 2], [1, 3], [2, 3]]
    assert with_sides(np.array([[3, 1], [1, 3]]), np.empty((0, 3), dtype=np.int64)).tolist() == [[1, 3]]


def test_it_learns_sheets_and_rods():
    """A sheet of triangles beside rods, from 30 steps: better than any answer that looks at nothing."""
    side = 8
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side), [0.0], indexing="ij"), -1).reshape(-1, 3)
    rods = np.stack(np.meshgrid(np.arange(side), 3 * np.arange(3) + 12.0, [0.0], indexing="ij"), -1).reshape(-1, 3)
    place = np.arange(side * side).reshape(side, side)
    a, b, c, d = place[:-1, :-1].ravel(), place[1:, :-1].ravel(), place[:-1, 1:].ravel(), place[1:, 1:].ravel()
    faces = np.concatenate([np.stack([a, b, d], -1), np.stack([a, c, d], -1)])
    rod = side * side + np.arange(3 * side).reshape(side, 3)
    edges = np.stack([rod[:-1].ravel(), rod[1:].ravel()], -1)
    centers = np.concatenate([grid, rods]) / side
    medial = MedialMesh(np.column_stack([centers, np.full(len(centers), 0.05)]), edges, faces)
    spheres = torch.from_numpy(medial.spheres).float()
    around = neighborhoods(spheres, spheres[:, :3], dense_nearest=4)
    labels, net = topology_labels(around, medial), network(dense_nearest=4, width=0.25)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(30):
        losses = topology_losses(net(around), labels, around)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
    rate = labels.edges[around.valid].float().mean()
    entropy = float(-(rate * rate.log() + (1 - rate) * (1 - rate).log()))
    assert losses["edge"].item() < 0.6 * entropy
