"""Any folder of meshes, as they come."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..geometry import Mesh, Part, PartMesh
from .hashing import stable_hash
from .sources import Source

EXTENSIONS = (".obj", ".glb", ".ply", ".off", ".stl")
"""Mesh files, those that tell parts and colours first: of several for one object, the first kind is taken."""

PROPORTIONS = {"val": 0.1, "test": 0.2}
"""Of each category; the rest is for training."""

_PROVENANCE = (
    "licence", "license", "attribution", "author", "source", "source_category", "repository", "commit", "path", "url",
)  # fmt: skip


class Meshes(Source):
    """Objects in `ROOT/CATEGORY/OBJECT/*.{obj,glb,ply,off,stl}`, or directly as `ROOT/CATEGORY/NAME.{…}`.

    A `meta.json` beside an object's mesh tells its licence, source and attribution.

    Without a split file, each category is cut by itself: its objects are put in the order of a hash of
    (category, object, seed), and of n objects the first max(1, round(0.2 n)) become test, the next max(1, round(0.1 n))
    validation if n ≥ 4, the rest training. A category with a single object is for training only.

    Args:
        root: the folder.
        seed: of the split.
        split_file: CSV with the columns `category,object,split`, naming every object.

    Raises:
        InputError: no folder, no meshes in it, an object folder with several meshes, or a bad split file.
    """

    options = ("root", "seed", "split_file")

    def __init__(self, root: str | Path, *, seed: int = 0, split_file: str | Path | None = None) -> None:
        self.root = Path(root)
        self._files = _find(self.root)
        if split_file is None:
            self._splits = _hash_splits(self._files, seed)
        else:
            self._splits = _read_splits(Path(split_file), self._files)

    def items(self) -> list[tuple[str, str, str]]:
        return [(category, name, self._splits[category, name]) for category, name in sorted(self._files)]

    def build(self, category: str, name: str) -> Mesh:
        """The mesh as stored, with parts from its groups or materials, whose labels come from their names."""
        from ..geometry import read_shape

        shape = read_shape(self._files[category, name])
        if not isinstance(shape, Mesh):
            raise InputError(f"it is a {type(shape).__name__}, expected a mesh")
        if isinstance(shape, PartMesh):
            parts = tuple(Part(part.name, part_label(part.name, name)) for part in shape.parts)
            shape = replace(shape, parts=parts)
        return shape

    def describe(self, category: str, name: str) -> dict[str, Any]:
        path = self._files[category, name]
        meta_path = path.with_name("meta.json")
        meta: dict[str, Any] = {}
        if path.parent.name == name and meta_path.exists():
            try:
                meta = json.loads(meta_path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise InputError(f"{meta_path}: not a JSON file ({error})") from error
            if not isinstance(meta, dict):
                raise InputError(f"{meta_path}: expected a JSON object, found {type(meta).__name__}")
        facts = {field: meta[field] for field in _PROVENANCE if field in meta}
        return {"source": self.root.resolve().name, **facts, "file": str(path.relative_to(self.root))}

    def digest(self, category: str, name: str) -> str:
        """Over the bytes of the mesh and of the files beside it that bear on it."""
        path = self._files[category, name]
        beside = [path.with_suffix(".mtl"), path.with_name("meta.json")]
        contents = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, *beside) if file.exists()]
        return stable_hash(type(self).__qualname__, name, path.suffix, contents)


def part_label(part: str, name: str = "") -> str:
    """What kind of part a part's name speaks of: the name without numbers and without that of the object.

    `03_leg.002` is a `leg`; a name of which nothing remains is a `part`.
    """
    own = name.rsplit("__", 1)[-1]
    text = part.replace(own, " ") if own else part
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower()
    return "_".join(word for word in re.split(r"[^a-z]+", text) if len(word) > 1) or "part"


def _find(root: Path) -> dict[tuple[str, str], Path]:
    """Mesh file by (category, object)."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder, expected CATEGORY/OBJECT/*.{{obj,glb,ply,off,stl}} in it")
    found: dict[tuple[str, str], Path] = {}
    for category in _visible(root):
        if not category.is_dir():
            continue
        for entry in _visible(category):
            if entry.is_dir():
                files = [file for file in _visible(entry) if file.suffix.lower() in EXTENSIONS]
                if len({file.stem for file in files}) > 1:
                    files = [file for file in files if file.stem == "model"] or _several(entry, files)
                candidates = [(entry.name, file) for file in files]
            else:
                candidates = [(entry.stem, entry)] if entry.suffix.lower() in EXTENSIONS else []
            for name, file in candidates:
                key = (category.name, name)
                if key not in found or _rank(file) < _rank(found[key]):
                    found[key] = file
    if not found:
        raise InputError(f"{root}: no meshes in it, expected CATEGORY/OBJECT/*.{{obj,glb,ply,off,stl}}")
    return found


def _several(folder: Path, files: list[Path]) -> list[Path]:
    names = f"{files[0].name}, {files[1].name}" + (" …" if len(files) > 2 else "")
    raise InputError(f"{folder}: holds {len(files)} meshes ({names}), expected one per object or one named model")


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _rank(file: Path) -> int:
    return EXTENSIONS.index(file.suffix.lower())


def _hash_splits(files: dict[tuple[str, str], Path], seed: int) -> dict[tuple[str, str], str]:
    splits = {}
    for category in {category for category, _ in files}:
        names = [name for other, name in files if other == category]
        names.sort(key=lambda name: stable_hash(category, name, seed))
        n = len(names)
        test = max(1, round(PROPORTIONS["test"] * n)) if n >= 2 else 0
        val = max(1, round(PROPORTIONS["val"] * n)) if n >= 4 else 0
        of_rank = ["test"] * test + ["val"] * val + ["train"] * (n - test - val)
        splits |= {(category, name): split for name, split in zip(names, of_rank, strict=True)}
    return splits


def _read_splits(path: Path, files: dict[tuple[str, str], Path]) -> dict[tuple[str, str], str]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV file of splits ({error})") from error
    splits: dict[tuple[str, str], str] = {}
    for line, row in enumerate(rows, start=2):
        try:
            key, split = (row["category"], row["object"]), row["split"]
        except KeyError as error:
            raise InputError(f"{path}: column {error} is missing, expected category,object,split") from None
        if split not in ("train", "val", "test"):
            raise InputError(f"{path}: line {line}: split is '{split}', expected train, val or test")
        if splits.setdefault(key, split) != split:
            raise InputError(f"{path}: line {line}: {'/'.join(key)} is in both {splits[key]} and {split}")
    missing = sorted(set(files) - set(splits))
    if missing:
        raise InputError(f"{path}: {'/'.join(missing[0])} has no split")
    return splits
