"""The leaderboard as files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import replacing
from .analysis import analyze, notes
from .board import comparisons_frame, leaderboard_frame
from .figures.draw import draw_figures
from .latex import latex_page
from .markdown import markdown_page
from .published import Published
from .run_table import check_runs, costs_of

if TYPE_CHECKING:
    import pandas as pd


def write_leaderboard(
    records: pd.DataFrame,
    runs: pd.DataFrame | None,
    out: str | os.PathLike[str],
    *,
    title: str = "Leaderboard",
    seed: int = 0,
    published: Sequence[Published] = (),
) -> list[Path]:
    """Write leaderboard.csv, comparisons.csv, leaderboard.md, leaderboard.tex and figures/ into the folder `out`.

    Each file is replaced atomically, and the same records and runs give the same bytes.

    Args:
        records, runs, seed: as in `leaderboard`; `runs` may be None, which leaves the costs out.
        title: the heading of the page.
        published: values that others have printed, to stand beside these in the page's tables. They are in no other
            file, and change no value, interval or rank.

    Returns:
        The files written.
    """
    out = Path(out)
    analyses = analyze(records, runs, seed)
    board, pairs = leaderboard_frame(analyses), comparisons_frame(analyses)
    costs = None if runs is None else costs_of(check_runs(runs))
    written = [
        _write(out / "leaderboard.csv", board.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()),
        _write(out / "comparisons.csv", pairs.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()),
    ]
    figures = []
    for name, content in draw_figures(board, costs):
        figures.append(_write(out / "figures" / name, content))
    names = [f"figures/{path.name}" for path in figures if path.suffix == ".png"]
    page = markdown_page(title, board, pairs, costs, notes(analyses), names, published)
    written.append(_write(out / "leaderboard.md", page.encode()))
    written.append(_write(out / "leaderboard.tex", latex_page(title, board, costs, published).encode()))
    return written + figures


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
