"""Each change of the pictures by itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from svr3d.datasets.box_objects import box_batch
from svr3d.methods.augmentation import Augmentation


def sample():
    return box_batch({"part_voxels", "category"}, count=1, cameras=False, size=48)


def changed(seed: int = 0, **options: object) -> torch.Tensor:
    return Augmentation(**options)(sample(), torch.Generator().manual_seed(seed)).images


def factor(strength: float, seed: int = 0) -> float:
    return 1 + strength * (2 * float(torch.rand((), generator=torch.Generator().manual_seed(seed))) - 1)


ALL = {"brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "noise": 0.1, "permute": True, "mirror": True}


def test_without_options_it_is_none():
    assert not Augmentation()
    assert torch.equal(changed(), sample().images)
    for name, value in ALL.items():
        assert Augmentation(**{name: value}), name


@pytest.mark.parametrize("name", ALL)
def test_the_generator_decides_alone(name):
    different = [changed(seed, **{name: ALL[name]}) for seed in range(8)]
    assert any(not torch.equal(different[0], other) for other in different[1:])
    torch.manual_seed(1)
    assert torch.equal(changed(3, **{name: ALL[name]}), different[3])
    assert all(float(images.min()) >= 0 and float(images.max()) <= 1 for images in different)


def test_what_it_is_given_stays():
    before = sample()
    kept = before.images.clone(), before.targets["part_voxels"].clone()
    Augmentation(**ALL)(before, torch.Generator().manual_seed(0))
    assert torch.equal(before.images, kept[0]) and torch.equal(before.targets["part_voxels"], kept[1])


def test_brightness_contrast_and_saturation():
    """In NumPy, from what the words mean."""
    image, f = sample().images[0].double().numpy(), factor(0.4)
    grey = np.tensordot([0.299, 0.587, 0.114], image, 1)
    for name, expected in {
        "brightness": f * image,
        "contrast": grey.mean() + f * (image - grey.mean()),
        "saturation": grey + f * (image - grey),
    }.items():
        found = changed(**{name: 0.4})[0].numpy()
        np.testing.assert_allclose(found, expected.clip(0, 1), atol=1e-5, err_msg=name)


def test_noise_has_its_deviation():
    dark = sample()
    dark.images.fill_(0.5)
    noisy = Augmentation(noise=0.05)(dark, torch.Generator().manual_seed(0)).images
    assert float((noisy - 0.5).std()) == pytest.approx(0.05, rel=0.05)
    assert float(noisy.mean()) == pytest.approx(0.5, abs=0.003)


def test_channels_are_permuted():
    original = sample().images
    orders = set()
    for seed in range(40):
        found = changed(seed, permute=True)
        order = [int(np.argmax([torch.equal(channel, other) for other in original[0]])) for channel in found[0]]
        assert sorted(order) == [0, 1, 2]
        orders.add(tuple(order))
    assert len(orders) == 6


def test_half_are_mirrored_with_their_voxels():
    original = sample()
    turned = 0
    for seed in range(60):
        found = Augmentation(mirror=True)(original, torch.Generator().manual_seed(seed))
        is_turned = not torch.equal(found.images, original.images)
        turned += is_turned
        grid = original.targets["part_voxels"]
        assert torch.equal(found.targets["part_voxels"], grid.flip(1) if is_turned else grid)
        assert torch.equal(found.images, original.images.flip(3) if is_turned else original.images)
    assert 18 <= turned <= 42
