"""Points on a surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import as_array

if TYPE_CHECKING:
    from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class PointCloud:
    """Points, with optional normals and part indices.

    Args:
        points: Float[N, 3].
        normals: optional Float[N, 3], unit length (zero where the source face had no area).
        part_ids: optional Int[N], index of the part each point lies on.
    """

    points: Float[np.ndarray, "n 3"]
    normals: Float[np.ndarray, "n 3"] | None = None
    part_ids: Int[np.ndarray, " n"] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", as_array(self.points, np.float64, (None, 3), "points"))
        n = len(self.points)
        if self.normals is not None:
            object.__setattr__(self, "normals", as_array(self.normals, np.float64, (n, 3), "normals"))
        if self.part_ids is not None:
            object.__setattr__(self, "part_ids", as_array(self.part_ids, np.int64, (n,), "part ids of the points"))

    def __len__(self) -> int:
        return len(self.points)

    @property
    def is_empty(self) -> bool:
        return len(self.points) == 0

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.points).all())
