"""A shape of a class that the suite does not know is scored by every protocol, like the mesh it stands for."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from svr3d.geometry import Containment, MedialMesh, Part, PartMesh, Representation, to_mesh
from svr3d.geometry.representations import registry
from svr3d.metrics import score


@dataclass(frozen=True, eq=False)
class Ball:
    center: np.ndarray
    radius: float

    @property
    def is_empty(self):
        return self.radius == 0

    @property
    def is_finite(self):
        return bool(np.isfinite(self.center).all())


class BallRepresentation(Representation):
    name, noun, shape, lacks = "ball", "ball", Ball, "radius"

    def to_mesh(self, shape):
        return to_mesh(MedialMesh([[*shape.center, shape.radius]]))

    def containment(self, shape, points):
        return Containment(np.linalg.norm(np.asarray(points) - shape.center, axis=1) <= shape.radius, True, 0.0)

    def moved(self, shape, matrix, scale, offset):
        center = matrix @ (scale * np.asarray(shape.center)) + offset
        return replace(shape, center=center, radius=shape.radius * scale)


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(registry.REPRESENTATIONS, "_session", {})
    monkeypatch.setattr(registry, "_by_class", {})
    registry.REPRESENTATIONS.register("ball", BallRepresentation, "a test")


@pytest.fixture(scope="module")
def truth():
    mesh = to_mesh(MedialMesh([[0, 0, 0, 0.4]]))
    face_part = (mesh.triangles.mean(axis=1)[:, 1] > 0).astype(int)
    return PartMesh(mesh.vertices, mesh.faces, face_part=face_part, parts=(Part("low", "low"), Part("high", "high")))


PROTOCOLS = ["occnet", "pix3d", "svr3d-structure-v1"]


def test_scores_of_an_outside_shape(known, truth):
    ball = Ball(np.array([0.03, 0, 0]), 0.38)
    ours, as_mesh = (score(shape, truth, PROTOCOLS) for shape in (ball, BallRepresentation().to_mesh(ball)))
    assert not ours.failures and not as_mesh.failures
    for protocol, values in ours.values.items():
        assert values == pytest.approx(as_mesh.values[protocol], rel=0.02, abs=1e-3, nan_ok=True)


def test_what_is_wrong_with_it_is_a_failed_prediction(known, truth):
    for ball, word in ((Ball(np.zeros(3), 0), "empty"), (Ball(np.full(3, np.nan), 1), "not finite")):
        assert word in score(ball, truth, ["occnet"]).failures["occnet"]
