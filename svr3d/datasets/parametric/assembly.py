"""Solids with part names, united into one watertight surface whose faces know their part."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import numpy as np
from manifold3d import Error, Manifold, OpType
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ...errors import InputError
from ...geometry import Part, PartMesh
from .materials import Color


class Adder(Protocol):
    """What adds solids to a kind of part in a colour (see `Assembly.adder`)."""

    def __call__(self, *solids: Manifold, instance: int = 0) -> None:
        """Add solids to this instance of the part."""
        ...


class Assembly:
    """An object under construction: solids, each belonging to one instance of one kind of part."""

    def __init__(self) -> None:
        self._solids: list[Manifold] = []
        self._colors: list[Color] = []
        self._part_of: list[int] = []
        self.parts: list[Part] = []

    def add(self, label: str, color: Color, *solids: Manifold, instance: int = 0) -> None:
        """Add solids to the part `label`_`instance` (created at first mention)."""
        part = Part(f"{label}_{instance}", label)
        if part not in self.parts:
            self.parts.append(part)
        for solid in solids:
            if solid.status() != Error.NoError:
                raise RuntimeError(f"part {part.name}: {solid.status()}")
            self._solids.append(solid.as_original())
            self._colors.append(color)
            self._part_of.append(self.parts.index(part))

    def adder(self, label: str, color: Color) -> Adder:
        """`add` with its label and colour: for a leg after a leg after a leg."""
        return partial(self.add, label, color)

    def unite(self) -> PartMesh:
        """The union of all solids in the canonical frame: y up, box centre at the origin, longest side 1.

        Each face of the union lies on the surface of one solid, whose part and colour it takes; walls
        inside the union vanish. Closed hollows, which no image shows, are filled. Parts that end up
        wholly inside others are dropped.
        """
        union = Manifold.batch_boolean(self._solids, OpType.Add)
        if union.is_empty():
            raise InputError("the object has no volume")
        size = np.ptp(np.reshape(union.bounding_box(), (2, 3)), axis=0).max()
        mesh = union.simplify(1e-5 * size).to_mesh64()
        origin = {solid.original_id(): k for k, solid in enumerate(self._solids)}
        solid_of = np.repeat(
            [origin[i] for i in mesh.run_original_id], np.diff(np.asarray(mesh.run_index, np.int64)) // 3
        )
        vertices, faces = np.asarray(mesh.vert_properties)[:, :3], np.asarray(mesh.tri_verts, np.int64)
        keep = ~_hollow_or_speck(vertices, faces)
        faces, solid_of = faces[keep], solid_of[keep]
        used, faces = np.unique(faces, return_inverse=True)
        vertices, faces = vertices[used], faces.reshape(-1, 3)
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        vertices = (vertices - (low + high) / 2) / (high - low).max()

        kept, face_part = np.unique(np.array(self._part_of)[solid_of], return_inverse=True)
        return PartMesh(
            vertices,
            faces,
            np.array(self._colors, np.float32)[solid_of],
            face_part,
            tuple(self.parts[k] for k in kept),
        )


def _hollow_or_speck(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Bool[F]: the face belongs to a closed surface around a hollow (it faces inwards) or around next to nothing."""
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    graph = coo_matrix((np.ones(len(edges), bool), edges.T), shape=(len(vertices), len(vertices)))
    component = connected_components(graph, directed=False)[1][faces[:, 0]]
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    volume = np.bincount(component, np.einsum("ij,ij->i", a, np.cross(b, c)))
    return volume[component] < 1e-6 * volume.max()
