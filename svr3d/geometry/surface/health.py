"""How sound a mesh is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from .connectivity import components, drop_duplicate_faces, edges, is_watertight, merged
from .intersections import self_intersections


@dataclass(frozen=True)
class MeshHealth:
    """What is wrong with a mesh, in counts; vertices at the same place are one.

    Args:
        faces: their number.
        watertight: as `is_watertight`.
        oriented: whether the two faces of each edge that has two are wound consistently.
        components: edge-connected pieces.
        boundary_edges: edges of a single face.
        non_manifold_edges: edges of three faces or more.
        degenerate_faces: without area.
        duplicate_faces: over the places of an earlier face, the same way round.
        self_intersections: pairs of faces that cross, as `self_intersections` finds them.
    """

    faces: int
    watertight: bool
    oriented: bool
    components: int
    boundary_edges: int
    non_manifold_edges: int
    degenerate_faces: int
    duplicate_faces: int
    self_intersections: int


def mesh_health(mesh: Mesh) -> MeshHealth:
    """The state of `mesh`; an empty one has no faults but is not watertight.

    Raises:
        InputError: the mesh is not finite.
    """
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot judge a mesh with non-finite vertices")
    _, sense, _, count = edges(merged(mesh)[1])
    labels = components(mesh)
    return MeshHealth(
        faces=len(mesh.faces),
        watertight=is_watertight(mesh),
        oriented=bool((sense[count == 2] == 0).all()),
        components=int(labels.max(initial=-1)) + 1,
        boundary_edges=int((count == 1).sum()),
        non_manifold_edges=int((count > 2).sum()),
        degenerate_faces=int((mesh.face_areas == 0).sum()),
        duplicate_faces=drop_duplicate_faces(mesh)[1],
        self_intersections=len(self_intersections(mesh)),
    )
