"""Changed part sequences for the sequence autoencoder to learn from: any parts in any boxes are an object to it.

Of a few hundred objects it otherwise learns the objects themselves, and codes others as the nearest of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from .sequence import Parts

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

_SCALE, _JITTER = 0.4, 0.2
"""At strength 1: objects are scaled along each axis by 1 ± the first, parts moved and scaled by the second."""
_SMALLEST = 0.3
"""No box is scaled further down."""


class Labelled(NamedTuple):
    """Part sequences with labels.

    Args:
        parts: of B objects.
        labels: Long[B, T]; None where parts have none.
    """

    parts: Parts
    labels: Tensor | None


def varied(objects: Labelled, strength: float) -> Labelled:
    """The objects with other proportions, parts moved and scaled a little, some exchanged and some left out; by torch's
    generator.

    Args:
        strength: from 0 to 1: the share of parts whose code is that of another part, of the same label where there are
            labels, in the batch; the largest share of an object's parts that are left out; see also `_SCALE`.
    """
    if not strength:
        return objects
    parts, labels = objects
    kinds = torch.zeros_like(parts.valid, dtype=torch.long) if labels is None else labels
    boxes = _moved(parts.boxes, strength)
    codes = _exchanged(parts.codes, kinds, parts.valid, strength)
    return _without_some(Labelled(Parts(codes, boxes, parts.counts), labels), strength)


def _moved(boxes: Float[Tensor, "B T 6"], strength: float) -> Float[Tensor, "B T 6"]:
    middle, size = boxes.split(3, dim=-1)
    scale = 1 + _SCALE * strength * (2 * torch.rand_like(boxes[:, :1, :3]) - 1)
    own = (1 + _JITTER * strength * torch.randn_like(size)).clamp(min=_SMALLEST)
    shift = 0.3 * _JITTER * strength * torch.randn_like(middle)
    return torch.cat([0.5 + (middle - 0.5) * scale + shift, size * scale * own], -1)


def _exchanged(
    codes: Float[Tensor, "B T C"], kinds: Int[Tensor, "B T"], valid: Bool[Tensor, "B T"], share: float
) -> Float[Tensor, "B T C"]:
    """Codes of which a share is that of another part of the same kind."""
    found = codes.clone()
    places = valid.nonzero()
    of_places = kinds[valid]
    drawn = torch.randperm(len(places), device=places.device)
    # Both in the order of their kinds, so that side by side they are of one kind.
    to, of = places[of_places.argsort(stable=True)], places[drawn[of_places[drawn].argsort(stable=True)]]
    taken = torch.rand(len(places), device=places.device) < share
    to, of = to[taken], of[taken]
    found[to[:, 0], to[:, 1]] = codes[of[:, 0], of[:, 1]]
    return found


def _without_some(objects: Labelled, most: float) -> Labelled:
    """Up to a share of each object's parts left out, the rest in their order; at least one stays."""
    parts, labels = objects
    draws = torch.rand(parts.valid.shape, device=parts.codes.device)
    keep = parts.valid & (draws >= most * torch.rand_like(draws[:, :1]))
    keep[:, 0] |= ~keep.any(1)
    order = (~keep).int().argsort(dim=1, stable=True)

    def chosen(values: Tensor) -> Tensor:
        return values.gather(1, order[..., None].expand(-1, -1, values.shape[-1]))

    return Labelled(
        Parts(chosen(parts.codes), chosen(parts.boxes), keep.sum(1)),
        None if labels is None else labels.gather(1, order),
    )
