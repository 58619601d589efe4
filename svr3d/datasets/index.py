"""Which objects a prepared data set lists: its metadata, the folders of its categories and their splits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import read_yaml
from .categories import short_name
from .split_files import read_text

SPLITS = ("train", "val", "test")
METADATA = "metadata.yaml"


def read_metadata(root: Path) -> dict[str, Any]:
    """The content of `metadata.yaml`; empty where there is none.

    Raises:
        InputError: it is not YAML, or not a mapping.
    """
    path = root / METADATA
    if not path.exists():
        return {}
    metadata = read_yaml(path)
    if not isinstance(metadata, dict):
        raise InputError(f"{path}: expected a mapping from category folders to their names")
    return metadata


def category_folders(root: Path, metadata: dict[str, Any]) -> dict[str, str]:
    """Folder by short category name, for the folders that have lists.

    Raises:
        InputError: there are none, or two of the same category.
    """
    folders: dict[str, str] = {}
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if not any((folder / f"{split}.lst").exists() for split in SPLITS):
            continue
        entry = metadata.get(folder.name)
        names = entry.get("name") if isinstance(entry, dict) else None
        category = short_name(folder.name, str(names) if names else None)
        if category in folders:
            raise InputError(f"{root}: folders {folders[category]} and {folder.name} are both category '{category}'")
        folders[category] = folder.name
    if not folders:
        hint = " (preparing it has not finished; run `svr3d prepare` again)" if (root / "recipe.json").exists() else ""
        raise InputError(f"{root}: no folder in it has train.lst, val.lst or test.lst, expected one per category{hint}")
    return folders


def read_lists(folder: Path) -> dict[str, list[str]]:
    """Object names by split, of one category's folder; a name that a list repeats counts once.

    Raises:
        InputError: a list cannot be read, or an object is in two.
    """
    lists: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for split in SPLITS:
        path = folder / f"{split}.lst"
        lines = read_text(path).split("\n") if path.exists() else []
        lists[split] = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
        for name in lists[split]:
            if "/" in name or "\\" in name or name in (".", ".."):
                raise InputError(f"{path}: '{name}' is not the name of an object's folder")
            if name in owner:
                raise InputError(f"{path}: object '{name}' is in {owner[name]}.lst too, expected one split for each")
            owner[name] = split
    return lists
