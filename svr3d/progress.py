"""Progress on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def say(text: str) -> None:
    """One line for the person who waits, on standard error: standard output is for results."""
    print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """`90` → `1.5 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def track(
    items: Iterable[T], total: int, what: str, *, forecast_after: float | None = 5.0, quiet: bool = False
) -> Iterator[T]:
    """Passes `items` on while showing how far it is; without a terminal, one line says how long it will take.

    Args:
        items: to pass on.
        total: how many they are.
        what: is being done.
        forecast_after: seconds before that line; None where the caller forecasts itself.
        quiet: to show nothing.
    """
    if quiet:
        yield from items
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items if forecast_after is None else _forecast(items, total, what, forecast_after)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(items, total=total)


def _forecast(items: Iterable[T], total: int, what: str, forecast_after: float) -> Iterator[T]:
    start, said = time.perf_counter(), False
    for done, item in enumerate(items, start=1):
        spent = time.perf_counter() - start
        # The first items pay for loading libraries and compiling kernels.
        if not said and spent > forecast_after and min(10, total / 4) <= done < total:
            left = duration(spent / done * (total - done))
            say(f"{what}: {done} of {total} after {duration(spent)}, about {left} to go")
            said = True
        yield item
