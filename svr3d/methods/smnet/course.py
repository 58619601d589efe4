"""A learning rate that is told of every step, and so knows how much of a stage is done."""

from __future__ import annotations

import torch
from torch.optim import lr_scheduler

from ..learning import Schedule, optimize
from ..stages import Optimization


class Course:
    """The course of a stage: its learning rate, and the epochs done.

    The learning rate's schedule is the clock. Checkpoints hold it, so a resumed training knows how far it is.

    Args:
        optimizer: with the highest learning rate.
        epochs: of the stage.
        schedule: of the learning rate.
        decay: factor on it in every epoch; None follows `schedule`.
    """

    def __init__(
        self, optimizer: torch.optim.Optimizer, epochs: int, schedule: Schedule, decay: float | None = None
    ) -> None:
        self.epochs, self._steps = epochs, 1
        self._optimizer, self._decay = optimizer, decay
        self._followed = optimize(optimizer, epochs, schedule)
        self._scheduler: lr_scheduler.LRScheduler | None = None

    @property
    def optimization(self) -> Optimization:
        """For `Learned.optimizer`."""
        return Optimization(self._optimizer, self._begin, each="step")

    @property
    def done(self) -> float:
        """Epochs done, with the fraction of the present one."""
        return 0.0 if self._scheduler is None else self.epochs * self._scheduler.last_epoch / self._steps

    def _begin(self, steps: int) -> lr_scheduler.LRScheduler:
        self._steps = steps
        self._scheduler = self._scheduled(steps)
        return self._scheduler

    def _scheduled(self, steps: int) -> lr_scheduler.LRScheduler:
        decay = self._decay
        if decay is not None:
            return lr_scheduler.LambdaLR(self._optimizer, lambda step: decay ** (self.epochs * step / steps))
        followed = self._followed.scheduler
        if followed is None:
            return lr_scheduler.LambdaLR(self._optimizer, lambda step: 1.0)
        if callable(followed):
            return followed(steps)
        return lr_scheduler.CosineAnnealingLR(self._optimizer, steps)
