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
from . import layout, pictures
from .batch import SampleBatch, SampleKey
from .facts import DataFacts
from .fingerprint import Fingerprint
from .index import SPLITS, category_folders, read_lists, read_metadata
from .layout import Normalization
from .memory import Memory
from .picture_files import is_turned, read_picture
from .targets.mesh import FILE as MESH
from .targets.mesh import read_mesh
from .targets.parts import FILE as PARTS
from .targets.registry import get_target, list_targets
from .targets.target import Draw, Stored, Target

CACHE_BYTES = 3 << 29
"""Bound on what one data set keeps in memory."""

UNITS = ("view", "object", "part")
"""What one sample can be: a view of an object, the object, or one of its parts."""


def open_dataset(path: str | os.PathLike, *, cache_bytes: int = CACHE_BYTES) -> Dataset:
    """Opens a prepared data set: our own, or a directory with Occupancy Networks' files.

    Only metadata and lists are read; objects are read when asked for.

    Args:
        path: the folder with `metadata.yaml` and one folder per category with `{train,val,test}.lst`.
        cache_bytes: memory that decoded pictures, targets and cameras may take.

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
        self._metadata = read_metadata(root)
        own = self._metadata.get("svr3d") or {}
        self.name: str = str(own.get("name") or root.resolve().name)
        self.labels: tuple[str, ...] = tuple(own.get("labels") or ())
        self._folders = category_folders(root, self._metadata)
        self.categories: tuple[str, ...] = tuple(sorted(self._folders))
        self._objects: dict[str, list[tuple[str, str]]] = {split: [] for split in SPLITS}
        for category in self.categories:
            for split, names in read_lists(root / self._folders[category]).items():
                self._objects[split] += [(category, name) for name in names]
        if not any(self._objects.values()):
            raise InputError(f"{root}: the lists of its categories name no object")
        self._fingerprint = Fingerprint(root, self._folders, self._objects)
        self._cache_bytes = cache_bytes
        self._memory = Memory(cache_bytes)
        self._targets: dict[str, Target] = {}
        self._listings: dict[tuple[str, str], dict[int, str]] = {}

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(self._objects[split])} {split}" for split in SPLITS)
        return f"Dataset({self.name}: {len(self.categories)} categories; {counts})"

    def restricted(self, categories: Iterable[str]) -> Dataset:
        """The same data set with these categories only.

        A sample's `category` counts among them. Part labels keep their numbers, and the fingerprint is that of the
        whole, so that methods made for one category each can be compared and scored together.

        Raises:
            InputError: a category is unknown, none is named, or none of their objects is listed.
        """
        chosen = tuple(sorted(set(categories)))
        if not chosen:
            raise InputError(f"{self.root}: expected at least one category to restrict the data set to")
        for category in chosen:
            self._category_folder(category)
        part = Dataset(self.root, self._cache_bytes)
        part.categories = chosen
        part._objects = {split: [pair for pair in self._objects[split] if pair[0] in chosen] for split in SPLITS}
        if not any(part._objects.values()):
            raise InputError(f"{self.root}: the lists of {', '.join(chosen)} name no object")
        part._fingerprint = self._fingerprint
        return part

    # What there is

    def objects(self, split: str) -> list[tuple[str, str]]:
        """(category, object) pairs of `train`, `val` or `test`, in a fixed order."""
        if split not in SPLITS:
            raise InputError(f"unknown split '{split}'; expected one of {', '.join(SPLITS)}")
        return list(self._objects[split])

    def samples(self, split: str, views: int | None = None, *, unit: str = "view") -> list[SampleKey]:
        """The samples of a split.

        Args:
            views: how many of each object's views, the first ones; all by default.
            unit: `view`: one sample per view. `object`: one per object, under its first view. `part`: one per part of
                each object, likewise.

        Raises:
            InputError: an unknown split or unit, `views` with another unit than `view`, or objects without parts.
        """
        if unit not in UNITS:
            raise InputError(f"unknown unit of samples '{unit}'; expected one of {', '.join(UNITS)}")
        if views is not None and (unit != "view" or views < 1):
            raise InputError(f"views is {views}, expected at least 1, and only for the unit 'view'")
        keys = []
        for category, name in self.objects(split):
            numbers = sorted(self._pictures(category, name))
            first = numbers[0] if numbers else 0
            if unit == "view":
                keys += [SampleKey(category, name, view) for view in numbers[:views]]
            elif unit == "object":
                keys.append(SampleKey(category, name, first))
            else:
                keys += [SampleKey(category, name, first, part) for part in range(self._part_count(category, name))]
        return keys

    @cached_property
    def targets(self) -> frozenset[str]:
        """Targets that the first object of every split and category covers; `require` looks at all."""
        first = {}
        for split in SPLITS:
            for category, name in self._objects[split]:
                first.setdefault((split, category), self.folder(category, name))
        found = set()
        for name in list_targets():
            try:
                files = self._target(name).files
            except InputError:  # of a distribution that cannot be imported; it matters to those who ask for it
                continue
            if all((folder / file).exists() for folder in first.values() for file in files):
                found.add(name)
        return frozenset(found)

    @cached_property
    def image_size(self) -> int:
        """Side of the pictures in pixels, from the first one."""
        for split in SPLITS:
            for category, name in self._objects[split]:
                for path in self._pictures(category, name).values():
                    height, width, _ = read_picture(path).shape
                    if height != width:
                        raise InputError(f"{path}: the picture is {width}×{height}, expected a square one")
                    return width
        raise InputError(f"{self.root}: no object has pictures in {pictures.FOLDER}")

    @cached_property
    def has_cameras(self) -> bool:
        """Whether the first object with pictures comes with cameras."""
        for split in SPLITS:
            for category, name in self._objects[split]:
                if self._pictures(category, name):
                    return (self.folder(category, name) / pictures.FOLDER / pictures.CAMERAS).exists()
        return False

    @cached_property
    def facts(self) -> DataFacts:
        """What a method is told of the data that it is made for."""
        listed = [pair for split in SPLITS for pair in self._objects[split]]
        views = max((len(self._pictures(*pair)) for pair in listed), default=0)
        by_category = {category: self._part_facts(category) for category in self.categories}
        grids = (pair for pair in listed if (self.folder(*pair) / self._target("voxels").files[0]).exists())
        grid = next(grids, None)
        return DataFacts(
            categories=self.categories,
            labels=self.labels,
            category_labels={category: labels for category, (labels, _) in by_category.items()},
            image_size=self.image_size if views else None,
            resolution=None if grid is None else self.load(*grid, "voxels").resolution,
            most_parts=max((most for _, most in by_category.values()), default=0) or None,
            views=views or None,
            cameras=self.has_cameras,
        )

    def _part_facts(self, category: str) -> tuple[tuple[str, ...], int]:
        """Part labels of a category, sorted, and its largest number of parts."""
        entry = self._metadata.get(self._folders[category])
        if isinstance(entry, dict) and "labels" in entry and "most_parts" in entry:
            return tuple(entry["labels"]), int(entry["most_parts"])
        labels: set[str] = set()
        most = 0
        for split in SPLITS:  # prepared before the metadata said so
            for other, name in self._objects[split]:
                file = self.folder(other, name) / layout.FACTS
                if other == category and file.exists():
                    facts = layout.read_facts(file)
                    labels.update(facts.get("labels", ()))
                    most = max(most, len(facts.get("parts", ())))
        return tuple(sorted(labels)), most

    def _category_folder(self, category: str) -> str:
        if category not in self.categories:
            raise InputError(f"unknown category '{category}'; {self.root} has {', '.join(self.categories)}")
        return self._folders[category]

    def folder(self, category: str, name: str) -> Path:
        """The folder of one object."""
        return self.root / self._category_folder(category) / name

    def require(self, targets: Iterable[str], split: str) -> None:
        """Checks that every object of a split covers these targets.

        Raises:
            InputError: naming the target and the first object folder that lacks its file.
        """
        wanted = [self._target(name) for name in sorted(targets)]
        for category, name in self.objects(split):
            folder = self.folder(category, name)
            if not folder.is_dir():
                raise InputError(f"{folder}: no such folder, but {split}.lst of its category names it")
            for target in wanted:
                for file in target.files:
                    if not (folder / file).exists():
                        raise InputError(f"the {split} split has no target '{target.name}': {folder} lacks {file}")

    def fingerprint(self) -> str:
        """64 hexadecimal digits that identify the data (see `Fingerprint`)."""
        return self._fingerprint()

    # Shapes

    def mesh(self, category: str, name: str) -> Mesh | PartMesh | None:
        """The true mesh in the canonical frame, with its parts where they are known; None where there is none."""
        folder = self.folder(category, name)
        return read_mesh(folder) if any((folder / file).exists() for file in (PARTS, MESH)) else None

    def load(self, category: str, name: str, target: str) -> Any:
        """One target of one object, whole; a dict by view or part where there is one for each.

        Returns: `surface`: PointCloud; `occupancy`: OccupancyPoints; `voxels`: VoxelGrid; `mesh`: Mesh;
        `parts`: PartMesh; `part_voxels`: VoxelGrid with `labels` (0 = empty, else 1 + index into `Dataset.labels`,
        which are its `label_names`); `medial`: MedialMesh;
        `sketches`: dict of Sketch by view; `part`: dict of Mesh by index; `category`: int.

        Raises:
            InputError: the object lacks the target, or its file is bad.
        """
        kind = self._target(target)
        if kind.per == "view":
            keys = {view: SampleKey(category, name, view) for view in self._pictures(category, name)}
        elif kind.per == "part":
            keys = {part: SampleKey(category, name, 0, part) for part in range(self._part_count(category, name))}
        else:
            return kind.read(self._stored(SampleKey(category, name, 0), kind))
        return {number: kind.read(self._stored(key, kind)) for number, key in keys.items()}

    def camera(self, key: SampleKey) -> Camera | None:
        """The camera of one sample (NumPy, float64), or None where the data set has none.

        Raises:
            InputError: it is missing or cannot be what took the picture, or the picture is turned when it is shown, so
                that it may be of either.
        """
        if not self.has_cameras:
            return None

        def read() -> np.ndarray:
            folder = self.folder(key.category, key.object)
            path = self._pictures(key.category, key.object).get(key.view)
            if path is not None and is_turned(path):
                raise InputError(
                    f"{path}: its Exif orientation turns the picture, and whether its camera is of the stored or of "
                    "the shown one is not said; expected a picture that is stored upright"
                )
            normalization = layout.read_normalization(folder)
            camera = pictures.read_camera(folder, key.view, normalization, self.image_size)
            return np.hstack([camera.intrinsics, camera.world_to_camera])

        kept = self._memory.get(("camera", *key[:3]), read)
        return Camera(kept[:, :3], kept[:, 3:], self.image_size, self.image_size)

    def normalization(self, category: str, name: str) -> Normalization:
        """`loc` Float[3] and `scale` of one object: canonical = (source - loc) / scale."""
        return layout.read_normalization(self.folder(category, name))

    def image(self, key: SampleKey) -> np.ndarray:
        """UInt8[H, W, 3]: the picture of one sample.

        Raises:
            InputError: there is none, it is damaged, or of another size than the data set's first picture.
        """

        def read() -> np.ndarray:
            path = self._pictures(key.category, key.object).get(key.view)
            if path is None:
                folder = self.folder(key.category, key.object) / pictures.FOLDER
                raise InputError(f"{folder}: has no picture of view {key.view:03d}")
            pixels = read_picture(path)
            if pixels.shape[:2] != (self.image_size, self.image_size):
                height, width, _ = pixels.shape
                raise InputError(f"{path}: the picture is {width}×{height}, expected both to be {self.image_size}")
            return pixels

        return self._memory.get(("image", *key[:3]), read)

    def sample(
        self,
        key: SampleKey,
        targets: Iterable[str] = (),
        *,
        pictures: bool = True,
        cameras: bool = True,
        points: int | None = None,
        seed: int = 0,
    ) -> SampleBatch:
        """One sample as a batch of one.

        Args:
            key: which.
            targets: what to load beside the picture and its camera.
            pictures, cameras: whether to load those.
            points: how many surface and occupancy points, drawn by (`seed`, `key`) without replacement; all by default.

        Raises:
            InputError: something is missing or damaged, or there are fewer points than asked for.
        """
        key = SampleKey(*key)
        pixels = self.image(key) if pictures else None
        camera = self.camera(key) if cameras else None
        draw = Draw(points, seed)
        return SampleBatch(
            keys=(key,),
            images=None if pixels is None else _image_tensor(pixels),
            cameras=None if camera is None else Camera.stack([camera]).to_torch(),
            targets={name: self._batched(key, name, draw) for name in sorted(targets)},
            categories=self.categories,
        )

    def _batched(self, key: SampleKey, name: str, draw: Draw) -> Any:
        target = self._target(name)
        stored = Stored(self.folder(key.category, key.object), key, self.categories, self.labels)
        which = {"object": (), "view": (key.view,), "part": (key.part,)}[target.per]

        def read() -> Any:
            return target.keep(self._stored(key, target))

        return target.batch(self._memory.get((name, *key[:2], *which), read), stored, draw)

    def _target(self, name: str) -> Target:
        """A target by name; looked up once, since a look-up searches the installed distributions."""
        if name not in self._targets:
            self._targets[name] = get_target(name)
        return self._targets[name]

    def _stored(self, key: SampleKey, target: Target) -> Stored:
        """Where a sample keeps a target.

        Raises:
            InputError: it lacks the target's files.
        """
        folder = self.folder(key.category, key.object)
        for file in target.files:
            if not (folder / file).exists():
                raise InputError(f"{folder} has no target '{target.name}': it lacks {file}")
        return Stored(folder, key, self.categories, self.labels)

    def _part_count(self, category: str, name: str) -> int:
        folder = self.folder(category, name)
        if not (folder / PARTS).exists():
            raise InputError(
                f"{folder} has no target 'parts', so it has no samples of the unit 'part': it lacks {PARTS}"
            )
        return len(layout.read_npz(folder / PARTS, "names")["names"])

    def _pictures(self, category: str, name: str) -> dict[int, Path]:
        """Picture paths of an object by the number in their names."""
        folder = self.folder(category, name)
        if (category, name) not in self._listings:
            self._listings[category, name] = pictures.list_pictures(folder)
        return {view: folder / pictures.FOLDER / file for view, file in self._listings[category, name].items()}


def _image_tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(pixels.astype(np.float32) / 255.0).permute(2, 0, 1)[None].contiguous()
