"""The options of `classvoxels`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..learning import Schedule
from ..options import require_at_least, require_positive
from ..voxel_networks import THRESHOLD


@dataclass(frozen=True)
class ClassVoxelsOptions:
    """Options of `classvoxels`; the defaults are those of its publication.

    Args:
        embedding, fusion, dropout, relu, width, stride_first: see `ClassVoxelNetwork`.
        class_weight, voxel_weight: the report's a and b; the loss is a · cross entropy of the category
            + b · mean binary cross entropy of the voxels.
        epochs, batch_size, lr: of Adam.
        schedule: the course of the learning rate.
        threshold: probability above which a voxel is occupied; None chooses the one with the highest mean IoU over
            the training objects, once trained.
        random_crop: crop at random in training; else the centre, as in testing.
        flip_axis: mirror half of the training images, and the voxels along this canonical axis,
            which must be the objects' left and right; None mirrors nothing.
    """

    embedding: int = 128
    fusion: Literal["concat", "sum"] = "concat"
    dropout: float = 0.0
    relu: bool = True
    width: float = 1.0
    stride_first: bool = False
    class_weight: float = 0.05
    voxel_weight: float = 1.0
    epochs: int = 150
    batch_size: int = 128
    lr: float = 1e-3
    schedule: Schedule = "constant"
    threshold: float | None = THRESHOLD
    random_crop: bool = True
    flip_axis: Literal["x", "z"] | None = None

    def __post_init__(self) -> None:
        require_at_least(self, embedding=1, dropout=0, class_weight=0, voxel_weight=0, epochs=1, batch_size=1)
        require_positive(self, "width", "lr")
