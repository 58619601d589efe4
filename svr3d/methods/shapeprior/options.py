"""The options of `shapeprior`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..learning import Schedule
from ..options import require_at_least, require_positive
from ..voxel_networks import THRESHOLD


@dataclass(frozen=True)
class ShapePriorOptions:
    """Options of `shapeprior`.

    Args:
        embedding, normalize, residual, relu, width, stride_first: see `ShapePriorNetwork`.
        epochs, batch_size: their number and size.
        optimizer_name: which optimiser.
        lr: its learning rate.
        schedule, threshold, random_crop, flip_axis: as for `classvoxels`.
    """

    embedding: int = 128
    normalize: bool = False
    residual: bool = True
    relu: bool = True
    width: float = 1.0
    stride_first: bool = False
    epochs: int = 150
    batch_size: int = 32
    optimizer_name: Literal["adam", "adadelta"] = "adam"
    lr: float = 1e-3
    schedule: Schedule = "constant"
    threshold: float | None = THRESHOLD
    random_crop: bool = True
    flip_axis: Literal["x", "z"] | None = None

    def __post_init__(self) -> None:
        require_at_least(self, embedding=1, epochs=1, batch_size=1)
        require_positive(self, "width", "lr")
