"""Prepares a data set from a source of meshes: all targets of every object."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...files import is_disk_full, write_text
from ...processes import default_workers
from ...progress import say
from ..categories import short_name
from ..index import METADATA, SPLITS
from ..sources import Source, open_source
from .folder import RECIPE, REPORTS, Item, begin, finish, locked
from .recipe import Recipe
from .report import PreparationReport
from .run import Run


def prepare(
    source: str | os.PathLike | Source,
    out: str | os.PathLike,
    *,
    format: str = "auto",
    views: int = 4,
    size: int = 137,
    seed: int = 0,
    points: int = 100_000,
    resolution: int = 32,
    parts: str = "source",
    tau: float | None = None,
    targets: Sequence[str] = (),
    workers: int | None = None,
    name: str | None = None,
    categories: Sequence[str] | None = None,
    objects: dict[str, int] | None = None,
    split_file: str | os.PathLike | None = None,
    options: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> PreparationReport:
    """Prepares a data set that `open_dataset` reads.

    A run that is stopped, killed included, is resumed by the same call and ends with the same bytes in every file
    except `timing.json`. Objects that are there already, made by the same recipe from the same source, are kept.
    An object that cannot be used is refused, with its reason in the report, and the others go on.

    Args:
        source: `parametric`, a folder `CATEGORY/OBJECT/*.{obj,glb,ply,off,stl}`, or a `Source`.
        out: the folder to write; new, empty, or a data set of this function.
        format: `parametric`, `meshes`, the name of another registered source, or `auto`.
        views, size, seed, points, resolution, parts, tau: see `Recipe`.
        targets: to derive beside those that are always made, such as those of other distributions.
        workers: processes, by default one per core; 1 works in this one.
        name: of the data set in tables; by default that of the folder `out`.
        categories: only these (all by default), by their names or, of ShapeNet's, the short ones.
        objects: per category, of the parametric source: how many for `train`, `val` and `test`.
        split_file: of the source `meshes`: CSV with the columns `category,object,split`.
        options: further options of the source.
        quiet: no progress on the terminal.

    Raises:
        InputError: bad options or source, a folder in use or with other contents, a full disk, or not one usable
            object.
    """
    started = time.perf_counter()
    recipe = Recipe(views, size, seed, points, resolution, parts, tau, tuple(targets))
    workers = default_workers() if workers is None else workers
    if workers < 1:
        raise InputError(f"workers is {workers}, expected at least 1")
    named = {"objects": objects, "split_file": split_file}
    chosen = _together(options or {}, {name: value for name, value in named.items() if value is not None})
    source = open_source(source, format, seed=seed, categories=categories, options=chosen)
    items = checked_items(source, categories)
    notes: list[str] = list(getattr(source, "notes", ()))
    for note in [] if quiet else notes:
        say(f"note: {note}")
    root = Path(out)
    try:
        with locked(root):
            begin(root, recipe, items)
            run = Run(source, recipe, root, workers, quiet)
            refused = run.build(items)
            report = PreparationReport(
                root, name or root.resolve().name, notes=notes, built=run.built, seconds=run.seconds, processes=workers
            )
            finish(report, items, refused, recipe)
            report.wall_seconds = time.perf_counter() - started
            if run.built:
                timing = {"objects": run.built, "wall_seconds": report.wall_seconds, "processes": workers}
                write_text(root / "timing.json", json.dumps(timing | {"work_seconds": run.seconds}, indent=1) + "\n")
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise InputError(
            f"{root}: the disk is full; nothing is half-written, free some space and run the same command again"
        ) from error
    return report


def _together(options: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a source, whether they come under their own name or among the others."""
    for name in options.keys() & named.keys():
        raise InputError(f"the option '{name}' of the source is given twice: {named[name]} and {options[name]}")
    return {**options, **named}


def checked_items(source: Any, categories: Sequence[str] | None) -> list[Item]:
    items: list[Item] = [(category, name, split) for category, name, split in source.items()]
    if categories is not None:
        have = {category for category, _, _ in items}
        missing = sorted(set(categories) - have - {short_name(category) for category in have})
        if missing:
            raise InputError(f"the source has no category '{missing[0]}'; it has {', '.join(sorted(have))}")
        items = [item for item in items if {item[0], short_name(item[0])} & set(categories)]
    if not items:
        raise InputError("the source has no objects")
    seen: set[tuple[str, str]] = set()
    names: dict[str, str] = {}
    for category, name, split in items:
        for part, taken in ((category, _TAKEN), (name, _LISTS)):
            if not _is_folder_name(part) or part in taken:
                raise InputError(f"object {category}/{name}: {part!r} cannot be the name of its folder here")
        if split not in SPLITS:
            raise InputError(f"object {category}/{name}: split is '{split}', expected train, val or test")
        if (category, name) in seen:
            raise InputError(f"object {category}/{name} is listed twice")
        seen.add((category, name))
        if (first := names.setdefault(short_name(category), category)) != category:
            raise InputError(f"the source's categories {first} and {category} are both '{short_name(category)}'")
    return items


_LISTS = {f"{split}.lst" for split in SPLITS}
_TAKEN = {METADATA, RECIPE, *REPORTS}


def _is_folder_name(part: str) -> bool:
    """Whether a name can be that of a folder and a line of a list."""
    try:
        part.encode()
    except UnicodeEncodeError:  # what a file system holds that is not UTF-8
        return False
    plain = part.splitlines() == [part] and part == part.strip() and not part.startswith(".")
    return plain and not set(part) & {"/", "\\", "\0"}
