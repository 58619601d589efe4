"""From a trained run, or a folder of predictions, to records."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..datasets import SampleKey
from ..errors import InputError, is_out_of_memory
from ..metrics import load_protocol
from ..processes import worker_pool
from ..progress import duration, say, track
from .failures import RunStoppedError, error_kept
from .json_lines import add_line
from .manifest import hardware, update_manifest, versions
from .prediction_files import PredictionFrame, prediction_file
from .reconstructing import reconstruct_split
from .runs import RunConfig, RunFolder
from .scored_samples import join_records, log_file, not_scored
from .scoring import score_sample


@dataclass(frozen=True)
class _Task:
    """What is to be scored: samples of a run under protocols, and where their predictions are."""

    folder: RunFolder
    dataset: Any
    split: str
    keys: list[SampleKey]
    protocols: list[str]
    predictions: Path
    frame: PredictionFrame

    def pending(self) -> list[tuple[SampleKey, list[str]]]:
        """The samples that are not scored yet, each with the protocols that its records lack."""
        return not_scored(self.folder, self.keys, self.split, self.protocols)


def evaluate_run(
    folder: RunFolder,
    dataset: Any,
    *,
    split: str = "test",
    views: int | None = 1,
    protocols: Iterable[str] = ("svr3d-v1",),
    workers: int | None = None,
) -> int:
    """Reconstructs and scores a trained run; resumes where a killed one stood.

    A run per category is scored on the samples of its categories. What ends it stands with its traceback in the run's
    `error.txt`.

    Returns:
        The number of samples that were scored now.

    Raises:
        InputError: the run is not trained, the data set lacks what a protocol needs, or the split is empty.
        RunStoppedError: its first samples all failed alike, or the memory did not suffice.
    """
    with error_kept(folder.path):
        of_run = folder.config().categories
        keys = [key for key in samples_of(dataset, split, views) if of_run is None or key.category in of_run]
        names = check_protocols(dataset, protocols, split)
        task = _Task(folder, dataset, split, keys, names, folder.predictions, PredictionFrame())
        if task.pending():
            reconstruct_split(folder, dataset, split, keys)
        # Also where nothing is missing: a kill after the last sample leaves lines that are not joined yet.
        return _score(task, workers)


def evaluate_predictions(
    predictions: Path,
    dataset: Any,
    runs: Path,
    *,
    name: str,
    frame: PredictionFrame,
    given: Sequence[str] = (),
    split: str = "test",
    views: int | None = 1,
    protocols: Iterable[str] = ("svr3d-v1",),
    workers: int | None = None,
) -> RunFolder:
    """Scores a folder CATEGORY/OBJECT/VIEW.* of shapes made anywhere, as the run of a method called `name`.

    A sample without a file counts as failed. The folder must hold at least one prediction of the split.

    Args:
        given: what they were made from: `picture`, `camera`, `category` …; empty where that is not known.
    """
    if not predictions.is_dir():
        raise InputError(f"{predictions}: no such folder of predictions")
    keys = samples_of(dataset, split, views)
    names = check_protocols(dataset, protocols, split)
    files = [file for key in keys if (file := prediction_file(predictions, key))]
    if not files:
        raise InputError(
            f"{predictions}: no prediction for any of the {len(keys)} samples of split '{split}', expected for example "
            f"{keys[0].category}/{keys[0].object}/{keys[0].view:03d}.obj"
        )
    state = hashlib.sha256()
    for file in files:
        status = file.stat()
        state.update(f"{file.relative_to(predictions)} {status.st_size} {status.st_mtime_ns}\n".encode())
    options = {
        "predictions": str(predictions.resolve()),
        "frame": frame.frame,
        "align": frame.alignment,
        "files": state.hexdigest()[:16],
    }
    folder = RunFolder.of(runs, dataset.name, name, "external", 0)
    root, fingerprint = str(Path(dataset.root).resolve()), dataset.fingerprint()
    folder.begin(RunConfig(name, dataset.name, "external", 0, root, fingerprint, options))
    method = {"representation": "external", "given": sorted(given), "paper": ""}
    update_manifest(folder.manifest, config=options, method=method)
    with error_kept(folder.path):
        _score(_Task(folder, dataset, split, keys, names, predictions, frame), workers)
    return folder


def samples_of(dataset: Any, split: str, views: int | None) -> list[SampleKey]:
    """The samples of a split.

    Raises:
        InputError: there are none.
    """
    keys = dataset.samples(split, views)
    if not keys:
        raise InputError(f"{dataset.root}: split '{split}' has no samples")
    return keys


def check_protocols(dataset: Any, protocols: Iterable[str], split: str) -> list[str]:
    """The names of the protocols, each once.

    Raises:
        InputError: none is named, one is unknown, or the data set lacks what one needs.
    """
    names = list(dict.fromkeys(protocols))
    if not names:
        raise InputError("no protocol given")
    for name in names:
        dataset.require(load_protocol(name).targets, split)
    return names


def _score(task: _Task, workers: int | None) -> int:
    pending, folder, dataset = task.pending(), task.folder, task.dataset
    config = folder.config()
    start = time.perf_counter()
    if pending:
        try:
            _score_samples(task, pending, workers, config.method)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            raise RunStoppedError(
                f"{config.method}: out of memory while scoring ({type(error).__name__}); no sample counts as failed "
                "for it, and the same command goes on where it stood, perhaps with fewer --workers"
            ) from error
    if log_file(folder, task.split).exists():
        join_records(folder, config, dataset.name, task.split)
        spent = time.perf_counter() - start
        update_manifest(
            folder.manifest,
            evaluation={
                "split": task.split,
                "protocols": task.protocols,
                "samples": len(task.keys),
                "seconds": round(spent, 2),
                "data": {"name": dataset.name, "fingerprint": dataset.fingerprint()},
                "versions": versions(),
                "hardware": hardware(),
            },
        )
        if pending:
            say(f"{config.method}: scored {len(pending)} samples in {duration(spent)}")
    return len(pending)


def _score_samples(task: _Task, pending: list[tuple[SampleKey, list[str]]], workers: int | None, name: str) -> None:
    """Adds a line to the log of the evaluation for each sample, as they come."""
    root, predictions = str(task.dataset.root), str(task.predictions)
    with worker_pool(workers) as pool, log_file(task.folder, task.split).open("a", encoding="utf-8") as lines:
        jobs = [
            pool.submit(score_sample, root, predictions, key, tuple(lacking), task.frame) for key, lacking in pending
        ]
        try:
            for job in track(as_completed(jobs), len(jobs), f"{name}: scoring"):
                add_line(lines, job.result())
        finally:
            for job in jobs:
                job.cancel()
