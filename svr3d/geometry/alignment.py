"""Bringing predictions from elsewhere into the canonical frame, and optionally onto the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import InputError
from .convert import to_mesh, to_surface
from .rendering.camera import Camera
from .shapes.mesh import Mesh
from .shapes.point_cloud import PointCloud
from .shapes.voxel_grid import VoxelGrid

FRAMES = ("canonical", "camera", "shapenet")
ALIGNMENTS = ("none", "scale", "similarity")


def to_canonical(
    shape: Mesh | PointCloud | VoxelGrid,
    frame: str,
    *,
    camera: Camera | None = None,
    loc: np.ndarray | None = None,
    scale: float | None = None,
) -> Mesh | PointCloud | VoxelGrid:
    """`shape` in the canonical frame.

    Args:
        frame: the frame it is in: `canonical`; `camera`, the axes of `camera` (OpenCV's); `shapenet`, the frame
            that the data set's source had, canonical = (source - loc) / scale.
        camera: of the view, for `camera`.
        loc, scale: of the object, for `shapenet`.

    Raises:
        InputError: an unknown frame, or what the frame needs is not there; a voxel grid that is not canonical.
    """
    if frame not in FRAMES:
        raise InputError(f"unknown frame '{frame}'; expected one of {', '.join(FRAMES)}")
    if frame == "canonical":
        return shape
    if isinstance(shape, VoxelGrid):
        raise InputError(f"a voxel grid spans the canonical box and cannot be read in the frame '{frame}'")
    if frame == "shapenet":
        if loc is None or scale is None:
            raise InputError("the frame 'shapenet' needs the object's loc and scale, which this data set does not have")
        return _moved(shape, 1.0 / scale, np.eye(3), -np.asarray(loc) / scale)
    if camera is None:
        raise InputError("the frame 'camera' needs the view's camera, which this data set does not have")
    rotation, translation = np.asarray(camera.world_to_camera[:, :3]), np.asarray(camera.world_to_camera[:, 3])
    return _moved(shape, 1.0, rotation.T, -rotation.T @ translation)


def align(
    shape: Mesh | PointCloud | VoxelGrid, truth: PointCloud, alignment: str, *, seed: int = 0
) -> Mesh | PointCloud | VoxelGrid:
    """`shape` moved onto `truth`, both in the canonical frame.

    Args:
        truth: points on the true surface.
        alignment: `none`; `scale`: bounding-box centres and longest sides are made equal; `similarity`: that,
            then rotation, translation and uniform scale by iterated closest points (2,000 points a side).

    Raises:
        InputError: an unknown alignment, or nothing to align.
    """
    if alignment not in ALIGNMENTS:
        raise InputError(f"unknown alignment '{alignment}'; expected one of {', '.join(ALIGNMENTS)}")
    if alignment == "none":
        return shape
    if isinstance(shape, VoxelGrid):
        shape = to_mesh(shape)
    points = shape.points if isinstance(shape, PointCloud) else shape.vertices[np.unique(shape.faces)]
    if not len(points) or not np.isfinite(points).all():
        return shape
    low, high = points.min(axis=0), points.max(axis=0)
    true_low, true_high = truth.points.min(axis=0), truth.points.max(axis=0)
    side = (high - low).max()
    if side == 0:
        return shape
    factor = (true_high - true_low).max() / side
    shape = _moved(shape, factor, np.eye(3), (true_low + true_high) / 2 - factor * (low + high) / 2)
    if alignment == "scale":
        return shape

    from trimesh.registration import icp

    source = to_surface(shape, 2000, seed=seed).points
    target = truth.points[np.random.default_rng(seed).permutation(len(truth.points))[:2000]]
    matrix, _, _ = icp(source, target, max_iterations=50, reflection=False, scale=True)
    return _moved(shape, 1.0, matrix[:3, :3], matrix[:3, 3])


def _moved(shape: Mesh | PointCloud, scale: float, matrix: np.ndarray, offset: np.ndarray) -> Mesh | PointCloud:
    """x ↦ matrix · (scale · x) + offset; normals turn with the matrix."""
    if isinstance(shape, Mesh):
        return replace(shape, vertices=(scale * shape.vertices) @ matrix.T + offset)
    normals = shape.normals
    if normals is not None:
        normals = normals @ matrix.T
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
    return replace(shape, points=(scale * shape.points) @ matrix.T + offset, normals=normals)
