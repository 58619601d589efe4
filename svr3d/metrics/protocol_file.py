"""Reading protocols' YAML files: every field checked, with a sentence for each that is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import InputError
from ..files import read_yaml
from .declarations import check_names, get_measure, get_metric
from .interface import Measure
from .parameters import Count, Fraction, Text, build
from .setting import ComparedPoints, Frame, Setting


@dataclass(frozen=True, kw_only=True)
class _Fields:
    """Of a file. Where only one thing is implemented, a file still says it, so that a number's reader need not know."""

    name: Text
    version: Count
    title: Text
    reference: Text
    note: Text
    frame: Frame
    alignment: Literal["none", "box", "points"]
    points: ComparedPoints | None = None
    voxel_threshold: Literal["own"] | Fraction = "own"
    voxel_rule: Literal["cover", "centers"] = "cover"
    metrics: dict[str, Any]
    aggregation: Literal["mean"]
    pooled: tuple[Text, ...] = ()
    failure: Literal["worst"]


def read_fields(path: Path) -> dict[str, Any]:
    """What makes a `Protocol`: its fields, checked one by one and against each other.

    Raises:
        InputError: the file cannot be read or is no valid protocol; names the file, and the metric and field in it.
    """
    where = f"protocol {path}"
    try:
        content = read_yaml(path)
    except InputError as error:
        raise InputError(f"protocol {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{where}: expected fields with values, found {type(content).__name__}")
    _check_each_once(path)
    check_names()
    given = build(_Fields, content, where)
    setting = Setting(given.frame, given.alignment, given.points, given.voxel_threshold, given.voxel_rule)
    measures = tuple(_measure(name, values, setting, where) for name, values in given.metrics.items())
    if not measures:
        raise InputError(f"{where}: field 'metrics' must name at least one metric")
    if setting.points is not None and not any(measure.compares_points for measure in measures):
        raise InputError(f"{where}: field 'points' must be left out: none of its metrics compares points")
    _check_pooled(given.pooled, {name for measure in measures for name in measure.names}, where)
    same = ("name", "version", "title", "reference", "note", "pooled", "aggregation", "failure")
    return {field: getattr(given, field) for field in same} | {"setting": setting, "measures": measures}


def _measure(name: Any, values: Any, setting: Setting, where: str) -> Measure:
    """One entry of `metrics`."""
    try:
        cls = get_measure(str(name))
    except InputError as error:
        raise InputError(f"{where}: field 'metrics': {error}") from None
    here = f"{where}: metric '{name}'"
    declared = cls.declare(name)
    if declared is not None and declared.of_set:
        raise InputError(f"{here} is made of a whole set: it belongs in the field 'pooled'")
    measure = build(cls, values, here, name=name)
    try:
        measure.check(setting)
    except InputError as error:
        raise InputError(f"{here}: {error}") from None
    return measure


def _check_pooled(pooled: tuple[str, ...], recorded: set[str], where: str) -> None:
    here = f"{where}: field 'pooled'"
    if len(set(pooled)) < len(pooled):
        raise InputError(f"{here} must name each metric once, found {', '.join(pooled)}")
    for name in pooled:
        try:
            metric = get_metric(name)
        except InputError as error:
            raise InputError(f"{here}: {error}") from None
        if metric.best_of:
            if not any(other.startswith(metric.best_of) for other in recorded):
                raise InputError(f"{here}: '{name}' is the best of the curve '{metric.best_of}', which is not recorded")
            continue
        made_of = metric.sums or tuple(filter(None, (metric.of_parts, metric.rarest_by)))
        if not made_of:
            raise InputError(f"{here}: '{name}' is measured of each sample: it belongs in the field 'metrics'")
        if not set(made_of) <= recorded:
            lacking = "which are not both recorded" if len(made_of) > 1 else "which is not recorded"
            raise InputError(f"{here}: '{name}' is made of {' and '.join(made_of)}, {lacking}")


def _check_each_once(path: Path) -> None:
    """A field or metric given twice: YAML would silently take the last."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # which many have, and is ten times faster
    pending = [yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            for name in names:
                if names.count(name) > 1:
                    raise InputError(f"protocol {path}: '{name}' is given twice")
            pending += [value for _, value in node.value]
