"""Tables for people: on a terminal cells are folded and never cut, elsewhere there is no limit to the width."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence

UNLIMITED = 100_000
"""Characters in a line where no terminal sets a limit; tables are no wider than what they hold."""


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    whole: Collection[str] = (),
    numbers: Collection[str] = (),
    title: str | None = None,
    caption: str | None = None,
    stderr: bool = False,
) -> None:
    """Prints rows of plain text, one cell for each of the `columns`.

    Args:
        whole: columns that are folded only where all others have been, such as names that one types.
        numbers: the same, and set to the right.
        stderr: print there.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    heads = [
        Column(
            Text(name), overflow="fold", no_wrap=name in whole or name in numbers,
            justify="right" if name in numbers else "left",
        )
        for name in columns
    ]  # fmt: skip
    table = Table(*heads, title=title, title_justify="left", caption=caption, caption_justify="left")
    table.box, table.show_edge, table.padding = box.SIMPLE_HEAD, False, (0, 0)
    for row in rows:
        # brackets in what is shown would be taken for markup
        table.add_row(*map(Text, row))
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    Console(stderr=stderr, width=None if terminal else UNLIMITED).print(table)
