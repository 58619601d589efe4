"""Where a mesh passes through itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh

if TYPE_CHECKING:
    from jaxtyping import Int


def self_intersections(mesh: Mesh) -> Int[np.ndarray, "k 2"]:
    """The pairs of faces that cross: a point inside one lies inside the other, and they are not in one plane.

    Touching is not crossing: faces that share an edge or a corner, that meet only along their rims, that rest on
    each other or overlap in one plane, are none; nor are those of which one reaches through the other, or along it,
    by no more than 1e-6 of the mesh's longest side. Faces without area cross nothing.

    Returns:
        Int[K, 2], face indices, the lower first, in ascending order.

    Raises:
        InputError: the mesh is not finite.
    """
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot look for crossing faces in a mesh with non-finite vertices")
    none = np.zeros((0, 2), dtype=np.int64)
    if mesh.is_empty:
        return none
    low, high = mesh.bounds
    side = float((high - low).max())
    if not side > 0:
        return none
    from . import _face_pairs

    unit = (mesh.triangles - low) / side  # in [0, 1]
    corners = np.rint((2 * unit - 1) * _face_pairs.LATTICE).astype(np.int64)
    order = _along_curve(unit.mean(axis=1))
    pairs = np.sort(order[_face_pairs.crossing_pairs(corners[order])], axis=1)
    return pairs[np.lexsort(pairs.T[::-1])]


def _along_curve(points: np.ndarray) -> np.ndarray:
    """The order of points Float[N, 3] in [0, 1]³ along a Morton curve, so that neighbours share branches of a tree."""
    code = np.clip(points * 1023, 0, 1023).astype(np.uint64)
    for shift, mask in ((16, 0x30000FF), (8, 0x300F00F), (4, 0x30C30C3), (2, 0x9249249)):
        code = (code | (code << np.uint64(shift))) & np.uint64(mask)  # bits apart by three
    return np.argsort(code[:, 0] | (code[:, 1] << np.uint64(1)) | (code[:, 2] << np.uint64(2)), kind="stable")
