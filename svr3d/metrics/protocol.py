"""Protocols: named, versioned, frozen descriptions of an evaluation, one YAML file each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import InputError
from .declarations import CURVE, METRICS, get_metric

GROUP = "svr3d.protocols"
"""Entry points of outside protocols: each names a YAML file's path, or a function that returns one or a `Protocol`."""

STORED_RESOLUTION = 32
"""Of the voxel grids that data sets store; others are made of the mesh."""

_BUILT_IN = Path(__file__).parent / "protocols"


@dataclass(frozen=True, eq=False)
class Protocol:
    """What is compared, how, and what comes out. The fields are those of the YAML file, which names all of them;
    None (`null`) where one does not apply.

    Distances are measured in a frame of the protocol's own: both shapes are scaled by one factor, so that an extent of
    the true shape gets the stated size. (Turning and moving both changes no metric, so a frame says nothing of it.)

    Args:
        name: as in records and tables; a changed protocol gets a new name.
        version: counts the changes of one idea; the name tells them apart.
        title: for people.
        reference: whose evaluation this is.
        note: what a reader of its numbers should know.
        extent: of the true shape: `side`, the longest of its bounding box, which is 1 in the canonical frame;
            `diagonal` of the box of its surface points; `radius`, their largest distance from their centroid.
        size: what that extent is in the protocol's frame.
        alignment: how the prediction is moved before: `none`; `box`, its bounding box is centred and scaled to longest
            side 1, as the truth's is; `points`, the same is done with each of the two sets of points that are compared.
            With either, grids are cropped to their content and resampled.
        norm: of a distance between points: `euclidean`.
        metrics: every recorded name, in order (those of the file, then the curves').
        factors: by which values of these metrics are multiplied; 1 for the others.
        predicted_from, true_from: where the compared points come from: `surface`, drawn uniformly over its area;
            `vertices` of the mesh (of a grid, those of its iso-surface).
        predicted_points, true_points: how many. None: all vertices; all points that the truth stores. Vertices
            are drawn with repetition.
        thresholds: distance of each F-score, precision or recall, by name, in the protocol's frame.
        curve: distances of the F-score's curve, recorded as `f@` and four decimals.
        emd_points: points of either set that are matched.
        emd_tolerance: largest relative gap between the EMD and its certified bound.
        resolution: of the voxel grids.
        voxel_threshold: a voxel is occupied above this value, on both sides; `own`: above the grid's own threshold.
        grid_curve: thresholds of the IoU's curve, recorded as `iou_R@` and two decimals.
        volume_points: points in space for the volumetric IoU.
        part_points: points on each part for its Chamfer distance.
        thickness_points: points on either surface at which the thickness is measured.
        aggregation: of the samples' values: `mean`.
        pooled: metrics made of a whole set: from counts that are added up (`Metric.sums`), or the best point of a
            curve (`Metric.best_of`).
        failure: what a failed prediction gets: `worst`, the metric's worst value times its factor (for a count of
            the union, the truth's own). No value of any prediction is worse: what would be is set to it.
    """

    name: str
    version: int
    title: str
    reference: str
    note: str
    extent: str
    size: float
    alignment: str
    norm: str | None
    metrics: tuple[str, ...]
    factors: Mapping[str, float]
    predicted_from: str | None
    predicted_points: int | None
    true_from: str | None
    true_points: int | None
    thresholds: Mapping[str, float]
    curve: tuple[float, ...]
    emd_points: int | None
    emd_tolerance: float | None
    resolution: int | None
    voxel_threshold: float | str | None
    grid_curve: tuple[float, ...]
    volume_points: int | None
    part_points: int | None
    thickness_points: int | None
    aggregation: str
    pooled: tuple[str, ...]
    failure: str

    @property
    def on_points(self) -> frozenset[str]:
        """Names of what is measured between points and their neighbours."""
        return frozenset({"cd_l1", "cd_l2", "hausdorff", "normal", *self.thresholds, *map(curve_name, self.curve)})

    @property
    def by_matching(self) -> frozenset[str]:
        """Names of what is measured by matching points one to one."""
        return frozenset({"emd", "emd_bound"})

    @property
    def on_grid(self) -> frozenset[str]:
        """Names of what is measured on voxel grids."""
        if self.resolution is None:
            return frozenset()
        name = f"iou_{self.resolution}"
        return frozenset({name, f"{name}_intersection", f"{name}_union", "ap", *self.grid_curve_names})

    @property
    def on_labels(self) -> frozenset[str]:
        """Names of what is measured on grids of part labels."""
        return frozenset({"part_iou"}) if self.resolution else frozenset()

    @property
    def in_volume(self) -> frozenset[str]:
        """Names of what is measured at points in space."""
        return frozenset({"iou", "ambiguous"})

    @property
    def on_parts(self) -> frozenset[str]:
        """Names of what is measured between meshes of parts."""
        return frozenset({"part_cd", "part_count_error"})

    @property
    def in_thickness(self) -> frozenset[str]:
        """Names of what is measured across the solid, from one side of its surface to the other."""
        return frozenset({"thickness"})

    @property
    def in_topology(self) -> frozenset[str]:
        """Names of what is counted of the solid."""
        return frozenset({"genus_error"})

    @property
    def of_prediction(self) -> frozenset[str]:
        """Names of what is measured of the prediction alone."""
        return frozenset({"watertight", *self.in_health})

    @property
    def in_health(self) -> frozenset[str]:
        """Names of what is counted among the predicted faces."""
        return frozenset({"components", "self_intersecting", "degenerate_faces"})

    @property
    def grid_curve_names(self) -> tuple[str, ...]:
        return tuple(f"iou_{self.resolution}@{threshold:.2f}" for threshold in self.grid_curve)

    def measures(self, names: frozenset[str]) -> bool:
        """Whether any of `names` is among its metrics."""
        return not names.isdisjoint(self.metrics)

    @property
    def targets(self) -> frozenset[str]:
        """The data set's targets that it needs: of `surface`, `occupancy`, `voxels`, `mesh`, `parts`,
        `part_voxels`."""
        points = self.on_points | self.by_matching
        lengths = frozenset(name for name in self.metrics if get_metric(name).dimension) | frozenset(self.thresholds)
        needs = [
            ("surface", points if self.true_from == "surface" else frozenset()),
            ("surface", lengths if self.extent != "side" else frozenset()),
            ("occupancy", self.in_volume),
            ("voxels" if self.resolution == STORED_RESOLUTION else "mesh", self.on_grid),
            ("mesh", self.in_thickness | self.in_topology),
            ("mesh", points if self.true_from == "vertices" else frozenset()),
            ("parts", self.on_parts),
            ("part_voxels", self.on_labels),
        ]
        return frozenset(target for target, names in needs if self.measures(names))

    def factor(self, metric: str) -> float:
        return self.factors.get(metric, 1.0)

    def worst(self, metric: str, scale: float = 1.0) -> float:
        """The value of `metric` for a failed prediction, where the protocol's frame is `scale` times the canonical
        one; NaN for a count that depends on the truth."""
        declared = get_metric(metric)
        return declared.worst * scale**declared.dimension * self.factor(metric)

    def unit(self, metric: str) -> str:
        """The unit of its values of `metric`, for people; empty for a plain fraction.

        >>> load_protocol("svr3d-v1").unit("cd_l1"), load_protocol("pixel2mesh").unit("f_tau")
        ('side', '%')
        """
        declared, factor = get_metric(metric), self.factor(metric)
        if declared.unit == "fraction":
            return "%" if factor == 100 else "" if factor == 1 else f"× {factor:g}"
        unit = declared.unit
        if declared.dimension and (self.extent, self.size) != ("side", 1):
            power = {1: "", 2: "²"}[declared.dimension]
            unit = f"{self.extent}{power}" + ("" if self.size == 1 else f"/{self.size:g}{power}")
        return unit if factor == 1 else f"{unit} × {factor:g}"


