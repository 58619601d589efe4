"""The Local Awareness Module: the K patches of the feature map that an evaluator scores highest (the paper's table 1).

Shapes, for a map of 26 × 26 and an extractor of 4 × 4:

    input      C × 26 × 26
    extractor  32 × 23 × 23, then one channel; in it lie 20 × 20 windows of 4 × 4
    evaluator  32 × 23 × 23 on that channel, then a score for each window: 20 × 20
    output     the K windows of the highest scores, K × 4 × 4, enlarged to K × 8 × 8

The table has an extractor of 3 × 3 take 26 to 23, which none does: one of 4 × 4 gives its shapes, one of 3 × 3 gives
24 × 24 and 21 × 21 = 441 windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from jaxtyping import Float, Int

Gate = Literal["softmax", "sigmoid", "none"]
"""What a kept patch is multiplied by: its share in the softmax over all windows' scores, the sigmoid of its own, or
nothing. With nothing, as published, no gradient reaches the evaluator."""

HIDDEN = 32
"""Channels within extractor and evaluator."""
WINDOW = 4
"""Side of a patch."""
SIDE = 8
"""Side that patches are enlarged to: that of the global features."""


class LocalAwareness(nn.Module):
    """Float[B, C, S, S] → Float[B, K, 8, 8]: the highest-scored patches of one learned channel, the best first.

    Args:
        channels: C of the feature map.
        patches: K.
        extractor_kernel: side of the extractor's first kernel, unpadded: 4 or 3.
        gate: see `Gate`.
    """

    def __init__(self, channels: int, patches: int = 10, extractor_kernel: int = 4, gate: Gate = "sigmoid") -> None:
        super().__init__()
        self.patches, self.gate = patches, gate
        self.extractor = nn.Sequential(
            nn.Conv2d(channels, HIDDEN, extractor_kernel),
            nn.BatchNorm2d(HIDDEN),
            nn.ReLU(),
            nn.Conv2d(HIDDEN, 1, 3, padding=1),
            nn.ReLU(),
        )
        # On the map and not on each window by itself: one score comes out where a window begins.
        self.evaluator = nn.Sequential(
            nn.Conv2d(1, HIDDEN, 3, padding=1),
            nn.BatchNorm2d(HIDDEN),
            nn.ReLU(),
            nn.Conv2d(HIDDEN, 1, WINDOW),
        )

    def forward(self, common: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K 8 8"]:
        extracted = self.extractor(common)
        scores = self.evaluator(extracted).flatten(1)  # (B, windows)
        chosen = scores.topk(self.patches).indices
        patches = windows_at(extracted, chosen)
        if self.gate != "none":
            weights = scores.softmax(1) if self.gate == "softmax" else scores.sigmoid()
            patches = patches * weights.gather(1, chosen)[..., None, None]
        return F.interpolate(patches, (SIDE, SIDE), mode="bilinear", align_corners=False)


def windows_at(image: Float[Tensor, "B 1 S S"], chosen: Int[Tensor, "B K"]) -> Float[Tensor, "B K 4 4"]:
    """Windows of a one-channel map by their number: row by row of their upper left corners."""
    windows = image.squeeze(1).unfold(1, WINDOW, 1).unfold(2, WINDOW, 1)  # (B, W, W, 4, 4), a view
    side = windows.shape[1]
    batch = torch.arange(len(image), device=image.device)[:, None]
    return windows[batch, chosen // side, chosen % side]
