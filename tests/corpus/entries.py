"""A file of the corpus: its bytes, and what must be read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from svr3d.geometry import Mesh, PartMesh, read_shape

BOX_CORNERS = [(x, y, z) for x in (0, 1) for y in (0, 2) for z in (0, 3)]
BOX_QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
"""A box 1 × 2 × 3 with a corner at the origin, its faces counter-clockwise seen from outside."""
BOX_TRIANGLES = [t for a, b, c, d in BOX_QUADS for t in ((a, b, c), (a, c, d))]
BOX_MIXED = [*BOX_QUADS[:3], *BOX_TRIANGLES[6:]]


@dataclass(frozen=True)
class Entry:
    """A file with a mesh, by default the box 1 × 2 × 3.

    Attributes:
        colors: linear RGB and the area that has it; parts: names and areas.
        exact: how far area and volume may be off, as a fraction.
    """

    name: str
    content: bytes
    area: float = 22
    volume: float = 6
    bounds: tuple[tuple[float, ...], tuple[float, ...]] = ((0, 0, 0), (1, 2, 3))
    colors: Mapping[tuple[float, float, float], float] | None = None
    parts: Mapping[str, float] | None = None
    exact: float = 1e-6

    def __str__(self) -> str:
        return self.name


def check(entry: Entry, file: Path) -> None:
    """Writes the file, reads it, and compares."""
    file.write_bytes(entry.content)
    mesh = read_shape(file)
    assert type(mesh) is (PartMesh if entry.parts else Mesh)
    assert mesh.area == pytest.approx(entry.area, rel=entry.exact)
    assert mesh.volume == pytest.approx(entry.volume, rel=entry.exact)
    assert mesh.bounds == pytest.approx(np.array(entry.bounds, dtype=float), abs=3 * entry.exact)
    if entry.colors is None:
        assert mesh.face_colors is None
    else:
        for color, area in entry.colors.items():
            same = np.isclose(mesh.face_colors, color, atol=1e-3).all(axis=1)
            assert mesh.face_areas[same].sum() == pytest.approx(area, rel=1e-6), color
        assert sum(entry.colors.values()) == pytest.approx(mesh.area, rel=1e-6)
    if entry.parts is not None:
        areas = {part.name: mesh.part(i).area for i, part in enumerate(mesh.parts)}
        assert areas == pytest.approx(dict(entry.parts), rel=1e-6)
