"""Tables of results in the pages: each number stands on the board that is named above it, in the row that it names.

A table of results has no heading over its first column, and the paragraph above it names boards of
`leaderboards/reference/`, as links, or in backticks and as boards. Its rows name, in backticks, a method, a preset, or
what a board's preset has behind it (`tiny+label`, `tiny@output`); but for `the paper`, whose numbers are on no board of
ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent
BOARDS = ROOT / "leaderboards" / "reference"
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("svr3d/methods/*/README.md")), *sorted(ROOT.glob("docs/*.md"))]
NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
SCALES = (1, 100, 1000)


def result_tables(text: str) -> Iterator[tuple[pd.DataFrame, list[str]]]:
    """What stands on the boards that each table of results is of, and its rows."""
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", text)]
    for before, table in pairwise(blocks):
        if table[0].startswith("| |"):
            above = "\n".join(before)
            named = re.findall(r"leaderboards/reference/([\w-]+)/", above)
            named += re.findall(r"`([\w-]+)`", above) if "board" in above.lower() else []
            boards = [name for name in dict.fromkeys(named) if (BOARDS / name / "leaderboard.csv").is_file()]
            if boards:
                yield board_rows(boards, table[0]), [row for row in table[2:] if not row.startswith("| the paper")]


def board_rows(boards: list[str], heading: str) -> pd.DataFrame:
    """The means over categories, and the values of those that a heading names."""
    rows = pd.concat([pd.read_csv(BOARDS / board / "leaderboard.csv") for board in boards])
    rows = rows[rows["part"].isna()]
    named = {category for category in rows["category"].unique() if re.search(rf"\b{category}s?\b", heading)}
    return rows[rows["category"].isin({"mean"} | named)]


def named_rows(rows: pd.DataFrame, cell: str) -> pd.DataFrame:
    """Those of a board that the first cell of a row names."""
    names = set(re.findall(r"`([^`]+)`", cell))
    behind = rows["preset"].str.split(r"[+@]", regex=True).str[-1]
    return rows[rows["method"].isin(names) | rows["preset"].isin(names) | behind.isin(names)]


def wrong_numbers(row: str, rows: pd.DataFrame) -> list[str]:
    """The numbers of a row of a table that none of its board's values, or halves of their intervals, is rounded to."""
    _, first, *cells = row.split("|")
    own = named_rows(rows, first)
    if not len(own):
        return [f"{first.strip()} names no row of the board"]
    known = np.concatenate([own["value"], (own["high"] - own["low"]) / 2])
    known = np.concatenate([known * scale for scale in SCALES])
    wrong = []
    for text in NUMBER.findall(" ".join(cells)):
        unit = 10.0 ** -len(text.partition(".")[2])
        if not (np.abs(known - float(text)) < 0.501 * unit).any():
            wrong.append(f"{first.strip()}: {text}")
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_numbers_are_those_of_the_boards(page: Path) -> None:
    wrong = []
    for values, rows in result_tables(page.read_text(encoding="utf-8")):
        wrong += [each for row in rows for each in wrong_numbers(row, values)]
    assert not wrong, "\n".join(wrong)


def test_a_wrong_number_and_a_row_that_names_nothing_are_found() -> None:
    page = "Board `overfit-chair`.\n\n| | x |\n|---|--:|\n| `pixel2mesh` | 1 |\n"
    ((values, (first,)),) = list(result_tables(page))
    value = float(named_rows(values, first.split("|")[1])["value"].iloc[0])
    assert not wrong_numbers(f"| `pixel2mesh` | {value:.4f} |", values)
    assert wrong_numbers("| `pixel2mesh` | 123.4567 |", values) == ["`pixel2mesh`: 123.4567"]
    assert wrong_numbers("| nothing | 1.0 |", values) == ["nothing names no row of the board"]
