"""What all metrics on voxel grids have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .interface import Measure

if TYPE_CHECKING:
    from .pair import Pair
    from .setting import Setting

STORED_RESOLUTION = 32
"""Of the voxel grids that data sets store; others are made of the mesh."""


@dataclass(frozen=True, kw_only=True)
class GridMeasure(Measure):
    """A metric between the occupancy grids of both shapes."""

    alignable = True
    on_voxels = True

    @property
    def voxels(self) -> int:
        """Voxels per side."""
        raise NotImplementedError

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"voxels" if self.voxels == STORED_RESOLUTION else "mesh"})

    def wishes(self, setting: Setting) -> frozenset[str]:
        return frozenset({"mesh"} if setting.voxel_rule == "centers" else ())

    def require(self, pair: Pair) -> None:
        pair.truth.grid(self.voxels)
