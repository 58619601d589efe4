"""What the suite asks of meshes, whole or in parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ...errors import InputError
from ..formats import glb, obj, off, ply, stl
from ..formats.text import readable_name
from ..shapes.mesh import Mesh, Part, PartMesh
from ..shapes.voxel_grid import VoxelGrid
from ..solids.contains import Containment, mesh_containment
from ..solids.outward import outward
from ..solids.voxelize import voxelize, voxelize_parts
from ..surface.connectivity import is_closed
from .representation import Representation

AnyMesh = TypeVar("AnyMesh", bound=Mesh)


class MeshRepresentation(Representation[AnyMesh]):
    """Triangle meshes: inside is where the winding number is at least ½, whichever way the faces are turned."""

    name = "mesh"
    noun = "mesh"
    shape = Mesh
    formats = {".glb": glb, ".ply": ply, ".obj": obj, ".off": off, ".stl": stl}
    lacks = "faces"

    def to_mesh(self, shape: AnyMesh) -> Mesh:
        return shape

    def containment(self, shape: AnyMesh, points: np.ndarray) -> Containment:
        return mesh_containment(shape, points)

    def moved(self, shape: AnyMesh, matrix: np.ndarray, scale: float, offset: np.ndarray) -> AnyMesh:
        return replace(shape, vertices=(scale * shape.vertices) @ matrix.T + offset)

    def to_voxels(self, shape: AnyMesh, resolution: int) -> VoxelGrid:
        return voxelize(shape, resolution)

    def at_centers(self, shape: AnyMesh, resolution: int) -> VoxelGrid:
        return voxelize(shape, resolution, "centers")

    def bounds_a_solid(self, shape: AnyMesh) -> bool:
        return is_closed(shape)

    def inside_out(self, shape: AnyMesh) -> float:
        return outward(shape)[1]


class PartMeshRepresentation(MeshRepresentation[PartMesh]):
    """Meshes whose faces belong to parts."""

    name = "part_mesh"
    noun = "mesh with parts"
    shape = PartMesh

    def part_labels(self, shape: PartMesh, resolution: int) -> VoxelGrid:
        return voxelize_parts(shape, resolution)

    def to_parts(self, shape: PartMesh) -> PartMesh | None:
        return shape if shape.parts else None

    def drawn(self, shape: PartMesh) -> tuple[Mesh, np.ndarray | None]:
        if not shape.parts:
            return shape, None
        order = {label: i for i, label in enumerate(shape.labels)}
        return shape, np.array([order[part.label] for part in shape.parts])[shape.face_part]

    def to_arrays(self, shape: PartMesh) -> dict[str, np.ndarray]:
        arrays = {"vertices": shape.vertices, "faces": shape.faces, "face_colors": shape.face_colors}
        arrays["face_part"] = shape.face_part
        arrays["part_names"] = np.array([part.name for part in shape.parts], dtype=np.str_)
        arrays["part_labels"] = np.array([part.label for part in shape.parts], dtype=np.str_)
        return {name: array for name, array in arrays.items() if array is not None}

    def from_arrays(self, arrays: Mapping[str, np.ndarray]) -> PartMesh:
        names, labels = arrays["part_names"], arrays["part_labels"]
        if names.shape != labels.shape or names.ndim != 1:
            raise InputError(
                f"expected as many part names as labels, found {list(names.shape)} and {list(labels.shape)}"
            )
        texts = [[readable_name(str(text)) for text in each] for each in (names, labels)]
        parts = tuple(Part(name, label) for name, label in zip(*texts, strict=True))
        mesh = (arrays["vertices"], arrays["faces"], arrays.get("face_colors"))
        return PartMesh(*mesh, face_part=arrays["face_part"], parts=parts)
