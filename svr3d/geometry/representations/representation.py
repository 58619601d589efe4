"""What the suite asks of a shape, whatever its class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from ..shapes.mesh import Mesh, PartMesh
from ..shapes.point_cloud import PointCloud
from ..shapes.voxel_grid import VoxelGrid, voxel_centres
from ..solids.contains import Containment
from ..solids.voxelize import checked_resolution
from ..surface.sampling import sample_surface

if TYPE_CHECKING:
    from jaxtyping import Float, Int


class Shape(Protocol):
    """What every shape says of itself. A shape is a frozen dataclass of arrays."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it: no faces, no points, no occupied voxel."""
        ...

    @property
    def is_finite(self) -> bool:
        """Whether none of its numbers is NaN or infinite."""
        ...


class Format(Protocol):
    """A file format; a module with these two functions is one."""

    def read(self, path: Path, /) -> Any:
        """The shape in a file. Raises InputError, without the file's name, where it is damaged."""
        ...

    def write(self, path: Path, shape: Any, /) -> None:
        """Writes a shape of a class that lists this format; `svr3d.files.replacing` does it in one step."""
        ...


S = TypeVar("S", bound=Shape)


class Representation(ABC, Generic[S]):
    """How the suite handles the shapes of one class, and of its subclasses without a representation of their own.

    To add one, subclass this, say what `name`, `noun` and `shape` are, and write `to_mesh`, `containment` and `moved`;
    the rest follows from them unless there is something better. Another distribution names its class in the entry-point
    group `svr3d.shapes`:

        [project.entry-points."svr3d.shapes"]
        balls = "my_package.balls:Balls"

    Attributes:
        name: as methods declare it and as the entry point is called.
        noun: in messages, such as `voxel grid`.
        shape: the class of the shapes.
        formats: the file formats that hold such shapes, by suffix. Besides, each is held by .npz, and in the formats of
            meshes by its surface.
        vanishes: why a shape that is not empty may have no surface.
        lacks: what an empty shape lacks, such as `faces`, if a file must not hold an empty one.
        has_inside: whether such shapes have a surface and an inside; false for points.
        movable: whether a similarity can be applied to such a shape as it is; a grid's box is fixed.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    shape: ClassVar[type]
    formats: ClassVar[Mapping[str, Format]] = {}
    vanishes: ClassVar[str] = "nothing of it is thick enough"
    lacks: ClassVar[str] = ""
    has_inside: ClassVar[bool] = True
    movable: ClassVar[bool] = True

    @abstractmethod
    def to_mesh(self, shape: S) -> Mesh:
        """The surface."""

    @abstractmethod
    def containment(self, shape: S, points: Float[np.ndarray, "n 3"]) -> Containment:
        """Which of `points` Float[N, 3] are inside, and how far to trust it."""

    @abstractmethod
    def moved(self, shape: S, matrix: Float[np.ndarray, "3 3"], scale: float, offset: np.ndarray) -> S:
        """`shape` under x ↦ matrix · (scale · x) + offset; `matrix` is a rotation, or one times a factor."""

    def to_surface(self, shape: S, count: int, seed: int) -> PointCloud:
        """`count` points on the surface, with normals."""
        return sample_surface(self.to_mesh(shape), count, seed=seed)

    def to_voxels(self, shape: S, resolution: int) -> VoxelGrid:
        """The voxels of the canonical box that show the solid: here, those whose centres are inside."""
        return self.at_centers(shape, resolution)

    def at_centers(self, shape: S, resolution: int) -> VoxelGrid:
        """The voxels of the canonical box whose centres are inside."""
        resolution = checked_resolution(resolution)
        inside = self.containment(shape, voxel_centres(resolution)).inside
        return VoxelGrid(inside.reshape((resolution,) * 3))

    def part_labels(self, shape: S, resolution: int) -> VoxelGrid | None:
        """The voxels with the labels of the parts they belong to; None if the shape has no parts."""
        return None

    def to_parts(self, shape: S) -> PartMesh | None:
        """The surface in parts, each closed where the solid is; None if the shape has no parts."""
        return None

    def label_names(self, shape: S) -> tuple[str, ...]:
        """The names of the labels of its parts, in the order in which `drawn` counts them."""
        parts = self.to_parts(shape)
        return () if parts is None else parts.labels

    def bounds_a_solid(self, shape: S) -> bool:
        """Whether inside and outside are well defined."""
        return self.has_inside

    def inside_out(self, shape: S) -> float:
        """The fraction of the surface that looks into the solid."""
        return 0.0

    def bounds(self, shape: S) -> Float[np.ndarray, "2 3"]:
        """Float[2, 3]: lowest and highest corner of a shape that is not empty."""
        return self.to_mesh(shape).bounds

    def drawn(self, shape: S) -> tuple[Mesh, Int[np.ndarray, " f"] | None]:
        """The mesh that stands for a shape in a picture, and the label that each of its faces shows, counted from 0;
        -1 where it has none."""
        return self.to_mesh(shape), None

    def to_arrays(self, shape: S) -> dict[str, np.ndarray]:
        """What an .npz archive holds of a shape: its fields."""
        values = {field.name: getattr(shape, field.name) for field in fields(shape)}  # type: ignore[arg-type]
        return {name: np.asarray(value) for name, value in values.items() if value is not None}

    def from_arrays(self, arrays: Mapping[str, np.ndarray]) -> S:
        """The shape that `to_arrays` gave `arrays` of; others among them are ignored. A missing one is a KeyError."""
        known = {}
        for field in fields(self.shape):
            if field.name in arrays or (field.default is MISSING and field.default_factory is MISSING):
                known[field.name] = arrays[field.name]
        return self.shape(**known)
