"""The prediction as protocols of one alignment get it: as it is, or moved onto the truth first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError, machine_failure
from ..geometry import PointCloud, VoxelGrid, align, is_shape, sample_surface
from .memo import Memo
from .protocol import Protocol
from .truth import GroundTruth


class Side(NamedTuple):
    """The prediction, aligned with the truth where protocols ask for it.

    Args:
        prediction: None where it cannot be aligned.
        reason: why it cannot.
        memo: what protocols that align in this way share.
    """

    prediction: Any
    reason: str
    memo: Memo


def side_key(prediction: Any, protocol: Protocol) -> tuple:
    """Protocols with the same share a side: a grid is aligned as its iso-surface, which depends on the threshold."""
    if protocol.aligned == "none" or not isinstance(prediction, VoxelGrid):
        return (protocol.aligned,)
    return protocol.aligned, protocol.setting.threshold(prediction.threshold)


def side_of(prediction: Any, truth: GroundTruth, protocol: Protocol, seed: int) -> Side:
    """The prediction as `protocol` gets it.

    Args:
        prediction: anything; what cannot be used is passed on as it is, to be scored as a failure.
        seed: of the points by which it is registered, and of the memo.

    Raises:
        InputError: the truth lacks what the alignment needs.
    """
    memo, alignment = Memo(seed), protocol.aligned
    if alignment == "none":
        return Side(prediction, "", memo)
    surface = _surface_of(truth, seed) if alignment == "similarity" else None
    if isinstance(prediction, VoxelGrid):
        prediction = replace(prediction, threshold=protocol.setting.threshold(prediction.threshold))
    if not is_shape(prediction) or prediction.is_empty or not prediction.is_finite:
        return Side(prediction, "", memo)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return Side(align(prediction, surface, alignment, box=truth.box, seed=seed), "", memo)
    except Exception as error:  # whatever a shape from outside breaks is its own failure
        if machine_failure(error):
            raise
        kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        return Side(None, f"the prediction cannot be aligned: {kind}{error}", memo)


def _surface_of(truth: GroundTruth, seed: int) -> PointCloud:
    """Points of the true surface to register a prediction with."""
    if truth.surface is not None:
        return truth.surface
    mesh = truth.parts if truth.mesh is None else truth.mesh
    if mesh is None:
        raise InputError("the ground truth has neither surface points nor a mesh, to align a prediction with")
    return sample_surface(mesh, 2000, seed=seed + 1)  # not the draw of a prediction that is the truth itself
