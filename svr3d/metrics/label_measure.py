"""What all metrics on part-labelled voxels have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..geometry import NAMELESS, VoxelGrid
from .interface import Measure
from .parameters import Count

if TYPE_CHECKING:
    from collections.abc import Collection

    from .pair import Pair
    from .setting import Setting


@dataclass(frozen=True, kw_only=True)
class LabelMeasure(Measure):
    """A metric between the part labels of both shapes' voxels.

    Labels are compared by the truth's names. A predicted grid whose labels have no names must use the data set's.

    Args:
        resolution: voxels per side.
    """

    on_voxels = True
    compares_labels = True

    resolution: Count

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"part_voxels"})

    def wishes(self, setting: Setting) -> frozenset[str]:
        return frozenset({"parts"} if setting.voxel_rule == "centers" else ())

    def require(self, pair: Pair) -> None:
        check_meaning(pair.truth.label_names)
        pair.truth.labels(self.resolution)

    def by_label(self, pair: Pair) -> dict[int, float]:
        """The values of the true labels, in their order."""
        raise NotImplementedError

    def worst_by_label(self, pair: Pair) -> dict[int, float]:
        """Those of a failed prediction."""
        return {label: self.worst(self.name, pair) for label in true_labels(pair.truth.labels(self.resolution))}

    def value(self, pair: Pair) -> float:
        return float(np.mean(list(self.by_label(pair).values())))

    def parts(self, pair: Pair, *, failed: bool = False) -> dict[str, float]:
        names = pair.truth.label_names
        found = self.worst_by_label(pair) if failed else self.by_label(pair)
        return {names[label - 1] if names else str(label): value for label, value in found.items()}

    def predicted(self, pair: Pair) -> VoxelGrid | None:
        """The predicted labels, by the truth's names; None for a prediction without parts."""
        names = pair.truth.label_names
        grid = pair.predicted.labels(self.resolution, names)
        if grid is not None and grid.label_names and not names:
            raise InputError(
                "the ground truth's part labels have no names, by which the predicted parts could be found"
            )
        return grid


def true_labels(grid: VoxelGrid) -> list[int]:
    """The labels of the parts that a labelled grid has, rising."""
    return [int(label) for label in np.unique(np.asarray(grid.labels)) if label]


def check_meaning(names: Collection[str]) -> None:
    """Whether labels of these names can be compared. No names at all are taken to be numbers that both sides know.

    Raises:
        InputError: the only name is what parts are called that nobody has named: all of them would count as one.
    """
    if set(names) == {NAMELESS}:
        raise InputError(
            f"the true parts have no names (each is labelled '{NAMELESS}'), so predicted parts cannot be compared with "
            "them by label; expected labels that say what a part is, such as 'leg'"
        )
