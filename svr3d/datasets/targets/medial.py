"""`medial`: the medial mesh of the object."""

from __future__ import annotations

from ...geometry import MedialMesh
from ..layout import read_kind
from .target import Draw, Stored, Target

FILE = "medial.ma"


class Medial(Target):
    """The medial mesh: a list of B `MedialMesh`. Preparation does not make it; where its file is, it is read."""

    name = "medial"
    files = (FILE,)

    def read(self, stored: Stored) -> MedialMesh:
        return read_kind(stored.folder / FILE, MedialMesh)

    def batch(self, kept: MedialMesh, stored: Stored, draw: Draw) -> list[MedialMesh]:
        return [kept]
