"""A prepared data set on disk: what it holds, and one sample at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from ..geometry import Camera, Mesh, PartMesh
from . import layout
from .batch import TARGETS, SampleBatch, SampleKey
from .categories import short_name
from .hashing import stable_hash, stable_seed

SPLITS = ("train", "val", "test")
CACHE_BYTES = 3 << 29
"""Bound on what one data set keeps in memory."""

_PICTURES = (".jpg", ".jpeg", ".png")


def open_dataset(path: str | os.PathLike, *, cache_bytes: int = CACHE_BYTES) -> Dataset:
    """Opens a prepared data set: our own, or a directory with Occupancy Networks' files.

    Only metadata and lists are read; objects are read when asked for.

    Args:
        path: the folder with `metadata.yaml` and one folder per category with `{train,val,test}.lst`.
        cache_bytes: memory that decoded pictures, surfaces, grids and cameras may take.

    Raises:
        InputError: no such folder, no category with lists, unreadable metadata, or an object in two splits.
    """
    return Dataset(Path(path), cache_bytes)


class Dataset:
    """A prepared data set. Open one with `open_dataset`.

    Attributes:
        root: its folder.
        name: from its metadata, or the folder's name.
        categories: short names, sorted; a sample's `category` is an index into them.
        labels: the labels of parts over all objects, sorted; label `l` of a part grid is `labels[l - 1]`.
    """

    def __init__(self, root: Path, cache_bytes: int = CACHE_BYTES) -> None:
        if not root.is_dir():
            raise InputError(f"{root}: no such folder, expected a prepared data set")
        self.root = root
        metadata = _read_metadata(root / "metadata.yaml")
        own = metadata.get("svr3d") or {}
        self.name: str = str(own.get("name") or root.resolve().name)
        self.labels: tuple[str, ...] = tuple(own.get("labels") or ())
        self._folders = _category_folders(root, metadata)
        self.categories: tuple[str, ...] = tuple(sorted(self._folders))
        self._objects = {split: [] for split in SPLITS}
        for category in self.categories:
            for split, names in _read_lists(root / self._folders[category]).items():
                self._objects[split] += [(category, name) for name in names]
        if not any(self._objects.values()):
            raise InputError(f"{root}: the lists of its categories name no object")
        self._cache = _Cache(cache_bytes)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(self._objects[split])} {split}" for split in SPLITS)
        return f"Dataset({self.name}: {len(self.categories)} categories; {counts})"

    # What there is

    def objects(self, split: str) -> list[tuple[str, str]]:
        """(category, object) pairs of `train`, `val` or `test`, in a fixed order."""
        if split not in SPLITS:
            raise InputError(f"unknown split '{split}'; expected one of {', '.join(SPLITS)}")
        return list(self._objects[split])

    def samples(self, split: str, views: int | None = None) -> list[SampleKey]:
        """The samples of a split: each object's first `views` views (all of them by default)."""
        keys = []
        for category, name in self.objects(split):
            numbers = sorted(self._pictures(category, name))
            keys += [SampleKey(category, name, view) for view in numbers[:views]]
        return keys

    @cached_property
    def targets(self) -> frozenset[str]:
        """Targets that the first object of every split and category covers; `require` looks at all."""
        first = {}
        for split in SPLITS:
            for category, name in self._objects[split]:
                first.setdefault((split, category), self.folder(category, name))
        files = layout.TARGET_FILES.items()
        found = {target for target, file in files if all((folder / file).exists() for folder in first.values())}
        return frozenset(found | {"category"})

    @cached_property
    def image_size(self) -> int:
        """Side of the pictures in pixels, from the first one."""
        for split in SPLITS:
            for category, name in self._objects[split]:
                for path in self._pictures(category, name).values():
                    height, width, _ = layout.read_image(path).shape
                    if height != width:
                        raise InputError(f"{path}: the picture is {width}×{height}, expected a square one")
                    return width
        raise InputError(f"{self.root}: no object has pictures in {layout.IMAGES}")

    @cached_property
    def has_cameras(self) -> bool:
        """Whether the first object with pictures comes with cameras."""
        for split in SPLITS:
            for category, name in self._objects[split]:
                if self._pictures(category, name):
                    return (self.folder(category, name) / layout.IMAGES / layout.CAMERAS).exists()
        return False

    def folder(self, category: str, name: str) -> Path:
        """The folder of one object."""
        try:
            return self.root / self._folders[category] / name
        except KeyError:
            raise InputError(f"unknown category '{category}'; {self.root} has {', '.join(self.categories)}") from None

    def require(self, targets: Iterable[str], split: str) -> None:
        """Checks that every object of a split covers these targets.

        Raises:
            InputError: naming the target and the first object folder that lacks its file.
        """
        targets = sorted(targets)
        unknown = [target for target in targets if target not in TARGETS]
        if unknown:
            raise InputError(f"unknown target '{unknown[0]}'; expected one of {', '.join(TARGETS)}")
        for category, name in self.objects(split):
            folder = self.folder(category, name)
            if not folder.is_dir():
                raise InputError(f"{folder}: no such folder, but {split}.lst of its category names it")
            for target in targets:
                file = layout.TARGET_FILES.get(target)
                if file and not (folder / file).exists():
                    raise InputError(f"the {split} split has no target '{target}': {folder} lacks {file}")

    def fingerprint(self) -> str:
        """64 hexadecimal digits that identify the data.

        A hash over `metadata.yaml`, the lists, and the name and size of every file of every listed object. It
        does not read the files, so that it takes seconds for ten thousand objects; an edit that keeps a file's size
        goes unnoticed.
        """
        parts: list[Any] = [_bytes_of(self.root / "metadata.yaml")]
        for category in self.categories:
            folder = self.root / self._folders[category]
            parts += [[self._folders[category], split, _bytes_of(folder / f"{split}.lst")] for split in SPLITS]
        for split in SPLITS:
            for category, name in self._objects[split]:
                folder = self.folder(category, name)
                files = sorted(_files(folder)) if folder.is_dir() else []
                parts.append([category, name, files])
        return stable_hash(*parts)

    # Shapes

    def mesh(self, category: str, name: str) -> Mesh | PartMesh | None:
        """The true mesh in the canonical frame, with its parts where they are known; None where there is none."""
        from ..geometry import read_shape

        folder = self.folder(category, name)
        if (folder / layout.PARTS).exists():
            return layout.read_parts(folder / layout.PARTS)
        return read_shape(folder / layout.MESH) if (folder / layout.MESH).exists() else None

    def load(self, category: str, name: str, target: str) -> Any:
        """One target of one object, whole.

        Returns: `surface`: PointCloud; `occupancy`: OccupancyPoints; `voxels`: VoxelGrid; `mesh`: Mesh;
        `parts`: PartMesh; `part_voxels`: VoxelGrid with `labels` (0 = empty, else 1 + index into `Dataset.labels`);
        `sketches`: dict of Sketch by view; `category`: int.

        Raises:
            InputError: the object lacks the target, or its file is bad.
        """
        from ..geometry import VoxelGrid, read_shape

        if target == "category":
            return self.categories.index(category)
        path = self._file(category, name, target)
        if target == "surface":
            return layout.read_surface(path)
        if target == "occupancy":
            return layout.read_occupancy(path)
        if target == "voxels":
            return layout.read_voxels(path)
        if target == "mesh":
            return self.mesh(category, name)
        if target == "parts":
            return layout.read_parts(path)
        if target == "part_voxels":
            labels = self._part_labels(path)
            return VoxelGrid(labels > 0, labels=labels)
        if target == "sketches":
            return {view: layout.read_sketch(path / f"{view:03d}.npz") for view in self._pictures(category, name)}
        return read_shape(path)

    def camera(self, key: SampleKey) -> Camera | None:
        """The camera of one sample (NumPy, float64), or None where the data set has none."""
        if not self.has_cameras:
            return None
        cached = self._cache.get(("camera", key))
        if cached is None:
            folder = self.folder(key.category, key.object)
            camera = layout.read_camera(
                folder / layout.IMAGES / layout.CAMERAS, key.view, self._placement(folder), self.image_size
            )
            cached = np.hstack([camera.intrinsics, camera.world_to_camera])
            self._cache.put(("camera", key), cached)
        return Camera(cached[:, :3], cached[:, 3:], self.image_size, self.image_size)

    def normalization(self, category: str, name: str) -> tuple[np.ndarray, float]:
        """`loc` Float[3] and `scale` of one object: canonical = (source - loc) / scale."""
        placement = self._placement(self.folder(category, name))
        return placement.loc, placement.scale

    def image(self, key: SampleKey) -> np.ndarray:
        """UInt8[H, W, 3]: the picture of one sample.

        Raises:
            InputError: there is none, it is damaged, or of another size than the data set's first picture.
        """
        pixels = self._cache.get(("image", key))
        if pixels is None:
            path = self._pictures(key.category, key.object).get(key.view)
            if path is None:
                folder = self.folder(key.category, key.object) / layout.IMAGES
                raise InputError(f"{folder}: has no picture of view {key.view:03d}")
            pixels = layout.read_image(path)
            if pixels.shape[:2] != (self.image_size, self.image_size):
                height, width, _ = pixels.shape
                raise InputError(f"{path}: the picture is {width}×{height}, expected both to be {self.image_size}")
            self._cache.put(("image", key), pixels)
        return pixels

    def sample(
        self, key: SampleKey, targets: Iterable[str] = (), *, points: int | None = None, seed: int = 0
    ) -> SampleBatch:
        """One sample as a batch of one.

        Args:
            key: which.
            targets: what to load beside the picture and its camera.
            points: how many surface and occupancy points, drawn by (`seed`, `key`) without replacement; all by default.

        Raises:
            InputError: something is missing or damaged, or there are fewer points than asked for.
        """
        key = SampleKey(*key)
        pixels, camera = self.image(key), self.camera(key)
        return SampleBatch(
            keys=(key,),
            images=_image_tensor(pixels),
            cameras=None if camera is None else Camera.stack([camera]).to_torch(),
            targets={target: self._target(key, target, points, seed) for target in sorted(targets)},
            categories=self.categories,
        )

    def _target(self, key: SampleKey, target: str, points: int | None, seed: int) -> Any:
        if target == "voxels":
            occupancy = self._cached_bits(("voxels", *key[:2]), lambda: self.load(*key[:2], "voxels").occupancy)
            return torch.from_numpy(occupancy.astype(np.float32))[None]
        if target == "part_voxels":
            labels = self._cache.get(("part_voxels", *key[:2]))
            if labels is None:
                labels = self._part_labels(self._file(*key[:2], target)).astype(np.int16)
                self._cache.put(("part_voxels", *key[:2]), labels)
            return torch.from_numpy(labels.astype(np.int64))[None]
        if target == "sketches":
            sketch = layout.read_sketch(self._file(*key[:2], target) / f"{key.view:03d}.npz")
            return {
                "depth": torch.from_numpy(sketch.depth)[None],
                "normal": torch.from_numpy(sketch.normal).permute(2, 0, 1)[None],
                "silhouette": torch.from_numpy(sketch.silhouette)[None],
                "part_ids": torch.from_numpy(sketch.part_ids)[None],
            }
        if target == "surface":
            fields = self._surface_fields(key)
            keep = self._subset(key, target, len(fields["points"]), points, seed)
            return {
                name: torch.from_numpy(values[keep].astype(np.int64 if name == "part_ids" else np.float32))[None]
                for name, values in fields.items()
            }
        value = self.load(key.category, key.object, target)
        if target == "category":
            return torch.tensor([value])
        if target == "occupancy":
            keep = self._subset(key, target, len(value.points), points, seed)
            return {"points": _float_tensor(value.points[keep]), "inside": _float_tensor(value.inside[keep])}
        return [value]

    def _surface_fields(self, key: SampleKey) -> dict[str, np.ndarray]:
        fields = self._cache.get(("surface", *key[:2]))
        if fields is None:
            fields = layout.read_surface_fields(self._file(key.category, key.object, "surface"))
            self._cache.put(("surface", *key[:2]), fields)
        return fields

    def _subset(self, key: SampleKey, target: str, count: int, points: int | None, seed: int) -> Any:
        if points is None:
            return slice(None)
        if points > count:
            folder = self.folder(key.category, key.object)
            raise InputError(
                f"{folder / layout.TARGET_FILES[target]}: field 'points' has {count} rows, {points} were asked for"
            )
        rng = np.random.default_rng([seed, stable_seed(target, key)])
        return rng.choice(count, points, replace=False, shuffle=False)

    def _cached_bits(self, name: tuple, read: Any) -> np.ndarray:
        packed = self._cache.get(name)
        if packed is None:
            packed = np.packbits(read(), axis=-1)
            self._cache.put(name, packed)
        return np.unpackbits(packed, axis=-1, count=len(packed)).astype(bool)

    def _file(self, category: str, name: str, target: str) -> Path:
        """Where an object keeps a target that has a file."""
        if target not in layout.TARGET_FILES:
            raise InputError(f"unknown target '{target}'; expected one of {', '.join(TARGETS)}")
        folder = self.folder(category, name)
        path = folder / layout.TARGET_FILES[target]
        if not path.exists():
            raise InputError(f"{folder} has no target '{target}': it lacks {path.name}")
        return path

    def _part_labels(self, path: Path) -> np.ndarray:
        """Int[R, R, R]: part grid with the data set's labels in the place of the object's own."""
        labels, names = layout.read_part_voxels(path)
        unknown = sorted(set(names) - set(self.labels))
        if unknown:
            raise InputError(f"{path}: field 'names' has '{unknown[0]}', which metadata.yaml does not list")
        return np.array([0, *(1 + self.labels.index(name) for name in names)])[labels]

    def _placement(self, folder: Path) -> layout.Placement:
        for file in (layout.SURFACE, layout.OCCUPANCY):
            if (folder / file).exists():
                return layout.read_placement(folder / file, layout.read_npz(folder / file, "loc?", "scale?"))
        raise InputError(
            f"{folder}: has neither {layout.SURFACE} nor {layout.OCCUPANCY}, "
            "one of which is needed to place its cameras (fields 'loc' and 'scale')"
        )

    def _pictures(self, category: str, name: str) -> dict[int, Path]:
        """Picture paths of an object by the number in their names."""
        folder = self.folder(category, name) / layout.IMAGES
        cached = self._listings.get((category, name))
        if cached is None:
            try:
                names = sorted(entry.name for entry in os.scandir(folder))
            except OSError:
                names = []
            stems = [(os.path.splitext(n), n) for n in names]
            cached = {int(s): n for (s, ext), n in stems if ext.lower() in _PICTURES and s.isdigit()}
            self._listings[category, name] = cached
        return {view: folder / file for view, file in cached.items()}

    @cached_property
    def _listings(self) -> dict[tuple[str, str], dict[int, str]]:
        return {}


