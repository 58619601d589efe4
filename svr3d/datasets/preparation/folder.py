"""The folder of a data set that is being prepared: held by one process, begun, and finished."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...files import write_text, write_yaml
from .. import layout
from ..duplicates import find_duplicates
from ..hashing import stable_hash
from ..index import METADATA, SPLITS
from .recipe import Recipe
from .report import PreparationReport, Refusal, known_duplicates

RECIPE = "recipe.json"
REPORTS = ("report.json", "report.md", "timing.json")

Item = tuple[str, str, str]
"""(category, object, split)."""


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Holds the folder for this process, so that two runs do not work in it at once. Vanishes with the process.

    Raises:
        InputError: it cannot be made, holds other files, or another process holds it.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{root}: cannot be made into a folder ({error.strerror})") from error
    foreign = [entry.name for entry in root.iterdir() if not entry.name.startswith(".")]
    if foreign and not (root / RECIPE).exists():
        raise InputError(
            f"{root}: holds other files ({sorted(foreign)[0]}), expected a new folder or one prepared before"
        )
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{root}: another process is preparing this folder") from None
        yield


def begin(root: Path, recipe: Recipe, items: Sequence[Item]) -> None:
    """Clears what a killed run left, and the index if it belongs to another recipe or another choice of objects."""
    for partial in root.glob("*/.*.partial"):
        shutil.rmtree(partial, ignore_errors=True)
    text = json.dumps({**recipe.to_dict(), "objects": stable_hash(items)}, indent=1) + "\n"
    path = root / RECIPE
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        (root / METADATA).unlink(missing_ok=True)
        for listing in root.glob("*/*.lst"):
            listing.unlink()
        write_text(path, text)


def finish(report: PreparationReport, items: Sequence[Item], refused: list[Refusal], recipe: Recipe) -> None:
    """Writes lists, report and metadata, the last of which makes the folder a data set.

    Raises:
        InputError: every object was refused.
    """
    root = report.root
    out = {(refusal.category, refusal.object) for refusal in refused}
    kept = [item for item in items if (item[0], item[1]) not in out]
    report.refused = refused
    if not kept:
        first = refused[0]
        raise InputError(f"no object could be prepared; the first, {first.category}/{first.object}: {first.reason}")
    labels: dict[str, set[str]] = {}
    most_parts: dict[str, int] = {}
    repaired: dict[str, list[int]] = {}
    for category, name, _ in kept:
        facts = layout.read_facts(root / category / name / layout.FACTS)
        labels.setdefault(category, set()).update(facts["labels"])
        most_parts[category] = max(most_parts.get(category, 0), len(facts["parts"]))
        for what, count in facts["repairs"].items():
            repaired.setdefault(what, []).append(count)
    report.repaired = {what: (len(counts), sum(counts)) for what, counts in sorted(repaired.items())}
    # The metadata are there from an earlier call only where nothing had to be made anew since.
    finished = (root / METADATA).exists()
    report.duplicates = known_duplicates(root) if finished else find_duplicates(root, kept)
    for category in sorted(labels):
        names = {split: sorted(n for c, n, s in kept if c == category and s == split) for split in SPLITS}
        report.prepared[category] = {split: len(names[split]) for split in SPLITS}
        for split in SPLITS:
            write_text(root / category / f"{split}.lst", "".join(f"{n}\n" for n in names[split]))
    for category in {category for category, _, _ in items} - set(report.prepared):
        shutil.rmtree(root / category, ignore_errors=True)
    write_text(root / "report.json", report.to_json())
    write_text(root / "report.md", report.to_markdown())
    metadata: dict[str, Any] = {
        category: {
            "id": category,
            "name": category,
            "labels": sorted(labels[category]),
            "most_parts": most_parts[category],
        }
        for category in report.prepared
    }
    every_label = sorted(set().union(*labels.values()))
    metadata["svr3d"] = {
        "name": report.name,
        "layout": layout.VERSION,
        "labels": every_label,
        **recipe.to_dict(),
    }
    write_yaml(root / METADATA, metadata)
