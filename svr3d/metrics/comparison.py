"""One prediction beside one truth: everything that protocols ask of the two, computed once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from .. import geometry
from ..errors import InputError, is_out_of_memory
from ..geometry import Mesh, PartMesh, PointCloud, VoxelGrid
from ._content import content
from .chamfer import chamfer_distance
from .declarations import get_metric
from .emd import earth_movers_distance
from .fscore import f_score
from .iou import overlap, point_iou
from .neighbors import Neighbors, nearest_neighbors
from .normals import normal_consistency
from .protocol import Protocol, curve_name
from .truth import GroundTruth

VOLUME_SIDE = 1.1
"""Side of the box around the origin in which points are drawn where the truth stores none, as in Occupancy Networks."""

STORED_POINTS = 100_000
"""Surface points that stand for a mesh where a protocol takes all that the truth stores, and it stores none."""


class PredictionError(Exception):
    """The prediction, not the program or the truth, is at fault."""


_STREAMS = (
    *("predicted surface", "true surface", "true points", "predicted part", "true part", "volume part"),
    *("predicted vertices", "true vertices", "structure"),
)
"""Independent random streams. One stream for both sides would draw the same points on equal surfaces."""


class Comparison:
    """A prediction and a truth in the canonical frame. What a protocol's own frame scales is scaled in the end, so
    that protocols which differ in their frames share their points, neighbours and matchings.

    Args:
        prediction: anything; what is wrong with it is found when it is asked for.
        truth: what is known of the true shape.
        seed: of all random choices.
    """

    def __init__(self, prediction: Any, truth: GroundTruth, seed: int) -> None:
        self.prediction, self.truth, self.seed = prediction, truth, seed
        self.seconds: dict[str, float] = {}
        self._known: dict[tuple, Any] = {}

    def measure(self, protocol: Protocol) -> dict[str, float]:
        """Every metric of the protocol, in its frame and with its factors, none worse than that of a failed prediction.

        Raises:
            PredictionError: there is nothing to measure, or a value is not finite.
        """
        found: dict[str, float] = {}
        for names, compute in (
            (protocol.on_points, self._on_points),
            (protocol.by_matching, self._by_matching),
            (protocol.on_grid, self._on_grid),
            (protocol.on_labels, self._on_labels),
            (protocol.in_volume, self._in_volume),
            (protocol.on_parts, self._on_parts),
            (protocol.in_thickness, self._in_thickness),
            (protocol.in_topology, self._in_topology),
            (protocol.of_prediction, self._of_prediction),
        ):
            if protocol.measures(names):
                found |= compute(protocol)
        values, scale = {}, self.scale(protocol)
        for name in protocol.metrics:
            metric = get_metric(name)
            value = found[name] * scale**metric.dimension * protocol.factor(name)
            if not math.isfinite(value):
                raise PredictionError(f"the prediction's {name} is not finite")
            worst = protocol.worst(name, scale)
            too_bad = value > worst and not metric.higher_is_better  # never so where the worst is NaN
            values[name] = worst if too_bad else value
        return values

    def worst(self, protocol: Protocol) -> dict[str, float]:
        """The values of a failed prediction."""
        scale = self.scale(protocol)
        worst = {name: protocol.worst(name, scale) for name in protocol.metrics}
        union = f"iou_{protocol.resolution}_union"
        if union in worst:
            worst[union] = float(self.true_grid(protocol).sum())
        return worst

    def _once(self, part: str, key: tuple, compute: Callable[[], Any]) -> Any:
        """compute(), kept under `key`, its time added to `part`."""
        if key not in self._known:
            start = perf_counter()
            self._known[key] = compute()
            self.seconds[part] = self.seconds.get(part, 0.0) + perf_counter() - start
        return self._known[key]

    def _random(self, stream: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, _STREAMS.index(stream)])

    def _seed(self, stream: str) -> int:
        return int(self._random(stream).integers(2**31))

    def _some(self, size: int, count: int | None, stream: str) -> np.ndarray | slice:
        """Indices of `count` of `size` rows; of all, in order, where there are not more."""
        if count is None or size <= count:
            return slice(None)
        return self._random(stream).choice(size, count, replace=False)

    # The truth.

    def check_truth(self, protocol: Protocol) -> None:
        """Derive what `protocol` needs of the truth.

        Raises:
            InputError: it is not there.
        """
        try:
            if protocol.measures(protocol.on_points | protocol.by_matching):
                points = self.true_points(protocol)
                if "normal" in protocol.metrics and points.normals is None:
                    raise InputError("the ground truth's surface has no normals")
                if protocol.measures(protocol.by_matching) and len(points) < protocol.emd_points:
                    raise InputError(
                        f"EMD matches {protocol.emd_points} points, "
                        f"but the ground truth's {protocol.true_from} has {len(points)}"
                    )
            self.scale(protocol)
            if protocol.measures(protocol.in_volume):
                self.true_volume(protocol.volume_points)
            if protocol.measures(protocol.on_grid):
                self.true_grid(protocol)
            if protocol.measures(protocol.on_labels):
                self.true_labels(protocol.resolution)
            if protocol.measures(protocol.on_parts) and self.truth.parts is None:
                raise InputError("the ground truth has no parts")
            if protocol.measures(protocol.in_thickness | protocol.in_topology):
                self.true_mesh()
        except InputError as error:
            raise InputError(f"protocol {protocol.name}: {error}") from error

    def few_true_points(self, protocol: Protocol) -> int | None:
        """The number of true points where it is smaller than `protocol` asks for."""
        asked = protocol.true_points
        if asked is None or not protocol.measures(protocol.on_points | protocol.by_matching):
            return None
        count = len(self.true_points(protocol))
        return count if count < asked else None

    def scale(self, protocol: Protocol) -> float:
        """The factor that takes the canonical frame to the protocol's."""
        if protocol.extent == "side":
            return protocol.size

        def compute() -> float:
            points = self.true_surface(None).points
            if protocol.extent == "diagonal":
                return float(np.linalg.norm(np.ptp(points, axis=0)))
            return float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())

        extent = self._once("truth", ("extent", protocol.extent), compute)
        if not extent > 0:
            raise InputError(f"the ground truth's surface has no {protocol.extent}")
        return protocol.size / extent

    def true_mesh(self) -> Mesh:
        mesh = self.truth.mesh if self.truth.mesh is not None else self.truth.parts
        if mesh is None:
            raise InputError("the ground truth has no mesh")
        return mesh

    def true_points(self, protocol: Protocol) -> PointCloud:
        if protocol.true_from == "surface":
            return self.true_surface(protocol.true_points)
        key = ("true vertices", protocol.true_points)
        return self._once("truth", key, lambda: self._vertices(self.true_mesh(), protocol.true_points, key[0]))

    def true_surface(self, count: int | None) -> PointCloud:
        def compute() -> PointCloud:
            stored, mesh = self.truth.surface, self.truth.mesh
            if stored is None and mesh is None:
                raise InputError("the ground truth has neither surface points nor a mesh")
            if mesh is not None and (stored is None or (count is not None and len(stored) < count)):
                return geometry.sample_surface(mesh, count or STORED_POINTS, seed=self._seed("true surface"))
            if count is not None and len(stored) < count:
                warnings.warn(
                    f"the ground truth has {len(stored)} surface points of the {count} that the protocol asks for, "
                    "and no mesh to draw them from: all are used, and distances come out somewhat larger",
                    stacklevel=2,
                )
            return _take(stored, self._some(len(stored), count, "true surface"))

        return self._once("truth", ("true surface", count), compute)

    def true_volume(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Points Float[N, 3] and whether they are inside."""

        def compute() -> tuple[np.ndarray, np.ndarray]:
            truth = self.truth
            if truth.points is not None:
                some = self._some(len(truth.points), count, "volume part")
                return truth.points[some], truth.inside[some]
            if truth.mesh is None:
                raise InputError("the ground truth has neither points in space nor a mesh")
            points = VOLUME_SIDE * (self._random("true points").random((count, 3)) - 0.5)
            inside = geometry.contains(truth.mesh, points)
            if not inside.any():
                raise InputError(
                    f"none of {count} points in space is inside the ground truth's mesh: does it bound a solid?"
                )
            return points, inside

        return self._once("truth", ("true volume", count), compute)

    def true_values(self, protocol: Protocol) -> np.ndarray:
        """Float[R, R, R], as `predicted_values`."""
        resolution, threshold = protocol.resolution, protocol.voxel_threshold
        aligned = protocol.alignment != "none"

        def compute() -> np.ndarray:
            grid = self.truth.voxels
            if self.truth.mesh is not None and (grid is None or grid.resolution != resolution):
                grid = geometry.voxelize(self.truth.mesh, resolution)
            if grid is None:
                raise InputError("the ground truth has neither voxels nor a mesh")
            if grid.resolution != resolution:
                raise InputError(f"the ground truth's voxels have resolution {grid.resolution}, expected {resolution}")
            grid = _with_threshold(grid, threshold)
            if grid.is_empty:
                raise InputError("the ground truth's voxels are all empty")
            return content(grid.values, resolution) if aligned else grid.values

        return self._once("truth", ("true values", resolution, threshold, aligned), compute)

    def true_grid(self, protocol: Protocol) -> np.ndarray:
        """Bool[R, R, R]."""
        grid = self.truth.voxels
        own = 0.5 if grid is None or grid.resolution != protocol.resolution else grid.threshold
        return self.true_values(protocol) > _threshold(protocol, own)

    def true_labels(self, resolution: int) -> VoxelGrid:
        def compute() -> VoxelGrid:
            grid, parts = self.truth.part_voxels, self.truth.parts
            if grid is None and parts is not None:
                grid = self._labelled(parts, resolution)
            if grid is None:
                raise InputError("the ground truth has neither part labels of voxels nor parts")
            if grid.resolution != resolution:
                raise InputError(f"the ground truth's part labels have resolution {grid.resolution}, not {resolution}")
            return grid

        return self._once("truth", ("true labels", resolution), compute)

    # The prediction. Whatever goes wrong in its conversion is its own fault.

    def predicted(self, threshold: float | str | None) -> Mesh | PointCloud | VoxelGrid:
        """The prediction, once it is known to be usable; a grid with the protocol's threshold."""
        shape = self.prediction
        if shape is None:
            raise PredictionError("there is no prediction")
        if not isinstance(shape, Mesh | PointCloud | VoxelGrid):
            raise PredictionError(f"the prediction is no shape but of type {type(shape).__name__}")
        if not shape.is_finite:
            raise PredictionError("the prediction is not finite")
        shape = _with_threshold(shape, threshold) if isinstance(shape, VoxelGrid) else shape
        if shape.is_empty:
            raise PredictionError("the prediction is empty")
        return shape

    def _convert(self, key: tuple, threshold: Any, convert: Callable[[Any], Any], *, part: str = "conversion") -> Any:
        """convert(prediction), kept under `key` (and a grid's threshold)."""

        def compute() -> Any:
            shape = self.predicted(threshold)
            try:
                with np.errstate(over="ignore", invalid="ignore"):  # a diverged shape; what it leads to is looked at
                    return convert(shape)
            except PredictionError:
                raise
            except Exception as error:  # a shape from outside may break anything; the reason is kept and counted
                if is_out_of_memory(error):
                    raise
                kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
                raise PredictionError(f"the prediction cannot be converted: {kind}{error}") from error

        return self._once(part, (*key, threshold if isinstance(self.prediction, VoxelGrid) else None), compute)

    def predicted_mesh(self, threshold: Any) -> Mesh:
        """The mesh, or a grid's iso-surface."""
        return self._convert(("mesh",), threshold, geometry.to_mesh)

    def predicted_points(self, protocol: Protocol) -> PointCloud:
        count, threshold = protocol.predicted_points, protocol.voxel_threshold

        def surface(shape: Any) -> PointCloud:
            if isinstance(shape, VoxelGrid):
                shape = self.predicted_mesh(threshold)
            points = geometry.to_surface(shape, count, seed=self._seed("predicted surface"))
            if points.is_empty or not points.is_finite:
                raise InputError("its surface is empty or not finite")
            return points

        def vertices(shape: Any) -> PointCloud:
            if isinstance(shape, PointCloud):
                return _take(shape, self._drawn(len(shape), count, "predicted vertices"))
            return self._vertices(self.predicted_mesh(threshold), count, "predicted vertices")

        convert = surface if protocol.predicted_from == "surface" else vertices
        return self._convert((protocol.predicted_from, count), threshold, convert)

    def _vertices(self, mesh: Mesh, count: int | None, stream: str) -> PointCloud:
        """The vertices that faces use; `count` of them, drawn with repetition."""
        used = np.unique(mesh.faces)
        return PointCloud(mesh.vertices[used[self._drawn(len(used), count, stream)]])

    def _drawn(self, size: int, count: int | None, stream: str) -> np.ndarray | slice:
        return slice(None) if count is None else self._random(stream).integers(size, size=count)

    def predicted_values(self, protocol: Protocol) -> np.ndarray:
        """Float[R, R, R] occupancy, over the canonical box or, where the protocol aligns, over the shape's own."""
        resolution, aligned = protocol.resolution, protocol.alignment != "none"

        def convert(shape: Any) -> np.ndarray:
            if isinstance(shape, PointCloud):
                return np.zeros((resolution,) * 3, np.float32)
            if not aligned:
                return geometry.to_voxels(shape, resolution).values
            if isinstance(shape, Mesh):
                shape = geometry.voxelize(geometry.normalize(shape)[0], resolution)
            return content(shape.values, resolution)

        return self._convert(("values", resolution, aligned), protocol.voxel_threshold, convert)

    def predicted_inside(self, protocol: Protocol) -> tuple[np.ndarray, float]:
        """Bool[N], which of the truth's points in space are inside; and the fraction of doubtful ones."""
        points, _ = self.true_volume(protocol.volume_points)

        def convert(shape: Any) -> tuple[np.ndarray, float]:
            if isinstance(shape, PointCloud):
                return np.zeros(len(points), bool), 1.0
            if isinstance(shape, VoxelGrid):
                return geometry.occupied(shape, points), 0.0
            found = geometry.containment(shape, points)
            return found.inside, found.ambiguous

        return self._convert(("inside", protocol.volume_points), protocol.voxel_threshold, convert)

    def _labelled(self, mesh: PartMesh, resolution: int) -> VoxelGrid:
        """`mesh` in voxels, its labels by the truth's names; names that the truth lacks come after them."""
        truth = self.truth
        names = truth.labels or (truth.parts.labels if truth.parts is not None else ())
        names = (*names, *(label for label in mesh.labels if label not in names))
        grid = geometry.voxelize_parts(mesh, resolution)
        lookup = np.array([0, *(1 + names.index(label) for label in mesh.labels)])
        return VoxelGrid(grid.values, labels=lookup[grid.labels])

    # The metrics, in the canonical frame.

    def _pair(self, protocol: Protocol) -> tuple[tuple, PointCloud, PointCloud]:
        """What identifies the pair of clouds, the predicted and the true one, as they are compared."""
        key = (
            *(protocol.alignment, protocol.predicted_from, protocol.predicted_points),
            *(protocol.true_from, protocol.true_points, protocol.voxel_threshold),
        )

        def compute() -> tuple[PointCloud, PointCloud]:
            x, y = self.predicted_points(protocol), self.true_points(protocol)
            if protocol.alignment == "points":
                return _boxed(x, x.points), _boxed(y, y.points)
            if protocol.alignment == "box":
                shape = self.predicted(protocol.voxel_threshold)
                if not isinstance(shape, PointCloud):
                    mesh = self.predicted_mesh(protocol.voxel_threshold)
                    return _boxed(x, mesh.vertices[np.unique(mesh.faces)]), y
                return _boxed(x, shape.points), y
            return x, y

        return key, *self._once("conversion", ("pair", *key), compute)

    def _on_points(self, protocol: Protocol) -> dict[str, float]:
        key, x, y = self._pair(protocol)
        near: Neighbors = self._once(
            "neighbours", ("neighbours", *key), lambda: self._refuse(nearest_neighbors, x.points, y.points)
        )

        def compute() -> dict[str, float]:
            values = {
                "cd_l1": chamfer_distance(x.points, y.points, squared=False, directions="mean", neighbors=near),
                "cd_l2": chamfer_distance(x.points, y.points, squared=True, directions="sum", neighbors=near),
                "hausdorff": max(near.x_to_y.max(), near.y_to_x.max()),
            }
            if "normal" in protocol.metrics:
                normals = np.zeros_like(x.points) if x.normals is None else x.normals
                values["normal"] = normal_consistency(x.points, y.points, normals, y.normals, neighbors=near)
            limits = dict(protocol.thresholds) | {curve_name(t): t for t in protocol.curve}
            if limits:
                scale = self.scale(protocol)
                result = f_score(x.points, y.points, [limit / scale for limit in limits.values()], neighbors=near)
                for i, name in enumerate(limits):
                    kind = {"precision": result.precision, "recall": result.recall}
                    values[name] = kind.get(name.partition("_")[0], result.f)[i]
            return {name: float(value) for name, value in values.items()}

        return self._once("surface", ("surface values", protocol.name), compute)

    def _by_matching(self, protocol: Protocol) -> dict[str, float]:
        key, x, y = self._pair(protocol)
        count, tolerance = protocol.emd_points, protocol.emd_tolerance

        def compute() -> dict[str, float]:
            if len(x) < count:
                raise PredictionError(f"EMD matches {count} points, but the prediction has {len(x)}")
            a = _take(x, self._some(len(x), count, "predicted part")).points
            b = _take(y, self._some(len(y), count, "true part")).points
            result = self._refuse(earth_movers_distance, a, b, tolerance=tolerance)
            return {"emd": float(result.value), "emd_bound": float(result.lower_bound)}

        return self._once("emd", ("emd", *key, count, tolerance), compute)

    def _on_grid(self, protocol: Protocol) -> dict[str, float]:
        name = f"iou_{protocol.resolution}"
        a, b = self.predicted_values(protocol), self.true_values(protocol)
        own = self.prediction.threshold if isinstance(self.prediction, VoxelGrid) else 0.5
        inside = self.true_grid(protocol)
        key = ("grid values", protocol.name)

        def compute() -> dict[str, float]:
            values = {}
            if not {name, f"{name}_intersection", f"{name}_union"}.isdisjoint(protocol.metrics):
                intersection, union = overlap(a > _threshold(protocol, own), inside)
                counts = {f"{name}_intersection": float(intersection), f"{name}_union": float(union)}
                values = {name: intersection / union} | counts
            for curve, threshold in zip(protocol.grid_curve_names, protocol.grid_curve, strict=True):
                intersection, union = overlap(a > threshold, b > threshold)
                values[curve] = intersection / union
            if "ap" in protocol.metrics:
                from .precision import average_precision

                values["ap"] = average_precision(a, inside)
            return values

        return self._once("iou", key, compute)

    def _on_labels(self, protocol: Protocol) -> dict[str, float]:
        resolution, truth = protocol.resolution, self.true_labels(protocol.resolution)

        def convert(shape: Any) -> dict[str, float]:
            from .part_voxels import part_iou

            if isinstance(shape, PartMesh):
                grid = self._labelled(shape, resolution)
            elif isinstance(shape, VoxelGrid) and shape.labels is not None:
                grid = geometry.to_voxels(shape, resolution)
            else:
                return {"part_iou": 0.0}
            return {"part_iou": part_iou(grid, truth).mean}

        return self._convert(("part iou", resolution), protocol.voxel_threshold, convert, part="structure")

    def _in_volume(self, protocol: Protocol) -> dict[str, float]:
        inside, ambiguous = self.predicted_inside(protocol)
        _, truth = self.true_volume(protocol.volume_points)
        key = ("volume iou", protocol.volume_points, protocol.voxel_threshold)
        return {"iou": self._once("iou", key, lambda: point_iou(inside, truth)), "ambiguous": ambiguous}

    def _on_parts(self, protocol: Protocol) -> dict[str, float]:
        def convert(shape: Any) -> dict[str, float]:
            from .part_matching import match_parts

            if not isinstance(shape, PartMesh):
                return {name: get_metric(name).worst for name in protocol.on_parts}
            found = match_parts(shape, self.truth.parts, points=protocol.part_points, seed=self._seed("structure"))
            return {"part_cd": found.part_cd, "part_count_error": float(found.part_count_error)}

        return self._convert(("parts", protocol.part_points), protocol.voxel_threshold, convert, part="structure")

    def _in_thickness(self, protocol: Protocol) -> dict[str, float]:
        count, threshold = protocol.thickness_points, protocol.voxel_threshold

        def convert(shape: Any) -> dict[str, float]:
            from .thickness import thickness_error

            if isinstance(shape, PointCloud):
                return {"thickness": get_metric("thickness").worst}
            mesh, _ = geometry.orient_faces(self.predicted_mesh(threshold))  # below an inside-out surface is no solid
            return {"thickness": thickness_error(mesh, self.true_mesh(), points=count, seed=self._seed("structure"))}

        return self._convert(("thickness", count), threshold, convert, part="structure")

    def _in_topology(self, protocol: Protocol) -> dict[str, float]:
        def convert(shape: Any) -> dict[str, float]:
            from .topology import genus_error

            if isinstance(shape, PointCloud):
                return {"genus_error": get_metric("genus_error").worst}
            return {"genus_error": float(genus_error(shape, self.true_mesh()))}

        return self._convert(("topology",), protocol.voxel_threshold, convert, part="structure")

    def _of_prediction(self, protocol: Protocol) -> dict[str, float]:
        threshold, points_only = protocol.voxel_threshold, isinstance(self.prediction, PointCloud)

        def watertight(shape: Any) -> float:
            if not isinstance(shape, Mesh):
                return float(not points_only)  # a grid always bounds what it holds
            return float(geometry.bounds_a_solid(shape))

        def health(shape: Any) -> dict[str, float]:
            if points_only:
                return {name: get_metric(name).worst for name in protocol.in_health}
            mesh = self.predicted_mesh(threshold)
            return {
                "components": float(geometry.components(mesh).max() + 1),
                "self_intersecting": len(np.unique(geometry.self_intersections(mesh))) / len(mesh.faces),
                "degenerate_faces": float((mesh.face_areas == 0).mean()),
            }

        values = {}
        if "watertight" in protocol.metrics:
            values["watertight"] = self._convert(("watertight",), threshold, watertight, part="structure")
        if protocol.measures(protocol.in_health):
            values |= self._convert(("health",), threshold, health, part="structure")
        return values

    def _refuse(self, function: Callable, *args: Any, **options: Any) -> Any:
        """A metric on points; the truth is checked, so an error (an overflow) is the prediction's."""
        try:
            return function(*args, **options)
        except InputError as error:
            raise PredictionError(f"the prediction cannot be compared: {error}") from error


def _take(cloud: PointCloud, index: np.ndarray | slice) -> PointCloud:
    normals = None if cloud.normals is None else cloud.normals[index]
    return PointCloud(cloud.points[index], normals)


def _boxed(cloud: PointCloud, points: np.ndarray) -> PointCloud:
    """`cloud`, moved and scaled as takes the bounding box of `points` to the origin and longest side 1."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = (high - low).max()
    if not side > 0:
        raise PredictionError("the prediction has no extent by which it could be aligned")
    return PointCloud((cloud.points - (low + high) / 2) / side, cloud.normals)


def _threshold(protocol: Protocol, own: float) -> float:
    return own if protocol.voxel_threshold in (None, "own") else protocol.voxel_threshold


def _with_threshold(grid: VoxelGrid, threshold: float | str | None) -> VoxelGrid:
    return grid if threshold in (None, "own") else replace(grid, threshold=threshold)
