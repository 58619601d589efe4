"""The samples that an evaluation has scored so far, one JSON line each, and their joining into records.

A line holds `sample`, `values` (by protocol, then metric), `failures` (the reason, by protocol) and, where a protocol
measures parts, `parts` (by protocol, metric and part label); and `inside_out`, where faces were turned before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from ..datasets import SampleKey
from ..files import read_json, write_json
from ..leaderboards import load_records, write_records
from ..progress import say
from .json_lines import read_lines
from .runs import RunConfig, RunFolder


def log_file(folder: RunFolder, split: str) -> Path:
    """The log of an unfinished evaluation; there is none once its lines are joined."""
    return folder.path / f"records.{split}.jsonl"


def not_scored(
    folder: RunFolder, keys: list[SampleKey], split: str, names: list[str]
) -> list[tuple[SampleKey, list[str]]]:
    """The samples to score, each with the protocols that its records lack."""
    done: dict[str, set[str]] = {}
    if folder.records.exists():
        records = cast(Any, load_records([folder.records]))
        records = records[records["split"] == split]
        for sample in records[["category", "object", "view", "protocol"]].drop_duplicates().itertuples(index=False):
            done.setdefault(str(SampleKey(sample.category, sample.object, sample.view)), set()).add(sample.protocol)
    for entry in read_lines(log_file(folder, split)):
        done.setdefault(entry["sample"], set()).update(entry["values"])
    pending = [(key, [name for name in names if name not in done.get(str(key), ())]) for key in keys]
    return [(key, lacking) for key, lacking in pending if lacking]


def join_records(folder: RunFolder, config: RunConfig, dataset: str, split: str) -> None:
    """Joins the lines of the unfinished evaluation with the records there are, then drops the lines."""
    import pandas as pd

    partial = log_file(folder, split)
    entries = read_lines(partial)
    seconds = {entry["sample"]: entry["seconds"] for entry in read_lines(folder.predictions / "log.jsonl")}
    run = {"method": config.method, "dataset": dataset, "split": split, "seed": config.seed, "preset": config.preset}
    records = pd.DataFrame(
        run | row | {"seconds": float(seconds.get(entry["sample"], float("nan")))}
        for entry in entries
        for row in _rows(entry)
    )
    if folder.records.exists():
        old = load_records([folder.records])
        # A kill between writing the records and dropping the lines leaves rows in both.
        identity = ["split", "category", "object", "view", "part", "protocol", "metric"]
        records = pd.concat([old, records]).drop_duplicates(identity, keep="first")
    write_records(folder.records, records)
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


def _rows(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a line says, as the fields of records that differ within a run."""
    category, name, view = entry["sample"].rsplit("/", 2)
    for protocol, values in entry["values"].items():
        common = {"category": category, "object": name, "view": int(view), "protocol": protocol}
        common["status"] = "failed" if protocol in entry["failures"] else "ok"
        for metric, value in values.items():
            yield common | {"metric": metric, "part": "", "value": float(value)}
        for metric, by_label in entry.get("parts", {}).get(protocol, {}).items():
            for label, value in by_label.items():
                yield common | {"metric": metric, "part": label, "value": float(value)}
