"""Predictions as files, from wherever they come: read, and brought into the canonical frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..datasets import Dataset, SampleKey
from ..errors import InputError, machine_failure
from ..geometry import read_shape, to_canonical, upright

USES = {
    "canonical": "",
    "camera": "the true camera of each view, which says where its frame is",
    "shapenet": "the true object's loc and scale, which say where its source frame is",
}
"""What is used of the truth, or of the view, to bring predictions from each frame into the canonical one."""


@dataclass(frozen=True)
class PredictionFrame:
    """The frame that predictions are in.

    Args:
        frame: `canonical`, `camera` or `shapenet`, as in `svr3d.geometry.to_canonical`.
        up: the axis that points upward, `y` or `z`, in the frames `canonical` and `shapenet`.

    Raises:
        InputError: the frame of a camera, whose axes are fixed, with another axis up.
    """

    frame: str = "canonical"
    up: str = "y"

    def __post_init__(self) -> None:
        if self.frame == "camera" and self.up != "y":
            raise InputError(
                f"predictions in the frame 'camera' have its axes (x right, y down, z forward), found '{self.up}' as "
                "the axis that is up; leave that out"
            )


def read_prediction(file: str | Path, dataset: Dataset, key: SampleKey, frame: PredictionFrame) -> tuple[Any, str]:
    """The prediction in a file in the canonical frame; or None, and why it cannot be read.

    Args:
        key: the sample it is of.
        frame: that it is in.

    Raises:
        InputError: what the frame needs is not there, or it is a grid, which can be in the canonical frame only.
    """
    try:
        shape = read_shape(file)
    except InputError as error:
        if machine_failure(error):
            raise MemoryError(str(error)) from error
        return None, str(error)
    if frame == PredictionFrame():
        return shape, ""
    camera = loc = scale = None
    if frame.frame == "camera":
        camera = dataset.camera(key)
    elif frame.frame == "shapenet":
        loc, scale = dataset.normalization(key.category, key.object)
    try:
        return to_canonical(upright(shape, frame.up), frame.frame, camera=camera, loc=loc, scale=scale), ""
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
