"""`svr3d parts`: what parts a shape has, and shapes made from parts of others."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets.targets.mesh import read_mesh
from ..errors import InputError
from ..geometry import (
    Camera,
    MedialMesh,
    Part,
    PartMesh,
    is_watertight,
    legend_colors,
    medial_axis,
    normalize,
    read_shape,
    render_shape,
    segmented,
    to_mesh,
    to_parts,
    write_shape,
)
from ..geometry.medial.segmentation import TURN
from ..geometry.shapes.part_colors import part_colors
from ..leaderboards import picture_grid
from ..metrics import compare_segmentations

TILE = 320
VIEW = (1.15, 0.5, 1.35)
"""Where the camera of pictures stands."""

SPHERES = 256
"""Of a medial mesh that is made to divide a shape."""

_LONGEST_NAME = 100
"""Of a file, in letters: less than what file systems allow, also in letters of several bytes."""


@dataclass(frozen=True)
class Edit:
    """What to do with a shape's parts, in this order; parts by name or label, as in `PartMesh.indices`.

    Args:
        only: parts that stay.
        remove: parts that go.
        replace: parts that others take the place of.
        using: the file these come from.
        taking: which of its parts; by default what is called like those that go.
        fit: whether they are brought into the box of those that go.
        move: parts that are moved.
        offset: Float[3], by how much.

    Raises:
        InputError: half of an edit is missing.
    """

    only: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    using: str | None = None
    taking: tuple[str, ...] = ()
    fit: bool = True
    move: tuple[str, ...] = ()
    offset: Sequence[float] | None = None

    def __post_init__(self) -> None:
        if bool(self.replace) != (self.using is not None):
            raise InputError("--replace says which parts go, --using where those come from; give both or none")
        if self.taking and not self.replace:
            raise InputError("--taking is for --replace, the parts that go")
        if bool(self.move) != (self.offset is not None):
            raise InputError("--move says which parts, --offset where to; give both or none")

    def __call__(self, mesh: PartMesh, new: PartMesh | None) -> PartMesh:
        """The shape after it; `new` are the parts that come."""
        if self.only:
            mesh = mesh.only(*self.only)
        if self.remove:
            mesh = mesh.without(*self.remove)
        if new is not None:
            mesh = mesh.replaced(self.replace, new, fit=self.fit)
        return mesh.moved(*self.move, offset=self.offset) if self.offset is not None else mesh


@dataclass(frozen=True)
class Split:
    """How a shape is divided by the topology of its medial mesh (`svr3d.geometry.segmented`).

    Args:
        spheres: of the medial mesh, where one is made.
        turn: in degrees, where sheets end; the default of `segmented` if None.
    """

    spheres: int = SPHERES
    turn: float | None = None

    def __call__(self, path: Path) -> PartMesh:
        """The parts of a shape in a file or folder, each in a colour of its own.

        Raises:
            InputError: as `read_parts`, `medial_axis` and `segmented`.
        """
        shape = read_mesh(path) if path.is_dir() else read_shape(path)
        with _about(path):
            if isinstance(shape, MedialMesh) and self.spheres != SPHERES:
                raise InputError("--spheres is for meshes, of which a medial mesh is made; this is one already")
            mesh = to_mesh(shape)
            medial = shape if isinstance(shape, MedialMesh) else medial_axis(mesh, self.spheres)
            found = segmented(medial, mesh, turn=TURN if self.turn is None else self.turn)
        return replace(found, face_colors=part_colors(found.face_part))


def splits(split: str, spheres: int, turn: float | None) -> bool:
    """Whether the shape is divided anew.

    Raises:
        InputError: options for that, without it.
    """
    if split == "none" and (turn is not None or spheres != SPHERES):
        raise InputError("--spheres and --turn are for --split topology")
    return split != "none"


def agreement(mesh: PartMesh, truth: str | Path) -> str:
    """A sentence on how alike the parts are to those of the shape in another file.

    Raises:
        InputError: as `read_parts` and `compare_segmentations`.
    """
    with _about(truth):
        score = compare_segmentations(mesh, read_parts(truth))
    return (
        f"{score.found} parts beside {score.true}: Rand index {score.rand:.3f}, adjusted {score.adjusted_rand:.3f}, "
        f"matched IoU {score.matched_iou:.3f}"
    )


def names_in(text: str | None) -> tuple[str, ...]:
    """The names in a list separated by commas; one that has a comma stands in double quotes.

    >>> names_in('seat, "leg, left"')
    ('seat', 'leg, left')
    """
    if text is None:
        return ()
    names = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []) if name.strip())
    if not names:
        raise InputError(f"expected names of parts separated by commas, found '{text}'")
    return names


def read_parts(path: str | Path) -> PartMesh:
    """The parts of a shape in any file, or of an object of a prepared data set by its folder, coloured.

    A shape without parts is one, called like its file. Where the shape has several parts and no colours, they are
    coloured by label.

    Raises:
        InputError: no such file, or it holds points.
    """
    path = Path(path)
    shape = read_mesh(path) if path.is_dir() else read_shape(path)
    with _about(path):
        mesh = to_parts(shape)
        if mesh is None:
            return PartMesh.joined([(Part(path.stem, path.stem), to_mesh(shape))])
    return mesh if mesh.face_colors is not None else replace(mesh, face_colors=_label_colors(mesh))


@contextmanager
def _about(path: str | Path) -> Generator[None]:
    """Names the file that bad input is about."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _label_colors(mesh: PartMesh) -> np.ndarray:
    order = np.array([mesh.labels.index(part.label) for part in mesh.parts], dtype=np.int64)
    return part_colors(order)[mesh.face_part]


