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
        "six places": (x[rng.integers(0, 3, n)], y[rng.integers(3, 6, n)]),  # far more ties than a person remembers
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
        "clusters", "equal", "one place", "two places", "duplicates", "collinear", "disjoint collinear", "six places",
        "integers",
        "far apart", "outlier", "nearly equal", "tiny", "huge", "shifted tiny",
    ],
)  # fmt: skip
def test_adversarial(name):
    check_certificate(*adversarial(name))


def family(kind, n, rng):
    x, y = rng.random((2, n, 3))
    return {
        "volume": lambda: (x, y),
        "clusters": lambda: (
            0.01 * x + 10 * (rng.random((n, 1)) < 0.6) * [1, 0, 0],
            0.01 * y + 10 * (rng.random((n, 1)) < 0.4) * [1, 0, 0],
        ),
        "duplicates": lambda: (x[rng.integers(0, n, n) // 2], y[rng.integers(0, n, n) // 3]),
        "line": lambda: (x[:, :1] * [1, 2, -1], y[:, :1] * [1, 2, -1]),
        "nearly a line": lambda: (x * [1, 1e-4, 1e-5], y * [1, 1e-4, 1e-5]),
        "crossed lines": lambda: (x * [1, 0, 0], y * [0, 1, 0]),
        "grid": lambda: (rng.integers(0, 4, (n, 3)) + 0.0, rng.integers(0, 4, (n, 3)) + 0.0),
        "identical": lambda: (x, x),
        "permuted": lambda: (x, x[rng.permutation(n)]),
        "outlier": lambda: (np.r_[x[1:], [[1e4, 0, 0]]], y),
        "apart": lambda: (x, y + 50),
    }[kind]()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "kind",
    [
        "volume", "clusters", "duplicates", "line", "nearly a line", "crossed lines", "grid", "identical", "permuted",
        "outlier", "apart",
    ],
)  # fmt: skip
def test_certificates_hold_for_what_is_returned(kind, dtype):
    """60 pairs of each kind in each precision: lower_bound ≤ optimum ≤ value, and the gap as asked."""
    rng = np.random.default_rng(11)
    slack = 1 + 2e-15  # the rounding of SciPy's mean and of ours
    for trial in range(60):
        n, scale = int(rng.integers(1, 60)), 10.0 ** rng.choice([-6, 0, 6])
        tolerance = float(rng.choice([0.3, 1e-2, 1e-4, 1e-6]))
        x, y = (torch.from_numpy(scale * points).to(dtype) for points in family(kind, n, rng))
        result = earth_movers_distance(x, y, tolerance=tolerance)
        best = optimum(x.double().numpy(), y.double().numpy())
        value, bound = float(result.value), float(result.lower_bound)
        assert bound <= best * slack and best <= value * slack, trial
        assert value - bound <= tolerance * value * slack, trial


def test_300_points_against_network_simplex():
    ot = pytest.importorskip("ot")
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(2, 300, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    theirs = ot.emd2([], [], cdist(x, y))
    result = earth_movers_distance(x, y)
    assert float(result.lower_bound) <= theirs * (1 + 1e-12) and theirs <= float(result.value) * (1 + 1e-12)
    assert float(earth_movers_distance(x, y, exact=True).value) == pytest.approx(theirs, rel=1e-12)


def test_translated():
    """Every matching moves the mean by t, so none is shorter than |t|, and translation is as short."""
    x = np.random.default_rng(8).random((400, 3))
    t = np.array([0.3, -0.4, 1.2])
    result = earth_movers_distance(x, x[::-1] + t)
    assert float(result.value) == pytest.approx(1.3, rel=1e-4)
    assert float(earth_movers_distance(x, x[::-1] + t, exact=True).value) == pytest.approx(1.3, rel=1e-12)


@pytest.mark.parametrize("width", [0, 1e-9, 1e-5])
def test_on_a_line(width):
    """On a line the sorted matching is optimal; a little width changes little."""
    rng = np.random.default_rng(9)
    x, y = rng.random((2, 3000, 3)) * [1, width, width]
    result = earth_movers_distance(x, y)
    expected = np.abs(np.sort(x[:, 0]) - np.sort(y[:, 0])).mean()
    assert float(result.value) == pytest.approx(expected, rel=1e-4, abs=2 * width)
    assert float(result.value - result.lower_bound) <= 1e-4 * float(result.value)
    if width == 0:
        assert float(earth_movers_distance(x, y, exact=True).value) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.sampled_from([1e-6, 1.0, 1e6]), st.booleans())
def test_properties(seed, n, scale, rounded):
    """Symmetric, blind to order and rigid motions, scales, zero for equal clouds, and a metric."""
    rng = np.random.default_rng(seed)
    x, y, z = scale * rng.normal(size=(3, n, 3))
    if rounded:
        x, y, z = (scale * (points / scale).round() for points in (x, y, z))

    def distance(a, b):
        result = earth_movers_distance(a, b, tolerance=1e-3)
        return float(result.lower_bound), float(result.value)

    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    low, high = distance(x, y)
    slack = 1e-12 * scale
    for a, b, factor in [
        (y, x, 1),
        (x[rng.permutation(n)], y[rng.permutation(n)], 1),
        (x @ rotation + scale, y @ rotation + scale, 1),
        (7 * x, 7 * y, 7),
    ]:
        other_low, other_high = distance(a, b)
        assert factor * low <= other_high + slack and other_low <= factor * high + slack
    assert distance(x, y)[0] <= distance(x, z)[1] + distance(z, y)[1] + slack
    assert distance(x, x[rng.permutation(n)]) == (0, 0)


def test_concentric_spheres():
    """Every unit of mass on the inner sphere moves radially: 0.1; sampling can only add to it."""
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(2048, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert float(earth_movers_distance(0.4 * directions, 0.5 * directions[::-1]).value) == pytest.approx(0.1, rel=1e-4)


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


def test_deterministic_whatever_the_number_of_threads():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 5, 200, 3))
    threads = torch.get_num_threads()
    results = []
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            results.append(earth_movers_distance(x, y))
    finally:
        torch.set_num_threads(threads)
    for result in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(result, results[0], strict=True))


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
        alone = earth_movers_distance(x[b], y[b])
        assert all(torch.equal(together[b], single) for together, single in zip(result, alone, strict=True))


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
