"""STL, binary and text, through trimesh."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from ._common import reading, replace_file


def read(path: Path) -> Mesh:
    """Triangles of all solids; corners at the same place become one vertex."""
    from trimesh.exchange.stl import load_stl

    content = path.read_bytes()
    with reading("STL"):
        loaded = load_stl(io.BytesIO(content))
        solids = [loaded] if "vertices" in loaded else list(loaded["geometry"].values())
        corners = np.concatenate([np.zeros((0, 3)), *(s["vertices"][s["faces"].ravel()] for s in solids)])
        binary = len(content) == 84 + 50 * int.from_bytes(content[80:84], "little")
        if not binary and (3 * _count(rb"endfacet\b", content) != len(corners) or not _count(rb"endsolid\b", content)):
            raise InputError("the STL is truncated or damaged")
        vertices, faces = np.unique(corners.astype(np.float64), axis=0, return_inverse=True)
        return Mesh(vertices.reshape(-1, 3), faces.reshape(-1, 3))


def _count(word: bytes, content: bytes) -> int:
    """How many lines of a text file begin with `word`."""
    return len(re.findall(rb"^\s*" + word, content, re.MULTILINE | re.IGNORECASE))


def write(path: Path, mesh: Mesh) -> None:
    import trimesh
    from trimesh.exchange.stl import export_stl

    replace_file(path, [export_stl(trimesh.Trimesh(mesh.vertices, mesh.faces, process=False))])
