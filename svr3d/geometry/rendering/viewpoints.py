"""Where pictures of an object are taken from."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .camera import Camera


def r2n2_cameras(count: int, *, seed: int, diagonal: float, size: int = 137) -> list[Camera]:
    """Random viewpoints of the distribution of the 3D-R2N2 renders (Choy et al. 2016).

    Azimuth is uniform in [0, 360) degrees, elevation in [25, 30), distance in [0.65, 0.95) of 1.75
    bounding-box diagonals.

    Args:
        count: number of cameras.
        seed: the same seed gives the same cameras; the first of many are those of a smaller count.
        diagonal: of the object's bounding box in the canonical frame.
        size: image side in pixels.

    Raises:
        InputError: a negative count, or a diagonal or size that is not positive.
    """
    if count < 0 or size < 1 or not (np.isfinite(diagonal) and diagonal > 0):
        raise InputError(
            f"viewpoints: expected count ≥ 0, size ≥ 1 and a positive diagonal, found {count}, {size} and {diagonal}"
        )
    draws = np.random.default_rng(seed).uniform((0, 25, 0.65), (360, 30, 0.95), (count, 3))
    return [Camera.from_r2n2(*draw, diagonal=diagonal, size=size) for draw in draws]
