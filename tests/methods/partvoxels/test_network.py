"""The network's shapes against the trace of the published ones, and closed counts of its parameters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.geometry import InputError
from svr3d.methods.partvoxels.encoders import VGGEncoder
from svr3d.methods.partvoxels.network import PartHead, PartVoxelNetwork, rearranged

TINY = {"encoder": "tiny", "width": 0.125, "generator_width": 0.25}


def count(module: nn.Module | None) -> int:
    assert module is not None
    return sum(p.numel() for p in module.parameters())


def conv(n_in: int, n_out: int, taps: int) -> int:
    return n_in * n_out * taps + n_out


def traced(network: PartVoxelNetwork, side: int) -> dict[str, list[int]]:
    """The shape that each convolution, pooling and rearrangement puts out, by the module's name."""
    shapes = {}
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.ConvTranspose3d):
            layer.register_forward_hook(lambda _, __, out, name=name: shapes.update({name: list(out.shape[1:])}))
    with torch.no_grad():
        features = network.eval()(torch.rand(1, 3, side, side))
        shapes["grid"] = list(features.grid.shape[1:])
        shapes["logits"] = list(network.head(features.grid).shape[1:])
    return shapes


@pytest.mark.parametrize("encoder", ["vgg16", "vgg16_bn"])
def test_published_shapes(encoder):
    network = PartVoxelNetwork(5, 1, encoder=encoder)
    shapes = traced(network, 224)
    last = [shape for name, shape in shapes.items() if name.startswith("encoder")][-1]
    assert last == [512, 28, 28]
    assert shapes["enhancement.common.0"] == [512, 26, 26]
    assert [shapes[f"enhancement.whole.{n}"] for n in (0, 3)] == [[512, 24, 24], [512, 8, 8]]
    assert shapes["enhancement.lam.extractor.0"] == [32, 23, 23]
    assert network.enhancement.fuse[0].in_channels == 522 and shapes["enhancement.fuse.0"] == [256, 8, 8]
    assert network.generator[0].in_channels == 2048
    decoded = [shape for name, shape in shapes.items() if name.startswith("generator")]
    assert decoded == [[256, 4, 4, 4], [128, 8, 8, 8], [64, 16, 16, 16], [32, 32, 32, 32]]
    assert shapes["grid"] == [32, 32, 32, 32] and shapes["logits"] == [6, 32, 32, 32]


def test_tiny_shapes_are_the_same_of_fewer_channels():
    shapes = traced(PartVoxelNetwork(5, 1, **TINY), 112)
    assert [shape for name, shape in shapes.items() if name.startswith("encoder")][-1] == [64, 28, 28]
    assert shapes["enhancement.common.0"] == [64, 26, 26] and shapes["enhancement.whole.3"] == [64, 8, 8]
    assert shapes["enhancement.fuse.0"] == [64, 8, 8]
    assert shapes["grid"] == [8, 32, 32, 32] and shapes["logits"] == [6, 32, 32, 32]


VGG = [3, 64, 64, 128, 128, 256, 256, 256, 512]
GENERATED = [2048, 256, 128, 64, 32]
LAM = 512 * 32 * 16 + 32 + 64 + 32 * 9 + 1 + 9 * 32 + 32 + 64 + 32 * 16 + 1


def expected(labels: int, categories: int, lam: bool) -> dict[str, int]:
    return {
        "encoder": sum(conv(a, b, 9) for a, b in itertools.pairwise(VGG)),
        "enhancement": 2 * (conv(512, 512, 9) + 2 * 512)
        + conv(522 if lam else 512, 256, 1)
        + 2 * 256
        + (LAM if lam else 0),
        "generator": sum(64 * a * b + 2 * b for a, b in itertools.pairwise(GENERATED)),
        "head": 33 * (labels + 1),
        "classify": (16 * 512 + 1) * categories if categories > 1 else 0,
    }


@pytest.mark.parametrize(("labels", "categories", "lam"), [(5, 1, True), (5, 1, False), (42, 15, True)])
def test_parameters(labels, categories, lam):
    network = PartVoxelNetwork(labels, categories, lam=lam)
    wanted = expected(labels, categories, lam)
    found = {name: count(child) for name, child in network.named_children()}
    assert found == {name: number for name, number in wanted.items() if number}
    assert count(network) == sum(wanted.values())


def test_batch_normalisation_adds_two_values_a_channel():
    assert count(VGGEncoder(batch_norm=True)) == count(VGGEncoder()) + 2 * sum(VGG[1:])


def test_the_base_model_is_the_same_without_the_module():
    """From the same seed it has the same weights, but for those that take in the module's channels."""
    states = []
    for lam in (True, False):
        torch.manual_seed(0)
        states.append(PartVoxelNetwork(3, 2, **TINY, lam=lam).state_dict())
    with_lam, base = states
    assert {name for name in with_lam if ".lam." not in name} == set(base)
    differing = {name for name in base if not torch.equal(base[name], with_lam[name])}
    assert {name for name in differing if "weight" in name} == {"enhancement.fuse.0.weight"}
    assert with_lam["enhancement.fuse.0.weight"].shape[1] == base["enhancement.fuse.0.weight"].shape[1] + 10


def test_rearrangement_keeps_the_order_of_the_values():
    fused = torch.arange(2 * 4 * 64).view(2, 4, 8, 8)
    found = rearranged(fused.float().contiguous(memory_format=torch.channels_last))
    assert found.shape == (2, 32, 2, 2, 2)
    np.testing.assert_array_equal(found.long().numpy().ravel(), np.arange(2 * 4 * 64))
    assert found[1, 2 * 8 + 3].long().ravel().tolist() == fused[1, 2, 3].tolist()  # a row of the map


def test_head_is_a_convolution_and_its_slots_are_channels_of_it():
    torch.manual_seed(0)
    head, grid = PartHead(4, 6), torch.randn(2, 4, 3, 3, 3)
    every = head(grid)
    convolved = nn.functional.conv3d(grid, head.weight.view(7, 4, 1, 1, 1), head.bias)
    torch.testing.assert_close(every, convolved)
    slots, void = torch.tensor([[0, 2, 5], [0, 6, 0]]), torch.tensor([[False] * 3, [False, False, True]])
    found = head(grid, slots, void)
    torch.testing.assert_close(found[0], every[0, [0, 2, 5]])
    torch.testing.assert_close(found[1, :2], every[1, [0, 6]])
    assert (found[1, 2] == -torch.inf).all()


def test_every_parameter_learns():
    torch.manual_seed(0)
    network = PartVoxelNetwork(3, 2, **TINY)
    features = network(torch.rand(4, 3, 112, 112))
    (network.head(features.grid).square().mean() + features.category.square().mean()).backward()
    still = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert not [name for name in still if "weight" in name], still


def test_wrong_widths():
    with pytest.raises(InputError, match=r"option 'width': VGG-16 .* found 0.5"):
        PartVoxelNetwork(3, 2, width=0.5)
