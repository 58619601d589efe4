"""`svr3d parts`: what parts a shape has, and shapes made from parts of others."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from ..datasets.targets.mesh import read_mesh
from ..errors import InputError, shown
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
from ..geometry.shape_files import writable
from ..geometry.shapes.mesh import distinct_names
from ..geometry.shapes.part_colors import COLORS, part_colors
from ..leaderboards import picture_grid
from ..metrics import compare_segmentations

TILE = 320
VIEW = (1.15, 0.5, 1.35)
"""Where the camera of pictures stands."""

SPHERES = 256
"""Of a medial mesh that is made to divide a shape."""

_LONGEST_NAME = 200
"""Of a file, in bytes: file systems allow 255, of which a number, the suffix and a temporary name's need some."""

_NAME = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^,]*?))\s*(?:,|\Z)')
"""One of a list; what begins with a quote but is not ended by one is taken as it is."""


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
        if not self.fit and not self.replace:
            raise InputError("--no_fit is for --replace, the parts that come")
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
    known = read_parts(truth)
    with _about(truth):
        score = compare_segmentations(mesh, known)
    return (
        f"{score.found} parts beside {score.true}: Rand index {score.rand:.3f}, adjusted {score.adjusted_rand:.3f}, "
        f"matched IoU {score.matched_iou:.3f}"
    )


def names_in(text: str | None) -> tuple[str, ...]:
    """The names in a list separated by commas; one that has a comma, or blanks at its ends, stands in double quotes.

    As in CSV, quotes within quotes are doubled.

    >>> names_in('seat, "leg, left", " ""x"" "')
    ('seat', 'leg, left', ' "x" ')
    """
    if text is None:
        return ()
    found = [(match["quoted"], match["plain"]) for match in _NAME.finditer(text)]
    names = tuple(quoted.replace('""', '"') if plain is None else plain for quoted, plain in found if plain != "")
    if not names:
        raise InputError(shown(f"expected names of parts separated by commas, found '{text}'"))
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
    return mesh if mesh.face_colors is not None else mesh.colored_by_label()


