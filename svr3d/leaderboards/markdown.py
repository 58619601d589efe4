"""The board as a Markdown page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .cells import Cell, Table
from .figures.draw import KINDS, figure_name
from .frames import DataFrame
from .presentation import sections
from .published import Published
from .sentences import COMPARISONS, READING, comparison_sentences
from .tables import section_tables


def markdown_page(
    title: str,
    board: DataFrame,
    pairs: DataFrame,
    costs: DataFrame | None,
    notes: list[str],
    figures: list[str],
    published: Sequence[Published] = (),
) -> str:
    """The whole page. `figures` are the paths of pictures, relative to it."""
    parts = [f"# {_markdown(title)}", READING]
    parts += [f"**Incomplete**: {_markdown(note)}." for note in notes]
    for section in sections(board, published):
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
