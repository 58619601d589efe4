"""The samples that an evaluation has scored so far, one JSON line each, and their joining into records.

A line holds `sample`, `values` (by protocol, then metric), `failures` (the reason, by protocol), where a protocol
measures parts, `parts` (by protocol, metric and part label), `inside_out`, where faces were turned before, and, of a
prediction from elsewhere, `stamp`: what changes with its file. Stamps of scored samples stand in `stamps.json` beside
the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..datasets import SampleKey
from ..files import read_json, write_json
from ..leaderboards import load_records, write_records
from ..progress import say
from .json_lines import read_lines
from .runs import RunConfig, RunFolder


def log_file(folder: RunFolder, split: str) -> Path:
    """The log of an unfinished evaluation; there is none once its lines are joined."""
    return folder.path / f"records.{split}.jsonl"


def stamps_file(folder: RunFolder) -> Path:
    """The stamps of the samples in the records."""
    return folder.path / "stamps.json"


def not_scored(
    folder: RunFolder, keys: list[SampleKey], split: str, names: list[str], stamps: Mapping[str, str]
) -> list[tuple[SampleKey, list[str]]]:
    """The samples to score, each with the protocols that its records lack.

    Of a sample whose prediction has changed since, all count as lacking that it was ever scored under.

    Args:
        names: of the protocols.
        stamps: of the samples' predictions as they are now; empty where they do not change.
    """
    current: dict[str, set[str]] = {}
    outdated: dict[str, list[str]] = {}
    for sample, stamp, protocol in _scored(folder, split):
        if stamp == stamps.get(sample):
            current.setdefault(sample, set()).add(protocol)
        else:
            outdated.setdefault(sample, []).append(protocol)
    pending = []
    for key in keys:
        wanted = dict.fromkeys([*names, *outdated.get(str(key), ())])
        if lacking := [name for name in wanted if name not in current.get(str(key), ())]:
            pending.append((key, lacking))
    if changed := [key for key, _ in pending if str(key) in outdated]:
        say(f"{len(changed)} predictions have changed since they were scored and are scored anew, such as {changed[0]}")
    return pending


def _scored(folder: RunFolder, split: str) -> Iterator[tuple[str, str | None, str]]:
    """What was scored so far: sample, the stamp of its prediction, protocol."""
    if folder.records.exists():
        stamps = _read_stamps(folder)
        records = cast(Any, load_records([folder.records]))
        records = records[records["split"] == split]
        for row in records[["category", "object", "view", "protocol"]].drop_duplicates().itertuples(index=False):
            sample = str(SampleKey(row.category, row.object, row.view))
            yield sample, stamps.get(sample), row.protocol
    for entry in read_lines(log_file(folder, split)):
        for protocol in entry["values"]:
            yield entry["sample"], entry.get("stamp"), protocol


def _read_stamps(folder: RunFolder) -> dict[str, str]:
    return read_json(stamps_file(folder)) if stamps_file(folder).exists() else {}


def join_records(folder: RunFolder, config: RunConfig, dataset: str, split: str, stamps: Mapping[str, str]) -> None:
    """Joins the lines of the unfinished evaluation with the records there are, then drops the lines.

    A line takes the place of older ones, and of records, of the same sample and protocol.
    """
    import pandas as pd

    partial = log_file(folder, split)
    entries = [entry for entry in read_lines(partial) if not _is_outdated(entry, stamps)]
    seconds = {entry["sample"]: entry["seconds"] for entry in read_lines(folder.predictions / "log.jsonl")}
    run = {"method": config.method, "dataset": dataset, "split": split, "seed": config.seed, "preset": config.preset}
    newest = {(entry["sample"], protocol): entry for entry in entries for protocol in entry["values"]}
    records = pd.DataFrame(
        run | row | {"seconds": float(seconds.get(sample, float("nan")))}
        for (sample, protocol), entry in newest.items()
        for row in _rows(entry, protocol)
    )
    if folder.records.exists():
        # A kill between writing the records and dropping the lines leaves rows in both.
        old = cast(Any, load_records([folder.records]))
        names = zip(old["category"], old["object"], old["view"], old["protocol"], strict=True)
        replaced = [(str(SampleKey(c, o, v)), protocol) in newest for c, o, v, protocol in names]
        replaced = (old["split"] == split).to_numpy() & np.array(replaced, bool)
        records = pd.concat([old[~replaced], records])
    write_records(folder.records, records)
    if stamped := {entry["sample"]: entry["stamp"] for entry in entries if "stamp" in entry}:
        write_json(stamps_file(folder), _read_stamps(folder) | stamped)
    failures = {f"{entry['sample']} {name}": reason for entry in entries for name, reason in entry["failures"].items()}
    if failures:
        sample, reason = next(iter(failures.items()))
        say(f"{config.method}: {len(failures)} scores failed, for example {sample}: {reason}")
        reasons = folder.path / "failures.json"
        write_json(reasons, (read_json(reasons) if reasons.exists() else {}) | failures)
    turned = [entry["sample"] for entry in entries if entry.get("inside_out")]
    if turned:
        say(
            f"{config.method}: {len(turned)} of {len(entries)} predictions have faces that look into the solid, for "
            f"example {turned[0]}; they were turned before its inside was asked for (metric `inside_out`)"
        )
    partial.unlink()


def _is_outdated(entry: dict[str, Any], stamps: Mapping[str, str]) -> bool:
    """Whether the prediction has changed since; of samples that are not asked for now, that is seen when they are."""
    return entry["sample"] in stamps and entry.get("stamp") != stamps[entry["sample"]]


def _rows(entry: dict[str, Any], protocol: str) -> Iterator[dict[str, Any]]:
    """What a line says of one protocol, as the fields of records that differ within a run."""
    category, name, view = entry["sample"].rsplit("/", 2)
    common = {"category": category, "object": name, "view": int(view), "protocol": protocol}
    common["status"] = "failed" if protocol in entry["failures"] else "ok"
    for metric, value in entry["values"][protocol].items():
        yield common | {"metric": metric, "part": "", "value": float(value)}
    for metric, by_label in entry.get("parts", {}).get(protocol, {}).items():
        for label, value in by_label.items():
            yield common | {"metric": metric, "part": label, "value": float(value)}
