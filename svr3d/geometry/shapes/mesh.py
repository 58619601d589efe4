"""Triangle meshes, whole and divided into labelled parts."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np

from ...arrays import as_array
from ...errors import InputError, shown
from .part_colors import PLAIN, part_colors

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

    def colored_by_label(self, labels: Sequence[str] = ()) -> PartMesh:
        """The same in the colours of its labels, `part_colors`.

        Args:
            labels: their order, in which other shapes are coloured too; those that it lacks stand behind them.
        """
        order = {label: i for i, label in enumerate(dict.fromkeys((*labels, *self.labels)))}
        colors = part_colors(np.array([order[part.label] for part in self.parts], dtype=np.int64))
        return replace(self, face_colors=colors[self.face_part])

    @classmethod
    def joined(cls, pieces: Sequence[tuple[Part, Mesh]]) -> PartMesh:
        """Parts put together, each a mesh with vertices of its own.

        Pieces without colours have the plain one, `PLAIN`, where others have some.
        """
        meshes = [mesh for _, mesh in pieces]
        before = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
        colors = None
        if any(mesh.face_colors is not None for mesh in meshes):
            own = (np.tile(PLAIN, (len(m.faces), 1)) if m.face_colors is None else m.face_colors for m in meshes)
            colors = np.concatenate(list(own))
        return PartMesh(
            np.concatenate([np.zeros((0, 3)), *(mesh.vertices for mesh in meshes)]),
            np.concatenate([np.zeros((0, 3), dtype=np.int64), *map(np.add, (m.faces for m in meshes), before)]),
            colors,
            np.repeat(np.arange(len(meshes)), [len(mesh.faces) for mesh in meshes]),
            tuple(part for part, _ in pieces),
        )

    def indices(self, *names: str) -> tuple[int, ...]:
        """The parts that are meant by names, in the object's order: all of that name or, where there is none, of that
        label.

        Raises:
            InputError: a name that is neither.
        """
        chosen: set[int] = set()
        for name in names:
            by_name, by_label = (
                {i for i, part in enumerate(self.parts) if _same(getattr(part, field), name)}
                for field in ("name", "label")
            )
            if not by_name | by_label:
                known = ", ".join(dict.fromkeys(part.name for part in self.parts)) or "none"
                raise InputError(shown(f"there is no part '{name}'; the parts are: {known}"))
            chosen |= by_name or by_label
        return tuple(sorted(chosen))

    def only(self, *names: str) -> PartMesh:
        """These parts alone, at their places. Names as in `indices`."""
        return self._kept(self.indices(*names))

    def without(self, *names: str) -> PartMesh:
        """The other parts; an empty mesh if there are none. Names as in `indices`."""
        chosen = self.indices(*names)
        return self._kept([i for i in range(len(self.parts)) if i not in chosen])

    def moved(self, *names: str, offset: Float[np.ndarray, " 3"] | Sequence[float]) -> PartMesh:
        """These parts somewhere else, the others where they were. Names as in `indices`.

        Args:
            offset: Float[3], by how much.

        Raises:
            InputError: no such part, or the offset is not finite.
        """
        shift = as_array(offset, np.float64, (3,), "offset")
        if not np.isfinite(shift).all():
            raise InputError(f"offset: expected three finite numbers, found {shift.tolist()}")
        chosen = self.indices(*names)
        pieces = [(part, self.part(i)) for i, part in enumerate(self.parts)]
        shifted = {i: replace(pieces[i][1], vertices=pieces[i][1].vertices + shift) for i in chosen}
        return PartMesh.joined([(part, shifted.get(i, piece)) for i, (part, piece) in enumerate(pieces)])

    def replaced(self, names: str | Sequence[str], by: Mesh, *, fit: bool = True) -> PartMesh:
        """These parts exchanged for others, which stand in the place of the first of them.

        Parts whose name another one has get a number behind it. A mesh without parts takes over name and label
        of the first part that goes.

        Args:
            names: as in `indices`, at least one.
            by: what comes; of another object, `other.only(…)`.
            fit: scale and move what comes, each axis by itself, so that its bounding box becomes that of what goes; an
                axis along which either is flat is not scaled. Otherwise it stays where it is.

        Raises:
            InputError: no name, no such part, what comes has no faces, or what goes has none to be fitted to.
        """
        names = (names,) if isinstance(names, str) else tuple(names)
        chosen = self.indices(*names)
        if not chosen:
            raise InputError("no part is named that shall be replaced")
        if by.is_empty:
            raise InputError("there are no faces to replace parts by")
        if fit:
            by = _fitted(by, self._box(*names))
        rest = [(part, self.part(i)) for i, part in enumerate(self.parts) if i not in chosen]
        new = [(part, by.part(i)) for i, part in enumerate(by.parts)] if isinstance(by, PartMesh) else []
        new = new or [(self.parts[chosen[0]], by)]
        names = distinct_names([part.name for part, _ in new], [part.name for part, _ in rest])
        named = [(replace(part, name=name), mesh) for name, (part, mesh) in zip(names, new, strict=True)]
        place = chosen[0]  # all parts before it stay
        return PartMesh.joined([*rest[:place], *named, *rest[place:]])

    def _box(self, *names: str) -> np.ndarray:
        """Float[2, 3]: that of these parts."""
        gone = self.only(*names)
        if gone.is_empty:
            empty = ", ".join(part.name for part in gone.parts)
            raise InputError(shown(f"nothing can be fitted to parts without faces, which have no box: {empty}"))
        return gone.bounds

    def _kept(self, indices: Sequence[int]) -> PartMesh:
        """These parts, in this order, without unused vertices."""
        place = np.full(len(self.parts) + 1, -1)
        place[list(indices)] = np.arange(len(indices))
        keep = place[self.face_part] >= 0
        used, faces = np.unique(self.faces[keep], return_inverse=True)
        colors = None if self.face_colors is None else self.face_colors[keep]
        parts = tuple(self.parts[i] for i in indices)
        return PartMesh(self.vertices[used], faces.reshape(-1, 3), colors, place[self.face_part[keep]], parts)


def _same(text: str, name: str) -> bool:
    """Whether two names are the same; an accent may be a letter's own or a character behind it."""
    return normalize("NFC", text) == normalize("NFC", name)


