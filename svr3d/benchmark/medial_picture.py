"""Pictures of medial meshes: balls, lines and sheets beside the meshes that they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..geometry import Camera, MedialMesh, Mesh, Part, PartMesh, render_shape
from ..geometry.rendering.pictures import legend_colors
from ..leaderboards import picture_grid

TILE = 320
VIEW = (1.15, 0.5, 1.35)
"""Where the camera stands."""

PER_LINE = 5

DOT, LINE = 0.009, 0.005
"""Radii, at most, of what stands for balls and for edges in no face, in longest sides: so small that one sees both."""

LABELS = ("balls", "lines", "sheets")

_OCTAHEDRON = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64)
_EIGHT = np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]])
_TWELVE = np.array([[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [2, 0, 3], [2, 3, 5]])


def draw_medial(made: Sequence[tuple[str, Mesh, MedialMesh]], path: str | Path) -> Path:
    """A PNG picture of meshes and, below each, its medial mesh."""
    camera = Camera.look_at(VIEW)
    tiles, captions = [], []
    for start in range(0, len(made), PER_LINE):
        line = made[start : start + PER_LINE]
        rest = [None] * (min(PER_LINE, len(made)) - len(line))
        tiles.append([render_shape(_framed(mesh, mesh), camera, TILE) for _, mesh, _ in line] + rest)
        drawn = [_framed(skeleton(medial, mesh), mesh) for _, mesh, medial in line]
        tiles.append([render_shape(shape, camera, TILE, parts=LABELS) for shape in drawn] + rest)
        captions += [[name for name, _, _ in line] + rest, [_counts(medial) for _, _, medial in line] + rest]
    legend = list(zip(LABELS, map(tuple, legend_colors(len(LABELS)).tolist()), strict=True))
    columns = [""] * min(PER_LINE, len(made))
    return picture_grid([""] * len(tiles), columns, tiles, path, captions=captions, legend=legend, tile_size=TILE)


def skeleton(medial: MedialMesh, mesh: Mesh) -> PartMesh:
    """What a picture of `medial` shows, in the frame of its `mesh`: parts labelled as `LABELS`, where there are any."""
    side = float(np.ptp(mesh.bounds, axis=0).max())
    pieces = [
        _dots(medial.centers, np.minimum(medial.radii, DOT * side)),
        _lines(medial, LINE * side),
        (medial.centers, medial.faces),
    ]
    vertices, faces, part, parts, start = [], [], [], [], 0
    for label, (corners, triangles) in zip(LABELS, pieces, strict=True):
        if len(triangles):
            vertices.append(corners)
            faces.append(triangles + start)
            part.append(np.full(len(triangles), len(parts)))
            parts.append(Part(label, label))
            start += len(corners)
    return PartMesh(np.concatenate(vertices), np.concatenate(faces), face_part=np.concatenate(part), parts=tuple(parts))


def _dots(centers: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    corners = centers[:, None] + radii[:, None, None] * _OCTAHEDRON
    return corners.reshape(-1, 3), (_EIGHT + 6 * np.arange(len(centers))[:, None, None]).reshape(-1, 3)


def _lines(medial: MedialMesh, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Three-sided prisms around the edges that are in no face."""
    sides = np.sort(medial.faces[:, [[0, 1], [0, 2], [1, 2]]].reshape(-1, 2), axis=1)
    known = set(map(tuple, sides.tolist()))
    alone = [edge for edge in np.sort(medial.edges, axis=1).tolist() if tuple(edge) not in known]
    edges = np.array(alone, dtype=np.int64).reshape(-1, 2)
    a, b = medial.centers[edges[:, 0]], medial.centers[edges[:, 1]]
    across = np.cross(b - a, np.eye(3)[np.argmin(np.abs(b - a), axis=1)])
    other = np.cross(b - a, across)
    u, v = (side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-300) for side in (across, other))
    angle = np.arange(3) * 2 * np.pi / 3
    ring = radius * (np.cos(angle)[:, None] * u[:, None] + np.sin(angle)[:, None] * v[:, None])
    corners = np.concatenate([a[:, None] + ring, b[:, None] + ring], axis=1)
    return corners.reshape(-1, 3), (_TWELVE + 6 * np.arange(len(edges))[:, None, None]).reshape(-1, 3)


def _framed(shape: Mesh, mesh: Mesh) -> Mesh:
    """`shape`, moved and scaled as centres the box of `mesh` and makes its diagonal 1."""
    low, high = mesh.bounds
    vertices = (shape.vertices - (low + high) / 2) / np.linalg.norm(high - low)
    if isinstance(shape, PartMesh):
        return PartMesh(vertices, shape.faces, face_part=shape.face_part, parts=shape.parts)
    return Mesh(vertices, shape.faces)


def _counts(medial: MedialMesh) -> str:
    """Of spheres, edges and faces, as in a mesh's characteristic; whole words have no room under a picture."""
    return f"{len(medial.spheres)} V, {len(medial.edges)} E, {len(medial.faces)} F"
