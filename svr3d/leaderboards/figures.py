"""The board as figures, each as PNG and PDF. A figure is a function of the board's rows (and the runs' costs)."""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ..metrics.declarations import CURVE
from .presentation import GIFTED, WITH_CAMERA, Section, count_text, decimals, sections
from .statistics import LEVEL, MEAN

# Okabe and Ito's colours, which people with any colour blindness can tell apart, without their yellow (too faint
# for thin lines), and four darker ones; markers differ too, so that no figure rests on colour alone.
_COLORS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"),
    *("#56B4E9", "#882255", "#332288", "#999933", "#000000"),
)
_MARKERS = "osD^vPX<>p"
_GREYS = ("#767676", "#9a9a9a", "#5a5a5a", "#b0b0b0")
_DASHES = ("--", ":", "-.", (0, (1, 1)))
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "pdf.fonttype": 42,
    "figure.dpi": 100,
}


@dataclass(frozen=True)
class _Look:
    """How a method looks, the same in all figures of a board."""

    color: str
    marker: str
    line: object


KINDS = ("ranking", "categories", "curve", "cost")
"""The figures of a protocol, in the order of the page."""


def figure_name(section: Section, kind: str) -> str:
    """The file name of one of KINDS, without its suffix."""
    return f"{section.slug}-{kind}"


def draw_figures(board, costs=None) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of each figure of each protocol.

    Args:
        board: DataFrame as `svr3d.leaderboards.leaderboard` returns it.
        costs: DataFrame dataset, method, preset, parameters, train_seconds, inference_ms; or None.
    """
    import matplotlib

    looks = _looks(board)
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_STYLE, "backend": "agg"}):
        for section in sections(board):
            drawn = (
                _ranking(section, looks),
                _categories(section),
                _curve(section, looks),
                None if costs is None else _cost(section, costs, looks),
            )
            for kind, figure in zip(KINDS, drawn, strict=True):
                if figure is None:
                    continue
                for suffix, metadata in (("png", {"Software": None}), ("pdf", {"CreationDate": None})):
                    content = io.BytesIO()
                    figure.savefig(content, format=suffix, dpi=200, metadata=metadata)
                    yield f"{figure_name(section, kind)}.{suffix}", content.getvalue()


def _looks(board) -> dict[str, _Look]:
    """A colour and marker per label: a method keeps its own from board to board, unless two want the same."""
    labels, gifted = {}, []
    for section in sections(board):
        for label in section.labels:
            labels.setdefault(label, label in section.gifts)
    looks, taken = {}, [0] * len(_COLORS)
    for label in sorted(labels):
        if labels[label]:
            i = len(gifted)
            gifted.append(label)
            looks[label] = _Look(_GREYS[i % len(_GREYS)], _MARKERS[i % len(_MARKERS)], _DASHES[i % len(_DASHES)])
            continue
        wanted = zlib.crc32(label.encode()) % len(_COLORS)
        i = min(range(len(_COLORS)), key=lambda i: (taken[i], (i - wanted) % len(_COLORS)))
        # the second method of a colour gets another marker
        looks[label] = _Look(_COLORS[i], _MARKERS[(i + 3 * taken[i]) % len(_MARKERS)], "-")
        taken[i] += 1
    return looks


_HEADING = 24
"""Characters of a heading that a column of the ranking has room for."""


def _subtitle(section: Section) -> str:
    return f"{section.dataset}, {section.split}, protocol {section.protocol}"


def _width(section: Section) -> float:
    """Room for the methods' labels, in inches."""
    return 0.4 + 0.068 * max(len(section.shown(label)) for label in section.labels)


def _ranking(section: Section, looks: dict[str, _Look]):
    """Each ranked metric's values with intervals, methods one below the other, ranks at the right edge."""
    import pandas as pd
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    metrics = [metric for metric in section.metrics if metric.ranked]
    if not metrics:
        return None
    labels = section.labels
    lines = math.ceil(len(metrics) / 5)
    columns = math.ceil(len(metrics) / lines)
    size = (_width(section) + 1.55 * columns, 0.75 + lines * (0.62 + 0.19 * len(labels)))
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
            if not pd.isna(row["rank"]):
                best = row["rank"] == 1
                axis.annotate(
                    str(row["rank"]),
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
    note = f"mark: mean over categories; line: {100 * LEVEL:.0f} % interval over objects; right: rank"
    if section.gifts:
        note += f"; {GIFTED}: given more than the picture, not ranked"
    if section.with_camera:
        note += f"; {WITH_CAMERA}: given its camera too"
    figure.suptitle(_subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
    figure.supxlabel(note, x=0.01, ha="left", fontsize=7, color="#555555")
    return figure


def _categories(section: Section):
    """Heat map of the headline metric, methods by categories."""
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
    size = (_width(section) + wide * len(columns) + 0.9, 1.25 + 0.24 * len(labels))
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
    figure.suptitle(
        f"{section.heading(metric)}: {_subtitle(section)}", x=0.01, ha="left", fontsize=9, fontweight="bold"
    )
    return figure


def _curve(section: Section, looks: dict[str, _Look]):
    """F-score over its threshold, with interval bands."""
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
    figure.suptitle(_subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
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


def _cost(section: Section, costs, looks: dict[str, _Look]):
    """The headline metric against training time, inference time and size."""
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
            axis.axvline(low, color="#bbbbbb", linewidth=0.7, linestyle=(0, (4, 3)))
            left = none / (right / low) ** 0.1
            ticks, texts = [none, *ticks], ["none", *texts]
        axis.set_xscale("log")
        axis.set_xlim(left, right)
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
    figure.suptitle(_subtitle(section), x=0.01, ha="left", fontsize=9, fontweight="bold")
    return figure
