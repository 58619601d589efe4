"""`svr3d audit --split topology`: how alike the curves and sheets of random objects are to their own parts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..datasets.preparation.build import made_canonical
from ..datasets.preparation.prepare import checked_items
from ..datasets.sources import open_source
from ..errors import InputError
from ..files import write_json, write_text
from ..geometry import PartMesh, medial_axis, segmented
from ..leaderboards import picture_grid
from ..metrics import compare_segmentations
from ..processes import default_workers, outcomes
from ..progress import track
from .part_audit import picture_of_parts
from .parts import SPHERES

COLUMNS = 8

SCORES = ("rand", "adjusted_rand", "matched_iou", "parts")


class SplitRow(NamedTuple):
    """One object. rand, adjusted_rand, matched_iou: as `compare_segmentations`; whole_rand, whole_iou: of the object
    as one part. parts, true_parts: how many there are. pictures: UInt8[S, S, 3] of its own parts and those found."""

    category: str
    object: str
    rand: float
    adjusted_rand: float
    matched_iou: float
    parts: int
    true_parts: int
    whole_rand: float
    whole_iou: float
    pictures: tuple[np.ndarray, np.ndarray] | None


def split_audit(
    source: str,
    out: str | Path,
    *,
    format: str = "auto",
    count: int = 420,
    shown: int = 24,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    options: dict[str, Any] | None = None,
    workers: int | None = None,
    quiet: bool = False,
) -> Path:
    """Divides random objects of a source by the topology of their medial meshes; writes `sheet.png`, `audit.json` and
    `audit.md` into `out`.

    Objects of a single part are left out: of them nothing is known.

    Args:
        source, format, categories, options: as in `prepare`.
        count: objects that are divided, or all there are.
        shown: of them, on the sheet.
        seed: of the choice, and of the source.

    Returns:
        The path of `audit.md`.

    Raises:
        InputError: bad options or source, or no object can be used.
    """
    for name, number in (("count", count), ("shown", shown)):
        if number < 1:
            raise InputError(f"{name} is {number}, expected at least 1")
    opened = open_source(source, format, seed=seed, categories=categories, options=options)
    items = checked_items(opened, categories)
    order = np.random.default_rng(seed).permutation(len(items))[:count]
    chosen = [items[i][:2] for i in order]
    found: dict[tuple[str, str], SplitRow | Exception] = {}
    attempt = partial(_row, opened)
    with closing(outcomes(attempt, chosen, default_workers() if workers is None else workers)) as done:
        for item, outcome in track(done, len(chosen), "dividing", forecast_after=None, quiet=quiet):
            found[item] = outcome
    rows = [row for item in chosen if isinstance(row := found[item], SplitRow)]
    refused = [(*item, str(error)) for item in chosen if not isinstance(error := found[item], SplitRow)]
    if not rows:
        category, name, reason = refused[0]
        raise InputError(f"no object could be divided; the first, {category}/{name}: {reason}")
    root = Path(out)
    _sheet(rows[:shown], root / "sheet.png")
    facts = _facts(rows, refused)
    write_json(root / "audit.json", facts)
    write_text(root / "audit.md", _page(facts, min(shown, len(rows))))
    return root / "audit.md"


def _row(source: Any, item: tuple[str, str]) -> SplitRow | Exception:
    try:
        mesh = made_canonical(source.build(*item), dirty=getattr(source, "dirty", False))[0]
        if len(mesh.parts) < 2:
            raise InputError("it has a single part")
        found = segmented(medial_axis(mesh, SPHERES), mesh)
    except InputError as error:
        return error
    score = compare_segmentations(found, mesh)
    one = PartMesh(mesh.vertices, mesh.faces, face_part=np.zeros(len(mesh.faces), np.int64), parts=found.parts[:1])
    whole = compare_segmentations(one, mesh)
    pictures = (picture_of_parts(mesh), picture_of_parts(found))
    return SplitRow(*item, *score[:3], score.found, score.true, whole.rand, whole.matched_iou, pictures)


def _sheet(rows: Sequence[SplitRow], path: Path) -> None:
    """Draws the objects, their own parts beside those found, each part in a colour of its own."""
    tiles, captions = [], []
    for row in rows:
        tiles += row.pictures or ()
        captions += [f"{row.object.rsplit('__', 1)[-1]}: {row.true_parts}", f"{row.parts} found, Rand {row.rand:.2f}"]
    width = min(COLUMNS, len(tiles))
    missing = -len(tiles) % width
    tiles += [np.full_like(tiles[0], 255)] * missing
    captions += [""] * missing
    lines = [slice(i, i + width) for i in range(0, len(tiles), width)]
    titles = ["its own parts", "topology"] * (width // 2)
    grid = [[*tiles[line]] for line in lines]
    picture_grid([""] * len(lines), titles, grid, path, captions=[captions[line] for line in lines])


def _facts(rows: Sequence[SplitRow], refused: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    kept = [{name: value for name, value in row._asdict().items() if name != "pictures"} for row in rows]
    names = (*SCORES, "true_parts", "whole_rand", "whole_iou")
    facts: dict[str, Any] = {"objects": len(rows), "mean": {n: float(np.mean([r[n] for r in kept])) for n in names}}
    facts["refused"] = [dict(zip(("category", "object", "reason"), entry, strict=True)) for entry in refused]
    return facts | {"rows": kept}


def _page(facts: dict[str, Any], shown: int) -> str:
    mean = facts["mean"]
    lines = ["# How alike curves and sheets are to parts", "", f"{facts['objects']} objects, with {SPHERES} spheres."]
    lines += [f"[The first {shown}](sheet.png), in random order, their own parts on the left.", ""]
    lines += ["| | parts | Rand index | adjusted | matched IoU |", "|---|---|---|---|---|"]
    scores = " | ".join(f"{mean[name]:.3f}" for name in SCORES[:3])
    lines.append(f"| topology | {mean['parts']:.1f} of {mean['true_parts']:.1f} | {scores} |")
    lines.append(f"| all in one part | 1.0 of {mean['true_parts']:.1f} | {mean['whole_rand']:.3f} | 0.000 | ")
    lines[-1] += f"{mean['whole_iou']:.3f} |"
    lines += ["", "| category | objects | parts | Rand index | adjusted | matched IoU |", "|---|---|---|---|---|---|"]
    for category in sorted({row["category"] for row in facts["rows"]}):
        own = [row for row in facts["rows"] if row["category"] == category]
        of = {name: np.mean([row[name] for row in own]) for name in (*SCORES, "true_parts")}
        scores = " | ".join(f"{of[name]:.3f}" for name in SCORES[:3])
        lines.append(f"| {category} | {len(own)} | {of['parts']:.1f} of {of['true_parts']:.1f} | {scores} |")
    lines += ["", *(f"- {r['category']}/{r['object']}: left out, {r['reason']}" for r in facts["refused"])]
    return "\n".join(lines).rstrip() + "\n"
