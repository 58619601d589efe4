"""`parts`: the mesh with its parts; and `part`, one of them, for samples of that unit."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import InputError
from ...geometry import Mesh, Part, PartMesh
from ...geometry.formats.text import readable_name
from ..layout import checked_field, read_npz, smallest_unsigned
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..batch import SampleKey
    from ..box_objects import BoxView
    from .making import Making

FILE = "parts.npz"


class Parts(Target):
    """The mesh with its parts: a list of B `PartMesh`."""

    name = "parts"
    files = (FILE,)

    def read(self, stored: Stored) -> PartMesh:
        return read_parts(stored.folder / FILE)

    def batch(self, kept: PartMesh, stored: Stored, draw: Draw) -> list[PartMesh]:
        # A copy of the object, not of its arrays: what is computed on it later does not stay in memory with it.
        return [copy.copy(kept)]

    def derive(self, making: Making) -> PartMesh:
        return making.mesh

    def write(self, folder: Path, value: PartMesh, making: Making) -> None:
        colors: dict[str, Any] = {}
        if value.face_colors is not None:
            colors["face_colors"] = value.face_colors.astype(np.float16)
        np.savez(
            folder / FILE,
            vertices=value.vertices.astype(np.float32),
            faces=value.faces.astype(np.int32),
            face_part=smallest_unsigned(value.face_part, len(value.parts)),
            names=np.array([part.name for part in value.parts], dtype=str),
            labels=np.array([part.label for part in value.parts], dtype=str),
            **colors,
        )

    def of_boxes(self, seen: BoxView, draw: Draw) -> list[PartMesh]:
        return [seen.thing.mesh()]


class OnePart(Target):
    """The part that a sample of the unit `part` names: a list of B `Mesh`, in the object's canonical frame."""

    name = "part"
    files = (FILE,)
    per = "part"

    def read(self, stored: Stored) -> Mesh:
        index, mesh = _index(stored.key), read_parts(stored.folder / FILE)
        if not 0 <= index < len(mesh.parts):
            raise InputError(f"{stored.folder / FILE}: has {len(mesh.parts)} parts, so no part {index}")
        return mesh.part(index)

    def batch(self, kept: Mesh, stored: Stored, draw: Draw) -> list[Mesh]:
        return [copy.copy(kept)]

    def of_boxes(self, seen: BoxView, draw: Draw) -> list[Mesh]:
        return [seen.thing.mesh().part(_index(seen.key))]


def _index(key: SampleKey) -> int:
    if key.part is None:
        raise InputError(f"{key} names no part, so it has no target 'part'; take samples of the unit 'part'")
    return key.part


def read_parts(path: Path) -> PartMesh:
    """The mesh with its parts.

    Raises:
        InputError: the file is missing, or a field of it is missing or bad.
    """
    fields = read_npz(path, "vertices", "faces", "face_part", "names", "labels", "face_colors?")
    vertices = checked_field(path, fields, "vertices", (None, 3))
    faces = checked_field(path, fields, "faces", (None, 3))
    names, labels = fields["names"], fields["labels"]
    if names.ndim != 1 or names.shape != labels.shape:
        shapes = f"{list(names.shape)} and {list(labels.shape)}"
        raise InputError(f"{path}: fields 'names' and 'labels' have shapes {shapes}, expected one of each per part")
    texts = [[readable_name(str(text)) for text in each] for each in (names, labels)]
    parts = tuple(Part(name, label) for name, label in zip(*texts, strict=True))
    face_part = checked_field(path, fields, "face_part", (len(faces),))
    colors = checked_field(path, fields, "face_colors", (len(faces), 3)) if "face_colors" in fields else None
    try:
        return PartMesh(vertices, faces, colors, face_part, parts)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
