"""Scores of one prediction against the truth, under one or several protocols."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..geometry import Mesh, PartMesh
from .comparison import Comparison, PredictionError
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
        seconds: by part of the work: `truth`, `conversion`, `neighbours`, `surface`, `emd`, `iou`, `structure`.
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
    consistency is 0; what has no parts gets the worst of the part metrics.

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
    if isinstance(truth, Mesh):
        truth = GroundTruth(mesh=truth, parts=truth if isinstance(truth, PartMesh) else None)
    comparison = Comparison(prediction, truth, seed)
    values, failures, short = {}, {}, {}
    for protocol in chosen:
        comparison.check_truth(protocol)
        try:
            found = comparison.measure(protocol)
        except PredictionError as failure:
            failures[protocol.name] = str(failure)
            found = comparison.worst(protocol)
        values[protocol.name] = {name: found[name] for name in protocol.metrics}
        if (points := comparison.few_true_points(protocol)) is not None:
            short[protocol.name] = points
    status, reason = ("failed", next(iter(failures.values()))) if failures else ("ok", "")
    return Score(values, status, reason, failures, comparison.seconds, short)


def _protocols(protocols: Any) -> list[Protocol]:
    single = isinstance(protocols, str | Path | Protocol)
    chosen = [p if isinstance(p, Protocol) else load_protocol(p) for p in ([protocols] if single else protocols)]
    if len({protocol.name for protocol in chosen}) < len(chosen):
        raise InputError(f"protocols: expected each once, found {', '.join(p.name for p in chosen)}")
    return chosen
