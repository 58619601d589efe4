"""Which file of a folder is the prediction of which sample, however its files are called.

A folder is looked through once. Files are found as these, the first that there is:

1. CATEGORY/OBJECT/VIEW: the view's number, in three digits or with any other number of leading zeros;
2. CATEGORY/OBJECT/…VIEW, such as view_00 or OBJECT_00, and CATEGORY/OBJECT_VIEW;
3. CATEGORY/OBJECT/OBJECT and CATEGORY/OBJECT: one prediction for all views of an object that has none by view;
4. CATEGORY/OBJECT/model, or whatever the one file there is called, if no object has predictions by view.

CATEGORY is the category's name or that of its folder in the data set. Exact names come first; otherwise upper and lower
case are one. Of one name in several formats, the one that keeps most of a shape is taken, in the order of
`list_suffixes`; two names that say the same are refused.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..datasets import Dataset, SampleKey
from ..datasets.index import SPLITS
from ..errors import InputError
from ..geometry import list_suffixes

MOST_LISTED = 20_000
"""Files that are looked at for a message."""


class Candidate(NamedTuple):
    """A file that may be a prediction.

    Args:
        rank: of the way it is named; less is better.
        stem: its name without the suffix.
        order: of its format; None where it is of none that is read.
        path: where it is.
    """

    rank: int
    stem: str
    order: int | None
    path: Path


@dataclass
class Predictions:
    """What was found in a folder.

    Args:
        folder: that was looked through.
        files: the prediction of each sample that has one.
        missing: the samples that have none, each with a file of a format that is not read, if one is in its place.
        by_object: the samples whose prediction is for all views of their object.
        reasons: why samples have none, by name, where that is known.
        several: for samples with several files, the one that was taken and one that was not.
    """

    folder: Path
    files: dict[SampleKey, Path] = field(default_factory=dict)
    missing: dict[SampleKey, Path | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    by_object: list[SampleKey] = field(default_factory=list)
    several: list[tuple[Path, Path]] = field(default_factory=list)

    def reason(self, key: SampleKey) -> str:
        """Why a sample has none; empty where it has one."""
        if key in self.files:
            return ""
        unread = self.missing.get(key)
        if str(key) in self.reasons:
            return self.reasons[str(key)]
        return "no prediction" if unread is None else f"{unread}: {_not_read(unread)}"

    def stamp(self, key: SampleKey) -> str:
        """Changes with the file of a sample: its place below the folder, size and time."""
        if (file := self.files.get(key)) is None:
            return "none"
        status = file.stat()
        return f"{self._place(file)} {status.st_size} {status.st_mtime_ns}"

    def notes(self) -> Iterator[str]:
        """What the user must know of how files were found, a sentence each."""
        total = len(self.missing) + len(self.files)
        if self.missing:
            key = next(iter(self.missing))
            yield (
                f"{len(self.missing)} of {total} samples have no prediction and count as failed, for example {key}: "
                f"{self.reason(key)}"
            )
        if self.by_object:
            key = self.by_object[0]
            yield (
                f"{len(self.by_object)} of {total} samples have a prediction that is taken for all views of their "
                f"object, for example {key}: {self._place(self.files[key])}"
            )
        if self.several:
            taken, other = map(self._place, self.several[0])
            yield (
                f"{len(self.several)} of {total} samples have several files; taken is, for example, {taken} and not "
                f"{other}"
            )

    def _place(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def find_predictions(folder: Path, dataset: Dataset, keys: Iterable[SampleKey]) -> Predictions:
    """The prediction of each sample in a folder of shapes made anywhere.

    Raises:
        InputError: no such folder, or it is not clear which file is meant.
    """
    if not folder.is_dir():
        what = "is a file, expected a folder of predictions" if folder.exists() else "no such folder of predictions"
        raise InputError(f"{folder}: {what}")
    by_object: dict[tuple[str, str], list[SampleKey]] = {}
    for key in keys:
        by_object.setdefault((key.category, key.object), []).append(key)
    found, root, categories = Predictions(folder), _Listing(folder), dict[str, _Category]()
    objects = []
    for (category, name), own in by_object.items():
        if category not in categories:
            place = root.folder(category, dataset.folder(category, name).parent.name)
            names = {name for split in SPLITS for of, name in dataset.objects(split) if of == category}
            categories[category] = _Category(None if place is None else _Listing(place), names)
        objects.append((_Object(categories[category], name), own))
    any_by_view = any(thing.has_views for thing, _ in objects)
    for thing, own in objects:
        for key in own:
            _take(found, key, thing, any_by_view)
    return found


def nothing_found(found: Predictions, dataset: Dataset, keys: Sequence[SampleKey], split: str) -> InputError:
    """The error on a folder without a prediction of any sample: what was looked for, and what is there instead."""
    example = f"{keys[0].category}/{keys[0].object}/{keys[0].view:03d}"
    text = (
        f"{found.folder}: no prediction for any of the {len(keys)} samples of split '{split}'; looked for "
        f"CATEGORY/OBJECT/VIEW{{{','.join(list_suffixes())}}}, for example {example}.obj"
    )
    unread = next((path for path in found.missing.values() if path is not None), None)
    if unread is not None:
        return InputError(f"{text}; found {unread.relative_to(found.folder)}, {_not_read(unread)}")
    if meant := [str(other) for other in _others(found.folder) if _has_some(other, dataset, keys)]:
        where = " and in ".join(meant[:3])
        return InputError(f"{text}; files so called are in {where}, which may be the folder to name")
    files = list(islice(_files(found.folder), MOST_LISTED))
    if not files:
        return InputError(f"{text}; there is no file in it")
    near = get_close_matches(f"{example}.obj", files[:2000], 1, cutoff=0.0)[0]
    many = f"{len(files)}{' or more' if len(files) == MOST_LISTED else ''}"
    return InputError(f"{text}; found {many} file{'s' * (len(files) > 1)}, the nearest in name is {near}")


@cache
def _orders() -> dict[str, int]:
    """The place of each format that shapes are read from: looked up once, as that takes milliseconds."""
    return {suffix: order for order, suffix in enumerate(list_suffixes())}


class _Listing:
    """What is in one folder; hidden files are not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: list[Candidate] = []
        self._folders: list[str] = []
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
        for entry in entries:
            if entry.is_dir():
                self._folders.append(entry.name)
            elif not entry.name.startswith("."):
                stem, suffix = os.path.splitext(entry.name)
                order = _orders().get(suffix.lower())
                self.files.append(Candidate(0, stem, order, path / entry.name))

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _grouped(self._folders)

    def folder(self, *names: str) -> Path | None:
        """The folder of one of these names, exact or but for case.

        Raises:
            InputError: several differ from a name in case alone.
        """
        for name in names:
            if name in self._by_name.get(_folded(name), ()):
                return self.path / name
        for name in names:
            alike = self._by_name.get(_folded(name), [])
            if len(alike) > 1:
                raise InputError(f"{self.path}: is {' or '.join(alike)} the folder of '{name}'? expected one of them")
            if alike:
                return self.path / alike[0]
        return None


