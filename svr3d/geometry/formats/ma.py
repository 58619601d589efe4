"""The .ma files of medial meshes, as Q-MAT (Li et al., 2015) and its successors write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.medial_mesh import MedialMesh
from ._common import reading, replace_file

_KINDS = {"v": (4, float, "x y z radius"), "e": (2, int, "two spheres"), "f": (3, int, "three spheres")}


def read(path: Path) -> MedialMesh:
    """Counts `N E F` in the first line, then lines `v x y z r`, `e i j` and `f i j k`, which count from 0.

    Blank lines and what follows a `#` are ignored; the lines may stand in any order.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    rows = [(number, line.partition("#")[0].split()) for number, line in enumerate(lines, 1)]
    rows = [(number, words) for number, words in rows if words]
    expected = _counts(*rows[0]) if rows else None
    if expected is None:
        raise InputError("not a .ma file: expected the numbers of spheres, edges and faces in its first line")
    found: dict[str, list] = {kind: [] for kind in _KINDS}
    for number, (kind, *words) in rows[1:]:
        if kind not in _KINDS:
            raise InputError(f"line {number}: expected a line of v, e or f, found '{kind}'")
        length, convert, what = _KINDS[kind]
        try:
            values = [convert(word) for word in words if "_" not in word]
        except ValueError:
            values = []
        if len(values) != length:
            raise InputError(f"line {number}: expected {kind} and {what}, found '{' '.join((kind, *words))}'")
        found[kind].append(values)
    for (kind, values), count, what in zip(found.items(), expected, ("spheres", "edges", "faces"), strict=True):
        if len(values) != count:
            raise InputError(f"expected {count} {what}, as the first line says, found {len(values)} lines of {kind}")
    with reading(".ma"):  # a number may be too large for any array
        spheres, edges, faces = (
            np.array(found[kind], dtype=convert).reshape(-1, length) for kind, (length, convert, _) in _KINDS.items()
        )
    if not np.isfinite(spheres).all():
        raise InputError("expected finite numbers, found NaN or infinity")
    return MedialMesh(spheres, edges, faces)


def _counts(number: int, words: list[str]) -> list[int] | None:
    if len(words) != 3 or not all(word.isdecimal() and len(word) < 19 for word in words):
        return None
    return [int(word) for word in words]


def write(path: Path, shape: MedialMesh) -> None:
    """All numbers exactly as they are."""
    lines = [" ".join(str(len(array)) for array in (shape.spheres, shape.edges, shape.faces))]
    for kind, array in (("v", shape.spheres), ("e", shape.edges), ("f", shape.faces)):
        lines += [" ".join((kind, *map(repr, row))) for row in array.tolist()]
    replace_file(path, ["\n".join((*lines, "")).encode()])
