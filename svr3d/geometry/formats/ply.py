"""Stanford PLY, binary and text, through trimesh."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from ..shapes.point_cloud import PointCloud
from ._common import linear_to_srgb, reading, replace_file, srgb_to_linear
from .polygons import triangulate


def read(path: Path) -> Mesh | PointCloud:
    """A mesh, or a point cloud where the file has no `face` element; polygons are triangulated.

    8-bit `red green blue` of faces are their display colours; those of vertices are ignored. In a binary file, all
    polygons must have the same number of corners.
    """
    from trimesh.exchange.ply import load_ply

    content = path.read_bytes()
    head, separator, _ = content.partition(b"end_header")
    if not re.match(rb"ply\s+format\s+(ascii|binary_little_endian|binary_big_endian)\s", head) or not separator:
        raise InputError("not a PLY file: expected 'ply', its 'format', and a header up to 'end_header'")
    declared = {name: int(count) for name, count in re.findall(rb"^element\s+(\w+)\s+(\d+)\s*$", head, re.MULTILINE)}
    with reading("PLY"):
        # without the textures, whose seams would cut the mesh open
        try:
            loaded = load_ply(io.BytesIO(content), skip_materials=True, fix_texture=False)
        except ValueError as error:
            raise InputError(f"truncated, damaged, or a binary PLY whose polygons differ in size ({error})") from error
        vertices = loaded.get("vertices", np.zeros((0, 3)))
        _expect_count("vertices", declared.get(b"vertex", 0), len(vertices))
        if b"face" not in declared:
            return PointCloud(vertices, loaded.get("vertex_normals"))
        if not declared[b"face"] or not len(vertices):
            return Mesh(vertices, np.zeros((0, 3), dtype=np.int64))
        # from the raw rows: trimesh's own triangles are no longer in the order of the faces' colours
        corners, counts = _polygons(loaded["metadata"]["_ply_raw"]["face"]["data"])
        _expect_count("faces", declared[b"face"], len(counts))
        faces, polygon = triangulate(vertices, corners, counts)
        colors = loaded.get("face_colors")
        if colors is not None:
            colors = srgb_to_linear(colors[:, :3])[polygon] if colors.dtype == np.uint8 else None
        return Mesh(vertices, faces, colors)


def _expect_count(what: str, expected: int, found: int) -> None:
    if found != expected:
        raise InputError(f"the file is truncated: expected {expected} {what}, found {found}")


def _polygons(rows: np.ndarray | dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Corners of all polygons one after another, and each polygon's count."""
    if isinstance(rows, dict):  # of a text file: columns, of lists if the polygons differ
        column = rows["vertex_indices" if "vertex_indices" in rows else "vertex_index"]
        counts = np.array([len(polygon) for polygon in column])
        corners = np.concatenate(list(column))
    else:  # of a binary file, read as if each polygon had as many corners as the first
        column = rows["vertex_indices" if "vertex_indices" in (rows.dtype.names or ()) else "vertex_index"]
        counts, corners = column["f0"].astype(np.int64), column["f1"].ravel()
        if (counts != counts[0]).any():
            raise InputError("polygons of a binary PLY must all have the same number of corners")
    if counts.min() < 3:
        raise InputError(f"a face has {counts.min()} corners; expected at least 3")
    return corners.astype(np.int64), counts


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
        scene = trimesh.Trimesh(shape.vertices, shape.faces, face_colors=colors, process=False)
    replace_file(path, [export_ply(scene, vertex_normal=False)])
