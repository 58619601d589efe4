"""The 2.5D generator and the image encoder: shapes and closed counts; the maps' size, losses and errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from svr3d.datasets.box_objects import box_batch
from svr3d.methods.resnet18 import ResNet18
from svr3d.methods.smnet.image_encoder import SketchEncoder
from svr3d.methods.smnet.maps import Maps, four_channels, map_errors, map_losses, resized_maps
from svr3d.methods.smnet.sketcher import Sketcher

RESNET18 = 11_689_512 - 513 * 1000
"""Parameters of torchvision's, by its documentation, without the layer of a thousand classes."""


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def mirrored(channels: int) -> int:
    """Of a mirrored ResNet-18: two blocks a stage, the first with a shortcut, each convolution before a batch norm."""
    total = 7 * 7 * 128 * channels + channels
    for c_in, c_out in ((512, 256), (512, 128), (256, 64), (128, 64)):
        total += 9 * (c_in + 3 * c_out) * c_out + c_in * c_out + 5 * 2 * c_out
    return total


def test_published_sizes():
    sketcher, encoder = Sketcher(), SketchEncoder(1024)
    assert count(sketcher.encoder) == RESNET18
    for name, channels in (("depth", 1), ("normal", 3), ("silhouette", 1)):
        assert count(sketcher.decoders[name]) == mirrored(channels)
    assert count(encoder) == RESNET18 + 7 * 7 * 64 + 513 * 1024  # one input channel more, and the code


def test_shapes():
    """256² as published: features of 64, 64, 128, 256 and 512 channels, and maps of the picture's size."""
    with torch.no_grad():
        features = ResNet18().eval()(torch.rand(1, 3, 256, 256))
        assert [tuple(f.shape[1:]) for f in features] == [
            (64, 128, 128),
            (64, 64, 64),
            (128, 32, 32),
            (256, 16, 16),
            (512, 8, 8),
        ]
        maps = Sketcher(0.125).eval()(torch.rand(2, 3, 96, 96))
        assert [tuple(m.shape) for m in maps] == [(2, 96, 96), (2, 3, 96, 96), (2, 96, 96)]
        assert SketchEncoder(40, 0.125).eval()(torch.rand(2, 4, 96, 96)).shape == (2, 40)


def test_resnet_is_torchvisions():
    from torchvision.models import resnet18

    torch.manual_seed(0)
    theirs, ours = resnet18().eval(), ResNet18().eval()
    ours.load_state_dict({name: value for name, value in theirs.state_dict().items() if not name.startswith("fc.")})
    images = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        expected = theirs(images)
        torch.testing.assert_close(theirs.fc(ours(images)[-1].mean((2, 3))), expected)


