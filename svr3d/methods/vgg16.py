"""The convolutions of VGG-16 (Simonyan and Zisserman, ICLR 2015), from torchvision, and their ImageNet weights."""

from __future__ import annotations

import warnings

from torch import nn


def vgg16_features(layers: int, *, batch_norm: bool = False) -> nn.Sequential:
    """The first layers of torchvision's `features`, counted as there, under He's initialisation.

    Args:
        layers: how many: of the plain network 19 end with conv4_1's ReLU, 30 with conv5_3's.
        batch_norm: with a batch normalisation after each convolution (where 27 end with conv4_1's ReLU).
    """
    from torchvision.models.vgg import cfgs, make_layers

    # Not by way of `vgg16`, whose classifier, never used here, is 90 % of its weights.
    features = make_layers(cfgs["D"], batch_norm)[:layers]
    initialize(features)
    return features


def load_imagenet(network: nn.Module, *, batch_norm: bool = False) -> bool:
    """Loads torchvision's ImageNet weights into a network whose `features` are `vgg16_features`; False, and one
    warning, where they cannot be had."""
    from torchvision.models import VGG16_BN_Weights, VGG16_Weights

    weights = VGG16_BN_Weights.IMAGENET1K_V1 if batch_norm else VGG16_Weights.IMAGENET1K_V1
    try:
        state = weights.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        warnings.warn(
            f"VGG-16's ImageNet weights cannot be had ({type(error).__name__}); training starts from scratch",
            stacklevel=3,
        )
        return False
    features = {name: value for name, value in state.items() if name in network.state_dict()}
    network.load_state_dict(features)
    return True


def initialize(network: nn.Module) -> None:
    """He's initialisation of convolutions: with torch's own, 18 layers leave a thousandth of the signal."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
