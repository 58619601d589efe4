"""Single-view reconstruction supported by classification.

Two encoders see the same image. One has to name the object's category, so its embedding carries what the
category tells about the shape (a learned stand-in for a shape prior); the other is free. A decoder turns both
into 32³ occupancy probabilities.

    svr3d train classvoxels --data DATASET --preset tiny
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...errors import InputError
from ...geometry import Camera, VoxelGrid
from ..interface import Method, Stage
from ..learning import optimize
from ..voxel_networks import THRESHOLD, crop, fit_threshold, flip_some, to_grids, voxel_target
from .network import ClassVoxelNetwork


class ClassVoxels(Method):
    """Voxels from the embeddings of an image's class and view encoders.

    Args:
        categories: the training set's categories.
        embedding, fusion, dropout, relu, width, stride_first: see `ClassVoxelNetwork`.
        class_weight, voxel_weight: the report's a and b; the loss is a · cross entropy of the category
            + b · mean binary cross entropy of the voxels.
        epochs, batch_size, lr: of Adam.
        cosine: let the learning rate fall to zero along half a cosine; else it is constant.
        threshold: probability above which a voxel is occupied; None chooses the one with the highest mean IoU over
            the training objects, once trained.
        random_crop: crop at random in training; else the centre, as in testing.
        flip_axis: mirror half of the training images, and the voxels along this canonical axis (`x` or `z`),
            which must be the objects' left and right; None mirrors nothing.
    """

    name = "classvoxels"
    representation = "voxels"
    targets = frozenset({"voxels", "category"})
    paper = (
        "C. Li, J. Yang, J. Zhang, Y. Wang: Single-view 3D Reconstruction Supported by Classification, "
        "student report, TU Munich"
    )

    def __init__(
        self,
        categories: Iterable[str] = (),
        *,
        embedding: int = 128,
        fusion: str = "concat",
        dropout: float = 0.0,
        relu: bool = True,
        width: float = 1.0,
        stride_first: bool = False,
        class_weight: float = 0.05,
        voxel_weight: float = 1.0,
        epochs: int = 150,
        batch_size: int = 128,
        lr: float = 1e-3,
        cosine: bool = False,
        threshold: float | None = THRESHOLD,
        random_crop: bool = True,
        flip_axis: str | None = None,
    ) -> None:
        super().__init__(categories)
        if not self.categories:
            raise InputError(f"method '{self.name}' classifies: it needs the names of the training set's categories")
        self.network = ClassVoxelNetwork(
            len(self.categories),
            embedding=embedding,
            fusion=fusion,
            dropout=dropout,
            relu=relu,
            width=width,
            stride_first=stride_first,
        )
        self.class_weight, self.voxel_weight = class_weight, voxel_weight
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr
        self.cosine, self.threshold = cosine, threshold
        self.random_crop, self.flip_axis = random_crop, flip_axis
        if threshold is None:
            self.register_fitted("fitted_threshold")  # ()

    def stages(self) -> list[Stage]:
        stages = [
            Stage(
                "reconstruction",
                targets=self.targets,
                losses=("voxels", "category"),
                epochs=self.epochs,
                batch_size=self.batch_size,
                monitor="voxels",
            )
        ]
        if self.threshold is None:
            stages.append(Stage("threshold", targets=frozenset({"voxels"}), views=1, fit=self._fit_threshold))
        return stages

    def _fit_threshold(self, samples: Iterable[SampleBatch]) -> None:
        self.fitted_threshold = torch.tensor(fit_threshold(lambda batch: self._logits(batch.images), samples))

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        images, voxels = batch.images, voxel_target(batch)
        if self.training and self.flip_axis:
            images, voxels = flip_some(self.flip_axis, images, voxels)
        voxel_logits, class_logits = self.network(crop(images, random=self.training and self.random_crop))
        return {
            "voxels": self.voxel_weight * F.binary_cross_entropy_with_logits(voxel_logits, voxels),
            "category": self.class_weight * F.cross_entropy(class_logits, batch.target("category")),
        }

    def optimizer(self, parameters: list[nn.Parameter]) -> Any:
        return optimize(torch.optim.Adam(parameters, lr=self.lr), self.epochs, self.cosine)

    @torch.no_grad()
    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[VoxelGrid]:
        threshold = self.threshold if self.threshold is not None else float(self.fitted_threshold)
        return to_grids(self._logits(images), threshold)

    def _logits(self, images: Tensor) -> Tensor:
        return self.network(crop(images))[0]
