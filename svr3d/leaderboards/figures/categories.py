"""The heat map: the headline metric, methods by categories."""

from __future__ import annotations

from typing import Any

from ..presentation import Section, decimals
from ..statistics import MEAN
from .looks import label_width, subtitle


def categories_figure(section: Section) -> Any:
    """A cell for each method and category; None where the protocol ranks by nothing."""
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    metric = section.headline
    if metric is None:
        return None
    columns = [MEAN, *section.categories]
    tables = [section.values(metric.name, name) for name in columns]
    labels = [label for label in section.labels if label in tables[0].index]
    values = np.array([[table["value"].get(label, np.nan) for table in tables] for label in labels])
    digits = min(decimals(values.ravel()), 2 if section.unit(metric) == "" else 6)
    wide = max(len(f"{v:.{digits}f}") for v in values.ravel()) * 0.075 + 0.14
    size = (label_width(section) + wide * len(columns) + 0.9, 1.25 + 0.24 * len(labels))
    figure = Figure(figsize=(max(size[0], 4.4), size[1]), layout="constrained")
    axis = figure.subplots()
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if not metric.higher_is_better:
        # a failed category would leave no colours for the others
        high = min(high, max(3 * float(np.median(finite)), low))
    if high <= low:
        low, high = (0.0, 1.0) if section.unit(metric) == "" else (low - 0.5, high + 0.5)
    colors = colormaps["viridis" if metric.higher_is_better else "viridis_r"].with_extremes(bad="#eeeeee")
    image = axis.imshow(values, cmap=colors, vmin=low, vmax=high, aspect="auto")
    for y, x in np.ndindex(*values.shape):
        known = np.isfinite(values[y, x])
        red, green, blue, _ = colors(image.norm(values[y, x])) if known else (1, 1, 1, 1)
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        axis.text(
            x,
            y,
            f"{values[y, x]:.{digits}f}" if known else "–",
            ha="center",
            va="center",
            fontsize=7,
            color="white" if dark else "black",
            fontweight="bold" if columns[x] == MEAN else "normal",
        )
    axis.axvline(0.5, color="white", linewidth=3)
    free = sum(label not in section.gifts for label in labels)
    if 0 < free < len(labels):
        axis.axhline(free - 0.5, color="white", linewidth=3)
    axis.set_xticks(range(len(columns)), columns, rotation=40, ha="left", rotation_mode="anchor")
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(labels)), [section.shown(label) for label in labels])
    axis.tick_params(length=0, pad=2)
    axis.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axis, pad=0.01, fraction=0.03, aspect=15)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=7)
    figure.suptitle(f"{section.heading(metric)}: {subtitle(section)}", x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure
