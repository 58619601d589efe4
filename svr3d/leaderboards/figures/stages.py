"""The errors of a method's stages side by side: a row of panels for each stage, a bar for each split."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any, NamedTuple

from ...files import replacing
from .looks import STYLE

_COLORS = {"train": "#b0b0b0", "val": "#56B4E9", "test": "#0072B2"}
_WIDTH, _HEIGHT = 1.5, 1.25
"""Of a panel, in inches."""


class StageError(NamedTuple):
    """What is measured.

    Args:
        stage: of the training.
        value: a term of its losses, or a diagnostic.
        is_loss: whether it is a term, with its weight.
        split: of the data set.
    """

    stage: str
    value: str
    is_loss: bool
    split: str


class Spread(NamedTuple):
    """A mean over objects and its 95 % interval, nan where there are too few; how many objects and samples."""

    mean: float
    low: float
    high: float
    objects: int
    samples: int


def write_stages_figure(found: dict[StageError, Spread], splits: tuple[str, ...], title: str, path: Path) -> None:
    """Draws the errors and writes them to `path` as PNG. Each panel has its own scale, from zero."""
    import matplotlib

    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **STYLE, "backend": "agg"}):
        figure = _figure(found, splits, title)
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=200, metadata={"Software": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content.getvalue())


def _figure(found: dict[StageError, Spread], splits: tuple[str, ...], title: str) -> Any:
    from matplotlib.figure import Figure

    stages: dict[str, dict[str, bool]] = {}
    for error in found:
        stages.setdefault(error.stage, {})[error.value] = error.is_loss
    columns = max(map(len, stages.values()))
    size = (0.9 + _WIDTH * max(columns, 3), 0.5 + _HEIGHT * len(stages))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(stages), columns, squeeze=False)
    for line, (stage, values) in zip(axes, stages.items(), strict=True):
        for axis in line[len(values) :]:
            axis.set_axis_off()
        line[0].set_ylabel(stage, fontweight="bold")
        for axis, (value, is_loss) in zip(line, values.items(), strict=False):
            _panel(axis, [found[StageError(stage, value, is_loss, split)] for split in splits], splits)
            axis.set_title(f"{value} (loss)" if is_loss else value, color="#767676" if is_loss else "black")
    figure.suptitle(title, x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure


def _panel(axis: Any, spreads: list[Spread], splits: tuple[str, ...]) -> None:
    """A bar with its interval for each split, and its number on it."""
    for place, (split, spread) in enumerate(zip(splits, spreads, strict=True)):
        axis.bar(place, spread.mean, 0.7, color=_COLORS[split])
        if not math.isnan(spread.low):
            axis.plot([place, place], [spread.low, spread.high], color="black", linewidth=0.8)
        ends = [value for value in (spread.mean, spread.high, 0.0) if not math.isnan(value)]
        axis.annotate(f"{spread.mean:.3g}", (place, max(ends)), (0, 2), textcoords="offset points", ha="center")
    axis.set_xticks(range(len(splits)), splits)
    axis.tick_params(labelleft=False, left=False)
    axis.margins(y=0.3)
