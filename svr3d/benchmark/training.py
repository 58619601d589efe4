"""Training a method: its stages in order, resumable at any moment.

Folder:

    checkpoints/NN-STAGE-last.ckpt, NN-STAGE-previous.ckpt   while a stage is in training
    checkpoints/NN-STAGE.ckpt                                when it is complete
    checkpoints/final.ckpt                                   when all are; it replaces the others and stands alone
    log.csv                                                  one row per epoch

A killed training continues from its last complete epoch and ends with the weights, bit for bit, of one that was
never killed, on the same machine with the same number of threads: what an epoch draws at random depends on (seed,
stage, epoch) only, and a checkpoint holds all else that carries over from one epoch to the next.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch

from ..datasets import DataModule, collate
from ..datasets.batch import SampleBatch
from ..errors import InputError
from ..methods.checkpoint import pack, unpack
from ..methods.interface import Method, Stage
from ..progress import duration
from .checkpoints import Generations, read_checkpoint, write_checkpoint
from .training_log import TrainingLog

STEPS_TO_SKIP, STEPS_TO_TIME = 2, 5
"""The first steps of a stage are slow; the next few tell what the stage will cost."""


@dataclass
class TrainingReport:
    """What a training took and where it ended.

    Args:
        parameters: number of learned values.
        seconds: wall time per stage, over all sessions of a resumed training.
        epochs: per stage; 0 for a fitted one.
        best_epoch: per stage, counted from 1, the epoch whose weights were kept.
        checkpoint: `final.ckpt`.
    """

    parameters: int
    seconds: dict[str, float] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    best_epoch: dict[str, int] = field(default_factory=dict)
    checkpoint: Path = Path()


def train_method(
    method: Method,
    dataset: Any,
    folder: str | os.PathLike,
    *,
    seed: int,
    preset_name: str = "",
    accelerator: str = "auto",
    devices: int | str = 1,
    precision: str = "32-true",
    workers: int = 0,
    points: int = 2048,
    progress: bool = True,
) -> TrainingReport:
    """Trains `method` on the train split of `dataset`, in place, or continues where an earlier call was stopped.

    Args:
        method: as `Method.create` makes it; in evaluation mode afterwards.
        dataset: an open data set with the method's targets.
        folder: gets `checkpoints/` and `log.csv`.
        seed: of the order of the samples and of all that training draws.
        preset_name: for the line that tells the cost.
        accelerator, devices, precision: as for Lightning's `Trainer`.
        workers: data loading processes.
        points: surface and occupancy points per sample, in stages that do not say how many.
        progress: tell the cost and, on a terminal, show a progress bar.

    Raises:
        InputError: the data lacks a target, the folder holds another training, or the loss became non-finite.
    """
    session = _Session(method, dataset, Path(folder), seed, workers, points)
    title = f"{method.name} ({', '.join([*filter(None, [preset_name]), f'seed {seed}'])})"
    tell = _Teller(title, progress)
    trainer_options = {"accelerator": accelerator, "devices": devices, "precision": precision}
    with _quiet(), _deterministic():
        return session.run(trainer_options, tell)


def load_trained(path: str | os.PathLike) -> Method:
    """The method of a checkpoint that `train_method` wrote, in evaluation mode, on the CPU.

    Raises:
        InputError: no such file, truncated, or made by another version of the method.
    """
    return unpack(read_checkpoint(Path(path)), f"checkpoint {path}")


class _Session:
    """One call of `train_method`."""

    def __init__(self, method: Method, dataset: Any, folder: Path, seed: int, workers: int, points: int) -> None:
        self.method, self.dataset, self.seed, self.workers, self.points = method, dataset, seed, workers, points
        self.checkpoints = folder / "checkpoints"
        self.final = self.checkpoints / "final.ckpt"
        self.log = TrainingLog(folder / "log.csv")
        self.stages = method.stages()
        if len({stage.name for stage in self.stages}) < len(self.stages):
            raise InputError(f"method '{method.name}': its stages must have distinct names")
        if tuple(method.categories) != tuple(dataset.categories):
            raise InputError(
                f"method '{method.name}' was made for the categories {', '.join(method.categories) or 'none'}, "
                f"but the data set has {', '.join(dataset.categories)}"
            )
        for stage in self.stages:
            dataset.require(self.targets(stage), "train")
        self.report = TrainingReport(sum(p.numel() for p in method.parameters()), checkpoint=self.final)
        self.identity = {
            "method": method.name,
            "options": dict(method.options),
            "categories": list(method.categories),
            "seed": seed,
            "dataset": dataset.fingerprint(),
        }

    def run(self, trainer_options: dict[str, Any], tell: _Teller) -> TrainingReport:
        if self._restore(self.final):
            self.method.eval()
            return self.report
        done = next((n for n in range(len(self.stages), 0, -1) if self._restore(self._file(n - 1))), 0)
        for number, stage in list(enumerate(self.stages))[done:]:
            if stage.fit is not None:
                self._fit(stage, number, tell)
            else:
                self._learn(stage, number, trainer_options, tell)
            self._write(self._file(number))
            self.generations(number).remove()
        self.method.stage = None
        self.method.requires_grad_(True).eval()
        self._write(self.final)
        for number in range(len(self.stages)):
            self._file(number).unlink(missing_ok=True)
        return self.report

    def _fit(self, stage: Stage, number: int, tell: _Teller) -> None:
        samples = _Samples(self, stage)
        tell.say(f"stage '{stage.name}': fitting to {len(samples.keys)} samples")
        start = time.perf_counter()
        reseed(self.seed, number, 0)
        self.method.stage = stage
        self.method.eval()
        with torch.no_grad():
            stage.fit(samples)
        seconds = time.perf_counter() - start
        self.report.seconds[stage.name], self.report.epochs[stage.name] = seconds, 0
        self.log.keep([s.name for s in self.stages[:number]])
        self.log.add({"stage": stage.name, "epoch": 0, "seconds": f"{seconds:.2f}"})

    def _learn(self, stage: Stage, number: int, trainer_options: dict[str, Any], tell: _Teller) -> None:
        keeper = _Keeper(self, stage, number, tell)
        if keeper.epoch < stage.epochs:
            module = DataModule(
                self.dataset,
                self.targets(stage),
                batch_size=stage.batch_size,
                seed=self.seed,
                views=stage.views,
                points=self.points_of(stage),
                workers=self.workers,
            )
            trainer = pl.Trainer(
                max_epochs=stage.epochs,
                callbacks=[keeper],
                logger=False,
                enable_checkpointing=False,
                enable_model_summary=False,
                enable_progress_bar=tell.bar,
                num_sanity_val_steps=0,
                deterministic="warn",
                default_root_dir=self.checkpoints,
                **trainer_options,
            )
            _start_at(trainer, keeper.epoch)
            self.method.enter(stage)
            handler = signal.getsignal(signal.SIGINT)
            try:
                trainer.fit(self.method, datamodule=module)
            except FloatingPointError as error:
                raise InputError(
                    f"training of '{self.method.name}' stopped in epoch {keeper.epoch + 1}: {error}; "
                    f"a lower learning rate may help"
                ) from error
            except SystemExit as error:
                # Lightning makes this of an interrupt, and leaves further ones ignored.
                if not isinstance(error.__context__, KeyboardInterrupt):
                    raise
                signal.signal(signal.SIGINT, handler)
                raise KeyboardInterrupt from error
        self.method.load_state_dict(keeper.best["state"] or self.method.state_dict())
        self.method.cpu()
        self.report.seconds[stage.name], self.report.epochs[stage.name] = keeper.seconds, keeper.epoch
        self.report.best_epoch[stage.name] = keeper.best["epoch"]

    def targets(self, stage: Stage) -> frozenset[str]:
        """What the stage gets of this data set."""
        return stage.targets | (stage.optional & self.dataset.targets)

    def points_of(self, stage: Stage) -> int:
        """How many points of each sample the stage sees."""
        return stage.points or self.points

    def generations(self, number: int) -> Generations:
        """The checkpoints of the epochs of a stage."""
        return Generations(self.checkpoints, f"{number:02d}-{self.stages[number].name}")

    def check(self, content: dict[str, Any], path: Path) -> None:
        """A checkpoint of another training in this folder is an error, not a start."""
        found = content.get("training", {})
        for name, value in self.identity.items():
            if found.get(name) != value:
                raise InputError(
                    f"checkpoint {path} is from a training with another {name} "
                    f"({_difference(found.get(name), value)}); choose another folder or remove this one"
                )

    def _file(self, number: int) -> Path:
        return self.checkpoints / f"{number:02d}-{self.stages[number].name}.ckpt"

    def _write(self, path: Path) -> None:
        report = {name: value for name, value in asdict(self.report).items() if name != "checkpoint"}
        write_checkpoint(path, pack(self.method) | {"training": self.identity, "report": report})

    def _restore(self, path: Path) -> bool:
        """Loads the checkpoint of a complete stage; False if there is none that is whole."""
        if not path.exists():
            return False
        try:
            content = read_checkpoint(path)
        except InputError as error:
            warnings.warn(f"{error}; training goes back to the one before", stacklevel=2)
            return False
        self.check(content, path)
        self.method.load_state_dict(content["state"])
        self.report = TrainingReport(**content["report"], checkpoint=self.final)
        return True


class _Keeper(pl.Callback):
    """Keeps one stage: restores it, makes each of its epochs repeatable, and saves it after each.

    A checkpoint is written at the start of the next epoch, when optimisers and schedulers have had their last step.

    Attributes:
        epoch: how many are complete.
        seconds: wall time of these.
        best: of the monitored quantity: its `value`, its `epoch` (from 1), the method's `state` then; an
            empty state means the current one.
    """

    def __init__(self, session: _Session, stage: Stage, number: int, tell: _Teller) -> None:
        self.session, self.stage, self.number, self.tell = session, stage, number, tell
        self.files = session.generations(number)
        self.epoch, self.seconds = 0, 0.0
        self.best: dict[str, Any] = {"value": math.inf, "epoch": 0, "state": {}}
        self._resumed = self.files.read()
        if self._resumed is not None:
            session.check(self._resumed, self.files.last)
            session.method.load_state_dict(self._resumed["state"])
            self.epoch, self.seconds, self.best = (self._resumed[name] for name in ("epoch", "seconds", "best"))
        session.log.keep([s.name for s in session.stages[:number]], stage.name, self.epoch)

    def on_train_start(self, trainer: pl.Trainer, method: Method) -> None:
        self._since = time.perf_counter()
        self._ticks: list[float] | None = []
        if self._resumed is None:
            return
        for optimizer, state in zip(trainer.optimizers, self._resumed["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        for config, state in zip(trainer.lr_scheduler_configs, self._resumed["schedulers"], strict=True):
            config.scheduler.load_state_dict(state)
        trainer.strategy.precision_plugin.load_state_dict(self._resumed["precision"])
        self._resumed = None

    def on_train_epoch_start(self, trainer: pl.Trainer, method: Method) -> None:
        self._save(trainer)
        reseed(self.session.seed, self.number, trainer.current_epoch, trainer.global_rank)
        method.enter(self.stage)

    def on_train_batch_end(self, trainer: pl.Trainer, method: Method, outputs: Any, batch: Any, step: int) -> None:
        if self._ticks is None:
            return
        self._ticks.append(time.perf_counter())
        last = step + 1 == trainer.num_training_batches
        if last or len(self._ticks) > STEPS_TO_SKIP + STEPS_TO_TIME:
            timed = [self._since, *self._ticks][min(STEPS_TO_SKIP, len(self._ticks) - 1) :]
            self._tell_cost(trainer, (timed[-1] - timed[0]) / (len(timed) - 1))
            self._ticks = None

    def _tell_cost(self, trainer: pl.Trainer, step: float) -> None:
        steps, left = int(trainer.num_training_batches), self.stage.epochs - trainer.current_epoch
        # A validation step has no backward pass, which is two thirds of the work.
        epoch = step * (steps + sum(trainer.num_val_batches) / 3)
        self.tell.say(
            f"stage '{self.stage.name}': {self.session.report.parameters / 1e6:.2f} M parameters, "
            f"{left} epochs of {steps} steps of {step:.3f} s, so about {duration(left * epoch)}"
        )

    def on_train_epoch_end(self, trainer: pl.Trainer, method: Method) -> None:
        values = {name: float(value) for name, value in trainer.callback_metrics.items()}
        self.epoch = trainer.current_epoch + 1
        value = values.get(f"val/{self.stage.monitor}")
        if value is None:  # nothing to monitor, or no validation samples: the last epoch is kept
            self.best = {"value": math.inf, "epoch": self.epoch, "state": {}}
        elif value < self.best["value"]:
            state = {name: tensor.detach().cpu().clone() for name, tensor in method.state_dict().items()}
            self.best = {"value": value, "epoch": self.epoch, "state": state}
        now = time.perf_counter()
        self.seconds, self._since = self.seconds + now - self._since, now
        if trainer.is_global_zero:
            row = {"stage": self.stage.name, "epoch": self.epoch, "seconds": f"{self.seconds:.2f}"}
            self.session.log.add(row | {name: f"{value:.6g}" for name, value in values.items()})

    def on_train_end(self, trainer: pl.Trainer, method: Method) -> None:
        self._save(trainer)

    def _save(self, trainer: pl.Trainer) -> None:
        content = pack(self.session.method) | {
            "training": self.session.identity,
            "epoch": self.epoch,
            "seconds": self.seconds,
            "best": self.best,
            "optimizers": [optimizer.state_dict() for optimizer in trainer.optimizers],
            "schedulers": [config.scheduler.state_dict() for config in trainer.lr_scheduler_configs],
            "precision": trainer.strategy.precision_plugin.state_dict(),
        }
        if trainer.is_global_zero:
            self.files.write(content)


class _Samples:
    """The training samples of a fitted stage, batch after batch, in the data set's order."""

    def __init__(self, session: _Session, stage: Stage) -> None:
        self.session, self.stage = session, stage
        self.keys = session.dataset.samples("train", stage.views)

    def __iter__(self) -> Iterator[SampleBatch]:
        session, targets, size = self.session, self.session.targets(self.stage), self.stage.batch_size
        points = session.points_of(self.stage)
        for start in range(0, len(self.keys), size):
            keys = self.keys[start : start + size]
            yield collate([session.dataset.sample(key, targets, points=points, seed=session.seed) for key in keys])


