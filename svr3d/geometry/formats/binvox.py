"""Binvox (Min, 2004): run-length encoded occupancy, as 3D-R2N2's ShapeNetVox32 and Occupancy Networks use it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.voxel_grid import VoxelGrid
from ._common import replace_file

_HEADER = re.compile(rb"#binvox\b[^\r\n]*\r?\n(.*?^)?data[ \t]*\r?\n", re.DOTALL | re.MULTILINE)


def read(path: Path) -> VoxelGrid:
    """The grid of a .binvox file, from the file's x, z, y order.

    `translate` and `scale` are ignored: published files disagree with their meshes about them, and a `VoxelGrid`
    always spans the canonical box.
    """
    content = path.read_bytes()
    header = _HEADER.match(content)
    if header is None:
        raise InputError("not a binvox file: expected a header from '#binvox 1' to 'data'")
    fields = {words[0]: words[1:] for words in map(bytes.split, (header[1] or b"").splitlines()) if words}
    try:
        dimensions = [int(word) for word in fields[b"dim"]]
    except (KeyError, ValueError) as error:
        raise InputError("the binvox header has no valid 'dim' line") from error
    if len(dimensions) != 3 or len(set(dimensions)) != 1 or not 1 <= dimensions[0] <= 2048:
        raise InputError(f"expected a cubic binvox grid, found dimensions {dimensions}")
    size = dimensions[0]
    x_z_y = _decoded(content[header.end() :], size**3).reshape(size, size, size)
    return VoxelGrid(x_z_y.transpose(0, 2, 1))


def _decoded(data: bytes, count: int) -> np.ndarray:
    """Bool[count] from pairs of a value and how often it comes; only white space and zeros may stand behind them."""
    pairs = np.frombuffer(data, np.uint8, len(data) // 2 * 2).reshape(-1, 2)
    ends = np.cumsum(pairs[:, 1], dtype=np.int64)
    runs = int(np.searchsorted(ends, count)) + 1
    found = int(ends[min(runs, len(ends)) - 1]) if len(ends) else 0
    rest = data[2 * runs :].strip(b"\0 \t\r\n\x1a")
    if found != count or rest:
        more = f", and {len(rest)} bytes behind them" if rest else ""
        raise InputError(f"expected {count} voxels, found {found}{more}: the file is truncated or damaged")
    values, lengths = pairs[:runs].T
    if values.max() > 1:
        raise InputError(f"expected voxel values 0 and 1, found {values.max()}")
    return np.repeat(values.astype(bool), lengths)


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
