"""A picture of any shape, drawn so that shapes compare by shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, PartMesh
from ..shapes.point_cloud import PointCloud
from ..shapes.voxel_grid import VoxelGrid
from .camera import Camera
from .render import render

PLAIN = (0.27, 0.36, 0.49)
"""Linear RGB of shapes drawn without colours: a grey blue."""

PALETTE = np.array(
    [
        (0.12, 0.27, 0.52),
        (0.85, 0.35, 0.06),
        (0.09, 0.40, 0.17),
        (0.65, 0.08, 0.10),
        (0.36, 0.20, 0.55),
        (0.80, 0.60, 0.10),
        (0.08, 0.52, 0.56),
        (0.72, 0.25, 0.48),
        (0.26, 0.14, 0.09),
        (0.36, 0.50, 0.10),
    ]
)
"""Linear RGB of parts, in the order of their labels, beginning again after the last."""

POINT_RADIUS = 0.011
"""Of the balls that points are drawn as, in canonical units."""

MOST_POINTS = 10_000
"""Of a larger cloud, evenly chosen points are drawn."""


def render_shape(shape: Any, camera: Camera, size: int | None = None, *, parts: bool = False) -> np.ndarray:
    """UInt8[H, W, 3]: a picture of any shape, in one plain colour.

    Voxels are drawn as the cubes they are, points as small balls.

    Args:
        shape: Mesh, PartMesh, VoxelGrid or PointCloud.
        camera: a single one.
        size: width of the picture in pixels; default: the camera's.
        parts: colour each part by its label, where the shape has parts.

    Raises:
        InputError: the shape is empty, not finite, or none of the above; or the camera is not usable.
    """
    if size is not None:
        if size < 1:
            raise InputError(f"expected a picture of at least one pixel, found a size of {size}")
        camera = camera.resized(size, max(1, round(size * camera.height / camera.width)))
    if isinstance(shape, VoxelGrid):
        mesh, face_label = _cubes(shape)
    elif isinstance(shape, PointCloud):
        mesh, face_label = _balls(shape)
    elif isinstance(shape, Mesh):
        mesh, face_label = shape, _part_labels(shape)
    else:
        raise InputError(f"expected a mesh, voxel grid or point cloud to draw, found {type(shape).__name__}")
    if parts and face_label is not None:
        colors = PALETTE[face_label % len(PALETTE)]
    else:
        colors = np.broadcast_to(PLAIN, (len(mesh.faces), 3))
    return render(Mesh(mesh.vertices, mesh.faces, colors), camera).color


def _part_labels(mesh: Mesh) -> np.ndarray | None:
    if not isinstance(mesh, PartMesh) or not mesh.parts:
        return None
    order = {label: i for i, label in enumerate(mesh.labels)}
    return np.array([order[part.label] for part in mesh.parts])[mesh.face_part]


def _cubes(grid: VoxelGrid) -> tuple[Mesh, np.ndarray | None]:
    """The faces between occupied voxels and empty ones, and the voxel's label of each."""
    if grid.is_empty or not grid.is_finite:
        raise InputError("cannot draw a voxel grid that is empty or not finite")
    occupancy = grid.occupancy
    padded = np.pad(occupancy, 1)
    quads, owners = [], []
    for axis in range(3):
        b, c = np.eye(3, dtype=int)[[(axis + 1) % 3, (axis + 2) % 3]]
        for side in (0, 1):
            beyond = np.roll(padded, 1 - 2 * side, axis=axis)[1:-1, 1:-1, 1:-1]
            voxels = np.argwhere(occupancy & ~beyond)
            base = voxels + side * np.eye(3, dtype=int)[axis]
            around = (0 * b, b, b + c, c) if side else (0 * b, c, b + c, b)  # counter-clockwise seen from outside
            quads.append(np.stack([base + step for step in around], axis=1))
            owners.append(voxels)
    corners = np.concatenate(quads).reshape(-1, 3)
    first = np.arange(0, len(corners), 4)[:, None]
    faces = np.concatenate([first + [0, 1, 2], first + [0, 2, 3]], axis=1).reshape(-1, 3)
    label = None
    if grid.labels is not None:
        label = np.repeat(grid.labels[tuple(np.concatenate(owners).T)] - 1, 2)  # 0 is no part
    return Mesh(corners / grid.resolution - 0.5, faces), label


def _balls(cloud: PointCloud) -> tuple[Mesh, np.ndarray | None]:
    """An icosahedron at each point, and the part of each face."""
    if cloud.is_empty or not cloud.is_finite:
        raise InputError("cannot draw a point cloud that is empty or not finite")
    chosen = np.unique(np.linspace(0, len(cloud) - 1, min(len(cloud), MOST_POINTS)).round().astype(int))
    ball, ball_faces = _icosahedron()
    vertices = cloud.points[chosen][:, None] + POINT_RADIUS * ball
    faces = ball_faces + len(ball) * np.arange(len(chosen))[:, None, None]
    label = None if cloud.part_ids is None else np.repeat(cloud.part_ids[chosen], len(ball_faces))
    return Mesh(vertices.reshape(-1, 3), faces.reshape(-1, 3)), label


def _icosahedron() -> tuple[np.ndarray, np.ndarray]:
    """Float[12, 3] on the unit sphere and Int[20, 3]."""
    from scipy.spatial import ConvexHull

    golden = (1 + 5**0.5) / 2
    plane = np.array([(0, y, z) for y in (-1, 1) for z in (-golden, golden)])
    vertices = np.concatenate([np.roll(plane, k, axis=1) for k in range(3)]) / np.hypot(1, golden)
    faces = ConvexHull(vertices).simplices
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), a) < 0
    faces[inward] = faces[inward, ::-1]
    return vertices, faces
