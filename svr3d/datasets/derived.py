"""Values computed once per sample and kept on disk: latent codes, spheres, whatever a method derives from the data."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import InputError
from ..files import read_json, write_json
from .batch import SampleBatch, SampleKey

_INDEX, _DONE = "keys.json", "done.npy"


class Derived:
    """Derived values, memory-mapped: a folder with `NAME.npy`, Any[K, ...], per value and `keys.json`, the K samples.

    Rows are in the order of the sorted keys, so that the files do not depend on the order in which values were
    computed. It can be pickled (loading processes open the files anew), and joined with others by `|`. What was kept
    of whole objects every one of their samples has.

    Args:
        folders: that `DerivedWriter` completed; values of later folders hide those of the same name in earlier ones.

    Raises:
        InputError: a folder is missing, or is not one of a complete set of derived values.
    """

    def __init__(self, *folders: str | os.PathLike) -> None:
        self.folders = tuple(Path(folder) for folder in folders)
        self._values: dict[str, tuple[dict[str, int], np.ndarray]] = {}
        for folder in self.folders:
            rows = {key: row for row, key in enumerate(read_json(folder / _INDEX))}
            for file in sorted(folder.glob("*.npy")):
                try:
                    values = np.load(file, mmap_mode="r")
                except (OSError, ValueError, EOFError) as error:
                    raise InputError(f"{file}: not a whole .npy file ({error})") from error
                if len(values) != len(rows):
                    raise InputError(f"{file}: has {len(values)} rows, expected {len(rows)}, one per key in {_INDEX}")
                self._values[file.stem] = (rows, values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Derived, self.folders

    def __or__(self, other: Derived) -> Derived:
        return Derived(*self.folders, *other.folders)

    @property
    def names(self) -> frozenset[str]:
        """Of the values."""
        return frozenset(self._values)

    def get(self, key: SampleKey | str, name: str) -> np.ndarray:
        """One value of one sample, a copy.

        Raises:
            InputError: there is no such value, or none of this sample.
        """
        if name not in self._values:
            raise InputError(f"there is no derived value '{name}' (known: {', '.join(sorted(self._values)) or 'none'})")
        rows, values = self._values[name]
        row = rows.get(str(key))
        if row is None and isinstance(key, SampleKey):
            row = rows.get(_object(key))
        if row is None:
            raise InputError(f"there is no derived value '{name}' of {key}")
        return np.array(values[row])

    def join(self, batch: SampleBatch, names: Iterable[str] | None = None) -> SampleBatch:
        """The batch with these derived values (all by default) as further targets, tensors [B, ...].

        Raises:
            InputError: a sample has no such value.
        """
        chosen = sorted(self._values) if names is None else sorted(names)
        joined = {name: torch.from_numpy(np.stack([self.get(key, name) for key in batch.keys])) for name in chosen}
        return replace(batch, targets=batch.targets | joined)


class DerivedWriter:
    """Fills a folder of derived values, which comes into being whole when all samples have theirs.

    What a killed writer had put is there again for the next one of the same samples, so that it goes on.

    Args:
        folder: to write.
        keys: the samples that will be put.
        of_objects: whether the values are those of the samples' objects, kept once for all samples of each.
    """

    def __init__(self, folder: str | os.PathLike, keys: Sequence[SampleKey], *, of_objects: bool = False) -> None:
        self.folder = Path(folder)
        self._name: Callable[[SampleKey], str] = _object if of_objects else str
        self._rows = {key: row for row, key in enumerate(sorted({self._name(key) for key in keys}))}
        self._partial = self.folder.with_name(f".{self.folder.name}.partial")
        self._values: dict[str, np.memmap] = {}
        self._done: np.memmap
        self._resume()

    def _resume(self) -> None:
        names = list(self._rows)
        try:
            if json.loads((self._partial / _INDEX).read_text(encoding="utf-8")) != names:
                raise ValueError("values of other samples")
            self._done = np.lib.format.open_memmap(self._partial / _DONE, mode="r+")
            for file in self._partial.glob("*.npy"):
                if file.name != _DONE:
                    self._values[file.stem] = np.lib.format.open_memmap(file, mode="r+")
        except (OSError, ValueError):  # nothing to resume, or killed while a file was being made
            self._values = {}
            shutil.rmtree(self._partial, ignore_errors=True)
            self._partial.mkdir(parents=True)
            self._done = np.lib.format.open_memmap(self._partial / _DONE, mode="w+", dtype=bool, shape=(len(names),))
            write_json(self._partial / _INDEX, names)

    def missing(self, keys: Iterable[SampleKey]) -> list[SampleKey]:
        """Those that have no values yet."""
        return [key for key in keys if not self._done[self._rows[self._name(key)]]]

    def put(self, key: SampleKey, values: Mapping[str, Any]) -> None:
        """Keeps the values of one sample: arrays or tensors, of the same names, shapes and types for all samples.

        Raises:
            InputError: they differ from those put before, or the sample is not among the writer's.
        """
        row = self._rows.get(self._name(key))
        if row is None:
            raise InputError(f"derived values of {key}, which is none of the samples that values were announced for")
        arrays = {name: _array(value) for name, value in values.items()}
        if self._done.any() and set(arrays) != set(self._values):
            expected = ", ".join(sorted(self._values))
            raise InputError(f"derived values of {key} are {', '.join(sorted(arrays)) or 'none'}, expected {expected}")
        for name, array in arrays.items():
            if not name.isidentifier() or f"{name}.npy" == _DONE:
                raise InputError(f"derived value '{name}': expected a name of letters, digits and underscores")
            stored = self._values.get(name)
            if stored is None:
                stored = np.lib.format.open_memmap(
                    self._partial / f"{name}.npy", mode="w+", dtype=array.dtype, shape=(len(self._rows), *array.shape)
                )
                self._values[name] = stored
            if array.shape != stored.shape[1:] or array.dtype != stored.dtype:
                raise InputError(
                    f"derived value '{name}' of {key}: {array.dtype}{list(array.shape)}, "
                    f"expected {stored.dtype}{list(stored.shape[1:])} as for the samples before"
                )
            stored[row] = array
        self._done[row] = True

    def finish(self) -> Derived:
        """Moves the folder to its place, and opens it.

        Raises:
            InputError: a sample has no values.
        """
        names = list(self._rows)
        if not self._done.all():
            raise InputError(f"{self.folder}: sample {names[int(np.argmin(self._done))]} has no derived values")
        for values in self._values.values():
            values.flush()
        (self._partial / _DONE).unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
        os.rename(self._partial, self.folder)
        return Derived(self.folder)


def _object(key: SampleKey) -> str:
    return f"{key.category}/{key.object}"


def _array(value: Any) -> np.ndarray:
    return np.asarray(value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value)
