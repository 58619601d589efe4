"""The batches of a data set for Lightning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytorch_lightning as pl
from torch.utils.data import DataLoader

from ..errors import InputError
from .dataset import Dataset
from .loader import loader


class DataModule(pl.LightningDataModule):
    """The training and validation batches of a prepared data set, as `loader` makes them.

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
        if views is not None and views < 1:
            raise InputError(f"views is {views}, expected at least 1")
        self.dataset, self.targets, self.views, self.workers = dataset, frozenset(targets), views, workers
        self.options: dict[str, Any] = {"batch_size": batch_size, "seed": seed, "points": points}
        for name, value in (("batch_size", batch_size), ("points", points)):
            if value < 1:
                raise InputError(f"{name} is {value}, expected at least 1")

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

    def _loader(self, keys: list, shuffle: bool) -> DataLoader:
        import torch.distributed as distributed

        several = distributed.is_available() and distributed.is_initialized()
        world = (distributed.get_rank(), distributed.get_world_size()) if several else (0, 1)
        return loader(
            self.dataset, keys, self.targets, shuffle=shuffle, workers=self.workers, world=world, **self.options
        )
