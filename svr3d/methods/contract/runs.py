"""A method after a few steps, by the trainer's own code."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from ...datasets.batch import SampleBatch, collate
from ...datasets.box_objects import box_batch, box_facts
from ...errors import InputError
from ..interface import Method
from ..stages import Derived, Fitted, Learned, Stage
from ..training.learner import Learner
from ..training.modes import leave
from ..training.once import derive, fit
from ..training.options import TrainerOptions

STEPS = 8
"""Optimiser steps on one batch, after which its loss must have fallen."""
SAMPLES = 4
"""In the batch that stages are tried on."""


@dataclass
class StageRun:
    """A stage that was run on one batch, while its modes are still as it left them.

    Args:
        stage: which.
        batch: what it was run on.
        losses: of a learned stage, before each step.
        before, after: the method's state.
    """

    stage: Stage
    batch: SampleBatch
    losses: list[float] = field(default_factory=list)
    before: dict[str, Tensor] = field(default_factory=dict)
    after: dict[str, Tensor] = field(default_factory=dict)


def make(cls: type[Method]) -> Method:
    """The method under the preset `tiny`, for the box objects."""
    return cls.create("tiny", box_facts(), seed=0)


def trained(cls: type[Method]) -> Method:
    """The same after a few steps of every stage, in evaluation mode."""
    method = make(cls)
    for _ in stage_runs(method, steps=2):
        pass
    return method.eval()


def stage_runs(method: Method, steps: int = STEPS) -> Iterator[StageRun]:
    """Runs the stages in order on one batch each, as the trainer does.

    Raises:
        AssertionError: what a stage returned is not what it declares, or not finite.
    """
    fabric = TrainerOptions(accelerator="cpu").fabric()
    derived: dict[str, Tensor] = {}
    for stage in method.stages():
        run = StageRun(stage, _batch(stage, derived), before=_state(method))
        with _fixed_seed():
            try:
                if isinstance(stage, Learned):
                    learner = Learner(method, stage, fabric, steps=steps)
                    learner.train(
                        [_augmented(stage, run.batch)] * steps,
                        lambda loss, losses=run.losses: losses.append(float(loss)),
                    )
                elif isinstance(stage, Fitted):
                    fit(method, stage, [run.batch])
                elif isinstance(stage, Derived):
                    derived |= derive(method, stage, run.batch)
            except (InputError, FloatingPointError) as error:
                raise AssertionError(str(error)) from error
        run.after = _state(method)
        yield run
        leave(method)


def _batch(stage: Stage, derived: dict[str, Tensor]) -> SampleBatch:
    batch = box_batch(
        (stage.targets - derived.keys()) | stage.optional,
        count=SAMPLES,
        pictures=stage.pictures,
        cameras=stage.cameras,
        unit=stage.unit,
    )
    return replace(batch, targets=batch.targets | {name: derived[name] for name in stage.targets & derived.keys()})


def _augmented(stage: Learned, batch: SampleBatch) -> SampleBatch:
    if stage.augment is None:
        return batch
    generator = torch.Generator().manual_seed(0)
    return collate([stage.augment(copy.deepcopy(sample), generator) for sample in batch])


def _state(method: Method) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in method.state_dict().items()}


@contextmanager
def _fixed_seed() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
