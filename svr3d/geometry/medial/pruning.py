"""Which cones and slabs of a medial mesh stay within a solid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .boundary import Boundary

if TYPE_CHECKING:
    from jaxtyping import Float, Int

OUT = 0.02
"""How far out of the solid a cone or slab may reach, in longest sides. What reaches less far does more good by closing
gaps than harm."""

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
