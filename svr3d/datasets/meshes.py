"""Any folder of meshes, as they come."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..geometry import NAMELESS, Mesh, Part, PartMesh
from .hashing import stable_hash
from .mesh_folders import find_meshes
from .sources import Source
from .split_files import read_splits

PROPORTIONS = {"val": 0.1, "test": 0.2}
"""Of each category; the rest is for training."""

_PROVENANCE = (
    "licence", "license", "attribution", "author", "source", "source_category", "repository", "commit", "path", "url",
)  # fmt: skip


class Meshes(Source):
    """Any folder of meshes: objects in `ROOT/CATEGORY/OBJECT/*.{obj,glb,ply,off,stl}`, or `ROOT/CATEGORY/NAME.{…}`.

    The folders of ShapeNet v1 and v2 and of ModelNet are read as they are, and a collection without categories
    (`find_meshes` has the layouts). A `meta.json` beside an object's mesh tells its licence, source and attribution.

    Without a split file, each category is cut by itself: its objects are put in the order of a hash of
    (category, object, seed), and of n objects the first max(1, round(0.2 n)) become test, the next max(1, round(0.1 n))
    validation if n ≥ 4, the rest training. A category with a single object is for training only. Where folders are
    called train and test, these are the splits, and of n ≥ 4 training objects max(1, round(0.1 n)) become validation
    unless there is such a folder too.

    Args:
        root: the folder.
        seed: of the split.
        split_file: CSV with the columns `category,object,split`, naming every object (`read_splits` has its dialects).
        mesh: which mesh of an object's folder to take, where there are several.

    Raises:
        InputError: no folder, no meshes in it, an object folder with several meshes, or a bad split file.
    """

    options = ("root", "seed", "split_file", "mesh")

    def __init__(
        self, root: str | Path, *, seed: int = 0, split_file: str | Path | None = None, mesh: str | None = None
    ) -> None:
        self.root = Path(root)
        found = find_meshes(self.root, mesh)
        self._files = found.files
        self.notes = found.notes
        if split_file is None:
            self._splits = self._split(found.splits, seed)
        else:
            self._splits, unknown = read_splits(Path(split_file), self._files)
            self.notes = [*self.notes, *unknown]

    def _split(self, known: dict[tuple[str, str], str], seed: int) -> dict[tuple[str, str], str]:
        """The splits of folders where there are such, and else those of the hash."""
        splits: dict[tuple[str, str], str] = {}
        for category in sorted({category for category, _ in self._files}):
            names = [name for other, name in self._files if other == category]
            own = {name: known[category, name] for name in names if (category, name) in known}
            own = _with_validation(own, category, seed)
            own |= _hash_splits([name for name in names if name not in own], category, seed)
            splits |= {(category, name): split for name, split in own.items()}
        return splits

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
    return "_".join(word for word in re.split(r"[^a-z]+", text) if len(word) > 1) or NAMELESS


def _hash_splits(names: Sequence[str], category: str, seed: int) -> dict[str, str]:
    """By object, of a category that nobody has split."""
    ordered, n = _shuffled(names, category, seed), len(names)
    test = max(1, round(PROPORTIONS["test"] * n)) if n >= 2 else 0
    val = max(1, round(PROPORTIONS["val"] * n)) if n >= 4 else 0
    of_rank = ["test"] * test + ["val"] * val + ["train"] * (n - test - val)
    return dict(zip(ordered, of_rank, strict=True))


def _with_validation(splits: dict[str, str], category: str, seed: int) -> dict[str, str]:
    """A category's own splits, with a share of the training objects for validation where it has no such split."""
    training = [name for name, split in splits.items() if split == "train"]
    if "val" in splits.values() or len(training) < 4:
        return splits
    chosen = _shuffled(training, category, seed)[: max(1, round(PROPORTIONS["val"] * len(training)))]
    return splits | dict.fromkeys(chosen, "val")


def _shuffled(names: Iterable[str], category: str, seed: int) -> list[str]:
    return sorted(names, key=lambda name: stable_hash(category, name, seed))
