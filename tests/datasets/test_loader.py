"""Batches: the same whatever loads them, and after every resumption."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from test_batch import assert_same
from test_targets import plain

from svr3d.datasets import open_dataset
from svr3d.datasets.loader import BatchOrder, loader
from svr3d.geometry import InputError


def batches(loader, epoch):
    loader.sampler.set_epoch(epoch)
    return list(loader)


def training(dataset, targets=(), *, seed=0, batch_size=5, shuffle=True, split="train", **options):
    return loader(
        dataset, dataset.samples(split), targets, seed=seed, batch_size=batch_size, shuffle=shuffle, **options
    )


def test_batches_follow_seed_and_epoch(prepared):
    dataset = open_dataset(prepared)

    def loading(seed):
        return training(dataset, {"surface"}, seed=seed, points=50)

    loader = loading(1)
    epochs = [batches(loader, epoch) for epoch in range(3)]
    keys = [[key for batch in epoch for key in batch.keys] for epoch in epochs]
    assert all(sorted(k) == sorted(dataset.samples("train")) for k in keys) and keys[0] != keys[1]
    assert [len(batch) for batch in epochs[0]] == [5, 5, 2] and len(loader) == 3

    # A fresh process that goes straight to epoch 2 sees the same, points included.
    resumed = batches(loading(1), 2)
    for a, b in zip(epochs[2], resumed, strict=True):
        assert a.keys == b.keys and torch.equal(a.target("surface")["points"], b.target("surface")["points"])
    assert [b.keys for b in batches(loading(2), 0)] != [b.keys for b in epochs[0]]
    first = {batch.keys[i]: batch.target("surface")["points"][i] for batch in epochs[0] for i in range(len(batch))}
    key = epochs[1][0].keys[0]
    assert not torch.equal(first[key], epochs[1][0].target("surface")["points"][0])  # fresh points each epoch


def test_no_batch_of_one(prepared):
    dataset = open_dataset(prepared)  # 12 training samples
    for size, expected in [(11, [12]), (12, [12]), (7, [7, 5]), (1, [1] * 12), (50, [12])]:
        loader = training(dataset, batch_size=size)
        assert [len(batch) for batch in loader] == expected and len(loader) == len(expected)


def test_validation_is_the_same_every_epoch(prepared):
    loader = training(open_dataset(prepared), {"surface"}, batch_size=3, split="val", shuffle=False, points=20)
    a, b = batches(loader, 0), batches(loader, 5)
    assert [x.keys for x in a] == [x.keys for x in b]
    assert all(
        torch.equal(x.target("surface")["points"], y.target("surface")["points"]) for x, y in zip(a, b, strict=True)
    )


def test_devices_share_an_epoch(prepared):
    seen = []
    for rank in range(3):
        order = BatchOrder(10, 2, seed=0, shuffle=True, world=(rank, 3))
        seen += [index for batch in order for _, index in batch]
    assert len(seen) == 12 and set(seen) == set(range(10))
    dataset = open_dataset(prepared)
    loaders = [training(dataset, batch_size=2, world=(rank, 2)) for rank in range(2)]
    keys = [[key for batch in batches(loader, 1) for key in batch.keys] for loader in loaders]
    assert len(keys[0]) == len(keys[1]) == 6 and sorted(keys[0] + keys[1]) == sorted(dataset.samples("train"))


def noisy(sample, generator):
    """An augmentation that draws for pictures and points."""
    images = sample.images + torch.rand(sample.images.shape, generator=generator)
    shift = torch.rand(3, generator=generator)
    surface = sample.target("surface")
    return replace(
        sample, images=images, targets=sample.targets | {"surface": surface | {"points": surface["points"] + shift}}
    )


def test_loading_processes_change_nothing(prepared):
    """Neither points drawn there, nor what augments them, nor what has been loaded before."""
    dataset = open_dataset(prepared)
    targets = {"surface", "occupancy", "parts", "sketches", "voxels"}
    options = {"seed": 3, "points": 9, "augment": noisy}
    loaders = [training(dataset, targets, workers=workers, **options) for workers in (0, 2)]
    batches(loaders[0], 3)
    here, there = (batches(loader, 4) for loader in loaders)
    for a, b in zip(here, there, strict=True):
        assert a.keys == b.keys and torch.equal(a.images, b.images)
        assert_same(plain(a.targets), plain(b.targets))


def test_augmentation_follows_seed_epoch_and_sample(prepared):
    dataset = open_dataset(prepared)

    def pictures(seed, epoch, batch_size=5):
        loader = training(dataset, {"surface"}, seed=seed, points=9, augment=noisy, batch_size=batch_size)
        return {key: batch.images[i] for batch in batches(loader, epoch) for i, key in enumerate(batch.keys)}

    first = pictures(0, 0)
    for other, same in ((pictures(0, 0, batch_size=3), True), (pictures(0, 1), False), (pictures(1, 0), False)):
        assert all(torch.equal(first[key], other[key]) == same for key in first)
    plain = {key: dataset.sample(key).images[0] for key in first}
    noise = [first[key] - plain[key] for key in first]
    assert not any(torch.allclose(noise[0], other) for other in noise[1:])


def test_what_is_not_asked_for_is_not_read(copy):
    for file in copy.glob("*/*/img_choy2016/*"):
        file.write_bytes(b"damaged")
    dataset = open_dataset(copy)
    loader = training(dataset, {"voxels"}, pictures=False, cameras=False)
    assert all(batch.images is None and batch.cameras is None and len(batch) for batch in loader)
    with pytest.raises(InputError, match="not a whole picture"):
        list(training(dataset, cameras=False))


def test_pictures_without_cameras_and_cameras_without_pictures(prepared):
    dataset = open_dataset(prepared)
    pictures, cameras = (next(iter(training(dataset, **{name: False}))) for name in ("cameras", "pictures"))
    assert pictures.cameras is None and pictures.images.shape == (5, 3, 32, 32)
    assert cameras.images is None and len(cameras.cameras) == 5
    moved = cameras.to("cpu")
    assert moved.images is None and moved[1].keys == (cameras.keys[1],)
    assert [str(key) for key in moved.anonymous().keys] == [f"//{i:03d}" for i in range(5)]


def test_bad_options(prepared):
    dataset = open_dataset(prepared)
    for options in ({"batch_size": 0}, {"points": 0}, {"workers": -1}):
        with pytest.raises(InputError, match="expected at least"):
            training(dataset, **options)
    with pytest.raises(InputError, match="there are no samples to load"):
        loader(dataset, [], (), batch_size=1, seed=0, shuffle=False)
