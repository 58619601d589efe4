"""`mesh`: the true surface, with its parts where they are known."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from ...geometry import Mesh, write_shape
from ..layout import read_kind
from .parts import FILE as PARTS
from .parts import read_parts
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making

FILE = "mesh.ply"


class TrueMesh(Target):
    """The true surface: a list of B `Mesh` (`PartMesh` where the parts are known)."""

    name = "mesh"
    files = (FILE,)

    def read(self, stored: Stored) -> Mesh:
        return read_mesh(stored.folder)

    def batch(self, kept: Mesh, stored: Stored, draw: Draw) -> list[Mesh]:
        return [copy.copy(kept)]

    def derive(self, making: Making) -> Mesh:
        return Mesh(making.mesh.vertices, making.mesh.faces, making.mesh.face_colors)

    def write(self, folder: Path, value: Mesh, making: Making) -> None:
        write_shape(folder / FILE, value)

    def of_boxes(self, seen: BoxView, draw: Draw) -> list[Mesh]:
        return [seen.thing.mesh()]


def read_mesh(folder: Path) -> Mesh:
    """The mesh of an object's folder, with its parts where they are stored."""
    return read_parts(folder / PARTS) if (folder / PARTS).exists() else read_kind(folder / FILE, Mesh)
