"""The table of what others have printed, beside what the board's own methods have in the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..metrics.declarations import get_metric
from .cells import NOTHING, Cell, Table, name_cell, own_rows, value_cell
from .presentation import Section, decimals
from .published import Published


def published_table(section: Section) -> Table | None:
    """A block for each category that something is published of; None where there is nothing."""
    names = list(dict.fromkeys(one.metric for one in section.published))
    categories = [
        name for name in section.rows["category"].unique() if name in {one.category for one in section.published}
    ]
    if not categories:
        return None
    digits = decimals([one.value for one in section.published])
    rows = []
    for category in categories:
        columns = [section.values(name, category) for name in names]
        rows.append([Cell(category, bold=True), *[Cell("")] * len(names)])
        for label in section.labels:
            own = own_rows(label, columns)
            if any(row is not None for row in own):
                rows.append([name_cell(label, section), *(value_cell(section, row, digits) for row in own)])
        rows += [[name, *values] for name, values in published_cells(section, category, names)]
    caption = f"Protocol {section.protocol}, split {section.split} of {section.dataset}.{sources(section.published)}"
    return Table("Beside published values", caption, ["method", *(section.heading(get_metric(n)) for n in names)], rows)


def published_cells(section: Section, category: str, metrics: Sequence[str]) -> Iterator[tuple[Cell, list[Cell]]]:
    """The name and the values, as they are given, of each published method that has a value in a category."""
    own = [one for one in section.published if one.category == category and one.metric in metrics]
    for method in dict.fromkeys(one.method for one in own):
        values = {one.metric: f"{one.value:g}" for one in own if one.method == method}
        yield Cell(f"{method} (published)"), [Cell(values.get(metric, NOTHING)) for metric in metrics]


def sources(published: Sequence[Published]) -> str:
    """What to say in a caption of the published values in a table; empty where there are none."""
    said: dict[str, list[str]] = {}
    for one in published:
        said.setdefault(one.source + (f", {one.note}" if one.note else ""), []).append(one.method)
    listed = "; ".join(f"{', '.join(dict.fromkeys(methods))}: {source}" for source, methods in said.items())
    return (
        f" What is published is of other data than the rest and scored by another code, so it is neither ranked nor "
        f"compared ({listed})."
        if listed
        else ""
    )
