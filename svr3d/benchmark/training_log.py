"""`log.csv`: one row per epoch."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ..files import replacing


class TrainingLog:
    """A table that is rewritten with every row, so that a kill leaves it whole.

    Columns are `stage`, `epoch` (from 1; 0 for a fitted stage), `seconds` (wall time of the stage so far), then
    `train/TERM` and `val/TERM` for every loss term, and for their sum, `loss`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, str]] = []
        if path.exists():
            with open(path, newline="", encoding="utf-8") as file:
                self.rows = [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]

    def keep(self, stages: Sequence[str], current: str | None = None, epochs: int = 0) -> None:
        """Forgets all rows but those of these complete stages and the first `epochs` of the current one."""
        self.rows = [
            row
            for row in self.rows
            if row.get("stage") in stages or (row.get("stage") == current and int(row.get("epoch", 0)) <= epochs)
        ]

    def add(self, row: dict[str, object]) -> None:
        """Appends a row and writes the table."""
        self.rows.append({name: str(value) for name, value in row.items()})
        columns = list(dict.fromkeys(["stage", "epoch", "seconds", *(name for row in self.rows for name in row)]))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(self.rows)
