"""Where the meshes of a collection are: the layouts of folders that people have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError
from .split_files import split_of_word

EXTENSIONS = (".obj", ".glb", ".ply", ".off", ".stl")
"""Mesh files, those that tell parts and colours first: of several for one object, the first kind is taken."""

PREFERRED = ("model", "model_normalized")
"""Of several meshes in an object's folder, the one of the first of these names is taken, then that of the folder's."""

EXPECTED = "CATEGORY/OBJECT/*.{obj,glb,ply,off,stl}"

_NOT_OURS = {"__MACOSX", "@eaDir", "$RECYCLE.BIN", "lost+found"}
"""What archives, file servers and file systems leave in folders; hidden ones are no objects either."""


@dataclass
class MeshFolder:
    """The meshes of a collection.

    Args:
        files: by (category, object).
        splits: of those whose folder says which: `train`, `val` or `test`.
        without: folders in the place of an object that hold no mesh.
        notes: what its user should know of how it was read, a sentence each.
    """

    files: dict[tuple[str, str], Path] = field(default_factory=dict)
    splits: dict[tuple[str, str], str] = field(default_factory=dict)
    without: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_meshes(root: Path, mesh: str | None = None) -> MeshFolder:
    """Finds the meshes below a folder.

    Layouts, told apart by what is there:

    - `CATEGORY/NAME.obj` and `CATEGORY/OBJECT/*.obj`, where an object's folder may keep its mesh one folder further
      down, as in ShapeNet v2's `SYNSET/MODEL/models/model_normalized.obj`;
    - `CATEGORY/{train,test}/…` and `{train,test}/CATEGORY/…`, as in ModelNet, whose splits are taken;
    - `NAME.obj` or `OBJECT/model.obj` without categories: the category is called like the folder.

    Args:
        root: the folder.
        mesh: the mesh that is taken from each object's folder, `NAME` or `FOLDER/NAME`, with or without suffix; by
            default the only one, or one of those `PREFERRED`.

    Raises:
        InputError: no such folder, none that can be read, no meshes in it, an object folder with several, or PartNet's
            layout.
    """
    if not root.is_dir():
        raise InputError(f"{root}: no such folder, expected {EXPECTED} in it")
    _refuse_partnet(root)
    search = _Search(root, mesh)
    search.run()
    if not search.found.files:
        raise InputError(f"{root}: no meshes in it, expected {EXPECTED}; {_what_is_there(root)}")
    return search.found


def _refuse_partnet(root: Path) -> None:
    """An object of PartNet is a tree of parts (`result.json`), each of several meshes in `objs/`, in a folder that does
    not say its category: taken as meshes, it would be read wrong."""
    for folder in (root, *(inner for outer in _folders(root) for inner in (outer, *_folders(outer)))):
        if (folder / "objs").is_dir() and any(folder.glob("result*.json")):
            raise InputError(
                f"{folder}: this is PartNet's layout (result.json beside objs/), which svr3d has no reader for yet; "
                f"expected {EXPECTED}, with each object's parts as groups of one .obj or nodes of one .glb"
            )


class _Search:
    """Goes through the folders of a collection."""

    def __init__(self, root: Path, mesh: str | None) -> None:
        self.root, self.mesh, self.found = root, mesh, MeshFolder()

    def run(self) -> None:
        folders, loose = _folders(self.root), _meshes(self.root)
        category = self.root.resolve().name
        if splits := _split_folders(folders):
            for split, folder in splits.items():
                for inner in _folders(folder):
                    self._category(inner.name, inner, split)
            self._note_splits()
        elif loose and not any(_holds_meshes(folder) for folder in folders):
            self._category(category, self.root)
            self._note(f"its meshes are in no folder of a category; they are of category '{category}'")
        elif _are_objects(folders):
            self._category(category, self.root)
            self._note(f"each folder in it holds one mesh; they are objects of category '{category}'")
        else:
            for folder in folders:
                self._category(folder.name, folder)
            if loose:
                self._note(f"{_some(loose)} beside the categories' folders {_are(loose)} left out")
        if self.found.without:
            left = self.found.without
            self._note(f"{_some(left)} in the place of an object {'holds' if len(left) == 1 else 'hold'} no mesh")
        self._note_case()

    def _category(self, category: str, folder: Path, split: str | None = None) -> None:
        if split is None and (splits := _split_folders(_folders(folder))):
            for split, inner in splits.items():
                self._category(category, inner, split)
            self._note_splits()
            return
        for entry in _visible(folder):
            if not entry.is_dir():
                if _is_mesh(entry):
                    self._add(category, entry.stem, entry, split)
            elif files := self._of_object(entry):
                for file in files:
                    self._add(category, entry.name, file, split)
            else:
                self.found.without.append(entry)

    def _add(self, category: str, name: str, file: Path, split: str | None) -> None:
        key = (category, name)
        if split is not None and self.found.splits.setdefault(key, split) != split:
            raise InputError(f"{self.root}: {category}/{name} is in both {self.found.splits[key]} and {split}")
        if key not in self.found.files or _rank(file) < _rank(self.found.files[key]):
            self.found.files[key] = file

    def _of_object(self, folder: Path) -> list[Path]:
        """The meshes of one object, which differ in their suffix only."""
        if self.mesh is not None:
            named = folder / self.mesh
            groups = [_meshes(named.parent) if named.parent.is_dir() else [], *_inner(folder)]
            groups = [[file for file in files if named.name in (file.stem, file.name)] for files in groups]
            return next((files for files in groups if files), [])
        inner = [] if _meshes(folder) else _inner(folder)
        if len(inner) > 1:
            shown = ", ".join(files[0].parent.name for files in inner[:2]) + (" …" if len(inner) > 2 else "")
            raise InputError(
                f"{folder}: {len(inner)} folders in it hold meshes ({shown}), expected {EXPECTED} below {self.root}; "
                "--options.mesh FOLDER/NAME says which to take of each object"
            )
        return self._chosen(folder, inner[0] if inner else _meshes(folder))

    def _chosen(self, folder: Path, files: list[Path]) -> list[Path]:
        stems = {file.stem for file in files}
        if len(stems) <= 1:
            return files
        for name in (*PREFERRED, folder.name):
            if name in stems:
                return [file for file in files if file.stem == name]
        shown = f"{files[0].name}, {files[1].name}" + (" …" if len(files) > 2 else "")
        raise InputError(
            f"{folder}: holds {len(files)} meshes ({shown}), expected one per object or one named model; "
            "--options.mesh NAME says which to take of each object"
        )

    def _note(self, text: str) -> None:
        if text not in self.found.notes:
            self.found.notes.append(text)

    def _note_splits(self) -> None:
        self._note("its folders called train and test are splits")

    def _note_case(self) -> None:
        seen: dict[str, str] = {}
        for key in sorted(self.found.files):
            name = "/".join(key)
            if (first := seen.setdefault(name.casefold(), name)) != name:
                self._note(f"{first} and {name} differ in nothing but capitals; they are two objects")


def _split_folders(folders: list[Path]) -> dict[str, Path]:
    """The folders by the split that they are called after; none unless there are two or more, each of another split."""
    splits = {split_of_word(folder.name): folder for folder in folders}
    if None in splits or not 2 <= len(splits) == len(folders):
        return {}
    return {str(split): folder for split, folder in splits.items()}


def _are_objects(folders: list[Path]) -> bool:
    """Whether folders are those of objects rather than of categories: those that hold meshes have one at the same place
    each. A single one is an object where that is ShapeNet v2's."""
    places = filter(None, map(_places, folders))
    first = next(places, set())
    if len(first) != 1:
        return False
    others = 0
    for place in places:
        if place != first:
            return False
        others += 1
    return others > 0 or first == {Path("models/model_normalized")}


