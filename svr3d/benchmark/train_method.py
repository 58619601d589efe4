"""Training a method: its stages in order, resumable at any moment.

Folder:

    checkpoints/NN-STAGE-last.ckpt, NN-STAGE-previous.ckpt   while a learned stage is in training
    checkpoints/NN-STAGE.ckpt                                when a stage is complete
    checkpoints/final.ckpt                                   when all are; it replaces the others and stands alone
    derived/STAGE/                                           values of a derived stage, until all stages are complete
    log.csv                                                  one row per epoch

A killed training continues from its last complete epoch and ends with the weights, bit for bit, of one that was
never killed, on the same machine with the same number of threads: what an epoch draws at random depends on (seed,
stage, epoch) only, and a checkpoint holds all else that carries over from one epoch to the next.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets.dataset import Dataset
from ..errors import InputError
from ..methods.checkpoint import unpack
from ..methods.interface import Method
from ..methods.stages import Derived, Fitted, Learned
from ..methods.training.modes import leave
from ..methods.training.once import fit
from ..methods.training.options import TrainerOptions
from ..methods.training.seeding import deterministic, reseed
from .checkpoints import Generations, read_checkpoint, write_checkpoint
from .devices import launched
from .learned_stage import LearnedStage
from .stage_data import StageData
from .training_context import TrainingContext
from .training_log import TrainingLog

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@dataclass
class TrainingReport:
    """What a training took and where it ended.

    Args:
        parameters: number of learned values.
        seconds: wall time per stage, over all sessions of a resumed training.
        epochs: per stage; 0 for one that is not learned.
        best_epoch: per learned stage, counted from 1, the epoch whose weights were kept.
        checkpoint: `final.ckpt`.
    """

    parameters: int
    seconds: dict[str, float] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    best_epoch: dict[str, int] = field(default_factory=dict)
    checkpoint: Path = Path()


def train_method(
    method: Method,
    dataset: Dataset,
    folder: str | os.PathLike,
    *,
    seed: int,
    preset_name: str = "",
    trainer: TrainerOptions | None = None,
    progress: bool = True,
) -> TrainingReport:
    """Trains `method` on the train split of `dataset`, in place, or continues where an earlier call was stopped.

    With several devices, the processes that help end here.

    Args:
        method: as `Method.create` makes it; in evaluation mode and on the CPU afterwards.
        dataset: an open data set with the method's targets, of the categories that the method is made for.
        folder: gets `checkpoints/` and `log.csv`.
        seed: of the order of the samples and of all that training draws.
        preset_name: for the line that tells the cost.
        trainer: hardware, precision, loading, logging.
        progress: tell the cost and, on a terminal, show a progress bar.

    Raises:
        InputError: the data lacks a target, the folder holds another training, or the loss became non-finite.
    """
    trainer = trainer or TrainerOptions()
    title = f"{method.name} ({', '.join([*filter(None, [preset_name]), f'seed {seed}'])})"
    with deterministic(), launched(trainer) as fabric:
        report = _Session(method, dataset, Path(folder), seed, trainer, fabric, title if progress else "").run()
        if not fabric.is_global_zero:
            sys.exit(0)
    return report


def load_trained(path: str | os.PathLike) -> Method:
    """The method of a checkpoint that `train_method` wrote, in evaluation mode, on the CPU.

    Raises:
        InputError: no such file, truncated, or made by another version of the method.
    """
    return unpack(read_checkpoint(Path(path)), f"checkpoint {path}")


class _Session:
    """One call of `train_method`."""

    def __init__(
        self,
        method: Method,
        dataset: Dataset,
        folder: Path,
        seed: int,
        trainer: TrainerOptions,
        fabric: Fabric,
        title: str,
    ) -> None:
        self.method, self.seed, self.fabric = method, seed, fabric
        self.checkpoints = folder / "checkpoints"
        self.final = self.checkpoints / "final.ckpt"
        self.stages = method.stages()
        if len({stage.name for stage in self.stages}) < len(self.stages):
            raise InputError(f"method '{method.name}': its stages must have distinct names")
        if method.facts.categories != dataset.categories:
            raise InputError(
                f"method '{method.name}' was made for the categories {', '.join(method.facts.categories) or 'none'}, "
                f"but the data set has {', '.join(dataset.categories)}"
            )
        if method.learned_on - {dataset.fingerprint()}:
            raise InputError(
                f"method '{method.name}': what it takes over from another run was learned on another data set than "
                f"{dataset.root}, or before that was changed; expected the same, since objects that are tested here "
                "may have been learned there"
            )
        world = (fabric.global_rank, fabric.world_size)
        self.data = StageData(dataset, self.stages, folder / "derived", seed, trainer.points, trainer.workers, world)
        self.data.require()
        self.report = TrainingReport(sum(p.numel() for p in method.parameters()), checkpoint=self.final)
        self.log = TrainingLog(folder / "log.csv", tensorboard=trainer.logger == "tensorboard")
        identity = {
            "method": method.name,
            "options": method.option_values(),
            "categories": list(method.facts.categories),
            "seed": seed,
            "dataset": dataset.fingerprint(),
            "trainer": {"precision": trainer.precision, "devices": fabric.world_size, "points": trainer.points},
        }
        told = title if fabric.is_global_zero else ""
        self.training = TrainingContext(method, self.data, fabric, self.log, identity, told)

    def run(self) -> TrainingReport:
        if self._restore(self.final):
            leave(self.method)
            return self.report
        done = next((n for n in range(len(self.stages), 0, -1) if self._is_complete(n - 1)), 0)
        for number, stage in list(enumerate(self.stages))[done:]:
            if isinstance(stage, Learned):
                self._learn(stage, number)
            elif isinstance(stage, Fitted | Derived):
                self._once(stage, number)
            else:
                raise InputError(f"stage '{stage.name}' is neither learned nor fitted nor derived")
            self._write(self._file(number))
            self._generations(number).remove()
            self.fabric.barrier()
        leave(self.method)
        self._write(self.final)
        if self.fabric.is_global_zero:
            for number in range(len(self.stages)):
                self._file(number).unlink(missing_ok=True)
            shutil.rmtree(self.data.derived, ignore_errors=True)
        return self.report

    def _learn(self, stage: Learned, number: int) -> None:
        learned = LearnedStage(self.training, stage, number, self._generations(number))
        learned.run()
        leave(self.method.cpu())
        self.report.seconds[stage.name], self.report.epochs[stage.name] = learned.seconds, learned.epoch
        self.report.best_epoch[stage.name] = learned.best["epoch"]

    def _once(self, stage: Fitted | Derived, number: int) -> None:
        samples = self.data.in_order(stage)
        doing = "fitting to" if isinstance(stage, Fitted) else "deriving values of"
        self.training.say(f"stage '{stage.name}': {doing} {len(samples.keys)} samples")
        start = time.perf_counter()
        reseed(self.seed, number, 0)
        if isinstance(stage, Fitted):
            fit(self.method, stage, samples)
        elif self.fabric.is_global_zero:
            self.data.write_derived(self.method, stage)
        leave(self.method)
        seconds = time.perf_counter() - start
        self.report.seconds[stage.name], self.report.epochs[stage.name] = seconds, 0
        if self.fabric.is_global_zero:
            self.log.keep([s.name for s in self.stages[:number]])
            self.log.add_epoch(stage.name, 0, seconds, {})

    def _generations(self, number: int) -> Generations:
        """The checkpoints of the epochs of a stage."""
        return Generations(self.checkpoints, f"{number:02d}-{self.stages[number].name}")

    def _file(self, number: int) -> Path:
        return self.checkpoints / f"{number:02d}-{self.stages[number].name}.ckpt"

    def _write(self, path: Path) -> None:
        report = {name: value for name, value in asdict(self.report).items() if name != "checkpoint"}
        if self.fabric.is_global_zero:
            write_checkpoint(path, self.training.packed() | {"report": report})

    def _is_complete(self, number: int) -> bool:
        """Whether a stage and all that it left for later ones is there; then its state is restored."""
        derived = [stage for stage in self.stages[: number + 1] if isinstance(stage, Derived)]
        return all(map(self.data.has_derived, derived)) and self._restore(self._file(number))

    def _restore(self, path: Path) -> bool:
        """Loads the checkpoint of a complete stage; False if there is none that is whole."""
        if not path.exists():
            return False
        try:
            content = read_checkpoint(path)
        except InputError as error:
            warnings.warn(f"{error}; training goes back to the one before", stacklevel=2)
            return False
        self.training.check(content, path)
        self.method.load_state_dict(content["state"])
        self.report = TrainingReport(**content["report"], checkpoint=self.final)
        return True
