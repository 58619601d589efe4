"""The board's tables, as cells; Markdown and LaTeX render them."""

from __future__ import annotations

import math

from ..metrics.declarations import Metric
from .cells import Cell, Table, name_cell, own_rows, value_cell
from .frames import DataFrame
from .given import is_recorded
from .part_tables import beside_parts, part_tables
from .presentation import GIFTED, LIMITED, WITH_CAMERA, Section, count_text, decimals, rank_text, seconds_text
from .published_table import published_table
from .sentences import PERCENT
from .statistics import MEAN, OBJECTS

GIFTS = f"{GIFTED} is given more than the picture and its camera at test time, so it is not ranked"
CAMERAS = f" {WITH_CAMERA} is given the picture's camera too."
UNRECORDED = " A question mark under `given`: its run does not say."
LIMITS = f"{LIMITED} is limited by its representation"


def section_tables(section: Section, costs: DataFrame | None = None) -> list[Table]:
    """The tables of one protocol: means over categories, means over objects, the headline by category, each metric that
    was measured of parts, and what others have published.

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
    if section.part_rows is not None:
        tables += part_tables(section, section.part_rows)
    beside = published_table(section)
    if beside is not None and not {one.metric for one in section.published} <= beside_parts(section):
        tables.append(beside)
    return tables


def _metrics_table(section: Section, category: str, title: str, costs: DataFrame | None = None) -> Table:
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
        own = own_rows(label, columns)
        first = next(row for row in own if row is not None)
        shown = first if headline is None else own[[metric.name for metric in section.metrics].index(headline.name)]
        row = [name_cell(label, section), Cell(str(first["seeds"]))]
        if headline is not None:
            row.append(Cell("–" if shown is None else rank_text(shown)))
        row += [value_cell(section, cell, d) for cell, d in zip(own, digits, strict=True)]
        row.append(Cell(str(max(int(cell["failed"]) for cell in own if cell is not None))))
        rows.append(row)
    if costs is not None:
        header += ["given", "parameters", "training", "inference"]
        for row, label in zip(rows, labels, strict=True):
            row += [Cell(section.given.get(label, "?")), *_cost_cells(label, section, costs)]
    ranked_by = "" if headline is None else f" Ranked by {headline.title}."
    caption = _caption(section, f"{title}.{ranked_by}")
    if costs is not None and not all(is_recorded(section.given.get(label, "")) for label in labels):
        caption += UNRECORDED
    return Table(title, caption, header, rows)


def _cost_cells(label: str, section: Section, costs: DataFrame) -> list[Cell]:
    row = section.rows[section.rows["label"] == label].iloc[0]
    same = (costs["dataset"] == section.dataset) & (costs["method"] == row["method"])
    cost = costs[same & (costs["preset"] == row["preset"])].iloc[0]
    milliseconds = cost["inference_ms"]
    return [
        Cell(count_text(cost["parameters"])),
        Cell(seconds_text(cost["train_seconds"])),
        Cell("–" if math.isnan(milliseconds) else f"{milliseconds:.3g} ms"),
    ]


def _category_table(section: Section, metric: Metric) -> Table:
    columns = {name: section.values(metric.name, name) for name in [MEAN, *section.categories]}
    digits = decimals(columns[MEAN]["value"])
    rows = []
    for label in section.labels:
        own = own_rows(label, columns.values())
        if any(cell is not None for cell in own):
            rows.append(
                [name_cell(label, section), *(value_cell(section, cell, digits, interval=False) for cell in own)]
            )
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
        f"in {count} categor{'ies' if count != 1 else 'y'}; {PERCENT} intervals over {section.sampled}; "
        "failed predictions count with the worst value."
    )
    if section.alignment:
        text += f" Aligned with the truth before scoring: {section.alignment}."
    for sentence, stated in ((GIFTS, section.gifts), (LIMITS, section.limits)):
        if stated:
            text += f" {sentence}: " + ", ".join(f"{label} ({words})" for label, words in stated.items()) + "."
    return text + CAMERAS * bool(section.with_camera)
