from dataclasses import replace

import numpy as np
import pytest
import torch

from svr3d.datasets.box_objects import box_batch
from svr3d.geometry import Camera, InputError, Mesh, render
from svr3d.methods.mirroring import mirror_some, mirrored


def sample():
    return box_batch({"surface"}, count=1, pictures=True, cameras=True)


def test_the_mirrored_object_is_seen_in_the_mirrored_picture():
    """An independent check by the renderer: a lopsided solid and its reflection, each seen by its own camera."""
    corners = np.array([[-0.3, -0.2, -0.1], [0.5, -0.1, 0.0], [0.0, 0.4, 0.1], [-0.1, 0.0, 0.45]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
    camera = Camera.look_at((1.1, 0.6, 1.3), (0.1, 0.0, 0.05), width=64, height=64)
    original = render(Mesh(corners, faces), camera)
    reflected = render(Mesh(corners * [-1, 1, 1], faces[:, ::-1]), camera.mirrored())
    assert original.silhouette.sum() > 200
    np.testing.assert_array_equal(reflected.silhouette, original.silhouette[:, ::-1])
    np.testing.assert_allclose(reflected.depth, original.depth[:, ::-1], atol=1e-5)
    assert not np.array_equal(original.silhouette, original.silhouette[:, ::-1])


def test_points_are_seen_in_mirrored_columns():
    before = sample()
    after = mirrored(before)
    torch.testing.assert_close(after.images, before.images.flip(-1))
    old, depth = before.cameras.project(before.targets["surface"]["points"])
    new, new_depth = after.cameras.project(after.targets["surface"]["points"])
    torch.testing.assert_close(
        new, torch.stack([before.cameras.width - old[..., 0], old[..., 1]], -1), rtol=1e-4, atol=1e-3
    )
    torch.testing.assert_close(new_depth, depth)
    turned = after.cameras.world_to_camera[..., :3]
    torch.testing.assert_close(turned.det(), torch.ones(1))  # a rotation, not a reflection


def test_normals_and_what_else_a_surface_has():
    before = sample()
    after = mirrored(before).targets["surface"]
    torch.testing.assert_close(after["normals"], before.targets["surface"]["normals"] * torch.tensor([-1.0, 1, 1]))
    assert after.keys() == before.targets["surface"].keys()


def test_twice_is_not_at_all():
    before = sample()
    again = mirrored(mirrored(before))
    torch.testing.assert_close(again.targets["surface"]["points"], before.targets["surface"]["points"])
    torch.testing.assert_close(again.cameras.world_to_camera, before.cameras.world_to_camera)
    torch.testing.assert_close(again.cameras.intrinsics, before.cameras.intrinsics)


def test_half_of_them_by_the_generator():
    before, generator = sample(), torch.Generator().manual_seed(0)
    turned = [mirror_some(before, generator) is not before for _ in range(400)]
    assert 160 < sum(turned) < 240
    generator.manual_seed(0)
    assert turned == [mirror_some(before, generator) is not before for _ in range(400)]


def test_what_cannot_be_mirrored_is_refused():
    with pytest.raises(InputError, match="cannot mirror the target voxels"):
        mirrored(replace(sample(), targets={"voxels": torch.zeros(1, 4, 4, 4)}))
