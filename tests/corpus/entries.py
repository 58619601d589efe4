"""What a table of small files says of each: its bytes, and what a reader must find in them, by closed forms.

A table is a module `FORMAT_entries.py` here with a list `ENTRIES`; `seeds.py` finds it, `test_corpus.py` reads every
entry, and `test_fuzz.py` damages it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from svr3d.geometry import Mesh, PartMesh, read_shape

BOX = {"area": 22.0, "volume": 6.0, "bounds": ((0, 0, 0), (1, 2, 3))}
"""Of the box from the origin to (1, 2, 3)."""

CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 2) for z in (0, 3)]
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
TRIANGLES = [half for a, b, c, d in QUADS for half in ((a, b, c), (a, c, d))]


@dataclass(frozen=True)
class Entry:
    """One file.

    Attributes:
        name: of the file; its suffix says the format.
        content: its bytes.
        area, volume, bounds: of the mesh in it, if it holds one.
        colors: the area that each colour (linear RGB, rounded to 3 digits) covers; empty where there are none; None if
            it does not matter.
        parts: the volume of each part by name; empty where it is one mesh; None if it does not matter.
        error: a pattern in the sentence that refuses it, instead of all these.
        check: whether a shape that is no mesh is right, instead of all these.
        beside: other files in its folder.
    """

    name: str
    content: bytes
    area: float | None = None
    volume: float | None = None
    bounds: tuple | None = None
    colors: dict[tuple[float, float, float], float] | None = None
    parts: dict[str, float] | None = None
    error: str | None = None
    check: Callable[[object], bool] | None = None
    beside: dict[str, bytes] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()

    def write(self, folder: Path) -> Path:
        for name, content in {**self.beside, self.name: self.content}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder / self.name


def check_mesh(entry: Entry, mesh: object) -> None:
    """Compares a shape with what the table says."""
    if entry.check is not None:
        assert entry.check(mesh)
        return
    assert isinstance(mesh, Mesh)
    close = {"rtol": 1e-5, "atol": 1e-6}
    for name in ("area", "volume", "bounds"):
        if getattr(entry, name) is not None:
            np.testing.assert_allclose(getattr(mesh, name), getattr(entry, name), **close, err_msg=name)
    if entry.colors is not None:
        assert (mesh.face_colors is None) == (not entry.colors), mesh.face_colors
        areas: dict[tuple, float] = {}
        for color, area in zip([] if mesh.face_colors is None else mesh.face_colors, mesh.face_areas, strict=False):
            key = tuple(round(float(value), 3) for value in color)
            areas[key] = areas.get(key, 0) + area
        assert areas.keys() == entry.colors.keys()
        for color, area in entry.colors.items():
            np.testing.assert_allclose(areas[color], area, **close, err_msg=str(color))
    if entry.parts is not None:
        assert isinstance(mesh, PartMesh) == bool(entry.parts)
        volumes = {part.name: mesh.part(i).volume for i, part in enumerate(mesh.parts)} if entry.parts else {}
        assert volumes.keys() == entry.parts.keys()
        for name, volume in entry.parts.items():
            np.testing.assert_allclose(volumes[name], volume, **close, err_msg=name)


def read_entry(entry: Entry, folder: Path) -> object:
    """What `read_shape` makes of an entry's files."""
    return read_shape(entry.write(folder))