class _Category:
    """The files and folders of one category.

    Args:
        objects: the names of all its objects, of which none is another one's view.
    """

    def __init__(self, listing: _Listing | None, objects: Iterable[str]) -> None:
        self._listing = listing
        files, objects = ([] if listing is None else listing.files), set(map(_folded, objects))
        self._whole: dict[str, list[Candidate]] = {}
        self._views: dict[str, list[tuple[int, Candidate]]] = {}
        for file in files:
            self._whole.setdefault(_folded(file.stem), []).append(file)
            numbered = re.fullmatch(r"(.+)[_.-]([0-9]+)", file.stem, flags=re.DOTALL)
            if numbered and _folded(file.stem) not in objects:
                self._views.setdefault(_folded(numbered[1]), []).append((int(numbered[2]), file._replace(rank=3)))

    def object(self, name: str) -> list[Candidate]:
        """The files in an object's own folder."""
        place = None if self._listing is None else self._listing.folder(name)
        return [] if place is None else _Listing(place).files

    def whole(self, name: str) -> list[Candidate]:
        """The files called as an object: exactly, if there are any."""
        alike = self._whole.get(_folded(name), [])
        return [file for file in alike if file.stem == name] or alike

    def views(self, name: str) -> list[tuple[int, Candidate]]:
        """The files called as an object, with the number of a view behind."""
        alike = self._views.get(_folded(name), [])
        return [(view, file) for view, file in alike if file.stem.startswith(name)] or alike


