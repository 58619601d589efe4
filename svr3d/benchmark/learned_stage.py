"""One learned stage of a run: its epochs, the checkpoint after each, and the best of them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

import torch

from ..datasets.batch import SampleBatch
from ..errors import InputError
from ..methods.stages import Learned
from ..methods.training.learner import Learner
from ..methods.training.seeding import reseed
from ..progress import duration, track
from .checkpoints import Generations
from .training_context import TrainingContext

STEPS_TO_SKIP, STEPS_TO_TIME = 2, 5
"""The first steps of a stage are slow; the next few tell what the stage will cost."""


class LearnedStage:
    """Trains one stage, or continues where it was stopped.

    Args:
        run: the training that it is a stage of.
        stage: which; `number` counts from 0.
        files: its checkpoints.

    Attributes:
        epoch: how many are complete.
        seconds: wall time of these.
        best: of the monitored quantity: its `value`, its `epoch` (from 1), the method's `state` then; an
            empty state means the current one.
    """

    def __init__(self, run: TrainingContext, stage: Learned, number: int, files: Generations) -> None:
        self.training, self.stage, self.number, self.files = run, stage, number, files
        self.method, self.data, self.fabric = run.method, run.data, run.fabric
        self.epoch, self.seconds = 0, 0.0
        self.best: dict[str, Any] = {"value": math.inf, "epoch": 0, "state": {}}
        self._resumed = files.read()
        if self._resumed is not None:
            run.check(self._resumed, files.last)
            self.method.load_state_dict(self._resumed["state"])
            self.epoch, self.seconds, self.best = (self._resumed[name] for name in ("epoch", "seconds", "best"))
        run.log.keep([s.name for s in self.data.stages[:number]], stage.name, self.epoch)

    def run(self) -> None:
        """All epochs that are left; the method then has the weights of the best one.

        Raises:
            InputError: a loss is not finite; names the samples.
        """
        if self.epoch < self.stage.epochs:
            training, validation = self.data.training(self.stage), self.data.validation(self.stage)
            if self.data.is_single(self.stage):
                self.training.say(f"stage '{self.stage.name}': a single training sample, which is in each batch twice")
            learner = Learner(self.method, self.stage, self.fabric, steps=len(training))
            if self._resumed is not None:
                learner.load_state(self._resumed["learner"])
            for epoch in range(self.epoch, self.stage.epochs):
                try:
                    self._epoch(learner, training, validation, epoch)
                except FloatingPointError as error:
                    raise InputError(
                        f"training of '{self.method.name}' stopped in epoch {epoch + 1}: {error}; "
                        f"a lower learning rate may help"
                    ) from error
        self.method.load_state_dict(self.best["state"] or self.method.state_dict())

    def _epoch(self, learner: Learner, training: Any, validation: Any, epoch: int) -> None:
        since = time.perf_counter()
        training.sampler.set_epoch(epoch)
        batches = iter(training)  # which draws from torch's generator, how often depends on the number of workers
        reseed(self.data.seed, self.number, epoch, self.fabric.global_rank)
        if epoch > 0:
            # So that trainings stay, bit for bit, what they were when the loader of all epochs but the first was opened
            # at this place.
            torch.empty((), dtype=torch.int64).random_()
        if self._is_first(epoch):
            batches = self._timed(batches, len(training), len(validation), since)
        values = {f"train/{name}": value for name, value in learner.train(self._shown(batches, training)).items()}
        values |= {f"val/{name}": value for name, value in learner.validate(validation).items()}
        self.epoch = epoch + 1
        value = values.get(f"val/{self.stage.monitor}")
        if value is None:  # nothing to monitor, or no validation samples: the last epoch is kept
            self.best = {"value": math.inf, "epoch": self.epoch, "state": {}}
        elif value < self.best["value"]:
            state = {name: tensor.detach().cpu().clone() for name, tensor in self.method.state_dict().items()}
            self.best = {"value": value, "epoch": self.epoch, "state": state}
        self.seconds += time.perf_counter() - since
        content = self.training.packed() | {
            "epoch": self.epoch,
            "seconds": self.seconds,
            "best": self.best,
            "learner": learner.state(),
        }
        if self.fabric.is_global_zero:
            self.training.log.add_epoch(self.stage.name, self.epoch, self.seconds, values)
            self.files.write(content)
        self._resumed = None

    def _is_first(self, epoch: int) -> bool:
        """Whether it is the first epoch of this session."""
        return epoch == (0 if self._resumed is None else self._resumed["epoch"])

    def _shown(self, batches: Iterator[SampleBatch], training: Any) -> Iterable[SampleBatch]:
        what = f"stage '{self.stage.name}', epoch {self.epoch + 1} of {self.stage.epochs}"
        return track(batches, len(training), what, forecast_after=None, quiet=not self.training.title)

    def _timed(self, batches: Iterator[SampleBatch], steps: int, checks: int, since: float) -> Iterator[SampleBatch]:
        """Passes the batches on, and tells after a few steps what the stage will cost."""
        ticks: list[float] = [since]
        for number, batch in enumerate(batches, start=1):
            yield batch
            if not ticks:
                continue
            ticks.append(time.perf_counter())
            if number == steps or number > STEPS_TO_SKIP + STEPS_TO_TIME:
                timed = ticks[min(STEPS_TO_SKIP, number - 1) :]
                self._tell_cost(steps, checks, (timed[-1] - timed[0]) / (len(timed) - 1))
                ticks = []

    def _tell_cost(self, steps: int, checks: int, step: float) -> None:
        left = self.stage.epochs - self.epoch
        # A validation step has no backward pass, which is two thirds of the work.
        seconds = left * step * (steps + checks / 3)
        parameters = sum(parameter.numel() for parameter in self.method.parameters())
        self.training.say(
            f"stage '{self.stage.name}': {parameters / 1e6:.2f} M parameters, "
            f"{left} epochs of {steps} steps of {step:.3f} s, so about {duration(seconds)}"
        )
