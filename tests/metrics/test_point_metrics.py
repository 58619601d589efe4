"""Chamfer distance, F-score and normal consistency: closed forms, brute force, the field's known mistakes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, sample_surface
from svr3d.metrics import chamfer_distance, f_score, nearest_neighbors, normal_consistency


@pytest.fixture
def clouds():
    rng = np.random.default_rng(0)
    return rng.normal(size=(120, 3)), rng.normal(size=(90, 3))


def brute_distances(x, y):
    pairs = np.linalg.norm(x[:, None] - y[None], axis=-1)
    return pairs.min(1), pairs.min(0)


def test_chamfer_brute_force(clouds):
    a, b = brute_distances(*clouds)
    assert float(chamfer_distance(*clouds)) == pytest.approx((a**2).mean() + (b**2).mean(), rel=1e-13)
    assert float(chamfer_distance(*clouds, squared=False)) == pytest.approx(a.mean() + b.mean(), rel=1e-13)
    mean = chamfer_distance(*clouds, squared=False, directions="mean")
    assert float(mean) == pytest.approx((a.mean() + b.mean()) / 2, rel=1e-13)


def test_shifted_planes():
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), -1).reshape(-1, 2)
    x, y = np.c_[grid, np.zeros(400)], np.c_[grid, np.full(400, 0.25)]
    assert float(chamfer_distance(x, y)) == 2 * 0.25**2
    assert float(chamfer_distance(x, y, squared=False, directions="mean")) == 0.25
    f, precision, recall = f_score(x, y, [0.24, 0.25])  # at most, not less than
    assert f.tolist() == precision.tolist() == recall.tolist() == [0, 1]
    up = np.tile([0.0, 0, 1], (400, 1))
    assert float(normal_consistency(x, y, up, -up)) == 1
    tilted = np.tile([0.0, 1, 1], (400, 1))
    assert float(normal_consistency(x, y, up, tilted)) == pytest.approx(np.sqrt(0.5), rel=1e-14)


def test_concentric_spheres(sphere):
    x, y = sample_surface(sphere(0.4), 30000, seed=1), sample_surface(sphere(0.5), 30000, seed=2)
    assert float(chamfer_distance(x.points, y.points, squared=False, directions="mean")) == pytest.approx(0.1, rel=2e-3)
    assert float(chamfer_distance(x.points, y.points)) == pytest.approx(2 * 0.1**2, rel=4e-3)
    assert f_score(x.points, y.points, [0.095, 0.105]).f.tolist() == [0, 1]
    assert float(normal_consistency(x.points, y.points, x.normals, y.normals)) > 0.995


def test_identity_and_symmetry(clouds):
    x, y = clouds
    assert float(chamfer_distance(x, x)) == 0
    assert float(f_score(x, x, 1e-12).f) == 1
    assert float(chamfer_distance(x, y)) == pytest.approx(float(chamfer_distance(y, x)), rel=1e-14)
    forward, backward = f_score(x, y, 0.3), f_score(y, x, 0.3)
    assert forward.precision == backward.recall and forward.recall == backward.precision and forward.f == backward.f
    assert float(normal_consistency(x, y, x, y)) == pytest.approx(float(normal_consistency(y, x, y, x)), rel=1e-14)


def test_one_of_four_true_points_found():
    """Dividing recall by the number of predicted points gives 0.727 here."""
    f, precision, recall = f_score([[0.0, 0, 0]], [[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]], 0.01)
    assert (float(precision), float(recall)) == (1, 0.25)
    assert float(f) == pytest.approx(0.4, rel=1e-15)


def test_precision_is_of_the_prediction():
    """Half of the prediction is off the truth, which it covers: names that are swapped leave F unharmed."""
    truth = [[0.0, 0, 0], [1, 0, 0]]
    result = f_score([*truth, [0, 5, 0], [1, 5, 0]], truth, 0.01)
    assert (float(result.precision), float(result.recall)) == (0.5, 1)


def test_f_score_brute_force(clouds):
    a, b = brute_distances(*clouds)
    thresholds = [0.05, 0.2, 0.4, 1.0]
    result = f_score(*clouds, thresholds)
    for k, threshold in enumerate(thresholds):
        p, r = np.mean(a <= threshold), np.mean(b <= threshold)
        assert float(result.precision[k]) == pytest.approx(p) and float(result.recall[k]) == pytest.approx(r)
        assert float(result.f[k]) == pytest.approx(2 * p * r / (p + r) if p + r else 0)


def test_f_score_is_zero_where_nothing_is_near():
    assert f_score([[0.0, 0, 0]], [[1.0, 0, 0]], [0.1, 0.5]).f.tolist() == [0, 0]


def test_normals_by_loop(clouds):
    x, y = clouds
    rng = np.random.default_rng(1)
    nx, ny = rng.normal(size=x.shape), rng.normal(size=y.shape)
    pairs = np.linalg.norm(x[:, None] - y[None], axis=-1)

    def cosine(a, b):
        return abs(a @ b) / np.linalg.norm(a) / np.linalg.norm(b)

    forward = np.mean([cosine(nx[i], ny[pairs[i].argmin()]) for i in range(len(x))])
    backward = np.mean([cosine(ny[j], nx[pairs[:, j].argmin()]) for j in range(len(y))])
    assert float(normal_consistency(x, y, nx, ny)) == pytest.approx((forward + backward) / 2, rel=1e-13)


def test_missing_normal_counts_as_wrong():
    x = np.array([[0.0, 0, 0], [1, 0, 0]])
    up = np.array([[0.0, 0, 1], [0, 0, 1]])
    assert float(normal_consistency(x, x, up * [[1], [0]], up)) == 0.5


def test_batch_with_lengths_is_a_loop():
    rng = np.random.default_rng(0)
    x, y, nx, ny = (rng.normal(size=(3, n, 3)) for n in (20, 30, 20, 30))
    n, m = [20, 5, 1], [1, 30, 8]
    options = {"x_lengths": n, "y_lengths": m}
    chamfer, f = chamfer_distance(x, y, **options), f_score(x, y, [0.3, 1], **options)
    normal = normal_consistency(x, y, nx, ny, **options)
    assert chamfer.shape == (3,) and f.f.shape == (3, 2) and normal.shape == (3,)
    for b in range(3):
        one, two = x[b, : n[b]], y[b, : m[b]]
        assert float(chamfer[b]) == pytest.approx(float(chamfer_distance(one, two)), rel=1e-14)
        assert f.recall[b].tolist() == pytest.approx(f_score(one, two, [0.3, 1]).recall.tolist())
        alone = normal_consistency(one, two, nx[b, : n[b]], ny[b, : m[b]])
        assert float(normal[b]) == pytest.approx(float(alone), rel=1e-14)


def test_known_neighbors_serve_all(clouds, monkeypatch):
    x, y = clouds
    near = nearest_neighbors(x, y)
    expected = [chamfer_distance(x, y), f_score(x, y, 0.3).f, normal_consistency(x, y, x, y)]

    def refuse(*_, **__):
        raise AssertionError("searched again")

    monkeypatch.setattr("svr3d.metrics.neighbors.nearest_neighbors", refuse)
    with pytest.raises(AssertionError, match="searched again"):
        chamfer_distance(x, y)
    again = [chamfer_distance(x, y, neighbors=near), f_score(x, y, 0.3, neighbors=near).f]
    assert again + [normal_consistency(x, y, x, y, neighbors=near)] == expected


def test_single_precision_is_close(clouds):
    x, y = (torch.from_numpy(points).float() for points in clouds)
    for options in ({}, {"squared": False, "directions": "mean"}):
        double = float(chamfer_distance(x.double(), y.double(), **options))
        assert float(chamfer_distance(x, y, **options)) == pytest.approx(double, rel=1e-6)


@pytest.mark.parametrize("squared", [True, False])
def test_gradient(squared):
    x, y = (torch.randn(2, n, 3, dtype=torch.float64, requires_grad=True) for n in (7, 5))
    assert torch.autograd.gradcheck(lambda a, b: chamfer_distance(a, b, squared=squared, x_lengths=[7, 4]), (x, y))


@pytest.mark.parametrize("squared", [True, False])
def test_gradient_is_finite_on_equal_clouds(squared):
    x = torch.randn(7, 3, requires_grad=True)
    chamfer_distance(x, x.detach().clone(), squared=squared).backward()
    assert (x.grad == 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.floats(1e-3, 1e3))
def test_scaling(seed, scale):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(20, 3))
    assert float(chamfer_distance(scale * x, scale * y)) == pytest.approx(
        scale**2 * float(chamfer_distance(x, y)), rel=1e-9
    )
    # A threshold at a distance itself would be decided by rounding.
    distances = np.unique(np.concatenate(brute_distances(x, y)).round(9))
    threshold = distances[20:22].mean()
    assert f_score(scale * x, scale * y, scale * threshold).f == f_score(x, y, threshold).f


@pytest.mark.parametrize("bad", [np.zeros((0, 3)), [[np.nan, 0, 0]], np.zeros((3, 2))])
@pytest.mark.parametrize(
    "metric", [chamfer_distance, lambda x, y: f_score(x, y, 0.1), lambda x, y: normal_consistency(x, y, x, y)]
)
def test_bad_points(metric, bad):
    with pytest.raises(InputError):
        metric(bad, np.zeros((3, 3)))
    with pytest.raises(InputError):
        metric(np.zeros((3, 3)), bad)


def test_bad_options(clouds):
    with pytest.raises(InputError, match="'both'"):
        chamfer_distance(*clouds, directions="both")
    for thresholds in (0, -0.1, [], [0.1, np.nan], [[0.1]], np.inf):
        with pytest.raises(InputError, match="thresholds"):
            f_score(*clouds, thresholds)
    x, y = clouds
    with pytest.raises(InputError, match="normals of y"):
        normal_consistency(x, y, x, x)
    with pytest.raises(InputError, match="normals of x"):
        normal_consistency(x, y, np.full_like(x, np.nan), y)
