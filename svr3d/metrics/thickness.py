"""Error of the local thickness."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..geometry import Mesh, VoxelGrid, sample_surface, shape_diameter, to_mesh
from .neighbors import nearest_neighbors


def thickness_error(
    predicted: Mesh | VoxelGrid, truth: Mesh | VoxelGrid, *, points: int = 10_000, rays: int = 30, seed: int = 0
) -> float:
    """Mean difference of the shape diameter between each surface point and the nearest one of the other shape.

    (Σ_p |η(p) - η(p')| + Σ_q |η(q) - η(q')|) / 2M, for M points p of one surface and q of the other, and the nearest
    of the other's points p', q' (IMMAT, 2022, equation 5). There the diameter is taken per face and
    meshes on which it could not be computed were left out; here it is taken at the points, so that it does not
    depend on how a surface is cut into faces, and is defined for any mesh: 0 where there is no solid below a point.

    Args:
        predicted, truth: meshes whose faces look outward, or grids, of which the iso-surface is taken.
        points: M, drawn from each surface.
        rays: per point.
        seed: of points and rays; either side's are independent of the other's.

    Returns:
        In the meshes' unit. Equal shapes come out slightly above 0, since thickness varies between neighbours.

    Raises:
        InputError: a shape is a point cloud, empty, not finite or without area, or `points` is below 1.
    """
    if points < 1:
        raise InputError(f"thickness error: expected at least one point, found {points}")
    streams = np.random.default_rng(seed).integers(2**31, size=2)
    samples, diameters = [], []
    for mesh, stream in zip(map(to_mesh, (predicted, truth)), streams, strict=True):
        sample = sample_surface(mesh, points, seed=int(stream))
        samples.append(sample)
        diameters.append(shape_diameter(mesh, sample.points, sample.normals, rays=rays, seed=int(stream)))
    near = nearest_neighbors(samples[0].points, samples[1].points)
    a, b = diameters
    forward, backward = np.abs(a - b[near.x_index.numpy()]), np.abs(b - a[near.y_index.numpy()])
    return float(forward.mean() + backward.mean()) / 2
