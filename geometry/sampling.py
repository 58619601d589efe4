"""Points drawn uniformly on surfaces."""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .mesh import Mesh, PartMesh
from .point_cloud import PointCloud


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

    random = np.random.default_rng(seed).random((3, count))
    # side="right": a face without area repeats its predecessor's sum, so it is never the first above.
    # The product may round up to the total itself: that belongs to the last face with area.
    last = np.searchsorted(cumulative, total, side="left")
    face = np.minimum(np.searchsorted(cumulative, random[0] * total, side="right"), last)

    # Reflecting the far half of the parallelogram keeps the density uniform on the triangle.
    s, t = random[1], random[2]
    beyond = s + t > 1
    s, t = np.where(beyond, 1 - s, s)[:, None], np.where(beyond, 1 - t, t)[:, None]
    origins = mesh.triangles[:, 0]
    first, second = mesh.triangles[:, 1] - origins, mesh.triangles[:, 2] - origins
    points = origins[face] + s * first[face] + t * second[face]
    part_ids = mesh.face_part[face] if isinstance(mesh, PartMesh) else None
    return PointCloud(points, mesh.face_normals[face], part_ids)
