"""Changes of training pictures, each of which can be left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..datasets.batch import SampleBatch
from .mirroring import mirror_some

if TYPE_CHECKING:
    from jaxtyping import Float

GREY = (0.299, 0.587, 0.114)
"""Luma of red, green and blue (ITU-R BT.601)."""


@dataclass(frozen=True)
class Augmentation:
    """An augmentation of a learned stage; its parts draw one after the other from the generator that is given, in the
    order of the fields.

    Args:
        brightness, contrast, saturation: the factor is drawn from 1 − x to 1 + x; 0 changes nothing. They act on the
            picture's distance from black, from its mean grey, and from its own grey.
        noise: standard deviation of normal noise on every value.
        permute: the three colour channels in a random order.
        mirror: half of the pictures left to right, with the voxels at the object's left-right plane, x = 0.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    noise: float = 0.0
    permute: bool = False
    mirror: bool = False

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self != Augmentation()

    def __call__(self, sample: SampleBatch, generator: torch.Generator) -> SampleBatch:
        """The changed sample (a batch of one); what it was made of stays as it is."""
        images = self._jittered(sample.pictures, generator)
        if self.noise:
            images = images + self.noise * torch.randn(images.shape, generator=generator)
        if self.permute:
            images = images[:, torch.randperm(3, generator=generator)]
        sample = replace(sample, images=images.clamp(0, 1))
        return mirror_some(sample, generator) if self.mirror else sample

    def _jittered(self, images: Float[Tensor, "B 3 H W"], generator: torch.Generator) -> Float[Tensor, "B 3 H W"]:
        if self.brightness:
            images = (images * _factor(self.brightness, generator)).clamp(0, 1)
        if self.contrast:
            images = _away(images, _grey(images).mean((-2, -1), keepdim=True), _factor(self.contrast, generator))
        if self.saturation:
            images = _away(images, _grey(images), _factor(self.saturation, generator))
        return images


def _factor(strength: float, generator: torch.Generator) -> float:
    return 1 + strength * (2 * float(torch.rand((), generator=generator)) - 1)


def _away(images: Tensor, origin: Tensor, factor: float) -> Tensor:
    """Scales the pictures' distance from an origin, within [0, 1]."""
    return torch.lerp(origin.expand_as(images), images, factor).clamp(0, 1)


def _grey(images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 1 H W"]:
    return (images * images.new_tensor(GREY)[:, None, None]).sum(1, keepdim=True)
