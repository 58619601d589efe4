"""Wavefront OBJ, with the plain colours of its MTL file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, Part, PartMesh
from ._common import make_mesh, replace_file
from .polygons import triangulate


def read(path: Path) -> Mesh:
    """Faces (polygons triangulated), grouped into parts by `o` and `g`, or else by material if there are several.

    Faces of one name are one part, wherever they stand in the file. `Kd` of the material is the faces' colour
    (white where it has none); without any material there are no colours. Texture, normals, curves are ignored.
    """
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    vertices: list[str] = []
    faces: list[str] = []
    seen: list[int] = []  # vertices before each face, for negative indices
    groups: dict[str, int] = {}
    materials: dict[str, int] = {}
    libraries: list[str] = []
    sections: list[tuple[int, int, int]] = []  # first face, group, material
    name = {"o": "", "g": ""}
    group = groups.setdefault("", 0)
    material = materials.setdefault("", 0)
    for line in text.split("\n"):
        keyword, _, rest = line.strip().partition(" ")
        if keyword == "v":
            vertices.append(rest)
        elif keyword == "f":
            faces.append(rest)
            seen.append(len(vertices))
        elif keyword in ("o", "g"):
            name[keyword] = rest.strip()
            if keyword == "o":
                name["g"] = ""
            label = "/".join(filter(None, (name["o"], name["g"])))
            group = groups.setdefault(label, len(groups))
            sections.append((len(faces), group, material))
        elif keyword == "usemtl":
            material = materials.setdefault(rest.strip(), len(materials))
            sections.append((len(faces), group, material))
        elif keyword == "mtllib":
            libraries.append(rest.strip())
    if not faces:
        raise InputError("the mesh has no faces")

    positions = _coordinates(vertices)
    corners, polygon = triangulate(positions, *_indices(faces, np.array(seen)))
    section = np.searchsorted([first for first, _, _ in sections], polygon, side="right")
    group_of = np.array([0, *(g for _, g, _ in sections)])[section]
    material_of = np.array([0, *(m for _, _, m in sections)])[section]

    colors = None
    if len(np.unique(material_of)) > 1 or material_of.any():
        table = _diffuse(path, libraries)
        if table:
            colors = np.array([table.get(m, (1.0, 1.0, 1.0)) for m in materials], dtype=np.float32)[material_of]
    by_group = len(np.unique(group_of)) > 1
    names, face_part = (groups, group_of) if by_group else (materials, material_of)
    parts = [Part(n or "unnamed", n or "unnamed") for n in names]
    return make_mesh(positions, corners, colors, face_part, parts)


def _coordinates(lines: list[str]) -> np.ndarray:
    """Float[V, 3]; what stands behind x, y, z (a weight, a colour) is ignored."""
    words = " ".join(lines).split()
    if not lines or len(words) % len(lines) or len(words) < 3 * len(lines):
        words = [word for line in lines for word in (line.split() + ["missing"] * 3)[:3]]
    try:
        return np.array(words, dtype=np.float64).reshape(len(lines), -1)[:, :3]
    except ValueError as error:
        raise InputError(f"a vertex is not three numbers ({error})") from error


def _indices(lines: list[str], seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Zero-based vertex indices of all polygons one after another, and each polygon's count."""
    words = [line.split("#")[0].split() for line in lines]
    counts = np.array([len(w) for w in words])
    if counts.min() < 3:
        raise InputError(f"a face has {counts.min()} corners; expected at least 3")
    try:
        index = np.array([word.partition("/")[0] for w in words for word in w], dtype=np.int64)
    except ValueError as error:
        raise InputError(f"a face is not a list of vertex numbers ({error})") from error
    if (index == 0).any():
        raise InputError("a face names vertex 0; OBJ counts from 1")
    return np.where(index > 0, index - 1, index + np.repeat(seen, counts)), counts


def _diffuse(path: Path, libraries: list[str]) -> dict[str, tuple[float, float, float]]:
    """`Kd` by material name; a library that is missing has no colours."""
    colors = {}
    for library in libraries:
        file = path.parent / library
        if not file.is_file():
            continue
        name = ""
        for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
            keyword, _, rest = line.strip().partition(" ")
            if keyword == "newmtl":
                name = rest.strip()
            elif keyword == "Kd":
                try:
                    r, g, b = (float(word) for word in rest.split()[:3])
                except ValueError as error:
                    raise InputError(f"material '{name}' in {file.name} has no valid Kd: '{rest}'") from error
                colors[name] = (r, g, b)
    return colors


def write(path: Path, mesh: Mesh) -> None:
    """Writes one `o` per part and one material per colour, with an .mtl of the same name if there are colours."""
    chunks = []
    material_of = np.zeros(len(mesh.faces), dtype=np.int64)
    if mesh.face_colors is not None:
        palette, material_of = np.unique(mesh.face_colors, axis=0, return_inverse=True)
        library = path.with_suffix(".mtl")
        entries = [f"newmtl m{i}\nKd {r:.6g} {g:.6g} {b:.6g}\n" for i, (r, g, b) in enumerate(palette.tolist())]
        replace_file(library, ["".join(entries).encode()])
        chunks.append(f"mtllib {library.name}\n")
    chunks.append(_lines("v %.9g %.9g %.9g\n", mesh.vertices))
    part_of = mesh.face_part if isinstance(mesh, PartMesh) else np.zeros(len(mesh.faces), dtype=np.int64)
    for part in np.unique(part_of):
        if isinstance(mesh, PartMesh):
            chunks.append(f"o {mesh.parts[part].name}\n")
        here = part_of == part
        for material in np.unique(material_of[here]):
            if mesh.face_colors is not None:
                chunks.append(f"usemtl m{material}\n")
            chunks.append(_lines("f %d %d %d\n", mesh.faces[here & (material_of == material)] + 1))
    replace_file(path, ["".join(chunks).encode()])


def _lines(pattern: str, rows: np.ndarray) -> str:
    return (pattern * len(rows)) % tuple(rows.ravel().tolist())
