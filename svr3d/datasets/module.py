"""Batches for training, in an order that a resumed run repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytorch_lightning as pl
from torch.utils.data import DataLoader, DistributedSampler

from ..errors import InputError
from .batch import SampleBatch, SampleKey, collate
from .dataset import Dataset
from .hashing import stable_seed


class DataModule(pl.LightningDataModule):
    """The training and validation batches of a prepared data set.

    The order of an epoch, and the points drawn from each object in it, depend on `seed` and the number of the epoch
    only. Validation batches are the same in every epoch. The last, partial batch is kept.

    Args:
        dataset: an open data set.
        targets: what to load beside pictures and cameras.
        batch_size: samples per batch and process.
        seed: of the order and of the points drawn.
        views: how many of each object's views to use, the first ones; all by default.
        points: surface and occupancy points per sample.
        workers: loading processes beside the main one; each has a cache of its own.

    Raises:
        InputError: a batch size below one, no training samples, or (in `setup`) an object lacks a target.
    """

    def __init__(
        self,
        dataset: Dataset,
        targets: Iterable[str],
        *,
        batch_size: int,
        seed: int,
        views: int | None = None,
        points: int = 2048,
        workers: int = 0,
    ) -> None:
        super().__init__()
        for name, value, least in (("batch_size", batch_size, 1), ("points", points, 1), ("workers", workers, 0)):
            if value < least:
                raise InputError(f"{name} is {value}, expected at least {least}")
        if views is not None and views < 1:
            raise InputError(f"views is {views}, expected at least 1")
        self.dataset, self.targets = dataset, frozenset(targets)
        self.batch_size, self.seed, self.points, self.workers = batch_size, seed, points, workers
        self.views = views

    def setup(self, stage: str | None = None) -> None:
        for split in ("train", "val"):
            self.dataset.require(self.targets, split)

    def train_dataloader(self) -> DataLoader:
        keys = self.dataset.samples("train", self.views)
        if not keys:
            raise InputError(f"{self.dataset.root}: the train split has no samples")
        return self._loader(keys, shuffle=True)

    def val_dataloader(self) -> DataLoader | list:
        keys = self.dataset.samples("val", self.views)
        return self._loader(keys, shuffle=False) if keys else []

    def _loader(self, keys: list[SampleKey], shuffle: bool) -> DataLoader:
        batches = _Batches(self.dataset, keys, sorted(self.targets), self.points, self.seed)
        order = BatchOrder(len(keys), self.batch_size, seed=self.seed, shuffle=shuffle)
        return DataLoader(
            batches, batch_size=None, sampler=order, num_workers=self.workers, persistent_workers=self.workers > 0
        )


class BatchOrder(DistributedSampler):
    """Which samples make up each batch of an epoch: a list of (epoch, index) pairs per batch.

    The epoch travels with the indices because loading processes do not see `set_epoch`. With several devices each
    gets every n-th sample, as with PyTorch's own class, and the first ones fill up where the number is not a multiple.

    Args:
        count: samples in all.
        batch_size: per device. A last batch of a single sample joins the one before it: batch normalisation
            cannot train on one sample.
        seed, shuffle: unshuffled, every epoch is epoch 0.
    """

    def __init__(self, count: int, batch_size: int, *, seed: int, shuffle: bool) -> None:
        import torch.distributed as distributed

        several = distributed.is_available() and distributed.is_initialized()
        super().__init__(
            range(count),
            num_replicas=distributed.get_world_size() if several else 1,
            rank=distributed.get_rank() if several else 0,
            shuffle=shuffle,
            seed=seed,
        )
        self.batch_size = batch_size

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        count = len(self.dataset)
        epoch = self.epoch if self.shuffle else 0
        order = np.random.default_rng([self.seed, epoch]).permutation(count) if self.shuffle else np.arange(count)
        mine = np.resize(order, self.total_size)[self.rank :: self.num_replicas]
        starts = range(0, len(mine), self.batch_size)[: len(self)]
        for start, stop in zip(starts, [*starts[1:], len(mine)], strict=True):
            yield [(epoch, int(index)) for index in mine[start:stop]]

    def __len__(self) -> int:
        full, rest = divmod(self.num_samples, self.batch_size)
        joins = rest == 1 and full > 0
        return full + (rest > 0) - joins


class _Batches:
    """Loads whole batches: what a `DataLoader` calls a dataset."""

    def __init__(self, dataset: Dataset, keys: list[SampleKey], targets: list[str], points: int, seed: int) -> None:
        self.dataset, self.keys, self.targets, self.points, self.seed = dataset, keys, targets, points, seed

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, batch: list[tuple[int, int]]) -> SampleBatch:
        return collate([self._sample(epoch, index) for epoch, index in batch])

    def _sample(self, epoch: int, index: int) -> Any:
        seed = stable_seed(self.seed, epoch)
        return self.dataset.sample(self.keys[index], self.targets, points=self.points, seed=seed)
