"""The board as figures, each as PNG and PDF. A figure is a function of the board's rows (and the runs' costs)."""

from __future__ import annotations

import io
from collections.abc import Iterator

from ..frames import DataFrame
from ..presentation import Section, sections
from .categories import categories_figure
from .cost import cost_figure
from .curve import curve_figure
from .looks import STYLE, looks_of
from .parts import parts_figure
from .ranking import ranking_figure

KINDS = ("ranking", "categories", "parts", "curve", "cost")
"""The figures of a protocol, in the order of the page; `parts` where parts are scored, `curve` where F-scores are."""


def figure_name(section: Section, kind: str) -> str:
    """The file name of one of KINDS, without its suffix."""
    return f"{section.slug}-{kind}"


def draw_figures(board: DataFrame, costs: DataFrame | None = None) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of each figure of each protocol.

    Args:
        board: DataFrame as `svr3d.leaderboards.leaderboard` returns it.
        costs: DataFrame dataset, method, preset, parameters, train_seconds, inference_ms; or None.
    """
    import matplotlib

    looks = looks_of(board)
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **STYLE, "backend": "agg"}):
        for section in sections(board):
            drawn = (
                ranking_figure(section, looks),
                categories_figure(section),
                parts_figure(section, looks),
                curve_figure(section, looks),
                None if costs is None else cost_figure(section, costs, looks),
            )
            for kind, figure in zip(KINDS, drawn, strict=True):
                if figure is None:
                    continue
                for suffix, metadata in (("png", {"Software": None}), ("pdf", {"CreationDate": None})):
                    content = io.BytesIO()
                    figure.savefig(content, format=suffix, dpi=200, metadata=metadata)
                    yield f"{figure_name(section, kind)}.{suffix}", content.getvalue()
