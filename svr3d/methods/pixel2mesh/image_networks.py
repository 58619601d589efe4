"""The image networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...errors import InputError
from ..feature_maps import FeatureMap
from ..learning import scaled
from ..vgg16 import initialize, load_imagenet, vgg16_features


class StridedNetwork(nn.Module):
    """The release's image network: VGG's plan with strided convolutions in the place of pooling.

    Float[B, 3, S, S] → maps with a stride of 4, 8, 16 and 32 pixels and 64, 128, 256 and 512 channels.

    Args:
        width: factor on the number of channels; 1 as released.
    """

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        # (channels, side of the first kernel, number of layers); the first layer of all stages but one is strided.
        plan = [(16, 3, 2), (32, 3, 3), (64, 3, 3), (128, 3, 3), (256, 5, 3), (512, 5, 4)]
        stages, c_in = [], 3
        for number, (channels, side, count) in enumerate(plan):
            c_out = scaled(channels, width)
            layers: list[nn.Module] = []
            for i in range(count):
                kernel, stride = (side, 1 + (number > 0)) if i == 0 else (3, 1)
                layers += [nn.Conv2d(c_in, c_out, kernel, stride, padding=kernel // 2), nn.ReLU(inplace=True)]
                c_in = c_out
            stages.append(nn.Sequential(*layers))
        self.stages = nn.ModuleList(stages)
        self.channels = [scaled(channels, width) for channels, _, _ in plan[2:]]
        initialize(self)
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> list[FeatureMap]:
        x, maps = images.contiguous(memory_format=torch.channels_last), []
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number >= 2:
                # With a padding of half the kernel, column i of a strided convolution lies on column 2 i of its input.
                maps.append(FeatureMap(x, 2.0**number, 0.5))
        return maps


class VGG16(nn.Module):
    """The paper's image network: VGG-16 up to conv5_3 (Simonyan and Zisserman, ICLR 2015), from torchvision.

    Float[B, 3, S, S] in [0, 1] → conv3_3, conv4_3 and conv5_3, with a stride of 4, 8 and 16 pixels and 256, 512 and
    512 channels. The images are standardised by ImageNet's mean and deviation.
    """

    TAPS = {15: 4, 22: 8, 29: 16}
    """Index in torchvision's `features` of the ReLU after each, and its stride."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = vgg16_features(max(self.TAPS) + 1)
        self.channels = [256, 512, 512]
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1), persistent=False)
        self.to(memory_format=torch.channels_last)

    def load_imagenet(self) -> bool:
        """Loads torchvision's ImageNet weights; False, and one warning, where they cannot be had."""
        return load_imagenet(self)

    def forward(self, images: Tensor) -> list[FeatureMap]:
        x = ((images - self.mean) / self.deviation).contiguous(memory_format=torch.channels_last)
        maps = []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in self.TAPS:  # pooling puts column i over the stride's pixels
                maps.append(FeatureMap(x, float(self.TAPS[number]), self.TAPS[number] / 2))
        return maps


def image_network(name: str, width: float = 1.0) -> StridedNetwork | VGG16:
    """The image network `strided` or `vgg16`.

    Raises:
        InputError: neither of them, or a width for VGG-16.
    """
    if name == "strided":
        if not width > 0:
            raise InputError(f"option 'width': expected a number above 0, found {width!r}")
        return StridedNetwork(width)
    if name != "vgg16":
        raise InputError(f"option 'image_network': expected strided or vgg16, found {name!r}")
    if width != 1:
        raise InputError(f"option 'width': VGG-16 has the width it has, expected 1, found {width}")
    return VGG16()
