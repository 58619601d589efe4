"""Scores of one prediction against the truth, under one or several protocols."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..errors import InputError
from ..geometry import Shape, ToCanonical, bounds, into_canonical, is_shape, representation_of
from .aligned_side import Side, side_key, side_of
from .declarations import get_metric
from .interface import Measure, PredictionError
from .pair import Pair
from .protocol import Protocol, load_protocol
from .truth import GroundTruth


@dataclass(frozen=True)
class Score:
    """What comes of one prediction.

    Args:
        values: by protocol, then by metric, in the protocol's order.
        status: `ok`, or `failed` if it is under any of the protocols.
        reason: why it failed, one sentence; empty if it did not.
        failures: the reason by protocol under which it failed. (A grid of which no voxel is above its own threshold
            fails where there must be a surface, but not where another threshold holds.)
        parts: by protocol, then by metric, the values of the true object's parts by their label, where a metric has
            some.
        seconds: by part of the work: `truth`, `conversion`, `neighbours`, `surface`, `emd`, `iou`, `structure`.
        truth_points: by protocol, the number of true surface points, where the truth has fewer than it asks for.
    """

    values: dict[str, dict[str, float]]
    status: str = "ok"
    reason: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    parts: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    truth_points: dict[str, int] = field(default_factory=dict)


class Evaluation(dict[str, float]):
    """The values of one pair by metric, and how the pair was brought into the canonical frame: canonical = scale ·
    given + offset.

    Args:
        values: by metric.
        scale: the factor; 1 where nothing was changed.
        offset: Float[3]; 0 where nothing was changed.
    """

    def __init__(self, values: Mapping[str, float], scale: float, offset: tuple[float, float, float]) -> None:
        super().__init__(values)
        self.scale, self.offset = scale, offset


def evaluate(
    prediction: Any,
    truth: GroundTruth | Shape,
    protocol: str | Path | Protocol = "svr3d-v1",
    *,
    frame: Literal["truth", "given"] = "truth",
) -> Evaluation:
    """The metrics of one protocol for one prediction: `score` in short, for a pair in a unit of its own.

    Protocols speak of the canonical frame: the true box's centre is the origin, its longest side 1. By default a pair
    is brought there by the similarity that takes the truth there, one for both shapes, so that two files in
    millimetres get the numbers of the same pair in any other unit. A truth that is canonical already (up to rounding;
    a cloud of N points up to 1/√N) is left as it is.

    Args:
        prediction: a shape, in the truth's frame and unit; what failed gets the worst values. A voxel grid spans the
            canonical box, whatever the unit of the other shape.
        truth: the true shape, as a mesh, a grid (which spans the canonical box), points or another shape; or all that
            is known of it, as a `GroundTruth`, which is in the canonical frame, and so then is the prediction.
        protocol: a name, the path of a YAML file, or a `Protocol`.
        frame: `truth`, as above, or `given`: both are in the canonical frame.

    Returns:
        The values by metric, with the similarity in `scale` and `offset`.

    Raises:
        InputError: an unknown protocol or frame, or a truth that it cannot be applied to: empty, not finite, without
            extent.
    """
    chosen = _protocols(protocol)[0]
    if frame not in ("truth", "given"):
        raise InputError(f"unknown frame '{frame}' of a pair; expected one of truth, given")
    known, move = GroundTruth.of(truth), ToCanonical()
    if frame == "truth" and not isinstance(truth, GroundTruth):
        try:
            move = into_canonical(truth)
        except InputError as error:
            raise InputError(f"ground truth: {error}") from None
        _warn_of_units(prediction, truth)
        known, prediction = GroundTruth.of(move(truth)), _moved(prediction, move)
    return Evaluation(score(prediction, known, chosen).values[chosen.name], move.scale, move.offset)


def _warn_of_units(prediction: Any, truth: Shape) -> None:
    """Of sizes so different that the two files may be in different units."""
    if not is_shape(prediction) or prediction.is_empty or not prediction.is_finite:
        return
    if not (representation_of(prediction).movable and representation_of(truth).movable):
        return
    predicted, true = (float(np.ptp(bounds(shape), axis=0).max()) for shape in (prediction, truth))
    if not 0.1 <= predicted / true <= 10:
        warnings.warn(
            f"the longest side of the prediction is {predicted:.3g} and that of the truth {true:.3g}: "
            "are both in one frame and unit?",
            stacklevel=3,
        )


def _moved(prediction: Any, move: ToCanonical) -> Any:
    """The prediction moved as its truth is; what is none, or has no size, is left to be scored as a failure."""
    return move(prediction) if is_shape(prediction) and not prediction.is_empty else prediction


def score(
    prediction: Any,
    truth: GroundTruth | Shape,
    protocols: str | Path | Protocol | Iterable[str | Path | Protocol],
    *,
    seed: int = 0,
) -> Score:
    """The metrics of one prediction under one or several protocols; what they share is computed once.

    A prediction that is missing, empty, non-finite or cannot be converted gets the worst value of each metric and
    the status `failed`; it never raises. A point cloud has no inside (its IoU is 0), and without normals its normal
    consistency is 0; what has no parts gets the worst of the part metrics. Under a protocol that aligns, such as
    `svr3d-v1+scale`, it is first moved onto the truth.

    Args:
        prediction: a `Mesh`, `PointCloud` or `VoxelGrid` in the canonical frame, or None where there is none.
        truth: what is known of the true shape, or the shape itself, in the canonical frame. Where its stored surface
            sample is larger than a protocol asks for, a random part is used; where it is smaller, it is drawn anew from
            the mesh, or, without a mesh, used whole, with a warning and an entry in `Score.truth_points`.
        protocols: names, paths of YAML files, or `Protocol`s.
        seed: of all random choices; prediction and truth draw independently.

    Raises:
        InputError: an unknown protocol, or a truth that one cannot be applied to.
    """
    chosen = _protocols(protocols)
    truth = GroundTruth.of(truth)
    sides: dict[tuple, Side] = {}
    values, parts, failures, short = {}, {}, {}, {}
    for protocol in chosen:
        try:
            key = side_key(prediction, protocol)
            if key not in sides:
                sides[key] = side_of(prediction, truth, protocol, seed)
            side = sides[key]
            pair = Pair(side.prediction, truth, protocol.setting, side.memo)
            _require(protocol, pair)
            try:
                found, by_part = _measured(protocol, pair)
            except PredictionError as failure:
                failures[protocol.name] = side.reason or str(failure)
                found, by_part = _worst(protocol, pair)
        except InputError as error:
            raise InputError(f"protocol {protocol.name}: {error}") from error
        values[protocol.name], parts[protocol.name] = found, by_part
        if (points := _few_true_points(protocol, pair)) is not None:
            short[protocol.name] = points
    status, reason = ("failed", next(iter(failures.values()))) if failures else ("ok", "")
    seconds: dict[str, float] = {}
    for side in sides.values():
        for part, spent in side.memo.seconds.items():
            seconds[part] = seconds.get(part, 0.0) + spent
    return Score(values, status, reason, failures, parts, seconds, short)


Found = tuple[dict[str, float], dict[str, dict[str, float]]]
"""Values by metric; and those of parts by metric, then by label."""


def _require(protocol: Protocol, pair: Pair) -> None:
    """Derives what the protocol needs of the truth, whatever the prediction."""
    for measure in protocol.measures:
        measure.require(pair)
    _ = pair.scale


def _measured(protocol: Protocol, pair: Pair) -> Found:
    """Every metric in the protocol's frame and with its factors, none worse than that of a failed prediction."""
    values: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    scale = pair.scale
    for measure in protocol.measures:
        found = measure.values(pair)
        for name in measure.names:
            metric = get_metric(name)
            value = found[name] * scale**metric.dimension * measure.factor
            if not math.isfinite(value):
                raise PredictionError(f"the prediction's {name} is not finite")
            worst = protocol.worst(name, scale)
            too_bad = value > worst and not metric.higher_is_better  # never so where the worst is NaN
            values[name] = worst if too_bad else value
        parts |= _of_parts(measure, pair, failed=False)
    return values, parts


