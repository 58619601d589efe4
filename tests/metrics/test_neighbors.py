"""Nearest neighbours against triple loops and SciPy's k-d tree."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from svr3d.geometry import InputError
from svr3d.metrics import nearest_neighbors
from svr3d.metrics.neighbors import _search_pairs


def clouds(seed, n=200, m=150):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.normal(size=(m, 3))


def squares(x, y):
    """Squared distances [N, M], added in the order that the search documents."""
    d = x[:, None] - y[None]
    return (d[..., 0] * d[..., 0] + d[..., 1] * d[..., 1]) + d[..., 2] * d[..., 2]


def test_triple_loop():
    x, y = clouds(0, 17, 11)
    near = nearest_neighbors(x, y)
    for i in range(17):
        distances = [math.sqrt(sum((x[i, k] - y[j, k]) ** 2 for k in range(3))) for j in range(11)]
        assert float(near.x_to_y[i]) == pytest.approx(min(distances), rel=1e-15)
        assert int(near.x_index[i]) == int(np.argmin(distances))
    for j in range(11):
        distances = [math.sqrt(sum((x[i, k] - y[j, k]) ** 2 for k in range(3))) for i in range(17)]
        assert float(near.y_to_x[j]) == pytest.approx(min(distances), rel=1e-15)
        assert int(near.y_index[j]) == int(np.argmin(distances))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_scipy(scale):
    x, y = clouds(1, 3000, 2000)
    x, y = x * scale, y * scale + scale
    near = nearest_neighbors(x, y)
    distance, index = cKDTree(y).query(x)
    np.testing.assert_allclose(near.x_to_y, distance, rtol=1e-14)
    assert (near.x_index.numpy() == index).all()
    distance, index = cKDTree(x).query(y)
    np.testing.assert_allclose(near.y_to_x, distance, rtol=1e-14)
    assert (near.y_index.numpy() == index).all()


@pytest.mark.parametrize("name", ["line", "plane", "grid", "one place", "outlier"])
def test_degenerate_clouds(name):
    """Layouts in which cells and trees split badly, or which hold many equal distances."""
    rng = np.random.default_rng(0)
    x, y = {
        "line": (np.c_[rng.random(500), np.zeros((500, 2))], np.c_[rng.random(400), np.zeros((400, 2))]),
        "plane": (np.c_[rng.random((500, 2)), np.ones(500)], np.c_[rng.random((400, 2)), np.zeros(400)]),
        "grid": (rng.integers(0, 4, (500, 3)).astype(float), rng.integers(0, 4, (40, 3)).astype(float)),
        "one place": (np.full((500, 3), 0.3), np.full((400, 3), 0.3)),
        "outlier": (np.r_[rng.random((499, 3)), [[1e9, 0, 0]]], rng.random((400, 3))),
    }[name]
    near = nearest_neighbors(x, y)
    all_pairs = squares(x, y)
    np.testing.assert_allclose(near.x_to_y, np.sqrt(all_pairs.min(1)), rtol=1e-14, atol=0)
    np.testing.assert_allclose(near.y_to_x, np.sqrt(all_pairs.min(0)), rtol=1e-14, atol=0)
    assert (near.x_index.numpy() == all_pairs.argmin(1)).all()
    assert (near.y_index.numpy() == all_pairs.argmin(0)).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 300), st.integers(1, 300), st.integers(1, 40))
def test_first_among_equals(seed, n, m, levels):
    rng = np.random.default_rng(seed)
    x, y = (rng.integers(0, levels, (count, 3)) / 7 for count in (n, m))
    near, all_pairs = nearest_neighbors(x, y), squares(x, y)
    assert (near.x_index.numpy() == all_pairs.argmin(1)).all()
    assert (near.y_index.numpy() == all_pairs.argmin(0)).all()


@pytest.mark.parametrize("exponent", [-1060, -700, -500, 500])
def test_extreme_scales(exponent):
    """Powers of two, so that only underflow or overflow could change an index."""
    x, y = (np.round(points * 1024) / 1024 for points in clouds(6))
    near, expected = nearest_neighbors(np.ldexp(x, exponent), np.ldexp(y, exponent)), nearest_neighbors(x, y)
    if exponent > -1000:  # below, rounding to subnormal numbers moves the points
        assert torch.equal(near.x_index, expected.x_index) and torch.equal(near.y_index, expected.y_index)
    if abs(exponent) <= 500:
        np.testing.assert_allclose(near.x_to_y, np.ldexp(expected.x_to_y.numpy(), exponent), rtol=1e-12)


def test_any_number_of_threads_finds_the_same(monkeypatch):
    x, y = clouds(7, 6000, 4000)
    monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", 5)
    before, results = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            results.append([nearest_neighbors(x, y), nearest_neighbors(x.reshape(50, -1, 3), y.reshape(50, -1, 3))])
    finally:
        torch.set_num_threads(before)
    for result in results[1:]:
        for near, expected in zip(result, results[0], strict=True):
            assert all(torch.equal(a, b) for a, b in zip(near[:4], expected[:4], strict=True))


def test_searches_from_several_threads_at_once():
    pairs = [clouds(seed, 2000, 1500) for seed in range(6)]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda pair: nearest_neighbors(*pair), pairs))
    for near, pair in zip(together, pairs, strict=True):
        assert torch.equal(near.x_index, nearest_neighbors(*pair).x_index)


def test_single_precision_is_close():
    x, y = (torch.from_numpy(points).float() for points in clouds(8, 2000, 1500))
    near, expected = nearest_neighbors(x, y), nearest_neighbors(x.double(), y.double())
    torch.testing.assert_close(near.x_to_y.double(), expected.x_to_y, rtol=1e-6, atol=0)
    torch.testing.assert_close(near.y_to_x.double(), expected.y_to_x, rtol=1e-6, atol=0)


def test_gradient_is_a_sum_in_fixed_order():
    """Many points share a nearest one, in single precision, where torch itself adds in the order of a race."""
    x, y = (torch.from_numpy(points).float() for points in clouds(9, 60000, 7))
    gradients = []
    for dtype in (torch.float32, torch.float32, torch.float64):
        points = y.to(dtype, copy=True).requires_grad_()
        nearest_neighbors(x.to(dtype), points).x_to_y.sum().backward()
        gradients.append(points.grad)
    assert torch.equal(gradients[0], gradients[1])
    torch.testing.assert_close(gradients[0], gradients[2].float(), rtol=1e-6, atol=0)


def test_gradient_of_a_batch_with_lengths():
    x = torch.randn(2, 5, 3, dtype=torch.float64, requires_grad=True)
    y = torch.randn(2, 4, 3, dtype=torch.float64, requires_grad=True)
    lengths = {"x_lengths": [5, 2], "y_lengths": [1, 4]}
    assert torch.autograd.gradcheck(lambda a, b: tuple(nearest_neighbors(a, b, **lengths)[i] for i in (0, 2)), (x, y))


def test_search_in_plain_torch_finds_the_same(monkeypatch):
    monkeypatch.setattr("svr3d.metrics.neighbors._PAIRS_AT_ONCE", 1000)  # so that there are several blocks
    x, y = (torch.from_numpy(points) for points in clouds(2))
    near = nearest_neighbors(x, y)
    x_index, y_index = _search_pairs(x, y)
    assert torch.equal(near.x_index, x_index)
    assert torch.equal(near.y_index, y_index)


def test_batches_are_loops():
    x, y = torch.randn(3, 20, 3, dtype=torch.float64), torch.randn(3, 30, 3, dtype=torch.float64)
    near = nearest_neighbors(x, y)
    assert near.x_to_y.shape == (3, 20) and near.y_index.shape == (3, 30)
    for b in range(3):
        single = nearest_neighbors(x[b], y[b])
        for batched, alone in zip(near[:4], single[:4], strict=True):
            assert torch.equal(batched[b], alone)


def test_lengths_hide_the_padding():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 20, 3)), rng.normal(size=(2, 30, 3))
    padded_x, padded_y = x.copy(), y.copy()
    padded_x[0, 12:], padded_y[1, 7:] = np.nan, 0.0
    near = nearest_neighbors(padded_x, padded_y, x_lengths=[12, 20], y_lengths=[30, 7])
    for b, (n, m) in enumerate([(12, 30), (20, 7)]):
        single = nearest_neighbors(x[b, :n], y[b, :m])
        assert torch.equal(near.x_to_y[b, :n], single.x_to_y)
        assert torch.equal(near.y_index[b, :m], single.y_index)
    assert (near.x_to_y[0, 12:] == 0).all() and (near.x_index[0, 12:] == -1).all()


@pytest.mark.parametrize(
    ("dtype", "result"),
    [
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
        (torch.int32, torch.float64),
    ],
)
def test_precision(dtype, result):
    x, y = (torch.from_numpy(4 * points).to(dtype) for points in clouds(3))
    near = nearest_neighbors(x, y)
    expected = nearest_neighbors(x.double(), y.double())
    assert near.x_to_y.dtype == result
    torch.testing.assert_close(near.x_to_y.double(), expected.x_to_y, rtol=1e-7, atol=0)
    assert torch.equal(near.x_index, expected.x_index)


def test_mixed_precision_is_the_higher():
    x, y = clouds(4)
    assert nearest_neighbors(x.astype(np.float32), y).x_to_y.dtype == torch.float64


def test_memory_layout_does_not_matter():
    x, y = clouds(5)
    expected = nearest_neighbors(x, y)
    wide = np.zeros((200, 6))
    wide[:, ::2] = x
    read_only = y.copy()
    read_only.flags.writeable = False
    for a, b in [
        (wide[:, ::2], y),
        (np.asfortranarray(x), read_only),
        (torch.from_numpy(x.T.copy()).T, torch.from_numpy(y)),
        (x[::-1][::-1], y.tolist()),
    ]:
        for found, wanted in zip(nearest_neighbors(a, b)[:4], expected[:4], strict=True):
            assert torch.equal(found, wanted)
    backwards = nearest_neighbors(x[::-1], y)
    assert torch.equal(backwards.x_to_y.flip(0), expected.x_to_y)


def test_gradient():
    x = torch.randn(8, 3, dtype=torch.float64, requires_grad=True)
    y = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: tuple(nearest_neighbors(a, b)[i] for i in (0, 2)), (x, y))


def test_gradient_is_zero_at_distance_zero():
    x = torch.tensor([[0.0, 0, 0], [1, 0, 0]], requires_grad=True)
    near = nearest_neighbors(x, torch.zeros(1, 3))
    (near.x_to_y.sum() + near.y_to_x.sum()).backward()
    assert x.grad.tolist() == [[0, 0, 0], [1, 0, 0]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 60), st.integers(1, 60), st.floats(1e-3, 1e3), st.booleans())
def test_rigid_motion_scale_and_order(seed, n, m, scale, repeat):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 3)), rng.normal(size=(m, 3))
    if repeat:
        x = np.repeat(x, 3, axis=0)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    near = nearest_neighbors(x, y)
    moved = nearest_neighbors(scale * (x @ rotation.T + 1), scale * (y @ rotation.T + 1))
    np.testing.assert_allclose(moved.x_to_y, scale * near.x_to_y, rtol=1e-9, atol=1e-12 * scale)
    order = rng.permutation(len(x))
    shuffled = nearest_neighbors(x[order], y)
    assert torch.equal(shuffled.x_to_y, near.x_to_y[order])
    assert torch.equal(shuffled.y_to_x, near.y_to_x)
    swapped = nearest_neighbors(y, x)
    assert torch.equal(swapped.x_to_y, near.y_to_x)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((0, 3)), "at least one point"),
        ([], "at least one point"),
        (np.zeros((4, 2)), "[4, 2]"),
        (np.zeros(3), "[3]"),
        (np.zeros((1, 1, 1, 3)), "[1, 1, 1, 3]"),
        (np.zeros((2, 4, 3)), "batch"),
        ([[0, 0, np.nan]], "finite"),
        ([[0, 0, np.inf]], "finite"),
        ([[1e200, 0, 0]], "overflows"),
        ("points", "numbers"),
        (np.zeros((4, 3), complex), "numbers"),
    ],
)
def test_bad_input(x, message):
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        nearest_neighbors(x, np.zeros((5, 3)))
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        nearest_neighbors(np.zeros((5, 3)), x)


@pytest.mark.parametrize("lengths", [[0, 4], [4, 5], [4], 4])
def test_bad_lengths(lengths):
    with pytest.raises(InputError, match="lengths of x"):
        nearest_neighbors(np.zeros((2, 4, 3)), np.zeros((2, 4, 3)), x_lengths=lengths)
    with pytest.raises(InputError, match="lengths of x"):
        nearest_neighbors(np.zeros((4, 3)), np.zeros((4, 3)), x_lengths=[4])
