"""Mean voxel grids of categories, which baselines return and `shapeprior` refines; and most frequent part labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..datasets.batch import SampleBatch, SampleKey
from ..errors import InputError
from .interface import Method


@dataclass(frozen=True)
class MeanVoxels:
    """Mean occupancy of the training objects, each counted once.

    Args:
        means: Float[C, R, R, R], by category; zero for a category without objects.
        counts: Long[C] objects.
        packed: UInt8[N, R³/8], the objects' occupancy by `numpy.packbits`.
        labels: Long[N], their categories.
    """

    means: Tensor
    counts: Tensor
    packed: np.ndarray
    labels: np.ndarray

    def occupancy(self, rows: slice | Sequence[int] | np.ndarray) -> np.ndarray:
        """Bool[n, R³] of some objects."""
        return np.unpackbits(self.packed[rows], axis=1, count=self.means[0].numel()).astype(bool)


def mean_voxels(
    samples: Iterable[SampleBatch], categories: Sequence[str], *, resolution: int | None = None
) -> MeanVoxels:
    """The mean over each category's objects; further views of an object that was seen are passed over.

    Args:
        samples: batches with the targets `voxels` (R³, any R but the same throughout).
        categories: what the samples' keys name.
        resolution: R, where only one will do.
    """
    index = {name: i for i, name in enumerate(categories)}
    packed, labels = [], []
    sums: Tensor | None = None
    for key, sample in each_object(samples):
        grid = sample.target("voxels")[0].cpu() > 0.5
        if resolution is not None and len(grid) != resolution:
            raise InputError(f"target 'voxels': expected grids of {resolution}³, found {list(grid.shape)}")
        if key.category not in index:
            raise InputError(f"sample {key}: its category is none of {', '.join(categories)}")
        if sums is None:
            sums = torch.zeros(len(categories), *grid.shape)
        sums[index[key.category]] += grid
        packed.append(np.packbits(grid.numpy().ravel()))
        labels.append(index[key.category])
    if sums is None:
        raise InputError("there are no training samples to take the mean of")
    counts = torch.bincount(torch.tensor(labels), minlength=len(categories))
    means = sums / counts.clamp(min=1)[:, None, None, None]
    return MeanVoxels(means, counts, np.stack(packed), np.array(labels))


def frequent_labels(samples: Iterable[SampleBatch], count: int) -> Tensor:
    """Long[R, R, R]: the part label that most training objects have at each voxel, each object counted once; of several
    the lowest, and 0 where no object has a part.

    Args:
        samples: batches with the target `part_voxels`.
        count: of labels, 1 to `count`.

    Raises:
        InputError: there are no samples, grids of several resolutions, or a label that is not among them.
    """
    totals: Tensor | None = None
    for key, sample in each_object(samples):
        labels = sample.target("part_voxels")[0].cpu()
        if totals is None:
            totals = torch.zeros(count + 1, *labels.shape, dtype=torch.int32)
        if labels.shape != totals.shape[1:] or not 0 <= labels.min() <= labels.max() <= count:
            raise InputError(
                f"sample {key}: expected part labels 0 to {count} in a grid {list(totals.shape[1:])}, found "
                f"{labels.min()} to {labels.max()} in {list(labels.shape)}"
            )
        totals.scatter_add_(0, labels[None], torch.ones_like(labels[None], dtype=torch.int32))
    if totals is None:
        raise InputError("there are no training samples to count part labels of")
    parts = totals[1:]
    return torch.where(parts.any(dim=0), 1 + parts.argmax(dim=0), 0)


def each_object(samples: Iterable[SampleBatch]) -> Iterator[tuple[SampleKey, SampleBatch]]:
    """Each object's first sample, as a batch of one, and its key: further views of an object are passed over."""
    seen: set[tuple[str, str]] = set()
    for batch in samples:
        for index, key in enumerate(batch.keys):
            if (key.category, key.object) not in seen:
                seen.add((key.category, key.object))
                yield key, batch[index]


def best_threshold(mean: np.ndarray, occupancy: np.ndarray, *, steps: int = 50) -> tuple[float, float]:
    """The threshold on `mean` whose occupied set has the highest mean IoU with the objects', and that IoU.

    Args:
        mean: Float[V].
        occupancy: Bool[N, V].
        steps: thresholds tried, evenly spaced in [0, 1).
    """
    thresholds = np.arange(steps) / steps
    chosen = (mean[None] > thresholds[:, None]).astype(np.float32)  # (steps, V)
    total = np.zeros(steps)
    for rows in np.array_split(occupancy, max(1, len(occupancy) // 512)):
        rows = rows.astype(np.float32)
        both = rows @ chosen.T  # (n, steps)
        either = rows.sum(1)[:, None] + chosen.sum(1)[None] - both
        total += np.divide(both, either, out=np.zeros_like(both), where=either > 0).sum(0)
    best = int(total.argmax())
    return float(thresholds[best]), float(total[best] / max(1, len(occupancy)))


def category_indices(method: Method, batch: SampleBatch) -> Tensor:
    """Long[B]: the batch's categories as indices into the method's own, which another data set may order otherwise."""
    names = [batch.categories[i] for i in batch.target("category").tolist()]
    known = method.facts.categories
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise InputError(
            f"method '{method.name}' was trained without the categories {', '.join(unknown)} "
            f"(it knows: {', '.join(known)})"
        )
    return torch.tensor([known.index(name) for name in names], device=batch.target("category").device)
