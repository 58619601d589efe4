"""What every target offers: files, their reading and writing, and its form in batches."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from ...errors import InputError
from ..hashing import stable_seed

if TYPE_CHECKING:
    from ..batch import SampleKey
    from ..box_objects import BoxView
    from .making import Making


class Stored(NamedTuple):
    """Where a sample's targets lie, and what is needed to read them.

    folder: of the object. key: of the sample. categories, labels: of the data set, in the order of their numbers.
    """

    folder: Path
    key: SampleKey
    categories: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class Draw(NamedTuple):
    """How many points of a sample to draw, by which seed; all of them where `points` is None."""

    points: int | None = None
    seed: int = 0

    def rows(self, target: str, stored: Stored, file: str, count: int) -> Any:
        """An index of the rows drawn of `count`, without replacement, by seed, target and key.

        Raises:
            InputError: there are fewer than asked for.
        """
        if self.points is None:
            return slice(None)
        if self.points > count:
            raise InputError(f"{stored.folder / file}: field 'points' has {count} rows, {self.points} were asked for")
        key = stored.key if stored.key.part is not None else stored.key[:3]
        rng = np.random.default_rng([self.seed, stable_seed(target, key)])
        return rng.choice(count, self.points, replace=False, shuffle=False)


class Target(ABC):
    """A kind of supervision. Outside packages add one by an entry point in the group `svr3d.targets`.

    Attributes:
        name: in `targets` of stages, methods and protocols.
        files: what an object's folder must hold of it, files or folders.
        per: what of an object it belongs to: the whole `object`, each `view` or each `part`.
        version: raised when what `derive` or `write` makes changes, so that prepared objects are made again.
    """

    name: ClassVar[str]
    files: ClassVar[tuple[str, ...]] = ()
    per: ClassVar[str] = "object"
    version: ClassVar[int] = 1

    @abstractmethod
    def read(self, stored: Stored) -> Any:
        """The whole target of an object (of a view where there is one for each): a shape, or what else it is.

        Raises:
            InputError: a file is missing or bad.
        """

    @abstractmethod
    def batch(self, kept: Any, stored: Stored, draw: Draw) -> Any:
        """What a batch of this one sample holds: a tensor [1, ...], a dict of them, or a list of one."""

    def keep(self, stored: Stored) -> Any:
        """What the memory keeps between epochs, in as few bytes as is lossless and fast; what `read` returns by
        default. Arrays, or dicts, tuples and dataclasses of arrays, so that its bytes can be counted."""
        return self.read(stored)

    def derive(self, making: Making) -> Any:
        """The target of an object that is being prepared; a sequence over its views where there is one for each."""
        raise InputError(f"target '{self.name}' cannot be derived from a mesh")

    def write(self, folder: Path, value: Any, making: Making) -> None:
        """Writes what `derive` returned of `making` into the object's folder."""
        raise InputError(f"target '{self.name}' cannot be written")

    @property
    def is_derivable(self) -> bool:
        """Whether preparation can make it."""
        return type(self).derive is not Target.derive

    def of_boxes(self, seen: BoxView, draw: Draw) -> Any:
        """What a batch of one holds for an object made of boxes: test data without a data set.

        By default it is derived, written, read and batched as for a data set. Targets with a closed form use that, so
        that tests can hold the suite's own sampling, voxelising and rendering against it.
        """
        with tempfile.TemporaryDirectory() as folder:
            stored, making = seen.stored(Path(folder)), seen.making()
            self.write(stored.folder, self.derive(making), making)
            return self.batch(self.keep(stored), stored, draw)
