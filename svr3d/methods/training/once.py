"""The stages that are not learned by gradient."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ...datasets.batch import SampleBatch
from ...errors import InputError
from ..interface import Method
from ..stages import Derived, Fitted


def fit(method: Method, stage: Fitted, samples: Iterable[SampleBatch]) -> None:
    """Runs a fitted stage: one call, in evaluation mode and without gradients."""
    method.eval()
    with torch.no_grad():
        stage.fit(samples)


def derive(method: Method, stage: Derived, batch: SampleBatch) -> dict[str, Tensor]:
    """The derived values of a batch, [B, …] each, on the CPU.

    Raises:
        InputError: they are not those that the stage names, or not one per sample.
    """
    method.eval()
    with torch.no_grad():
        values = stage.derive(batch.to(method.device))
    if set(values) != set(stage.values):
        raise InputError(
            f"stage '{stage.name}': derived {', '.join(sorted(values))}, declared are {', '.join(stage.values)}"
        )
    for name, value in values.items():
        if len(value) != len(batch):
            raise InputError(f"stage '{stage.name}': {len(value)} values '{name}' for {len(batch)} samples")
    return {name: value.detach().cpu() for name, value in values.items()}
