"""Bringing predictions from elsewhere into the canonical frame, and optionally onto the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .convert import AnyShape, bounds, moved, to_mesh, to_surface
from .rendering.camera import Camera
from .representations.registry import representation_of
from .representations.representation import Shape
from .shapes.point_cloud import PointCloud

if TYPE_CHECKING:
    from jaxtyping import Float

FRAMES = ("canonical", "camera", "shapenet")
ALIGNMENTS = ("none", "scale", "similarity")


def to_canonical(
    shape: AnyShape,
    frame: str,
    *,
    camera: Camera | None = None,
    loc: Float[np.ndarray, " 3"] | None = None,
    scale: float | None = None,
) -> AnyShape:
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
    representation = representation_of(shape)
    if not representation.movable:
        raise InputError(f"a {representation.noun} spans the canonical box and cannot be read in the frame '{frame}'")
    if frame == "shapenet":
        if loc is None or scale is None:
            raise InputError("the frame 'shapenet' needs the object's loc and scale, which this data set does not have")
        return moved(shape, scale=1.0 / scale, offset=-np.asarray(loc) / scale)
    if camera is None:
        raise InputError("the frame 'camera' needs the view's camera, which this data set does not have")
    rotation, translation = np.asarray(camera.world_to_camera[:, :3]), np.asarray(camera.world_to_camera[:, 3])
    return moved(shape, rotation=rotation.T, offset=-rotation.T @ translation)


def align(shape: Shape, truth: PointCloud, alignment: str, *, seed: int = 0) -> Shape:
    """`shape` moved onto `truth`, both in the canonical frame; a grid, whose box is fixed, as its mesh.

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
    if not representation_of(shape).movable:
        shape = to_mesh(shape)
    if shape.is_empty:
        return shape
    low, high = bounds(shape)
    if not np.isfinite(low).all() or not np.isfinite(high).all():
        return shape
    true_low, true_high = truth.points.min(axis=0), truth.points.max(axis=0)
    side = (high - low).max()
    if side == 0:
        return shape
    factor = (true_high - true_low).max() / side
    shape = moved(shape, scale=factor, offset=(true_low + true_high) / 2 - factor * (low + high) / 2)
    if alignment == "scale":
        return shape

    from trimesh.registration import icp

    source = to_surface(shape, 2000, seed=seed).points
    target = truth.points[np.random.default_rng(seed).permutation(len(truth.points))[:2000]]
    matrix, _, _ = icp(source, target, max_iterations=50, reflection=False, scale=True)
    # not by `moved`: whatever registration makes of a degenerate shape is scored
    return representation_of(shape).moved(shape, matrix[:3, :3], 1.0, matrix[:3, 3])
