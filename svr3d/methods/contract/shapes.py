"""Checks of one reconstruction, and of two that should be the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...geometry import Mesh, PartMesh, PointCloud, VoxelGrid

if TYPE_CHECKING:
    from ...geometry.convert import Shape

SHAPES: dict[str, type | tuple[type, ...]] = {
    "voxels": VoxelGrid,
    "mesh": Mesh,
    "part_mesh": PartMesh,
    "points": PointCloud,
    "medial": Mesh,
}
"""What each representation returns; a medial method returns its surface."""


def check_shape(shape: Shape, representation: str) -> None:
    """It is of the declared kind, finite, and about where the canonical box is."""
    expected = SHAPES[representation]
    assert isinstance(shape, expected), f"a {type(shape).__name__} where `{representation}` was declared"
    assert shape.is_finite, "a reconstruction with values that are not finite"
    points = _points(shape)
    if not isinstance(shape, VoxelGrid) and len(points):
        furthest = float(np.abs(points).max())
        assert furthest < 1.0, f"a vertex at {furthest:.2f} from the middle: the canonical box ends at 0.5"


def check_same(expected: Sequence[Shape], found: Sequence[Shape], when: str, tolerance: float = 0.0) -> None:
    """They are the same, up to a tolerance in each value."""
    assert len(expected) == len(found), f"{len(found)} shapes, {len(expected)} before, {when}"
    for a, b in zip(expected, found, strict=True):
        assert type(a) is type(b), f"a {type(b).__name__}, a {type(a).__name__} before, {when}"
        x, y = _points(a), _points(b)
        assert x.shape == y.shape, f"a reconstruction differs in size, {when}"
        largest = float(np.abs(x - y).max(initial=0.0))
        assert largest <= tolerance, f"a reconstruction differs by {largest:.2g}, {when}"


def _points(shape: Shape) -> np.ndarray:
    if isinstance(shape, VoxelGrid):
        return np.asarray(shape.values, dtype=float)
    return shape.points if isinstance(shape, PointCloud) else shape.vertices
