"""The curve: the F-score over its threshold."""

from __future__ import annotations

from typing import Any

from ...metrics.declarations import CURVE
from ..presentation import Section
from ..statistics import MEAN
from .looks import Look, subtitle


def curve_figure(section: Section, looks: dict[str, Look]) -> Any:
    """A line for each method, with its interval as a band; None where no curve was recorded."""
    from matplotlib.figure import Figure

    rows = section.rows[section.rows["metric"].str.startswith(CURVE) & (section.rows["category"] == MEAN)]
    if rows.empty:
        return None
    rows = rows.assign(threshold=100 * rows["metric"].str.slice(len(CURVE)).astype(float)).sort_values("threshold")
    area = rows.groupby("label")["value"].mean()
    labels = sorted(area.index, key=lambda label: (label in section.gifts, -area[label], label))
    figure = Figure(figsize=(6.4, max(3.2, 0.9 + 0.2 * len(labels))), layout="constrained")
    axis = figure.subplots()
    for label in labels:
        own, look = rows[rows["label"] == label], looks[label]
        x = own["threshold"].to_numpy()
        axis.fill_between(x, own["low"], own["high"], color=look.color, alpha=0.16, linewidth=0)
        axis.plot(
            x,
            own["value"],
            color=look.color,
            linestyle=look.line,
            linewidth=1.4,
            marker=look.marker,
            markersize=3.6,
            markeredgewidth=0,
            markevery=max(1, len(x) // 8),
            label=section.shown(label),
        )
    axis.set_xlabel("threshold (% of the longest side)")
    axis.set_ylabel("F-score, mean over categories")
    axis.set_ylim(0, 1.005)
    axis.set_xlim(left=0)
    axis.grid()
    figure.legend(loc="outside right upper", title="by mean F-score", title_fontsize=7.5, alignment="left")
    figure.suptitle(subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure
