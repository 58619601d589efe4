"""From a trained run, or a folder of predictions, to records."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..datasets import SampleKey, open_dataset
from ..errors import InputError
from ..files import read_json, replacing, write_json
from ..geometry import align, read_shape, to_canonical, write_shape
from ..leaderboards import load_records, write_records
from ..metrics import GroundTruth, Protocol, load_protocol, score
from ..processes import worker_pool
from ..progress import duration, say, track
from .manifest import hardware, update_manifest, versions
from .runs import RunConfig, RunFolder, check_label

PREDICTION_SUFFIXES = (".npz", ".glb", ".ply", ".obj", ".off", ".stl", ".binvox")


@dataclass(frozen=True)
class Placement:
    """The frame that predictions are in, and how they are aligned with the truth before scoring."""

    frame: str = "canonical"
    alignment: str = "none"


def prediction_file(folder: Path, key: SampleKey) -> Path | None:
    """The prediction of one sample, CATEGORY/OBJECT/VIEW.* below `folder`; None if there is none.

    VIEW is the number of the view, with or without leading zeros.
    """
    for stem in (f"{key.view:03d}", str(key.view)):
        for suffix in PREDICTION_SUFFIXES:
            path = folder / key.category / key.object / f"{stem}{suffix}"
            if path.is_file():
                return path
    return None


def reconstruct_split(folder: RunFolder, dataset: Any, split: str, keys: list[SampleKey]) -> None:
    """Writes the run's reconstruction of every sample that has none yet.

    A sample on which the method fails gets no file; the reason stands in `predictions/log.jsonl` and the sample
    is scored as failed.
    """
    log = folder.predictions / "log.jsonl"
    done = {entry["sample"] for entry in _read_lines(log)}
    pending = [key for key in keys if str(key) not in done]
    if not pending:
        return
    import torch

    method, reconstruct = folder.load()
    method.to("cuda" if torch.cuda.is_available() else "cpu")
    dataset.require(method.gifts, split)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as lines:
        for key in track(pending, len(pending), f"{folder.path.parent.parent.name}: reconstructing"):
            batch = dataset.sample(key, method.gifts).to(method.device).only(method.gifts)
            start = time.perf_counter()
            shape, error = None, ""
            try:
                with torch.inference_mode():
                    (shape,) = reconstruct(batch)
            except Exception as problem:  # a method may fail in any way; the sample then counts as failed
                error = f"{type(problem).__name__}: {problem}"
            seconds = time.perf_counter() - start
            if shape is not None:
                file = folder.predictions / key.category / key.object / f"{key.view:03d}.npz"
                file.parent.mkdir(parents=True, exist_ok=True)
                write_shape(file, shape)
            lines.write(json.dumps({"sample": str(key), "seconds": round(seconds, 6), "error": error}) + "\n")
            lines.flush()


def _read_lines(path: Path) -> list[dict[str, Any]]:
    """The complete lines of a file of JSON lines; a last line cut short by a kill is dropped from the file."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    whole, _, rest = text.rpartition("\n")
    if rest:
        with replacing(path) as temporary:
            temporary.write_text(whole + "\n" if whole else "", encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def derive_run(folder: RunFolder, output: str) -> RunFolder:
    """The run that scores a further output of a trained run: PRESET@OUTPUT/seedN in the folder of its PRESET/seedN.

    It has no checkpoint of its own, and what it says of training is the trained run's.

    Raises:
        InputError: the run is not trained, is derived itself, or its method has no such output.
    """
    config = folder.config()
    if config.output is not None:
        raise InputError(
            f"{folder.path}: is the output '{config.output}' of {config.parent}; name that run to score another output"
        )
    preset = f"{config.preset}@{check_label(output, 'output')}"
    # By "..", so that a path relative to the run's own folder works too.
    derived = RunFolder(Path(os.path.normpath(folder.path / ".." / ".." / preset / f"seed{config.seed}")))
    parent = os.path.relpath(folder.path, derived.path)
    if not derived.config_path.exists():
        method, _ = folder.load()
        if output not in method.outputs:
            raise method.unknown_output(output)
        manifest = folder.read_manifest()
        manifest.pop("evaluation", None)
        write_json(derived.manifest, manifest | {"derived": {"parent": parent, "output": output}})
    derived.begin(replace(config, preset=preset, parent=parent, output=output))
    return derived


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

    Returns:
        The number of samples that were scored now.

    Raises:
        InputError: the run is not trained, the data set lacks what a protocol needs, or the split is empty.
    """
    config = folder.config()
    keys = _samples(dataset, split, views)
    names = _check_protocols(dataset, protocols, split)
    if _missing(folder, keys, split, names):
        reconstruct_split(folder, dataset, split, keys)
    # Also where nothing is missing: a kill after the last sample leaves lines that are not joined yet.
    return _score(folder, config, dataset, keys, split, names, folder.predictions, Placement(), workers)


def evaluate_predictions(
    predictions: Path,
    dataset: Any,
    runs: Path,
    *,
    name: str,
    placement: Placement,
    split: str = "test",
    views: int | None = 1,
    protocols: Iterable[str] = ("svr3d-v1",),
    workers: int | None = None,
) -> RunFolder:
    """Scores a folder CATEGORY/OBJECT/VIEW.* of shapes made anywhere, as the run of a method called `name`.

    A sample without a file counts as failed. The folder must hold at least one prediction of the split.
    """
    if not predictions.is_dir():
        raise InputError(f"{predictions}: no such folder of predictions")
    keys = _samples(dataset, split, views)
    names = _check_protocols(dataset, protocols, split)
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
        "frame": placement.frame,
        "align": placement.alignment,
        "files": state.hexdigest()[:16],
    }
    folder = RunFolder.of(runs, dataset.name, name, "external", 0)
    config = RunConfig(
        name, dataset.name, "external", 0, str(Path(dataset.root).resolve()), dataset.fingerprint(), options
    )
    folder.begin(config)
    update_manifest(folder.manifest, config=options, method={"representation": "external", "gifts": [], "paper": ""})
    _score(folder, config, dataset, keys, split, names, predictions, placement, workers)
    return folder


def _samples(dataset: Any, split: str, views: int | None) -> list[SampleKey]:
    keys = dataset.samples(split, views)
    if not keys:
        raise InputError(f"{dataset.root}: split '{split}' has no samples")
    return keys


def _check_protocols(dataset: Any, protocols: Iterable[str], split: str) -> list[str]:
    names = list(dict.fromkeys(protocols))
    if not names:
        raise InputError("no protocol given")
    for name in names:
        dataset.require(load_protocol(name).targets, split)
    return names


def _missing(
    folder: RunFolder, keys: list[SampleKey], split: str, names: list[str]
) -> list[tuple[SampleKey, list[str]]]:
    """The samples to score, each with the protocols that its records lack."""
    done: dict[str, set[str]] = {}
    if folder.records.exists():
        records = load_records([folder.records])
        records = records[records["split"] == split]
        for sample in records[["category", "object", "view", "protocol"]].drop_duplicates().itertuples(index=False):
            done.setdefault(str(SampleKey(sample.category, sample.object, sample.view)), set()).add(sample.protocol)
    for entry in _read_lines(_partial(folder, split)):
        done.setdefault(entry["sample"], set()).update(entry["values"])
    pending = [(key, [name for name in names if name not in done.get(str(key), ())]) for key in keys]
    return [(key, lacking) for key, lacking in pending if lacking]


def _partial(folder: RunFolder, split: str) -> Path:
    return folder.path / f"records.{split}.jsonl"


def _score(
    folder: RunFolder,
    config: RunConfig,
    dataset: Any,
    keys: list[SampleKey],
    split: str,
    names: list[str],
    predictions: Path,
    placement: Placement,
    workers: int | None,
) -> int:
    pending = _missing(folder, keys, split, names)
    partial = _partial(folder, split)
    start = time.perf_counter()
    if pending:
        with worker_pool(workers) as pool, partial.open("a", encoding="utf-8") as lines:
            jobs = [
                pool.submit(_score_sample, str(dataset.root), str(predictions), key, tuple(lacking), placement)
                for key, lacking in pending
            ]
            try:
                for job in track(as_completed(jobs), len(jobs), f"{config.method}: scoring"):
                    lines.write(json.dumps(job.result()) + "\n")
                    lines.flush()
            finally:
                for job in jobs:
                    job.cancel()
    if partial.exists():
        _merge(folder, config, dataset.name, split)
        spent = time.perf_counter() - start
        update_manifest(
            folder.manifest,
            evaluation={
                "split": split,
                "protocols": names,
                "samples": len(keys),
                "seconds": round(spent, 2),
                "data": {"name": dataset.name, "fingerprint": dataset.fingerprint()},
                "versions": versions(),
                "hardware": hardware(),
            },
        )
        if pending:
            say(f"{config.method}: scored {len(pending)} samples in {duration(spent)}")
    return len(pending)


def _merge(folder: RunFolder, config: RunConfig, dataset: str, split: str) -> None:
    """Joins the lines of the unfinished evaluation with the records there are, then drops the lines."""
    import pandas as pd

    partial = _partial(folder, split)
    entries = _read_lines(partial)
    seconds = {entry["sample"]: entry["seconds"] for entry in _read_lines(folder.predictions / "log.jsonl")}
    rows = []
    for entry in entries:
        category, name, view = entry["sample"].rsplit("/", 2)
        for protocol, values in entry["values"].items():
            for metric, value in values.items():
                rows.append(
                    {
                        "method": config.method,
                        "dataset": dataset,
                        "split": split,
                        "category": category,
                        "object": name,
                        "view": int(view),
                        "seed": config.seed,
                        "preset": config.preset,
                        "protocol": protocol,
                        "metric": metric,
                        "value": float(value),
                        "status": "failed" if protocol in entry["failures"] else "ok",
                        "seconds": float(seconds.get(entry["sample"], float("nan"))),
                    }
                )
    records = pd.DataFrame(rows)
    if folder.records.exists():
        old = load_records([folder.records])
        # A kill between writing the records and dropping the lines leaves rows in both.
        identity = ["split", "category", "object", "view", "protocol", "metric"]
        records = pd.concat([old, records]).drop_duplicates(identity, keep="first")
    write_records(folder.records, records)
    failures = {f"{entry['sample']} {name}": reason for entry in entries for name, reason in entry["failures"].items()}
    if failures:
        sample, reason = next(iter(failures.items()))
        say(f"{config.method}: {len(failures)} scores failed, for example {sample}: {reason}")
        reasons = folder.path / "failures.json"
        write_json(reasons, (read_json(reasons) if reasons.exists() else {}) | failures)
    partial.unlink()


@lru_cache(maxsize=2)
def _dataset(root: str) -> Any:
    return open_dataset(root)


@lru_cache(maxsize=2)
def _protocols(names: tuple[str, ...]) -> list[Protocol]:
    return [load_protocol(name) for name in names]


@lru_cache(maxsize=2)
def _truth(root: str, category: str, name: str, targets: frozenset[str]) -> GroundTruth:
    dataset = _dataset(root)
    fields: dict[str, Any] = {"labels": dataset.labels}
    for target in targets - {"occupancy"}:
        fields[target] = dataset.load(category, name, target)
    if "occupancy" in targets:
        fields["points"], fields["inside"] = dataset.load(category, name, "occupancy")
    return GroundTruth(**fields)


def sample_seed(key: SampleKey) -> int:
    """The seed of everything random in scoring a sample: the same for every method, so that comparisons are paired."""
    return int.from_bytes(hashlib.sha256(str(key).encode()).digest()[:4], "little")


def _score_sample(
    root: str, predictions: str, key: SampleKey, names: tuple[str, ...], placement: Placement
) -> dict[str, Any]:
    """Scores one sample in a worker process; the entry that stands in the log of the unfinished evaluation."""
    key = SampleKey(*key)
    protocols = _protocols(names)
    targets = frozenset().union(*(protocol.targets for protocol in protocols))
    truth = _truth(root, key.category, key.object, targets)
    seed = sample_seed(key)
    shape, reason = _read_prediction(root, Path(predictions), key, placement, truth, seed)
    result = score(shape, truth, protocols, seed=seed)
    return {
        "sample": str(key),
        "values": result.values,
        "failures": {protocol: reason or said for protocol, said in result.failures.items()},
    }


def _read_prediction(
    root: str, folder: Path, key: SampleKey, placement: Placement, truth: GroundTruth, seed: int
) -> tuple[Any, str]:
    file = prediction_file(folder, key)
    if file is None:
        errors = [entry["error"] for entry in _read_lines(folder / "log.jsonl") if entry["sample"] == str(key)]
        return None, (errors or [""])[0] or "no prediction"
    try:
        shape = read_shape(file)
    except InputError as error:
        return None, str(error)
    if placement == Placement():
        return shape, ""
    dataset = _dataset(root)
    camera = loc = scale = None
    if placement.frame == "camera":
        camera = dataset.camera(key)
    elif placement.frame == "shapenet":
        loc, scale = dataset.normalization(key.category, key.object)
    shape = to_canonical(shape, placement.frame, camera=camera, loc=loc, scale=scale)
    if placement.alignment != "none":
        surface = truth.surface or _dataset(root).load(key.category, key.object, "surface")
        shape = align(shape, surface, placement.alignment, seed=seed)
    return shape, ""