@contextmanager
def _about(path: str | Path) -> Generator[None]:
    """Names the file that bad input is about."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _in_one_palette(*meshes: PartMesh) -> list[PartMesh]:
    """Shapes of which those without colours, or coloured by label alone, get the colours of all labels together."""
    labels = list(dict.fromkeys(label for mesh in meshes for label in mesh.labels))
    return [mesh.colored_by_label(labels) if _by_label(mesh) else mesh for mesh in meshes]


def _by_label(mesh: PartMesh) -> bool:
    """Whether a shape has no colours; or for each label one of the palette, as files hold it, and another for each."""
    if mesh.face_colors is None:
        return True
    label = np.array([mesh.labels.index(part.label) for part in mesh.parts], dtype=np.int64)[mesh.face_part]
    found = np.unique(np.column_stack([label, mesh.face_colors]), axis=0)
    if len(found) > len(np.unique(label)):
        return False
    away = np.abs(found[:, None, 1:] - part_colors(np.arange(COLORS))).max(axis=2)
    return bool((away.min(axis=1) <= 1 / 255).all()) and len(np.unique(away.argmin(axis=1))) == len(found)


def _title(path: str | Path) -> str:
    """What a shape is called in a picture: its file, or the object whose view a file with a number for a name is."""
    file = Path(path)
    return file.parent.name if file.stem.isdecimal() and file.parent.name else file.stem


def edited(path: str | Path, edit: Edit, split: Split | None = None) -> tuple[PartMesh, list[tuple[str, PartMesh]]]:
    """A shape after an edit, and those that it is made from, with the names of their files; first divided, if it is.

    Where parts come from another shape, no two labels have one colour, unless a file has colours that are not by label.

    Raises:
        InputError: as `read_parts` and `PartMesh`, or no part is left.
    """
    mesh, new = read_parts(path) if split is None else split(Path(path)), None
    made_from = [(_title(path), mesh)]
    if edit.using is not None:
        mesh, other = _in_one_palette(mesh, read_parts(edit.using))
        made_from = [(_title(path), mesh), (_title(edit.using), other)]
        with _about(edit.using):
            new = other.only(*(edit.taking or edit.replace))
    with _about(path):
        result = edit(mesh, new)
    if result.is_empty:
        raise InputError(f"{path}: no part would be left")
    return result, made_from


def facts_of(mesh: PartMesh) -> list[dict[str, Any]]:
    """A row per part: name, label, faces; and, if it has some, box (centre and size), area, and volume (None where it
    is not closed)."""
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
        cells = (_cell(row[name]) if name in row else "–" for name in ("faces", "center", "size", "area", "volume"))
        table.add_row(_plain(row["name"]), _plain(row["label"]), *cells)
    Console().print(table)


def _plain(text: str) -> str:
    """A name that the terminal shows as it is, on one line: brackets would be taken for markup."""
    from rich.markup import escape

    return escape(shown(text))


def _cell(value: Any) -> str:
    if value is None:
        return "open"
    if isinstance(value, list):
        return " ".join(f"{number:.3f}" for number in value)
    return str(value) if isinstance(value, int) else f"{value:.4g}"


def write_parts(
    mesh: PartMesh,
    pictured: Sequence[tuple[str, PartMesh]],
    *,
    out: str | None = None,
    export: str | None = None,
    picture: str | None = None,
    by_name: bool = False,
) -> list[Path]:
    """Writes a shape in all ways that are asked for, or in none where one of them cannot be.

    Args:
        mesh: the shape.
        pictured: shapes and their titles, for the picture.
        out: a file for the shape in the format that the suffix names.
        export: a folder for each part as a file NAME.glb of its own; characters that file names cannot have become
            `_`, and parts without faces have none.
        picture: a file as in `draw_parts`, with `by_name`.

    Returns:
        The files, those of parts in the order of the parts.

    Raises:
        InputError: a file that could not be written, for its name, its place or the shape; then there is no new folder.
    """
    shapes = [] if out is None else [(Path(out), mesh)]
    shapes += [] if export is None else _part_files(mesh, Path(export))
    pictures = [] if picture is None else [Path(picture)]
    files = _checked_files(shapes, pictures)
    _make_folders([path.parent for path in files])
    for path, shape in shapes:
        write_shape(path, shape)
    for path in pictures:
        draw_parts(pictured, path, by_name=by_name)
    return files


def _checked_files(shapes: Sequence[tuple[Path, PartMesh]], pictures: Sequence[Path]) -> list[Path]:
    """The paths of all of these, if files of these names can hold them."""
    for path in pictures:
        if path.suffix.lower() != ".png":
            raise InputError(f"{path}: expected the name of a .png file for the picture")
    for path, shape in shapes:
        writable(path, shape)
    files = [*(path for path, _ in shapes), *pictures]
    seen, folders = set(), {path.parent.resolve() for path in files}
    for path in files:
        place = path.resolve()
        if os.path.isdir(place) or place in folders:
            raise InputError(f"{path}: expected the name of a file, found a folder")
        if place in seen:
            raise InputError(f"{path}: a part would be written into the file of the shape; give another name or folder")
        seen.add(place)
    return files


def _part_files(mesh: PartMesh, folder: Path) -> list[tuple[Path, PartMesh]]:
    """Each part that has faces, and the file of its own in a folder."""
    pieces = [(part, mesh.part(i)) for i, part in enumerate(mesh.parts)]
    pieces = [(part, piece) for part, piece in pieces if not piece.is_empty]
    names = distinct_names([_file_name(part.name) for part, _ in pieces], key=str.casefold)
    return [(folder / f"{name}.glb", PartMesh.joined([piece])) for name, piece in zip(names, pieces, strict=True)]


def _file_name(name: str) -> str:
    """A name as all file systems can have it, without a suffix; where it is long, its beginning."""
    text = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", name).strip(" .")
    return text.encode("utf-8", "replace")[:_LONGEST_NAME].decode("utf-8", "ignore").strip(" .") or "part"


def _make_folders(folders: Iterable[Path]) -> None:
    """Makes all of these folders, in which files can be written then; or none."""
    made: list[Path] = []
    for folder in dict.fromkeys(folders):
        try:
            made = [each for each in (folder, *folder.parents) if not each.exists()] + made
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except OSError as error:
            for each in made:
                if each.is_dir():
                    each.rmdir()
            raise InputError(f"{folder}: no files can be written there ({error.strerror or error})") from None


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
