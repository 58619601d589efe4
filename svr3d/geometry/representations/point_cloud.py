"""What the suite asks of point clouds."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import numpy as np

from ...errors import InputError
from ..formats import npy, ply
from ..shapes.mesh import Mesh
from ..shapes.point_cloud import PointCloud
from ..shapes.voxel_grid import VoxelGrid
from ..solids.contains import Containment
from .representation import Representation

DRAWN_RADIUS = 0.011
"""Of the balls that points are drawn as, in canonical units."""

MOST_DRAWN = 10_000
"""Of a larger cloud, evenly chosen points are drawn."""


class PointCloudRepresentation(Representation[PointCloud]):
    """Points: a surface to draw from, but no inside."""

    name = "points"
    noun = "point cloud"
    shape = PointCloud
    formats = {".ply": ply, ".npy": npy}
    lacks = "points"
    has_inside = False

    def to_mesh(self, shape: PointCloud) -> Mesh:
        _refuse("a mesh")

    def containment(self, shape: PointCloud, points: np.ndarray) -> Containment:
        _refuse("a volume")

    def at_centers(self, shape: PointCloud, resolution: int) -> VoxelGrid:
        _refuse("voxels")

    def moved(self, shape: PointCloud, matrix: np.ndarray, scale: float, offset: np.ndarray) -> PointCloud:
        normals = shape.normals
        if normals is not None:
            normals = normals @ matrix.T
            length = np.linalg.norm(normals, axis=1, keepdims=True)
            normals = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
        return replace(shape, points=(scale * shape.points) @ matrix.T + offset, normals=normals)

    def to_surface(self, shape: PointCloud, count: int, seed: int) -> PointCloud:
        """`count` of the points; all of them `count // N` times and the rest without repetition."""
        if shape.is_empty and count:
            raise InputError("cannot draw from a point cloud without points")
        if not shape.is_finite:
            raise InputError("cannot draw from a point cloud with non-finite points")
        rng = np.random.default_rng(seed)
        rounds = -(-count // max(1, len(shape)))
        index = np.concatenate([rng.permutation(len(shape)) for _ in range(rounds)] or [np.zeros(0, dtype=int)])[:count]
        return PointCloud(
            shape.points[index],
            None if shape.normals is None else shape.normals[index],
            None if shape.part_ids is None else shape.part_ids[index],
        )

    def bounds(self, shape: PointCloud) -> np.ndarray:
        return np.stack([shape.points.min(axis=0), shape.points.max(axis=0)])

    def drawn(self, shape: PointCloud) -> tuple[Mesh, np.ndarray | None]:
        return balls(shape)


def balls(cloud: PointCloud) -> tuple[Mesh, np.ndarray | None]:
    """An icosahedron at each point, and the part of each face."""
    if cloud.is_empty or not cloud.is_finite:
        raise InputError("cannot draw a point cloud that is empty or not finite")
    chosen = np.unique(np.linspace(0, len(cloud) - 1, min(len(cloud), MOST_DRAWN)).round().astype(int))
    ball, ball_faces = icosahedron()
    vertices = cloud.points[chosen][:, None] + DRAWN_RADIUS * ball
    faces = ball_faces + len(ball) * np.arange(len(chosen))[:, None, None]
    label = None if cloud.part_ids is None else np.repeat(cloud.part_ids[chosen], len(ball_faces))
    return Mesh(vertices.reshape(-1, 3), faces.reshape(-1, 3)), label


def icosahedron() -> tuple[np.ndarray, np.ndarray]:
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


def _refuse(what: str) -> NoReturn:
    raise InputError(f"a point cloud bounds no solid and cannot be made into {what}; give a mesh or voxels")
