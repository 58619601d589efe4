"""Error of the topology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..geometry import Betti, Mesh, VoxelGrid, VoxelRule, betti_numbers, to_voxels
from .interface import MOST, Measure, Metric
from .setting import Setting

if TYPE_CHECKING:
    from .pair import Pair

RESOLUTION = 64
"""Voxels per side at which solids are compared."""


def topology_error(
    predicted: Mesh | VoxelGrid,
    truth: Mesh | VoxelGrid,
    *,
    resolution: int = RESOLUTION,
    rule: VoxelRule = "cover",
) -> Betti:
    """How many components, tunnels and cavities the prediction has too many or too few.

    Both solids are looked at as voxels of one resolution, whatever they are given as; so it is defined alike for meshes
    that are open or cross themselves, and for grids. The difference in `tunnels` is that of the genus of the solids'
    surfaces. It says nothing of where they are, and an empty prediction has the numbers 0, 0, 0.

    Args:
        rule: by which meshes become voxels, as in `to_voxels`.

    Returns:
        The absolute difference of each of the `betti_numbers`.

    Raises:
        InputError: a point cloud, not finite, or a truth without a voxel.
    """
    predicted, truth = to_voxels(predicted, resolution, rule), to_voxels(truth, resolution, rule)
    true = betti_numbers(truth, resolution=resolution)
    if not true.components:
        raise InputError(f"topology error: the truth has no voxel at resolution {resolution}")
    found = betti_numbers(predicted, resolution=resolution)
    return Betti(*(abs(a - b) for a, b in zip(found, true, strict=True)))


def genus_error(
    predicted: Mesh | VoxelGrid,
    truth: Mesh | VoxelGrid,
    *,
    resolution: int = RESOLUTION,
    rule: VoxelRule = "cover",
) -> int:
    """The `tunnels` of `topology_error`: the difference in genus."""
    return topology_error(predicted, truth, resolution=resolution, rule=rule).tunnels


@dataclass(frozen=True, kw_only=True)
class GenusMeasure(Measure):
    """`genus_error`; a prediction without inside has the worst."""

    declarations = (
        Metric(
            "genus_error",
            "Genus error",
            "count",
            False,
            0.0,
            MOST,
            f"difference in genus of the two solids at {RESOLUTION}³, at most {MOST}",
        ),
    )

    on_voxels = True

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"mesh"})

    def require(self, pair: Pair) -> None:
        _ = pair.truth.mesh

    def value(self, pair: Pair) -> float:
        if not pair.predicted.has_inside:
            return self.worst(self.name, pair)
        truth, rule = pair.truth.mesh, pair.setting.voxel_rule

        def convert(shape: Any) -> float:
            return float(genus_error(shape, truth, rule=rule))

        return pair.predicted.convert("structure", ("genus", rule), convert)
