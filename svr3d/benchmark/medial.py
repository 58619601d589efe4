"""Medial meshes of mesh files: `svr3d medial`."""

from __future__ import annotations

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from ..geometry import MedialMesh, MedialQuality

COLUMNS = (
    "mesh", "spheres", "edges", "faces", "IoU", "missing", "extra", "Chamfer", "Euler", "of mesh", "seconds",
)  # fmt: skip
"""Of the table: lengths are in longest sides of the mesh."""


def medial_files(
    meshes: Sequence[str],
    spheres: int,
    out: str | None,
    *,
    suffix: str = ".ma",
    picture: str | None = None,
    seed: int = 0,
) -> tuple[Table, list[str]]:
    """Makes medial meshes of files and writes them, NAME.ma or NAME.npz each, if there is an `out`.

    Files of the same name are told apart by their folders' names; one that is named twice is made once. `picture` is a
    PNG file to draw them into.

    Returns:
        A table of how near each is to its mesh, and a sentence for each file that was refused.

    Raises:
        InputError: two files would be written to the same place, or the picture is no .png file.
    """
    from rich.table import Column, Table

    from ..geometry import medial_axis, medial_quality, read_shape, to_mesh, write_shape
    from ..geometry.representations.registry import representation_of
    from .medial_picture import draw_medial

    if picture is not None and Path(picture).suffix.lower() != ".png":
        raise InputError(f"{picture}: expected the name of a .png file for the picture")
    meshes = list({os.path.abspath(mesh): mesh for mesh in meshes}.values())
    names = _names([Path(mesh) for mesh in meshes])
    first, *numbers = COLUMNS
    table = Table(Column(first, overflow="fold"), *(Column(number, justify="right") for number in numbers))
    made, refused = [], []
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
        table.add_row(*_row(name, medial, quality, seconds))
    if picture is not None and made:
        draw_medial(made, picture)
    return table, refused


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


def _row(name: str, medial: MedialMesh, quality: MedialQuality, seconds: float) -> list[str]:
    counts = (str(len(array)) for array in (medial.spheres, medial.edges, medial.faces))
    measures = map(_number, (quality.iou, quality.missing, quality.extra, quality.chamfer))
    euler = (str(quality.euler) if quality.has_surface else "–", str(quality.true_euler))
    return [name, *counts, *measures, *euler, f"{seconds:.2f}"]


def _number(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "–"
