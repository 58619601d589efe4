"""What a method must beat to be said to see: mean shapes, thresholded where they serve best.

The thresholds are those of highest mean IoU over the *training* objects; the test set has no part in them.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import VoxelGrid
from ..interface import Method
from ..mean_voxels import best_threshold, category_indices, frequent_labels, mean_voxels
from ..options import NoOptions
from ..outputs import FINAL
from ..stages import Fitted, Stage


class MeanShape(Method):
    """The mean voxels of all training objects, whatever the image."""

    name = "mean_shape"
    representation = "voxels"
    given = frozenset()
    targets = frozenset({"voxels"})

    def __init__(self, facts: DataFacts, options: NoOptions | None = None) -> None:
        super().__init__(facts, options)
        self.register_fitted("mean", "threshold")  # (R, R, R), ()

    def stages(self) -> list[Stage]:
        return [Fitted(name="mean", targets=self.targets, views=1, pictures=False, cameras=False, fit=self._fit)]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        self.mean, self.threshold = _thresholded(samples, self.facts)

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        return [VoxelGrid(self.mean.cpu().numpy(), float(self.threshold))] * len(batch)


class ClassMean(Method):
    """The mean voxels of the training objects of the category, which is given."""

    name = "class_mean"
    representation = "voxels"
    given = frozenset({"category"})
    targets = frozenset({"voxels"})

    def __init__(self, facts: DataFacts, options: NoOptions | None = None) -> None:
        super().__init__(facts, options)
        self.register_fitted("means", "thresholds")  # (C, R, R, R), (C,)

    def stages(self) -> list[Stage]:
        return [Fitted(name="means", targets=self.targets, views=1, pictures=False, cameras=False, fit=self._fit)]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        fitted = mean_voxels(samples, self.facts.categories)
        self.means = fitted.means
        thresholds = torch.zeros(len(self.facts.categories))
        for i, mean in enumerate(fitted.means):
            thresholds[i], _ = best_threshold(mean.numpy().ravel(), fitted.occupancy(fitted.labels == i))
        self.thresholds = thresholds

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        return [
            VoxelGrid(self.means[i].cpu().numpy(), float(self.thresholds[i]))
            for i in category_indices(self, batch).tolist()
        ]


class MeanParts(Method):
    """The mean voxels of all training objects, each with the part label that most of them have there."""

    name = "mean_parts"
    representation = "voxels"
    given = frozenset()
    targets = frozenset({"voxels", "part_voxels"})

    def __init__(self, facts: DataFacts, options: NoOptions | None = None) -> None:
        super().__init__(facts, options)
        self.register_fitted("mean", "threshold", "labels")  # (R, R, R), (), (R, R, R)

    def stages(self) -> list[Stage]:
        return [Fitted(name="mean", targets=self.targets, views=1, pictures=False, cameras=False, fit=self._fit)]

    def _fit(self, samples: Iterable[SampleBatch]) -> None:
        self.mean, self.threshold = _thresholded(samples, self.facts)
        self.labels = frequent_labels(samples, len(self.facts.labels))
        if self.labels.shape != self.mean.shape:
            raise InputError(
                f"method '{self.name}' needs voxels and part labels in grids of one resolution, found "
                f"{len(self.mean)}³ and {len(self.labels)}³"
            )

    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        mean, threshold = self.mean.cpu().numpy(), float(self.threshold)
        labels = self.labels.cpu().numpy() * (mean > threshold)
        return [VoxelGrid(mean, threshold, labels, self.facts.labels)] * len(batch)


def _thresholded(samples: Iterable[SampleBatch], facts: DataFacts) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of all objects, and the threshold on it that serves them best."""
    fitted = mean_voxels(samples, facts.categories)
    mean = torch.einsum("c,cxyz->xyz", fitted.counts / fitted.counts.sum(), fitted.means)
    threshold, _ = best_threshold(mean.numpy().ravel(), fitted.occupancy(slice(None)))
    return mean, torch.tensor(threshold)
