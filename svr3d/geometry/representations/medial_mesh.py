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
from ..solids.medial_distance import box, inside_medial, primitive_distance, primitives
from ..surface.isosurface import no_surface, zero_surface
from .representation import Representation

CELLS = 128
"""Along the longest side of a medial mesh, of the lattice on which its surface is found."""

REACH = 2
"""Cells around a primitive in which its distance is computed; the surface needs one."""


class MedialRepresentation(Representation[MedialMesh]):
    """Medial meshes: inside is where the distance to some ball, cone or slab is not positive."""

    name = "medial"
    noun = "medial mesh"
    shape = MedialMesh
    formats = {".ma": ma}
    lacks = "spheres"

    def to_mesh(self, shape: MedialMesh) -> Mesh:
        """The surface of the union, closed; what is thinner than a cell, 1/128 of the longest side, may be missing."""
        return medial_surface(shape, CELLS)

    def containment(self, shape: MedialMesh, points: np.ndarray) -> Containment:
        points = as_array(points, np.float64, (None, 3), "points")
        return Containment(inside_medial(_finite(shape), points), not shape.is_empty, 0.0)

    def moved(self, shape: MedialMesh, matrix: np.ndarray, scale: float, offset: np.ndarray) -> MedialMesh:
        centers = (scale * shape.centers) @ matrix.T + offset
        factor = abs(scale) * np.cbrt(abs(np.linalg.det(matrix)))
        return replace(shape, spheres=np.column_stack([centers, factor * shape.radii]))

    def bounds(self, shape: MedialMesh) -> np.ndarray:
        return shape.bounds


def medial_surface(shape: MedialMesh, cells: int) -> Mesh:
    """The surface of the solid of `shape`, by marching cubes of its distance on a lattice of `cells` along its longest
    side."""
    if _finite(shape).is_empty:
        return no_surface()
    low, high = shape.bounds
    cell = (high - low).max() / cells
    if not cell > 0:
        return no_surface()
    # Half cells, lest the extremes of the shape lie on the lattice and make triangles without area there.
    origin = low - 1.5 * cell
    distance = np.full(np.ceil((high - low) / cell + 3).astype(int) + 1, REACH * cell)
    for spheres in primitives(shape):
        first, last = ((corner - origin) / cell for corner in box(spheres))
        first = np.maximum(np.floor(first).astype(int) - REACH, 0)
        last = np.minimum(np.ceil(last).astype(int) + REACH, np.array(distance.shape) - 1)
        window = tuple(slice(i, j + 1) for i, j in zip(first, last, strict=True))
        places = np.moveaxis(np.mgrid[window], 0, -1)
        near = primitive_distance(spheres, origin + cell * places.reshape(-1, 3)).reshape(places.shape[:-1])
        distance[window] = np.minimum(distance[window], near)
    return zero_surface(distance, origin, cell)


def _finite(shape: MedialMesh) -> MedialMesh:
    if not shape.is_finite:
        raise InputError("medial spheres: expected finite numbers, found NaN or infinity")
    return shape