def weights_from(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    from torchvision.models import ResNet18_Weights

    def get_state_dict(self: object, **_: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", get_state_dict)


def test_imagenet(monkeypatch):
    from torchvision.models import resnet18

    state = resnet18().state_dict()
    weights_from(monkeypatch, state)
    three, four = ResNet18(), ResNet18(4)
    first = four.conv1.weight.clone()
    assert three.load_imagenet() and four.load_imagenet()
    assert torch.equal(three.conv1.weight, state["conv1.weight"]) and torch.equal(four.conv1.weight, first)
    for network in (three, four):
        assert torch.equal(network.get_submodule("layer4")[1].conv2.weight, state["layer4.1.conv2.weight"])


def test_without_imagenet(monkeypatch):
    weights_from(monkeypatch, OSError("no network"))
    network = ResNet18(width=0.125)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert not network.load_imagenet()
    assert [str(w.message) for w in told] == [
        "ResNet-18's ImageNet weights cannot be had (OSError); training starts from scratch"
    ]
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


# Maps


def truth(side: int = 96) -> tuple[dict[str, torch.Tensor], Maps]:
    sketches = box_batch({"sketches"}, count=3, pictures=False).target("sketches")
    return sketches, resized_maps(sketches, side)


def test_maps_of_their_own_size_stay():
    sketches, maps = truth(137)
    seen = sketches["depth"] > 0
    assert torch.equal(maps.seen, seen) and torch.equal(seen, sketches["silhouette"] > 0)
    assert torch.equal(maps.depth, sketches["depth"]) and torch.equal(maps.normal, sketches["normal"])


def test_nothing_of_the_background_gets_into_resized_maps():
    sketches, maps = truth()
    junk = {name: value.clone() for name, value in sketches.items()}
    outside = sketches["depth"] == 0
    junk["normal"].masked_fill_(outside[:, None], 9.0)
    for a, b in zip(maps, resized_maps(junk, 96), strict=True):
        torch.testing.assert_close(a, b)
    depths = sketches["depth"][~outside]
    inside = maps.depth[maps.seen]
    assert depths.min() - 1e-5 <= inside.min() and inside.max() <= depths.max() + 1e-5
    lengths = maps.normal.norm(dim=1)[maps.seen]
    torch.testing.assert_close(lengths, torch.ones_like(lengths))


def test_a_plane_keeps_its_depths():
    rows = torch.linspace(1, 2, 128)[None, :, None].expand(1, 128, 128)
    sketches = {"depth": rows.clone(), "normal": torch.ones(1, 3, 128, 128)}
    sketches["depth"][:, :, 64:] = 0
    maps = resized_maps(sketches, 64)
    expected = (rows[:, ::2, :64:2] + rows[:, 1::2, :64:2]) / 2
    torch.testing.assert_close(maps.depth[:, 2:-2, :31], expected[:, 2:-2, :31], rtol=1e-4, atol=1e-5)
    assert maps.seen[:, :, :31].all() and not maps.seen[:, :, 33:].any()


def test_losses_against_numpy():
    _, maps = truth()
    rng = torch.Generator().manual_seed(0)
    found = Maps(*(torch.randn(m.shape, generator=rng) for m in maps))
    seen = maps.seen.numpy()
    losses = {name: float(value) for name, value in map_losses(found, maps).items()}
    errors = {name: float(value) for name, value in map_errors(found, maps, torch.tensor(0.25)).items()}
    depth = (found.depth - maps.depth).numpy()[seen]
    normal = (found.normal - maps.normal).permute(0, 2, 3, 1).numpy()[seen]
    a, b = (m.normal.permute(0, 2, 3, 1).double().numpy()[seen] for m in (found, maps))
    angles = np.degrees(np.arccos((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)))
    ious = [(s & t).sum() / (s | t).sum() for s, t in zip(found.seen.numpy(), seen, strict=True)]
    assert losses == pytest.approx(
        {
            "depth": np.square(depth).mean(),
            "normal": np.square(normal).sum(1).mean(),
            "silhouette": np.square((found.silhouette - maps.silhouette).numpy()).mean(),
        },
        rel=1e-4,
    )
    assert errors == pytest.approx(
        {
            "depth_rmse": 0.25 * np.sqrt(np.square(depth).mean()),
            "normal_degrees": angles.mean(),
            "silhouette_iou": np.mean(ious),
        },
        rel=1e-3,
    )


def test_the_background_counts_for_the_silhouette_alone():
    _, maps = truth()
    found = Maps(*(m.clone() for m in maps))
    found.depth[~maps.seen] = 50.0
    found.normal.masked_fill_(~maps.seen[:, None], -3.0)
    assert {name: float(value) for name, value in map_losses(found, maps).items()} == dict.fromkeys(
        ("depth", "normal", "silhouette"), 0.0
    )
    found.silhouette[~maps.seen] += 0.4
    assert float(map_losses(found, maps)["silhouette"]) > 0.05


def test_views_in_which_nothing_is_seen():
    empty = Maps(torch.zeros(1, 32, 32), torch.zeros(1, 3, 32, 32), torch.zeros(1, 32, 32))
    assert all(float(value) == 0 for value in map_losses(empty, empty).values())
    errors = map_errors(empty, empty, torch.tensor(1.0))
    assert float(errors["silhouette_iou"]) == 1 and float(errors["depth_rmse"]) == 0


def test_four_channels():
    _, maps = truth()
    found = four_channels(maps._replace(normal=7 * maps.normal))
    seen = maps.seen
    assert found.shape == (3, 4, 96, 96) and not found.masked_select(~seen[:, None].expand_as(found)).any()
    torch.testing.assert_close(found[:, 0][seen], maps.depth[seen])
    torch.testing.assert_close(found[:, 1:], F.normalize(maps.normal, dim=1).masked_fill(~seen[:, None], 0))


def test_every_weight_of_the_generator_learns():
    torch.manual_seed(0)
    _, maps = truth(64)
    sketcher = Sketcher(0.125)
    torch.stack(list(map_losses(sketcher(torch.rand(3, 3, 64, 64)), maps).values())).sum().backward()
    assert not [name for name, p in sketcher.named_parameters() if p.grad is None or not p.grad.any()]
