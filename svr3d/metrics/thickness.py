"""Error of the local thickness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..geometry import Mesh, VoxelGrid, outward, sample_surface, shape_diameter, to_mesh
from .interface import Measure, Metric
from .parameters import Count
from .point_measure import DIAGONAL
from .setting import Setting

if TYPE_CHECKING:
    from .pair import Pair


def thickness_error(
    predicted: Mesh | VoxelGrid, truth: Mesh | VoxelGrid, *, points: int = 10_000, rays: int = 30, seed: int = 0
) -> float:
    """Mean difference of the shape diameter between each surface point and the nearest one of the other shape.

    (Σ_p |η(p) - η(p')| + Σ_q |η(q) - η(q')|) / 2M, for M points p of one surface and q of the other, and the nearest
    of the other's points p', q' (IMMAT, 2022, equation 5). There the diameter is taken per face and
    meshes on which it could not be computed were left out; here it is taken at the points, so that it does not
    depend on how a surface is cut into faces, and is defined for any mesh: 0 where there is no solid below a point.

    Args:
        predicted, truth: meshes, or grids, of which the iso-surface is taken. Faces that look into the solid are turned
            before (`outward`): below an inside-out surface is no solid.
        points: M, drawn from each surface.
        rays: per point.
        seed: of points and rays; either side's are independent of the other's.

    Returns:
        In the meshes' unit. Equal shapes come out slightly above 0, since thickness varies between neighbours.

    Raises:
        InputError: a shape is a point cloud, empty, not finite or without area, or `points` is below 1.
    """
    from .neighbors import nearest_neighbors

    if points < 1:
        raise InputError(f"thickness error: expected at least one point, found {points}")
    streams = np.random.default_rng(seed).integers(2**31, size=2)
    samples, diameters = [], []
    for shape, stream in zip((predicted, truth), streams, strict=True):
        mesh, _ = outward(to_mesh(shape))
        sample = sample_surface(mesh, points, seed=int(stream))
        assert sample.normals is not None
        samples.append(sample)
        diameters.append(shape_diameter(mesh, sample.points, sample.normals, rays=rays, seed=int(stream)))
    near = nearest_neighbors(samples[0].points, samples[1].points)
    a, b = diameters
    forward, backward = np.abs(a - b[near.x_index.numpy()]), np.abs(b - a[near.y_index.numpy()])
    return float(forward.mean() + backward.mean()) / 2


@dataclass(frozen=True, kw_only=True)
class ThicknessMeasure(Measure):
    """`thickness`; a prediction without inside has the worst.

    Args:
        points: drawn from either surface, at which the thickness is measured.
    """

    declarations = (
        Metric(
            "thickness",
            "Thickness error",
            "side",
            False,
            0.0,
            DIAGONAL,
            "IMMAT: difference of the shape diameter function at nearest points, mean of both directions",
        ),
    )

    needs_inside = True

    points: Count

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"mesh"})

    def require(self, pair: Pair) -> None:
        _ = pair.truth.mesh

    def value(self, pair: Pair) -> float:
        if not pair.predicted.has_inside:
            return self.worst(self.name, pair)

        def convert(_: Any) -> float:
            return thickness_error(
                pair.predicted.mesh, pair.truth.mesh, points=self.points, seed=pair.seed("structure")
            )

        return pair.predicted.convert("structure", ("thickness", self.points), convert)
