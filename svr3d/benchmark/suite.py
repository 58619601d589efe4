"""Suites: YAML files naming the data and the runs to compare."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import read_yaml
from ..leaderboards.published import Published, read_published

BUILT_IN = Path(__file__).parent / "suites"


def list_suites() -> list[dict[str, str]]:
    """The suites that come with svr3d: `name`, and `what`, the comment that the file begins with."""
    rows = []
    for file in sorted(BUILT_IN.glob("*.yaml")):
        lines = itertools.takewhile(lambda line: line.startswith("#"), file.read_text(encoding="utf-8").splitlines())
        rows.append({"name": file.stem, "what": " ".join(line.lstrip("# ") for line in lines)})
    return rows


@dataclass(frozen=True)
class SuiteRun:
    """One line of a suite.

    Args:
        method: its name.
        preset, seeds, trainer: of this line; those of the suite where it says nothing. Of the trainer's options, those
            that the line names. A method that learns nothing by gradient is run with the first seed alone.
        options, label: what it changes of the preset, and what that is called.
        categories: to train one method for each: `each` for all of the data set's, or a list.
        outputs: further outputs of the method to score.
    """

    method: str
    preset: str = "tiny"
    options: dict[str, Any] = field(default_factory=dict)
    label: str | None = None
    seeds: tuple[int, ...] = (0,)
    trainer: dict[str, Any] = field(default_factory=dict)
    categories: str | tuple[str, ...] | None = None
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """A comparison.

    Args:
        name: of the leaderboard.
        data: folder of the prepared data set.
        prepare: how to make that folder: `source`, and the options of `svr3d prepare`; None if it must exist.
        runs: what to train and score.
        split, views, protocols: of the evaluation.
        out: the folder of all runs.
        board: the folder that the leaderboard is written to.
        workers: processes for preparation and scoring; None for one per core.
        published: values that others have printed, to stand beside these on the board.
        least_genus: the board is of the objects whose true solid has at least this genus, at 64³; None: of all.
    """

    name: str
    data: str
    runs: tuple[SuiteRun, ...]
    prepare: dict[str, Any] | None = None
    split: str = "test"
    views: int | None = 1
    protocols: tuple[str, ...] = ("svr3d-v1",)
    out: str = "runs"
    board: str = "leaderboards/local"
    workers: int | None = None
    published: tuple[Published, ...] = ()
    least_genus: int | None = None

    @classmethod
    def read(cls, path: str | Path, *, source: str | None = None, **changes: Any) -> Suite:
        """A suite file; `changes` that are not None replace its fields, and `source` that of its `prepare`.

        Paths in it are relative to the working folder.

        A name without a suffix means one of the suites that come with svr3d.

        Raises:
            InputError: no such file, an unknown field, a missing one, or one of the wrong kind.
        """
        path = Path(path)
        if not path.suffix and not path.exists():
            built_in = BUILT_IN / f"{path}.yaml"
            if not built_in.is_file():
                known = ", ".join(row["name"] for row in list_suites())
                raise InputError(f"unknown suite '{path}'; expected a YAML file, or one of: {known}")
            path = built_in
        values = read_yaml(path)
        if not isinstance(values, dict):
            raise InputError(f"{path}: expected the fields of a suite, found {type(values).__name__}")
        values |= {name: value for name, value in changes.items() if value is not None}
        common = {name: values.pop(name) for name in ("preset", "seeds", "trainer") if name in values}
        _check_fields(f"{path}: suite", values, cls, required=("name", "data", "runs"))
        if source is not None:
            if not isinstance(values.get("prepare"), dict):
                raise InputError(f"{path}: a source is given, but the suite has no field 'prepare'")
            values["prepare"] = values["prepare"] | {"source": source}
        if not isinstance(values["runs"], list) or not values["runs"]:
            raise InputError(f"{path}: field 'runs': expected a list of runs, found {values['runs']!r}")
        runs = []
        for number, entry in enumerate(values["runs"]):
            runs.append(_read_run(f"{path}: run {number}", entry, common))
        protocols = values.get("protocols", cls.protocols)
        if isinstance(protocols, str) or not all(isinstance(name, str) for name in protocols):
            raise InputError(f"{path}: field 'protocols': expected a list of names, found {protocols!r}")
        least = values.get("least_genus")
        if least is not None and (isinstance(least, bool) or not isinstance(least, int) or least < 0):
            raise InputError(f"{path}: field 'least_genus': expected a whole number from 0 on, found {least!r}")
        if "published" in values:
            values["published"] = read_published(values["published"], f"{path}: field 'published'", protocols)
        fields: dict[str, Any] = values | {"runs": tuple(runs), "protocols": tuple(protocols)}
        return cls(**fields)


def _read_run(where: str, entry: Any, common: dict[str, Any]) -> SuiteRun:
    """One line, over what the suite says for all."""
    entry = {"method": entry} if isinstance(entry, str) else entry
    if not isinstance(entry, dict):
        raise InputError(f"{where}: expected a method's name or the fields of a run, found {entry!r}")
    entry = common | entry
    _check_fields(where, entry, SuiteRun, required=("method",))

    def expect(name: str, fits: bool, expected: str) -> None:
        if not fits:
            raise InputError(f"{where}: field '{name}': expected {expected}, found {entry[name]!r}")

    def is_list(value: Any, kind: type) -> bool:
        return isinstance(value, (list, tuple)) and all(isinstance(item, kind) for item in value)

    for name in ("seeds", "outputs", "categories"):
        if name not in entry or (name == "categories" and entry[name] in ("each", None)):
            continue
        kind, words = (int, "a list of whole numbers") if name == "seeds" else (str, "a list of names")
        fits = is_list(entry[name], kind) and (name != "seeds" or len(entry[name]) > 0)
        expect(name, fits, words + " or 'each'" * (name == "categories"))
        entry[name] = tuple(entry[name])
    for name in ("options", "trainer"):
        expect(name, isinstance(entry.get(name, {}), dict), "a mapping from option names to values")
    if isinstance(common.get("trainer"), dict):
        entry["trainer"] = common["trainer"] | entry["trainer"]
    return SuiteRun(**entry)


def _check_fields(where: str, values: dict, cls: type, required: tuple[str, ...]) -> None:
    known = cls.__dataclass_fields__
    for name in values:
        if name not in known:
            raise InputError(f"{where}: unknown field '{name}'; known: {', '.join(known)}")
    for name in required:
        if name not in values:
            raise InputError(f"{where}: the field '{name}' is missing")
