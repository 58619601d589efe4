"""Wavefront OBJ, with vertex colours and the plain colours of its MTL file."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, Part, PartMesh, distinct_names
from ._common import make_mesh, number_lines, replace_file, srgb_to_linear
from .mtl import COMMENT, material_color, read_diffuse, unit_color, without_comment
from .polygons import triangulate
from .text import RowError, count_words, read_polygons, read_rows, read_text, readable_name, uncommented

_FACE = ("f", "fo")  # the latter of old files
_PLAIN = frozenset({"v", "f", "vt", "vn", "#"})
"""Keywords of nearly all lines, which need no closer look if a blank follows them."""


def read(path: Path) -> Mesh:
    """Faces (polygons triangulated), grouped into parts by `o` and `g`, or else by material if there are several.

    Faces of one name are one part, wherever they stand in the file. `Kd` of the material is the faces' colour; where
    there is none, the mean of the corners' colours, if each has one (`v x y z r g b`, display colours in [0, 1] or
    whole numbers to 255); else white, and without any colour there are none. Faces of one or two corners have no
    area and are left out. Textures, normals, lines, points, curves and the weight in `v x y z w` are ignored.
    """
    found = _Statements(_lines_of(read_text(path)))
    positions, vertex_colors = _vertices(found)
    index, counts = _corners(found)
    faces, polygon = triangulate(positions, index, counts)
    if not len(faces):
        raise InputError(f"the mesh has no faces of three or more corners (of {len(counts)} faces)")
    section = np.searchsorted([first for first, _, _ in found.sections], polygon, side="right")
    group_of = np.array([0, *(g for _, g, _ in found.sections)])[section]
    material_of = np.array([0, *(m for _, _, m in found.sections)])[section]
    by_group = len(np.unique(group_of)) > 1
    names, face_part = (found.groups, group_of) if by_group else (found.materials, material_of)
    parts = [Part(n or "unnamed", n or "unnamed") for n in names]
    table = read_diffuse(path.parent, found.libraries) if material_of.any() else {}
    colors = _face_colors([material_color(table, m) for m in found.materials], material_of, vertex_colors, faces)
    return make_mesh(positions, faces, colors, face_part, parts)


class _Statements:
    """What the lines of an OBJ file say, in their order.

    Attributes:
        vertices, faces: what stands behind each `v` and `f`.
        seen: how many vertices stand before each face, for negative indices.
        groups, materials: their numbers by name; "" is the one before any is named.
        sections: the first face, group and material of each run of faces that are alike.
        libraries: what stands behind each `mtllib`.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.vertices: list[str] = []
        self.faces: list[str] = []
        self.seen: list[int] = []
        self.groups: dict[str, int] = {"": 0}
        self.materials: dict[str, int] = {"": 0}
        self.sections: list[tuple[int, int, int]] = []
        self.libraries: list[str] = []
        self._names = {"o": "", "g": ""}
        self._group = self._material = 0
        vertices, faces, seen = self.vertices, self.faces, self.seen
        for number, line in enumerate(lines):
            keyword, _, rest = line.partition(" ")
            if keyword not in _PLAIN:  # there may be white space before it, or a tabulator behind it
                keyword, _, rest = line.replace("\t", " ").strip().partition(" ")
            if keyword == "v":
                vertices.append(rest)
            elif keyword in ("f", "fo"):
                faces.append(rest)
                seen.append(len(vertices))
            elif keyword not in _PLAIN:
                self._other(number, keyword, rest)

    def _other(self, number: int, keyword: str, rest: str) -> None:
        if keyword in ("o", "g"):
            self._names[keyword] = without_comment(rest)
            if keyword == "o":
                self._names["g"] = ""
            label = "/".join(filter(None, self._names.values()))
            self._group = self.groups.setdefault(label, len(self.groups))
        elif keyword == "usemtl":
            self._material = self.materials.setdefault(without_comment(rest), len(self.materials))
        else:
            if keyword == "mtllib":
                self.libraries.append(rest)
            elif re.match(r"[VF]$|[-+.]?\d", keyword):
                start = f"line {number + 1} begins with '{keyword[:40]}'"
                raise InputError(f"{start}; expected a keyword such as 'v' or 'f'")
            return
        self.sections.append((len(self.faces), self._group, self._material))

    def place(self, keywords: tuple[str, ...], row: int) -> str:
        """Where the statement with one of `keywords` stands before which there are `row`, and what it says."""
        found = (i for i, line in enumerate(self.lines) if line.split(None, 1)[:1] in [[word] for word in keywords])
        number = next(islice(found, row, None))
        return f"line {number + 1} ('{self.lines[number].strip()[:60]}')"


def _lines_of(text: str) -> list[str]:
    """Lines, with those that end in a backslash continued; a comment's backslash is its own."""
    lines = text.split("\n")
    if "\\" in text:
        for i in reversed(range(len(lines) - 1)):
            line = lines[i].rstrip()
            if line.endswith("\\") and "#" not in line:
                lines[i], lines[i + 1] = f"{line[:-1]} {lines[i + 1]}", ""
    return lines


