"""Local thickness of solids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import as_array
from ...errors import InputError
from ..shapes.mesh import Mesh

if TYPE_CHECKING:
    from jaxtyping import Float

START = 1e-5
"""How far along a ray looking begins, of the mesh's longest side: past the face it starts on, within Embree's float32
precision. Solids thinner than about half of this are seen as sheets."""

SAME_WAY = 1e-4
"""Cosine of normals from which they count as facing the same way; above 0, since right angles are common and must not
be decided by rounding."""

_POINTS_AT_ONCE = 1 << 15


def shape_diameter(
    mesh: Mesh,
    points: Float[np.ndarray, "n 3"],
    normals: Float[np.ndarray, "n 3"],
    *,
    rays: int = 30,
    cone: float = 120.0,
    seed: int = 0,
) -> Float[np.ndarray, " n"]:
    """The shape diameter function: how far the opposite side of the solid is, below points of its surface.

    From each point, rays spread evenly over a cone about the inward normal. Of where they first hit the mesh, hits on
    faces that face the same way as the point's are left out, then those further than one standard deviation from
    the median; the rest is averaged with weights inverse to the angle from the axis (Shapira, Shamir and Cohen-Or,
    "Consistent mesh partitioning and skeletonisation using the shape diameter function", 2008). Lengths as they are:
    neither smoothed over the surface nor normalised.

    Args:
        mesh: faces outward (`orient_faces` repairs that).
        points: Float[N, 3] on its surface.
        normals: Float[N, 3], outward, of any length; one of length 0 gets no rays.
        cone: opening angle, degrees, in (0, 180).
        seed: turns each point's rays about its normal.

    Returns:
        Float[N], in the unit of `mesh`; 0 where no ray counts: there is no solid below the point.

    Raises:
        InputError: non-finite numbers, shapes that do not match, no ray, or a cone out of range.
    """
    points = as_array(points, np.float64, (None, 3), "points")
    normals = as_array(normals, np.float64, (len(points), 3), "normals")
    if not (np.isfinite(points).all() and np.isfinite(normals).all() and np.isfinite(mesh.triangles).all()):
        raise InputError("shape diameter: expected finite points, normals and vertices")
    if rays < 1 or not 0 < cone < 180:
        raise InputError(
            f"shape diameter: expected at least one ray and a cone within (0°, 180°), found {rays}, {cone}"
        )
    if mesh.is_empty or not len(points):
        return np.zeros(len(points))
    low, high = mesh.bounds
    side = float((high - low).max())
    if not side > 0:
        return np.zeros(len(points))

    import open3d

    tensor: Any = open3d.core.Tensor
    scene = open3d.t.geometry.RaycastingScene()
    centre = (low + high) / 2
    vertices = ((mesh.vertices - centre) / side).astype(np.float32)
    scene.add_triangles(tensor(vertices), tensor(mesh.faces.astype(np.uint32)))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
    spins = np.random.default_rng(seed).random(len(points)) * 2 * np.pi
    angles = _angles(rays, cone)
    diameters = np.empty(len(points))
    for begin in range(0, len(points), _POINTS_AT_ONCE):
        some = slice(begin, begin + _POINTS_AT_ONCE)
        directions = _directions(-normals[some], angles, spins[some])
        starts = ((points[some] - centre) / side)[:, None] + START * directions
        hit = scene.cast_rays(tensor(np.concatenate([starts, directions], axis=-1).astype(np.float32)))
        distance = hit["t_hit"].numpy().astype(np.float64) + START
        facing = np.einsum("nri,ni->nr", hit["primitive_normals"].numpy(), normals[some])
        counts = np.isfinite(distance) & (facing <= SAME_WAY) & (length[some] > 0)
        diameters[some] = _robust_mean(distance, counts, 1 / angles)
    return diameters * side


def _angles(rays: int, cone: float) -> np.ndarray:
    """Float[rays]: from the axis, such that rays are spread evenly over the cone's cap; none is 0."""
    return np.arccos(1 - (1 - np.cos(np.radians(cone / 2))) * (np.arange(rays) + 0.5) / rays)


def _directions(axes: np.ndarray, angles: np.ndarray, spins: np.ndarray) -> np.ndarray:
    """Unit vectors [N, rays, 3] at `angles` from `axes` Float[N, 3], round them in steps of the golden angle."""
    x, y, z = axes.T
    sign = np.where(z < 0, -1.0, 1.0)  # Duff et al., "Building an orthonormal basis, revisited", 2017
    a = -1 / (sign + z)
    b = x * y * a
    u = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=-1)
    v = np.stack([b, sign + y * y * a, -y], axis=-1)
    turns = np.arange(len(angles)) * np.pi * (3 - np.sqrt(5)) + spins[:, None]
    across, along = np.sin(angles), np.cos(angles)
    around = np.cos(turns)[..., None] * u[:, None] + np.sin(turns)[..., None] * v[:, None]
    return across[:, None] * around + along[:, None] * axes[:, None]


def _robust_mean(values: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Float[N]: of those `values` Float[N, R] that count, the weighted mean of those within one standard deviation of
    the median; 0 where none counts."""
    n = counts.sum(axis=1)
    some = np.maximum(n, 1)
    ascending = np.sort(np.where(counts, values, np.inf), axis=1)
    middle = np.stack([(some - 1) // 2, some // 2], axis=1)
    median = np.take_along_axis(np.where(np.isfinite(ascending), ascending, 0), middle, axis=1).mean(axis=1)
    values = np.where(counts, values, 0)
    mean = values.sum(axis=1) / some
    deviation = np.sqrt((np.where(counts, values - mean[:, None], 0) ** 2).sum(axis=1) / some)
    # The values nearest to the median are within one deviation of it, but for rounding.
    near = counts & (np.abs(values - median[:, None]) <= (deviation * (1 + 1e-6) + 1e-12)[:, None])
    total = (near * weights).sum(axis=1)
    return np.divide((near * weights * values).sum(axis=1), total, out=np.zeros(len(n)), where=total > 0)
