"""The board's tables as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .cells import Cell, Table
from .frames import DataFrame
from .presentation import GIFTED, LIMITED, WITH_CAMERA, sections
from .published import Published
from .tables import section_tables


def latex_page(title: str, board: DataFrame, costs: DataFrame | None, published: Sequence[Published] = ()) -> str:
    r"""The tables for `\input`; they need the packages booktabs and graphicx."""
    parts = [f"% {' '.join(title.split())}", "% Needs \\usepackage{booktabs,graphicx} in the preamble."]
    for section in sections(board, published):
        for table in section_tables(section, costs):
            slug = re.sub(r"[^a-z0-9]+", "-", table.title.lower()).strip("-")
            parts.append(_latex_table(table, f"tab:{section.slug}-{slug}"))
    return "\n\n".join(parts) + "\n"


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
    WITH_CAMERA: r"\S{}",
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
