"""STL, binary and text."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..mesh import Mesh
from ._files import expect_mesh, replace_file

_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def read(path: Path) -> Mesh:
    """Triangles; corners at the same place become one vertex."""
    content = path.read_bytes()
    count = int.from_bytes(content[80:84], "little") if len(content) >= 84 else 0
    if len(content) >= 84 and len(content) >= 84 + count * _RECORD.itemsize and not _is_text(content, count):
        corners = np.frombuffer(content, _RECORD, count, 84)["corners"].astype(np.float64)
    elif content.lstrip().startswith(b"solid"):
        numbers = re.findall(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", content)
        try:
            corners = np.array(numbers, dtype=np.float64)
        except ValueError as error:
            raise InputError(f"a vertex is not three numbers ({error})") from error
        if len(corners) % 3 or b"endsolid" not in content:
            raise InputError("the text STL is truncated")
        corners = corners.reshape(-1, 3, 3)
    else:
        raise InputError(f"expected {count} triangles, found {max(0, len(content) - 84) // _RECORD.itemsize}")
    vertices, faces = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    return Mesh(vertices.reshape(-1, 3), faces.reshape(-1, 3))


def _is_text(content: bytes, count: int) -> bool:
    """Some binary files begin with 'solid' too; their length fits their count exactly."""
    return content.lstrip().startswith(b"solid") and len(content) != 84 + count * _RECORD.itemsize


def write(path: Path, shape: Mesh) -> None:
    mesh = expect_mesh(shape, ".stl")
    records = np.zeros(len(mesh.faces), _RECORD)
    records["normal"], records["corners"] = mesh.face_normals, mesh.triangles
    replace_file(path, [bytes(80), len(mesh.faces).to_bytes(4, "little"), records.tobytes()])
