"""Rare parts: how much of each category's rarest part a method finds, against how well it labels all of them."""

from __future__ import annotations

from typing import Any

from ..presentation import GIFTED, Section
from ..statistics import LEVEL, MEAN
from .looks import Look, subtitle

FOUND, LABELLED = "rarest_part_recall", "part_miou"


def parts_figure(section: Section, looks: dict[str, Look]) -> Any:
    """A mark for each method, with both its intervals; None where the board has not both metrics."""
    from matplotlib.figure import Figure

    metrics = {metric.name: metric for metric in section.metrics}
    if FOUND not in metrics or LABELLED not in metrics:
        return None
    found, labelled = section.values(FOUND, MEAN), section.values(LABELLED, MEAN)
    labels = [label for label in section.labels if label in found.index and label in labelled.index]
    # Ceilings are far from all others, which would lie on one another beside them.
    labels = [label for label in labels if label not in section.gifts] or labels
    figure = Figure(figsize=(6.4, max(3.4, 0.9 + 0.19 * len(labels))), layout="constrained")
    axis = figure.subplots()
    for label in labels:
        x, y, look = found.loc[label], labelled.loc[label], looks[label]
        axis.plot([x["low"], x["high"]], [y["value"]] * 2, color=look.color, linewidth=0.8, alpha=0.6)
        axis.plot([x["value"]] * 2, [y["low"], y["high"]], color=look.color, linewidth=0.8, alpha=0.6)
        shown = section.shown(label)
        axis.plot(x["value"], y["value"], look.marker, color=look.color, markersize=6, label=shown, linestyle="none")
    axis.set_xlabel(section.heading(metrics[FOUND]))
    axis.set_ylabel(section.heading(metrics[LABELLED]))
    axis.grid()
    figure.legend(loc="outside right upper")
    left_out = f"; without rows given more than the picture ({GIFTED})" if len(labels) < len(section.labels) else ""
    figure.suptitle(subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
    note = f"mark: mean over categories; lines: {100 * LEVEL:.0f} % intervals{left_out}"
    figure.supxlabel(note, x=0.01, ha="left", fontsize=7, color="#555555")
    return figure
