"""What becomes of random objects of a source, and a sheet of pictures of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..datasets.preparation.prepare import checked_items
from ..errors import InputError
from ..leaderboards import picture_grid
from ..processes import default_workers, outcomes
from ..progress import track

Item = tuple[str, str]
"""Category and object."""

Row = TypeVar("Row")


def of_random_objects(
    source: Any,
    make: Callable[[Any, Item], Row],
    *,
    count: int,
    shown: int,
    seed: int,
    categories: Sequence[str] | None,
    workers: int | None,
    quiet: bool,
) -> tuple[list[Row], list[dict[str, str]]]:
    """What is made of each of `count` random objects, or of all there are, in random order.

    Args:
        source: an open source.
        make: of the source and an object; it and what it returns can be sent between processes.
        shown: checked alone: how many the caller draws.
        seed: of the choice.
        categories: only these; None for all.
        workers: processes; None for one per core.

    Returns:
        What was made, and `category`, `object` and `reason` of those that it refused or that ended its process.

    Raises:
        InputError: a number below 1, or nothing could be made of any.
    """
    for name, number in (("count", count), ("shown", shown)):
        if number < 1:
            raise InputError(f"{name} is {number}, expected at least 1")
    items = checked_items(source, categories)
    chosen = [items[i][:2] for i in np.random.default_rng(seed).permutation(len(items))[:count]]
    found: dict[Item, Row | Exception] = {}
    attempt = partial(_attempt, source, make)
    with closing(outcomes(attempt, chosen, default_workers() if workers is None else workers)) as done:
        for item, outcome in track(done, len(chosen), "dividing", forecast_after=None, quiet=quiet):
            found[item] = outcome
    rows, refused = [], []
    for item in chosen:
        outcome = found[item]
        if isinstance(outcome, Exception):
            refused.append({"category": item[0], "object": item[1], "reason": str(outcome)})
        else:
            rows.append(outcome)
    if not rows:
        first = refused[0]
        raise InputError(
            f"no object could be divided; the first, {first['category']}/{first['object']}: {first['reason']}"
        )
    return rows, refused


def _attempt(source: Any, make: Callable[[Any, Item], Row], item: Item) -> Row | InputError:
    try:
        return make(source, item)
    except InputError as error:
        return error


def left_out(refused: Sequence[dict[str, str]]) -> list[str]:
    """The lines of a page that say which objects were refused, and why."""
    return ["", *(f"- {entry['category']}/{entry['object']}: left out, {entry['reason']}" for entry in refused)]


def sheet(pictures: Sequence[np.ndarray], captions: Sequence[str], titles: Sequence[str], path: Path) -> None:
    """Draws pictures UInt8[S, S, 3] in rows of as many as there are titles, each with a caption below."""
    width = min(len(titles), len(pictures))
    missing = -len(pictures) % width
    tiles = [*pictures, *[np.full_like(pictures[0], 255)] * missing]
    texts = [*captions, *[""] * missing]
    lines = [slice(start, start + width) for start in range(0, len(tiles), width)]
    grid = [[*tiles[line]] for line in lines]
    picture_grid([""] * len(lines), list(titles[:width]), grid, path, captions=[texts[line] for line in lines])
