from dataclasses import dataclass

import numpy as np
import pytest
import torch

from svr3d.datasets.batch import SampleBatch, SampleKey
from svr3d.datasets.box_objects import box_batch, box_facts, box_object
from svr3d.geometry import InputError, is_watertight, sample_surface
from svr3d.methods.contract import parametrize_with_checks
from svr3d.methods.options import make_options
from svr3d.methods.pixel2mesh.ellipsoid import ellipsoid
from svr3d.methods.pixel2mesh.options import OracleEllipsoidOptions
from svr3d.methods.pixel2mesh.oracle import _SMOOTHNESS, OracleEllipsoid, _descend, _system
from svr3d.metrics import chamfer_distance


@dataclass(frozen=True)
class BriefOptions(OracleEllipsoidOptions):
    steps: int = 2
    polish: int = 3
    points: int = 500


class Brief(OracleEllipsoid):
    """The same with fewer steps, for checks that do not ask how good it is."""

    Options = BriefOptions


def oracle(cls=OracleEllipsoid, **options):
    return cls(box_facts(), make_options(cls.Options, options, "options"))


def batch_of(points, normals=None):
    points = torch.as_tensor(points, dtype=torch.float32)
    normals = torch.nn.functional.normalize(points, dim=-1) if normals is None else torch.as_tensor(normals)
    keys = tuple(SampleKey("ball", str(i), 0) for i in range(len(points)))
    surface = {"points": points, "normals": normals.float()}
    return SampleBatch(keys, torch.zeros(len(points), 3, 8, 8), None, {"surface": surface})


def on_ball(count, seed=0):
    points = np.random.default_rng(seed).normal(size=(1, count, 3))
    return 0.5 * points / np.linalg.norm(points, axis=-1, keepdims=True)


@parametrize_with_checks(Brief)
def test_contract(method, check):
    check(method)


def test_fits_a_ball_to_the_noise_of_sampling():
    (mesh,) = oracle(levels=2, points=2000).reconstruct(batch_of(on_ball(20000)))
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert abs(radius - 0.5).max() < 0.03
    assert mesh.volume == pytest.approx(np.pi / 6, rel=0.03)
    assert is_watertight(mesh)


def test_comes_nearer_with_levels_and_polish():
    truth, _, _ = box_object(1).surface(5000, np.random.default_rng(1))
    batch = box_batch({"surface"}, count=1, first=1, points=5000)

    def error(**options):
        (mesh,) = oracle(points=2000, **options).reconstruct(batch)
        return float(chamfer_distance(sample_surface(mesh, 5000, seed=1).points, truth))

    start, coarse, fine = (error(steps=0, polish=0), error(levels=1, polish=40), error(levels=2, polish=40))
    assert fine < coarse < 0.2 * start


def test_the_same_in_inference_mode_and_for_any_number_of_threads():
    method, batch = oracle(Brief), box_batch({"surface"}, count=1)
    (expected,) = method.reconstruct(batch)
    threads = torch.get_num_threads()
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            with torch.inference_mode():
                inside = box_batch({"surface"}, count=1)
                (found,) = method.reconstruct(inside)
            np.testing.assert_array_equal(found.vertices, expected.vertices)
    finally:
        torch.set_num_threads(threads)
    assert not inside.target("surface")["points"].requires_grad


@pytest.mark.parametrize("count", [1, 7, 500, 501, 999])
def test_any_number_of_points(count):
    (mesh,) = oracle(Brief).reconstruct(batch_of(on_ball(count)))
    assert mesh.is_finite and len(mesh.vertices) == 2466


def test_flat_surface():
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 900, 3)) * (1, 0, 1)
    (mesh,) = oracle(Brief).reconstruct(batch_of(points, np.tile((0.0, 1, 0), (1, 900, 1))))
    assert mesh.is_finite and abs(mesh.vertices[:, 1]).max() < 0.1


@pytest.mark.parametrize("field", ["points", "normals"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_surface_that_is_not_finite(field, value):
    batch = batch_of(on_ball(100))
    batch.target("surface")[field][0, 3, 1] = value
    with pytest.raises(InputError, match=r"ball/0/000.*finite"):
        oracle(Brief).reconstruct(batch)


def test_empty_surface():
    with pytest.raises(InputError, match="at least one"):
        oracle(Brief).reconstruct(batch_of(np.zeros((1, 0, 3))))


@pytest.mark.parametrize(
    "options",
    [
        {"levels": 0},
        {"steps": -1},
        {"steps": 1.5},
        {"polish": -1},
        {"points": 0},
        {"lr": 0},
        {"lr": float("nan")},
        {"weights": "mine"},
    ],
)
def test_bad_options(options):
    with pytest.raises(InputError, match=next(iter(options))):
        oracle(**options)


def test_the_company_in_a_batch_changes_nothing():
    method, batch = oracle(Brief), box_batch({"surface"}, count=3)
    together = method.reconstruct(batch)
    for i in (2, 0, 1):
        (alone,) = method.reconstruct(batch[i])
        np.testing.assert_array_equal(alone.vertices, together[i].vertices)


def dense_matrix(level):
    dense = np.eye(level.count)
    for i, j in level.edges:
        dense[[i, j], [i, j]] += _SMOOTHNESS
        dense[[i, j], [j, i]] -= _SMOOTHNESS
    return dense


def test_smooth_coordinates_against_dense_algebra():
    level = ellipsoid(1).levels[0]
    laplacian, matrix, solver = _system(level)
    dense = dense_matrix(level)
    np.testing.assert_allclose(matrix.toarray(), dense)
    np.testing.assert_allclose(laplacian.toarray(), (dense - np.eye(level.count)) / _SMOOTHNESS, atol=1e-12)
    u = np.random.default_rng(0).normal(size=(level.count, 3))
    np.testing.assert_allclose(dense @ solver.solve(u), u, atol=1e-12)


def test_descends_as_torch_would():
    """Adam on u, v = (1 + λL)⁻¹ u, against torch's optimiser and its gradient through a dense inverse."""
    level, steps, lr = ellipsoid(1).levels[0], 12, 0.02
    rng = np.random.default_rng(0)
    start, goal, weight = rng.normal(size=(3, level.count, 3))
    seen = []

    def gradient(vertices, left):
        seen.append(left)
        return 2 * left * weight**2 * (vertices - goal)

    found = _descend(start, gradient, steps, lr, level)

    matrix = torch.from_numpy(dense_matrix(level))
    u = (matrix @ torch.from_numpy(start)).requires_grad_()
    adam = torch.optim.Adam([u], betas=(0.9, 0.99))
    for step in range(steps):
        left = 0.1 ** (step / steps)
        adam.param_groups[0]["lr"] = lr * left
        adam.zero_grad()
        v = torch.linalg.solve(matrix, u)
        (left * (torch.from_numpy(weight) * (v - torch.from_numpy(goal))).square().sum()).backward()
        adam.step()
    np.testing.assert_allclose(found, torch.linalg.solve(matrix, u.detach()).numpy(), atol=1e-9)
    np.testing.assert_allclose(seen, [0.1 ** (step / steps) for step in range(steps)])
