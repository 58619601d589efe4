"""Stanford PLY, binary and text: meshes and point clouds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from ..shapes.point_cloud import PointCloud
from ._common import linear_to_srgb, reading, replace_file, srgb_to_linear
from .ply_elements import Columns, Lists, read_elements
from .polygons import triangulate
from .strips import split_at, strip_triangles

_NOTHING = Columns(0, {}, {})
_STRIP_END = -1


def read(path: Path) -> Mesh | PointCloud:
    """A mesh of all polygons (`face`) and triangle strips (`tristrips`), or a point cloud where there are none.

    Display colours `red green blue` are read of faces, or else of vertices, of which a face has the mean: whole numbers
    up to 255, or 65535 of 16 bits, or fractions up to 1; others are ignored. So are all other elements and properties.
    """
    with reading("PLY"):
        elements = read_elements(path.read_bytes())
        vertices = _vertices(elements)
        polygons, strips = (_indices(elements, name) for name in ("face", "tristrips"))
        if not len(polygons.counts) and not len(strips.counts):
            if not len(vertices) and "face" in elements:
                return Mesh(vertices, np.zeros((0, 3), dtype=np.int64))
            return PointCloud(vertices, _vectors(elements.get("vertex", _NOTHING), "nx", "ny", "nz"))
        if len(polygons.counts) and polygons.counts.min() < 3:
            raise InputError(f"a face has {polygons.counts.min()} corners; expected at least 3")
        faces, polygon = triangulate(vertices, *polygons)
        if len(strips.counts):
            faces = np.concatenate([faces, strip_triangles(*split_at(_STRIP_END, *strips))])
        return Mesh(vertices, faces, _face_colors(elements, faces, polygon))


def _vertices(elements: dict[str, Columns]) -> np.ndarray:
    vertex = elements.get("vertex", _NOTHING)
    vertices = _vectors(vertex, "x", "y", "z")
    if vertices is None and vertex.rows:
        raise InputError("the vertices have no coordinates; expected the properties x, y and z")
    return np.zeros((0, 3)) if vertices is None else vertices


def _vectors(columns: Columns, *names: str) -> np.ndarray | None:
    """Float[N, 3] of three properties, or None where one is missing."""
    if not all(name in columns.numbers for name in names):
        return None
    return np.stack([columns.numbers[name] for name in names], axis=1).astype(np.float64)


def _indices(elements: dict[str, Columns], name: str) -> Lists:
    """The vertices of each polygon or strip, Int[N] and Int[P]."""
    element = elements.get(name, _NOTHING)
    if not element.rows:
        return Lists(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    found = element.lists.get("vertex_indices", element.lists.get("vertex_index"))
    if found is None or found.values.dtype.kind not in "iu":
        raise InputError(f"the element '{name}' has no list of vertices; expected 'vertex_indices' of whole numbers")
    return Lists(found.values.astype(np.int64), found.counts)


def _face_colors(elements: dict[str, Columns], faces: np.ndarray, polygon: np.ndarray) -> np.ndarray | None:
    """Float[F, 3], linear, or None; `polygon` is that of the first faces, before those of strips."""
    of_polygons = _colors(elements.get("face", _NOTHING))
    if of_polygons is not None and len(polygon) == len(faces):
        return of_polygons[polygon]
    of_vertices = _colors(elements.get("vertex", _NOTHING))
    return None if of_vertices is None else of_vertices[faces].mean(axis=1)


def _colors(columns: Columns) -> np.ndarray | None:
    """Float[N, 3], linear, of display colours."""
    colors = _vectors(columns, "red", "green", "blue")
    if colors is None or not len(colors):
        return None
    kind = columns.numbers["red"].dtype
    top = 1 if kind.kind == "f" else 65535 if kind.str[1:] == "u2" else 255
    if not (colors.min() >= 0 and colors.max() <= top):
        return None
    return srgb_to_linear(255 / top * colors)


def write(path: Path, shape: Mesh | PointCloud) -> None:
    """Binary little-endian; vertices in single precision, face colours in 8 bits."""
    import trimesh
    from trimesh.exchange.ply import export_ply

    if isinstance(shape, PointCloud):
        scene = trimesh.PointCloud(shape.points)
        if shape.normals is not None:
            scene.vertex_attributes = dict(zip(("nx", "ny", "nz"), shape.normals.T, strict=True))  # type: ignore[assignment]
    else:
        colors = None if shape.face_colors is None else linear_to_srgb(shape.face_colors)
        # points without faces would be a point cloud
        vertices = shape.vertices[:0] if shape.is_empty else shape.vertices
        scene = trimesh.Trimesh(vertices, shape.faces, face_colors=colors, process=False)
    replace_file(path, [export_ply(scene, vertex_normal=False)])