def _title(path: str | Path) -> str:
    """What a shape is called in a picture: its file, or the object whose view a file with a number for a name is."""
    file = Path(path)
    return file.parent.name if file.stem.isdecimal() and file.parent.name else file.stem


def edited(path: str | Path, edit: Edit, split: Split | None = None) -> tuple[PartMesh, list[tuple[str, PartMesh]]]:
    """A shape after an edit, and those that it is made from, with the names of their files; first divided, if it is.

    Raises:
        InputError: as `read_parts` and `PartMesh`, or no part is left.
    """
    mesh = read_parts(path) if split is None else split(Path(path))
    made_from, new = [(_title(path), mesh)], None
    if edit.using is not None:
        other = read_parts(edit.using)
        made_from.append((_title(edit.using), other))
        with _about(edit.using):
            new = other.only(*(edit.taking or edit.replace))
    with _about(path):
        result = edit(mesh, new)
    if result.is_empty:
        raise InputError(f"{path}: no part would be left")
    return result, made_from


def facts_of(mesh: PartMesh) -> list[dict[str, Any]]:
    """A row per part: name, label, faces, box (centre and size), area, and volume (None where it is not closed)."""
    rows = []
    for i, part in enumerate(mesh.parts):
        piece = mesh.part(i)
        row: dict[str, Any] = {"name": part.name, "label": part.label, "faces": len(piece.faces)}
        if not piece.is_empty:
            low, high = piece.bounds
            row |= {"center": ((low + high) / 2).tolist(), "size": (high - low).tolist(), "area": piece.area}
            row["volume"] = abs(piece.volume) if is_watertight(piece) else None
        rows.append(row)
    return rows


def print_parts(mesh: PartMesh, *, as_json: bool) -> None:
    """The same, as a table for people or JSON for programs."""
    if as_json:
        print(json.dumps(facts_of(mesh), indent=2, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Column, Table

    numbers = (Column(name, justify="right") for name in ("faces", "center", "size", "area", "volume"))
    table = Table(Column("name", overflow="fold"), Column("label", overflow="fold"), *numbers)
    for row in facts_of(mesh):
        cells = (_cell(row.get(name)) for name in ("faces", "center", "size", "area", "volume"))
        table.add_row(_plain(row["name"]), _plain(row["label"]), *cells)
    Console().print(table)


def _plain(text: str) -> str:
    """A name that the terminal shows as it is: brackets would be taken for markup."""
    from rich.markup import escape

    return escape(text)


def _cell(value: Any) -> str:
    if value is None:
        return "open"
    if isinstance(value, list):
        return " ".join(f"{number:.3f}" for number in value)
    return str(value) if isinstance(value, int) else f"{value:.4g}"


def write_parts(mesh: PartMesh, folder: str | Path) -> list[Path]:
    """Each part as a file NAME.glb of its own; characters that file names cannot have become `_`.

    Returns:
        The files, in the order of the parts. Parts without faces have none.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    taken: set[str] = set()
    for i, part in enumerate(mesh.parts):
        piece = mesh.part(i)
        if piece.is_empty:
            continue
        stem = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", part.name).strip(" .")[:_LONGEST_NAME] or "part"
        names = (stem, *(f"{stem}_{k}" for k in range(1, len(mesh.parts) + 1)))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        written.append(folder / f"{name}.glb")
        write_shape(written[-1], PartMesh.joined([(part, piece)]))
    return written


def write_file(mesh: PartMesh, path: str | Path) -> Path:
    """The shape in the format that the suffix names; its folder is made where it is missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_shape(path, mesh)
    return path


def draw_parts(shapes: Sequence[tuple[str, PartMesh]], path: str | Path, *, by_name: bool = False) -> Path:
    """A PNG picture of shapes side by side, below these titles, each in a frame of its own and coloured by label, or
    by the parts' names."""
    if Path(path).suffix.lower() != ".png":
        raise InputError(f"{path}: expected the name of a .png file for the picture")
    if by_name:
        own = [tuple(Part(part.name, part.name) for part in mesh.parts) for _, mesh in shapes]
        shapes = [(title, replace(mesh, parts=parts)) for (title, mesh), parts in zip(shapes, own, strict=True)]
    labels = list(dict.fromkeys(label for _, mesh in shapes for label in mesh.labels))
    camera = Camera.look_at(VIEW)
    tiles = [render_shape(normalize(mesh)[0], camera, TILE, parts=labels) for _, mesh in shapes]
    legend = list(zip(labels, map(tuple, legend_colors(len(labels)).tolist()), strict=True))
    return picture_grid([""], [title for title, _ in shapes], [tiles], path, legend=legend, tile_size=TILE)
