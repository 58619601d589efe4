"""What metrics, methods and files need of any shape, made in one place, the same way for every class of shape."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ..arrays import as_array
from ..errors import InputError
from .representations.registry import representation_of
from .representations.representation import Shape
from .shapes.mesh import Mesh, PartMesh
from .shapes.point_cloud import PointCloud
from .shapes.voxel_grid import VoxelGrid
from .solids.contains import Containment
from .solids.voxelize import VoxelRule, checked_rule

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

AnyShape = TypeVar("AnyShape", bound=Shape)


def to_mesh(shape: Shape) -> Mesh:
    """`shape` as a mesh: itself, or the surface of a grid's or another solid.

    Raises:
        InputError: the shape is a point cloud.
    """
    return representation_of(shape).to_mesh(shape)


def to_parts(shape: Shape) -> PartMesh | None:
    """The surface of `shape` in parts: a mesh with parts as it is, a labelled grid as `split_by_label`; else None.

    Raises:
        InputError: it is no shape, or a grid that `split_by_label` refuses.
    """
    return representation_of(shape).to_parts(shape)


def to_surface(shape: Shape, count: int, *, seed: int = 0) -> PointCloud:
    """`count` points on the surface of `shape`.

    Meshes are sampled, grids and other solids through their mesh. Of a point cloud, `count` of its points are drawn;
    all of them `count // N` times and the rest without repetition.

    Raises:
        InputError: the shape is empty or not finite.
    """
    return representation_of(shape).to_surface(shape, count, seed)


def to_voxels(shape: Shape, resolution: int = 32, rule: VoxelRule = "cover") -> VoxelGrid:
    """`shape` as a grid: a mesh voxelised, any other solid asked at the voxels' centres.

    A grid of this resolution is returned as it is.

    Args:
        rule: `cover` keeps what of a mesh is thinner than a voxel; with `centers` just the voxels whose centres are
            inside are occupied, as in `voxelize`.

    Raises:
        InputError: the shape is a point cloud, or not finite; or a bad resolution or rule.
    """
    representation = representation_of(shape)
    return (representation.to_voxels if checked_rule(rule) == "cover" else representation.at_centers)(shape, resolution)


def part_labels(shape: Shape, resolution: int = 32, rule: VoxelRule = "cover") -> VoxelGrid | None:
    """The grid of part labels of a shape that has parts or labels, with their names where they are known; else None.

    Args:
        rule: of the voxels that have labels, as in `to_voxels`.

    Raises:
        InputError: the shape is not finite, or a bad resolution or rule.
    """
    grid = representation_of(shape).part_labels(shape, resolution)
    if checked_rule(rule) == "cover" or grid is None or grid.labels is None:
        return grid
    occupied = to_voxels(shape, resolution, rule)
    return replace(occupied, labels=grid.labels * occupied.occupancy, label_names=grid.label_names)


def has_inside(shape: Shape) -> bool:
    """Whether a shape of this class has a surface and an inside: false for point clouds.

    Raises:
        InputError: it is no shape.
    """
    return representation_of(shape).has_inside


def occupied(shape: Shape, points: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    """Bool[N]: which of `points` Float[N, 3] lie in the solid of `shape`.

    In a mesh, where its winding number is at least ½, whichever way its faces are turned; in a grid, where the
    trilinearly interpolated values, zero outside the box, are above its threshold, as in `marching_cubes`.

    Raises:
        InputError: the shape is a point cloud, or not finite.
    """
    return containment(shape, points).inside


def containment(shape: Shape, points: Float[np.ndarray, "n 3"]) -> Containment:
    """`occupied`, with whether `shape` bounds a solid at all, how many of the points are in doubt, and what was turned.

    Only meshes can be in doubt, or inside out.

    Raises:
        InputError: as `occupied`.
    """
    return representation_of(shape).containment(shape, points)


def bounds_a_solid(shape: Shape) -> bool:
    """Whether inside and outside of `shape` are well defined.

    A mesh bounds a solid if every edge is run along as often in one direction as in the other, so that winding numbers
    are whole. That is weaker than `is_watertight`: solids may touch along an edge. Vertices at the same place count as
    one. Grids and other solids always do, point clouds never.

    Raises:
        InputError: it is no shape.
    """
    return representation_of(shape).bounds_a_solid(shape)


def inside_out(shape: Shape) -> float:
    """The fraction of the surface of `shape` that looks into the solid; it is turned before its inside is asked for.

    Only meshes have such a part; it is that of the area which `outward` turns.

    Raises:
        InputError: it is no shape.
    """
    return representation_of(shape).inside_out(shape)


def bounds(shape: Shape) -> Float[np.ndarray, "2 3"]:
    """Float[2, 3]: lowest and highest corner of the box around `shape`; of a mesh, around the vertices faces use.

    Raises:
        InputError: the shape is empty.
    """
    representation = representation_of(shape)
    if shape.is_empty:
        raise InputError(f"an empty {representation.noun} has no bounds")
    return representation.bounds(shape)


def moved(
    shape: AnyShape,
    *,
    scale: float = 1.0,
    rotation: Float[np.ndarray, "3 3"] | None = None,
    offset: Float[np.ndarray, " 3"] | float = 0.0,
) -> AnyShape:
    """`shape` under the similarity x ↦ rotation · (scale · x) + offset; normals turn with it, radii are scaled.

    Args:
        rotation: Float[3, 3]; default: none. It may hold a positive factor of its own, as registration gives it.
        offset: Float[3].

    Raises:
        InputError: a voxel grid, whose box is fixed; `rotation` is not finite or turns no similar shape into another.
    """
    matrix = np.eye(3) if rotation is None else _similar(as_array(rotation, np.float64, (3, 3), "rotation"))
    shift = np.asarray(offset, dtype=np.float64)
    if shift.shape not in ((), (3,)):
        raise InputError(f"offset: expected one number or three, found shape {list(shift.shape)}")
    return representation_of(shape).moved(shape, matrix, scale, shift)


def _similar(matrix: np.ndarray) -> np.ndarray:
    """`matrix`, if it keeps angles and handedness, to the precision of cameras in files."""
    factor = np.cbrt(np.linalg.det(matrix))
    if not factor > 0 or not np.allclose(matrix @ matrix.T, factor**2 * np.eye(3), atol=1e-3 * factor**2):
        raise InputError("rotation: expected a finite rotation matrix, or one times a positive factor")
    return matrix
