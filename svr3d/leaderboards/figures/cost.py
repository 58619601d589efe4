"""The costs: the headline metric against training time, inference time and size."""

from __future__ import annotations

import math
from typing import Any

from ..frames import DataFrame
from ..presentation import Section, count_text
from ..statistics import MEAN
from .looks import Look, subtitle


def cost_figure(section: Section, costs: DataFrame, looks: dict[str, Look]) -> Any:
    """Three panels, a mark for each method; None where the protocol ranks by nothing."""
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    metric = section.headline
    if metric is None:
        return None
    rows = section.values(metric.name, MEAN).reset_index()
    rows = rows.merge(costs[costs["dataset"] == section.dataset], on=["method", "preset"], suffixes=("", "_run"))
    rows = rows.set_index("label")
    figure = Figure(figsize=(8.6, max(2.9, 0.9 + 0.19 * len(rows))), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    labels = [label for label in section.labels if label in rows.index]
    names = {"train_seconds": "training (s)", "inference_ms": "inference (ms per image)", "parameters": "parameters"}
    for axis, (cost, title) in zip(axes, names.items(), strict=True):
        x = rows[cost].to_numpy(dtype=float)
        positive = x[np.isfinite(x) & (x > 0)]
        low, right = (positive.min() / 1.6, positive.max() * 1.6) if positive.size else (1.0, 10.0)
        left = low
        none = low / (right / low) ** 0.16
        ticks, texts = _log_ticks(low, right)
        if (x == 0).any():
            # zero has no place on a logarithmic axis: it gets a strip of its own
            left = none / (right / low) ** 0.1
            ticks, texts = [none, *ticks], ["none", *texts]
        axis.set_xscale("log")
        axis.set_xlim(left, right)
        if left < low:
            axis.axvline(low, color="#bbbbbb", linewidth=0.7, linestyle=(0, (4, 3)))
        axis.set_xticks(ticks, texts)
        axis.minorticks_off()
        for label in labels:
            row, look = rows.loc[label], looks[label]
            if not math.isfinite(row[cost]):
                continue
            at = row[cost] if row[cost] > 0 else none
            axis.plot([at, at], [row["low"], row["high"]], color=look.color, linewidth=1.2)
            axis.plot(
                at,
                row["value"],
                look.marker,
                color=look.color,
                markersize=5.5,
                markeredgewidth=0.5,
                markeredgecolor="white",
            )
        axis.set_xlabel(title)
        axis.grid()
    axes[0].set_ylabel(section.heading(metric))
    handles = [
        Line2D(
            [],
            [],
            color=looks[label].color,
            marker=looks[label].marker,
            markersize=5,
            linewidth=1.2,
            label=section.shown(label),
        )
        for label in labels
    ]
    figure.legend(handles=handles, loc="outside right upper")
    figure.suptitle(subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure


def _log_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Round numbers between the ends of a logarithmic axis, as many as have room."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**k for k in decades for step in steps if low <= step * 10.0**k <= high]
        if len(ticks) <= 4:
            break
    ticks = ticks[:: math.ceil(len(ticks) / 5)]
    return ticks, [count_text(tick) if tick >= 1 else f"{tick:g}" for tick in ticks]
