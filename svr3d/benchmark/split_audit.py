"""`svr3d audit --split topology`: how alike the curves and sheets of random objects are to their own parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..datasets.preparation.build import made_canonical
from ..datasets.sources import open_source
from ..errors import InputError
from ..files import write_json, write_text
from ..geometry import PartMesh, medial_axis, segmented
from ..metrics import compare_segmentations
from .part_audit import picture_of_parts
from .parts import SPHERES
from .random_objects import Item, left_out, of_random_objects, sheet

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
    pictures: tuple[np.ndarray, np.ndarray]


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
    opened = open_source(source, format, seed=seed, categories=categories, options=options)
    rows, refused = of_random_objects(
        opened, _row, count=count, shown=shown, seed=seed, categories=categories, workers=workers, quiet=quiet
    )
    root = Path(out)
    _sheet(rows[:shown], root / "sheet.png")
    facts = _facts(rows, refused)
    write_json(root / "audit.json", facts)
    write_text(root / "audit.md", _page(facts, min(shown, len(rows))))
    return root / "audit.md"


def _row(source: Any, item: Item) -> SplitRow:
    mesh = made_canonical(source.build(*item), dirty=getattr(source, "dirty", False))[0]
    if len(mesh.parts) < 2:
        raise InputError("it has a single part")
    found = segmented(medial_axis(mesh, SPHERES), mesh)
    score = compare_segmentations(found, mesh)
    one = PartMesh(mesh.vertices, mesh.faces, face_part=np.zeros(len(mesh.faces), np.int64), parts=found.parts[:1])
    whole = compare_segmentations(one, mesh)
    pictures = (picture_of_parts(mesh), picture_of_parts(found))
    return SplitRow(*item, *score[:3], score.found, score.true, whole.rand, whole.matched_iou, pictures)


def _sheet(rows: Sequence[SplitRow], path: Path) -> None:
    """Draws the objects, their own parts beside those found, each part in a colour of its own."""
    tiles, captions = [], []
    for row in rows:
        tiles += row.pictures
        captions += [f"{row.object.rsplit('__', 1)[-1]}: {row.true_parts}", f"{row.parts} found, Rand {row.rand:.2f}"]
    sheet(tiles, captions, ["its own parts", "topology"] * (COLUMNS // 2), path)


def _facts(rows: Sequence[SplitRow], refused: Sequence[dict[str, str]]) -> dict[str, Any]:
    kept = [{name: value for name, value in row._asdict().items() if name != "pictures"} for row in rows]
    names = (*SCORES, "true_parts", "whole_rand", "whole_iou")
    facts: dict[str, Any] = {"objects": len(rows), "mean": {n: float(np.mean([r[n] for r in kept])) for n in names}}
    return facts | {"refused": refused, "rows": kept}


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
    lines += left_out(facts["refused"])
    return "\n".join(lines).rstrip() + "\n"
