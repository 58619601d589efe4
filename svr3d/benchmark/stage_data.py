"""What each stage of a training gets of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..datasets.batch import SampleBatch, SampleKey, collate
from ..datasets.dataset import Dataset
from ..datasets.derived import Derived as DerivedValues
from ..datasets.derived import DerivedWriter
from ..datasets.loader import loader
from ..errors import InputError
from ..methods.interface import Method
from ..methods.stages import Derived, Learned, Stage
from ..methods.training.once import derive


@dataclass(frozen=True)
class StageData:
    """The samples of one training's stages.

    Args:
        dataset: an open data set.
        stages: all of the training's, in order.
        derived: folder of the derived values, one folder per stage.
        seed: of the order of the samples and of the points drawn.
        points: per sample, in stages that do not say how many.
        workers: loading processes.
        world: (rank, size) of this process among those that train.
    """

    dataset: Dataset
    stages: list[Stage]
    derived: Path
    seed: int
    points: int
    workers: int
    world: tuple[int, int] = (0, 1)

    def require(self) -> None:
        """Checks that the data set has what each stage needs.

        Raises:
            InputError: naming what is missing, and where.
        """
        for stage in self.stages:
            self.dataset.require(self.targets(stage), "train")
            if not self.keys(stage, "train"):
                lacks = "objects" if not self.dataset.objects("train") else f"samples of the unit '{stage.unit}'"
                raise InputError(f"{self.dataset.root}: the train split has no {lacks}, expected at least one")

    def targets(self, stage: Stage) -> frozenset[str]:
        """What a stage gets of the data set itself."""
        named = stage.targets - {name for earlier in self._derived_before(stage) for name in earlier.values}
        return named | (stage.optional & self.dataset.targets)

    def keys(self, stage: Stage, split: str) -> list[SampleKey]:
        """The samples of a split, of the stage's unit."""
        return self.dataset.samples(split, stage.views, unit=stage.unit)

    def training(self, stage: Learned) -> Any:
        """The batches of an epoch, as a loader with as many as there are.

        A single sample is in its batch twice, unless batches are to have one: batch normalisation cannot train on one,
        and the mean over both is that of one.
        """
        keys = self.keys(stage, "train")
        if self.is_single(stage):
            keys = keys * 2
        return self._loader(stage, keys, shuffle=True, augment=stage.augment)

    def is_single(self, stage: Learned) -> bool:
        """Whether a stage has but one sample, for batches of several."""
        return len(self.keys(stage, "train")) == 1 and stage.batch_size > 1

    def validation(self, stage: Learned) -> Any:
        """The same of the validation split; an empty list where it has no samples."""
        keys = self.keys(stage, "val")
        return self.unshuffled(stage, keys) if keys else []

    def unshuffled(self, stage: Learned, keys: list[SampleKey], augment: Any = None) -> Any:
        """The batches of some samples of any split in their order, changed by `augment` or as they are."""
        return self._loader(stage, keys, shuffle=False, augment=augment)

    def in_order(self, stage: Stage) -> InOrder:
        """The training batches in the data set's order."""
        return InOrder(self, stage, self.keys(stage, "train"))

    def write_derived(self, method: Method, stage: Derived, keys: list[SampleKey] | None = None) -> None:
        """Computes a stage's values of some samples, by default all training and validation samples; a killed call goes
        on where it stood."""
        keys = self.keys(stage, "train") + self.keys(stage, "val") if keys is None else keys
        self.derived.mkdir(parents=True, exist_ok=True)
        writer = DerivedWriter(self.derived / stage.name, keys, of_objects=stage.unit == "object")
        # The same batches whatever is there already, since another company can change a value's last bits.
        batches = InOrder(self, stage, keys)
        for start in range(0, len(keys), stage.batch_size):
            chunk = keys[start : start + stage.batch_size]
            if not writer.missing(chunk):
                continue
            values = derive(method, stage, batches.load(chunk))
            for row, key in enumerate(chunk):
                writer.put(key, {name: value[row] for name, value in values.items()})
        writer.finish()

    def has_derived(self, stage: Derived) -> bool:
        """Whether a stage's values are there."""
        return (self.derived / stage.name).is_dir()

    def joined(self, stage: Stage) -> DerivedValues | None:
        """The derived values that a stage names, None if none."""
        needed = [s for s in self._derived_before(stage) if stage.targets & set(s.values)]
        return DerivedValues(*(self.derived / s.name for s in needed)) if needed else None

    def points_of(self, stage: Stage) -> int:
        """How many points of each sample the stage sees."""
        return stage.points or self.points

    def _derived_before(self, stage: Stage) -> list[Derived]:
        before = self.stages[: self.stages.index(stage)]
        return [earlier for earlier in before if isinstance(earlier, Derived)]

    def _loader(self, stage: Stage, keys: list[SampleKey], *, shuffle: bool, augment: Any = None) -> Any:
        return loader(
            self.dataset,
            keys,
            self.targets(stage),
            batch_size=stage.batch_size,
            seed=self.seed,
            shuffle=shuffle,
            pictures=stage.pictures,
            cameras=stage.cameras,
            points=self.points_of(stage),
            workers=self.workers,
            augment=augment,
            derived=self.joined(stage),
            world=self.world,
        )


class InOrder:
    """Samples of a stage, batch after batch in the order of their keys, as often as one iterates over them."""

    def __init__(self, data: StageData, stage: Stage, keys: list[SampleKey]) -> None:
        self.data, self.stage, self.keys = data, stage, keys
        self._targets, self._joined = data.targets(stage), data.joined(stage)

    def __iter__(self) -> Iterator[SampleBatch]:
        size = self.stage.batch_size
        for start in range(0, len(self.keys), size):
            yield self.load(self.keys[start : start + size])

    def load(self, keys: list[SampleKey]) -> SampleBatch:
        """These samples as a batch."""
        data, stage = self.data, self.stage
        samples = [
            data.dataset.sample(
                key,
                self._targets,
                pictures=stage.pictures,
                cameras=stage.cameras,
                points=data.points_of(stage),
                seed=data.seed,
            )
            for key in keys
        ]
        batch = collate(samples)
        return batch if self._joined is None else self._joined.join(batch)
