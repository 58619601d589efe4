"""The board as Markdown and as LaTeX."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from ..metrics.declarations import Metric
from .figures import KINDS, figure_name
from .presentation import (
    GIFTED,
    LIMITED,
    Section,
    count_text,
    decimals,
    p_text,
    seconds_text,
    sections,
)
from .statistics import LEVEL, MEAN, MIN_OBJECTS, OBJECTS

PERCENT = f"{100 * LEVEL:.0f} %"

READING = f"""\
How to read: ↑ more is better, ↓ less is better. Values are mean ± half of the {PERCENT} bootstrap interval over
objects, all methods on the same resamples of the same objects; the training seeds are held fixed. A rank is 1 + the
number of methods that are significantly better (paired, 5 %, Holm-adjusted over all pairs), so methods that cannot be
told apart share one; those of rank 1 are **bold**. With fewer than {MIN_OBJECTS} objects there are no intervals and no
ranks. A failed prediction counts with the metric's worst value and is never left out; `failed` counts them over all
seeds. Numbers of different protocols are not comparable."""

COMPARISONS = """\
Paired, over the same objects, in the mean over categories. "Better" is said where the Holm-adjusted p is at most 0.05;
every pair in every metric, with both p, stands in `comparisons.csv`."""

GIFTS = f"{GIFTED} is given more than the image at test time, so it is not ranked"
LIMITS = f"{LIMITED} is limited by its representation"


class Cell(NamedTuple):
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Table:
    """A table to render: `rows` hold as many cells as `header` has names; the first column is text."""

    title: str
    caption: str
    header: list[str]
    rows: list[list[Cell]]


def section_tables(section: Section, costs=None) -> list[Table]:
    """The tables of one protocol: means over categories, means over objects, the headline by category.

    Args:
        costs: DataFrame dataset, method, preset, parameters, train_seconds, inference_ms; or None.
    """
    if not section.metrics:
        return []  # nothing but an F-score curve, which is a figure
    tables = [
        _metrics_table(section, MEAN, "Mean over categories", costs),
        _metrics_table(section, OBJECTS, "Mean over objects"),
    ]
    if section.headline is not None:
        tables.append(_category_table(section, section.headline))
    return tables


def comparison_sentences(section: Section, pairs) -> list[str]:
    """The best method without gifts against each other one in the headline, a sentence each.

    Args:
        pairs: DataFrame as `svr3d.leaderboards.comparisons` returns it.
    """
    ranked = [label for label in section.labels if label not in section.gifts]
    metric = section.headline
    if metric is None or not ranked:
        return []
    rows = section.values(metric.name, MEAN)
    if ranked[0] not in rows.index:
        return []
    names = {(row.method, row.preset): label for label, row in rows.iterrows()}
    pairs = pairs[
        (pairs["dataset"] == section.dataset)
        & (pairs["split"] == section.split)
        & (pairs["protocol"] == section.protocol)
        & (pairs["metric"] == metric.name)
        & (pairs["category"] == MEAN)
    ]
    digits = decimals(pairs[["difference", "low", "high"]].to_numpy().ravel())
    told = {}
    for row in pairs.itertuples():
        a, b = names[row.a, row.preset_a], names[row.b, row.preset_b]
        if ranked[0] in (a, b):
            told[b if a == ranked[0] else a] = _sentence(row, a, b, ranked[0], metric, section.gifts, digits)
    return [told[label] for label in section.labels if label in told]


def markdown_page(title: str, board, pairs, costs, notes: list[str], figures: list[str]) -> str:
    """The whole page. `figures` are the paths of pictures, relative to it."""
    parts = [f"# {_markdown(title)}", READING]
    parts += [f"**Incomplete**: {_markdown(note)}." for note in notes]
    for section in sections(board):
        name = f"{section.dataset}, {section.split}, protocol {section.protocol}"
        parts.append(f"## {_markdown(name)}")
        for table in section_tables(section, costs):
            parts.append(f"### {_markdown(table.title)}\n{_markdown(table.caption)}")
            parts.append(_markdown_table(table))
        if sentences := comparison_sentences(section, pairs):
            parts.append(f"### Comparisons\n{COMPARISONS}")
            parts.append("\n".join(f"- {_markdown(sentence)}" for sentence in sentences))
        for kind in KINDS:
            path = f"figures/{figure_name(section, kind)}.png"
            if path in figures:
                parts.append(f"![{_markdown(f'{kind}: {name}')}]({path})")
    return "\n\n".join(parts) + "\n"


def latex_page(title: str, board, costs) -> str:
    r"""The tables for `\input`; they need the packages booktabs and graphicx."""
    parts = [f"% {' '.join(title.split())}", "% Needs \\usepackage{booktabs,graphicx} in the preamble."]
    for section in sections(board):
        for table in section_tables(section, costs):
            slug = re.sub(r"[^a-z0-9]+", "-", table.title.lower()).strip("-")
            parts.append(_latex_table(table, f"tab:{section.slug}-{slug}"))
    return "\n\n".join(parts) + "\n"


def _metrics_table(section: Section, category: str, title: str, costs=None) -> Table:
    headline = section.headline
    header = [
        "method",
        "seeds",
        *([] if headline is None else ["rank"]),
        *map(section.heading, section.metrics),
        "failed",
    ]
    columns = [section.values(metric.name, category) for metric in section.metrics]
    digits = [decimals(column["value"]) for column in columns]
    rows = []
    labels = [label for label in section.labels if any(label in column.index for column in columns)]
    for label in labels:
        own = [column.loc[label] if label in column.index else None for column in columns]
        first = next(row for row in own if row is not None)
        shown = first if headline is None else own[[metric.name for metric in section.metrics].index(headline.name)]
        row = [_name(label, section), Cell(str(first["seeds"]))]
        if headline is not None:
            row.append(_rank(shown))
        row += [_value(cell, d) for cell, d in zip(own, digits, strict=True)]
        row.append(Cell(str(max(int(cell["failed"]) for cell in own if cell is not None))))
        rows.append(row)
    if costs is not None:
        header += ["parameters", "training", "inference"]
        costs = costs[costs["dataset"] == section.dataset].set_index(["method", "preset"])
        keys = section.rows.drop_duplicates("label").set_index("label")
        for row, label in zip(rows, labels, strict=True):
            cost = costs.loc[(keys.loc[label, "method"], keys.loc[label, "preset"])]
            milliseconds = cost["inference_ms"]
            row += [
                Cell(count_text(cost["parameters"])),
                Cell(seconds_text(cost["train_seconds"])),
                Cell("–" if math.isnan(milliseconds) else f"{milliseconds:.3g} ms"),
            ]
    ranked_by = "" if headline is None else f" Ranked by {headline.title}."
    return Table(title, _caption(section, f"{title}.{ranked_by}"), header, rows)


def _category_table(section: Section, metric: Metric) -> Table:
    columns = {name: section.values(metric.name, name) for name in [MEAN, *section.categories]}
    digits = decimals(columns[MEAN]["value"])
    rows = []
    for label in section.labels:
        own = [column.loc[label] if label in column.index else None for column in columns.values()]
        if any(cell is not None for cell in own):
            rows.append([_name(label, section), *(_value(cell, digits, interval=False) for cell in own)])
    rows.append([Cell("objects"), *(Cell(str(int(column["n"].iloc[0]))) for column in columns.values())])
    rows.append([Cell("failed"), *(Cell(str(int(column["failed"].sum()))) for column in columns.values())])
    title = f"{metric.title} by category"
    return Table(
        title,
        _caption(section, f"{section.heading(metric)} by category; intervals in leaderboard.csv."),
        ["method", *columns],
        rows,
    )


def _caption(section: Section, start: str) -> str:
    objects = section.objects()
    most, count = max(objects.values()), len(section.categories)
    fewer = ", ".join(f"{n} for {name}" for name, n in objects.items() if n != most)
    text = (
        f"{start} Protocol {section.protocol}, split {section.split} of {section.dataset}: "
        f"{most} object{'s' if most != 1 else ''}{f' ({fewer})' if fewer else ''} "
        f"in {count} categor{'ies' if count != 1 else 'y'}; {PERCENT} intervals over objects; "
        "failed predictions count with the worst value."
    )
    gifts = {label: gifts.replace(",", ", ") for label, gifts in section.gifts.items()}
    for sentence, stated in ((GIFTS, gifts), (LIMITS, section.limits)):
        if stated:
            text += f" {sentence}: " + ", ".join(f"{label} ({words})" for label, words in stated.items()) + "."
    return text


def _sentence(row, a: str, b: str, top: str, metric: Metric, gifts: dict[str, str], digits: int) -> str:
    sign = 1 if metric.higher_is_better else -1  # so that a difference is by how much `a` is better
    low, high = sorted((sign * row.low, sign * row.high))
    size = f"{sign * row.difference:.{digits}f}"
    interval = f"[{low:.{digits}f}, {high:.{digits}f}]"
    a, b = (f"{name} {GIFTED}" if name in gifts else name for name in (a, b))
    if math.isnan(row.p):
        return f"{a} is ahead of {b} in {metric.name} by {size}; too few objects to say more."
    if row.p_holm > 1 - LEVEL:
        other = b if a == top else a
        return (
            f"{top} and {other} cannot be told apart in {metric.name}: {a} is ahead by {size} {interval}, "
            f"{p_text(row.p)} (adjusted {p_text(row.p_holm)})."
        )
    return f"{a} is better than {b} in {metric.name} by {size} {interval}, {p_text(row.p)}."


def _name(label: str, section: Section) -> Cell:
    marks = GIFTED * (label in section.gifts) + LIMITED * (label in section.limits)
    return Cell(f"{label} {marks}".rstrip())


def _rank(row) -> Cell:
    import pandas as pd

    return Cell("–" if row is None or pd.isna(row["rank"]) else str(int(row["rank"])))


def _value(row, digits: int, *, interval: bool = True) -> Cell:
    if row is None:
        return Cell("–")
    text = f"{row['value']:.{digits}f}"
    if interval and not math.isnan(row["low"]):
        text += f" ± {(row['high'] - row['low']) / 2:.{digits}f}"
    return Cell(text, bold=_rank(row).text == "1")


def _markdown(text: str) -> str:
    text = re.sub(r"([\\`*|]|<(?=[A-Za-z/!])|\[(?=[^\]]*\]\())", r"\\\1", text)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)  # an underscore within a word is a letter


def _markdown_table(table: Table) -> str:
    def cell(cell: Cell) -> str:
        return f"**{_markdown(cell.text)}**" if cell.bold else _markdown(cell.text)

    lines = ["| " + " | ".join(map(_markdown, table.header)) + " |"]
    lines.append("|:--" + "|--:" * (len(table.header) - 1) + "|")
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in table.rows]
    return "\n".join(lines)


_LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "±": r"$\pm$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "²": r"\textsuperscript{2}",
    "³": r"\textsuperscript{3}",
    "–": "--",
    "−": "$-$",
    GIFTED: r"\textdagger{}",
    LIMITED: r"\textdaggerdbl{}",
}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in text)


def _latex_table(table: Table, label: str) -> str:
    def cell(cell: Cell) -> str:
        return rf"\textbf{{{_latex(cell.text)}}}" if cell.bold else _latex(cell.text)

    lines = [
        r"\begin{table*}[t]",
        r"\centering\scriptsize\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{_latex(table.caption)}}}",
        rf"\label{{{label}}}",
        r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",  # shrinks wide tables only
        rf"\begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}",
        r"\toprule",
        " & ".join(map(_latex, table.header)) + r" \\",
        r"\midrule",
        *(" & ".join(map(cell, row)) + r" \\" for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}}",
        r"\end{table*}",
    ]
    return "\n".join(lines)
