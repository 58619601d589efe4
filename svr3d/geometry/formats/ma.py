"""The .ma files of medial meshes, as Q-MAT (Li et al., 2015) and its successors write them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import InputError
from ..shapes.medial_mesh import MedialMesh
from ._common import reading, replace_file


class _Kind(NamedTuple):
    name: str
    numbers: str
    length: int
    convert: type
    flags: int
    """How many flags may follow, of which the last, where all are there, says whether the line is deleted."""


_KINDS = {
    "v": _Kind("spheres", "x y z radius", 4, float, 2),
    "e": _Kind("edges", "two spheres", 2, int, 2),
    "f": _Kind("faces", "three spheres", 3, int, 1),
}


def read(path: Path) -> MedialMesh:
    """Counts `N E F` in the first line, then lines `v x y z r`, `e i j` and `f i j k`, which count from 0.

    A byte-order mark, blank lines and what follows a `#` are ignored; the lines may stand in any order. The flags of
    MATFP and MATTopo may follow: a type (of spheres and edges), and whether the line is deleted; such lines are
    counted, and left out.
    """
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    rows = [(number, line.partition("#")[0].split()) for number, line in enumerate(lines, 1)]
    rows = [(number, words) for number, words in rows if words]
    expected = _counts(rows[0][1]) if rows else None
    if expected is None:
        raise InputError("not a .ma file: expected the numbers of spheres, edges and faces in its first line")
    found: dict[str, list[list]] = {kind: [] for kind in _KINDS}
    for number, (kind, *words) in rows[1:]:
        if kind not in _KINDS:
            raise InputError(f"line {number}: expected a line of v, e or f, found '{kind}'")
        values = _values(words, _KINDS[kind])
        if values is None:
            wanted = f"{kind} and {_KINDS[kind].numbers}"
            raise InputError(f"line {number}: expected {wanted}, found '{' '.join((kind, *words))}'")
        found[kind].append(values)
    for (kind, values), count in zip(found.items(), expected, strict=True):
        if len(values) != count:
            name = _KINDS[kind].name
            raise InputError(f"expected {count} {name}, as the first line says, found {len(values)} lines of {kind}")
    with reading(".ma"):  # a number may be too large for any array
        arrays = [
            np.array(found[kind], dtype=what.convert).reshape(-1, what.length + 1) for kind, what in _KINDS.items()
        ]
    spheres, edges, faces = (array[:, :-1] for array in arrays)
    if not np.isfinite(spheres).all():
        raise InputError("expected finite numbers, found NaN or infinity")
    return _without_deleted(MedialMesh(spheres, edges, faces), *(array[:, -1] == 1 for array in arrays))


def _counts(words: list[str]) -> list[int] | None:
    if len(words) != 3 or not all(word.isdecimal() and len(word) < 19 for word in words):
        return None
    return [int(word) for word in words]


def _values(words: list[str], kind: _Kind) -> list | None:
    """The numbers of a line and whether it is deleted, 0 or 1; None if it is no such line."""
    flags = words[kind.length :]
    deleted = int(flags.pop()) if len(flags) == kind.flags and flags[-1] in ("0", "1") else 0
    try:
        values = [kind.convert(word) for word in words[: kind.length] if "_" not in word]
    except ValueError:
        return None
    if (
        len(values) != kind.length
        or len(flags) >= kind.flags
        or not all(flag.lstrip("-").isdecimal() for flag in flags)
    ):
        return None
    return [*values, deleted]


def _without_deleted(shape: MedialMesh, spheres: np.ndarray, edges: np.ndarray, faces: np.ndarray) -> MedialMesh:
    """`shape` without the spheres, edges and faces that are marked, each by an array of booleans."""
    kept = (shape.edges[~edges], shape.faces[~faces])
    for kind, index in zip("ef", kept, strict=True):
        if spheres[index].any():
            sphere = int(index[spheres[index]][0])
            raise InputError(f"{_KINDS[kind].name} name sphere {sphere}, which is deleted")
    number = np.cumsum(~spheres) - 1
    return MedialMesh(shape.spheres[~spheres], *(number[index] for index in kept))


def write(path: Path, shape: MedialMesh) -> None:
    """All numbers exactly as they are."""
    lines = [" ".join(str(len(array)) for array in (shape.spheres, shape.edges, shape.faces))]
    for kind, array in (("v", shape.spheres), ("e", shape.edges), ("f", shape.faces)):
        lines += [" ".join((kind, *map(repr, row))) for row in array.tolist()]
    replace_file(path, ["\n".join((*lines, "")).encode()])
