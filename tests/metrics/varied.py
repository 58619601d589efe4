"""Protocols with other parameters, so that tests are quick and examples small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from svr3d.metrics import Protocol, load_protocol


def varied(
    protocol: str | Protocol,
    *,
    name: str | None = None,
    count: int | None = None,
    only: Iterable[str] | None = None,
    **parameters: dict[str, Any],
) -> Protocol:
    """A protocol that differs from the given one.

    Args:
        count: of points of either side, where it names a number.
        only: the entries that stay.
        parameters: of entries by name.
    """
    base = load_protocol(protocol) if isinstance(protocol, str) else protocol
    setting, points = base.setting, base.setting.points
    if count is not None and points is not None:
        predicted, truth = (replace(side, count=side.count and count) for side in (points.predicted, points.truth))
        setting = replace(setting, points=replace(points, predicted=predicted, truth=truth))
    measures = tuple(
        replace(measure, **parameters.get(measure.name, {}))
        for measure in base.measures
        if only is None or measure.name in only
    )
    return replace(base, name=name or base.name, setting=setting, measures=measures)


def with_each(protocol: Protocol, parameter: str, value: Any) -> Protocol:
    """`protocol`, with one value for a parameter of all entries that have it."""
    return varied(protocol, **{m.name: {parameter: value} for m in protocol.measures if hasattr(m, parameter)})
