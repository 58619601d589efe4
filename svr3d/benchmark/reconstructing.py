"""A trained run at work: its reconstruction of every sample."""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datasets import SampleKey
from ..errors import InputError, machine_failure
from ..files import is_disk_full, read_json, write_json
from ..geometry import write_shape
from ..methods.harness import reconstruct
from ..progress import track
from .failures import RunStoppedError, place
from .json_lines import add_line, read_lines
from .prediction_index import Predictions
from .runs import RunFolder

if TYPE_CHECKING:
    from ..datasets import Dataset
    from ..methods import Method

DATA = "data.json"
"""In a run's folder of reconstructions: of which data set they are."""

ALIKE = 10
"""When so many samples, the first of a run, fail alike, the method or its input is broken, not the samples hard."""


def reconstruction_file(folder: RunFolder, key: SampleKey) -> Path:
    """Where a run's reconstruction of a sample stands."""
    return folder.predictions / key.category / key.object / f"{key.view:03d}.npz"


def reconstructions(folder: RunFolder, keys: list[SampleKey]) -> Predictions:
    """The run's reconstructions, and for the samples that have none why the method failed."""
    found = Predictions(folder.predictions)
    for key in keys:
        file = reconstruction_file(folder, key)
        if file.is_file():
            found.files[key] = file
        else:
            found.missing[key] = None
    if found.missing:
        entries = read_lines(folder.predictions / "log.jsonl")
        found.reasons = {entry["sample"]: entry["error"] for entry in reversed(entries) if entry["error"]}
    return found


def check_data(folder: RunFolder, dataset: Dataset) -> None:
    """Refuses data of which a run's reconstructions are not: objects of the same names would count as reconstructed.

    Raises:
        InputError: they are of other data, or of the same in another state.
    """
    if not (folder.predictions / "log.jsonl").exists() and not folder.records.exists():
        return
    file, config = folder.predictions / DATA, folder.config()
    made = {"name": config.dataset, "fingerprint": config.fingerprint}
    made = read_json(file) if file.exists() else folder.read_manifest().get("evaluation", {}).get("data", made)
    if made["fingerprint"] != dataset.fingerprint():
        raise InputError(
            f"{folder.predictions}: holds reconstructions of the data set '{made['name']}' as it was then, and "
            f"{dataset.root} is another or has changed since; score a copy of the run without 'predictions' and "
            f"'{folder.records.name}'"
        )


def reconstruct_split(folder: RunFolder, dataset: Dataset, split: str, keys: list[SampleKey]) -> None:
    """Writes the run's reconstruction of every sample that has none yet.

    A sample on which the method fails gets no file; the reason and its traceback stand in `predictions/log.jsonl`
    and the sample is scored as failed.

    Raises:
        InputError: the run is not trained, the data set lacks what its method is given, or the run has reconstructions
            of other data.
        RunStoppedError: the first samples all failed alike, or the memory did not suffice; no sample counts as
            failed for it.
    """
    name = folder.config().method
    log = folder.predictions / "log.jsonl"
    entries = read_lines(log)
    done = {entry["sample"] for entry in entries}
    pending = [key for key in keys if str(key) not in done]
    if not pending:
        return
    trained = _Trained(folder, dataset, split)
    log.parent.mkdir(parents=True, exist_ok=True)
    write_json(folder.predictions / DATA, {"name": dataset.name, "fingerprint": dataset.fingerprint()})
    with log.open("a", encoding="utf-8") as lines:
        for key in track(pending, len(pending), f"{name}: reconstructing"):
            method, output, batch = trained.given(key)
            entry: dict[str, Any] = {"sample": str(key)}
            start = time.perf_counter()
            shape, problem = None, None
            try:
                (shape,) = reconstruct(method, batch, output)
            except Exception as error:  # a method may fail in any way; the sample then counts as failed
                if is_disk_full(error):
                    raise
                if failure := machine_failure(error):
                    raise RunStoppedError(
                        f"{name}: {failure} while reconstructing {key} ({type(error).__name__}); no sample counts "
                        "as failed for it, and the same command goes on with this one"
                    ) from error
                problem = error
            entry["seconds"] = round(time.perf_counter() - start, 6)
            if shape is not None:
                file = reconstruction_file(folder, key)
                file.parent.mkdir(parents=True, exist_ok=True)
                write_shape(file, shape)
            add_line(lines, entry | _told(problem))
            entries.append(entry | _told(problem))
            if problem is not None and len(entries) == ALIKE and _alike(entries):
                log.unlink()  # so that none of them counts as failed once the cause is gone
                raise RunStoppedError(
                    f"{name}: stopped, since its first {ALIKE} reconstructions all failed alike, with "
                    f"{entries[-1]['error']} ({entries[-1]['place']})"
                ) from problem


def _told(problem: Exception | None) -> dict[str, str]:
    """What the log says of a failure; `error` is empty where there was none."""
    if problem is None:
        return {"error": ""}
    return {
        "error": f"{type(problem).__name__}: {problem}",
        "place": place(problem),
        "traceback": "".join(traceback.format_exception(problem)),
    }


def _alike(entries: list[dict[str, Any]]) -> bool:
    places = {entry.get("place") for entry in entries}
    return len(places) == 1 and None not in places


class _Trained:
    """The method of a run, or of a run per category those of its categories, one in memory at a time."""

    def __init__(self, folder: RunFolder, dataset: Dataset, split: str) -> None:
        self._folder, self._dataset, self._split = folder, dataset, split
        self._per_category = folder.config().categories is not None
        self._loaded: tuple[str | None, Method, str, Dataset] | None = None

    def given(self, key: SampleKey) -> tuple[Method, str, Any]:
        """The method for a sample, the output to ask it for, and a batch of what that output is given."""
        method, output, dataset = self._for(key.category if self._per_category else None)
        declared = method.output(output)
        sees = {"pictures": "picture" in declared.given, "cameras": "camera" in declared.given}
        return method, output, dataset.sample(key, declared.gifts, **sees).to(method.device)

    def _for(self, category: str | None) -> tuple[Method, str, Dataset]:
        if self._loaded is None or self._loaded[0] != category:
            import torch

            self._loaded = None
            # The category's method counts categories as it was trained: among this one alone.
            dataset = self._dataset if category is None else self._dataset.restricted([category])
            method, output = self._folder.load(category)
            method.to("cuda" if torch.cuda.is_available() else "cpu")
            declared = method.output(output)
            dataset.require(declared.gifts, self._split)
            if "camera" in declared.given and not dataset.has_cameras:
                raise InputError(f"{dataset.root}: method '{method.name}' needs cameras, which this data set lacks")
            self._loaded = category, method, output, dataset
        return self._loaded[1:]
