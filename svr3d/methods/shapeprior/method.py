"""Single-image reconstruction as the refinement of a category's mean shape.

The mean of the training voxels of the object's category goes in beside the image; the network learns to
refine the one by the other. The category is *given*, in testing too, so the method is marked on every board.

    svr3d train shapeprior --data DATASET --preset tiny
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
from ..mean_voxels import category_indices, mean_voxels
from ..voxel_networks import (
    RESOLUTION,
    THRESHOLD,
    crop,
    fit_threshold,
    flip_some,
    to_grids,
    voxel_target,
)
from .network import ShapePriorNetwork

OPTIMIZERS = {"adam": torch.optim.Adam, "adadelta": torch.optim.Adadelta}


class ShapePrior(Method):
    """The refinement of a category's mean voxels by an image.

    Args:
        categories: the training set's categories.
        embedding, residual, relu, width, stride_first: see `ShapePriorNetwork`.
        epochs, batch_size: their number and size.
        optimizer_name: `adam` or `adadelta`.
        lr: its learning rate.
        cosine, threshold, random_crop, flip_axis: as for `classvoxels`.
    """

    name = "shapeprior"
    representation = "voxels"
    targets = frozenset({"voxels", "category"})
    gifts = frozenset({"category"})
    paper = "B. Wallace, B. Hariharan: Few-Shot Generalization for Single-Image 3D Reconstruction via Priors, ICCV 2019"

    def __init__(
        self,
        categories: Iterable[str] = (),
        *,
        embedding: int = 128,
        residual: bool = True,
        relu: bool = True,
        width: float = 1.0,
        stride_first: bool = False,
        epochs: int = 150,
        batch_size: int = 32,
        optimizer_name: str = "adam",
        lr: float = 1e-3,
        cosine: bool = False,
        threshold: float | None = THRESHOLD,
        random_crop: bool = True,
        flip_axis: str | None = None,
    ) -> None:
        super().__init__(categories)
        if not self.categories:
            raise InputError(f"method '{self.name}' has a prior per category: it needs the training set's categories")
        if optimizer_name not in OPTIMIZERS:
            raise InputError(
                f"option 'optimizer_name': expected one of {', '.join(OPTIMIZERS)}, found {optimizer_name!r}"
            )
        self.network = ShapePriorNetwork(
            embedding=embedding, residual=residual, relu=relu, width=width, stride_first=stride_first
        )
        self.register_fitted("priors")  # (categories, 32, 32, 32)
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr
        self.optimizer_name = optimizer_name
        self.cosine, self.threshold = cosine, threshold
        self.random_crop, self.flip_axis = random_crop, flip_axis
        if threshold is None:
            self.register_fitted("fitted_threshold")  # ()

    def stages(self) -> list[Stage]:
        stages = [
            Stage("priors", targets=self.targets, views=1, fit=self._fit_priors),
            Stage(
                "refinement",
                targets=self.targets,
                losses=("voxels",),
                epochs=self.epochs,
                batch_size=self.batch_size,
                monitor="voxels",
            ),
        ]
        if self.threshold is None:
            stages.append(Stage("threshold", targets=self.targets, views=1, fit=self._fit_threshold))
        return stages

    def _fit_priors(self, samples: Iterable[SampleBatch]) -> None:
        self.priors = mean_voxels(samples, self.categories, resolution=RESOLUTION).means

    def _fit_threshold(self, samples: Iterable[SampleBatch]) -> None:
        self.fitted_threshold = torch.tensor(fit_threshold(self._logits, samples))

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        images, voxels, priors = batch.images, voxel_target(batch), self.priors[category_indices(self, batch)]
        if self.training and self.flip_axis:
            # Object and prior are mirrored together: the mean of mirrored shapes is the mirrored mean.
            images, voxels, priors = flip_some(self.flip_axis, images, voxels, priors)
        logits = self.network(crop(images, random=self.training and self.random_crop), priors)
        return {"voxels": F.binary_cross_entropy_with_logits(logits, voxels)}

    def optimizer(self, parameters: list[nn.Parameter]) -> Any:
        return optimize(OPTIMIZERS[self.optimizer_name](parameters, lr=self.lr), self.epochs, self.cosine)

    @torch.no_grad()
    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[VoxelGrid]:
        """As the class says, but the category unknown: the prior is the mean over all categories."""
        priors = self.priors.mean(0, keepdim=True).expand(len(images), -1, -1, -1)
        return self._to_grids(self.network(crop(images), priors))

    @torch.no_grad()
    def reconstruct_batch(self, batch: SampleBatch) -> list[VoxelGrid]:
        return self._to_grids(self._logits(batch))

    def _logits(self, batch: SampleBatch) -> Tensor:
        return self.network(crop(batch.images), self.priors[category_indices(self, batch)])

    def _to_grids(self, logits: Tensor) -> list[VoxelGrid]:
        return to_grids(logits, self.threshold if self.threshold is not None else float(self.fitted_threshold))
