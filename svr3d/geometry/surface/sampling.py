"""Points drawn uniformly on surfaces."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, PartMesh
from ..shapes.point_cloud import PointCloud


def sample_surface(mesh: Mesh, count: int, *, seed: int = 0) -> PointCloud:
    """`count` independent points, uniform over the area of `mesh`.

    Returns:
        Points with the normals of their faces, and part ids if `mesh` is a `PartMesh`. Faces without
        area get no points.

    Raises:
        InputError: the mesh is empty, not finite, or without area.
    """
    if count < 0:
        raise InputError(f"cannot sample {count} points")
    if mesh.is_empty:
        raise InputError("cannot sample a mesh without faces")
    cumulative = np.cumsum(mesh.face_areas)
    total = cumulative[-1]
    if not np.isfinite(total):
        raise InputError("cannot sample a mesh with non-finite vertices")
    if not total > 0:
        raise InputError(f"cannot sample a mesh without area: all its {len(mesh.faces)} faces are degenerate")

    rng = np.random.default_rng(seed)
    position, s, t = rng.random((3, count))
    # Searching in order is several times faster; shuffling makes the points exchangeable again.
    position = np.sort(position) * total
    # side="right": a face without area repeats its predecessor's sum, so it is never the first above.
    # The product may round up to the total itself: that belongs to the last face with area.
    last = np.searchsorted(cumulative, total, side="left")
    face = np.minimum(np.searchsorted(cumulative, position, side="right"), last)
    rng.shuffle(face)

    # Reflecting the far half of the parallelogram keeps the density uniform on the triangle.
    beyond = s + t > 1
    np.subtract(1, s, out=s, where=beyond)
    np.subtract(1, t, out=t, where=beyond)
    a, b, c = (np.ascontiguousarray(mesh.triangles[:, corner]) for corner in range(3))
    points = np.take(b - a, face, axis=0)
    points *= s[:, None]
    across = np.take(c - a, face, axis=0)
    across *= t[:, None]
    points += across
    points += np.take(a, face, axis=0)
    part_ids = mesh.face_part[face] if isinstance(mesh, PartMesh) else None
    return PointCloud(points, np.take(mesh.face_normals, face, axis=0), part_ids)
