"""What a method must beat to be said to see: mean shapes, thresholded where they serve best.

The thresholds are those of highest mean IoU over the *training* objects; the test set has no part in them.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ...datasets.batch import SampleBatch
from ...errors import InputError
from ...geometry import Camera, VoxelGrid
from ..interface import Method, Stage
from ..mean_voxels import best_threshold, category_indices, mean_voxels


class MeanShape(Method):
    """The mean voxels of all training objects, whatever the image."""

    name = "mean_shape"
    representation = "voxels"
    targets = frozenset({"voxels"})

    def __init__(self, categories: Iterable[str] = ()) -> None:
        super().__init__(categories)
        self.register_fitted("mean", "threshold")  # (R, R, R), ()

    def stages(self) -> list[Stage]:
        return [Stage("mean", targets=self.targets, views=1, fit=self._fit)]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        fitted = mean_voxels(samples, self.categories)
        weights = fitted.counts / fitted.counts.sum()
        self.mean = torch.einsum("c,cxyz->xyz", weights, fitted.means)
        threshold, _ = best_threshold(self.mean.numpy().ravel(), fitted.occupancy(slice(None)))
        self.threshold = torch.tensor(threshold)

    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[VoxelGrid]:
        return [VoxelGrid(self.mean.cpu().numpy(), float(self.threshold))] * len(images)


class ClassMean(Method):
    """The mean voxels of the training objects of the category, which is given."""

    name = "class_mean"
    representation = "voxels"
    targets = frozenset({"voxels"})
    gifts = frozenset({"category"})

    def __init__(self, categories: Iterable[str] = ()) -> None:
        super().__init__(categories)
        self.register_fitted("means", "thresholds")  # (C, R, R, R), (C,)

    def stages(self) -> list[Stage]:
        return [Stage("means", targets=self.targets, views=1, fit=self._fit)]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        fitted = mean_voxels(samples, self.categories)
        self.means = fitted.means
        thresholds = torch.zeros(len(self.categories))
        for i, mean in enumerate(fitted.means):
            thresholds[i], _ = best_threshold(mean.numpy().ravel(), fitted.occupancy(fitted.labels == i))
        self.thresholds = thresholds

    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[VoxelGrid]:
        raise InputError(f"method '{self.name}' is given the category of each image; images alone do not tell it")

    def reconstruct_batch(self, batch: SampleBatch) -> list[VoxelGrid]:
        return [
            VoxelGrid(self.means[i].cpu().numpy(), float(self.thresholds[i]))
            for i in category_indices(self, batch).tolist()
        ]
