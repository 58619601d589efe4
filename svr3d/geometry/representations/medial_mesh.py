"""What the suite asks of medial meshes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import as_array
from ...errors import InputError
from ..formats import ma
from ..shapes.medial_mesh import MedialMesh
from ..shapes.mesh import Mesh
from ..solids.contains import Containment
from ..solids.medial_distance import finite, inside_medial, lattice_distance
from ..surface.isosurface import OFF, no_surface, zero_surface
from .representation import Representation

CELLS = 128
"""Along the longest side of a medial mesh, of the lattice on which its surface is found."""


class MedialRepresentation(Representation[MedialMesh]):
    """Medial meshes: inside is where the distance to some ball, cone or slab is not positive."""

    name = "medial"
    noun = "medial mesh"
    shape = MedialMesh
    formats = {".ma": ma}
    vanishes = f"it is thinner everywhere than two cells of 1/{CELLS} of its longest side"
    lacks = "spheres"

    def to_mesh(self, shape: MedialMesh) -> Mesh:
        """The surface of the union, as `medial_surface` finds it in 128 cells along the longest side; without faces
        where all is thinner than two of these and falls between the points of the lattice."""
        return medial_surface(shape, CELLS)

    def containment(self, shape: MedialMesh, points: np.ndarray) -> Containment:
        points = as_array(points, np.float64, (None, 3), "points")
        return Containment(inside_medial(shape, points), not shape.is_empty, 0.0)

    def moved(self, shape: MedialMesh, matrix: np.ndarray, scale: float, offset: np.ndarray) -> MedialMesh:
        centers = (scale * shape.centers) @ matrix.T + offset
        factor = abs(scale) * np.cbrt(abs(np.linalg.det(matrix)))
        return replace(shape, spheres=np.column_stack([centers, factor * shape.radii]))

    def bounds(self, shape: MedialMesh) -> np.ndarray:
        return shape.bounds


def medial_surface(shape: MedialMesh, cells: int) -> Mesh:
    """The surface of the solid of `shape`, by marching cubes of its distance on a lattice of `cells` along its longest
    side: closed and a manifold whatever the spheres and the resolution, without faces if there is nothing inside.

    Vertices lie where the distance, interpolated linearly along the edges of the lattice, is zero. A ball thicker than
    √3 cells holds a point of the lattice, and so is never missing. What is thinner may be missing or in pieces, and
    gaps below a cell may be closed.

    Raises:
        InputError: `shape` is not finite, wider than a number can say, or so far from the origin that numbers there are
            too far apart for its cells; or `cells` is not a whole number from 1 on.
    """
    if isinstance(cells, bool) or not isinstance(cells, (int, np.integer)) or cells < 1:
        raise InputError(f"cells of a surface: expected a whole number from 1 on, found {cells!r}")
    if finite(shape).is_empty:
        return no_surface()
    with np.errstate(over="ignore"):
        low, high = shape.bounds
        cell = (high - low).max() / cells
    if not np.isfinite(cell):
        raise InputError(f"medial spheres: expected numbers whose differences are finite, found {low} to {high}")
    if not cell > 0 and not shape.radii.any():
        return no_surface()
    if np.spacing(max(abs(low).max(), abs(high).max())) > OFF * cell:
        raise InputError(f"medial spheres: too small for where they are: numbers at {low} to {high} are too far apart")
    # Room for a whole cell all around. Half cells, lest the extremes of the shape lie on the lattice.
    origin, size = low - 1.5 * cell, tuple(np.ceil((high - low) / cell).astype(int) + 4)
    return zero_surface(lattice_distance(shape, origin, cell, size), origin, cell)
