"""Scores of one prediction against the truth, under one or several protocols."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from .. import geometry
from ..geometry import InputError, Mesh, PointCloud, VoxelGrid
from .chamfer import chamfer_distance
from .declarations import get_metric
from .emd import earth_movers_distance
from .fscore import f_score
from .iou import overlap, point_iou
from .neighbors import nearest_neighbors
from .normals import normal_consistency
from .protocol import Protocol, curve_name, load_protocol

VOLUME_SIDE = 1.1
"""Side of the box around the origin in which points are drawn where the truth stores none, as in Occupancy Networks."""


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

    Raises:
        InputError: a part is empty, not finite or of another shape, or `points` comes without `inside`.
    """

    surface: PointCloud | None = None
    points: np.ndarray | None = None
    inside: np.ndarray | None = None
    voxels: VoxelGrid | None = None
    mesh: Mesh | None = None

    def __post_init__(self) -> None:
        for name, kind in (("surface", PointCloud), ("voxels", VoxelGrid), ("mesh", Mesh)):
            shape = getattr(self, name)
            if shape is None:
                continue
            if not isinstance(shape, kind):
                raise InputError(
                    f"ground truth: expected `{name}` to be a {kind.__name__}, found {type(shape).__name__}"
                )
            if shape.is_empty or not shape.is_finite:
                raise InputError(f"ground truth: `{name}` is {'empty' if shape.is_empty else 'not finite'}")
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


@dataclass(frozen=True)
class Score:
    """What comes of one prediction.

    Args:
        values: by protocol, then by metric, in the protocol's order.
        status: `ok`, or `failed` if it is under any of the protocols.
        reason: why it failed, one sentence; empty if it did not.
        failures: the reason by protocol under which it failed. (A grid of which no voxel is above its own threshold
            fails where there must be a surface, but not where another threshold holds.)
        seconds: by part of the work: `truth`, `conversion`, `neighbours`, `surface`, `emd`, `iou`.
        truth_points: by protocol, the number of true surface points, where the truth has fewer than it asks for.
    """

    values: dict[str, dict[str, float]]
    status: str = "ok"
    reason: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    truth_points: dict[str, int] = field(default_factory=dict)


def evaluate(
    prediction: Any, truth: GroundTruth | Mesh, protocol: str | Path | Protocol = "svr3d-v1"
) -> dict[str, float]:
    """The metrics of one protocol for one prediction: `score` in short.

    Args:
        prediction: a `Mesh`, `PointCloud` or `VoxelGrid` in the canonical frame; what failed gets the worst values.
        truth: what is known of the true shape, or its mesh.
        protocol: a name, the path of a YAML file, or a `Protocol`.

    Raises:
        InputError: an unknown protocol, or a truth that it cannot be applied to.
    """
    chosen = _protocols(protocol)[0]
    return score(prediction, truth, chosen).values[chosen.name]


def score(
    prediction: Any,
    truth: GroundTruth | Mesh,
    protocols: str | Path | Protocol | Iterable[str | Path | Protocol],
    *,
    seed: int = 0,
) -> Score:
    """The metrics of one prediction under one or several protocols; what they share is computed once.

    A prediction that is missing, empty, non-finite or cannot be converted gets the worst value of each metric and
    the status `failed`; it never raises. A point cloud has no inside (its IoU is 0), and without normals its normal
    consistency is 0.

    Args:
        prediction: a `Mesh`, `PointCloud` or `VoxelGrid` in the canonical frame, or None where there is none.
        truth: what is known of the true shape, or its mesh. Where its stored surface sample is larger than a protocol
            asks for, a random part is used; where it is smaller, it is drawn anew from the mesh, or, without a mesh,
            used whole, with a warning and an entry in `Score.truth_points`.
        protocols: names, paths of YAML files, or `Protocol`s.
        seed: of all random choices; prediction and truth draw independently.

    Raises:
        InputError: an unknown protocol, or a truth that one cannot be applied to.
    """
    chosen = _protocols(protocols)
    comparison = _Comparison(prediction, GroundTruth(mesh=truth) if isinstance(truth, Mesh) else truth, seed)
    values, failures, short = {}, {}, {}
    for protocol in chosen:
        comparison.check_truth(protocol)
        try:
            found = comparison.measure(protocol)
        except _PredictionError as failure:
            failures[protocol.name] = str(failure)
            found = comparison.worst(protocol)
        values[protocol.name] = {name: found[name] for name in protocol.metrics}
        if protocol.surface_points and "surface" in protocol.targets:
            points = len(comparison.true_surface(protocol.surface_points))
            if points < protocol.surface_points:
                short[protocol.name] = points
    status, reason = ("failed", next(iter(failures.values()))) if failures else ("ok", "")
    return Score(values, status, reason, failures, comparison.seconds, short)


