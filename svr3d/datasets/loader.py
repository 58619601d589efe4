"""Batches for training, in an order that a resumed run repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch.utils.data import DataLoader, Sampler

from ..errors import InputError
from .batch import SampleBatch, SampleKey, collate
from .dataset import Dataset
from .derived import Derived
from .hashing import stable_seed

Augmentation = Callable[[SampleBatch, torch.Generator], SampleBatch]
"""Changes one sample (a batch of one), drawing from the generator alone."""


def loader(
    dataset: Dataset,
    keys: Sequence[SampleKey],
    targets: Iterable[str],
    *,
    batch_size: int,
    seed: int,
    shuffle: bool,
    pictures: bool = True,
    cameras: bool = True,
    points: int | None = 2048,
    workers: int = 0,
    augment: Augmentation | None = None,
    derived: Derived | None = None,
    world: tuple[int, int] = (0, 1),
) -> DataLoader:
    """The batches of an epoch; `loader.sampler.set_epoch(n)` says of which.

    The order of an epoch, the points drawn from each object in it and what `augment` draws depend on `seed` and the
    number of the epoch only, not on the number of workers. Unshuffled, every epoch is the same. The last, partial
    batch is kept.

    Args:
        dataset: an open data set.
        keys: its samples to go through, of any one unit (`Dataset.samples`).
        targets: what to load of each.
        batch_size: samples per batch and process.
        seed: of the order, of the points drawn and of the augmentation.
        shuffle: a new order in every epoch.
        pictures, cameras: whether to load those.
        points: surface and occupancy points per sample; None for all that are stored.
        workers: loading processes beside the main one; each has a cache of its own.
        augment: is given each sample and a generator seeded by (`seed`, epoch, sample), where the sample is loaded.
        derived: values per sample to join to the batches as further targets.
        world: (rank, size): which process this is, of how many that share an epoch.

    Raises:
        InputError: a size below one, or `keys` is empty.
    """
    for name, value, least in (("batch_size", batch_size, 1), ("points", points, 1), ("workers", workers, 0)):
        if value is not None and value < least:
            raise InputError(f"{name} is {value}, expected at least {least}")
    if not keys:
        raise InputError(f"{dataset.root}: there are no samples to load")
    loading = Loading(
        dataset,
        keys,
        targets,
        seed,
        pictures=pictures,
        cameras=cameras,
        points=points,
        augment=augment,
        derived=derived,
    )
    order = BatchOrder(len(keys), batch_size, seed=seed, shuffle=shuffle, world=world)
    return DataLoader(loading, batch_size=None, sampler=order, num_workers=workers, persistent_workers=workers > 0)


class BatchOrder(Sampler[list[tuple[int, int]]]):
    """Which samples make up each batch of an epoch: a list of (epoch, index) pairs per batch.

    The epoch travels with the indices because loading processes do not see `set_epoch`. With several devices each
    gets every n-th sample, and the first ones fill up where the number is not a multiple.

    Args:
        count: samples in all.
        batch_size: per device. A last batch of a single sample joins the one before it: batch normalisation
            cannot train on one sample.
        seed, shuffle: unshuffled, every epoch is epoch 0.
        world: (rank, size) of the devices.
    """

    def __init__(
        self, count: int, batch_size: int, *, seed: int, shuffle: bool, world: tuple[int, int] = (0, 1)
    ) -> None:
        self.count, self.batch_size, self.seed, self.shuffle = count, batch_size, seed, shuffle
        self.rank, self.size = world
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch comes next."""
        self.epoch = epoch

    @property
    def share(self) -> int:
        """Samples of each device."""
        return -(-self.count // self.size)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        epoch = self.epoch if self.shuffle else 0
        order = np.arange(self.count)
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(self.count)
        mine = np.resize(order, self.share * self.size)[self.rank :: self.size]
        starts = range(0, len(mine), self.batch_size)[: len(self)]
        for start, stop in zip(starts, [*starts[1:], len(mine)], strict=True):
            yield [(epoch, int(index)) for index in mine[start:stop]]

    def __len__(self) -> int:
        full, rest = divmod(self.share, self.batch_size)
        joins = rest == 1 and full > 0
        return full + (rest > 0) - joins


class Loading(torch.utils.data.Dataset[SampleBatch]):
    """Loads whole batches, given as lists of (epoch, index): what a `DataLoader` calls a dataset."""

    def __init__(
        self,
        dataset: Dataset,
        keys: Sequence[SampleKey],
        targets: Iterable[str],
        seed: int,
        *,
        pictures: bool,
        cameras: bool,
        points: int | None,
        augment: Augmentation | None,
        derived: Derived | None,
    ) -> None:
        self.dataset, self.keys, self.targets, self.seed = dataset, list(keys), sorted(targets), seed
        self.pictures, self.cameras, self.points = pictures, cameras, points
        self.augment, self.derived = augment, derived

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, batch: list[tuple[int, int]]) -> SampleBatch:
        return collate([self._sample(epoch, self.keys[index]) for epoch, index in batch])

    def _sample(self, epoch: int, key: SampleKey) -> SampleBatch:
        sample = self.dataset.sample(
            key,
            self.targets,
            pictures=self.pictures,
            cameras=self.cameras,
            points=self.points,
            seed=stable_seed(self.seed, epoch),
        )
        if self.derived is not None:
            sample = self.derived.join(sample)
        if self.augment is not None:
            generator = torch.Generator().manual_seed(stable_seed(self.seed, epoch, str(key)))
            sample = self.augment(sample, generator)
        return sample
