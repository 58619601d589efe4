"""Binvox (Min, 2004): run-length encoded occupancy, as 3D-R2N2's ShapeNetVox32 and Occupancy Networks use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.voxel_grid import VoxelGrid
from ._common import replace_file


def read(path: Path) -> VoxelGrid:
    """The grid of a .binvox file, from the file's x, z, y order.

    `translate` and `scale` are ignored: published files disagree with their meshes about them, and a `VoxelGrid`
    always spans the canonical box.
    """
    content = path.read_bytes()
    head, separator, data = content.partition(b"data\n")
    lines = head.decode("ascii", "replace").splitlines()
    if not lines or not lines[0].startswith("#binvox") or not separator:
        raise InputError("not a binvox file: expected a header from '#binvox 1' to 'data'")
    fields = {words[0]: words[1:] for words in map(str.split, lines[1:]) if words}
    try:
        dimensions = [int(word) for word in fields["dim"]]
    except (KeyError, ValueError) as error:
        raise InputError("the binvox header has no valid 'dim' line") from error
    if len(dimensions) != 3 or len(set(dimensions)) != 1 or not 1 <= dimensions[0] <= 2048:
        raise InputError(f"expected a cubic binvox grid, found dimensions {dimensions}")
    size = dimensions[0]
    runs = np.frombuffer(data, np.uint8)
    if len(runs) % 2 or int(runs[1::2].sum(dtype=np.int64)) != size**3:
        raise InputError(
            f"expected {size**3} voxels for dimensions {size}³, found {int(runs[1::2].sum(dtype=np.int64))}: "
            "the file is truncated or damaged"
        )
    values, lengths = runs[0::2], runs[1::2]
    if values.size and values.max() > 1:
        raise InputError(f"expected voxel values 0 and 1, found {values.max()}")
    x_z_y = np.repeat(values.astype(bool), lengths).reshape(size, size, size)
    return VoxelGrid(x_z_y.transpose(0, 2, 1))


def write(path: Path, grid: VoxelGrid) -> None:
    """Writes which voxels are occupied; the header places them in the canonical box."""
    flat = grid.occupancy.transpose(0, 2, 1).ravel()
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(np.append(starts, flat.size))
    # a run longer than a byte can count becomes several
    pieces = -(-lengths // 255)
    counts = np.full(pieces.sum(), 255, dtype=np.uint8)
    counts[np.cumsum(pieces) - 1] = lengths - 255 * (pieces - 1)
    runs = np.stack([np.repeat(flat[starts].astype(np.uint8), pieces), counts], axis=1)
    size = grid.resolution
    header = f"#binvox 1\ndim {size} {size} {size}\ntranslate -0.5 -0.5 -0.5\nscale 1\ndata\n"
    replace_file(path, [header.encode("ascii"), runs.tobytes()])
