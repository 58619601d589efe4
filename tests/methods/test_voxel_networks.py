"""The voxel networks against the published shapes, and the augmentation against the geometry of images."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.datasets.box_objects import BoxObject, box_batch, box_camera
from svr3d.geometry import Camera, InputError
from svr3d.methods.classvoxels.network import ClassVoxelNetwork
from svr3d.methods.shapeprior.network import ShapePriorNetwork
from svr3d.methods.voxel_networks import ImageEncoder, VoxelDecoder, VoxelEncoder, crop, fit_threshold, flip_some


def count(module):
    return sum(p.numel() for p in module.parameters())


def conv(n_in, n_out, volume):
    return n_in * n_out * volume + n_out


def dense(*widths):
    return sum(a * b + b for a, b in itertools.pairwise(widths))


ENCODER = (
    conv(3, 96, 49) + conv(96, 128, 9) + conv(128, 256, 9) + 2 * conv(256, 256, 9)
    + 2 * (96 + 128 + 3 * 256) + dense(256, 128)
)  # fmt: skip
DECONVOLUTIONS = conv(128, 128, 125) + conv(128, 64, 125) + conv(64, 1, 125) + 2 * (128 + 64 + 1)
HEAD = dense(128, 128, 64, 32, 13) + 2 * (128 + 64 + 32)


@pytest.mark.parametrize("strided", [False, True])
def test_encoder_sides(strided):
    sides = []
    encoder = ImageEncoder(stride_first=strided).eval()
    for stage in encoder.stages:
        stage.register_forward_hook(lambda module, args, out: sides.append(tuple(out.shape[1:])))
    assert encoder(torch.rand(1, 3, 127, 127)).shape == (1, 128)
    first = 61 if strided else 60
    assert sides == [(96, first, first), (128, 29, 29), (256, 13, 13), (256, 5, 5), (256, 1, 1)]


def test_decoder_sides():
    sides = []
    decoder = VoxelDecoder(256).eval()
    for layer in decoder.deconvolutions:
        if isinstance(layer, nn.ConvTranspose3d):
            layer.register_forward_hook(lambda module, args, out: sides.append(tuple(out.shape[1:])))
    assert decoder(torch.rand(2, 256)).shape == (2, 32, 32, 32)
    assert sides == [(128, 8, 8, 8), (64, 16, 16, 16), (1, 32, 32, 32)]
    assert decoder.expand.out_features == 8192


def test_parameter_counts():
    network = ClassVoxelNetwork(13)
    assert count(network.class_encoder) == count(network.view_encoder) == ENCODER
    assert count(network.class_head) == HEAD
    assert count(network.decoder) == dense(256, 8192) + DECONVOLUTIONS
    prior = ShapePriorNetwork()
    expected = conv(1, 32, 125) + conv(32, 64, 125) + conv(64, 128, 125) + 2 * (32 + 64 + 128) + dense(8192, 512, 128)
    assert count(prior.prior_encoder) == count(VoxelEncoder()) == expected
    assert count(prior.decoder) == dense(128, 8192) + DECONVOLUTIONS


@pytest.mark.parametrize(
    ("embedding", "fusion", "code"), [(128, "concat", 256), (128, "sum", 128), (256, "concat", 512)]
)
def test_fusion(embedding, fusion, code):
    network = ClassVoxelNetwork(13, embedding=embedding, fusion=fusion, width=0.1).eval()
    assert network.decoder.expand.in_features == code
    voxels, classes = network(torch.rand(2, 3, 127, 127))
    assert voxels.shape == (2, 32, 32, 32) and classes.shape == (2, 13)
    with pytest.raises(InputError, match="fusion"):
        ClassVoxelNetwork(13, fusion="product")


def test_class_head_ends_linear_and_decoder_has_relus():
    network = ClassVoxelNetwork(13, width=0.1, dropout=0.3)
    assert isinstance(network.class_head[-1], nn.Linear)
    assert sum(isinstance(layer, nn.Dropout) for layer in network.class_head) == 3
    assert (network.class_head.eval()(torch.randn(64, 128)) < 0).any()
    kinds = [type(layer).__name__ for layer in network.decoder.deconvolutions]
    assert kinds == ["ConvTranspose3d", "BatchNorm3d", "ReLU"] * 2 + ["ConvTranspose3d", "BatchNorm3d"]
    without = ClassVoxelNetwork(13, width=0.1, relu=False).decoder.deconvolutions
    assert not any(isinstance(layer, nn.ReLU) for layer in without)


def test_residual_starts_from_the_prior():
    network = ShapePriorNetwork(width=0.1).eval()
    nn.init.zeros_(network.decoder.deconvolutions[-1].weight)
    priors = torch.rand(2, 32, 32, 32).clamp(0.02, 0.98)
    assert torch.allclose(network(torch.rand(2, 3, 127, 127), priors).sigmoid(), priors, atol=1e-5)


def test_fitted_threshold_is_the_best_by_brute_force():
    batch = box_batch({"voxels"}, count=6)
    generator = torch.manual_seed(0)
    logits = 2 * torch.randn(6, 32, 32, 32, generator=generator) + 4 * batch.target("voxels") - 3
    found = fit_threshold(lambda b: logits[[batch.keys.index(key) for key in b.keys]], [batch])
    truth = batch.target("voxels") > 0

    def mean_iou(threshold):
        chosen = logits.sigmoid() > threshold
        return np.mean([(a & b).sum() / (a | b).sum() for a, b in zip(chosen, truth, strict=True)])

    assert mean_iou(found) == max(mean_iou(t) for t in np.arange(0.05, 0.96, 0.05).round(2))


def test_crop():
    images = torch.arange(137.0).expand(2, 3, 137, 137).contiguous()
    assert torch.equal(crop(images), images[..., 5:132, 5:132])
    torch.manual_seed(0)
    shifted = crop(images.repeat(8, 1, 1, 1), random=True)
    assert shifted.shape == (16, 3, 127, 127)
    starts = shifted[:, 0, 0, 0]
    assert set(starts.tolist()) <= set(range(11)) and len(set(starts.tolist())) > 3
    assert torch.equal(shifted[:, 0, 0, -1] - starts, torch.full((16,), 126.0))


@pytest.mark.parametrize("size", [64, 224])
def test_crop_of_another_size_shows_the_same_window(size):
    """A ramp from 0 to 1 over the image: the crop's middle must be one half and its slope that of 137 pixels."""
    ramp = ((torch.arange(size) + 0.5) / size).expand(1, 3, size, size)
    row = crop(ramp)[0, 0, 60]
    assert row.shape == (127,)
    assert float(row[63]) == pytest.approx(0.5, abs=1e-3)
    assert float(row[100] - row[30]) == pytest.approx(70 / 137, rel=0.01)


