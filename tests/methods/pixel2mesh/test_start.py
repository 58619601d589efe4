import pytest
import torch
from torch import nn

from svr3d.datasets.box_objects import box_batch, box_facts
from svr3d.methods.pixel2mesh import Pixel2Mesh
from svr3d.methods.pixel2mesh.start import PICTURES, SHARE, smudges, start_pictures

SIZE = 112


def method(seed=0, **options):
    return Pixel2Mesh.create("tiny", box_facts(), seed=seed, **{"standardize": True} | options)


def outputs(method, pictures):
    """Of each convolution of the image network."""
    found = []
    for layer in method.network.image_network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _inputs, output: found.append(output.clone()))
    with torch.no_grad():
        method.network.image_network(pictures)
    return found


@pytest.mark.parametrize("seed", [0, 1])
def test_convolutions_put_out_mean_0_and_deviation_1(seed):
    found = outputs(method(seed), smudges(PICTURES, SIZE))
    assert len(found) == 18
    for output in found:
        torch.testing.assert_close(output.mean(dim=(0, 2, 3)), torch.zeros(output.shape[1]), atol=1e-3, rtol=0)
        torch.testing.assert_close(output.std(dim=(0, 2, 3)), torch.ones(output.shape[1]), atol=1e-3, rtol=0)


def test_signals_of_seeds_are_alike():
    """On other pictures too; by He's start they differ by a factor of several."""
    images = box_batch((), count=4, pictures=True, cameras=True).images

    def spread(**options):
        signals = [float(outputs(method(seed, **options), images)[-1].std()) for seed in range(6)]
        return max(signals) / min(signals)

    assert 2 * spread() < spread(standardize=False)


@pytest.mark.parametrize("options", [{}, {"convolution": "sum"}, {"coordinates": False}])
def test_image_features_and_coordinates_have_equal_shares_in_a_block(options):
    """What the first convolution of each block makes of either, made anew with the dense matrix of its mesh."""
    network = method(**options).network
    inputs = []
    for block in network.blocks:
        block.enter.register_forward_pre_hook(lambda _layer, given: inputs.append(given))
    with torch.no_grad():
        network(*start_pictures(SIZE))
    features = sum(network.image_network.channels)
    for number, (block, (x, operator, unpool)) in enumerate(zip(network.blocks, inputs, strict=True)):
        own, near = (weight for weight in block.enter.parameters() if weight.ndim == 2)
        if options.get("convolution") == "sum":
            own, near = block.enter.lin_root.weight, block.enter.lin_rel.weight
        kinds = [slice(features), slice(features, features + 3)]
        for columns in kinds if number == 0 or options.get("coordinates", True) else []:
            part = x[..., columns]
            if unpool is not None:
                part = torch.einsum("uv,vbc->ubc", unpool.matrix.to_dense(), part)
            around = torch.einsum("uv,vbc->ubc", operator.matrix.to_dense(), part)
            share = part @ own[:, columns].T + around @ near[:, columns].T
            assert float(share.detach().var(dim=(0, 1)).mean()) == pytest.approx(SHARE**2, rel=1e-3)


def test_the_first_meshes_are_the_ellipsoid_nearly():
    shown = box_batch({"surface"}, count=2, pictures=True, cameras=True)
    with torch.no_grad():
        _, deformations = method()._deform(shown.images, shown.cameras)
    for deformation in deformations:
        assert float((deformation.after - deformation.before).abs().max()) < 0.05  # of radii of 0.2 and 0.28


def test_a_checkpoints_weights_stay_as_they_are():
    trained = method(seed=3)
    again = Pixel2Mesh.create("tiny", box_facts(), seed=4, standardize=True)
    again.load_state_dict(trained.state_dict())
    for name, value in again.state_dict().items():
        assert torch.equal(value, trained.state_dict()[name]), name


def test_smudges_look_like_pictures_of_objects():
    pictures = smudges(64, 32)
    assert pictures.shape == (64, 3, 32, 32) and pictures.min() >= 0 and pictures.max() == 1
    white = (pictures == 1).all(dim=1).float().mean(dim=(1, 2))
    assert white.min() > 0.4 and white.max() < 1
    assert torch.equal(pictures, smudges(64, 32))
