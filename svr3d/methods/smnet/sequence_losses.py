"""The losses of the part sequence autoencoder (the paper's equations 6 to 8), each over an object's own parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from .sequence import Decoded, Parts, lengths

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def sequence_losses(
    found: Decoded, truth: Parts, labels: Int[Tensor, "B T"] | None = None
) -> dict[str, Float[Tensor, ""]]:
    """The terms `code`, `box`, `stop` and, with labels, `label`, without weights: the mean over objects of the mean
    over an object's parts. Steps behind its last part count for nothing, whatever stands there.

    Args:
        found: of as many steps as `truth` has.
        labels: of the parts, from 0; anything in the padding.
    """
    truth, valid = truth.cleaned(), truth.valid
    last = F.one_hot(truth.counts - 1, valid.shape[1]).to(found.stops.dtype)
    each = {
        "code": (found.codes - truth.codes).square().mean(-1),
        "box": (found.boxes - truth.boxes).square().mean(-1),
        "stop": F.binary_cross_entropy_with_logits(found.stops, last, reduction="none"),
    }
    if labels is not None:
        assert found.labels is not None
        known = labels.masked_fill(~valid, 0)
        each["label"] = F.cross_entropy(found.labels.flatten(0, 1), known.flatten(), reduction="none").view_as(known)
    return {name: _mean_over_parts(value, truth) for name, value in each.items()}


@torch.no_grad()
def sequence_errors(found: Decoded, truth: Parts) -> dict[str, Float[Tensor, ""]]:
    """How far decoded sequences are off: `box_error`, the mean absolute error of the boxes' numbers in sides of the
    object, and `count_error`, that of the number of parts by the stop head (of no more steps than were decoded)."""
    truth = truth.cleaned()
    return {
        "box_error": _mean_over_parts((found.boxes - truth.boxes).abs().mean(-1), truth),
        "count_error": (lengths(found.stops) - truth.counts).abs().to(found.boxes.dtype).mean(),
    }


def _mean_over_parts(values: Float[Tensor, "B T"], parts: Parts) -> Float[Tensor, ""]:
    return (values.masked_fill(~parts.valid, 0).sum(1) / parts.counts).mean()
