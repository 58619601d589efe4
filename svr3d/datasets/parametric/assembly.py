"""Solids with part names, united into one watertight surface whose faces know their part."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from copy import copy
from functools import partial
from typing import Protocol

import numpy as np
from manifold3d import Error, Manifold, OpType
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ...errors import InputError
from ...geometry import Part, PartMesh
from .materials import Color

CONTACT = 1e-6
"""Solids that are nearer, in metres, touch."""


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

    def bodies(self) -> Assembly:
        """The same solids, with each part divided into what touches: `base_0/0`, `base_0/1` … of the label `base/body`.

        So legs that nothing of their own part joins are parts by themselves. It asks the solids, not the surface.
        """
        divided = copy(self)
        body = _touching(self._solids, self._part_of)
        keys = list(zip(self._part_of, body, strict=True))
        order = {key: k for k, key in enumerate(dict.fromkeys(keys))}
        divided._part_of = [order[key] for key in keys]
        divided.parts = [
            Part(f"{self.parts[part].name}/{number}", f"{self.parts[part].label}/body") for part, number in order
        ]
        return divided

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


def _touching(solids: Sequence[Manifold], part_of: Sequence[int]) -> list[int]:
    """For each solid, the number of the body within its part that it belongs to: what touches is one."""
    count = len(solids)
    boxes = np.array([solid.bounding_box() for solid in solids]).reshape(count, 2, 3)
    pairs = [
        (i, j)
        for i, j in itertools.combinations(range(count), 2)
        if part_of[i] == part_of[j]
        and (boxes[i, 0] <= boxes[j, 1]).all()
        and (boxes[j, 0] <= boxes[i, 1]).all()
        and solids[i].min_gap(solids[j], 2 * CONTACT) < CONTACT
    ]
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(edges), bool), edges.T), shape=(count, count))
    component = connected_components(graph, directed=False)[1]
    numbers: dict[int, dict[int, int]] = {}
    found = []
    for part, of in zip(part_of, component.tolist(), strict=True):
        known = numbers.setdefault(part, {})
        found.append(known.setdefault(of, len(known)))
    return found


def _hollow_or_speck(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Bool[F]: the face belongs to a closed surface around a hollow (it faces inwards) or around next to nothing."""
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    graph = coo_matrix((np.ones(len(edges), bool), edges.T), shape=(len(vertices), len(vertices)))
    component = connected_components(graph, directed=False)[1][faces[:, 0]]
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    volume = np.bincount(component, np.einsum("ij,ij->i", a, np.cross(b, c)))
    return volume[component] < 1e-6 * volume.max()