def curve_name(threshold: float) -> str:
    """The recorded name of one point of the F-score's curve.

    >>> curve_name(0.005)
    'f@0.0050'
    """
    return f"{CURVE}{threshold:.4f}"


def list_protocols() -> list[str]:
    """The names of the built-in protocols and of those that installed packages offer, sorted.

    >>> "svr3d-v1" in list_protocols()
    True
    """
    return sorted(_sources())


def load_protocol(name: str | Path) -> Protocol:
    """A protocol by its name, or from the path of its YAML file.

    Raises:
        InputError: no such protocol, or a file that is not a valid one (naming file and field).

    >>> load_protocol("svr3d-v1").true_points
    100000
    """
    if isinstance(name, Path) or Path(name).suffix in (".yaml", ".yml"):
        return _read(Path(name))
    sources = _sources()
    if name not in sources:
        raise InputError(f"unknown protocol '{name}'; known: {', '.join(sorted(sources))}, or the path of a .yaml file")
    source = sources[name]
    protocol = _read(source) if isinstance(source, Path) else _load(source)
    if protocol.name != name:
        raise InputError(f"protocol '{name}' calls itself '{protocol.name}' in {source}")
    return protocol


def _sources() -> dict[str, Path | EntryPoint]:
    sources: dict[str, Path | EntryPoint] = {path.stem: path for path in _BUILT_IN.glob("*.yaml")}
    for entry in entry_points(group=GROUP):
        if sources.setdefault(entry.name, entry) is not entry:
            raise InputError(
                f"two protocols are called '{entry.name}': {sources[entry.name]} and entry point {entry.value}"
            )
    return sources


