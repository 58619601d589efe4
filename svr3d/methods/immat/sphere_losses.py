"""How far predicted spheres are from the true ones."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ...metrics import chamfer_distance, earth_movers_distance, nearest_neighbors

if TYPE_CHECKING:
    from jaxtyping import Float

TOLERANCE = 0.05
"""Of the matching: its mean distance is at most this share above the least possible."""


TERMS = ("chamfer", "emd", "radius")


def sphere_losses(
    found: Float[Tensor, "B N 4"], true: Float[Tensor, "B N 4"], terms: Collection[str] = TERMS
) -> dict[str, Tensor]:
    """Means over batch and spheres of what Equation 2 adds up.

    Args:
        terms: those that are computed.

    Returns:
        `chamfer`, of the centres, squared distances of both directions added; `emd`, the mean distance of centres
        matched one to one; `radius`, the squared difference of each sphere's radius to that of the sphere with the
        nearest centre, of both directions added (Equation 1).
    """
    (centers, radii), (true_centers, true_radii) = (_split(spheres) for spheres in (found, true))
    near = nearest_neighbors(centers, true_centers)
    forward = radii - true_radii.gather(1, near.x_index)
    backward = true_radii - radii.gather(1, near.y_index)
    each: dict[str, Callable[[], Tensor]] = {
        "chamfer": lambda: chamfer_distance(centers, true_centers, neighbors=near),
        "emd": lambda: earth_movers_distance(centers, true_centers, tolerance=TOLERANCE).value,
        "radius": lambda: forward.square().mean(1) + backward.square().mean(1),
    }
    return {name: each[name]().mean() for name in terms}


def dense_losses(found: Float[Tensor, "B D 3"], true: Float[Tensor, "B D 3"], matched: int) -> dict[str, Tensor]:
    """`dense_chamfer` of all dense centres, and `dense_emd` of some of either side, drawn anew each time.

    Args:
        matched: how many; 0 leaves the matching out. A matching of all would take longer than all else.
    """
    losses = {"dense_chamfer": chamfer_distance(found.float(), true).mean()}
    if matched:
        some = [points[:, torch.randperm(points.shape[1], device=points.device)[:matched]] for points in (found, true)]
        losses["dense_emd"] = earth_movers_distance(some[0].float(), some[1], tolerance=TOLERANCE).value.mean()
    return losses


def _split(spheres: Tensor) -> tuple[Tensor, Tensor]:
    return spheres[..., :3].float(), spheres[..., 3].float()
