"""Shortcuts are torch's own, and do not crash."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from svr3d.methods.resnet18 import ResNet18
from svr3d.methods.shortcuts import DownShortcut, UpShortcut
from svr3d.methods.smnet.sketcher import UpBlock


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("side", [6, 7])
@pytest.mark.parametrize("kind", ["down", "up"])
def test_they_are_torchs(kind: str, stride: int, side: int):
    """The same values and gradients, in the ordinary order of memory."""
    torch.manual_seed(0)
    if kind == "down":
        ours, theirs = DownShortcut(5, 4, stride), nn.Conv2d(5, 4, 1, stride, bias=False)
    else:
        ours = UpShortcut(5, 4, stride)
        theirs = nn.ConvTranspose2d(5, 4, 1, stride, output_padding=stride - 1, bias=False)
    theirs.load_state_dict(ours.state_dict())
    given = [torch.rand(2, 5, side, side + 1).requires_grad_() for _ in range(2)]
    with torch.no_grad():
        given[1].copy_(given[0])
    results = [module(x) for module, x in zip((ours, theirs), given, strict=True)]
    torch.testing.assert_close(results[0], results[1])
    weights = torch.rand_like(results[0])
    for result in results:
        (result * weights).sum().backward()
    torch.testing.assert_close(given[0].grad, given[1].grad)
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)


@pytest.mark.parametrize("batch", [3, 5, 7])
def test_narrow_networks_learn_from_odd_batches(batch: int, two_threads: None):
    """Channels last, torch 2.15 writes beyond its memory in the backward pass of a strided 1 × 1 of 8 channels."""
    network = ResNet18(3, 0.125).to(memory_format=torch.channels_last)
    for _ in range(3):
        images = torch.rand(batch, 3, 64, 64).contiguous(memory_format=torch.channels_last)
        sum(found.square().mean() for found in network(images)).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("batch", [3, 5, 7])
def test_narrow_blocks_that_go_up_learn_from_odd_batches(batch: int, two_threads: None):
    block = UpBlock(16, 8, 2).to(memory_format=torch.channels_last)
    for _ in range(3):
        values = torch.rand(batch, 16, 8, 8).contiguous(memory_format=torch.channels_last)
        block(values).square().mean().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in block.parameters())
