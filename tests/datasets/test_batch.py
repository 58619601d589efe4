"""Batches: taking them apart and joining them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from svr3d.datasets import SampleBatch, SampleKey, collate
from svr3d.datasets.box_objects import box_batch

TARGETS = {"surface", "occupancy", "voxels", "mesh", "parts", "part_voxels", "sketches", "category"}


def assert_same(a, b):
    """Tensors by value, meshes by identity."""
    assert type(a) is type(b)
    if isinstance(a, torch.Tensor):
        assert torch.equal(a, b)
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        for name in a:
            assert_same(a[name], b[name])
    else:
        assert len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


@pytest.fixture(scope="module")
def batch() -> SampleBatch:
    return box_batch(TARGETS, count=3, size=16, points=8)


@pytest.mark.parametrize("index", [0, 2, -1])
def test_one_sample_has_its_own_of_everything(batch, index):
    one = batch[index]
    assert len(one) == 1 and one.keys == (batch.keys[index],) and one.categories == batch.categories
    assert torch.equal(one.images, batch.images[index][None])
    assert torch.equal(one.cameras.world_to_camera[0], batch.cameras.world_to_camera[index])
    assert torch.equal(one.cameras.intrinsics[0], batch.cameras.intrinsics[index])
    assert (len(one.cameras), one.cameras.width, one.cameras.height) == (1, 16, 16)
    assert one.targets.keys() == TARGETS
    assert torch.equal(one.target("voxels")[0], batch.target("voxels")[index])
    assert torch.equal(one.target("surface")["normals"][0], batch.target("surface")["normals"][index])
    assert torch.equal(one.target("sketches")["part_ids"][0], batch.target("sketches")["part_ids"][index])
    assert int(one.target("category")[0]) == int(batch.target("category")[index])
    (mesh,) = one.target("mesh")
    assert mesh is batch.target("mesh")[index]
    np.testing.assert_array_equal(one.target("parts")[0].vertices, batch.target("parts")[index].vertices)


def test_samples_joined_again_are_the_batch(batch):
    joined = collate(list(batch))
    assert joined.keys == batch.keys
    assert torch.equal(joined.images, batch.images)
    assert torch.equal(joined.cameras.world_to_camera, batch.cameras.world_to_camera)
    assert_same(joined.targets, batch.targets)


def test_without_cameras_and_targets(batch):
    bare = replace(batch, cameras=None, targets={})
    assert [sample.keys[0] for sample in bare] == list(batch.keys)
    assert bare[1].cameras is None and bare[1].targets == {}


def test_without_pictures(batch):
    bare = replace(batch, images=None)
    assert bare[1].images is None and collate(list(bare)).images is None and bare.to("cpu").images is None
    assert len(collate(list(bare))) == 3


def test_anonymous_keys_tell_nothing_but_the_place(batch):
    hidden = batch.anonymous()
    assert hidden.keys == tuple(SampleKey("", "", i) for i in range(3)) and hidden.images is batch.images
    assert hidden.targets is batch.targets and batch.keys[0].category == "plank"


def test_names_of_samples():
    assert str(SampleKey("chair", "a", 7)) == "chair/a/007" and SampleKey("chair", "a", 7).part is None
    assert str(SampleKey("chair", "a", 7, 12)) == "chair/a/007/part12"


@pytest.mark.parametrize("index", [3, -4])
def test_beyond_its_ends_there_is_no_sample(batch, index):
    with pytest.raises(IndexError):
        batch[index]