def _protocols(protocols: Any) -> list[Protocol]:
    single = isinstance(protocols, str | Path | Protocol)
    chosen = [p if isinstance(p, Protocol) else load_protocol(p) for p in ([protocols] if single else protocols)]
    if len({protocol.name for protocol in chosen}) < len(chosen):
        raise InputError(f"protocols: expected each once, found {', '.join(p.name for p in chosen)}")
    return chosen


class _PredictionError(Exception):
    """The prediction, not the program or the truth, is at fault."""


_STREAMS = ("predicted surface", "true surface", "true points", "predicted part", "true part", "volume part")
"""Independent random streams. One stream for both sides would draw the same points on equal surfaces."""


class _Comparison:
    """One prediction and one truth, with everything that protocols ask of them computed once."""

    def __init__(self, prediction: Any, truth: GroundTruth, seed: int) -> None:
        self.prediction, self.truth, self.seed = prediction, truth, seed
        self.seconds: dict[str, float] = {}
        self._known: dict[tuple, Any] = {}

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

    def _some(self, size: int, count: int, stream: str) -> np.ndarray | slice:
        """Indices of `count` of `size` rows; of all, in order, where there are not more."""
        return slice(None) if size <= count else self._random(stream).choice(size, count, replace=False)

    # The truth.

    def check_truth(self, protocol: Protocol) -> None:
        """Derive what `protocol` needs of the truth.

        Raises:
            InputError: it is not there.
        """
        needs = {
            "surface": lambda: self.true_surface(protocol.surface_points),
            "occupancy": lambda: self.true_volume(protocol.volume_points),
            "voxels": lambda: self.true_grid(protocol),
        }
        for target in sorted(protocol.targets):
            try:
                found = needs[target]()
            except InputError as error:
                raise InputError(f"protocol {protocol.name}: {error}") from error
            if target != "surface":
                continue
            if "normal" in protocol.metrics and found.normals is None:
                raise InputError(f"protocol {protocol.name}: the ground truth's surface has no normals")
            if protocol.measures(protocol.by_matching) and len(found) < protocol.emd_points:
                raise InputError(
                    f"protocol {protocol.name}: EMD matches {protocol.emd_points} points, "
                    f"but the ground truth's surface has {len(found)}"
                )

    def true_surface(self, count: int) -> PointCloud:
        def compute() -> PointCloud:
            stored, mesh = self.truth.surface, self.truth.mesh
            if stored is None and mesh is None:
                raise InputError("the ground truth has neither surface points nor a mesh")
            if mesh is not None and (stored is None or len(stored) < count):
                return geometry.sample_surface(mesh, count, seed=self._seed("true surface"))
            if len(stored) < count:
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

    def true_grid(self, protocol: Protocol) -> np.ndarray:
        """Bool[R, R, R]."""
        resolution, threshold = protocol.resolution, protocol.voxel_threshold

        def compute() -> np.ndarray:
            grid = self.truth.voxels
            if self.truth.mesh is not None and (grid is None or grid.resolution != resolution):
                grid = geometry.voxelize(self.truth.mesh, resolution)
            if grid is None:
                raise InputError("the ground truth has neither voxels nor a mesh")
            if grid.resolution != resolution:
                raise InputError(f"the ground truth's voxels have resolution {grid.resolution}, expected {resolution}")
            occupancy = _with_threshold(grid, threshold).occupancy
            if not occupancy.any():
                raise InputError("the ground truth's voxels are all empty")
            return occupancy

        return self._once("truth", ("true grid", resolution, threshold), compute)

    # The prediction. Whatever goes wrong in its conversion is its own fault.

    def predicted(self, threshold: float | str | None) -> Mesh | PointCloud | VoxelGrid:
        """The prediction, once it is known to be usable; a grid with the protocol's threshold."""
        shape = self.prediction
        if shape is None:
            raise _PredictionError("there is no prediction")
        if not isinstance(shape, Mesh | PointCloud | VoxelGrid):
            raise _PredictionError(f"the prediction is no shape but of type {type(shape).__name__}")
        if not shape.is_finite:
            raise _PredictionError("the prediction is not finite")
        shape = _with_threshold(shape, threshold) if isinstance(shape, VoxelGrid) else shape
        if shape.is_empty:
            raise _PredictionError("the prediction is empty")
        return shape

    def _convert(self, key: tuple, threshold: Any, convert: Callable[[Any], Any]) -> Any:
        def compute() -> Any:
            shape = self.predicted(threshold)
            try:
                with np.errstate(over="ignore", invalid="ignore"):  # a diverged shape; what it leads to is looked at
                    return convert(shape)
            except Exception as error:  # a shape from outside may break anything; the reason is kept and counted
                kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
                raise _PredictionError(f"the prediction cannot be converted: {kind}{error}") from error

        return self._once("conversion", (*key, threshold if isinstance(self.prediction, VoxelGrid) else None), compute)

    def predicted_surface(self, protocol: Protocol) -> PointCloud:
        count = protocol.surface_points

        def convert(shape: Any) -> PointCloud:
            surface = geometry.to_surface(shape, count, seed=self._seed("predicted surface"))
            if surface.is_empty or not surface.is_finite:
                raise InputError("its surface is empty or not finite")
            return surface

        return self._convert(("surface", count), protocol.voxel_threshold, convert)

    def predicted_grid(self, protocol: Protocol) -> np.ndarray:
        resolution = protocol.resolution

        def convert(shape: Any) -> np.ndarray:
            if isinstance(shape, PointCloud):
                return np.zeros((resolution,) * 3, bool)
            return geometry.to_voxels(shape, resolution).occupancy

        return self._convert(("grid", resolution), protocol.voxel_threshold, convert)

    def predicted_inside(self, protocol: Protocol) -> np.ndarray:
        points, _ = self.true_volume(protocol.volume_points)

        def convert(shape: Any) -> np.ndarray:
            if isinstance(shape, PointCloud):
                return np.zeros(len(points), bool)
            return geometry.occupied(shape, points)

        return self._convert(("inside", protocol.volume_points), protocol.voxel_threshold, convert)

    # The metrics.

    def worst(self, protocol: Protocol) -> dict[str, float]:
        """The values of a failed prediction."""
        worst = {name: protocol.worst(name) for name in protocol.metrics}
        union = f"iou_{protocol.resolution}_union"
        if union in worst:
            worst[union] = float(self.true_grid(protocol).sum())
        return worst

    def measure(self, protocol: Protocol) -> dict[str, float]:
        """Every metric of the protocol, with its factor, none worse than that of a failed prediction.

        Raises:
            _PredictionError: there is nothing to measure, or a value is not finite.
        """
        found: dict[str, float] = {}
        for names, compute in (
            (protocol.on_surface, self._on_surface),
            (protocol.by_matching, self._by_matching),
            (protocol.on_grid, self._on_grid),
            (protocol.in_volume, self._in_volume),
        ):
            if protocol.measures(names):
                found |= compute(protocol)
        values = {}
        for name in protocol.metrics:
            value = found[name] * protocol.factor(name)
            if not math.isfinite(value):
                raise _PredictionError(f"the prediction's {name} is not finite")
            worst = protocol.worst(name)
            too_bad = value > worst and not get_metric(name).higher_is_better  # never so where the worst is NaN
            values[name] = worst if too_bad else value
        return values

    def _surfaces(self, protocol: Protocol) -> tuple[tuple, PointCloud, PointCloud]:
        """What identifies the pair of surfaces, the predicted and the true one."""
        key = (protocol.surface_points, protocol.voxel_threshold)
        return key, self.predicted_surface(protocol), self.true_surface(protocol.surface_points)

    def _on_surface(self, protocol: Protocol) -> dict[str, float]:
        key, x, y = self._surfaces(protocol)
        near = self._once(
            "neighbours", ("neighbours", *key), lambda: self._refuse(nearest_neighbors, x.points, y.points)
        )

        def compute() -> dict[str, float]:
            values = {
                "cd_l1": chamfer_distance(x.points, y.points, squared=False, directions="mean", neighbors=near),
                "cd_l2": chamfer_distance(x.points, y.points, squared=True, directions="sum", neighbors=near),
            }
            if "normal" in protocol.metrics:
                normals = np.zeros_like(x.points) if x.normals is None else x.normals
                values["normal"] = normal_consistency(x.points, y.points, normals, y.normals, neighbors=near)
            thresholds = dict(protocol.thresholds) | {curve_name(t): t for t in protocol.curve}
            if thresholds:
                values |= zip(
                    thresholds, f_score(x.points, y.points, [*thresholds.values()], neighbors=near).f, strict=True
                )
            return {name: float(value) for name, value in values.items()}

        return self._once("surface", ("surface values", protocol.name), compute)

    def _by_matching(self, protocol: Protocol) -> dict[str, float]:
        key, x, y = self._surfaces(protocol)
        count, tolerance = protocol.emd_points, protocol.emd_tolerance

        def compute() -> dict[str, float]:
            a = _take(x, self._some(len(x), count, "predicted part")).points
            b = _take(y, self._some(len(y), count, "true part")).points
            result = self._refuse(earth_movers_distance, a, b, tolerance=tolerance)
            return {"emd": float(result.value), "emd_bound": float(result.lower_bound)}

        return self._once("emd", ("emd", *key, count, tolerance), compute)

    def _on_grid(self, protocol: Protocol) -> dict[str, float]:
        a, b = self.predicted_grid(protocol), self.true_grid(protocol)
        name = f"iou_{protocol.resolution}"
        key = ("grid counts", protocol.resolution, protocol.voxel_threshold)
        intersection, union = self._once("iou", key, lambda: overlap(a, b))
        return {name: intersection / union, f"{name}_intersection": float(intersection), f"{name}_union": float(union)}

    def _in_volume(self, protocol: Protocol) -> dict[str, float]:
        inside = self.predicted_inside(protocol)
        _, truth = self.true_volume(protocol.volume_points)
        key = ("volume iou", protocol.volume_points, protocol.voxel_threshold)
        return {"iou": self._once("iou", key, lambda: point_iou(inside, truth))}

    def _refuse(self, function: Callable, *args: Any, **options: Any) -> Any:
        """A metric on points; the truth is checked, so an error (an overflow) is the prediction's."""
        try:
            return function(*args, **options)
        except InputError as error:
            raise _PredictionError(f"the prediction cannot be compared: {error}") from error


def _take(cloud: PointCloud, index: np.ndarray | slice) -> PointCloud:
    normals = None if cloud.normals is None else cloud.normals[index]
    return PointCloud(cloud.points[index], normals)


def _with_threshold(grid: VoxelGrid, threshold: float | str | None) -> VoxelGrid:
    return grid if threshold in (None, "own") else replace(grid, threshold=threshold)
