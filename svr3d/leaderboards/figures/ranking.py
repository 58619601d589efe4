"""The ranking: each metric's values with intervals, methods one below the other."""

from __future__ import annotations

import math
from typing import Any

from ..presentation import GIFTED, WITH_CAMERA, Section, has_rank, rank_text
from ..statistics import LEVEL, MEAN
from .looks import Look, label_width, subtitle

_HEADING = 24
"""Characters of a heading that a column of the ranking has room for."""


def ranking_figure(section: Section, looks: dict[str, Look]) -> Any:
    """Each ranked metric's values with intervals, ranks at the right edge; None where there is no such metric."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    metrics = [metric for metric in section.metrics if metric.ranked]
    if not metrics:
        return None
    labels = section.labels
    lines = math.ceil(len(metrics) / 5)
    columns = math.ceil(len(metrics) / lines)
    size = (label_width(section) + 1.55 * columns, 0.75 + lines * (0.62 + 0.19 * len(labels)))
    figure = Figure(figsize=(max(size[0], 4.4), size[1]), layout="constrained")
    axes = figure.subplots(lines, columns, sharey=True, squeeze=False).ravel()
    free = sum(label not in section.gifts for label in labels)
    for axis, metric in zip(axes, metrics, strict=False):
        rows = section.values(metric.name, MEAN)
        for y, label in enumerate(labels):
            if label not in rows.index:
                continue
            row, look = rows.loc[label], looks[label]
            axis.plot([row["low"], row["high"]], [y, y], color=look.color, linewidth=1.6, solid_capstyle="butt")
            axis.plot(row["value"], y, look.marker, color=look.color, markersize=4.2, markeredgewidth=0)
            if has_rank(row):
                best = section.is_first(row)
                axis.annotate(
                    rank_text(row),
                    (1.0, y),
                    xycoords=("axes fraction", "data"),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7,
                    fontweight="bold" if best else "normal",
                    color="black" if best else "#666666",
                    annotation_clip=False,
                )
        if 0 < free < len(labels):
            axis.axhline(free - 0.5, color="#bbbbbb", linewidth=0.7, linestyle=(0, (4, 3)))
        heading = section.heading(metric)
        if len(heading) > _HEADING:
            heading = heading.replace(" (", "\n(", 1)  # the unit on a line of its own
        axis.set_title(heading, loc="left", fontsize=8)
        axis.grid(axis="x")
        axis.margins(x=0.08)
        axis.xaxis.set_major_locator(MaxNLocator(3))
        axis.tick_params(axis="y", length=0)
    for axis in axes[len(metrics) :]:
        axis.remove()
    axes[0].set_ylim(len(labels) - 0.4, -0.6)
    axes[0].set_yticks(range(len(labels)), [section.shown(label) for label in labels])
    for axis in axes[: len(metrics)]:
        for label, tick in zip(labels, axis.get_yticklabels(), strict=False):
            tick.set_color("#666666" if label in section.gifts else "black")
    over = section.sampled.partition(" (")[0]
    note = f"mark: mean over categories; line: {100 * LEVEL:.0f} % interval over {over}; right: rank"
    if section.gifts:
        note += f"; {GIFTED}: given more than the picture, not ranked"
    if section.with_camera:
        note += f"; {WITH_CAMERA}: given its camera too"
    figure.suptitle(subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
    figure.supxlabel(note, x=0.01, ha="left", fontsize=7, color="#555555")
    return figure
