import numpy as np
import pytest
import torch

from svr3d.datasets.batch import SampleBatch, SampleKey
from svr3d.datasets.box_objects import CATEGORIES, box_batch, box_object
from svr3d.geometry import InputError, is_watertight, sample_surface
from svr3d.methods.contract import CHECKS
from svr3d.methods.pixel2mesh.ellipsoid import ellipsoid
from svr3d.methods.pixel2mesh.oracle import _SMOOTHNESS, OracleEllipsoid, _Draws, _Smooth, _system
from svr3d.metrics import chamfer_distance


class Brief(OracleEllipsoid):
    """The same with fewer steps, for checks that do not ask how good it is."""

    def __init__(self, categories=(), *, levels=3, steps=2, polish=3, lr=0.02, weights="release", points=500):
        super().__init__(categories, levels=levels, steps=steps, polish=polish, lr=lr, weights=weights, points=points)


def batch_of(points, normals=None):
    points = torch.as_tensor(points, dtype=torch.float32)
    normals = torch.nn.functional.normalize(points, dim=-1) if normals is None else torch.as_tensor(normals)
    keys = tuple(SampleKey("ball", str(i), 0) for i in range(len(points)))
    surface = {"points": points, "normals": normals.float()}
    return SampleBatch(keys, torch.zeros(len(points), 3, 8, 8), None, {"surface": surface})


def on_ball(count, seed=0):
    points = np.random.default_rng(seed).normal(size=(1, count, 3))
    return 0.5 * points / np.linalg.norm(points, axis=-1, keepdims=True)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check):
    check(Brief)


def test_fits_a_ball_to_the_noise_of_sampling():
    (mesh,) = OracleEllipsoid(levels=2, points=2000).reconstruct_batch(batch_of(on_ball(20000)))
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert abs(radius - 0.5).max() < 0.03
    assert mesh.volume == pytest.approx(np.pi / 6, rel=0.03)
    assert is_watertight(mesh)


def test_comes_nearer_with_levels_and_polish():
    truth, _, _ = box_object(1).surface(5000, np.random.default_rng(1))
    batch = box_batch({"surface"}, count=1, first=1, points=5000)

    def error(**options):
        (mesh,) = OracleEllipsoid(points=2000, **options).reconstruct_batch(batch)
        return float(chamfer_distance(sample_surface(mesh, 5000, seed=1).points, truth))

    start, coarse, fine = (error(steps=0, polish=0), error(levels=1, polish=40), error(levels=2, polish=40))
    assert fine < coarse < 0.2 * start


def test_the_same_in_inference_mode_and_for_any_number_of_threads():
    method, batch = Brief(), box_batch({"surface"}, count=1)
    (expected,) = method.reconstruct_batch(batch)
    threads = torch.get_num_threads()
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            with torch.inference_mode():
                inside = box_batch({"surface"}, count=1)
                (found,) = method.reconstruct_batch(inside)
            np.testing.assert_array_equal(found.vertices, expected.vertices)
    finally:
        torch.set_num_threads(threads)
    assert not inside.target("surface")["points"].requires_grad


@pytest.mark.parametrize("count", [1, 7, 500, 501, 999])
def test_any_number_of_points(count):
    (mesh,) = Brief().reconstruct_batch(batch_of(on_ball(count)))
    assert mesh.is_finite and len(mesh.vertices) == 2466


def test_flat_surface():
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 900, 3)) * (1, 0, 1)
    (mesh,) = Brief().reconstruct_batch(batch_of(points, np.tile((0.0, 1, 0), (1, 900, 1))))
    assert mesh.is_finite and abs(mesh.vertices[:, 1]).max() < 0.1


@pytest.mark.parametrize("field", ["points", "normals"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_surface_that_is_not_finite(field, value):
    batch = batch_of(on_ball(100))
    batch.target("surface")[field][0, 3, 1] = value
    with pytest.raises(InputError, match=r"ball/0/000.*finite"):
        Brief().reconstruct_batch(batch)


def test_empty_surface():
    with pytest.raises(InputError, match="at least one"):
        Brief().reconstruct_batch(batch_of(np.zeros((1, 0, 3))))


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
        OracleEllipsoid(CATEGORIES, **options)


def test_smooth_coordinates_against_dense_algebra():
    level = ellipsoid(1).levels[0]
    matrix, solver = _system(level)
    dense = np.eye(level.count)
    for i, j in level.edges:
        dense[[i, j], [i, j]] += _SMOOTHNESS
        dense[[i, j], [j, i]] -= _SMOOTHNESS
    np.testing.assert_allclose(matrix.toarray(), dense)
    u = torch.randn(level.count, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    v = _Smooth.apply(u, solver)
    np.testing.assert_allclose(dense @ v.detach().numpy(), u.detach().numpy(), atol=1e-12)
    pull = np.random.default_rng(0).normal(size=v.shape)
    (gradient,) = torch.autograd.grad(v, u, torch.from_numpy(pull))
    np.testing.assert_allclose(gradient.numpy(), np.linalg.solve(dense.T, pull), atol=1e-12)


def test_points_on_faces_lie_on_them_by_area():
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 3]], dtype=torch.float64)
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])  # of areas 0.5 and 1.5
    points, across = _Draws(torch.zeros(1, 3), torch.zeros(1, 3), 4000).on_faces(vertices, faces)
    first = across[:, 2] != 0
    assert int(first.sum()) == 1000
    assert (points[first, 2] == 0).all() and (points[~first, 0] == 0).all()
    assert (points >= 0).all() and (points[first, :2].sum(1) <= 1 + 1e-12).all()
    torch.testing.assert_close(points[first].mean(0), vertices[faces[0]].mean(0), atol=0.03, rtol=0)
    torch.testing.assert_close(points[~first].mean(0), vertices[faces[1]].mean(0), atol=0.06, rtol=0)
