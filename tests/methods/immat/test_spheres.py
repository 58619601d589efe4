"""Image2Sphere: losses by hand, where training starts, and that the viewer's axes alone matter to the local stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from torch import Tensor

from svr3d.datasets.box_objects import box_camera
from svr3d.geometry import Camera
from svr3d.methods.immat.global_spheres import EXTENT, RADIUS, GlobalSpheres
from svr3d.methods.immat.graph import GraphBlock, neighbor_means
from svr3d.methods.immat.local_spheres import LocalSpheres
from svr3d.methods.immat.sphere_losses import TOLERANCE, dense_losses, sphere_losses
from svr3d.methods.view import View


def some_spheres(count: int, seed: int, batch: int = 2) -> Tensor:
    torch.manual_seed(seed)
    return torch.cat([torch.randn(batch, count, 3) * 0.2, torch.rand(batch, count, 1) * 0.1], -1)


def test_losses_against_all_distances() -> None:
    found, true = some_spheres(30, 0), some_spheres(30, 1)
    losses = sphere_losses(found, true)
    chamfer, emd, radius = [], [], []
    for a, b in zip(found.double().numpy(), true.double().numpy(), strict=True):
        apart = cdist(a[:, :3], b[:, :3])
        chamfer.append((apart.min(1) ** 2).mean() + (apart.min(0) ** 2).mean())
        emd.append(apart[linear_sum_assignment(apart)].mean())
        radius.append(((a[:, 3] - b[apart.argmin(1), 3]) ** 2).mean() + ((b[:, 3] - a[apart.argmin(0), 3]) ** 2).mean())
    assert float(losses["chamfer"]) == pytest.approx(np.mean(chamfer), rel=1e-5)
    assert float(losses["radius"]) == pytest.approx(np.mean(radius), rel=1e-5)
    assert np.mean(emd) <= float(losses["emd"]) * (1 + 1e-6) <= np.mean(emd) * (1 + 2 * TOLERANCE)


def test_true_spheres_in_another_order_lose_nothing() -> None:
    true = some_spheres(40, 2)
    losses = sphere_losses(true[:, torch.randperm(40)], true)
    assert {name: float(value) for name, value in losses.items()} == {"chamfer": 0, "emd": 0, "radius": 0}
    assert sphere_losses(true, true, ("radius",)).keys() == {"radius"}


def test_losses_move_centres_and_radii() -> None:
    found = some_spheres(20, 3).requires_grad_()
    sum(sphere_losses(found, some_spheres(20, 4)).values()).backward()
    assert found.grad is not None and (found.grad.abs().sum(1) > 0).all()


def test_dense_centres() -> None:
    found, true = some_spheres(50, 5)[..., :3], some_spheres(50, 6)[..., :3]
    losses = dense_losses(found, true, 50)
    all_of_them = sphere_losses(torch.nn.functional.pad(found, (0, 1)), torch.nn.functional.pad(true, (0, 1)))
    assert float(losses["dense_chamfer"]) == pytest.approx(float(all_of_them["chamfer"]))
    assert float(losses["dense_emd"]) == pytest.approx(float(all_of_them["emd"]), rel=2 * TOLERANCE)
    assert dense_losses(found, true, 0).keys() == {"dense_chamfer"}


def test_where_the_global_stage_starts() -> None:
    torch.manual_seed(0)
    network = GlobalSpheres(64, 500, 0.125).eval()
    assert sum(p.numel() for p in network.parameters()) > 0
    with torch.no_grad():
        found = network(torch.rand(3, 3, 64, 64))
    assert found.spheres.shape == (3, 64, 4) and found.dense.shape == (3, 500, 3)
    assert found.dense.std() == pytest.approx(EXTENT / 3**0.5, rel=0.1)
    torch.testing.assert_close(found.spheres[..., 3], torch.full((3, 64), RADIUS), rtol=0.3, atol=0)


def cameras(count: int) -> Camera:
    return Camera.stack([box_camera(seed, 0, 64) for seed in range(count)]).to_torch()


def test_the_local_stage_starts_from_the_spheres() -> None:
    torch.manual_seed(0)
    network = LocalSpheres(16, 2, 0.125).eval()
    spheres = some_spheres(40, 7)
    with torch.no_grad():
        found = network(torch.rand(2, 3, 64, 64), View.of(cameras(2)), spheres)
    torch.testing.assert_close(found, spheres, rtol=0.1, atol=0.02)
    assert not torch.equal(found, spheres) and (found[..., 3] >= 0).all()


def test_turning_object_and_camera_together_turns_the_refined_spheres() -> None:
    torch.manual_seed(0)
    network = LocalSpheres(16, 2, 0.125).eval()
    for parameter in (*network.centers.leave.parameters(), *network.radii.leave.parameters()):
        parameter.data.mul_(30)  # so that there is something to see
    seen, spheres, images = cameras(2), some_spheres(40, 8), torch.rand(2, 3, 64, 64)
    turn = torch.linalg.qr(torch.randn(3, 3))[0]
    turn = turn * turn.det().sign()
    motion = seen.world_to_camera.clone()
    motion[..., :3] = motion[..., :3] @ turn.T
    with torch.no_grad():
        found = network(images, View.of(seen), spheres)
        turned = torch.cat([spheres[..., :3] @ turn.T, spheres[..., 3:]], -1)
        again = network(images, View.of(replace(seen, world_to_camera=motion)), turned)
    assert (found - spheres).abs().max() > 0.02
    torch.testing.assert_close(again[..., :3], found[..., :3] @ turn.T, rtol=0, atol=2e-4)
    torch.testing.assert_close(again[..., 3], found[..., 3], rtol=1e-3, atol=1e-5)


def test_each_sphere_is_refined_by_itself() -> None:
    torch.manual_seed(0)
    network = LocalSpheres(16, 2, 0.125).eval()
    images, view, spheres = torch.rand(2, 3, 64, 64), View.of(cameras(2)), some_spheres(20, 9)
    with torch.no_grad():
        torch.testing.assert_close(
            network(images, view, spheres)[:, 5:9], network(images, view, spheres[:, 5:9]), rtol=1e-5, atol=1e-6
        )


def test_graph_convolutions_take_the_mean_of_neighbours() -> None:
    torch.manual_seed(0)
    adjacency = torch.rand(2, 9, 9) < 0.3
    adjacency = (adjacency | adjacency.mT) & ~torch.eye(9, dtype=torch.bool)
    adjacency[:, 4] = adjacency[:, :, 4] = False
    block, x = GraphBlock(4, 3, 8, 2, connected=True), torch.randn(2, 9, 4)
    layer = block.enter
    assert layer.near is not None
    expected = torch.stack(
        [
            torch.stack(
                [
                    x[b, i] @ layer.own.weight.T
                    + layer.own.bias
                    + (x[b, adjacency[b, i]].mean(0) @ layer.near.weight.T if adjacency[b, i].any() else 0)
                    for i in range(9)
                ]
            )
            for b in range(2)
        ]
    )
    torch.testing.assert_close(layer(x, neighbor_means(adjacency)), expected)
    features, found = block(x, neighbor_means(adjacency))
    assert features.shape == (2, 9, 8) and found.shape == (2, 9, 3)