def _load(entry: EntryPoint) -> Protocol:
    where = f"entry point '{entry.name}' ({entry.value})"
    try:
        found = entry.load()
    except (ImportError, AttributeError) as error:
        raise InputError(f"protocol {where} cannot be loaded: {error}") from error
    found = found() if callable(found) else found
    if isinstance(found, str | Path):
        return _read(Path(found))
    if not isinstance(found, Protocol):
        raise InputError(
            f"protocol {where}: expected the path of a YAML file or a Protocol, found {type(found).__name__}"
        )
    return found


def _read(path: Path) -> Protocol:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"protocol {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"protocol {path} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise InputError(f"protocol {path}: expected fields with values, found {type(content).__name__}")
    known = [field.name for field in fields(Protocol)]
    for name in content:
        if name not in known:
            raise InputError(f"protocol {path}: unknown field '{name}'; known: {', '.join(known)}")
    for name in known:
        if name not in content:
            raise InputError(f"protocol {path}: field '{name}' is missing (null where it does not apply)")
    return _checked(content, path)


def _checked(content: dict[str, Any], path: Path) -> Protocol:
    """The protocol, once every field has the right type and fits the others."""

    def check(field: str, valid: bool, expected: str) -> None:
        if not valid:
            raise InputError(f"protocol {path}: field '{field}' must be {expected}, found {content[field]!r}")

    def positive(value: Any, kind: type | tuple[type, ...] = (int, float)) -> bool:
        return isinstance(value, kind) and not isinstance(value, bool) and 0 < value < math.inf

    def rising(value: Any, digits: int, most: float) -> bool:
        return (
            isinstance(value, list)
            and all(positive(v) and v <= most for v in value)
            and sorted({f"{v:.{digits}f}" for v in value}, key=float) == [f"{v:.{digits}f}" for v in value]
        )

    for field in ("name", "title", "reference", "note"):
        check(field, isinstance(content[field], str) and content[field].strip() != "", "text")
    check("version", positive(content["version"], int), "a positive integer")
    for field, choices in _CHOICES.items():
        check(field, content[field] in choices, " or ".join(str(choice) for choice in choices))
    check("size", positive(content["size"]), "a positive number")
    for field in _COUNTS:
        check(field, content[field] is None or positive(content[field], int), "a positive integer or null")
    check(
        "emd_tolerance",
        content["emd_tolerance"] is None or positive(content["emd_tolerance"]),
        "a positive number or null",
    )
    threshold = content["voxel_threshold"]
    check(
        "voxel_threshold",
        threshold in (None, "own") or (positive(threshold) and threshold < 1),
        "own, a number in (0, 1) or null",
    )
    for field in ("factors", "thresholds"):
        value = content[field]
        valid = isinstance(value, dict) and all(isinstance(k, str) and positive(v) for k, v in value.items())
        check(field, valid, "positive numbers by metric")
    check(
        "curve", rising(content["curve"], 4, math.inf), "a list of rising positive numbers with at most four decimals"
    )
    check("grid_curve", rising(content["grid_curve"], 2, 1), "rising fractions with at most two decimals")
    for field in ("metrics", "pooled"):
        value = content[field]
        check(
            field,
            isinstance(value, list) and all(n in METRICS for n in value) and len({*value}) == len(value),
            "a list of declared metrics",
        )
    metrics = content["metrics"]
    check("metrics", bool(metrics or content["curve"] or content["grid_curve"]), "at least one metric")
    check("grid_curve", not content["grid_curve"] or content["resolution"] is not None, "empty without a `resolution`")

    protocol = Protocol(
        **content
        | {
            "curve": tuple(content["curve"]),
            "grid_curve": tuple(content["grid_curve"]),
            "pooled": tuple(content["pooled"]),
            "factors": MappingProxyType(content["factors"]),
            "thresholds": MappingProxyType(content["thresholds"]),
        }
    )
    names = (*metrics, *map(curve_name, protocol.curve), *protocol.grid_curve_names)
    protocol = replace(protocol, metrics=names)
    families = {
        protocol.on_points: ("norm", "predicted_from", "true_from"),
        protocol.by_matching: ("norm", "predicted_from", "true_from", "emd_points", "emd_tolerance"),
        protocol.on_grid: ("voxel_threshold",),
        protocol.on_labels: (),
        protocol.in_volume: ("volume_points",),
        protocol.on_parts: ("part_points",),
        protocol.in_thickness: ("thickness_points",),
        protocol.in_topology: (),
        protocol.of_prediction: (),
    }
    measured = frozenset().union(*families)
    check("metrics", set(names) <= measured, f"metrics that the other fields define ({', '.join(sorted(measured))})")
    for name in content["thresholds"]:
        valid = name in metrics and name.partition("_")[0] in ("f", "precision", "recall")
        check("thresholds", valid, "thresholds of F-scores, precisions and recalls among its metrics")
    check("factors", set(content["factors"]) <= set(metrics), "factors of its metrics")
    for name in protocol.pooled:
        metric = METRICS[name]
        if metric.best_of:
            check("pooled", any(n.startswith(metric.best_of) for n in names), "metrics whose curve is recorded")
        else:
            valid = metric.sums is not None and set(metric.sums) <= set(metrics)
            check("pooled", valid, "metrics whose counts are among `metrics`")
    for family, needed in families.items():
        for field in needed if protocol.measures(family) else ():
            asking = ", ".join(n for n in protocol.metrics if n in family)
            check(field, content[field] is not None, f"given for {asking}")
    drawn = content["predicted_from"] == "surface"
    check("predicted_points", not drawn or content["predicted_points"] is not None, "given where points are drawn")
    if protocol.measures(protocol.by_matching):
        most = min(content[f"{side}_points"] or math.inf for side in ("predicted", "true"))
        check("emd_points", content["emd_points"] <= most, "at most the numbers of points")
    if protocol.curve:
        check("curve", (protocol.extent, protocol.size) == ("side", 1), "empty unless the longest side is 1")
    if protocol.alignment != "none":
        placed = families.keys() - {protocol.on_points, protocol.by_matching, protocol.on_grid, protocol.of_prediction}
        asking = ", ".join(n for n in protocol.metrics if n in frozenset().union(*placed))
        check("alignment", not asking, f"none for {asking}")
    return protocol


_CHOICES = {
    "extent": ("side", "diagonal", "radius"),
    "alignment": ("none", "box", "points"),
    "norm": ("euclidean", None),
    "predicted_from": ("surface", "vertices", None),
    "true_from": ("surface", "vertices", None),
    "aggregation": ("mean",),
    "failure": ("worst",),
}
"""What is implemented. A file still says it, so that a number's reader need not know this."""

_COUNTS = (
    *("predicted_points", "true_points", "emd_points", "resolution", "volume_points"),
    *("part_points", "thickness_points"),
)
