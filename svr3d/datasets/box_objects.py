"""Small objects made of boxes, for which every target has a closed form: data for tests of methods.

Two categories of asymmetric objects, `post` (upright) and `plank` (flat), with images by exact ray casting. Nothing
here uses the suite's own sampling, voxelising or rendering, so it can be held against them; only targets without a
closed form, such as those of other packages, are derived from the mesh by their own code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..errors import InputError
from ..geometry import Camera, MedialMesh, Part, PartMesh
from .batch import SampleBatch, SampleKey, collate
from .facts import DataFacts
from .targets.making import Making
from .targets.registry import get_target
from .targets.target import Draw, Stored, Target

CATEGORIES = ("plank", "post")
LABELS = ("base", "body", "arm")
"""Of the parts, in their order."""

_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
    + [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)
_EDGES = [(i, j) for i in range(8) for j in range(i + 1, 8) if np.abs(_CORNERS[i] - _CORNERS[j]).sum() == 1]
_COLORS = np.array([[0.75, 0.25, 0.2], [0.2, 0.35, 0.75], [0.25, 0.6, 0.3]])


def _box_sheets(signs: np.ndarray, largest: np.ndarray, thin: int) -> list[tuple[int, int, int]]:
    """The faces of a box's medial mesh: of its 8 corners, then the 4 of its rectangle, which lie as `signs` and
    `largest` say."""
    inner = [
        8 + int(np.argmin(np.abs(largest - np.where(np.arange(3) == thin, 0, sign)).sum(axis=1))) for sign in signs
    ]
    faces = [(8, 9, 10), (9, 10, 11)]
    for i, j in _EDGES:
        faces.append((i, j, inner[i]))
        if inner[i] != inner[j]:
            faces.append((j, inner[i], inner[j]))
    return faces


@dataclass(frozen=True)
class BoxObject:
    """A union of boxes, in the canonical frame.

    Args:
        category: `plank` or `post`.
        low, high: Float[P, 3], corners of each box, which is one part.
    """

    category: str
    low: np.ndarray
    high: np.ndarray

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Int[N]: 1 + index of the part that holds each point (the first), 0 outside."""
        within = ((points[:, None] > self.low) & (points[:, None] < self.high)).all(-1)
        return np.where(within.any(axis=-1), 1 + within.argmax(1), 0)

    def voxels(self, resolution: int = 32) -> np.ndarray:
        """Int[R, R, R]: the part at each voxel's centre, from 1; 0 is empty."""
        axis = (np.arange(resolution) + 0.5) / resolution - 0.5
        centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
        return self.inside(centres).reshape(resolution, resolution, resolution)

    def mesh(self) -> PartMesh:
        count = len(self.low)
        vertices = (self.low[:, None] + _CORNERS * (self.high - self.low)[:, None]).reshape(-1, 3)
        faces = (_FACES[None] + 8 * np.arange(count)[:, None, None]).reshape(-1, 3)
        parts = tuple(Part(f"part{i}", LABELS[i]) for i in range(count))
        return PartMesh(vertices, faces, face_part=np.repeat(np.arange(count), 12), parts=parts)

    def medial(self) -> MedialMesh:
        """The exact medial meshes of the boxes, side by side: of each its 8 corners, with radius 0, and the 4 corners
        of the rectangle of largest balls, from which flat sheets run to the box's edges."""
        spheres, faces = [], []
        for i, (middle, half) in enumerate(zip((self.low + self.high) / 2, (self.high - self.low) / 2, strict=True)):
            thin = int(np.argmin(half))
            signs = 2 * _CORNERS - 1
            largest = np.unique(np.where(np.arange(3) == thin, 0, signs), axis=0)
            spheres.append(np.column_stack([middle + signs * half, np.zeros(8)]))
            spheres.append(np.column_stack([middle + largest * (half - half[thin]), np.full(4, half[thin])]))
            faces.append(12 * i + np.array(_box_sheets(signs, largest, thin)))
        return MedialMesh(np.concatenate(spheres), faces=np.concatenate(faces))

    def surface(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points Float[N, 3], normals Float[N, 3] and part indices Int[N], even over the boxes' faces."""
        size = self.high - self.low
        areas = np.stack([size[:, 1] * size[:, 2], size[:, 0] * size[:, 2], size[:, 0] * size[:, 1]], 1)
        weights = np.repeat(areas.ravel() / (2 * areas.sum()), 2)
        chosen = rng.choice(len(weights), count, p=weights)
        part, axis, side = chosen // 6, chosen // 2 % 3, chosen % 2
        points = self.low[part] + rng.random((count, 3)) * size[part]
        rows = np.arange(count)
        points[rows, axis] = np.where(side == 1, self.high[part, axis], self.low[part, axis])
        normals = np.zeros((count, 3))
        normals[rows, axis] = 2 * side - 1
        return points, normals, part

    def render(self, camera: Camera) -> dict[str, np.ndarray]:
        """What a camera sees: `image` Float[3, H, W], `depth` [H, W] (0 = background), `normal` [3, H, W] (camera
        axes), `silhouette` [H, W] and `part_ids` [H, W] (-1 = background)."""
        v, u = np.mgrid[: camera.height, : camera.width] + 0.5
        pixels = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3)
        rays = pixels @ np.linalg.inv(camera.intrinsics).T  # depth 1 along the axis, so distance is depth
        rotation = camera.world_to_camera[:, :3]
        directions = rays @ rotation  # (pixels, 3)
        inverse = 1 / np.where(np.abs(directions) < 1e-12, 1e-12, directions)
        t = np.stack([self.low, self.high])[:, :, None] - camera.position  # (2, P, 1, 3)
        t = np.sort(t * inverse, axis=0)  # (2, P, pixels, 3)
        enter, leave = t[0].max(-1), t[1].min(-1)
        distance = np.where((enter < leave) & (enter > 0), enter, np.inf)  # (P, pixels)
        part, depth = distance.argmin(0), distance.min(0)
        hit = np.isfinite(depth)
        rows = np.arange(len(rays))
        axis = t[0][part, rows].argmax(-1)
        normals = np.zeros((len(rays), 3))
        normals[rows, axis] = -np.sign(directions[rows, axis])
        shade = 0.4 + 0.6 * np.abs(normals @ np.array([0.3, 0.85, 0.43]))
        color = np.where(hit[:, None], _COLORS[part] * shade[:, None], 1.0)
        shape = (camera.height, camera.width)
        return {
            "image": color.T.reshape(3, *shape),
            "depth": np.where(hit, depth, 0).reshape(shape),
            "normal": np.where(hit[:, None], normals @ rotation.T, 0).T.reshape(3, *shape),
            "silhouette": hit.astype(float).reshape(shape),
            "part_ids": np.where(hit, part, -1).reshape(shape),
        }


