"""2.5D maps: their size, losses and errors, and the picture of four channels that the image encoder sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from jaxtyping import Float

_SEEN = 0.5
"""A pixel shows the object where its silhouette is above this."""


class Maps(NamedTuple):
    """The 2.5D maps of B views.

    Args:
        depth: Float[B, S, S]; in the data along the optical axis in sides of the object, in networks relative to
            mean and deviation of the training set; of no meaning in the background.
        normal: Float[B, 3, S, S], camera axes; of no meaning in the background.
        silhouette: Float[B, S, S]: 1 = object.
    """

    depth: Tensor
    normal: Tensor
    silhouette: Tensor

    @property
    def seen(self) -> Tensor:
        """Bool[B, S, S]: which pixels show the object."""
        return self.silhouette > _SEEN


def resized_maps(sketches: dict[str, Tensor], side: int) -> Maps:
    """The maps of the target `sketches`, of another size.

    Depth and normals are means over the pixels that show the object, so that nothing of the background gets into its
    edges; normals have length 1.
    """
    mask = (sketches["depth"] > 0).to(sketches["depth"].dtype)[:, None]
    depth, normal = sketches["depth"][:, None], sketches["normal"]
    if mask.shape[-2:] == (side, side):
        return Maps(depth[:, 0], normal, mask[:, 0])
    stacked = _resized(torch.cat([mask, depth * mask, normal * mask], 1), side)
    covered, depth, normal = stacked.split([1, 1, 3], 1)
    share = covered.clamp(min=1e-3)
    return Maps((depth / share)[:, 0], F.normalize(normal, dim=1), covered[:, 0])


def map_losses(found: Maps, truth: Maps) -> dict[str, Float[Tensor, ""]]:
    """Mean squared errors `depth`, `normal` and `silhouette`; the first two over the pixels that show the object.

    Args:
        found, truth: depths of both relative to mean and deviation.
    """
    seen = truth.seen
    return {
        "depth": _mean_over((found.depth - truth.depth).square(), seen),
        "normal": _mean_over((found.normal - truth.normal).square().sum(1), seen),
        "silhouette": (found.silhouette - truth.silhouette).square().mean(),
    }


@torch.no_grad()
def map_errors(found: Maps, truth: Maps, deviation: Tensor) -> dict[str, Float[Tensor, ""]]:
    """`depth_rmse` in sides of the object and `normal_degrees` (mean angle), over the pixels that show the object, and
    `silhouette_iou`, the mean over views.

    Args:
        deviation: of the training set's depths, the unit of both depths.
    """
    seen = truth.seen
    cosine = F.cosine_similarity(found.normal, truth.normal, dim=1).clamp(-1, 1)
    both, either = (found.seen & seen).sum((1, 2)), (found.seen | seen).sum((1, 2))
    return {
        "depth_rmse": deviation * _mean_over((found.depth - truth.depth).square(), seen).sqrt(),
        "normal_degrees": _mean_over(cosine.acos().rad2deg(), seen),
        "silhouette_iou": torch.where(either > 0, both / either.clamp(min=1), 1.0).mean(),
    }


def four_channels(maps: Maps) -> Float[Tensor, "B 4 S S"]:
    """Depth and unit normals, zero where the silhouette shows no object: what the image encoder sees."""
    stacked = torch.cat([maps.depth[:, None], F.normalize(maps.normal, dim=1)], 1)
    return stacked.masked_fill(~maps.seen[:, None], 0)


def _mean_over(values: Float[Tensor, "B S S"], mask: Tensor) -> Float[Tensor, ""]:
    """Over the pixels of a mask, of all views together; 0 where there are none."""
    return values.masked_fill(~mask, 0).sum() / mask.sum().clamp(min=1)


def _resized(values: Float[Tensor, "B C H W"], side: int) -> Float[Tensor, "B C side side"]:
    return F.interpolate(values, (side, side), mode="bilinear", antialias=True, align_corners=False)