def _places(folder: Path) -> set[Path]:
    """Where the meshes of a folder are, if it is an object's: without suffixes, relative to it."""
    groups = [_meshes(folder)] if _meshes(folder) else _inner(folder)
    return {file.relative_to(folder).with_suffix("") for files in groups for file in files}


def _inner(folder: Path) -> list[list[Path]]:
    """The meshes in each folder in this one that has some."""
    return [files for entry in _folders(folder) if (files := _meshes(entry))]


def _holds_meshes(folder: Path) -> bool:
    return bool(_meshes(folder)) or any(_meshes(entry) or _inner(entry) for entry in _folders(folder))


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in _visible(folder) if entry.is_dir()]


def _meshes(folder: Path) -> list[Path]:
    return [entry for entry in _visible(folder) if _is_mesh(entry) and not entry.is_dir()]


def _visible(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: the folder cannot be read ({error.strerror or error})") from error
    return [entry for entry in entries if not entry.name.startswith(".") and entry.name not in _NOT_OURS]


def _is_mesh(file: Path) -> bool:
    return file.suffix.lower() in EXTENSIONS


def _rank(file: Path) -> int:
    return EXTENSIONS.index(file.suffix.lower())


def _some(paths: list[Path]) -> str:
    """`3 entries, such as chair/a`."""
    where = "/".join(paths[0].parts[-2:])
    return where if len(paths) == 1 else f"{len(paths)} entries, such as {where},"


def _are(paths: list[Path]) -> str:
    return "is" if len(paths) == 1 else "are"


def _what_is_there(root: Path) -> str:
    """Of a folder without meshes where they are expected: the first mesh that it holds somewhere, or what else."""
    suffixes: dict[str, int] = {}
    for file in _walk(root):
        if _is_mesh(file):
            return f"the first mesh below it is {file.relative_to(root)}"
        suffixes[file.suffix.lower()] = suffixes.get(file.suffix.lower(), 0) + 1
    if not suffixes:
        return "it is empty"
    most = max(suffixes, key=lambda suffix: suffixes[suffix])
    return f"it holds no such file, but {suffixes[most]} *{most}"


def _walk(root: Path, most: int = 10_000) -> Iterator[Path]:
    """The first files below a folder."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _NOT_OURS)
        for name in sorted(files):
            if most == 0:
                return
            most -= 1
            yield Path(folder) / name
