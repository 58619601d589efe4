"""The loss of one batch, and the sentence that names the samples where it is not finite."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ...datasets.batch import SampleBatch, collate
from ...errors import InputError
from ..interface import Method
from ..stages import Learned


class StageLosses(nn.Module):
    """A stage's losses as a module, so that precision and strategies can wrap them."""

    def __init__(self, method: Method, stage: Learned) -> None:
        super().__init__()
        self.method, self.stage = method, stage

    def forward(self, batch: Callable[[], SampleBatch]) -> dict[str, Tensor]:
        """The values of a batch, behind a function, since what wraps this module looks into arguments."""
        return self.stage.losses(batch())


def total_loss(stage: Learned, values: dict[str, Tensor], batch: SampleBatch) -> Tensor:
    """The sum of a batch's terms.

    Args:
        values: terms and diagnostics, as the stage's losses returned them.

    Raises:
        InputError: they are not those that the stage names.
        FloatingPointError: the sum is not finite; names the samples.
    """
    if set(values) != {*stage.terms, *stage.diagnostics}:
        declared = ", ".join([*stage.terms, *stage.diagnostics])
        raise InputError(
            f"stage '{stage.name}': its losses returned {', '.join(sorted(values))}, declared are {declared}"
        )
    terms = {name: value for name, value in values.items() if name in stage.terms}
    total: Tensor = sum(terms.values())  # type: ignore[assignment]
    if not total.isfinite():
        bad = ", ".join(name for name, value in terms.items() if not value.isfinite())
        raise FloatingPointError(f"the loss of stage '{stage.name}' is not finite ({bad}) on {_culprits(stage, batch)}")
    return total


def _culprits(stage: Learned, batch: SampleBatch) -> str:
    """Names the samples of a batch whose own loss is not finite; all where it is finite on each alone."""

    def finite(sample: SampleBatch) -> bool:
        # Twice, since batch norm in training refuses a single value.
        values = stage.losses(collate([sample, sample]))
        return all(bool(values[name].isfinite()) for name in stage.terms)

    with torch.no_grad():
        bad = [str(key) for key, sample in zip(batch.keys, batch, strict=True) if not finite(sample)]
    if bad:
        return f"samples {_listed(bad)}"
    return f"the batch of samples {_listed([str(key) for key in batch.keys])}, though finite on each of them alone"


def _listed(names: list[str]) -> str:
    """The first four names, and how many more there are."""
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more
