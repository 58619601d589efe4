"""From a trained run, or a folder of predictions, to records."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..datasets import SampleKey
from ..errors import InputError, machine_failure
from ..metrics import load_protocol
from ..metrics.label_measure import check_meaning
from ..processes import worker_pool
from ..progress import duration, say, track
from .failures import RunStoppedError, error_kept
from .json_lines import add_line
from .manifest import hardware, update_manifest, versions
from .prediction_files import USES, PredictionFrame
from .prediction_index import Predictions, find_predictions, nothing_found
from .reconstructing import check_data, reconstruct_split, reconstructions
from .runs import RunConfig, RunFolder
from .scored_samples import join_records, log_file, not_scored
from .scoring import score_sample

INSTEAD = "give these predictions another --name"
"""What one may do where a name is taken."""


@dataclass(frozen=True)
class _Task:
    """What is to be scored: samples of a run under protocols.

    Args:
        protocols: how each is loaded, by name.
        predictions: where the samples' predictions are.
        frame: that they are in.
        stamps: by sample, what changes with its prediction; empty where predictions do not change.
    """

    folder: RunFolder
    dataset: Any
    split: str
    keys: list[SampleKey]
    protocols: dict[str, str]
    predictions: Predictions
    frame: PredictionFrame = field(default_factory=PredictionFrame)
    stamps: Mapping[str, str] = field(default_factory=dict)

    def pending(self) -> list[tuple[SampleKey, list[str]]]:
        """The samples that are not scored yet, each with the protocols that its records lack."""
        return not_scored(self.folder, self.keys, self.split, list(self.protocols), self.stamps)


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
        InputError: the run is not trained, the data set lacks what a protocol needs, the split is empty, or the run has
            been scored on other data.
        RunStoppedError: its first samples all failed alike, or the memory did not suffice.
    """
    with error_kept(folder.path):
        check_data(folder, dataset)
        of_run = folder.config().categories
        keys = [key for key in samples_of(dataset, split, views) if of_run is None or key.category in of_run]
        specs = check_protocols(dataset, protocols, split)
        if not_scored(folder, keys, split, list(specs), {}):
            reconstruct_split(folder, dataset, split, keys)
        # Also where nothing is missing: a kill after the last sample leaves lines that are not joined yet.
        return _score(_Task(folder, dataset, split, keys, specs, reconstructions(folder, keys)), workers)


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

    Files may be called otherwise: see `svr3d.benchmark.prediction_index`. A sample without a file counts as failed; the
    folder must hold at least one prediction of the split. Each call adds its samples and protocols to the run's
    records; samples whose files have changed since are scored anew, under all their protocols.

    Args:
        given: what they were made from: `picture`, `camera`, `category` …; empty where that is not known, or was said
            before.

    Raises:
        InputError: no such folder, no prediction in it or none that it is clear whose it is; the data set lacks what a
            protocol or the frame needs; or the run of this name holds scores of other predictions, or in another frame.
    """
    keys = samples_of(dataset, split, views)
    specs = check_protocols(dataset, protocols, split)
    found = find_predictions(predictions, dataset, keys)
    if not found.files:
        raise nothing_found(found, dataset, keys, split)
    folder = _external_run(predictions, dataset, runs, name, frame)
    _tell_given(folder, frame, given)
    for note in found.notes():
        say(f"{name}: {note}")
    with error_kept(folder.path):
        stamps = {str(key): found.stamp(key) for key in keys}
        _score(_Task(folder, dataset, split, keys, specs, found, frame, stamps), workers)
    return folder


def _external_run(predictions: Path, dataset: Any, runs: Path, name: str, frame: PredictionFrame) -> RunFolder:
    """The run of predictions from elsewhere, begun or continued."""
    folder = RunFolder.of(runs, dataset.name, name, "external", 0)
    options = {"predictions": str(predictions.resolve()), "frame": frame.frame, "up": frame.up}
    scored = [folder.records, *folder.path.glob("records.*.jsonl")]
    if not any(file.exists() and file.stat().st_size for file in scored):
        folder.config_path.unlink(missing_ok=True)  # of a call that came to nothing, perhaps for a wrong option
    elif folder.config_path.exists():
        before = folder.config().options
        if set(before) != set(options):
            raise InputError(
                f"{folder.path}: holds scores by an earlier version, to which none are added; "
                f"{INSTEAD}, or remove the folder"
            )
        for option, now in options.items():
            if before[option] != now:
                raise InputError(
                    f"{folder.path}: holds scores of predictions with {option} {before[option]!r}, asked for {now!r}; "
                    f"{INSTEAD}, or remove the folder"
                )
    root, fingerprint = str(Path(dataset.root).resolve()), dataset.fingerprint()
    config = RunConfig(name, dataset.name, "external", 0, root, fingerprint, options)
    folder.begin(config, instead=INSTEAD)
    update_manifest(folder.manifest, config=options)
    return folder


def _tell_given(folder: RunFolder, frame: PredictionFrame, given: Sequence[str]) -> None:
    """What the board says that predictions were made from: what was last said, with the camera that places them."""
    said = folder.read_manifest().get("method", {}).get("given", [])
    names = set(given or said) | ({"camera"} if frame.frame == "camera" and (given or said) else set())
    method = {"representation": "external", "given": sorted(names), "paper": "", "placed_by": USES[frame.frame]}
    update_manifest(folder.manifest, method=method)


def samples_of(dataset: Any, split: str, views: int | None) -> list[SampleKey]:
    """The samples of a split.

    Raises:
        InputError: there are none.
    """
    keys = dataset.samples(split, views)
    if not keys:
        raise InputError(f"{dataset.root}: split '{split}' has no samples")
    return keys


def check_protocols(dataset: Any, protocols: Iterable[str], split: str) -> dict[str, str]:
    """The protocols by their names, each as it was asked for: by name, or by the path of its file.

    Raises:
        InputError: none is named, one is unknown, two have one name, or the data set lacks what one needs, such as
            parts with labels that mean something.
    """
    specs: dict[str, str] = {}
    for spec in dict.fromkeys(protocols):
        protocol = load_protocol(spec)
        if protocol.name in specs:
            raise InputError(f"'{specs[protocol.name]}' and '{spec}' are both the protocol '{protocol.name}'")
        specs[protocol.name] = spec
        dataset.require(protocol.targets, split)
        if protocol.compares_labels:
            _check_labels(dataset, protocol.name)
    if not specs:
        raise InputError("no protocol given")
    return specs


def _check_labels(dataset: Any, protocol: str) -> None:
    try:
        check_meaning(dataset.labels)
    except InputError as error:
        raise InputError(f"{dataset.root}: protocol {protocol}: {error}") from None


def _score(task: _Task, workers: int | None) -> int:
    pending, folder, dataset = task.pending(), task.folder, task.dataset
    config = folder.config()
    start = time.perf_counter()
    if pending:
        try:
            _score_samples(task, pending, workers, config.method)
        except Exception as error:
            failure = machine_failure(error)
            if not failure:
                raise
            raise RunStoppedError(
                f"{config.method}: {failure} while scoring ({type(error).__name__}); no sample counts as failed "
                "for it, and the same command goes on where it stood, perhaps with fewer --workers"
            ) from error
    if log_file(folder, task.split).exists():
        join_records(folder, config, dataset.name, task.split, task.stamps)
        spent = time.perf_counter() - start
        update_manifest(
            folder.manifest,
            evaluation={
                "split": task.split,
                "protocols": list(task.protocols),
                "samples": len(task.keys),
                "seconds": round(spent, 2),
                "data": {
                    "name": dataset.name,
                    "root": str(dataset.root),
                    "fingerprint": dataset.fingerprint(),
                },
                "versions": versions(),
                "hardware": hardware(),
            },
        )
        if pending:
            say(f"{config.method}: scored {len(pending)} samples in {duration(spent)}")
    return len(pending)


def _score_samples(task: _Task, pending: list[tuple[SampleKey, list[str]]], workers: int | None, name: str) -> None:
    """Adds a line to the log of the evaluation for each sample, as they come."""
    root = str(task.dataset.root)
    with worker_pool(workers) as pool, log_file(task.folder, task.split).open("a", encoding="utf-8") as lines:
        jobs = {}
        for key, lacking in pending:
            file, reason = task.predictions.files.get(key), task.predictions.reason(key)
            specs = tuple(task.protocols.get(protocol, protocol) for protocol in lacking)
            job = pool.submit(score_sample, root, None if file is None else str(file), reason, key, specs, task.frame)
            jobs[job] = task.stamps.get(str(key))
        try:
            for job in track(as_completed(jobs), len(jobs), f"{name}: scoring"):
                add_line(lines, job.result() | ({} if jobs[job] is None else {"stamp": jobs[job]}))
        finally:
            for job in jobs:
                job.cancel()
