"""What metrics ask of the truth: taken as it is stored, or derived of its mesh."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import geometry
from ..errors import InputError
from ..geometry import Mesh, PointCloud, VoxelGrid
from ._content import content
from .memo import Memo
from .setting import Setting
from .truth import GroundTruth

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

VOLUME_SIDE = 1.1
"""Side of the box around the origin in which points are drawn where the truth stores none, as in Occupancy Networks."""

STORED_POINTS = 100_000
"""Surface points that stand for a mesh where a protocol takes all that the truth stores, and it stores none."""


class TrueSide:
    """The true shape in one setting. All of it raises InputError where the truth lacks what it would be derived of."""

    def __init__(self, truth: GroundTruth, setting: Setting, memo: Memo) -> None:
        self.known, self._setting, self._memo = truth, setting, memo

    @property
    def mesh(self) -> Mesh:
        mesh = self.known.mesh if self.known.mesh is not None else self.known.parts
        if mesh is None:
            raise InputError("the ground truth has no mesh")
        return mesh

    @property
    def points(self) -> PointCloud:
        """The points that the setting names."""
        chosen = self._setting.points
        assert chosen is not None
        if chosen.truth.source == "surface":
            return self.surface(chosen.truth.count)
        key = ("true vertices", chosen.truth.count)
        return self._memo.once("truth", key, lambda: vertices(self.mesh, chosen.truth.count, self._memo, key[0]))

    def surface(self, count: int | None) -> PointCloud:
        """`count` surface points, with normals where they are known; None: all that are stored."""

        def compute() -> PointCloud:
            stored, mesh = self.known.surface, self.known.mesh
            if mesh is not None and (stored is None or (count is not None and len(stored) < count)):
                return geometry.sample_surface(mesh, count or STORED_POINTS, seed=self._memo.seed("true surface"))
            if stored is None:
                raise InputError("the ground truth has neither surface points nor a mesh")
            if count is not None and len(stored) < count:
                warnings.warn(
                    f"the ground truth has {len(stored)} surface points of the {count} that the protocol asks for, "
                    "and no mesh to draw them from: all are used, and distances come out somewhat larger",
                    stacklevel=2,
                )
            return taken(stored, self._memo.some(len(stored), count, "true surface"))

        return self._memo.once("truth", ("true surface", count), compute)

    def volume(self, count: int) -> tuple[Float[np.ndarray, "n 3"], Bool[np.ndarray, " n"]]:
        """Points in space, and whether they are inside; at most `count`."""

        def compute() -> tuple[np.ndarray, np.ndarray]:
            truth = self.known
            if truth.points is not None and truth.inside is not None:
                some = self._memo.some(len(truth.points), count, "volume part")
                return truth.points[some], truth.inside[some]
            if truth.mesh is None:
                raise InputError("the ground truth has neither points in space nor a mesh")
            points = VOLUME_SIDE * (self._memo.random("true points").random((count, 3)) - 0.5)
            inside = geometry.contains(truth.mesh, points)
            if not inside.any():
                raise InputError(
                    f"none of {count} points in space is inside the ground truth's mesh: does it bound a solid?"
                )
            return points, inside

        return self._memo.once("truth", ("true volume", count), compute)

    def occupancy(self, resolution: int) -> Float[np.ndarray, "r r r"]:
        """Over the canonical box or, where the setting aligns, over the shape's own."""
        grid, aligned = self._voxels(resolution), self._setting.alignment != "none"
        if not aligned:
            return grid.values
        key = ("true content", resolution, self._setting.voxel_rule)
        return self._memo.once("truth", key, lambda: content(grid.values, resolution))

    def grid(self, resolution: int) -> Bool[np.ndarray, "r r r"]:
        """`occupancy` above the threshold."""
        return self.occupancy(resolution) > self._setting.threshold(self._voxels(resolution).threshold)

    def _voxels(self, resolution: int) -> VoxelGrid:
        """The grid, stored or made of the mesh by the setting's rule."""
        rule = self._setting.voxel_rule
        grid = self._memo.once("truth", ("true voxels", resolution, rule), lambda: self._made_voxels(resolution))
        if rule == "cover" and replace(grid, threshold=self._setting.threshold(grid.threshold)).is_empty:
            raise InputError("the ground truth's voxels are all empty")
        return grid

    def _made_voxels(self, resolution: int) -> VoxelGrid:
        grid, rule = self.known.voxels, self._setting.voxel_rule
        mesh = self.known.mesh or (self.known.parts if rule == "centers" else None)
        if mesh is not None and (grid is None or grid.resolution != resolution or rule == "centers"):
            made = geometry.voxelize(mesh, resolution, rule)
            if rule == "centers" and made.is_empty:
                _warn_of_centers(
                    "a ground truth is too thin to have any voxel: IoU is 0, or 1 with a prediction like it"
                )
            return made
        if grid is None:
            raise InputError("the ground truth has neither voxels nor a mesh")
        if grid.resolution != resolution:
            raise InputError(f"the ground truth's voxels have resolution {grid.resolution}, expected {resolution}")
        if rule == "centers":
            _warn_of_centers("a ground truth without mesh is compared by its voxels as they are stored")
        return grid

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of part labels, by which predicted parts are found; empty where nobody knows them."""
        truth = self.known
        named = () if truth.part_voxels is None else truth.part_voxels.label_names
        return tuple(truth.labels) or named or (() if truth.parts is None else tuple(truth.parts.labels))

    def labels(self, resolution: int) -> VoxelGrid:
        """The grid of part labels, by `label_names`."""

        rule = self._setting.voxel_rule

        def compute() -> VoxelGrid:
            grid, parts = self.known.part_voxels, self.known.parts
            if parts is not None and (grid is None or rule == "centers"):
                grid = geometry.part_labels(parts, resolution, rule)
            elif grid is not None and rule == "centers":
                _warn_of_centers("a ground truth without parts is compared by its part labels as they are stored")
            if grid is None:
                raise InputError("the ground truth has neither part labels of voxels nor parts")
            if grid.resolution != resolution:
                raise InputError(f"the ground truth's part labels have resolution {grid.resolution}, not {resolution}")
            return geometry.relabelled(grid, self.label_names)

        return self._memo.once("truth", ("true labels", resolution, rule), compute)

    @property
    def scale(self) -> float:
        """The factor that takes the canonical frame to the setting's."""
        frame = self._setting.frame
        if frame.extent == "side":
            return frame.size

        def compute() -> float:
            points = self.surface(None).points
            if frame.extent == "diagonal":
                return float(np.linalg.norm(np.ptp(points, axis=0)))
            return float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())

        extent = self._memo.once("truth", ("extent", frame.extent), compute)
        if not extent > 0:
            raise InputError(f"the ground truth's surface has no {frame.extent}")
        return frame.size / extent


def _warn_of_centers(what: str) -> None:
    warnings.warn(f"by the protocol's voxel rule `centers`, {what}", stacklevel=2)


def vertices(mesh: Mesh, count: int | None, memo: Memo, stream: str) -> PointCloud:
    """The vertices that faces use; `count` of them, drawn with repetition."""
    used = np.unique(mesh.faces)
    return PointCloud(mesh.vertices[used[memo.drawn(len(used), count, stream)]])


def taken(cloud: PointCloud, index: np.ndarray | slice) -> PointCloud:
    """Some of the points, with their normals."""
    normals = None if cloud.normals is None else cloud.normals[index]
    return PointCloud(cloud.points[index], normals)
