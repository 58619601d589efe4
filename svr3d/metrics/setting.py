"""How two shapes are made comparable, before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import InputError
from ..geometry import VoxelRule
from .parameters import Count, Fraction, Positive


@dataclass(frozen=True)
class Frame:
    """Both shapes are scaled by one factor, so that an extent of the true shape gets the stated size. (Turning and
    moving both changes no metric, so a frame says nothing of it.)

    Args:
        extent: `side`, the longest of the bounding box, which is 1 in the canonical frame; `diagonal` of the box of its
            surface points; `radius`, their largest distance from their centroid.
        size: what that extent is.
    """

    extent: Literal["side", "diagonal", "radius"]
    size: Positive


@dataclass(frozen=True)
class Points:
    """The points that stand for a shape.

    Args:
        source: `surface`, drawn uniformly over its area; `vertices` of the mesh (of a grid, those of its iso-surface),
            drawn with repetition.
        count: how many; None for all vertices, or all points that the truth stores.
    """

    source: Literal["surface", "vertices"]
    count: Count | None = None


@dataclass(frozen=True)
class ComparedPoints:
    """The points of either side."""

    predicted: Points
    truth: Points

    def __post_init__(self) -> None:
        if self.predicted.source == "surface" and self.predicted.count is None:
            raise InputError("field 'predicted' must have a count: points of its surface are drawn")

    @property
    def most(self) -> float:
        """How many the smaller side has, where it is known."""
        return min(float("inf") if side.count is None else side.count for side in (self.predicted, self.truth))


@dataclass(frozen=True)
class Setting:
    """What protocols may share: whose settings are equal but for the frame share all conversions.

    Args:
        frame: lengths are measured in it.
        alignment: how the prediction is moved before: `none`; `box`, its bounding box is centred and scaled to longest
            side 1, as the truth's is; `points`, the same is done with each of the two sets of points that are compared.
            With either, grids are cropped to their content and resampled.
        points: that are compared; None where no metric compares points.
        voxel_threshold: a voxel is occupied above this value, on both sides; `own`: above the grid's own threshold.
        voxel_rule: how a mesh becomes voxels, on both sides. `cover`: what is thinner than a voxel keeps some, and the
            truth's are taken as they are stored; `centers`: just the voxels whose centres are inside are occupied, and
            the truth's are made of its mesh, where there is one.
    """

    frame: Frame = Frame("side", 1)
    alignment: Literal["none", "box", "points"] = "none"
    points: ComparedPoints | None = None
    voxel_threshold: Literal["own"] | Fraction = "own"
    voxel_rule: VoxelRule = "cover"

    def threshold(self, own: float) -> float:
        """The threshold of a grid whose own is given."""
        return own if self.voxel_threshold == "own" else float(self.voxel_threshold)
