"""Smoothing against loops, and what moves spheres back."""

from __future__ import annotations

import math

import pytest
import torch

from svr3d.methods.immat.smoothing import SmoothingNetwork, displaced, smoothed


def some(count: int = 7, batch: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """Spheres, and a graph in which the last sphere is alone."""
    rng = torch.Generator().manual_seed(0)
    linked = (torch.rand(batch, count, count, generator=rng) > 0.6).triu(1)
    linked[:, :, -1] = False
    return torch.rand(batch, count, 4, generator=rng) + 0.1, linked | linked.mT


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_smoothed_against_loops(weight: float):
    spheres, linked = some()
    found = smoothed(spheres, linked, weight)
    for b in range(2):
        for i in range(7):
            others = [spheres[b, j] for j in range(7) if linked[b, i, j]]
            expected = spheres[b, i]
            if others:
                expected = weight * spheres[b, i] + (1 - weight) * torch.stack(others).mean(0)
            torch.testing.assert_close(found[b, i], expected)
    assert torch.equal(found[:, -1], spheres[:, -1])
    assert smoothed(spheres[:, :1], linked[:, :1, :1]).equal(spheres[:, :1])


def test_network():
    """Nearly still at first; a sphere hears of what it is joined with and of nothing else, in whatever order."""
    torch.manual_seed(0)
    net = SmoothingNetwork(16, 1)
    spheres, linked = some()
    moved = net(spheres, linked)
    assert moved.shape == (2, 7, 4) and 0 < moved.abs().max() < 0.05
    order = torch.tensor([3, 0, 6, 5, 1, 2, 4])
    torch.testing.assert_close(net(spheres[:, order], linked[:, order][:, :, order]), moved[:, order])
    other = spheres.clone()
    other[:, -1] += 1
    assert torch.equal(net(other, linked)[:, :-1], moved[:, :-1])
    # Four convolutions, each of two products: 4 → 16, 16 → 16 twice, and 16 → 4.
    assert sum(p.numel() for p in net.parameters()) == 2 * (4 * 16 + 2 * 16 * 16 + 16 * 4) + 3 * 16 + 4


def test_radii_stay_positive():
    """Moved as told where at least half of the radius is left, and never to nothing, with a gradient."""
    spheres, step = torch.tensor([[[1.0, 2, 3, 0.2]]] * 5), torch.zeros(5, 1, 4)
    step[:, 0, 3] = torch.tensor([0.3, 0.0, -0.1, -0.2, -1.0])
    step.requires_grad_()
    found = displaced(spheres, step)
    assert found[:3, 0, 3].tolist() == pytest.approx([0.5, 0.2, 0.1])
    assert found[3, 0, 3].item() == pytest.approx(0.1 / math.e) and 0 < found[4, 0, 3] < 1e-4
    found.sum().backward()
    assert step.grad is not None and (step.grad > 0).all()
    assert torch.equal(found[..., :3], spheres[..., :3])
    points = torch.linspace(-0.3, 0.3, 41, dtype=torch.float64)[:, None].repeat(1, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: displaced(torch.full((41, 4), 0.2, dtype=torch.float64), x), points)
    zero = torch.zeros(1, 4, requires_grad=True)
    displaced(torch.zeros(1, 4), zero).sum().backward()
    assert zero.grad is not None and zero.grad.isfinite().all()
