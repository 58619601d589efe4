"""Changes of the pictures that the 2.5D generator and the image encoder learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from ...datasets.batch import SampleBatch
from ..augmentation import Augmentation
from .backgrounds import Folder, composited, made_up


@dataclass(frozen=True)
class Clutter:
    """Puts some pictures before a background, then changes brightness, contrast and saturation.

    Args:
        share: of the pictures that get a background.
        folder: of pictures, from which half of the backgrounds come; None makes all of them up.
        jitter: the strength of the other changes.
    """

    share: float
    folder: Folder | None
    jitter: float

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self.share > 0 or self.jitter > 0

    def __call__(self, sample: SampleBatch, generator: torch.Generator) -> SampleBatch:
        """The changed sample (a batch of one with the target `sketches`); its maps stay as they are."""
        images = sample.pictures
        if torch.rand((), generator=generator) < self.share:
            side = images.shape[-1]
            taken = self.folder is not None and torch.rand((), generator=generator) < 0.5
            background = self.folder.draw(side, generator) if taken and self.folder else made_up(side, generator)
            images = composited(images, sample.target("sketches")["depth"] > 0, background[None])
        jittered = Augmentation(self.jitter, self.jitter, self.jitter)
        return jittered(replace(sample, images=images), generator) if jittered else replace(sample, images=images)
