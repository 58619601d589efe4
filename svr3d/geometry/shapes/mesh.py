"""Triangle meshes, whole and divided into labelled parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import as_array
from ...errors import InputError

if TYPE_CHECKING:
    from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh.

    Args:
        vertices: Float[V, 3]; canonical frame unless said otherwise. May hold non-finite values
            (a diverged network makes them): `is_finite` tells.
        faces: Int[F, 3], indices into `vertices`; counter-clockwise seen from outside.
        face_colors: optional Float[F, 3], linear RGB in [0, 1].

    Raises:
        InputError: an array has the wrong shape, or a face names a vertex that does not exist.
    """

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    face_colors: Float[np.ndarray, "f 3"] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", as_array(self.vertices, np.float64, (None, 3), "mesh vertices"))
        object.__setattr__(self, "faces", as_array(self.faces, np.int64, (None, 3), "mesh faces"))
        if self.face_colors is not None:
            colors = as_array(self.face_colors, np.float32, (len(self.faces), 3), "mesh face colours")
            object.__setattr__(self, "face_colors", colors)
        if len(self.faces) and not (self.faces.min() >= 0 and self.faces.max() < len(self.vertices)):
            raise InputError(
                f"mesh faces name vertices {self.faces.min()} to {self.faces.max()}, "
                f"but there are {len(self.vertices)} vertices"
            )

    @property
    def is_empty(self) -> bool:
        return len(self.faces) == 0

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.vertices).all())

    @cached_property
    def triangles(self) -> Float[np.ndarray, "f 3 3"]:
        """Float[F, 3, 3]: the corners of each face."""
        return self.vertices[self.faces]

    @cached_property
    def _area_vectors(self) -> np.ndarray:
        a, b, c = np.moveaxis(self.triangles, 1, 0)
        return 0.5 * np.cross(b - a, c - a)

    @cached_property
    def face_areas(self) -> Float[np.ndarray, " f"]:
        """Float[F]."""
        return np.linalg.norm(self._area_vectors, axis=1)

    @cached_property
    def face_normals(self) -> Float[np.ndarray, "f 3"]:
        """Float[F, 3]: unit normals; zero for faces of zero area."""
        areas = self.face_areas[:, None]
        return np.divide(self._area_vectors, areas, out=np.zeros_like(self._area_vectors), where=areas > 0)

    @property
    def area(self) -> float:
        return float(self.face_areas.sum())

    @property
    def volume(self) -> float:
        """Signed volume by the divergence theorem: exact for closed, outward-oriented meshes."""
        a, b, c = np.moveaxis(self.triangles, 1, 0)
        return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)

    @property
    def bounds(self) -> Float[np.ndarray, "2 3"]:
        """Float[2, 3]: lowest and highest corner over the vertices that faces use."""
        used = self.vertices[np.unique(self.faces)] if len(self.faces) else self.vertices
        if not len(used):
            raise InputError("an empty mesh has no bounds")
        return np.stack([used.min(axis=0), used.max(axis=0)])


NAMELESS = "part"
"""The label of parts of which nobody said what they are."""


@dataclass(frozen=True)
class Part:
    """One part of an object: what it is (`label`, shared by all parts of that kind) and which one
    (`name`, unique within the object)."""

    name: str
    label: str


@dataclass(frozen=True, eq=False)
class PartMesh(Mesh):
    """A mesh whose faces belong to parts.

    Args:
        face_part: Int[F], index into `parts`.
        parts: the parts, in the object's own order (instances; `label` is their semantics, in the
            manner of PartNet's first level).
    """

    face_part: Int[np.ndarray, " f"] = field(default=None)  # type: ignore[assignment]
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.face_part is None:
            raise InputError("a part mesh needs `face_part`, the part index of each face")
        object.__setattr__(
            self, "face_part", as_array(self.face_part, np.int64, (len(self.faces),), "part index of the faces")
        )
        object.__setattr__(self, "parts", tuple(self.parts))
        if len(self.faces) and not (self.face_part.min() >= 0 and self.face_part.max() < len(self.parts)):
            raise InputError(
                f"part mesh faces name parts {self.face_part.min()} to {self.face_part.max()}, "
                f"but there are {len(self.parts)} parts"
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """The distinct semantic labels, in order of first appearance."""
        return tuple(dict.fromkeys(part.label for part in self.parts))

    def part(self, index: int) -> Mesh:
        """The faces of one part as a mesh of its own, without unused vertices."""
        keep = self.face_part == index
        used, faces = np.unique(self.faces[keep], return_inverse=True)
        colors = None if self.face_colors is None else self.face_colors[keep]
        return Mesh(self.vertices[used], faces.reshape(-1, 3), colors)
