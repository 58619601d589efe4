"""Stages that another run has done already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch

from ...errors import InputError
from ..checkpoint import unpack

if TYPE_CHECKING:
    from .method import SMNet

Taken = Literal["parts", "sequence", "sketches"]

SUBMODULES: dict[str, tuple[str, ...]] = {"parts": ("parts",), "sequence": ("sequence",), "sketches": ("sketcher",)}
"""What each stage trains."""
BUFFERS: dict[str, tuple[str, ...]] = {"sketches": ("depth_mean", "depth_deviation")}
"""What is fitted before it."""
SKIPPED: dict[str, tuple[str, ...]] = {
    "parts": ("points", "parts"),
    "sequence": ("codes", "sequence"),
    "sketches": ("depths", "sketches"),
}
"""The names of the stages that are left out."""
RESTS_ON: dict[str, tuple[str, ...]] = {
    "parts": ("code", "point_width", "part_decoder", "subdivisions", "resolution", "fit", "part_points"),
    "sequence": ("code", "hidden", "label_weight"),
    "sketches": ("image_size", "width"),
}
"""Options that have to be the donor's for its weights to mean the same."""


def take(method: SMNet, checkpoint: str, stages: tuple[Taken, ...]) -> str:
    """Gives a method what another run's stages have learned.

    Args:
        checkpoint: `final.ckpt` of the other run.
        stages: of it.

    Returns:
        The fingerprint of the data set that the other run was trained on.

    Raises:
        InputError: no such file, no checkpoint of a run of this method, other labels or other options that a stage
            rests on.
    """
    path = Path(checkpoint)
    where = f"option 'donor': {path}"
    if not path.is_file():
        raise InputError(f"{where}: no such file, expected the final.ckpt of a run of '{method.name}'")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises several classes on what is not a checkpoint
        raise InputError(f"{where}: not a checkpoint ({' '.join(str(error).split())[:200]})") from error
    if not isinstance(content, dict) or content.get("method") != method.name:
        raise InputError(f"{where}: expected a checkpoint of method '{method.name}'")
    other = unpack(content, where, type(method))
    assert isinstance(other, type(method))
    _check(method, other, where, stages)
    dataset = content.get("training", {}).get("dataset")
    if not isinstance(dataset, str):
        raise InputError(f"{where}: does not say on which data it was trained, expected the final.ckpt of a run")
    for stage in stages:
        for name in SUBMODULES[stage]:
            method.get_submodule(name).load_state_dict(other.get_submodule(name).state_dict())
        for name in BUFFERS.get(stage, ()):
            setattr(method, name, getattr(other, name))
    return dataset


def _check(method: SMNet, other: SMNet, where: str, stages: tuple[Taken, ...]) -> None:
    for fact in ("labels", "most_parts"):
        theirs, ours = getattr(other.facts, fact), getattr(method.facts, fact)
        if theirs != ours and "sequence" in stages:
            raise InputError(f"{where}: was trained on other data, with {fact} {theirs}, here {ours}")
    for stage in stages:
        for option in RESTS_ON[stage]:
            theirs, ours = getattr(other.options, option), getattr(method.options, option)
            if theirs != ours:
                raise InputError(f"{where}: stage '{stage}' was trained with option '{option}' {theirs}, here {ours}")
