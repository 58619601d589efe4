"""`medial`: the medial mesh of the object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...geometry import MedialMesh, medial_axis, write_shape
from ..layout import read_kind
from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView
    from .making import Making

FILE = "medial.ma"

SPHERES = 256
"""At most, in a medial mesh that preparation makes."""


class Medial(Target):
    """The medial mesh: a list of B `MedialMesh`. Preparation makes it of `SPHERES` where it is asked for; objects that
    are not watertight it refuses."""

    name = "medial"
    files = (FILE,)

    def read(self, stored: Stored) -> MedialMesh:
        return read_kind(stored.folder / FILE, MedialMesh)

    def batch(self, kept: MedialMesh, stored: Stored, draw: Draw) -> list[MedialMesh]:
        return [kept]

    def derive(self, making: Making) -> MedialMesh:
        return medial_axis(making.mesh, SPHERES, seed=making.seeded("medial"))

    def write(self, folder: Path, value: MedialMesh, making: Making) -> None:
        write_shape(folder / FILE, value)

    def of_boxes(self, seen: BoxView, draw: Draw) -> list[MedialMesh]:
        return [seen.thing.medial()]