def _fitted(mesh: Mesh, box: np.ndarray) -> Mesh:
    """`mesh` in the box Float[2, 3]."""
    low, high = mesh.bounds
    size, wanted = high - low, box[1] - box[0]
    scale = np.divide(wanted, size, out=np.ones(3), where=(size > 0) & (wanted > 0))
    return replace(mesh, vertices=(mesh.vertices - (low + high) / 2) * scale + (box[0] + box[1]) / 2)


def distinct_names(names: Sequence[str], taken: Iterable[str] = (), *, key: Callable[[str], str] = str) -> list[str]:
    """The same names, with a number behind those that repeat, or that one of `taken` has.

    All that repeat get a number, the first too, so that their name does not mean that one alone where it is a label.

    Args:
        key: what of the names has to differ, such as `str.casefold`.

    >>> distinct_names(["leg", "leg", "leg_1", "seat"], ["seat"])
    ['leg_0', 'leg_2', 'leg_1', 'seat_1']
    """
    given, others = Counter(map(key, names)), set(map(key, taken))
    used, found = others | set(given), []
    numbers: dict[str, Iterator[int]] = {}
    for name in names:
        same, chosen = key(name), name
        if given[same] > 1 or same in others:
            counting = numbers.setdefault(same, itertools.count(int(same in others)))
            chosen = next(copy for copy in (f"{name}_{k}" for k in counting) if key(copy) not in used)
        used.add(key(chosen))
        found.append(chosen)
    return found