def test_crop_refuses_oblong_images():
    with pytest.raises(InputError, match="expected square ones, found 64 × 48"):
        crop(torch.rand(1, 3, 48, 64))


@pytest.mark.parametrize(("axis", "index"), [("x", 0), ("z", 2)])
def test_mirrored_image_is_of_the_mirrored_object(axis, index):
    """Renders the mirrored object from the mirrored viewpoint: it is what the flip makes of image and voxels."""
    low = np.array([[-0.3, -0.5, -0.2], [0.1, -0.3, 0.0]])
    thing = BoxObject("post", low, np.array([[0.2, -0.3, 0.3], [0.3, 0.5, 0.35]]))  # alike from no two sides
    camera = box_camera(3, 0, 64)
    sign = np.ones(3)
    sign[index] = -1
    low, high = np.minimum(thing.low * sign, thing.high * sign), np.maximum(thing.low * sign, thing.high * sign)
    mirrored = BoxObject(thing.category, low, high)
    other = Camera.look_at(camera.position * sign, width=64, height=64)

    def tensors(o, c):
        return torch.from_numpy(o.render(c)["silhouette"])[None, None], torch.from_numpy(o.voxels() > 0)[None].float()

    images, voxels = tensors(thing, camera)
    expected_images, expected_voxels = tensors(mirrored, other)
    assert not torch.equal(voxels, expected_voxels)
    torch.manual_seed(0)
    flipped_images, flipped_voxels = flip_some(axis, images.expand(8, -1, -1, -1), voxels.expand(8, -1, -1, -1))
    was = [torch.equal(v, expected_voxels[0]) for v in flipped_voxels]
    assert 0 < sum(was) < 8
    for image, grid, mirror in zip(flipped_images, flipped_voxels, was, strict=True):
        assert torch.equal(grid, (expected_voxels if mirror else voxels)[0])
        assert (image != (expected_images if mirror else images)[0]).float().mean() < 0.002  # grazing rays
    with pytest.raises(InputError, match="flip_axis"):
        flip_some("y", images, voxels)
