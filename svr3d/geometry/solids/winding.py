"""The generalised winding number, exact also around open meshes (see `_fan`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shapes.mesh import Mesh
from ..surface.connectivity import edges, merged
from .ray_crossings import lattice_frame, on_lattice, ray_crossings

if TYPE_CHECKING:
    from jaxtyping import Float


def winding_number(mesh: Mesh, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """Float[N]: the generalised winding number around each of the finite `points`, exact."""
    return winding_from_crossings(mesh, points, -ray_crossings(mesh.triangles, points, 0)[:, 0])


def winding_from_crossings(mesh: Mesh, points: np.ndarray, crossings: np.ndarray) -> np.ndarray:
    """Winding numbers, given the signed crossings towards -x."""
    from . import _fan

    start, end = boundary(mesh)
    winding = crossings.astype(np.float64)
    places = (start, end, np.ascontiguousarray(points))
    start_lattice, end_lattice, lattice = (on_lattice(place, *lattice_frame(mesh.triangles)) for place in places)
    _fan.add_boundary(start, end, start_lattice, end_lattice, places[2], lattice, winding)
    return winding


def boundary(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Where the edges begin and end, both Float[E, 3], that faces run along more often in this direction than back.

    An edge is there as often as that. Vertices at the same place count as one.
    """
    vertices, faces = merged(mesh)
    edge_of, sense, _, count = edges(faces)
    half_edge = np.empty(len(count), dtype=np.int64)
    half_edge[edge_of] = np.arange(len(edge_of))
    half_edge, sense = np.repeat(half_edge, np.abs(sense)), np.repeat(sense, np.abs(sense))
    ends = np.stack([faces.T.reshape(-1), faces[:, [1, 2, 0]].T.reshape(-1)])[:, half_edge]
    low, high = ends.min(axis=0), ends.max(axis=0)
    return vertices[np.where(sense > 0, low, high)], vertices[np.where(sense > 0, high, low)]
