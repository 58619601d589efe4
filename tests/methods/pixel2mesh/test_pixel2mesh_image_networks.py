"""Image networks and feature pooling against the published layers, loops and images with one lit pixel."""

from __future__ import annotations

import math
import warnings
from itertools import pairwise
from urllib.error import URLError

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from svr3d.geometry import InputError
from svr3d.methods.feature_maps import FeatureMap, pool_features
from svr3d.methods.pixel2mesh.image_networks import VGG16, StridedNetwork, image_network

# (channels, side of the kernel, stride), as released.
STRIDED = (
    [(16, 3, 1), (16, 3, 1)]
    + [(32, 3, 2), (32, 3, 1), (32, 3, 1)]
    + [(64, 3, 2), (64, 3, 1), (64, 3, 1)]
    + [(128, 3, 2), (128, 3, 1), (128, 3, 1)]
    + [(256, 5, 2), (256, 3, 1), (256, 3, 1)]
    + [(512, 5, 2), (512, 3, 1), (512, 3, 1), (512, 3, 1)]
)
VGG = [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]


@pytest.fixture(scope="module")
def vgg() -> VGG16:
    torch.manual_seed(0)
    return VGG16().eval()


def convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]


def parameters(plan: list[tuple[int, int]]) -> int:
    """Of convolutions (channels, side of the kernel), from three channels on."""
    return sum(c * (k * k * before + 1) for (before, _), (c, k) in pairwise([(3, 0), *plan]))


# Layers


def test_strided_layers():
    network = StridedNetwork()
    found = [(c.out_channels, c.kernel_size[0], c.stride[0]) for c in convolutions(network)]
    assert found == STRIDED
    assert sum(p.numel() for p in network.parameters()) == parameters([(c, k) for c, k, _ in STRIDED])
    with torch.no_grad():
        maps = network(torch.rand(1, 3, 224, 224))
    assert [tuple(m.values.shape) for m in maps] == [
        (1, 64, 56, 56),
        (1, 128, 28, 28),
        (1, 256, 14, 14),
        (1, 512, 7, 7),
    ]
    assert [(m.stride, m.origin) for m in maps] == [(4, 0.5), (8, 0.5), (16, 0.5), (32, 0.5)]
    assert network.channels == [64, 128, 256, 512] and sum(network.channels) == 960
    assert all((m.values >= 0).all() for m in maps)  # after the ReLU


