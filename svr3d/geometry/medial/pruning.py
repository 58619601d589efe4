"""Which cones and slabs of a medial mesh stay within a solid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .boundary import Boundary

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

OUT = 0.02
"""How far out of the solid a cone or slab may reach, in longest sides. What reaches less far does more good by closing
gaps than harm."""

SHALLOW = 0.5
"""Between neighbours on the axis the boundary is at least this part of the interpolated radius away."""

_STEPS = 4


def within(
    boundary: Boundary,
    spheres: Float[np.ndarray, "m 4"],
    edges: Int[np.ndarray, "e 2"],
    faces: Int[np.ndarray, "f 3"],
) -> tuple[Int[np.ndarray, "e 2"], Int[np.ndarray, "f 3"]]:
    """Those of `edges` and `faces` that stick out of the solid by at most `OUT`."""
    return tuple(  # type: ignore[return-value]
        corners[sticking_out(boundary, spheres, corners) <= OUT] for corners in (edges, faces)
    )


def is_within(
    boundary: Boundary, spheres: Float[np.ndarray, "m 4"], corners: Int[np.ndarray, "p k"]
) -> Bool[np.ndarray, " p"]:
    """Bool[P]: whether the middle of each cone or slab, `corners` Int[P, 2 or 3], is as deep in the solid as it ought
    to be."""
    chosen = spheres[corners]
    middle = chosen.mean(axis=1)
    apart = np.linalg.norm(chosen[:, :, :3] - middle[:, None, :3], axis=2)
    # A ball that reaches far beyond the middle vouches for it.
    doubtful = np.flatnonzero((chosen[:, :, 3] - apart).max(axis=1) < SHALLOW * middle[:, 3])
    within = np.ones(len(corners), dtype=bool)
    within[doubtful] = boundary.depth(middle[doubtful, :3]) >= SHALLOW * middle[doubtful, 3]
    return within


def sticking_out(
    boundary: Boundary, spheres: Float[np.ndarray, "m 4"], corners: Int[np.ndarray, "p k"]
) -> Float[np.ndarray, " p"]:
    """Float[P]: by how much each primitive of the `corners` Int[P, 1 to 3] reaches out of the solid, at evenly spaced
    balls of it; negative where it stays within."""
    weights = simplex(corners.shape[1], _STEPS)
    balls = np.einsum("wk,pkd->pwd", weights, spheres[corners]).reshape(-1, 4)
    return (balls[:, 3] - boundary.depth(balls[:, :3])).reshape(len(corners), len(weights)).max(axis=1, initial=-np.inf)


def simplex(corners: int, steps: int) -> Float[np.ndarray, "w k"]:
    """Float[W, corners]: weights that add up to 1, evenly spaced."""
    index = np.array(list(np.ndindex(*(steps + 1,) * corners)))
    return index[index.sum(axis=1) == steps] / steps
