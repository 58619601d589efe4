"""Small objects made of boxes, for which every target has a closed form: data for tests of methods.

Two categories of asymmetric objects, `post` (upright) and `plank` (flat), with images by exact ray casting. Nothing
here reads a file or uses the suite's own sampling, voxelising or rendering, so it can be held against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from ..datasets.batch import SampleBatch, SampleKey
from ..errors import InputError
from ..geometry import Camera, Part, PartMesh

CATEGORIES = ("plank", "post")
_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
    + [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)
_COLORS = np.array([[0.75, 0.25, 0.2], [0.2, 0.35, 0.75], [0.25, 0.6, 0.3]])


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
        return np.where(within.any(1), 1 + within.argmax(1), 0)

    def voxels(self, resolution: int = 32) -> np.ndarray:
        """Int[R, R, R]: the part at each voxel's centre, from 1; 0 is empty."""
        axis = (np.arange(resolution) + 0.5) / resolution - 0.5
        centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
        return self.inside(centres).reshape(resolution, resolution, resolution)

    def mesh(self) -> PartMesh:
        count = len(self.low)
        vertices = (self.low[:, None] + _CORNERS * (self.high - self.low)[:, None]).reshape(-1, 3)
        faces = (_FACES[None] + 8 * np.arange(count)[:, None, None]).reshape(-1, 3)
        parts = tuple(Part(f"part{i}", ("base", "body", "arm")[i]) for i in range(count))
        return PartMesh(vertices, faces, face_part=np.repeat(np.arange(count), 12), parts=parts)

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
    return Camera.look_at(eye, width=size, height=size)


def box_batch(
    targets: Iterable[str], *, count: int = 4, first: int = 0, size: int = 137, points: int = 1024
) -> SampleBatch:
    """The objects with seeds `first`, `first` + 1, …, one view of each, with these targets."""
    targets = set(targets)
    seeds = range(first, first + count)
    objects = [box_object(seed) for seed in seeds]
    cameras = [box_camera(seed, 0, size) for seed in seeds]
    views = [o.render(camera) for o, camera in zip(objects, cameras, strict=True)]

    def tensor(arrays: Iterable[np.ndarray], dtype: torch.dtype = torch.float32) -> torch.Tensor:
        return torch.as_tensor(np.stack(list(arrays)), dtype=dtype)

    made: dict[str, object] = {}
    if "category" in targets:
        made["category"] = torch.tensor([CATEGORIES.index(o.category) for o in objects])
    if "voxels" in targets:
        made["voxels"] = tensor(o.voxels() > 0 for o in objects)
    if "part_voxels" in targets:
        made["part_voxels"] = tensor((o.voxels() for o in objects), torch.long)
    for name in targets & {"mesh", "parts"}:
        made[name] = [o.mesh() for o in objects]
    if "surface" in targets:
        clouds = [o.surface(points, np.random.default_rng(seed)) for o, seed in zip(objects, seeds, strict=True)]
        made["surface"] = {
            "points": tensor(cloud[0] for cloud in clouds),
            "normals": tensor(cloud[1] for cloud in clouds),
            "part_ids": tensor((cloud[2] for cloud in clouds), torch.long),
        }
    if "occupancy" in targets:
        drawn = [np.random.default_rng(seed).uniform(-0.55, 0.55, (points, 3)) for seed in seeds]
        made["occupancy"] = {
            "points": tensor(drawn),
            "inside": tensor(o.inside(p) > 0 for o, p in zip(objects, drawn, strict=True)),
        }
    if "sketches" in targets:
        made["sketches"] = {name: tensor(view[name] for view in views) for name in ("depth", "normal", "silhouette")}
        made["sketches"]["part_ids"] = tensor((view["part_ids"] for view in views), torch.long)
    if targets - made.keys():
        raise InputError(f"box objects have no target {', '.join(sorted(targets - made.keys()))}")
    return SampleBatch(
        keys=tuple(SampleKey(o.category, f"box{seed}", 0) for o, seed in zip(objects, seeds, strict=True)),
        images=tensor(view["image"] for view in views),
        cameras=Camera.stack(cameras).to_torch(),
        targets=made,
        categories=CATEGORIES,
    )
