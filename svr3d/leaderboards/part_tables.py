"""The board's tables by part: a block for each category, a column for each of its parts."""

from __future__ import annotations

from ..metrics.declarations import METRICS, NAMELESS, Metric, get_metric
from .aggregation import rarest_parts
from .cells import NOTHING, Cell, Table, name_cell, own_rows, value_cell
from .frames import DataFrame
from .presentation import Section, decimals
from .published_table import published_cells, sources
from .statistics import MEAN, OBJECTS

WIDEST = 6
"""Parts beside each other; a category with more has several blocks."""


def part_tables(section: Section, parts: DataFrame) -> list[Table]:
    """A table for each metric that was measured of parts, but for those that only say how large the true ones are.

    Args:
        parts: the section's rows of parts.
    """
    of_category = parts[~parts["category"].isin([MEAN, OBJECTS])]
    sizes = {metric.rarest_by for metric in METRICS.values() if metric.rarest_by}
    measured = of_category[of_category["metric"].isin(sizes)].drop_duplicates(["category", "part"])
    totals = zip(measured["category"], measured["part"], measured["value"] * measured["n"], strict=True)
    rarest = rarest_parts({(category, part): total for category, part, total in totals})
    names = [name for name in parts["metric"].unique() if name not in sizes]
    return [
        _part_table(section, of_category[of_category["metric"] == name], get_metric(name), rarest) for name in names
    ]


def _part_table(section: Section, parts: DataFrame, metric: Metric, rarest: dict[str, str]) -> Table:
    columns = _whole(section, metric)
    width = min(WIDEST, int(parts.groupby("category")["part"].nunique().max()))
    digits = decimals(parts["value"])
    rows = [
        row
        for category, own in parts.groupby("category", sort=True)
        for row in _block(section, category, own, columns, width, digits, rarest.get(category))
    ]
    header = ["method", *(f"part {number + 1}" for number in range(width)), *map(section.heading, columns)]
    caption = _caption(section, metric, columns, bool(rarest))
    if NAMELESS in set(parts["part"]):
        caption += (
            f" Parts that nobody named are all called '{NAMELESS}': its values are of whatever that is in an object."
        )
    return Table(f"{metric.title} by part", caption, header, rows)


def _whole(section: Section, metric: Metric) -> list[Metric]:
    """What stands in the last columns, of the whole category: the mean over parts and the headline, or just the mean
    over objects where the metric has no mean over parts."""
    mean = [one for one in section.metrics if one.of_parts == metric.name and not one.rarest_by]
    if not mean:
        return [one for one in section.metrics if one.name == metric.name]
    return [*mean, *([] if section.headline is None or section.headline in mean else [section.headline])]


def beside_parts(section: Section) -> set[str]:
    """The metrics of whole objects that stand in the tables of parts."""
    parts = set() if section.part_rows is None else set(section.part_rows["metric"])
    return {metric.name for name in parts for metric in _whole(section, get_metric(name))}


def _block(
    section: Section,
    category: str,
    parts: DataFrame,
    columns: list[Metric],
    width: int,
    digits: int,
    rarest: str | None,
) -> list[list[Cell]]:
    """The rows of a category: its parts' names, then each method's values, then what others have published."""
    whole = [section.values(metric.name, category) for metric in columns]
    counts = parts.groupby("part", sort=True)["n"].max()
    names, rows = list(counts.index), []
    labels = [label for label in section.labels if label in set(parts["label"])]
    for start in range(0, len(names), width):
        chosen = names[start : start + width]
        blank = [Cell("")] * (width - len(chosen))
        titles = [Cell(f"{part} ({counts[part]})" + ", rarest" * (part == rarest)) for part in chosen]
        rows.append([Cell(category, bold=True), *titles, *blank, *[Cell("")] * len(columns)])
        by_part = [parts[parts["part"] == part].set_index("label") for part in chosen]
        for label in labels:
            values = [
                value_cell(section, row, digits, interval=False, failures=False) for row in own_rows(label, by_part)
            ]
            last = [value_cell(section, row, digits) for row in own_rows(label, whole)]
            rows.append([name_cell(label, section), *values, *blank, *(last if not start else [Cell("")] * len(last))])
    for name, values in published_cells(section, category, [metric.name for metric in columns]):
        rows.append(
            [name, *[Cell(NOTHING)] * min(width, len(names)), *[Cell("")] * max(0, width - len(names)), *values]
        )
    return rows


def _caption(section: Section, metric: Metric, columns: list[Metric], has_rarest: bool) -> str:
    text = (
        f"{section.heading(metric)} of each part: the mean over the objects that have it, whose number is in brackets. "
        f"Protocol {section.protocol}, split {section.split} of {section.dataset}; parts are not ranked, and their "
        "intervals stand in leaderboard.csv; failed predictions count with the worst value."
    )
    if has_rarest:
        text += " Rarest: of the category's parts, the one with the fewest true voxels in all."
    return text + sources([one for one in section.published if one.metric in {metric.name for metric in columns}])
