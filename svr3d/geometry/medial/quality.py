"""How near a medial mesh is to the mesh that it was made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..betti import betti_numbers
from ..convert import moved, occupied, to_mesh
from ..shapes.medial_mesh import MedialMesh
from ..shapes.mesh import Mesh
from ..shapes.voxel_grid import voxel_centres
from ..surface.sampling import sample_surface
from .boundary import Boundary
from .triangles import Triangles

RESOLUTION = 64
"""Of the grid on which solids are compared."""

SAMPLES = 10_000
"""Of each surface."""


class MedialQuality(NamedTuple):
    """A medial mesh beside its mesh. Lengths are in longest sides of the mesh.

    Attributes:
        iou: of the solids, at the centres of 64³ voxels of the mesh's cube; NaN where none of them lies in either.
        missing, extra: the one-sided Hausdorff distances, from samples of the mesh to the re-made surface, and back.
        chamfer_missing, chamfer_extra: the means of the same distances.
        euler, true_euler: χ of both solids at 64³, as `betti_numbers` counts them: components - tunnels + cavities.
    """

    iou: float
    missing: float
    extra: float
    chamfer_missing: float
    chamfer_extra: float
    euler: int
    true_euler: int

    @property
    def hausdorff(self) -> float:
        """The larger of both directions."""
        return max(self.missing, self.extra)

    @property
    def chamfer(self) -> float:
        """The mean of both directions."""
        return (self.chamfer_missing + self.chamfer_extra) / 2

    @property
    def keeps_euler(self) -> bool:
        """Whether both are the same; never where nothing was re-made, which has no number to keep."""
        return self.has_surface and self.euler == self.true_euler

    @property
    def has_surface(self) -> bool:
        """Whether anything was re-made; nothing is of what is thinner than the cells in which `to_mesh` looks."""
        return bool(np.isfinite(self.missing))


def medial_quality(mesh: Mesh, medial: MedialMesh, *, seed: int = 0) -> MedialQuality:
    """How near the solid of `medial` is to that of `mesh`, both in one frame.

    The re-made surface is that of `to_mesh`. Distances are from samples of one surface to the nearest place of the
    other; faces of the mesh that lie within its solid do not count. They are infinite where nothing was re-made.

    Args:
        seed: of the samples.

    Raises:
        InputError: the mesh is one that `medial_axis` refuses, or `medial` is not finite.
    """
    boundary = Boundary(mesh)
    medial = moved(moved(medial, offset=-boundary.centre), scale=1 / boundary.side)
    grid = voxel_centres(RESOLUTION)
    true, found = boundary.contains(grid), occupied(medial, grid)
    union = np.count_nonzero(true | found)
    remade = to_mesh(medial)
    missing = extra = np.array([np.inf])
    if not remade.is_empty:
        missing = Triangles(remade.triangles).nearest(boundary.sample(SAMPLES, seed)[0]).distance
        extra = boundary.nearest(sample_surface(remade, SAMPLES, seed=seed).points).distance
    return MedialQuality(
        np.count_nonzero(true & found) / union if union else np.nan,
        float(missing.max()),
        float(extra.max()),
        float(missing.mean()),
        float(extra.mean()),
        _euler(remade),
        _euler(boundary.mesh),
    )


def _euler(mesh: Mesh) -> int:
    components, tunnels, cavities = betti_numbers(mesh, resolution=RESOLUTION)
    return components - tunnels + cavities
