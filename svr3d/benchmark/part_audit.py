"""`svr3d audit`: a sheet of random objects as `part-sm` divides them, and how often it errs where the truth is known.

That is Table 1 of the paper (`svr3d.datasets.part_sm`), which looks at 420 objects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..datasets.part_check import divide
from ..datasets.part_sm import TAU, checked_tau
from ..datasets.sources import open_source
from ..files import write_json, write_text
from ..geometry import Camera, Mesh, PartMesh, render
from ..geometry.shapes.part_colors import part_colors
from .random_objects import Item, left_out, of_random_objects, sheet

TILE, COLUMNS = 192, 6

PUBLISHED = {"under_split": 18 / 420, "wrong": 4 / 420}
"""The paper's own rates."""


class Row(NamedTuple):
    """What became of one object."""

    category: str
    object: str
    legs: int
    known: int | None
    under_split: bool
    wrong: bool


def audit(
    source: str,
    out: str | Path,
    *,
    format: str = "auto",
    tau: float = TAU,
    count: int = 420,
    shown: int = 24,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    options: dict[str, Any] | None = None,
    workers: int | None = None,
    quiet: bool = False,
) -> Path:
    """Divides random objects of a source and writes `sheet.png`, `audit.json` and `audit.md` into `out`.

    Args:
        source, format, categories, options: as in `prepare`.
        tau: as in `part_sm`.
        count: objects that are divided, or all there are.
        shown: of them, on the sheet.
        seed: of the choice, and of the source.

    Returns:
        The path of `audit.md`.

    Raises:
        InputError: bad options or source, or no object can be used.
    """
    checked_tau(tau)
    opened = open_source(source, format, seed=seed, categories=categories, options=options)
    make = partial(_row, tau=tau)
    rows, refused = of_random_objects(
        opened, make, count=count, shown=shown, seed=seed, categories=categories, workers=workers, quiet=quiet
    )
    root = Path(out)
    drawn = [(row, divide(opened, row.category, row.object, tau).mesh) for row in rows[:shown]]
    captions = [_caption(row, len(mesh.parts)) for row, mesh in drawn]
    sheet([picture_of_parts(mesh) for _, mesh in drawn], captions, [""] * COLUMNS, root / "sheet.png")
    facts = _facts(rows, refused, tau)
    write_json(root / "audit.json", facts)
    write_text(root / "audit.md", _page(facts, min(shown, len(rows))))
    return root / "audit.md"


def _row(source: Any, item: Item, *, tau: float) -> Row:
    divided = divide(source, *item, tau)
    return Row(*item, divided.legs, divided.known, divided.under, divided.wrong)


def picture_of_parts(mesh: PartMesh, size: int = TILE) -> np.ndarray:
    """UInt8[size, size, 3]: a mesh in the canonical frame from slightly above, its parts in the palette's order."""
    camera = Camera.look_at((1.15, 0.45, 1.35)).resized(size, size)
    color = render(Mesh(mesh.vertices, mesh.faces, part_colors(mesh.face_part)), camera).color
    assert color is not None  # it was not declined
    return color


def _caption(row: Row, parts: int) -> str:
    faults = [text for fault, text in ((row.under_split, "under-split"), (row.wrong, "wrong")) if fault]
    return " · ".join([row.object.rsplit("__", 1)[-1], f"{parts} parts", *faults])


def _facts(rows: Sequence[Row], refused: Sequence[dict[str, str]], tau: float) -> dict[str, Any]:
    known = [row for row in rows if row.known is not None]
    facts: dict[str, Any] = {"tau": tau, "objects": len(rows), "known": len(known)}
    if known:
        facts["several_legs"] = sum((row.known or 0) > 1 for row in known)
        for name in PUBLISHED:
            errors = sum(getattr(row, name) for row in known)
            facts |= {name: errors / len(known), f"{name}_interval": _interval(errors, len(known))}
    return facts | {"refused": refused, "rows": [row._asdict() for row in rows]}


def _interval(errors: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a rate, after Wilson (1927), which also holds where there are no errors."""
    z = 1.96
    middle = (errors + z * z / 2) / (count + z * z)
    half = z / (count + z * z) * math.sqrt(errors * (count - errors) / count + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def _page(facts: dict[str, Any], shown: int) -> str:
    lines = ["# How parts are divided", "", f"{facts['objects']} objects, τ = {facts['tau']:g} radii."]
    lines += [f"[The first {shown}](sheet.png), in random order, each part in a colour of its own.", ""]
    if facts["known"]:
        lines += [f"Of {facts['known']} it is known by construction what they stand on: {facts['several_legs']} on "]
        lines[-1] += "several things that do not touch."
        lines += ["", "| | here (95 % interval) | the paper, by eye, of 420 |", "|---|---|---|"]
        for name, text in (("under_split", "not completely split"), ("wrong", "split error")):
            low, high = facts[f"{name}_interval"]
            lines.append(f"| {text} | {facts[name]:.2%} ({low:.2%} to {high:.2%}) | {PUBLISHED[name]:.2%} |")
        faults = [row for row in facts["rows"] if row["under_split"] or row["wrong"]]
        lines += ["", *(f"- {_fault(row)}" for row in faults)]
    else:
        lines.append("What the objects stand on is not known, so that errors are for a person to see.")
    counts = np.bincount([row["legs"] for row in facts["rows"]])
    lines += ["", "| pieces | objects |", "|---|---|", *(f"| {n} | {k} |" for n, k in enumerate(counts) if k)]
    lines += left_out(facts["refused"])
    return "\n".join(lines).rstrip() + "\n"


def _fault(row: dict[str, Any]) -> str:
    what = " and ".join(text for name, text in (("under_split", "under-split"), ("wrong", "wrong")) if row[name])
    return f"{row['category']}/{row['object']}: {what}, {row['legs']} pieces of {row['known']}"
