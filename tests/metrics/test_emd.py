"""The earth mover's distance and its certificate against SciPy's assignment."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from svr3d.geometry import InputError
from svr3d.metrics import earth_movers_distance


def optimum(x, y):
    costs = cdist(x, y)
    return costs[linear_sum_assignment(costs)].mean()


def check_certificate(x, y, tolerance=1e-4):
    """lower bound ≤ optimum ≤ value, the gap as promised, and the exact result equal to SciPy's."""
    best = optimum(x, y)
    result = earth_movers_distance(x, y, tolerance=tolerance)
    value, bound = float(result.value), float(result.lower_bound)
    assert sorted(result.permutation.tolist()) == list(range(len(x)))
    matched = np.linalg.norm(x - y[result.permutation], axis=1).mean()
    assert value == pytest.approx(matched, rel=1e-14)
    assert 0 <= bound <= best * (1 + 1e-14) and best <= value * (1 + 1e-14)
    assert value - bound <= tolerance * value * (1 + 1e-9)
    exact = earth_movers_distance(x, y, exact=True)
    assert float(exact.value) == pytest.approx(best, rel=1e-12, abs=1e-300)
    scale = np.abs(np.r_[x, y] - y.mean(0)).max()
    assert best * (1 + 1e-14) >= float(exact.lower_bound) >= best - 1e-11 * scale


