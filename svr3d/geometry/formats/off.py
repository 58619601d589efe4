"""Object File Format, as ModelNet and PASCAL3D+ use it, through trimesh."""

from __future__ import annotations

import io
import re
from pathlib import Path

from ...errors import InputError
from ..shapes.mesh import Mesh
from ._common import reading, replace_file


def read(path: Path) -> Mesh:
    """Vertices and faces, polygons triangulated; colours are ignored."""
    from trimesh.exchange.off import load_off

    # trimesh repeats lines before a comment that does not open the file
    text = re.sub("#.*", "", path.read_text(errors="replace")).strip()
    if not text.startswith(("OFF", "COFF")):
        raise InputError("not an OFF file: expected 'OFF' in its first line")
    with reading("OFF"):
        loaded = load_off(io.StringIO(text))
        # trimesh overlooks missing faces, and faces with missing corners
        rows = [line.split() for line in text.partition("OFF")[2].splitlines() if line.strip()]
        n_vertices, n_faces = int(rows[0][0]), int(rows[0][1])
        polygons = rows[1 + n_vertices : 1 + n_vertices + n_faces]
        if len(polygons) != n_faces:
            raise InputError(f"expected {n_vertices} vertices and {n_faces} faces, found {len(rows) - 1} lines")
        if any(not 3 <= int(polygon[0]) < len(polygon) for polygon in polygons):
            raise InputError("a face has fewer corners than it says, or fewer than 3")
        return Mesh(loaded["vertices"], loaded["faces"].reshape(-1, 3))


def write(path: Path, mesh: Mesh) -> None:
    import trimesh
    from trimesh.exchange.off import export_off

    replace_file(path, [export_off(trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)).encode()])
