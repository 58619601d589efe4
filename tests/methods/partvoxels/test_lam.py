"""The Local Awareness Module against the paper's table, a closed count, and a reference in loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.methods.partvoxels.lam import LocalAwareness


def made(**options: object) -> LocalAwareness:
    torch.manual_seed(0)
    module = LocalAwareness(6, **options)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):  # so that it does something in evaluation mode
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, std=0.3)
    return module.eval()


def features(count: int = 2) -> torch.Tensor:
    return torch.randn(count, 6, 26, 26, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("kernel", "side", "windows"), [(4, 23, 400), (3, 24, 441)])
def test_shapes_of_table_1(kernel, side, windows):
    module, shapes = LocalAwareness(512, extractor_kernel=kernel).eval(), []
    for layer in [*module.extractor, *module.evaluator]:
        layer.register_forward_hook(lambda _, __, out: shapes.append(tuple(out.shape[1:])))
    assert module(torch.rand(1, 512, 26, 26)).shape == (1, 10, 8, 8)
    across = side - 3
    assert across**2 == windows
    wide, one = (32, side, side), (1, side, side)
    assert shapes == [wide, wide, wide, one, one, wide, wide, wide, (1, across, across)]


@pytest.mark.parametrize("kernel", [4, 3])
def test_parameters(kernel):
    extractor = 512 * 32 * kernel**2 + 32 + 2 * 32 + 32 * 9 + 1
    evaluator = 32 * 9 + 32 + 2 * 32 + 32 * 16 + 1
    module = LocalAwareness(512, extractor_kernel=kernel)
    assert sum(p.numel() for p in module.parameters()) == extractor + evaluator


def conv(image: np.ndarray, layer: nn.Conv2d) -> np.ndarray:
    """A convolution, output by output."""
    weight, bias = layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy()
    pad, k = layer.padding[0], layer.kernel_size[0]
    image = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((len(weight), image.shape[1] - k + 1, image.shape[2] - k + 1))
    for y in range(out.shape[1]):
        for x in range(out.shape[2]):
            out[:, y, x] = (weight * image[None, :, y : y + k, x : x + k]).sum((1, 2, 3)) + bias
    return out


def norm(image: np.ndarray, layer: nn.BatchNorm2d) -> np.ndarray:
    mean, var, weight, bias = (
        t.detach().double().numpy()[:, None, None]
        for t in (layer.running_mean, layer.running_var, layer.weight, layer.bias)
    )
    return (image - mean) / np.sqrt(var + layer.eps) * weight + bias


def enlarged(patch: np.ndarray) -> np.ndarray:
    """Bilinear from 4 to 8: a new pixel's middle lies at (i + 0.5) / 2 - 0.5 of the old ones, held at the border."""
    out = np.zeros((8, 8))
    for i in range(8):
        for j in range(8):
            y, x = (min(max((k + 0.5) / 2 - 0.5, 0), 3) for k in (i, j))
            y0, x0 = int(y), int(x)
            y1, x1 = min(y0 + 1, 3), min(x0 + 1, 3)
            fy, fx = y - y0, x - x0
            out[i, j] = (1 - fy) * ((1 - fx) * patch[y0, x0] + fx * patch[y0, x1]) + fy * (
                (1 - fx) * patch[y1, x0] + fx * patch[y1, x1]
            )
    return out


def by_loops(module: LocalAwareness, image: np.ndarray) -> np.ndarray:
    first, bn, _, second, _ = module.extractor
    extracted = np.maximum(conv(np.maximum(norm(conv(image, first), bn), 0), second), 0)
    first, bn, _, last = module.evaluator
    hidden = np.maximum(norm(conv(extracted, first), bn), 0)
    weight, bias = last.weight.detach().double().numpy()[0], float(last.bias.detach())
    side = extracted.shape[1] - 3
    scored = []
    for y in range(side):
        for x in range(side):
            score = (weight * hidden[:, y : y + 4, x : x + 4]).sum() + bias
            scored.append((score, extracted[0, y : y + 4, x : x + 4]))
    shares = np.exp([score for score, _ in scored])
    shares /= shares.sum()
    out = []
    for number in sorted(range(len(scored)), key=lambda n: -scored[n][0])[: module.patches]:
        score, patch = scored[number]
        factor = {"softmax": shares[number], "sigmoid": 1 / (1 + np.exp(-score)), "none": 1.0}[module.gate]
        out.append(enlarged(factor * patch))
    return np.stack(out)


@pytest.mark.parametrize("gate", ["softmax", "sigmoid", "none"])
@pytest.mark.parametrize("kernel", [4, 3])
def test_against_a_reference_in_loops(kernel, gate):
    module, images = made(extractor_kernel=kernel, gate=gate), features()
    with torch.no_grad():
        found = module(images).numpy()
    assert np.abs(found).max() > 1e-4
    for image, patches in zip(images.double().numpy(), found, strict=True):
        np.testing.assert_allclose(patches, by_loops(module, image), rtol=1e-5, atol=1e-5 * np.abs(patches).max())


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_the_evaluator_learns(gate):
    """Its gradient is what finite differences of each weight are, as long as the choice of patches stays."""
    module, images = made(gate=gate).double(), features().double()
    wanted = torch.randn(2, 10, 8, 8, generator=torch.Generator().manual_seed(2), dtype=torch.float64)

    def loss() -> torch.Tensor:
        return (module(images) * wanted).sum()

    loss().backward()
    for parameter in module.evaluator.parameters():
        assert parameter.grad is not None and parameter.grad.norm() > 0
        values, step = parameter.data.view(-1), 1e-6
        for number in range(0, len(values), max(1, len(values) // 8)):
            before, ends = values[number].item(), []
            for sign in (1, -1):
                values[number] = before + sign * step
                ends.append(float(loss().detach()))
            values[number] = before
            expected = (ends[0] - ends[1]) / (2 * step)
            assert float(parameter.grad.view(-1)[number]) == pytest.approx(expected, rel=1e-4, abs=1e-8)


def test_without_a_gate_nothing_reaches_it():
    """As published: an index has no gradient."""
    module = made(gate="none")
    module(features()).sum().backward()
    assert all(p.grad is None for p in module.evaluator.parameters())
    assert all(p.grad is not None for p in module.extractor.parameters())


def test_one_patch_is_the_first_of_many():
    one, many = made(patches=1), made(patches=400)
    with torch.no_grad():
        a, b = one(features()), many(features())
    torch.testing.assert_close(a, b[:, :1])
    assert b.shape == (2, 400, 8, 8)
