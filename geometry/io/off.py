"""Object File Format, as ModelNet and PASCAL3D+ use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import InputError
from ..mesh import Mesh
from ._files import expect_mesh, replace_file, triangulate


def read(path: Path) -> Mesh:
    """Vertices and faces (polygons as fans); colours are ignored."""
    lines = [line.split("#")[0].split() for line in path.read_text(errors="replace").split("\n")]
    lines = [line for line in lines if line]
    if not lines or not lines[0][0].startswith("OFF"):
        raise InputError("not an OFF file: expected 'OFF' in its first line")
    # some ModelNet files lack the line break behind the magic word
    rest = [word for word in [lines[0][0][3:], *lines[0][1:]] if word]
    lines = [rest, *lines[1:]] if rest else lines[1:]
    try:
        n_vertices, n_faces = int(lines[0][0]), int(lines[0][1])
        vertices, polygons = lines[1 : 1 + n_vertices], lines[1 + n_vertices : 1 + n_vertices + n_faces]
        if len(vertices) < n_vertices or len(polygons) < n_faces:
            raise InputError(f"expected {n_vertices} vertices and {n_faces} faces, found {len(lines) - 1} lines")
        points = np.array([line[:3] for line in vertices], dtype=np.float64).reshape(n_vertices, -1)
        counts = np.array([int(line[0]) for line in polygons], dtype=np.int64)
        if counts.min(initial=3) < 3 or any(len(line) <= n for line, n in zip(polygons, counts, strict=True)):
            raise InputError("a face has fewer corners than it says, or fewer than 3")
        corners = [word for line, n in zip(polygons, counts, strict=True) for word in line[1 : 1 + n]]
        return Mesh(points, triangulate(np.array(corners, dtype=np.int64), counts)[0])
    except (ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"not a valid OFF file ({error})") from error


def write(path: Path, shape: Mesh) -> None:
    mesh = expect_mesh(shape, ".off")
    vertices = ("%.9g %.9g %.9g\n" * len(mesh.vertices)) % tuple(mesh.vertices.ravel().tolist())
    faces = ("3 %d %d %d\n" * len(mesh.faces)) % tuple(mesh.faces.ravel().tolist())
    replace_file(path, [f"OFF\n{len(mesh.vertices)} {len(mesh.faces)} 0\n{vertices}{faces}".encode()])
