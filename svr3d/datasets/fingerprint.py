"""What identifies the data of a data set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .hashing import stable_hash
from .index import METADATA, SPLITS


class Fingerprint:
    """A hash over `metadata.yaml`, the lists, and the name and size of every file of every listed object.

    It does not read the objects' files, so that it takes seconds for ten thousand objects, and it is taken again only
    where a folder, a list or the metadata have changed since. A file replaced, added or removed changes its folder; an
    edit in place is noticed when the data set is opened anew, one that keeps the file's size goes unnoticed.

    Args:
        root: of the data set.
        folders: of its categories, by name.
        objects: (category, object) of each split.
    """

    def __init__(
        self, root: Path, folders: Mapping[str, str], objects: Mapping[str, Iterable[tuple[str, str]]]
    ) -> None:
        self._root, self._folders = root, dict(sorted(folders.items()))
        self._objects = [(category, name) for split in SPLITS for category, name in objects[split]]
        self._known: tuple[list[Any], str] | None = None

    def __call__(self) -> str:
        """64 hexadecimal digits."""
        stamp = self._stamp()
        if self._known is None or self._known[0] != stamp:
            self._known = stamp, self._compute()
        return self._known[1]

    def _lists(self) -> Iterator[tuple[str, str, Path]]:
        for folder in self._folders.values():
            for split in SPLITS:
                yield folder, split, self._root / folder / f"{split}.lst"

    def _object_folders(self) -> Iterator[tuple[str, str, Path]]:
        for category, name in self._objects:
            yield category, name, self._root / self._folders[category] / name

    def _stamp(self) -> list[Any]:
        stamp = [_stamp_of(self._root / METADATA), *(_stamp_of(path) for _, _, path in self._lists())]
        for _, _, folder in self._object_folders():
            stamp += [_stamp_of(folder), *(_stamp_of(inner) for inner in _folders_in(folder))]
        return stamp

    def _compute(self) -> str:
        parts: list[Any] = [_bytes_of(self._root / METADATA)]
        parts += [[folder, split, _bytes_of(path)] for folder, split, path in self._lists()]
        for category, name, folder in self._object_folders():
            files = sorted(_files(folder)) if folder.is_dir() else []
            parts.append([category, name, files])
        return stable_hash(*parts)


def _stamp_of(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir())
    except OSError:
        return []


def _bytes_of(path: Path) -> str:
    try:
        return path.read_bytes().hex()
    except OSError:
        return ""


def _files(folder: Path, prefix: str = "") -> Iterator[tuple[str, int]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.stat().st_size