def test_all_permutations():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
    every = [np.linalg.norm(x - y[list(order)], axis=1).mean() for order in itertools.permutations(range(6))]
    result = earth_movers_distance(x, y, exact=True)
    assert float(result.value) == pytest.approx(min(every), rel=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_500_points_on_surfaces(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(500, 3)), rng.normal(size=(500, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    y /= np.linalg.norm(y, axis=1, keepdims=True) * [2, 3, 4]
    check_certificate(x, y)


def adversarial(name, n=200):
    rng = np.random.default_rng(7)
    x, y = rng.random((n, 3)), rng.random((n, 3))
    if name == "clusters":  # some must travel: whole clusters bid against each other
        far = np.array([10.0, 0, 0])
        return 0.01 * x + far * (np.arange(n) < 120)[:, None], 0.01 * y + far * (np.arange(n) < 80)[:, None]
    return {
        "equal": (x, x[rng.permutation(n)]),
        "one place": (np.zeros((n, 3)), np.zeros((n, 3))),
        "two places": (np.zeros((n, 3)), np.ones((n, 3))),
        "duplicates": (np.repeat(x[: n // 20], 20, axis=0), np.repeat(y[: n // 10], 10, axis=0)),
        "collinear": (x * [1, 0, 0], y * [1, 0, 0]),
        "disjoint collinear": (x * [1, 0, 0], y * [1, 0, 0] + [2, 0, 0]),  # every matching is optimal
        "integers": (rng.integers(0, 4, (n, 3)) + 0.0, rng.integers(0, 4, (n, 3)) + 0.0),
        "far apart": (x, y + 1000),
        "outlier": (np.r_[x[1:], [[1e6, 0, 0]]], y),
        "nearly equal": (x, x + 1e-9 * y),
        "tiny": (1e-6 * x, 1e-6 * y),
        "huge": (1e6 * x, 1e6 * y),
        "minute": (1e-200 * x, 1e-200 * y),
        "shifted tiny": (1e-6 * x + 1, 1e-6 * y + 1),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "clusters", "equal", "one place", "two places", "duplicates", "collinear", "disjoint collinear", "integers",
        "far apart", "outlier", "nearly equal", "tiny", "huge", "shifted tiny",
    ],
)  # fmt: skip
def test_adversarial(name):
    check_certificate(*adversarial(name))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.sampled_from([1e-6, 1.0, 1e6]), st.booleans())
def test_certificate(seed, n, scale, rounded):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 3)), rng.normal(size=(n, 3))
    if rounded:
        x, y = x.round(), y.round()
    check_certificate(scale * x, scale * y, tolerance=1e-3)


def test_concentric_spheres():
    """Every unit of mass on the inner sphere moves radially: 0.1; sampling can only add to it."""
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(2048, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert float(earth_movers_distance(0.4 * directions, 0.5 * directions[::-1]).value) == pytest.approx(0.1, rel=1e-4)


def test_invariances():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(100, 3)), rng.normal(size=(100, 3))
    value = float(earth_movers_distance(x, y, exact=True).value)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    for a, b, factor in [
        (y, x, 1),
        (x[::-1], y, 1),
        (x @ rotation + 5, y @ rotation + 5, 1),
        (7 * x, 7 * y, 7),
    ]:
        assert float(earth_movers_distance(a, b, exact=True).value) == pytest.approx(factor * value, rel=1e-12)


def test_tighter_tolerance_closes_the_gap():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
    for tolerance in (0.1, 1e-2, 1e-4, 1e-8):
        check_certificate(x, y, tolerance)


def test_where_bidding_does_not_end(monkeypatch):
    """Augmenting paths take over when the bids run out."""
    monkeypatch.setattr("svr3d.metrics._assignment.MOST_BIDS", 2)
    rng = np.random.default_rng(3)
    check_certificate(rng.normal(size=(100, 3)), rng.normal(size=(100, 3)))


def test_deterministic():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
    first, second = earth_movers_distance(x, y), earth_movers_distance(x, y)
    assert torch.equal(first.permutation, second.permutation) and first.lower_bound == second.lower_bound


def test_single_precision_and_layout():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(100, 3)), rng.normal(size=(100, 3))
    single = earth_movers_distance(torch.from_numpy(x).float(), torch.from_numpy(y).float())
    assert single.value.dtype == single.lower_bound.dtype == torch.float32
    assert float(single.value) == pytest.approx(optimum(x, y), rel=1e-4)
    assert single.lower_bound <= single.value
    strided = earth_movers_distance(np.asfortranarray(x), torch.from_numpy(y.T.copy()).T)
    assert torch.equal(strided.permutation, earth_movers_distance(x, y).permutation)
    half = earth_movers_distance(torch.from_numpy(x).half(), torch.from_numpy(y).half())
    assert float(half.value) == pytest.approx(float(single.value), rel=1e-2)


def test_batch_is_a_loop():
    x, y = torch.randn(3, 50, 3), torch.randn(3, 50, 3)
    result = earth_movers_distance(x, y)
    assert result.value.shape == result.lower_bound.shape == (3,) and result.permutation.shape == (3, 50)
    for b in range(3):
        assert torch.equal(result.permutation[b], earth_movers_distance(x[b], y[b]).permutation)


def test_single_point():
    result = earth_movers_distance([[0.0, 0, 0]], [[0.0, 3, 4]])
    assert (float(result.value), result.permutation.tolist()) == (5, [0])
    assert 5 * (1 - 1e-14) < float(result.lower_bound) <= 5


def test_gradient():
    x = torch.randn(2, 9, 3, dtype=torch.float64, requires_grad=True)
    y = torch.randn(2, 9, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: earth_movers_distance(a, b, exact=True).value, (x, y))
    z = torch.randn(9, 3, requires_grad=True)
    earth_movers_distance(z, z.detach().clone()).value.backward()
    assert (z.grad == 0).all()


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (np.zeros((4, 3)), {}, "equally many points on both sides, found 4 and 5"),
        (np.zeros((0, 3)), {}, "at least one point"),
        (np.full((5, 3), np.nan), {}, "finite"),
        (np.zeros((5, 2)), {}, "shape"),
        (np.zeros((2, 5, 3)), {}, "batch"),
        (np.zeros((5, 3)), {"tolerance": 0}, "tolerance above 0"),
        (np.full((5, 3), 1e300), {}, "too large"),
    ],
)
def test_bad_input(x, options, message):
    with pytest.raises(InputError, match=message):
        earth_movers_distance(x, np.zeros((5, 3)), **options)