def test_strided_width():
    network = StridedNetwork(0.25)
    assert [c.out_channels for c in convolutions(network)] == [max(8, c // 4) for c, _, _ in STRIDED]
    assert network.channels == [16, 32, 64, 128]


def test_vgg_layers(vgg):
    assert [c.out_channels for c in convolutions(vgg)] == VGG
    assert sum(p.numel() for p in vgg.parameters()) == parameters([(c, 3) for c in VGG]) == 14_714_688
    with torch.no_grad():
        maps = vgg(torch.rand(1, 3, 224, 224))
    assert [tuple(m.values.shape) for m in maps] == [(1, 256, 56, 56), (1, 512, 28, 28), (1, 512, 14, 14)]
    assert [(m.stride, m.origin) for m in maps] == [(4, 2), (8, 4), (16, 8)]
    assert vgg.channels == [256, 512, 512] and sum(vgg.channels) == 1280


def test_vgg_taps_are_conv3_3_conv4_3_and_conv5_3_after_their_relu(vgg):
    """The names by counting convolutions in each stage, which pooling ends, in torchvision's own network."""
    from torchvision.models import vgg as torchvision_vgg

    layers = torchvision_vgg.make_layers(torchvision_vgg.cfgs["D"])
    assert [repr(layer) for layer in layers[:30]] == [repr(layer) for layer in vgg.features]
    layers[:30].load_state_dict(vgg.features.state_dict())
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    x = (images - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[
        :, None, None
    ]
    named, stage, number = {}, 1, 0
    with torch.no_grad():
        for layer in layers:
            x = layer(x)
            if isinstance(layer, nn.Conv2d):
                number += 1
            elif isinstance(layer, nn.ReLU):
                named[f"conv{stage}_{number}"] = x.clone()
            else:
                stage, number = stage + 1, 0
        maps = vgg(images)
    assert len(named) == 13
    for level, name in zip(maps, ("conv3_3", "conv4_3", "conv5_3"), strict=True):
        torch.testing.assert_close(level.values, named[name], rtol=1e-4, atol=1e-4)
        assert (level.values > 0).any()


@pytest.mark.parametrize("name", ["strided", "vgg16"])
def test_signal_survives_the_layers(name):
    torch.manual_seed(0)
    network = image_network(name)
    with torch.no_grad():
        maps = network(torch.rand(1, 3, 160, 160))
    assert all(0.05 < float(m.values.std()) < 20 for m in maps)


def test_unknown_network():
    with pytest.raises(InputError, match="option 'image_network': expected strided or vgg16, found 'resnet'"):
        image_network("resnet")
    with pytest.raises(InputError, match=r"option 'width': VGG-16 .* found 0.5"):
        image_network("vgg16", 0.5)


# ImageNet weights


def use_weights(monkeypatch: pytest.MonkeyPatch, result: object) -> None:
    from torchvision.models import VGG16_Weights

    def get_state_dict(*_: object, **__: object) -> object:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(VGG16_Weights, "get_state_dict", get_state_dict)


@pytest.mark.parametrize("error", [URLError("no route"), OSError("disk full"), RuntimeError("invalid hash value")])
def test_weights_that_cannot_be_had(error, vgg, monkeypatch):
    use_weights(monkeypatch, error)
    before = {name: value.clone() for name, value in vgg.state_dict().items()}
    with pytest.warns(UserWarning, match=rf"cannot be had \({type(error).__name__}\)") as caught:
        assert vgg.load_imagenet() is False
    assert len(caught) == 1
    assert all(torch.equal(value, before[name]) for name, value in vgg.state_dict().items())


def test_weights_are_loaded(monkeypatch):
    network = VGG16()
    rng = torch.Generator().manual_seed(1)
    state = {name: torch.randn(value.shape, generator=rng) for name, value in network.state_dict().items()}
    use_weights(monkeypatch, state | {"classifier.0.weight": torch.zeros(4096, 25088)[:1]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert network.load_imagenet() is True
    assert len(state) == 26
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())


# Pooling


def level(batch: int = 2, channels: int = 3, height: int = 5, width: int = 6, stride=4.0, origin=2.0) -> FeatureMap:
    values = torch.randn(batch, channels, height, width, generator=torch.Generator().manual_seed(0))
    return FeatureMap(values, stride, origin)


def by_hand(feature_map: FeatureMap, pixels: Tensor) -> np.ndarray:
    """Bilinear interpolation of one map, point by point; coordinates outside are those of the border."""
    values = feature_map.values.double().numpy()
    _, channels, height, width = values.shape
    found = np.empty((*pixels.shape[:2], channels))
    for v in range(pixels.shape[0]):
        for b in range(pixels.shape[1]):
            x, y = ((float(c) - feature_map.origin) / feature_map.stride for c in pixels[v, b])
            x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
            total = np.zeros(channels)
            for row in range(height):
                for column in range(width):
                    total += max(0, 1 - abs(y - row)) * max(0, 1 - abs(x - column)) * values[b, :, row, column]
            found[v, b] = total
    return found


@pytest.mark.parametrize(("stride", "origin"), [(1, 0.5), (4, 0.5), (4, 2), (16, 8)])
@pytest.mark.parametrize(("height", "width"), [(5, 6), (1, 6), (5, 1), (1, 1), (2, 2)])
def test_pooling_against_a_loop(height, width, stride, origin):
    feature_map = level(height=height, width=width, stride=float(stride), origin=float(origin))
    side = torch.tensor([width, height]) * stride
    rng = torch.Generator().manual_seed(1)
    inside = torch.rand(20, 2, 2, generator=rng) * side
    outside = (torch.rand(10, 2, 2, generator=rng) - 0.5) * 6 * side
    # At the centres of pixels of the map, where a sampler of floor and ceiling has weights of 0 and 0.
    whole = torch.stack(torch.meshgrid(torch.arange(width), torch.arange(height), indexing="xy"), -1).reshape(-1, 1, 2)
    whole = (whole * stride + origin).expand(-1, 2, -1).float()
    corners = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]])[:, None].expand(-1, 2, -1) * side
    pixels = torch.cat([inside, outside, whole, corners.float(), torch.tensor([[[-1e30, 1e30]] * 2])])
    found = pool_features([feature_map], pixels)
    np.testing.assert_allclose(found, by_hand(feature_map, pixels), rtol=1e-4, atol=1e-4)
    expected = feature_map.values.permute(2, 3, 0, 1).reshape(-1, 2, 3)
    torch.testing.assert_close(pool_features([feature_map], whole), expected, rtol=0, atol=1e-6)


def test_maps_come_one_after_the_other():
    first, second = level(), level(channels=4, height=3, width=3, stride=8.0, origin=4.0)
    pixels = torch.rand(7, 2, 2) * 24
    found = pool_features([first, second], pixels)
    assert found.shape == (7, 2, 7)
    torch.testing.assert_close(found[..., :3], pool_features([first], pixels))
    torch.testing.assert_close(found[..., 3:], pool_features([second], pixels))


def test_gradients_of_pooling_in_features_and_pixels():
    feature_map = level()
    values = feature_map.values.double().requires_grad_()
    pixels = (
        torch.rand(5, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2)) * 3 + 9.3
    ).requires_grad_()
    assert torch.autograd.gradcheck(lambda v, p: pool_features([FeatureMap(v, 4.0, 2.0)], p), (values, pixels))


