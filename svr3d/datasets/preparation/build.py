"""One object: from a source's mesh to a folder of targets and pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...files import whole_folder
from ...geometry import Mesh, Part, PartMesh, PointCloud, VoxelGrid, is_watertight, normalize
from ..layout import FACTS, Normalization
from ..part_sm import part_sm
from ..pictures import write_pictures
from ..repair import repair
from ..sources import source_digest
from ..targets.making import Making
from ..targets.occupancy import SIDE
from .recipe import Recipe

LEAST_SHARE = 0.5
"""An object is refused when less of its surface is in or next to an occupied voxel: its grid would be another shape."""


class Stopwatch:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - start


def prepare_object(source: Any, category: str, name: str, recipe: Recipe, folder: Path) -> dict[str, float]:
    """Builds one object and writes its folder, whole or not at all.

    About 2 MB with 100,000 surface and occupancy points.

    Returns:
        Seconds by stage: `build`, `repair`, `divide`, `render`, `write` and each target's name.

    Raises:
        InputError: the object is unusable; nothing is written.
        OSError: the disk is full or the folder cannot be written.
    """
    spent = Stopwatch()
    with spent("build"):
        mesh = source.build(category, name)
    with spent("repair"):
        mesh, repairs, (loc, scale) = made_canonical(mesh, dirty=getattr(source, "dirty", False))
        watertight = is_watertight(mesh)
    if recipe.tau is not None:
        with spent("divide"):
            mesh = part_sm(mesh, category, recipe.tau)
    sizes = {field: getattr(recipe, field) for field in ("views", "size", "seed", "points", "resolution")}
    making = Making(mesh, category, name, normalization=Normalization(loc, scale), **sizes)
    targets = {target.name: target for target in recipe.targets}
    made: dict[str, Any] = {}

    def derive(*names: str) -> None:
        for target in names:
            with spent(target):
                made[target] = targets[target].derive(making)

    derive("voxels")
    if made["voxels"].is_empty:
        raise InputError(f"it has no inside at a resolution of {recipe.resolution}³")
    derive("surface")
    covered = _checked_share(made["surface"], made["voxels"])
    with spent("render"):
        pictures = [(np.asarray(seen.rendering.color), seen.camera) for seen in making.seen]
    derive(*(other for other in targets if other not in made))
    with spent("write"), whole_folder(folder) as out:
        for target, value in made.items():
            targets[target].write(out, value, making)
        write_pictures(out, pictures, making.normalization)
        checks = {
            "watertight": watertight,
            "vertices": len(mesh.vertices),
            "faces": len(mesh.faces),
            "area": round(mesh.area, 6),
            "occupied_voxels": int(made["voxels"].occupancy.sum()),
            "surface_in_voxels": round(covered, 4),
            "volume_by_points": round(float(made["occupancy"].inside.mean()) * SIDE**3, 6),
        }
        facts = {
            "id": name,
            "category": category,
            **source.describe(category, name),
            "recipe": recipe.digest(source_digest(source, category, name)),
            "parts": [part.name for part in mesh.parts],
            "labels": list(mesh.labels),
            "repairs": repairs,
            "checks": checks,
            "files": {str(p.relative_to(out)): p.stat().st_size for p in sorted(out.rglob("*")) if p.is_file()},
        }
        (out / FACTS).write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return spent.seconds


def made_canonical(mesh: Mesh, *, dirty: bool) -> tuple[PartMesh, dict[str, int], Normalization]:
    """A source's mesh in the canonical frame, with at least one part; repaired where it is from a dirty source.

    Returns:
        The mesh, what was repaired, and where it was.

    Raises:
        InputError: as `repair` and `normalize`.
    """
    repairs: dict[str, int] = {}
    if dirty:
        mesh, repairs = repair(mesh)
    mesh, loc, scale = normalize(mesh)
    return with_parts(mesh), repairs, Normalization(loc, scale)


def with_parts(mesh: Mesh) -> PartMesh:
    """A mesh without parts as one with a single part; unused parts are dropped."""
    if not isinstance(mesh, PartMesh):
        part = np.zeros(len(mesh.faces), np.int64)
        return PartMesh(mesh.vertices, mesh.faces, mesh.face_colors, part, (Part("object", "object"),))
    used, index = np.unique(mesh.face_part, return_inverse=True)
    parts = tuple(mesh.parts[i] for i in used)
    return PartMesh(mesh.vertices, mesh.faces, mesh.face_colors, index.ravel(), parts)


def share_in_voxels(surface: PointCloud, voxels: VoxelGrid) -> float:
    """Share of the surface that lies in an occupied voxel or next to one: near 1 unless parts are too thin."""
    from scipy.ndimage import binary_dilation

    near = binary_dilation(voxels.occupancy, np.ones((3, 3, 3), bool))
    index = np.clip(((surface.points + 0.5) * voxels.resolution).astype(np.int64), 0, voxels.resolution - 1)
    return float(near[tuple(index.T)].mean())


def _checked_share(surface: PointCloud, voxels: VoxelGrid) -> float:
    """The share, where the grid shows the object."""
    covered = share_in_voxels(surface, voxels)
    if covered < LEAST_SHARE:
        raise InputError(
            f"it is too thin for a resolution of {voxels.resolution}³: {covered:.0%} of its surface is at a voxel"
        )
    return covered
