"""Grids by their content: cropped, padded to a cube and resampled, so that size and place no longer count."""

from __future__ import annotations

import numpy as np

EMPTY = 0.1
"""Voxels below this are no content. (Pix3D, Sun et al. 2018, released evaluation script.)"""

FINE = 100
"""Grids of a higher resolution are first reduced by their blocks' maxima, so that thin parts stay."""


def content(values: np.ndarray, resolution: int) -> np.ndarray:
    """The content of `values` Float[S, S, S] as Float[R, R, R].

    The box of the voxels of at least 0.1 is padded to a cube with zeros; R³ points, from the centre of its first voxel
    to that of its last along each axis, take their values by trilinear interpolation. Without such voxels all
    are 0.
    """
    size = values.shape[0]
    if size > FINE and size > resolution and size % resolution == 0:
        block = size // resolution
        values = values.reshape(resolution, block, resolution, block, resolution, block).max(axis=(1, 3, 5))
    filled = np.argwhere(values >= EMPTY)
    if not len(filled):
        return np.zeros((resolution,) * 3, np.float32)
    low, high = filled.min(axis=0), filled.max(axis=0)
    from scipy.ndimage import map_coordinates

    middle, reach = (low + high) / 2, (high - low).max() / 2
    axes = [np.linspace(m - reach, m + reach, resolution) for m in middle]
    cropped = values[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))]
    points = np.stack(np.meshgrid(*axes, indexing="ij")) - low[:, None, None, None]
    return map_coordinates(cropped.astype(np.float64), points, order=1, mode="constant", cval=0.0).astype(np.float32)
