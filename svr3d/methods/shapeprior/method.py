"""Single-image reconstruction as the refinement of a category's mean shape.

The mean of the training voxels of the object's category goes in beside the image; the network learns to
refine the one by the other. The category is *given*, in testing too, so the method is marked on every board.

    svr3d train shapeprior --data DATASET --preset tiny
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import VoxelGrid
from ..interface import Method
from ..learning import optimize
from ..mean_voxels import category_indices, mean_voxels
from ..outputs import FINAL
from ..stages import Fitted, Learned, Optimization, Stage
from ..voxel_networks import (
    RESOLUTION,
    crop,
    fit_threshold,
    flip_some,
    to_grids,
    voxel_target,
)
from .network import ShapePriorNetwork
from .options import ShapePriorOptions

OPTIMIZERS = {"adam": torch.optim.Adam, "adadelta": torch.optim.Adadelta}


class ShapePrior(Method):
    """The refinement of a category's mean voxels by an image."""

    name = "shapeprior"
    representation = "voxels"
    targets = frozenset({"voxels", "category"})
    given = frozenset({"picture", "category"})
    paper = "B. Wallace, B. Hariharan: Few-Shot Generalization for Single-Image 3D Reconstruction via Priors, ICCV 2019"

    augmentation_options = frozenset({"random_crop", "flip_axis"})
    Options = ShapePriorOptions
    options: ShapePriorOptions

    def __init__(self, facts: DataFacts, options: ShapePriorOptions | None = None) -> None:
        super().__init__(facts, options)
        if not facts.categories:
            raise InputError(f"method '{self.name}' has a prior per category: it needs the training set's categories")
        o = self.options
        self.network = ShapePriorNetwork(
            embedding=o.embedding,
            normalize=o.normalize,
            residual=o.residual,
            relu=o.relu,
            width=o.width,
            stride_first=o.stride_first,
        )
        self.register_fitted("priors")  # (categories, 32, 32, 32)
        if o.threshold is None:
            self.register_fitted("fitted_threshold")  # ()

    def stages(self) -> list[Stage]:
        shared = {"targets": self.targets, "cameras": False}
        stages: list[Stage] = [
            Fitted(name="priors", views=1, pictures=False, fit=self._fit_priors, **shared),
            Learned(
                name="refinement",
                losses=self.losses,
                terms=("voxels",),
                optimizer=self.optimizer,
                epochs=self.options.epochs,
                batch_size=self.options.batch_size,
                monitor="voxels",
                **shared,
            ),
        ]
        if self.options.threshold is None:
            stages.append(Fitted(name="threshold", views=1, fit=self._fit_threshold, **shared))
        return stages

    def _fit_priors(self, samples: Iterable[SampleBatch]) -> None:
        self.priors = mean_voxels(samples, self.facts.categories, resolution=RESOLUTION).means

    def _fit_threshold(self, samples: Iterable[SampleBatch]) -> None:
        self.fitted_threshold = torch.tensor(fit_threshold(self._logits, samples))

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The voxels' cross entropy."""
        images, voxels, priors = batch.pictures, voxel_target(batch), self.priors[category_indices(self, batch)]
        if self.training and self.options.flip_axis:
            # Object and prior are mirrored together: the mean of mirrored shapes is the mirrored mean.
            images, voxels, priors = flip_some(self.options.flip_axis, images, voxels, priors)
        logits = self.network(crop(images, random=self.training and self.options.random_crop), priors)
        return {"voxels": F.binary_cross_entropy_with_logits(logits, voxels)}

    def optimizer(self, parameters: list[nn.Parameter]) -> Optimization:
        """Adam or Adadelta."""
        o = self.options
        return optimize(OPTIMIZERS[o.optimizer_name](parameters, lr=o.lr), o.epochs, o.schedule)

    @torch.no_grad()
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        threshold = self.options.threshold
        return to_grids(self._logits(batch), float(self.fitted_threshold) if threshold is None else threshold)

    def _logits(self, batch: SampleBatch) -> Tensor:
        return self.network(crop(batch.pictures), self.priors[category_indices(self, batch)])