def _vertices(found: _Statements) -> tuple[np.ndarray, np.ndarray | None]:
    """Positions, Float[V, 3], and colours, Float[V, 3], linear, NaN where a vertex has none; None if none has."""
    rows = uncommented(found.vertices)
    try:
        positions = read_rows(rows, 3)
    except RowError as error:
        raise InputError(f"{found.place(('v',), error.row)}: expected a vertex of three numbers") from None
    colored = np.flatnonzero(count_words(rows) == 6)
    if not len(colored):
        return positions, None
    try:
        values = read_rows([rows[i] for i in colored], 6)[:, 3:]
    except RowError:  # whatever it is, it is no colour
        return positions, None
    colors = np.full_like(positions, np.nan)
    colors[colored] = srgb_to_linear(255 * unit_color(values))
    return positions, colors


def _corners(found: _Statements) -> tuple[np.ndarray, np.ndarray]:
    """Zero-based vertex indices of all polygons one after another, and each polygon's count."""
    rows = uncommented(found.faces)
    counts = count_words(rows)
    text = "\n".join(rows)
    if "/" in text:  # behind it, texture and normal
        rows = re.sub(r"/\S*", "", text).split("\n")
    try:
        index = read_polygons(rows, counts)
    except RowError as error:
        raise InputError(f"{found.place(_FACE, error.row)}: expected a face of vertex numbers") from None
    seen = np.repeat(np.array(found.seen, dtype=np.int64), counts)
    corners = np.where(index > 0, index - 1, index + seen)
    wrong = (index == 0) | (corners < 0) | (corners >= len(found.vertices))
    if wrong.any():
        corner = int(np.argmax(wrong))
        row = int(np.searchsorted(np.cumsum(counts), corner, side="right"))
        what = f"vertex {index[corner]}, which does not exist; there are {len(found.vertices)}, counted from 1"
        raise InputError(f"{found.place(_FACE, row)}: a face names {what}")
    if len(counts) and counts[-1] < 3 and found.lines[-1].split(None, 1)[:1] == ["f"]:
        raise InputError(f"{found.place(_FACE, len(counts) - 1)}: the file breaks off within a face")
    return corners, counts


def _face_colors(
    by_material: list[tuple[float, float, float] | None],
    material_of: np.ndarray,
    vertex_colors: np.ndarray | None,
    faces: np.ndarray,
) -> np.ndarray | None:
    """Float[F, 3]: the material's, else the mean of the corners', else white; None if no face has any."""
    if vertex_colors is None and not any(by_material):
        return None
    unknown = np.full(3, np.nan)
    colors = np.array([unknown if color is None else color for color in by_material])[material_of]
    if vertex_colors is not None:
        colors = np.where(np.isnan(colors), vertex_colors[faces].mean(axis=1), colors)
    missing = np.isnan(colors).any(axis=1)
    colors[missing] = 1
    return None if missing.all() else colors


def write(path: Path, mesh: Mesh) -> None:
    """Writes one `o` per part and one material per colour, with an .mtl of the same name if there are colours.

    Parts have names that are all different, with `_` for what would begin a comment or go on in the next line.
    """
    chunks, materials = [], None
    material_of = np.zeros(len(mesh.faces), dtype=np.int64)
    if mesh.face_colors is not None:
        palette, material_of = np.unique(mesh.face_colors, axis=0, return_inverse=True)
        materials = [f"newmtl m{i}\nKd {r:.6g} {g:.6g} {b:.6g}\n" for i, (r, g, b) in enumerate(palette.tolist())]
        chunks.append(f"mtllib {path.with_suffix('.mtl').name}\n")
    chunks.append(number_lines("v %.9g %.9g %.9g\n", mesh.vertices))
    parts = mesh.parts if isinstance(mesh, PartMesh) else ()
    names = distinct_names([_line_name(part.name) or "unnamed" for part in parts])
    part_of = mesh.face_part if isinstance(mesh, PartMesh) else np.zeros(len(mesh.faces), dtype=np.int64)
    for part in np.unique(part_of):
        if names:
            chunks.append(f"o {names[part]}\n")
        here = part_of == part
        for material in np.unique(material_of[here]):
            if mesh.face_colors is not None:
                chunks.append(f"usemtl m{material}\n")
            chunks.append(number_lines("f %d %d %d\n", mesh.faces[here & (material_of == material)] + 1))
    content = "".join(chunks).encode()  # before anything is replaced
    if materials is not None:
        replace_file(path.with_suffix(".mtl"), ["".join(materials).encode()])
    replace_file(path, [content])


def _line_name(name: str) -> str:
    """A name as a line can hold it.

    >>> _line_name("red # 1"), _line_name("#x"), _line_name("Material #25"), _line_name("a\\nb"), _line_name("C:\\\\")
    ('red _ 1', '_x', 'Material #25', 'a b', 'C:_')
    """
    text = COMMENT.sub(r"\1_", " ".join(readable_name(name).split()))
    return re.sub(r"\\+$", lambda end: "_" * len(end[0]), text)