def test_gradient_outside_the_image_is_zero():
    pixels = torch.tensor([[[-50.0, 10.0]]], requires_grad=True)
    pool_features([level(batch=1)], pixels).sum().backward()
    assert float(pixels.grad[0, 0, 0]) == 0 and float(pixels.grad[0, 0, 1]) != 0


def test_coordinates_that_are_no_numbers():
    pixels = torch.tensor([[[math.nan, 3.0]], [[3.0, math.nan]], [[3.0, 3.0]]])
    found = pool_features([level(batch=1), level(batch=1, height=1, width=1)], pixels)
    assert found[:2, :, :3].isnan().all() and found[2].isfinite().all()
    assert pool_features([level(batch=1)], torch.tensor([[[math.inf, -math.inf]]])).isfinite().all()


def test_mixed_precision_pools_in_the_features_type():
    feature_map = level()
    pixels = torch.rand(9, 2, 2, generator=torch.Generator().manual_seed(3)) * 20
    found = pool_features([FeatureMap(feature_map.values.bfloat16(), 4.0, 2.0)], pixels)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), pool_features([feature_map], pixels), rtol=0.05, atol=0.05)


# Registration: where in the image a feature is from


@torch.no_grad()
def see_through(network: nn.Module) -> None:
    """Every layer's first channel passes on its input's first channel, by a kernel that is 1 in its middle."""
    for conv in convolutions(network):
        nn.init.zeros_(conv.weight)
        nn.init.zeros_(conv.bias)
        conv.weight[0, 0, conv.kernel_size[0] // 2, conv.kernel_size[1] // 2] = 1


@pytest.mark.parametrize("name", ["strided", "vgg16"])
@pytest.mark.parametrize(("row", "column"), [(32, 64), (96, 32), (64, 96)])
def test_one_lit_pixel_is_pooled_at_its_centre(name, row, column):
    network = StridedNetwork(0.25) if name == "strided" else VGG16()
    see_through(network)
    images = torch.full((1, 3, 160, 160), 0.0 if name == "strided" else 0.485)  # VGG-16's zero is ImageNet's mean
    images[0, :, row, column] = 1
    with torch.no_grad():
        maps = network(images)
    at = torch.arange(0, 160, 0.5)
    for feature_map in maps:
        # Strides see this pixel alone; pooling sees the whole block of pixels whose first it is.
        shift = 0 if name == "strided" else (feature_map.stride - 1) / 2
        x, y = column + 0.5 + shift, row + 0.5 + shift
        across = torch.stack([at, torch.full_like(at, y)], dim=-1)
        down = torch.stack([torch.full_like(at, x), at], dim=-1)
        for line, centre in ((across, x), (down, y)):
            pooled = pool_features([feature_map], line[:, None])[:, 0, 0]
            assert float(pooled.max()) > 0.9
            assert float(at[pooled.argmax()]) == pytest.approx(centre, abs=0.5)
            assert float((pooled * at).sum() / pooled.sum()) == pytest.approx(centre, abs=0.25)