class _Teller:
    """Tells what a training costs, on standard error: lines anywhere, a progress bar on a terminal."""

    def __init__(self, title: str, progress: bool) -> None:
        self.title, self.progress = title, progress
        self.bar = progress and sys.stderr.isatty()

    def say(self, text: str) -> None:
        if self.progress:
            print(f"{self.title}, {text}", file=sys.stderr, flush=True)


def reseed(seed: int, stage: int, epoch: int, rank: int = 0) -> None:
    """Sets the generators of torch, NumPy and Python from what names an epoch."""
    state = int(np.random.SeedSequence([seed, stage, epoch, rank]).generate_state(1)[0])
    torch.manual_seed(state)
    np.random.seed(state)
    random.seed(state)


def _start_at(trainer: pl.Trainer, epoch: int) -> None:
    """Makes a new trainer count from `epoch`, as data order, schedules and its own end do."""
    current = trainer.fit_loop.epoch_progress.current
    current.ready = current.started = current.processed = current.completed = epoch


def _difference(found: Any, expected: Any) -> str:
    if isinstance(found, dict) and isinstance(expected, dict):
        names = [name for name in sorted(found.keys() | expected.keys()) if found.get(name) != expected.get(name)]
        return ", ".join(f"{name}: {found.get(name)} there, {expected.get(name)} here" for name in names)
    return f"{found} there, {expected} here"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's remarks on loggers, workers and frozen modules."""
    loggers = [logging.getLogger(name) for name in ("pytorch_lightning", "lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pytorch_lightning|lightning")
        warnings.filterwarnings("ignore", message=r".*does not have a deterministic implementation")
        for logger in loggers:
            logger.setLevel(logging.WARNING)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextlib.contextmanager
def _deterministic() -> Iterator[None]:
    """Leaves torch's choice of algorithms as it was; Lightning sets it for the whole process."""
    enabled, warn_only = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    fill, benchmark = torch.utils.deterministic.fill_uninitialized_memory, torch.backends.cudnn.benchmark
    torch.utils.deterministic.fill_uninitialized_memory = False  # finds bugs, and costs time
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=warn_only)
        torch.utils.deterministic.fill_uninitialized_memory = fill
        torch.backends.cudnn.benchmark = benchmark
