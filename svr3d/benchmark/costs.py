"""Where the time of a comparison went: preparation, training, reconstruction and scoring, run by run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files import read_json, replacing
from .json_lines import read_lines
from .runs import RunFolder

STEPS = ("preparation", "training", "reconstruction", "scoring")

EXPLANATION = """\
Minutes of wall-clock time, as each run measured them. Starting processes, loading libraries and drawing this board come
on top; of a run that was scored in several sessions, scoring counts the last."""


def run_costs(folders: Sequence[RunFolder]) -> Any:
    """What the runs took, one row each, after a row for each of their data sets that svr3d prepared.

    Returns:
        DataFrame with the columns `row` (a method, with its preset where another run has the same, or a data set),
        `dataset`, `method`, `preset`, `seed` (the last three missing for a data set), `samples` (reconstructed) and
        `preparation`, `training`, `reconstruction`, `scoring` and `total` in seconds; NaN where nothing was measured
        or nothing had to be done, such as the training of a run that scores a further output of another.
    """
    import pandas as pd

    rows = [
        {"row": f"data set {name}", "dataset": name, "preparation": seconds}
        for name, seconds in _preparations(folders).items()
    ]
    for folder in folders:
        config, manifest = folder.config(), folder.read_manifest()
        reconstructions = _reconstructions(folder)
        rows.append(
            {
                "row": config.method,
                "dataset": config.dataset,
                "method": config.method,
                "preset": config.preset,
                "seed": config.seed,
                "samples": len(reconstructions) or math.nan,
                "training": manifest.get("training", {}).get("total_seconds") if config.parent is None else math.nan,
                "reconstruction": sum(reconstructions) if reconstructions else math.nan,
                "scoring": manifest.get("evaluation", {}).get("seconds"),
            }
        )
    columns = ["row", "dataset", "method", "preset", "seed", "samples", *STEPS]
    frame = pd.DataFrame(rows, columns=columns).astype({name: float for name in STEPS})
    frame = frame.astype({"seed": "Int64", "samples": "Int64"})
    several = frame.duplicated(["dataset", "row"], keep=False)
    details = frame["preset"].fillna("") + ", seed " + frame["seed"].astype("string").fillna("")
    named = frame["row"] + " (" + details + ")"
    frame["row"] = frame["row"].where(~several, named)
    frame["total"] = frame[list(STEPS)].sum(axis=1)
    return frame


def write_costs(folders: Sequence[RunFolder], out: Path) -> Path:
    """Writes `costs.csv` into a board's folder, and the same as the last section of its `leaderboard.md`."""
    frame = run_costs(folders)
    path = out / "costs.csv"
    with replacing(path) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.2f", lineterminator="\n")
    page = out / "leaderboard.md"
    text = page.read_text(encoding="utf-8").partition(f"\n{_HEADING}\n")[0].rstrip("\n")
    with replacing(page) as temporary:
        temporary.write_text(f"{text}\n\n{costs_section(frame, _machines(folders))}", encoding="utf-8")
    return path


_HEADING = "## Where the time went"


def costs_section(frame: Any, machines: Sequence[str] = ()) -> str:
    """The section of a page: a table of minutes, the longest row first, and their totals.

    Args:
        frame: of `run_costs`.
        machines: on which it was measured.
    """
    where = f" Measured on {'; '.join(machines)}." if machines else ""
    lines = [_HEADING, EXPLANATION + where, ""]
    lines += ["| | " + " | ".join((*STEPS, "total")) + " |", "|:--" + "|--:" * (len(STEPS) + 1) + "|"]
    for row in frame.sort_values("total", ascending=False, kind="stable").to_dict("records"):
        lines.append(f"| {row['row']} | " + " | ".join(minutes(row[name]) for name in (*STEPS, "total")) + " |")
    totals = (minutes(frame[name].sum(min_count=1)) for name in (*STEPS, "total"))
    lines.append("| **all** | " + " | ".join(f"**{text}**" for text in totals) + " |")
    return "\n".join(lines) + "\n"


def minutes(seconds: float) -> str:
    """Seconds as minutes with two digits after the point; a dash where they are NaN.

    >>> minutes(90), minutes(float("nan"))
    ('1.50', '–')
    """
    return "–" if math.isnan(seconds) else f"{seconds / 60:.2f}"


def _preparations(folders: Sequence[RunFolder]) -> dict[str, float]:
    """Seconds that each data set took to prepare, by name, where it is still there and svr3d made it."""
    found = {}
    for folder in folders:
        config = folder.config()
        timing = Path(config.data) / "timing.json"
        if config.dataset not in found and timing.is_file():
            found[config.dataset] = float(read_json(timing).get("wall_seconds", math.nan))
    return found


def _reconstructions(folder: RunFolder) -> list[float]:
    """Seconds of each sample that the run reconstructed, in any session."""
    return [float(entry["seconds"]) for entry in read_lines(folder.predictions / "log.jsonl")]


def _machines(folders: Sequence[RunFolder]) -> list[str]:
    """The processors and cores that the runs name, each once."""
    found = []
    for folder in folders:
        hardware = folder.read_manifest().get("hardware", {})
        if "processor" in hardware:
            with_gpus = "".join(f", {name}" for name in hardware.get("gpus", []))
            found.append(f"{hardware['processor']}, {hardware.get('cores')} cores{with_gpus}")
    return list(dict.fromkeys(found))
