"""Doing all that a suite names, from data to leaderboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets import open_dataset, prepare
from ..errors import InputError
from ..files import is_disk_full
from ..processes import worker_pool
from ..progress import duration, say
from .board import write_board
from .evaluation import check_protocols, evaluate_run, samples_of
from .failures import ERROR_FILE, error_kept, free_memory, sentence
from .further_outputs import derive_run
from .high_genus import of_genus
from .plan import Plan, plan_training
from .runs import RunFolder
from .suite import Suite, SuiteRun
from .train_run import carry_out

if TYPE_CHECKING:
    from ..datasets import Dataset


def run_suite(suite: Suite) -> tuple[Path, list[str]]:
    """Prepares, trains, evaluates and writes the leaderboard; what is done already is not done again.

    A run that fails, whatever of, does not stop the others: its traceback stands in its folder's `error.txt`. What can
    be found wrong with a line is found before any training starts. A full disk ends the suite.

    Returns:
        The leaderboard's folder, and a sentence for each run that failed.

    Raises:
        InputError: the data cannot be prepared, a protocol cannot be applied to it, or every run failed.
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
    samples = len(samples_of(dataset, suite.split, suite.views))
    check_protocols(dataset, suite.protocols, suite.split)
    only, title = None, suite.name
    if suite.least_genus is not None:
        only = of_genus(dataset, suite.split, suite.least_genus)
        title = f"{suite.name}: objects of genus {suite.least_genus} or more, {len(only)} of them"
    doing = _Doing(suite, dataset)
    lines = list(doing.planned())
    count = sum(1 + len(line.outputs) for line in lines)
    say(f"suite {suite.name}: {count} runs on {dataset.name}, {samples} samples to score each")
    with worker_pool(suite.workers):
        for line in lines:
            doing.line(line)
    if not doing.folders:
        raise InputError(f"suite {suite.name}: every run failed; the first: {doing.failures[0]}")
    out = write_board(doing.folders, Path(suite.board) / suite.name, title=title, published=suite.published, only=only)
    spent = duration(time.perf_counter() - start)
    say(f"suite {suite.name}: done in {spent}; the leaderboard is {out / 'leaderboard.md'}")
    return out, doing.failures


@dataclass(frozen=True)
class _Line:
    """One run of a suite that can start: what it is called in messages, its plan, and the outputs to score too."""

    what: str
    plan: Plan
    outputs: list[str]


class _Doing:
    """A suite at work.

    Attributes:
        folders: of the runs that are scored.
        failures: a sentence for each that failed.
    """

    def __init__(self, suite: Suite, dataset: Dataset) -> None:
        self.suite, self.dataset = suite, dataset
        self.folders: list[RunFolder] = []
        self.failures: list[str] = []

    def planned(self) -> Iterator[_Line]:
        """The runs that can start; those of which it is known already that they cannot have failed."""
        taken: dict[Path, str] = {}
        for run in self.suite.runs:
            for seed in run.seeds:
                what = f"{run.method} (preset {run.preset}, seed {seed})"
                try:
                    plan = self._plan(run, seed)
                    if seed != run.seeds[0] and not plan.learns(self.dataset):
                        continue  # it would come out the same
                    folder = plan.folder(self.suite.out, self.dataset).path
                    if folder in taken:
                        raise InputError("the suite names this run twice; give one of them another label or seed")
                    wrong = plan.check_outputs(run.outputs, self.dataset) if run.outputs else {}
                except Exception as error:
                    self._failed(what, error)
                    continue
                taken[folder] = what
                for name, error in wrong.items():
                    self._failed(f"{what}, output {name}", error)
                yield _Line(what, plan, [name for name in run.outputs if name not in wrong])

    def _plan(self, run: SuiteRun, seed: int) -> Plan:
        return plan_training(
            run.method,
            self.dataset,
            preset=run.preset,
            seed=seed,
            options=run.options,
            label=run.label,
            trainer=run.trainer,
            categories=run.categories,
        )

    def line(self, line: _Line) -> None:
        """Trains and scores a run, then its further outputs."""
        folder = line.plan.folder(self.suite.out, self.dataset)
        if not self._score(line.what, folder.path, lambda: carry_out(line.plan, self.dataset, self.suite.out)):
            return
        for output in line.outputs:
            beside = folder.path.parent.parent / f"{line.plan.name}@{output}" / folder.path.name
            self._score(f"{line.what}, output {output}", beside, lambda output=output: derive_run(folder, output))

    def _score(self, what: str, path: Path, make: Callable[[], RunFolder]) -> bool:
        """Makes a run and scores it; False if it failed."""
        suite = self.suite
        try:
            with error_kept(path):
                folder = make()
                evaluate_run(folder, self.dataset, split=suite.split, views=suite.views, protocols=suite.protocols)
        except Exception as error:  # a run may die of anything; the others must not
            if is_disk_full(error):
                raise
            self._failed(what, error, path / ERROR_FILE)
        else:
            self.folders.append(folder)
            return True
        free_memory()  # here, where the error and all that its traceback held are gone
        return False

    def _failed(self, what: str, error: Exception, file: Path | None = None) -> None:
        kept = f" (traceback in {file})" if file is not None and file.exists() else ""
        self.failures.append(f"{what}: {sentence(error)}{kept}")
        say(f"failed: {self.failures[-1]}")