class _Cache:
    """Arrays, or dicts of arrays, by name, kept until they fill `limit` bytes.

    Nothing is evicted: epochs visit every sample once, so that the oldest entry is the next one needed.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._values: dict[tuple, Any] = {}

    def get(self, name: tuple) -> Any:
        return self._values.get(name)

    def put(self, name: tuple, value: Any) -> None:
        size = sum(array.nbytes for array in (value.values() if isinstance(value, dict) else [value]))
        if name not in self._values and size <= self._left:
            self._left -= size
            self._values[name] = value


def _image_tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / 255.0).permute(2, 0, 1)[None].contiguous()


def _float_tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))[None]


def _read_metadata(path: Path) -> dict[str, Any]:
    import yaml

    if not path.exists():
        return {}
    try:
        metadata = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: not a YAML file ({' '.join(str(error).split())})") from error
    if not isinstance(metadata, dict):
        raise InputError(f"{path}: expected a mapping from category folders to their names")
    return metadata


def _category_folders(root: Path, metadata: dict[str, Any]) -> dict[str, str]:
    """Folder by short category name, for the folders that have lists."""
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


def _read_lists(folder: Path) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for split in SPLITS:
        path = folder / f"{split}.lst"
        try:
            lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: not a list of object names ({error})") from error
        lists[split] = [line.strip() for line in lines if line.strip()]
        for name in lists[split]:
            if "/" in name or "\\" in name or name in (".", ".."):
                raise InputError(f"{path}: '{name}' is not the name of an object's folder")
            if name in owner:
                raise InputError(f"{path}: object '{name}' is in {owner[name]}.lst too, expected one split for each")
            owner[name] = split
    return lists


def _bytes_of(path: Path) -> str:
    try:
        return path.read_bytes().hex()
    except OSError:
        return ""


def _files(folder: Path, prefix: str = "") -> Iterable[tuple[str, int]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.stat().st_size
