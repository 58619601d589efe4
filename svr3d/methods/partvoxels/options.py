"""The options of `partvoxels`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...errors import InputError
from ..learning import Schedule
from ..options import require_at_least, require_positive
from .encoders import Encoder
from .lam import Gate

Occupied = Literal["argmax", "fitted"]


@dataclass(frozen=True)
class PartVoxelsOptions:
    """Options of `partvoxels`; the defaults are the paper's network and losses, at a learning rate that Adam is used
    to.

    Args:
        encoder, width, generator_width, lam, patches, extractor_kernel, gate: see `PartVoxelNetwork`.
        pretrained: start VGG-16 from ImageNet's weights.
        loss: of the parts.
        gamma: of the focal loss.
        alpha: weigh the classes of the focal loss by what share of the training voxels is not theirs.
        category_weight: factor on the cross entropy of the category, which decides between which labels a
            reconstruction chooses; there is none where there is one category.
        epochs, batch_size, lr: of Adam.
        schedule: the course of the learning rate.
        milestones, drop: another one: after so many steps the learning rate is multiplied by `drop`.
        occupied: see `PartVoxels`.
        brightness, contrast, saturation, noise, mirror, permute: see `Augmentation`.
    """

    encoder: Encoder = "vgg16"
    width: float = 1.0
    generator_width: float = 1.0
    pretrained: bool = False
    lam: bool = True
    patches: int = 10
    extractor_kernel: Literal[4, 3] = 4
    gate: Gate = "sigmoid"
    loss: Literal["focal", "cross_entropy"] = "focal"
    gamma: float = 2.0
    alpha: bool = True
    category_weight: float = 1.0
    epochs: int = 20
    batch_size: int = 8
    lr: float = 1e-3
    schedule: Schedule = "constant"
    milestones: tuple[int, ...] = ()
    drop: float = 0.1
    occupied: Occupied = "argmax"
    brightness: float = 0.4
    contrast: float = 0.4
    saturation: float = 0.4
    noise: float = 0.1
    mirror: bool = True
    permute: bool = True

    def __post_init__(self) -> None:
        require_at_least(self, gamma=0, category_weight=0, epochs=1, batch_size=1, patches=1)
        require_at_least(self, brightness=0, contrast=0, saturation=0, noise=0)
        require_positive(self, "width", "generator_width", "lr", "drop")
        if self.patches > 400:
            raise InputError(f"option 'patches': there are 400 windows to choose from, found {self.patches}")
        if self.pretrained and self.encoder == "tiny":
            raise InputError(
                "option 'pretrained': there are ImageNet weights for vgg16 and vgg16_bn only, not for tiny"
            )
        for name in ("brightness", "contrast", "saturation"):
            if getattr(self, name) > 1:
                raise InputError(f"option '{name}': expected at most 1, found {getattr(self, name)!r}")
        if self.milestones and self.schedule != "constant":
            raise InputError(f"option 'milestones': there is a schedule already, {self.schedule}; expected one of both")
