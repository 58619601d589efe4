"""Every metric there is, found by name: those of this package, and those that installed distributions offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..errors import InputError
from ..geometry import NAMELESS
from ..plugins import Plugins
from .chamfer import ChamferMeasure
from .curve import Curve, is_curve
from .emd import EarthMoversMeasure
from .fscore import CURVE, FScoreCurve, FScoreMeasure
from .genus import GenusMeasure
from .grid_iou import GridIoUCurve, GridIoUMeasure
from .hausdorff import HausdorffMeasure
from .health import HealthMeasure, InsideOutMeasure, WatertightMeasure
from .interface import Measure, Metric
from .normals import NormalMeasure
from .part_matching import PartMatchingMeasure
from .part_recall import PartRecallMeasure, PartSizeMeasure
from .part_voxels import PartIoUMeasure
from .precision import AveragePrecisionMeasure
from .thickness import ThicknessMeasure
from .volume_iou import AmbiguousMeasure, VolumeIoUMeasure

__all__ = ["CURVE", "METRICS", "NAMELESS", "Metric", "get_measure", "get_metric", "is_curve", "list_metrics"]

_BUILT_IN: tuple[type[Measure], ...] = (
    ChamferMeasure,
    HausdorffMeasure,
    FScoreMeasure,
    FScoreCurve,
    NormalMeasure,
    EarthMoversMeasure,
    VolumeIoUMeasure,
    GridIoUMeasure,
    GridIoUCurve,
    WatertightMeasure,
    InsideOutMeasure,
    AmbiguousMeasure,
    PartIoUMeasure,
    PartRecallMeasure,
    PartSizeMeasure,
    AveragePrecisionMeasure,
    PartMatchingMeasure,
    ThicknessMeasure,
    GenusMeasure,
    HealthMeasure,
)
"""One line for each file's. The order is that of tables' columns."""


def _names(cls: type[Measure]) -> tuple[str, ...]:
    """What an entry of a protocol may be called, and what is only pooled."""
    return cls.prefixes() if issubclass(cls, Curve) else tuple(metric.name for metric in cls.declarations)


_MEASURES: dict[str, type[Measure]] = {name: cls for cls in _BUILT_IN for name in _names(cls)}
_DECLARED: dict[str, Metric] = {metric.name: metric for cls in _BUILT_IN for metric in cls.declarations}


def _checked(value: Any, name: str, where: str) -> type[Measure]:
    """A class that an entry point offers."""
    if not (isinstance(value, type) and issubclass(value, Measure)):
        raise InputError(f"{where}: expected a subclass of svr3d.metrics.Measure, found {value!r}")
    if vars(value).get("__annotations__") and "__dataclass_fields__" not in vars(value):
        raise InputError(f"{where}: expected {value.__name__} to be decorated by @dataclass(frozen=True, kw_only=True)")
    if name not in _names(value):
        raise InputError(
            f"{where}: expected a class that declares '{name}', found {value.__name__}, which declares "
            f"{', '.join(_names(value)) or 'nothing'}"
        )
    return value


_PLUGINS: Plugins[type[Measure]] = Plugins("svr3d.metrics", "metric", _checked, built_in=lambda: _MEASURES)


def check_names() -> None:
    """Looks for names of this package that another distribution uses too, which `get_measure` would not see.

    Raises:
        InputError: there is one.
    """
    for name in sorted(_PLUGINS.declared() & _MEASURES.keys()):
        _PLUGINS.get(name)


@cache
def get_measure(name: str) -> type[Measure]:
    """The class that computes what a protocol's file calls `name`: a metric, or a curve's prefix.

    Raises:
        InputError: there is none, or its distribution cannot be imported.
    """
    # What is installed is not read for this package's own names: it takes milliseconds.
    return _MEASURES[name] if name in _MEASURES else _PLUGINS.get(name)


@cache
def get_metric(name: str) -> Metric:
    """The declaration of a recorded or pooled metric, such as `cd_l1`, or of a curve's point, such as `f@0.0050`.

    Raises:
        InputError: no such metric, or its distribution cannot be imported.

    >>> get_metric("cd_l1").unit, get_metric("f@0.0050").title
    ('side', 'F-score @0.50%')
    """
    prefix, mark, _ = name.partition("@")
    try:
        measure = get_measure(prefix + mark)
    except InputError as error:
        raise (_PLUGINS.unknown(name) if is_curve(name) and prefix + mark not in _PLUGINS.names() else error) from None
    declared = measure.declare(name)
    if declared is None:
        raise _PLUGINS.unknown(name)
    return declared


def list_metrics() -> list[str]:
    """The names of all metrics but curves: this package's, in the order of tables, then those that installed
    distributions offer, sorted. Imports none of the latter.

    >>> list_metrics()[:2]
    ['cd_l1', 'cd_l2']
    """
    outside = [name for name in _PLUGINS.names() if not is_curve(name) and name not in _DECLARED]
    return [*_DECLARED, *outside]


class _Metrics(Mapping[str, Metric]):
    """Looked up when asked, so that what other distributions offer is imported only then."""

    def __getitem__(self, name: str) -> Metric:
        try:
            if not is_curve(name):
                return get_metric(name)
        except InputError:
            pass
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in list_metrics() if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


METRICS: Mapping[str, Metric] = _Metrics()
"""The declaration of every metric but curves by name, in the order of `list_metrics`; without those of distributions
that cannot be imported, for which `get_metric` says the reason."""
