"""A learned stage, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ...datasets.batch import SampleBatch
from ...errors import InputError
from ..interface import Method
from ..stages import Learned, Optimization
from .losses import StageLosses, total_loss
from .modes import enter, trained_parts

if TYPE_CHECKING:
    from lightning_fabric import Fabric


class Learner:
    """One learned stage of a method in training, on the devices of a Fabric.

    Args:
        steps: of the optimiser in an epoch.

    Whoever uses it seeds the generators before each epoch; the rest of what carries over from one epoch to the next is
    the method's state and `state`.
    """

    def __init__(self, method: Method, stage: Learned, fabric: Fabric, *, steps: int) -> None:
        self.method, self.stage, self.fabric = method, stage, fabric
        enter(method, stage)
        parameters = [p for part in trained_parts(method, stage) for p in part.parameters()]
        configured = stage.optimizer(parameters)
        self.optimization = configured if isinstance(configured, Optimization) else Optimization(configured)
        scheduler = self.optimization.scheduler
        self._scheduler = scheduler(steps * stage.epochs) if callable(scheduler) else scheduler
        self._losses, self._optimizer = fabric.setup(StageLosses(method, stage), self.optimization.optimizer)

    def train(
        self, batches: Iterable[SampleBatch], each: Callable[[Tensor], None] = lambda loss: None
    ) -> dict[str, float]:
        """A step of the optimiser for each batch of one epoch.

        Args:
            each: is told the loss before every step.

        Returns:
            The mean over samples of each term and diagnostic, and of the terms' sum, `loss`.

        Raises:
            FloatingPointError: a loss is not finite; names the samples.
            InputError: the losses are not those that the stage names.
        """
        enter(self.method, self.stage)
        means = _Means(self.fabric)
        for batch in batches:
            loss = self._loss(batch, means)
            each(loss.detach())
            self._optimizer.zero_grad()
            self.fabric.backward(loss)
            self._optimizer.step()
            self._schedule("step")
        self._schedule("epoch")
        return means.result()

    def validate(self, batches: Iterable[SampleBatch]) -> dict[str, float]:
        """The same means without a step, the whole method in evaluation mode; empty where there are no batches."""
        self.method.eval()
        means = _Means(self.fabric)
        with torch.inference_mode():
            for batch in batches:
                self._loss(batch, means)
        return means.result()

    def _schedule(self, after: str) -> None:
        if self._scheduler is not None and self.optimization.each == after:
            self._scheduler.step()

    def _loss(self, batch: SampleBatch, means: _Means) -> Tensor:
        batch = batch.to(self.fabric.device)
        try:
            values = self._losses(lambda: batch)
        except ValueError as error:
            if len(batch) > 1 or _ONE_VALUE not in str(error):
                raise
            raise InputError(
                f"stage '{self.stage.name}' of method '{self.method.name}' cannot train on a batch of one sample, of "
                "which its batch normalisation needs two; expected a batch_size of 2 or more"
            ) from error
        with self.fabric.autocast():
            loss = total_loss(self.stage, values, batch)
        means.add(values | {"loss": loss}, len(batch))
        return loss

    def state(self) -> dict[str, Any]:
        """Of optimiser, schedule and precision."""
        return {
            "optimizer": self.optimization.optimizer.state_dict(),
            "scheduler": None if self._scheduler is None else self._scheduler.state_dict(),
            "precision": self.fabric.strategy.precision.state_dict(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Continues from what `state` gave."""
        self.optimization.optimizer.load_state_dict(state["optimizer"])
        if self._scheduler is not None:
            self._scheduler.load_state_dict(state["scheduler"])
        self.fabric.strategy.precision.load_state_dict(state["precision"])


_ONE_VALUE = "Expected more than 1 value per channel"
"""What torch says of batch normalisation in training with one sample of one pixel."""


class _Means:
    """Means over samples, on all devices together."""

    def __init__(self, fabric: Fabric) -> None:
        self._fabric, self._count = fabric, 0
        self._sums: dict[str, Tensor] = {}

    def add(self, values: dict[str, Tensor], count: int) -> None:
        self._count += count
        for name, value in values.items():
            weighted = value.detach() * count
            self._sums[name] = self._sums[name] + weighted if name in self._sums else weighted

    def result(self) -> dict[str, float]:
        """By name."""
        if not self._sums:
            return {}
        count = self._sum(torch.tensor(self._count, device=self._fabric.device))
        return {name: float(self._sum(total) / count) for name, total in self._sums.items()}

    def _sum(self, value: Tensor) -> Tensor:
        total = self._fabric.all_reduce(value, reduce_op="sum")
        assert isinstance(total, Tensor)
        return total
