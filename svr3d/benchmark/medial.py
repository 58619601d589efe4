"""Medial meshes of mesh files: `svr3d medial`."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .tables import print_table

if TYPE_CHECKING:
    from ..geometry import MedialMesh, MedialQuality

COLUMNS = {
    "mesh": "mesh", "spheres": "spheres", "edges": "edges", "faces": "faces", "iou": "IoU", "missing": "missing",
    "extra": "extra", "chamfer": "Chamfer", "euler": "Euler", "true_euler": "of mesh", "seconds": "seconds",
}  # fmt: skip
"""Of the table, by the name of the fact: lengths are in longest sides of the mesh."""


def medial_files(
    meshes: Sequence[str],
    spheres: int,
    out: str | None,
    *,
    suffix: str = ".ma",
    picture: str | None = None,
    seed: int = 0,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Makes medial meshes of files and writes them, NAME.ma or NAME.npz each, if there is an `out`.

    Files of the same name are told apart by their folders' names; one that is named twice is made once. `picture` is a
    PNG file to draw them into.

    Returns:
        Facts of each, by the names of `COLUMNS`: counts, and how near it is to its mesh; and a sentence for each file
        that was refused.

    Raises:
        InputError: two files would be written to the same place, or the picture is no .png file.
    """
    from ..geometry import medial_axis, medial_quality, read_shape, to_mesh, write_shape
    from ..geometry.representations.registry import representation_of
    from .medial_picture import draw_medial

    if picture is not None and Path(picture).suffix.lower() != ".png":
        raise InputError(f"{picture}: expected the name of a .png file for the picture")
    meshes = list({os.path.abspath(mesh): mesh for mesh in meshes}.values())
    names = _names([Path(mesh) for mesh in meshes])
    facts, made, refused = [], [], []
    for path, name in zip(meshes, names, strict=True):
        try:
            mesh = to_mesh(read_shape(path))
            start = time.perf_counter()
            medial = medial_axis(mesh, spheres, seed=seed)
            seconds = time.perf_counter() - start
        except InputError as error:
            refused.append(str(error) if str(path) in str(error) else f"{path}: {error}")
            print(f"svr3d: {refused[-1]}", file=sys.stderr, flush=True)
            continue
        if out is not None:
            Path(out).mkdir(parents=True, exist_ok=True)
            write_shape(Path(out) / f"{name}{suffix}", medial)
        made.append((name, mesh, medial))
        quality = medial_quality(mesh, medial, seed=seed)
        if not quality.has_surface:
            print(
                f"svr3d: {path}: the medial mesh has no surface to measure: {representation_of(medial).vanishes}",
                file=sys.stderr,
                flush=True,
            )
        facts.append(_facts(name, medial, quality, seconds))
    if picture is not None and made:
        draw_medial(made, picture)
    return facts, refused


def print_medial(facts: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """The facts, as a table for people or JSON for programs."""
    if as_json:
        print(json.dumps(facts, indent=2, ensure_ascii=False))
    elif facts:
        first, *numbers = COLUMNS.values()
        print_table([first, *numbers], ([_cell(name, row[name]) for name in COLUMNS] for row in facts), numbers=numbers)


def _names(paths: Sequence[Path]) -> list[str]:
    """A name for each file: its own, after as many of its folders' names as tell it from all others."""
    names = [path.stem for path in paths]
    folders = [path.resolve().parent for path in paths]
    while repeated := {name for name, count in Counter(names).items() if count > 1}:
        for n, folder in enumerate(folders):
            if names[n] in repeated:
                if folder == folder.parent:
                    raise InputError(f"{paths[n]}: another of the meshes has the same name")
                names[n], folders[n] = f"{folder.name}-{names[n]}", folder.parent
    return names


def _facts(name: str, medial: MedialMesh, quality: MedialQuality, seconds: float) -> dict[str, Any]:
    """None for what could not be measured, as JSON has no other word for it."""
    counts = {"spheres": len(medial.spheres), "edges": len(medial.edges), "faces": len(medial.faces)}
    measures = quality._asdict() | {"chamfer": quality.chamfer}
    if not quality.has_surface:
        measures["euler"] = None
    known = {name: value if value is None or math.isfinite(value) else None for name, value in measures.items()}
    return {"mesh": name, **counts, **known, "seconds": seconds}


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.{2 if name == 'seconds' else 4}f}" if isinstance(value, float) else str(value)
