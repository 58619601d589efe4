"""The contract's data agree with themselves: each target against another one."""

import numpy as np
import pytest
import torch

from svr3d.datasets.box_objects import box_batch, box_camera, box_object
from svr3d.datasets.targets import Target, registry
from svr3d.geometry import InputError, contains, occupied


@pytest.mark.parametrize("seed", range(6))
def test_canonical_box_and_mesh(seed):
    thing = box_object(seed)
    low, high = thing.low.min(0), thing.high.max(0)
    assert np.allclose(low, -high) and (high - low).max() == pytest.approx(1)
    mesh = thing.mesh()
    volumes = np.prod(thing.high - thing.low, axis=1)
    for i, volume in enumerate(volumes):
        assert mesh.part(i).volume == pytest.approx(volume)  # closed, and outward
    assert thing.voxels(64).astype(bool).mean() == pytest.approx(volumes.sum(), rel=0.15)


def test_surface_lies_between_in_and_out():
    thing = box_object(1)
    points, normals, part = thing.surface(500, np.random.default_rng(0))
    beyond, within = (thing.inside(points + d * normals) for d in (1e-6, -1e-6))
    assert (within > 0).all()
    assert np.array_equal(within, part + 1)
    assert (beyond > 0).mean() < 0.2  # only where boxes touch


def test_image_shows_the_projected_points():
    thing, camera = box_object(1), box_camera(1, 0)
    maps = thing.render(camera)
    points, _, _ = thing.surface(400, np.random.default_rng(0))
    pixels, depth = camera.project(points)
    column, row = np.floor(pixels).astype(int).T
    assert maps["silhouette"][row, column].mean() > 0.97  # all but rounding at the outline
    seen = maps["depth"][row, column]
    assert (seen <= depth + 0.05).mean() > 0.97  # nothing drawn lies behind a surface point
    assert (np.abs(seen - depth) < 0.02).mean() > 0.25  # and about half of them are visible
    assert (maps["image"][:, maps["silhouette"] == 0] == 1).all()
    assert np.allclose(np.linalg.norm(maps["normal"], axis=0), maps["silhouette"])
    assert (maps["normal"][2][maps["silhouette"] > 0] < 0.6).all()


def test_batch_has_what_was_asked_for():
    targets = {"surface", "occupancy", "voxels", "mesh", "parts", "part_voxels", "sketches", "category"}
    batch = box_batch(targets, count=3, size=64, points=32)
    assert batch.targets.keys() == targets and batch.images.shape == (3, 3, 64, 64) and len(batch.cameras) == 3
    assert torch.equal(batch.target("voxels") > 0, batch.target("part_voxels") > 0)
    assert batch.target("category").tolist() == [0, 1, 0]
    assert batch.target("surface")["points"].shape == (3, 32, 3)


def test_what_neither_is_derived_nor_has_a_closed_form_is_refused(monkeypatch):
    class Given(Target):
        """What only people can say."""

        name = "given"

        def read(self, stored):
            return 0

        def batch(self, kept, stored, draw):
            return torch.tensor([kept])

    monkeypatch.setattr(registry._PLUGINS, "_session", {})
    registry.register_target(Given)
    with pytest.raises(InputError, match="no target given"):
        box_batch({"given"})


def test_medial_meshes_of_boxes_are_exact():
    """Their solid is the boxes', to the last point."""
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 3))
    batch = box_batch({"medial", "mesh"}, count=4)
    for medial, mesh in zip(batch.target("medial"), batch.target("mesh"), strict=True):
        inside = contains(mesh, points)
        assert 0 < inside.sum() < 4000
        assert (occupied(medial, points) == inside).mean() > 0.9995
