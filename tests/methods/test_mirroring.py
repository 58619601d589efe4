from dataclasses import replace

import numpy as np
import pytest
import torch

from svr3d.datasets.box_objects import BoxObject, box_batch, box_object
from svr3d.geometry import Camera, InputError, Mesh, PartMesh, render, voxelize_parts
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
    with pytest.raises(InputError, match="cannot mirror the target occupancy"):
        mirrored(replace(sample(), targets={"occupancy": {"points": torch.zeros(1, 4, 3)}}))


@pytest.mark.parametrize("seed", [0, 1, 4, 5])
def test_grids_are_those_of_the_mirrored_object(seed):
    """The mirrored grids against the reflected solid voxelised, by its closed form and as a mesh."""
    thing = box_object(seed)
    flip = np.array([-1.0, 1.0, 1.0])
    reflected = replace(
        thing, low=np.minimum(thing.low * flip, thing.high * flip), high=np.maximum(thing.low * flip, thing.high * flip)
    )
    before = box_batch({"part_voxels", "voxels", "category"}, count=1, first=seed)
    after = mirrored(before)
    expected = torch.from_numpy(reflected.voxels())[None]
    assert torch.equal(after.target("part_voxels"), expected)
    assert torch.equal(after.target("voxels") > 0.5, expected > 0)
    assert not torch.equal(after.target("part_voxels"), before.target("part_voxels"))
    assert torch.equal(after.target("category"), before.target("category"))
    again = mirrored(after)
    assert torch.equal(again.target("part_voxels"), before.target("part_voxels"))
    assert torch.equal(again.images, before.images)


def test_a_mirrored_grid_is_that_of_the_mirrored_mesh():
    """Two boxes apart, so that no voxel is as near to the one as to the other."""
    thing = BoxObject(
        "post", np.array([[-0.5, -0.4, -0.3], [0.2, 0.0, -0.1]]), np.array([[0.0, 0.1, 0.2], [0.45, 0.4, 0.3]])
    )
    mesh = thing.mesh()
    turned = PartMesh(mesh.vertices * [-1, 1, 1], mesh.faces[:, ::-1], face_part=mesh.face_part, parts=mesh.parts)
    before, expected = (torch.from_numpy(np.array(voxelize_parts(m, 32).labels))[None] for m in (mesh, turned))
    batch = replace(box_batch({"category"}, count=1), targets={"part_voxels": before})
    assert torch.equal(mirrored(batch).target("part_voxels"), expected) and not torch.equal(before, expected)
