"""Training samples mirrored left to right: picture, camera and truth together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..datasets.batch import SampleBatch
from ..errors import InputError


def mirror_some(sample: SampleBatch, generator: torch.Generator) -> SampleBatch:
    """The sample or, as often, its mirror image: an augmentation of a learned stage."""
    return mirrored(sample) if torch.rand((), generator=generator) < 0.5 else sample


def mirrored(batch: SampleBatch) -> SampleBatch:
    """Mirrored pictures, the cameras that see the mirrored objects in them, and these objects' surfaces and voxels.

    Objects are mirrored at the plane x = 0 of the canonical frame. To whom is given the camera, or works in its axes,
    the plane is all the same, since another one would be this one and a rotation, which the camera takes up. To whom is
    given the picture alone, it has to be the plane between the objects' left and right, so that a front stays in front.

    Raises:
        InputError: the batch has a target that this does not know how to mirror.
    """
    unknown = ", ".join(sorted(batch.targets.keys() - _MIRRORED.keys()))
    if unknown:
        raise InputError(f"cannot mirror the target {unknown}")
    return replace(
        batch,
        images=None if batch.images is None else batch.images.flip(-1),
        cameras=None if batch.cameras is None else batch.cameras.mirrored(),
        targets={name: _MIRRORED[name](value) for name, value in batch.targets.items()},
    )


def _surface(surface: dict[str, Any]) -> dict[str, Any]:
    def flip(vectors: Tensor) -> Tensor:
        return vectors * vectors.new_tensor([-1.0, 1.0, 1.0])

    return {name: flip(value) if name in ("points", "normals") else value for name, value in surface.items()}


def _grid(grid: Tensor) -> Tensor:
    return grid.flip(1)  # [B, x, y, z], with x = 0 between the middle voxels


_MIRRORED: dict[str, Callable[[Any], Any]] = {
    "surface": _surface,
    "voxels": _grid,
    "part_voxels": _grid,
    "category": lambda category: category,
}
