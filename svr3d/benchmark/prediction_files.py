"""Predictions as files, CATEGORY/OBJECT/VIEW.*, ours and those from elsewhere: found, read, brought into our frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..datasets import Dataset, SampleKey
from ..errors import InputError, is_out_of_memory
from ..geometry import align, list_suffixes, read_shape, to_canonical
from .json_lines import read_lines


@dataclass(frozen=True)
class PredictionFrame:
    """The frame that predictions are in, and how they are aligned with the truth before scoring."""

    frame: str = "canonical"
    alignment: str = "none"


def prediction_file(folder: Path, key: SampleKey) -> Path | None:
    """The prediction of one sample, CATEGORY/OBJECT/VIEW.* below `folder`; None if there is none.

    VIEW is the number of the view, with or without leading zeros.
    """
    for stem in (f"{key.view:03d}", str(key.view)):
        for suffix in _suffixes():
            path = folder / key.category / key.object / f"{stem}{suffix}"
            if path.is_file():
                return path
    return None


@cache
def _suffixes() -> tuple[str, ...]:
    """Of every format that shapes are read from, outside ones too: looked up once, as that takes milliseconds."""
    return list_suffixes()


def read_prediction(
    folder: Path, dataset: Dataset, key: SampleKey, frame: PredictionFrame, surface: Any, seed: int
) -> tuple[Any, str]:
    """The prediction of one sample in the canonical frame; or None, and why there is none.

    Args:
        surface: points of the true surface, which predictions are aligned with; None to have them read where needed.
        seed: of the points that an alignment draws.
    """
    file = prediction_file(folder, key)
    if file is None:
        errors = [entry["error"] for entry in read_lines(folder / "log.jsonl") if entry["sample"] == str(key)]
        return None, (errors or [""])[0] or "no prediction"
    try:
        shape = read_shape(file)
    except InputError as error:
        if is_out_of_memory(error):
            raise MemoryError(str(error)) from error
        return None, str(error)
    if frame == PredictionFrame():
        return shape, ""
    camera = loc = scale = None
    if frame.frame == "camera":
        camera = dataset.camera(key)
    elif frame.frame == "shapenet":
        loc, scale = dataset.normalization(key.category, key.object)
    shape = to_canonical(shape, frame.frame, camera=camera, loc=loc, scale=scale)
    if frame.alignment != "none":
        surface = dataset.load(key.category, key.object, "surface") if surface is None else surface
        shape = align(shape, surface, frame.alignment, seed=seed)
    return shape, ""
