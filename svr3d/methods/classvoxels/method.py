"""Single-view reconstruction supported by classification.

Two encoders see the same image. One has to name the object's category, so its embedding carries what the
category tells about the shape (a learned stand-in for a shape prior); the other is free. A decoder turns both
into 32³ occupancy probabilities.

    svr3d train classvoxels --data DATASET --preset tiny
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import VoxelGrid
from ..interface import Method
from ..learning import adam
from ..outputs import FINAL
from ..stages import Fitted, Learned, Stage
from ..voxel_networks import crop, fit_threshold, flip_some, to_grids, voxel_target
from .network import ClassVoxelNetwork
from .options import ClassVoxelsOptions

if TYPE_CHECKING:
    from jaxtyping import Float


class ClassVoxels(Method):
    """Voxels from the embeddings of an image's class and view encoders."""

    name = "classvoxels"
    representation = "voxels"
    targets = frozenset({"voxels", "category"})
    paper = (
        "C. Li, J. Yang, J. Zhang, Y. Wang: Single-view 3D Reconstruction Supported by Classification, "
        "student report, TU Munich"
    )
    augmentation_options = frozenset({"random_crop", "flip_axis"})
    Options = ClassVoxelsOptions
    options: ClassVoxelsOptions

    def __init__(self, facts: DataFacts, options: ClassVoxelsOptions | None = None) -> None:
        super().__init__(facts, options)
        if not facts.categories:
            raise InputError(f"method '{self.name}' classifies: it needs the names of the training set's categories")
        o = self.options
        self.network = ClassVoxelNetwork(
            len(facts.categories),
            embedding=o.embedding,
            fusion=o.fusion,
            dropout=o.dropout,
            relu=o.relu,
            width=o.width,
            stride_first=o.stride_first,
        )
        if o.threshold is None:
            self.register_fitted("fitted_threshold")  # ()

    def stages(self) -> list[Stage]:
        o = self.options
        stages: list[Stage] = [
            Learned(
                name="reconstruction",
                targets=self.targets,
                cameras=False,
                losses=self.losses,
                terms=("voxels", "category"),
                optimizer=adam(o.lr, o.epochs, o.schedule),
                epochs=o.epochs,
                batch_size=o.batch_size,
                monitor="voxels",
            )
        ]
        if self.options.threshold is None:
            stages.append(
                Fitted(
                    name="threshold",
                    targets=frozenset({"voxels"}),
                    cameras=False,
                    views=1,
                    fit=self._fit_threshold,
                )
            )
        return stages

    def _fit_threshold(self, samples: Iterable[SampleBatch]) -> None:
        self.fitted_threshold = torch.tensor(fit_threshold(lambda batch: self._logits(batch.pictures), samples))

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """Cross entropies of voxels and category, weighted."""
        o, images, voxels = self.options, batch.pictures, voxel_target(batch)
        if self.training and o.flip_axis:
            images, voxels = flip_some(o.flip_axis, images, voxels)
        voxel_logits, class_logits = self.network(crop(images, random=self.training and o.random_crop))
        return {
            "voxels": o.voxel_weight * F.binary_cross_entropy_with_logits(voxel_logits, voxels),
            "category": o.class_weight * F.cross_entropy(class_logits, batch.target("category")),
        }

    @torch.no_grad()
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        threshold = self.options.threshold
        return to_grids(self._logits(batch.pictures), float(self.fitted_threshold) if threshold is None else threshold)

    def _logits(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B R R R"]:
        return self.network(crop(images))[0]
