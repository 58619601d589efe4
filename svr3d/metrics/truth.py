"""What is known of the true shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import geometry
from ..errors import InputError
from ..geometry import Mesh, PartMesh, PointCloud, VoxelGrid

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What is known of the true shape, in the canonical frame. Each may be None; what is stored is used as it is, and
    the rest is derived from the mesh.

    Args:
        surface: points drawn uniformly on the surface, with normals.
        points: Float[N, 3], uniform in a box around the shape.
        inside: Bool[N], whether each of `points` is inside.
        voxels: the occupancy grid.
        mesh: the surface.
        parts: the surface, in parts.
        part_voxels: the grid of part labels; label `l` is `labels[l - 1]`.
        labels: the names of part labels, by which the parts of predicted meshes are labelled.

    Raises:
        InputError: a part is empty, not finite or of another shape, or `points` comes without `inside`.
    """

    surface: PointCloud | None = None
    points: Float[np.ndarray, "n 3"] | None = None
    inside: Bool[np.ndarray, " n"] | None = None
    voxels: VoxelGrid | None = None
    mesh: Mesh | None = None
    parts: PartMesh | None = None
    part_voxels: VoxelGrid | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            shape = getattr(self, name)
            if shape is None:
                continue
            if not isinstance(shape, kind):
                raise InputError(
                    f"ground truth: expected `{name}` to be a {kind.__name__}, found {type(shape).__name__}"
                )
            if shape.is_empty or not shape.is_finite:
                raise InputError(f"ground truth: `{name}` is {'empty' if shape.is_empty else 'not finite'}")
        if self.part_voxels is not None and self.part_voxels.labels is None:
            raise InputError("ground truth: `part_voxels` has no labels")
        if (self.points is None) != (self.inside is None):
            raise InputError("ground truth: `points` and `inside` come together, found only one of them")
        if self.points is None:
            return
        points, inside = np.asarray(self.points, dtype=np.float64), np.asarray(self.inside)
        if points.ndim != 2 or points.shape[1] != 3 or inside.shape != points.shape[:1] or inside.dtype != np.bool_:
            raise InputError(
                f"ground truth: expected `points` Float[N, 3] and `inside` Bool[N], "
                f"found {list(points.shape)} and {inside.dtype} {list(inside.shape)}"
            )
        if not np.isfinite(points).all() or not inside.any():
            raise InputError("ground truth: `points` must be finite and some of them inside the shape")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "inside", inside)

    @classmethod
    def of(cls, truth: Any) -> GroundTruth:
        """What is known where the truth is one shape: of points their places, of anything else the surface too.

        Raises:
            InputError: it is no shape, or it is empty or not finite.
        """
        if isinstance(truth, GroundTruth):
            return truth
        if not geometry.is_shape(truth):
            raise InputError(f"ground truth: expected a shape or a `GroundTruth`, found {type(truth).__name__}")
        if truth.is_empty or not truth.is_finite:
            raise InputError(f"ground truth: the shape is {'empty' if truth.is_empty else 'not finite'}")
        if isinstance(truth, PointCloud):
            return cls(surface=truth)
        mesh = geometry.to_mesh(truth)
        if isinstance(truth, VoxelGrid):
            return cls(mesh=mesh, voxels=truth, part_voxels=None if truth.labels is None else truth)
        return cls(mesh=mesh, parts=mesh if isinstance(mesh, PartMesh) else None)

    @property
    def box(self) -> Float[np.ndarray, "2 3"]:
        """Float[2, 3]: a box with the centre and the longest side of the true shape's: its mesh's, or without one the
        canonical one. (Of points drawn on a surface, the box is a little smaller than the surface's.)"""
        mesh = self.parts if self.mesh is None else self.mesh
        return np.array([[-0.5] * 3, [0.5] * 3]) if mesh is None else mesh.bounds


_KINDS = {"surface": PointCloud, "voxels": VoxelGrid, "mesh": Mesh, "parts": PartMesh, "part_voxels": VoxelGrid}
