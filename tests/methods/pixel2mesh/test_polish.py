"""The ceiling's polish against torch's gradient, brute force and closed forms."""

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from svr3d.methods.pixel2mesh.ellipsoid import ellipsoid
from svr3d.methods.pixel2mesh.polish import Draws, polish_gradient, unit_vectors


def random_surface(count, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 3)) * (0.3, 0.2, 0.4), unit_vectors(rng.normal(size=(count, 3)))


@pytest.mark.parametrize("normal_weight", [0.0, 0.7])
@pytest.mark.parametrize("count", [40, 300])
def test_gradient_against_torch(normal_weight, count):
    sphere = ellipsoid(1, (0.3, 0.2, 0.4))
    vertices, faces = sphere.vertices, sphere.levels[0].faces
    found = polish_gradient(vertices, faces, Draws(*random_surface(200), count), normal_weight)

    draws = Draws(*random_surface(200), count)
    free = torch.tensor(vertices, requires_grad=True)
    corners = free[torch.tensor(faces)]
    across = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    chosen, weights = draws.places(torch.linalg.vector_norm(across.detach(), dim=-1).numpy())
    points = (torch.from_numpy(weights)[..., None] * corners[chosen]).sum(1)
    truth, normals = map(torch.from_numpy, draws.truth())
    squares = (points[:, None] - truth).square().sum(-1)  # all pairs
    cosine = (normalize(across[chosen], dim=-1) * normals[squares.argmin(1)]).sum(-1)
    loss = squares.amin(1).mean() + squares.amin(0).mean() + normal_weight * (1 - cosine.abs()).mean()
    (expected,) = torch.autograd.grad(loss, free)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-12)


def test_a_face_without_area_has_a_finite_gradient():
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0]])
    faces = np.array([[0, 1, 2], [0, 1, 3]])
    assert np.isfinite(polish_gradient(vertices, faces, Draws(*random_surface(50), 30), 1.0)).all()
    flat = np.zeros((4, 3))  # a mesh without any
    assert np.isfinite(polish_gradient(flat, faces, Draws(*random_surface(50), 30), 1.0)).all()


def test_places_lie_on_faces_by_area():
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 3]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])  # of areas 0.5 and 1.5
    chosen, weights = Draws(np.zeros((1, 3)), np.zeros((1, 3)), 4000).places(np.array([0.5, 1.5]))
    assert (chosen == 0).sum() == 1000
    assert (weights >= 0).all() and weights.sum(1) == pytest.approx(1)
    points = np.einsum("ki,kij->kj", weights, vertices[faces[chosen]])
    np.testing.assert_allclose(points[chosen == 0].mean(0), vertices[faces[0]].mean(0), atol=0.03)
    np.testing.assert_allclose(points[chosen == 1].mean(0), vertices[faces[1]].mean(0), atol=0.06)


def test_the_truth_comes_in_turn_and_again():
    points, normals = random_surface(10)
    draws = Draws(points, normals, 4)
    first, second, third = (draws.truth()[0] for _ in range(3))
    seen = {tuple(point) for point in np.concatenate([first, second])}
    assert len(seen) == 8 and seen <= {tuple(point) for point in points}
    np.testing.assert_array_equal(third, first)


def test_unit_vectors():
    found = unit_vectors(np.array([[0.0, 0, 0], [0, -4, 3]]))
    np.testing.assert_allclose(found, [[0, 0, 0], [0, -0.8, 0.6]])
