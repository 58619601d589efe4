"""`medial`: the medial mesh of the object."""

from __future__ import annotations

from typing import Any

from ...geometry import read_shape
from .target import Draw, Stored, Target

FILE = "medial.ma"


class Medial(Target):
    """The medial mesh: a list of B. Preparation does not make it; where its file is, it is read."""

    name = "medial"
    files = (FILE,)

    def read(self, stored: Stored) -> Any:
        return read_shape(stored.folder / FILE)

    def batch(self, kept: Any, stored: Stored, draw: Draw) -> list[Any]:
        return [kept]