class _Object:
    """The files that may be predictions of one object."""

    def __init__(self, category: _Category, name: str) -> None:
        self.by_view: dict[int, list[Candidate]] = {}
        self.called: list[Candidate] = []
        self.unnumbered: list[Candidate] = []
        for file in category.object(name):
            own_name = _folded(file.stem) == _folded(name)
            numbered = None if own_name and not _is_number(file.stem) else _numbered(file.stem)
            if own_name:
                self.called.append(file._replace(rank=4))
            if numbered is not None:
                rank, view = numbered
                self.by_view.setdefault(view, []).append(file._replace(rank=rank))
            elif not own_name:
                self.unnumbered.append(file._replace(rank=6))
        for view, file in category.views(name):
            self.by_view.setdefault(view, []).append(file)
        self.called += [file._replace(rank=5) for file in category.whole(name)]

    @property
    def has_views(self) -> bool:
        """Whether there is a prediction by view: the file of an object called 12 may be OBJECT.obj or VIEW.obj."""
        own = {file.path for file in self.called}
        return any(f.order is not None and f.path not in own for files in self.by_view.values() for f in files)

    def whole(self, any_by_view: bool) -> list[Candidate]:
        """The files for all views; one that is not called as the object, only where nothing is numbered anywhere."""
        if self.has_views:
            return []
        return self.called + ([] if any_by_view else self.unnumbered)


def _take(found: Predictions, key: SampleKey, thing: _Object, any_by_view: bool) -> None:
    by_view, whole = thing.by_view.get(key.view, []), thing.whole(any_by_view)
    readable = _readable(by_view) or _readable(whole)
    if not readable:
        unread = [*by_view, *whole]
        found.missing[key] = unread[0].path if unread else None
        return
    best, others = readable[0], readable[1:]
    if twins := [file for file in others if file.rank == best.rank and _is_twin(file, best)]:
        names = " or ".join(file.path.name for file in (best, *twins))
        raise InputError(f"{best.path.parent}: is {names} the prediction of {key}? expected one of them")
    if others:
        found.several.append((best.path, others[0].path))
    if best in whole:
        found.by_object.append(key)
    found.files[key] = best.path


def _readable(files: list[Candidate]) -> list[Candidate]:
    """Those of a format that is read, best first."""
    return sorted((f for f in files if f.order is not None), key=lambda f: (f.rank, f.order, f.path.name))


def _is_twin(a: Candidate, b: Candidate) -> bool:
    """Whether nothing says which of the two is meant: they are not one name in two formats."""
    return a.stem != b.stem or a.order == b.order


def _numbered(stem: str) -> tuple[int, int] | None:
    """The rank of a name with a view's number, and the number; None for one without."""
    if _is_number(stem):
        return (0 if len(stem) == 3 else 1), int(stem)
    behind = re.fullmatch(r".*[^0-9]([0-9]+)", stem, flags=re.DOTALL)
    return None if behind is None else (2, int(behind[1]))


def _is_number(stem: str) -> bool:
    return stem.isascii() and stem.isdigit()


def _folded(name: str) -> str:
    """Equal for names that differ in case, or in how accents are written, alone."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _grouped(names: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_folded(name), []).append(name)
    return groups


def _not_read(path: Path) -> str:
    kind = f"of format '{path.suffix}'" if path.suffix else "without a suffix"
    return f"a file {kind}, expected one of {', '.join(list_suffixes())}"


def _others(folder: Path) -> Iterator[Path]:
    """The folders that may have been meant: two levels below, and the one above."""
    below = sorted(path for path in folder.iterdir() if path.is_dir())[:50]
    yield from below
    for path in below[:20]:
        yield from sorted(inner for inner in path.iterdir() if inner.is_dir())[:20]
    yield folder.resolve().parent


def _has_some(folder: Path, dataset: Dataset, keys: Sequence[SampleKey]) -> bool:
    try:
        return bool(find_predictions(folder, dataset, keys).files)
    except InputError:
        return False


def _files(folder: Path) -> Iterator[str]:
    """The files below a folder, relative to it."""
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):
                yield os.path.relpath(os.path.join(path, name), folder)
