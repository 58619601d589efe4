"""The convolutions of ResNet-18 (He et al., CVPR 2016), from torchvision, and their ImageNet weights."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from torch import Tensor, nn

from .learning import scaled
from .shortcuts import DownShortcut

if TYPE_CHECKING:
    from jaxtyping import Float

STAGES = (64, 128, 256, 512)
"""Channels of the four stages at the width 1."""

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and deviation of the colours that ResNet-18's weights expect."""


class ResNet18(nn.Module):
    """Feature maps at five scales: Float[B, C, S, S] → 64 at S/2, 64 at S/4, 128 at S/8, 256 at S/16, 512 at S/32.

    Its submodules are called as torchvision's, so that its weights fit.

    Args:
        channels: C.
        width: factor on the number of channels.

    Attributes:
        widths: the channels of the five maps.
    """

    def __init__(self, channels: int = 3, width: float = 1.0) -> None:
        from torchvision.models.resnet import BasicBlock

        super().__init__()
        first, *stages = (scaled(c, width) for c in (STAGES[0], *STAGES))
        self.widths = (first, *stages)
        self.conv1 = nn.Conv2d(channels, first, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        for number, (c_in, c_out) in enumerate(zip(self.widths, stages, strict=False), start=1):
            stride = 1 if number == 1 else 2
            down = None
            if stride > 1 or c_in != c_out:
                down = nn.Sequential(DownShortcut(c_in, c_out, stride), nn.BatchNorm2d(c_out))
            stage = nn.Sequential(BasicBlock(c_in, c_out, stride, down), BasicBlock(c_out, c_out))
            self.add_module(f"layer{number}", stage)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def load_imagenet(self) -> bool:
        """Loads torchvision's ImageNet weights, the first convolution's only where it takes 3 channels; False, and one
        warning, where they cannot be had."""
        from torchvision.models import ResNet18_Weights

        try:
            state = ResNet18_Weights.IMAGENET1K_V1.get_state_dict(progress=False, check_hash=True)
        except (OSError, RuntimeError) as error:
            warnings.warn(
                f"ResNet-18's ImageNet weights cannot be had ({type(error).__name__}); training starts from scratch",
                stacklevel=3,
            )
            return False
        own = self.state_dict()
        fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
        self.load_state_dict(own | fitting)
        return True

    def forward(self, images: Float[Tensor, "B C S S"]) -> list[Tensor]:
        features = [self.relu(self.bn1(self.conv1(images)))]
        features.append(self.get_submodule("layer1")(self.maxpool(features[0])))
        for number in (2, 3, 4):
            features.append(self.get_submodule(f"layer{number}")(features[-1]))
        return features
