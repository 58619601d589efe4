"""Suites: YAML files naming the data and the runs to compare, from data to leaderboard."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..datasets import open_dataset, prepare
from ..errors import InputError
from ..files import read_yaml
from ..processes import worker_pool
from ..progress import duration, say
from .board import write_board
from .evaluation import derive_run, evaluate_run
from .runs import RunFolder
from .train import train


@dataclass(frozen=True)
class SuiteRun:
    """One line of a suite: a method, what it changes of the suite's preset, and its further outputs to score."""

    method: str
    preset: str = "tiny"
    options: dict[str, Any] = field(default_factory=dict)
    label: str | None = None
    seeds: tuple[int, ...] = (0,)
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
            built_in = Path(__file__).parent / "suites" / f"{path}.yaml"
            if not built_in.is_file():
                known = ", ".join(sorted(file.stem for file in built_in.parent.glob("*.yaml")))
                raise InputError(f"unknown suite '{path}'; expected a YAML file, or one of: {known}")
            path = built_in
        values = read_yaml(path)
        if not isinstance(values, dict):
            raise InputError(f"{path}: expected the fields of a suite, found {type(values).__name__}")
        values |= {name: value for name, value in changes.items() if value is not None}
        common = {name: values.pop(name) for name in ("preset", "seeds") if name in values}
        _check_fields(path, "suite", values, cls, required=("name", "data", "runs"))
        if source is not None:
            if not isinstance(values.get("prepare"), dict):
                raise InputError(f"{path}: a source is given, but the suite has no field 'prepare'")
            values["prepare"] = values["prepare"] | {"source": source}
        if not isinstance(values["runs"], list) or not values["runs"]:
            raise InputError(f"{path}: field 'runs': expected a list of runs, found {values['runs']!r}")
        runs = []
        for number, entry in enumerate(values["runs"]):
            entry = {"method": entry} if isinstance(entry, str) else entry
            if not isinstance(entry, dict):
                raise InputError(
                    f"{path}: run {number}: expected a method's name or the fields of a run, found {entry!r}"
                )
            entry = common | entry
            _check_fields(path, f"run {number}", entry, SuiteRun, required=("method",))
            seeds = entry.get("seeds", (0,))
            if not isinstance(seeds, (list, tuple)) or not all(isinstance(seed, int) for seed in seeds):
                raise InputError(
                    f"{path}: run {number}: field 'seeds': expected a list of whole numbers, found {seeds!r}"
                )
            outputs = entry.get("outputs", ())
            if not isinstance(outputs, (list, tuple)) or not all(isinstance(name, str) for name in outputs):
                raise InputError(f"{path}: run {number}: field 'outputs': expected a list of names, found {outputs!r}")
            runs.append(SuiteRun(**(entry | {"seeds": tuple(seeds), "outputs": tuple(outputs)})))
        protocols = values.get("protocols", cls.protocols)
        if isinstance(protocols, str) or not all(isinstance(name, str) for name in protocols):
            raise InputError(f"{path}: field 'protocols': expected a list of names, found {protocols!r}")
        return cls(**(values | {"runs": tuple(runs), "protocols": tuple(protocols)}))


def _check_fields(path: Path, what: str, values: dict, cls: type, required: tuple[str, ...]) -> None:
    known = cls.__dataclass_fields__
    for name in values:
        if name not in known:
            raise InputError(f"{path}: {what}: unknown field '{name}'; known: {', '.join(known)}")
    for name in required:
        if name not in values:
            raise InputError(f"{path}: {what}: the field '{name}' is missing")


def run_suite(suite: Suite) -> tuple[Path, list[str]]:
    """Prepares, trains, evaluates and writes the leaderboard; what is done already is not done again.

    A run that fails does not stop the others.

    Returns:
        The leaderboard's folder, and a sentence for each run that failed.

    Raises:
        InputError: the data cannot be prepared, or every run failed.
    """
    start = time.perf_counter()
    if suite.prepare is not None:
        options = dict(suite.prepare)
        try:
            source = options.pop("source")
        except KeyError:
            raise InputError(f"suite {suite.name}: field 'prepare': 'source' is missing") from None
        prepare(source, suite.data, workers=suite.workers, **options)
    dataset = open_dataset(suite.data)
    failures: list[str] = []
    folders: list[RunFolder] = []
    planned = [(run, seed) for run in suite.runs for seed in run.seeds]
    samples = len(dataset.samples(suite.split, suite.views))
    count = sum(1 + len(run.outputs) for run, _ in planned)
    say(f"suite {suite.name}: {count} runs on {dataset.name}, {samples} samples to score each")

    def score(what: str, make: Callable[..., RunFolder], *arguments: Any, **options: Any) -> RunFolder | None:
        try:
            folder = make(*arguments, **options)
            evaluate_run(folder, dataset, split=suite.split, views=suite.views, protocols=suite.protocols)
        except (InputError, ArithmeticError, RuntimeError) as error:
            failures.append(f"{what}: {error}")
            say(f"failed: {failures[-1]}")
            return None
        folders.append(folder)
        return folder

    with worker_pool(suite.workers):
        for run, seed in planned:
            what = f"{run.method} (preset {run.preset}, seed {seed})"
            changes = {"preset": run.preset, "seed": seed, "options": run.options, "label": run.label}
            folder = score(what, train, run.method, dataset, suite.out, **changes)
            for output in run.outputs if folder is not None else ():
                score(f"{what}, output {output}", derive_run, folder, output)
    if not folders:
        raise InputError(f"suite {suite.name}: every run failed; the first: {failures[0]}")
    out = write_board(folders, Path(suite.board) / suite.name, title=suite.name)
    spent = duration(time.perf_counter() - start)
    say(f"suite {suite.name}: done in {spent}; the leaderboard is {out / 'leaderboard.md'}")
    return out, failures
