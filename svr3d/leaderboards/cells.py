"""What tables are made of: cells with a method's name, or a value with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .frames import DataFrame, Series
from .presentation import LIMITED, Section

NOTHING = "–"
"""In the place of a value that there is not."""


class Cell(NamedTuple):
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Table:
    """A table to render: `rows` hold as many cells as `header` has names; the first column is text."""

    title: str
    caption: str
    header: list[str]
    rows: list[list[Cell]]


def own_rows(label: str, columns: Iterable[DataFrame]) -> list[Series | None]:
    """A method's row in each column; None where it has none."""
    return [column.loc[label] if label in column.index else None for column in columns]


def name_cell(label: str, section: Section) -> Cell:
    shown = section.shown(label)
    if label in section.limits:
        shown += LIMITED if shown != label else f" {LIMITED}"
    return Cell(shown)


def value_cell(
    section: Section, row: Series | None, digits: int, *, interval: bool = True, failures: bool = True
) -> Cell:
    """Value, interval and failures."""
    if row is None:
        return Cell(NOTHING)
    text = f"{row['value']:.{digits}f}"
    if interval and not math.isnan(row["low"]):
        text += f" ± {(row['high'] - row['low']) / 2:.{digits}f}"
    if failures and row["failed"]:
        text += f" ({row['failed']} failed)"
    return Cell(text, bold=section.is_first(row))
