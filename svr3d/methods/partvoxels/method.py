"""Part-level voxels: a label for each of 32³ voxels, from local and global features of an image.

svr3d train partvoxels --data DATASET --preset tiny
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.batch import SampleBatch
from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import VoxelGrid
from ..augmentation import Augmentation
from ..interface import Method
from ..learning import optimize
from ..outputs import FINAL
from ..pictures import resized
from ..stages import Fitted, Learned, Optimization, Stage
from ..voxel_networks import RESOLUTION, fit_threshold
from .encoders import VGGEncoder
from .focal import class_weights, focal_loss
from .labels import CategoryLabels
from .network import PartVoxelNetwork
from .options import PartVoxelsOptions

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class Predicted(NamedTuple):
    """What the network says of pictures.

    Args:
        parts: Float[B, 32, 32, 32], the probability of any part, 1 − p₀.
        best: Long[B, 32, 32, 32], the most probable part, from 1.
        wins: Bool[B, 32, 32, 32], where it is more probable than empty space.
    """

    parts: Tensor
    best: Tensor
    wins: Tensor


class PartVoxels(Method):
    """Voxels with part labels.

    The label of an occupied voxel is its most probable part. By `occupied`, a voxel is occupied

    - `argmax`: where that part is more probable than empty space, as the paper counts. The values are 1 − p₀, with a
      threshold of a half, which they exceed wherever a part wins; where several parts share more than a half and none
      wins, they are a half.
    - `fitted`: where 1 − p₀ is above the threshold with the highest mean IoU over the training objects.

    So the occupied voxels are those with labels, and the values rank voxels by 1 − p₀, in `argmax` up to those ties.
    """

    name = "partvoxels"
    representation = "voxels"
    targets = frozenset({"part_voxels", "category"})
    paper = "D. Shi, Y. Zhao, J. Li: Reconstructing Part-Level 3D Models from a Single Image, ICIP 2020"

    augmentation_options = frozenset({"brightness", "contrast", "saturation", "noise", "permute", "mirror"})
    Options = PartVoxelsOptions
    options: PartVoxelsOptions

    mean: Tensor
    deviation: Tensor
    counts: Tensor

    def __init__(self, facts: DataFacts, options: PartVoxelsOptions | None = None) -> None:
        super().__init__(facts, options)
        o = self.options
        self.labels = CategoryLabels(facts, self.name)
        self.network = PartVoxelNetwork(
            len(self.labels.names),
            len(facts.categories),
            encoder=o.encoder,
            width=o.width,
            generator_width=o.generator_width,
            lam=o.lam,
            patches=o.patches,
            extractor_kernel=o.extractor_kernel,
            gate=o.gate,
        )
        self.weights = "scratch"
        self.register_fitted("mean", "deviation")  # (3,) each
        self.register_fitted("counts")  # (1 + labels,) voxels
        if o.occupied == "fitted":
            self.register_fitted("fitted_threshold")  # ()

    def initialize(self) -> None:
        encoder = self.network.encoder
        if self.options.pretrained and isinstance(encoder, VGGEncoder) and encoder.load_imagenet():
            self.weights = "imagenet"

    # Training

    def stages(self) -> list[Stage]:
        o = self.options
        augment = Augmentation(o.brightness, o.contrast, o.saturation, o.noise, o.permute, o.mirror)
        stages: list[Stage] = [
            Fitted(name="frequencies", targets=self.targets, unit="object", fit=self._fit_counts),
            Fitted(name="pictures", cameras=False, views=1, fit=self._fit_pictures),
            Learned(
                name="parts",
                targets=self.targets,
                cameras=False,
                losses=self.losses,
                terms=("parts",) if self.network.classify is None else ("parts", "category"),
                optimizer=self.optimizer,
                epochs=o.epochs,
                batch_size=o.batch_size,
                monitor="parts",
                augment=augment if augment else None,
            ),
        ]
        if o.occupied == "fitted":
            stages.append(
                Fitted(name="threshold", targets=self.targets, cameras=False, views=1, fit=self._fit_threshold)
            )
        return stages

    def _fit_counts(self, samples: Iterable[SampleBatch]) -> None:
        """How many voxels of the training objects have each label, empty ones first."""
        counts = torch.zeros(1 + len(self.labels.names), dtype=torch.long)
        for batch in samples:
            slots, categories = self._targets(batch)
            labels = self.labels.slots[categories].gather(1, slots.flatten(1))
            counts += labels.flatten().bincount(minlength=len(counts)).cpu()
        self.counts = counts

    def _fit_pictures(self, samples: Iterable[SampleBatch]) -> None:
        """Mean and deviation of each colour channel over all pixels."""
        count, total, squares = 0, torch.zeros(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
        for batch in samples:
            pixels = batch.pictures.cpu().double().transpose(0, 1).flatten(1)
            count, total, squares = count + pixels.shape[1], total + pixels.sum(1), squares + pixels.square().sum(1)
        mean = total / count
        self.mean = mean.float()
        # An 8-bit step at least: pictures may all be of one colour.
        self.deviation = (squares / count - mean.square()).clamp(min=0).sqrt().clamp(min=1 / 255).float()

    def _fit_threshold(self, samples: Iterable[SampleBatch]) -> None:
        occupied = (replace(batch, targets={"voxels": (batch.target("part_voxels") > 0).float()}) for batch in samples)
        threshold = fit_threshold(lambda batch: self._predict(batch.pictures).parts.logit(), occupied)
        self.fitted_threshold = torch.tensor(threshold)

    @property
    def alpha(self) -> Float[Tensor, " labels"] | None:
        """The weight of each label, that of empty space first; None where all weigh the same."""
        return class_weights(self.counts) if self.options.alpha else None

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The loss of the voxels' labels, and the cross entropy of the categories where there are several."""
        o, alpha = self.options, self.alpha
        slots, categories = self._targets(batch)
        found = self.network(self._standardized(batch.pictures))
        logits = self.network.head(found.grid, self.labels.slots[categories], self.labels.void[categories])
        if o.loss == "focal":
            weights = None if alpha is None else self.labels.in_slots(alpha, categories)
            terms = {"parts": focal_loss(logits, slots, weights, o.gamma)}
        else:
            terms = {"parts": F.cross_entropy(logits, slots)}
        if found.category is not None:
            terms["category"] = o.category_weight * F.cross_entropy(found.category, categories)
        return terms

    def _targets(self, batch: SampleBatch) -> tuple[Int[Tensor, "B R R R"], Int[Tensor, " B"]]:
        """The slots of the true labels, and the categories."""
        labels, categories = batch.target("part_voxels"), batch.target("category")
        if tuple(labels.shape[1:]) != (RESOLUTION,) * 3:
            raise InputError(f"target 'part_voxels': expected grids of {RESOLUTION}³, found {list(labels.shape[1:])}")
        return self.labels.to_slots(labels, categories, self.facts.categories), categories

    def optimizer(self, parameters: list[nn.Parameter]) -> Optimization:
        """Adam, and the course of its learning rate."""
        o = self.options
        adam = torch.optim.Adam(parameters, lr=o.lr)
        if o.milestones:
            falling = torch.optim.lr_scheduler.MultiStepLR(adam, list(o.milestones), o.drop)
            return Optimization(adam, falling, each="step")
        return optimize(adam, o.epochs, o.schedule)

    # Reconstruction

    @torch.no_grad()
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> list[VoxelGrid]:
        """Labelled grids; `label_names` are the labels of all categories."""
        found = self._predict(batch.pictures)
        if self.options.occupied == "fitted":
            values, threshold = found.parts, float(self.fitted_threshold)
        else:
            threshold = 0.5
            above = found.parts.clamp(min=torch.nextafter(torch.tensor(0.5), torch.tensor(1.0)).item())
            values = torch.where(found.wins, above, found.parts.clamp(max=0.5))
        return [
            self._grid(value, best, threshold)
            for value, best in zip(values.cpu().numpy(), found.best.cpu().numpy(), strict=True)
        ]

    def _grid(self, values: Float[np.ndarray, "R R R"], best: Int[np.ndarray, "R R R"], threshold: float) -> VoxelGrid:
        grid = VoxelGrid(values, threshold)
        return replace(grid, labels=best * grid.occupancy, label_names=self.labels.names)

    def _predict(self, images: Float[Tensor, "B 3 H W"]) -> Predicted:
        """By the labels of all categories, as probable as these are."""
        found = self.network(self._standardized(images))
        categories = (
            torch.ones(len(images), 1, device=images.device)
            if found.category is None
            else found.category.float().softmax(1)
        )
        logits = self.network.head(found.grid).flatten(2)
        empty, labels = self.labels.probabilities(logits, categories)
        highest = labels.max(1)
        # The sum, and not 1 − p₀, which for the surely empty is nothing but rounding.
        flat = labels.sum(1).clamp(max=1), 1 + highest.indices, highest.values > empty
        return Predicted(*(values.view(-1, *found.grid.shape[2:]) for values in flat))

    def _standardized(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 3 S S"]:
        """Pictures of the encoder's size, relative to the training set's colours."""
        images = resized(images, self.network.encoder.side)
        return (images - self.mean[:, None, None]) / self.deviation[:, None, None]
