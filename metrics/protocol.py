"""Protocols: named, versioned, frozen descriptions of an evaluation, one YAML file each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..geometry.errors import InputError
from .declarations import CURVE, METRICS, get_metric

GROUP = "svr3d.protocols"
"""Entry points of outside protocols: each names a YAML file's path, or a function that returns one or a `Protocol`."""

_BUILT_IN = Path(__file__).parent / "protocols"


@dataclass(frozen=True, eq=False)
class Protocol:
    """What is compared, how, and what comes out. The fields are those of the YAML file, which names all of them;
    None (`null`) where one does not apply.

    Args:
        name: as in records and tables; a changed protocol gets a new name.
        version: counts the changes of one idea; the name tells them apart.
        title: for people.
        reference: whose evaluation this is.
        note: what a reader of its numbers should know.
        frame: in which prediction and truth are compared: `canonical`.
        alignment: how the prediction is moved before: `none`.
        norm: of a distance between points: `euclidean`.
        metrics: every recorded name, in order (those of the file, then the curve's).
        factors: by which values of these metrics are multiplied; 1 for the others.
        surface_points: points drawn on either surface.
        thresholds: distance of each F-score, by name.
        curve: distances of the F-score's curve, recorded as `f@` and four decimals.
        emd_points: points of either surface that are matched.
        emd_tolerance: largest relative gap between the EMD and its certified bound.
        resolution: of the voxel grids.
        voxel_threshold: a voxel is occupied above this value, on both sides; `own`: above the grid's own threshold.
        volume_points: points in space for the volumetric IoU.
        aggregation: of the samples' values: `mean`.
        pooled: metrics made from counts that are added up over the whole set (`Metric.sums`).
        failure: what a failed prediction gets: `worst`, the metric's worst value times its factor (for a count of
            the union, the truth's own). No value of any prediction is worse: what would be is set to it.
    """

    name: str
    version: int
    title: str
    reference: str
    note: str
    frame: str
    alignment: str
    norm: str | None
    metrics: tuple[str, ...]
    factors: Mapping[str, float]
    surface_points: int | None
    thresholds: Mapping[str, float]
    curve: tuple[float, ...]
    emd_points: int | None
    emd_tolerance: float | None
    resolution: int | None
    voxel_threshold: float | str | None
    volume_points: int | None
    aggregation: str
    pooled: tuple[str, ...]
    failure: str

    @property
    def on_surface(self) -> frozenset[str]:
        """Names of what is measured between surface points and their neighbours."""
        return frozenset({"cd_l1", "cd_l2", "normal", *self.thresholds, *map(curve_name, self.curve)})

    @property
    def by_matching(self) -> frozenset[str]:
        """Names of what is measured by matching surface points one to one."""
        return frozenset({"emd", "emd_bound"})

    @property
    def on_grid(self) -> frozenset[str]:
        """Names of what is measured on voxel grids."""
        if self.resolution is None:
            return frozenset()
        name = f"iou_{self.resolution}"
        return frozenset({name, f"{name}_intersection", f"{name}_union"})

    @property
    def in_volume(self) -> frozenset[str]:
        """Names of what is measured at points in space."""
        return frozenset({"iou"})

    def measures(self, names: frozenset[str]) -> bool:
        """Whether any of `names` is among its metrics."""
        return not names.isdisjoint(self.metrics)

    @property
    def targets(self) -> frozenset[str]:
        """The data set's targets that it needs: of `surface`, `occupancy`, `voxels`."""
        needs = {
            "surface": self.on_surface | self.by_matching,
            "occupancy": self.in_volume,
            "voxels": self.on_grid,
        }
        return frozenset(target for target, names in needs.items() if self.measures(names))

    def factor(self, metric: str) -> float:
        return self.factors.get(metric, 1.0)

    def worst(self, metric: str) -> float:
        """The value of `metric` for a failed prediction; NaN for a count that depends on the truth."""
        return get_metric(metric).worst * self.factor(metric)


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

    >>> load_protocol("svr3d-v1").surface_points
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

    def names_to_numbers(field: str) -> None:
        value = content[field]
        valid = isinstance(value, dict) and all(isinstance(k, str) and positive(v) for k, v in value.items())
        check(field, valid, "positive numbers by metric")

    for field in ("name", "title", "reference", "note"):
        check(field, isinstance(content[field], str) and content[field].strip() != "", "text")
    check("version", positive(content["version"], int), "a positive integer")
    for field, choices in _CHOICES.items():
        check(field, content[field] in choices, " or ".join(str(choice) for choice in choices))
    for field in ("surface_points", "emd_points", "resolution", "volume_points"):
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
    names_to_numbers("factors")
    names_to_numbers("thresholds")
    curve = content["curve"]
    valid = (
        isinstance(curve, list)
        and all(positive(v) for v in curve)
        and sorted(set(map(curve_name, curve))) == [*map(curve_name, curve)]
    )
    check("curve", valid, "a list of rising positive numbers with at most four decimals")
    for field in ("metrics", "pooled"):
        value = content[field]
        check(
            field,
            isinstance(value, list) and all(n in METRICS for n in value) and len({*value}) == len(value),
            "a list of declared metrics",
        )
    metrics = content["metrics"]
    check("metrics", bool(metrics or curve), "at least one metric")

    protocol = Protocol(
        **content
        | {
            "metrics": (*metrics, *map(curve_name, curve)),
            "curve": tuple(curve),
            "pooled": tuple(content["pooled"]),
            "factors": MappingProxyType(content["factors"]),
            "thresholds": MappingProxyType(content["thresholds"]),
        }
    )
    measured = protocol.on_surface | protocol.by_matching | protocol.on_grid | protocol.in_volume
    check("metrics", set(metrics) <= measured, f"metrics that the other fields define ({', '.join(sorted(measured))})")
    check("thresholds", set(content["thresholds"]) <= set(metrics), "thresholds of its metrics")
    check("factors", set(content["factors"]) <= set(metrics), "factors of its metrics")
    for name in protocol.pooled:
        sums = METRICS[name].sums
        check("pooled", sums is not None and set(sums) <= set(metrics), "metrics whose counts are among `metrics`")
    for names, needed in (
        (protocol.on_surface, ("norm", "surface_points")),
        (protocol.by_matching, ("norm", "surface_points", "emd_points", "emd_tolerance")),
        (protocol.on_grid, ("voxel_threshold",)),
        (protocol.in_volume, ("volume_points",)),
    ):
        for field in needed if protocol.measures(names) else ():
            asking = ", ".join(n for n in protocol.metrics if n in names)
            check(field, content[field] is not None, f"given for {asking}")
    if protocol.measures(protocol.by_matching):
        check("emd_points", content["emd_points"] <= content["surface_points"], "at most `surface_points`")
    return protocol


_CHOICES = {
    "frame": ("canonical",),
    "alignment": ("none",),
    "norm": ("euclidean", None),
    "aggregation": ("mean",),
    "failure": ("worst",),
}
"""What is implemented. A file still says it, so that a number's reader need not know this."""
