"""Object File Format in text, as ModelNet and PASCAL3D+ use it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from ._common import number_lines, replace_file
from .polygons import triangulate
from .text import RowError, read_polygons, read_rows, read_text

_HEADER = re.compile(r"(?:(?:ST)?C?N?(4?n?)OFF|off)(?=[\s\d]|$)\s*(BINARY\b)?")
"""ST, C, N: texture coordinates, colours, normals follow a vertex's position; 4, n: how many coordinates that has."""


def read(path: Path) -> Mesh:
    """Vertices and faces, polygons triangulated.

    Texture coordinates, colours and normals behind a vertex, colours behind a face, and what follows the faces are
    ignored. Faces of one or two corners have no area and are left out.
    """
    rows, numbers = _rows(read_text(path))
    n_vertices, n_faces = _counts(rows[0] if rows else "")
    if len(rows) < 1 + n_vertices + n_faces:
        raise InputError(
            f"the file is truncated: expected {n_vertices} vertices and {n_faces} faces, found {len(rows) - 1} lines"
        )
    faces = rows[1 + n_vertices : 1 + n_vertices + n_faces]
    try:
        vertices = read_rows(rows[1 : 1 + n_vertices], 3)
    except RowError as error:
        raise InputError(f"line {numbers[1 + error.row]}: expected a vertex of three numbers") from None
    try:
        counts = read_polygons(faces, np.ones(n_faces, dtype=np.int64))
        corners = read_polygons(faces, _possible(counts, faces), skipped=1)
    except RowError as error:
        line = numbers[1 + n_vertices + error.row]
        raise InputError(
            f"line {line}: expected a face: how many corners, and their vertex numbers; found fewer "
            "corners than it says, or something else"
        ) from None
    return Mesh(vertices, triangulate(vertices, corners, counts)[0])


def _rows(text: str) -> tuple[list[str], list[int]]:
    """The lines behind the header's keyword that hold anything, without comments, and their numbers in the file."""
    commented = "#" in text
    rows, numbers = [], []
    for number, line in enumerate(text.split("\n"), 1):
        row = line.partition("#")[0] if commented else line
        if row and not row.isspace():
            rows.append(row)
            numbers.append(number)
    header = _HEADER.match(rows[0].strip()) if rows else None
    if header is None:
        raise InputError("not an OFF file: expected 'OFF' in its first line")
    if header[1]:
        raise InputError(
            f"the header '{header[0].strip()}' says that vertices have not three coordinates; expected OFF"
        )
    if header[2]:
        raise InputError("binary OFF is not supported; expected the file as text")
    rows[0] = rows[0].strip()[header.end() :]
    return (rows, numbers) if rows[0] else (rows[1:], numbers[1:])


def _counts(row: str) -> tuple[int, int]:
    """Vertices and faces; how many edges there are does not matter."""
    words = row.split()[:2]
    if len(words) < 2 or not all(re.fullmatch("[0-9]{1,18}", word) for word in words):
        raise InputError(f"expected the numbers of vertices and faces behind 'OFF', found '{row.strip()[:60]}'")
    return int(words[0]), int(words[1])


def _possible(counts: np.ndarray, faces: list[str]) -> np.ndarray:
    """The corners that faces say they have, if each line is long enough for them: memory is reserved for so many."""
    lengths = np.fromiter((len(face) for face in faces), dtype=np.int64, count=len(faces))
    wrong = (counts < 0) | (counts > lengths)
    if wrong.any():
        raise RowError(int(np.argmax(wrong)))
    return counts


def write(path: Path, mesh: Mesh) -> None:
    """Coordinates with nine digits, however small they are."""
    chunks = [f"OFF\n{len(mesh.vertices)} {len(mesh.faces)} 0\n"]
    chunks += [number_lines("%.9g %.9g %.9g\n", mesh.vertices), number_lines("3 %d %d %d\n", mesh.faces)]
    replace_file(path, ["".join(chunks).encode()])
