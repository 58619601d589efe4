"""`log.csv`: one row per epoch; the same for TensorBoard where it is asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import replacing


class TrainingLog:
    """A table that is rewritten with every row, so that a kill leaves it whole.

    Columns are `stage`, `epoch` (from 1; 0 for one that is not learned), `seconds` (wall time of the stage so far),
    then `train/TERM` and `val/TERM` for every loss term and diagnostic, and for the terms' sum, `loss`.

    Args:
        path: of the file; read if it is there.
        tensorboard: write the values into the folder `tensorboard` beside it too.

    Raises:
        InputError: TensorBoard is not installed.
    """

    def __init__(self, path: Path, *, tensorboard: bool = False) -> None:
        self.path = path
        self._tensorboard = _tensorboard(path.parent) if tensorboard else None
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

    def add_epoch(self, stage: str, epoch: int, seconds: float, values: dict[str, float]) -> None:
        """Appends the row of an epoch: the stage's wall time so far, and its values by name."""
        self.add(
            {"stage": stage, "epoch": epoch, "seconds": f"{seconds:.2f}"}
            | {name: f"{value:.6g}" for name, value in values.items()}
        )
        if self._tensorboard is not None:
            self._tensorboard.log_metrics({f"{stage}/{name}": value for name, value in values.items()}, step=epoch)
            self._tensorboard.save()

    def add(self, row: Mapping[str, object]) -> None:
        """Appends a row and writes the table."""
        self.rows.append({name: str(value) for name, value in row.items()})
        columns = list(dict.fromkeys(["stage", "epoch", "seconds", *(name for row in self.rows for name in row)]))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(self.rows)


def _tensorboard(folder: Path) -> Any:
    from lightning_fabric.loggers.tensorboard import TensorBoardLogger

    try:
        return TensorBoardLogger(folder, name="tensorboard", version="")
    except ModuleNotFoundError as error:
        raise InputError(
            "trainer: the logger 'tensorboard' needs the package tensorboard, which is not installed; "
            "log.csv is written without it"
        ) from error
