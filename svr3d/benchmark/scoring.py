"""Scoring one sample, in whichever process: from the files of prediction and truth to the values of its metrics."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from ..datasets import Dataset, SampleKey, open_dataset
from ..geometry import inside_out, is_shape
from ..metrics import GroundTruth, Protocol, load_protocol, score
from .prediction_files import PredictionFrame, read_prediction


def score_sample(
    root: str, file: str | None, reason: str, key: SampleKey, names: tuple[str, ...], frame: PredictionFrame
) -> dict[str, Any]:
    """The entry of one sample in the log of an unfinished evaluation: see `svr3d.benchmark.scored_samples`.

    Args:
        root: folder of the data set.
        file: with the prediction; None where there is none.
        reason: why there is none.
        key: the sample.
        names: of the protocols, or paths of their files.
        frame: of the prediction.
    """
    key = SampleKey(*key)
    protocols = _protocols(names)
    targets = frozenset().union(*(protocol.targets for protocol in protocols))
    targets |= frozenset().union(*(protocol.wishes for protocol in protocols)) & _dataset(root).targets
    truth = _truth(root, key.category, key.object, targets)
    seed = sample_seed(key)
    shape = None
    if file is not None:
        shape, reason = read_prediction(file, _dataset(root), key, frame)
    result = score(shape, truth, protocols, seed=seed)
    entry = {
        "sample": str(key),
        "values": result.values,
        "failures": {protocol: reason or said for protocol, said in result.failures.items()},
    }
    if any(protocol.needs_inside for protocol in protocols) and _is_inside_out(shape):
        entry["inside_out"] = True
    parts = {protocol: by_metric for protocol, by_metric in result.parts.items() if by_metric}
    return entry | {"parts": parts} if parts else entry


def _is_inside_out(shape: Any) -> bool:
    """Whether part of the surface of a prediction that can be scored was turned before its inside was asked for."""
    return is_shape(shape) and shape.is_finite and not shape.is_empty and inside_out(shape) > 0


def sample_seed(key: SampleKey) -> int:
    """The seed of everything random in scoring a sample: the same for every method, so that comparisons are paired."""
    return int.from_bytes(hashlib.sha256(str(key).encode()).digest()[:4], "little")


@lru_cache(maxsize=2)
def _dataset(root: str) -> Dataset:
    return open_dataset(root)


@lru_cache(maxsize=2)
def _protocols(names: tuple[str, ...]) -> list[Protocol]:
    return [load_protocol(name) for name in names]


@lru_cache(maxsize=2)
def _truth(root: str, category: str, name: str, targets: frozenset[str]) -> GroundTruth:
    dataset = _dataset(root)
    fields: dict[str, Any] = {"labels": dataset.labels}
    for target in targets - {"occupancy"}:
        fields[target] = dataset.load(category, name, target)
    if "occupancy" in targets:
        fields["points"], fields["inside"] = dataset.load(category, name, "occupancy")
    return GroundTruth(**fields)
