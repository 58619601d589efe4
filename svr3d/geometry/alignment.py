"""Bringing shapes from elsewhere into the canonical frame, and predictions onto the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import InputError
from .convert import AnyShape, bounds, moved, to_mesh, to_surface
from .rendering.camera import Camera
from .representations.registry import representation_of
from .representations.representation import Shape
from .shapes.point_cloud import PointCloud
from .shapes.voxel_grid import VoxelGrid

if TYPE_CHECKING:
    from jaxtyping import Float

FRAMES = ("canonical", "camera", "shapenet")
UPS = ("y", "z")
ALIGNMENTS = ("none", "scale", "similarity")

_Z_TO_Y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""(x, y, z) ↦ (x, z, -y): a quarter turn about x that takes z to y."""

_ROUNDING = 1e-5
"""By which a canonical shape may miss the canonical box: coordinates in single precision, or with five decimals."""


class ToCanonical(NamedTuple):
    """A similarity into the canonical frame: canonical = scale · source + offset.

    Args:
        scale: the factor.
        offset: Float[3].
    """

    scale: float = 1.0
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __call__(self, shape: AnyShape) -> AnyShape:
        """`shape` in the canonical frame; as it is where that is where it was, or where it is bound to the canonical
        box, as a voxel grid is."""
        if self == ToCanonical() or not representation_of(shape).movable:
            return shape
        with np.errstate(over="ignore", invalid="ignore"):  # a diverged shape
            return moved(shape, scale=self.scale, offset=np.asarray(self.offset))


def into_canonical(shape: Shape) -> ToCanonical:
    """The similarity that brings `shape` into the canonical frame: its box's centre to the origin, its longest side
    to 1.

    Its box is that of the vertices that faces use, or of its points. Nothing is changed of a shape that is canonical
    already, up to rounding, or of points up to 1/√N of the side, by which the box of N points drawn from a surface may
    miss the surface's; nor of a voxel grid, which spans the canonical box.

    Raises:
        InputError: the shape is empty, its box is not finite, or it has no extent.
    """
    representation = representation_of(shape)
    if not representation.movable:
        return ToCanonical()
    low, high = bounds(shape)
    side = float((high - low).max())
    if not np.isfinite(side):
        raise InputError(f"the {representation.noun} has a box that is not finite, so it has no size to go by")
    if not side > 0:
        raise InputError(f"the {representation.noun} has no extent: all of it is at {low.tolist()}")
    centre = low + (high - low) / 2
    tolerance = max(_ROUNDING, min(0.01, len(shape) ** -0.5)) if isinstance(shape, PointCloud) else _ROUNDING
    if max(abs(side - 1), np.abs(centre).max()) <= tolerance:
        return ToCanonical()
    x, y, z = (0.0 - centre / side).tolist()
    return ToCanonical(1 / side, (x, y, z))


def upright(shape: AnyShape, up: str) -> AnyShape:
    """`shape`, whose axis `up` points upward, turned so that y does: for z up, (x, y, z) ↦ (x, z, -y).

    A voxel grid is turned with its labels.

    Raises:
        InputError: an unknown axis.
    """
    if up not in UPS:
        raise InputError(f"unknown axis '{up}'; expected one of {', '.join(UPS)}")
    if up == "y":
        return shape
    if isinstance(shape, VoxelGrid):
        labels = None if shape.labels is None else _turned(shape.labels)
        return replace(shape, values=_turned(shape.values), labels=labels)
    return moved(shape, rotation=_Z_TO_Y)


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


def _turned(values: np.ndarray) -> np.ndarray:
    """The values of a grid by x, y, z, turned as `_Z_TO_Y` turns points."""
    return np.ascontiguousarray(values.swapaxes(1, 2)[:, :, ::-1])


def align(
    shape: Shape,
    truth: Shape | None,
    alignment: str,
    *,
    box: Float[np.ndarray, "2 3"] | None = None,
    seed: int = 0,
) -> Shape:
    """`shape` moved onto `truth`, both in the canonical frame; a grid, whose box is fixed, as its mesh.

    Args:
        truth: the true shape, or points on its surface; None where `scale` has the box.
        alignment: `none`; `scale`: the centres and the longest sides of the bounding boxes are made equal, exactly;
            `similarity`: that, then rotation, translation and uniform scale by iterated closest points (2,000 points a
            side).
        box: Float[2, 3], lowest and highest corner of the true shape, where they are known better than by `truth`: of
            points drawn on a surface, the box is a little smaller than the surface's.
        seed: of the points that are drawn.

    Raises:
        InputError: an unknown alignment, no truth for it, or a shape without extent, which has no size to align by.
    """
    if alignment not in ALIGNMENTS:
        raise InputError(f"unknown alignment '{alignment}'; expected one of {', '.join(ALIGNMENTS)}")
    if alignment == "none":
        return shape
    if box is None and truth is not None:
        box = bounds(truth)
    if box is None or (truth is None and alignment == "similarity"):
        raise InputError(f"the alignment '{alignment}' needs the true shape, or points on its surface")
    if not representation_of(shape).movable:
        shape = to_mesh(shape)
    if shape.is_empty or not np.isfinite(bounds(shape)).all():
        return shape
    shape = _onto_box(shape, box)
    return shape if truth is None or alignment == "scale" else _registered(shape, truth, seed)


def _onto_box(shape: Shape, box: np.ndarray) -> Shape:
    """The shape with the centre and the longest side of `box`."""
    low, high = bounds(shape)
    side = (high - low).max()
    if not side > 0:
        raise InputError(f"a {representation_of(shape).noun} without extent has no size to align by")
    factor = (box[1] - box[0]).max() / side
    return moved(shape, scale=factor, offset=(box[0] + box[1]) / 2 - factor * (low + high) / 2)


def _registered(shape: Shape, truth: Shape, seed: int) -> Shape:
    """The shape, turned, scaled and moved by iterated closest points."""
    from trimesh.registration import icp

    source = to_surface(shape, 2000, seed=seed).points
    target = truth if isinstance(truth, PointCloud) else to_surface(truth, 2000, seed=seed)
    target = target.points[np.random.default_rng(seed).permutation(len(target.points))[:2000]]
    matrix, _, _ = icp(source, target, max_iterations=50, reflection=False, scale=True)
    # not by `moved`: whatever registration makes of a degenerate shape is scored
    return representation_of(shape).moved(shape, matrix[:3, :3], 1.0, matrix[:3, 3])
