"""What networks of different kinds share: widths, and the course of the learning rate."""

from __future__ import annotations

import torch

from .stages import Optimization


def scaled(channels: int, width: float) -> int:
    """`channels` scaled by `width`, at least 8 and a multiple of 8."""
    return max(8, round(channels * width / 8) * 8)


def optimize(optimizer: torch.optim.Optimizer, epochs: int, cosine: bool) -> Optimization:
    """`optimizer` with its learning rate constant, or falling along half a cosine over `epochs`."""
    return Optimization(optimizer, torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs) if cosine else None)
