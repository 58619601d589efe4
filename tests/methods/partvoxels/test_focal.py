"""The focal loss against torch's cross entropy, a loop over voxels, and finite differences."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from svr3d.methods.partvoxels.focal import class_weights, focal_loss


def drawn(classes: int = 5, dtype: torch.dtype = torch.float32, spread: float = 3.0) -> tuple[torch.Tensor, ...]:
    rng = torch.Generator().manual_seed(0)
    logits = spread * torch.randn(2, classes, 3, 4, 2, generator=rng, dtype=torch.float64)
    target = torch.randint(classes, (2, 3, 4, 2), generator=rng)
    alpha = torch.rand(2, classes, generator=rng, dtype=torch.float64)
    return logits.to(dtype), target, alpha.to(dtype)


def by_loop(logits, target, alpha, gamma) -> float:
    """Equation 4, voxel by voxel, in Python's numbers."""
    terms = []
    for b, x, y, z in torch.cartesian_prod(*map(torch.arange, target.shape)).tolist():
        values = logits[b, :, x, y, z].tolist()
        t = int(target[b, x, y, z])
        p = math.exp(values[t]) / sum(map(math.exp, values))
        terms.append(-float(alpha[b, t]) * (1 - p) ** gamma * math.log(p))
    return sum(terms) / len(terms)


def test_without_gamma_and_alpha_it_is_the_cross_entropy():
    logits, target, _ = drawn()
    a, b = (logits.clone().requires_grad_() for _ in range(2))
    found, expected = focal_loss(a, target, gamma=0), F.cross_entropy(b, target)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-7)
    found.backward(), expected.backward()
    torch.testing.assert_close(a.grad, b.grad, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
def test_it_is_the_formula(gamma):
    logits, target, alpha = drawn()
    assert float(focal_loss(logits, target, alpha, gamma)) == pytest.approx(
        by_loop(logits, target, alpha, gamma), rel=1e-6
    )
    same = focal_loss(logits, target, alpha[0], gamma)  # one α for all samples
    assert float(same) == pytest.approx(by_loop(logits, target, alpha[:1].expand(2, -1), gamma), rel=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
def test_gradient_by_finite_differences(gamma):
    logits, target, alpha = drawn(dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: focal_loss(x, target, alpha, gamma), logits.requires_grad_())


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_extreme_logits_stay_finite(dtype, gamma):
    """One class at the end of half precision's range: p_t is 1 or underflows, and the loss is the logits' distance."""
    logits = torch.zeros(2, 3, 1, 1, 1, dtype=dtype)
    logits[:, 1] = 60000.0
    logits.requires_grad_()
    target = torch.tensor([1, 0]).view(2, 1, 1, 1)
    loss = focal_loss(logits, target, gamma=gamma)
    assert loss.dtype == torch.float32 and float(loss.detach()) == pytest.approx(float(logits[0, 1].detach()) / 2)
    loss.backward()
    assert logits.grad.dtype == dtype
    torch.testing.assert_close(logits.grad.flatten(1).float(), torch.tensor([[0.0, 0, 0], [-0.5, 0.5, 0]]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_that_of_its_logits(dtype):
    logits, target, alpha = drawn()
    halved = logits.to(dtype)
    torch.testing.assert_close(focal_loss(halved, target, alpha), focal_loss(halved.float(), target, alpha))


def test_a_class_that_takes_no_part():
    logits, target, alpha = drawn()
    wider = torch.cat([logits, torch.full_like(logits[:, :1], -torch.inf)], 1).requires_grad_()
    found = focal_loss(wider, target, torch.cat([alpha, torch.ones(2, 1)], 1))
    torch.testing.assert_close(found, focal_loss(logits, target, alpha))
    found.backward()
    assert wider.grad.isfinite().all() and not wider.grad[:, -1].any()


def test_alpha_is_what_share_is_not_a_classes():
    """Of 16 voxels 12 are empty, 3 of the first label, 1 of the second, none of the third."""
    expected = torch.tensor([4 / 16, 13 / 16, 15 / 16, 1.0])
    torch.testing.assert_close(class_weights(torch.tensor([12, 3, 1, 0])), expected)


def test_what_is_surely_right_hardly_counts():
    logits = torch.tensor([[4.0, 0.0]]).view(1, 2, 1, 1, 1)
    right, wrong = (torch.full((1, 1, 1, 1), t) for t in (0, 1))
    p = math.exp(4) / (1 + math.exp(4))
    ratio = focal_loss(logits, right, gamma=2) / focal_loss(logits, right, gamma=0)
    assert float(ratio) == pytest.approx((1 - p) ** 2, rel=1e-4)
    ratio = focal_loss(logits, wrong, gamma=2) / focal_loss(logits, wrong, gamma=0)
    assert float(ratio) == pytest.approx(p**2, rel=1e-4)
