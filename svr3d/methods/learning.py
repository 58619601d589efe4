"""What networks of different kinds share: widths, and the course of the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import nn
from torch.optim import lr_scheduler

from .stages import Optimization

Schedule = Literal["constant", "cosine", "one_cycle"]
"""The course of the learning rate: constant; falling to zero along half a cosine, epoch by epoch; or rising from a 25th
to the given rate over the first three tenths of all steps and falling to nothing after (Smith and Topin 2019)."""


def scaled(channels: int, width: float) -> int:
    """`channels` scaled by `width`, at least 8 and a multiple of 8."""
    return max(8, round(channels * width / 8) * 8)


def optimize(optimizer: torch.optim.Optimizer, epochs: int, schedule: Schedule) -> Optimization:
    """`optimizer` with its learning rate as the highest of a schedule."""
    if schedule == "cosine":
        return Optimization(optimizer, lr_scheduler.CosineAnnealingLR(optimizer, epochs))
    if schedule == "one_cycle":
        highest = float(optimizer.param_groups[0]["lr"])
        return Optimization(optimizer, lambda steps: lr_scheduler.OneCycleLR(optimizer, highest, steps), each="step")
    return Optimization(optimizer)


def adam(lr: float, epochs: int, schedule: Schedule) -> Callable[[list[nn.Parameter]], Optimization]:
    """What makes Adam for the parameters of a stage, with `lr` as the highest of a schedule."""
    return lambda parameters: optimize(torch.optim.Adam(parameters, lr=lr), epochs, schedule)