def box_object(seed: int) -> BoxObject:
    """One object; even seeds are planks, odd ones posts."""
    rng = np.random.default_rng(seed)
    category = CATEGORIES[seed % 2]
    a, b, c = rng.uniform(0.5, 1.0), rng.uniform(0.15, 0.35), rng.uniform(0.1, 0.3)
    if category == "plank":
        boxes = [((-a / 2, 0, -b), (a / 2, c, b)), ((a / 2 - c, c, -b), (a / 2, 2 * c, b))]
    else:
        boxes = [
            ((-b, 0, -b), (b, c, b)),
            ((-c / 2, c, -c / 2), (c / 2, c + a, c / 2)),
            ((c / 2, a, -c / 2), (b + c, a + c, c / 2)),
        ]
    corners = np.array(boxes)  # (P, 2, 3)
    low, high = corners[:, 0].min(0), corners[:, 1].max(0)
    corners = (corners - (low + high) / 2) / (high - low).max()
    return BoxObject(category, corners[:, 0], corners[:, 1])


def box_camera(seed: int, view: int, size: int = 137) -> Camera:
    """One camera around an object, at 25° to 30° elevation."""
    rng = np.random.default_rng([seed, view])
    azimuth, elevation = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(25, 30))
    eye = 1.9 * np.array([np.cos(elevation) * np.cos(azimuth), np.sin(elevation), np.cos(elevation) * np.sin(azimuth)])
    return Camera.look_at(eye.tolist(), width=size, height=size)


@dataclass(frozen=True)
class BoxView:
    """One sample: an object made of boxes, and what a camera sees of it.

    Args:
        thing: the object.
        seed: that it was made from.
        key: of the sample.
        camera: of the view.
        maps: what `BoxObject.render` returns for it.
    """

    thing: BoxObject
    seed: int
    key: SampleKey
    camera: Camera
    maps: Mapping[str, np.ndarray]

    @property
    def categories(self) -> tuple[str, ...]:
        return CATEGORIES

    def stored(self, folder: Path) -> Stored:
        """As if the object were stored in `folder`."""
        return Stored(folder, self.key, CATEGORIES, LABELS)

    def making(self) -> Making:
        """The object as preparation sees it."""
        size = self.camera.width
        return Making(self.thing.mesh(), self.key.category, self.key.object, size=size, points=10_000)


def box_view(seed: int, *, size: int = 137, part: int | None = None) -> BoxView:
    """The object of a seed as its first camera sees it, or one of its parts."""
    thing, camera = box_object(seed), box_camera(seed, 0, size)
    if part is not None:
        part %= len(thing.low)
    return BoxView(thing, seed, SampleKey(thing.category, f"box{seed}", 0, part), camera, thing.render(camera))


def box_batch(
    targets: Iterable[str],
    *,
    count: int = 4,
    first: int = 0,
    size: int = 137,
    points: int = 1024,
    pictures: bool = True,
    cameras: bool = True,
    unit: str = "view",
) -> SampleBatch:
    """The objects with seeds `first`, `first` + 1, …, one sample of each, with these targets.

    Args:
        targets: names; those of other distributions are derived from the objects' meshes.
        size: of the pictures in pixels.
        points: of surface and occupancy.
        pictures, cameras: whether the batch has them.
        unit: `view`, `object` or `part` (sample i is the i-th part of its object, counted around).

    Raises:
        InputError: there is no such target, or it cannot be derived from a mesh.
    """
    kinds = {name: get_target(name) for name in sorted(targets)}
    for name, target in kinds.items():
        if not target.is_derivable and type(target).of_boxes is Target.of_boxes:
            raise InputError(f"box objects have no target {name}")
    samples = []
    for index in range(count):
        seen = box_view(first + index, size=size, part=index if unit == "part" else None)
        sample = SampleBatch(
            keys=(seen.key,),
            images=torch.as_tensor(seen.maps["image"], dtype=torch.float32)[None] if pictures else None,
            cameras=Camera.stack([seen.camera]).to_torch() if cameras else None,
            targets={name: target.of_boxes(seen, Draw(points)) for name, target in kinds.items()},
            categories=CATEGORIES,
        )
        samples.append(sample)
    return collate(samples)


def box_facts(size: int = 137) -> DataFacts:
    """Facts of these objects, as a data set of them would tell."""
    by_category = {"plank": LABELS[:2], "post": LABELS}
    return DataFacts(CATEGORIES, LABELS, by_category, size, 32, most_parts=3, views=1, cameras=True)