def _worst(protocol: Protocol, pair: Pair) -> Found:
    """What a failed prediction gets."""
    values: dict[str, float] = {}
    parts: dict[str, dict[str, float]] = {}
    scale = pair.scale
    for measure in protocol.measures:
        for name in measure.names:
            values[name] = measure.worst(name, pair) * scale ** get_metric(name).dimension * measure.factor
        parts |= _of_parts(measure, pair, failed=True)
    return values, parts


def _of_parts(measure: Measure, pair: Pair, *, failed: bool) -> dict[str, dict[str, float]]:
    """A measure's values by part, as those of the whole are scaled; nothing where it has none."""
    by_part = measure.parts(pair, failed=failed)
    if not by_part:
        return {}
    factor = pair.scale ** get_metric(measure.name).dimension * measure.factor
    return {measure.name: {label: value * factor for label, value in by_part.items()}}


def _few_true_points(protocol: Protocol, pair: Pair) -> int | None:
    """The number of true points where it is smaller than the protocol asks for."""
    points = protocol.setting.points
    if points is None or points.truth.count is None or not any(one.compares_points for one in protocol.measures):
        return None
    count = len(pair.truth.points)
    return count if count < points.truth.count else None


def _protocols(protocols: Any) -> list[Protocol]:
    single = isinstance(protocols, str | Path | Protocol)
    chosen = [p if isinstance(p, Protocol) else load_protocol(p) for p in ([protocols] if single else protocols)]
    if len({protocol.name for protocol in chosen}) < len(chosen):
        raise InputError(f"protocols: expected each once, found {', '.join(p.name for p in chosen)}")
    return chosen
