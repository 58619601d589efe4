"""The files of one prepared object: reading, checking, and writing all or nothing.

The layout is that of Occupancy Networks' preprocessed ShapeNet plus what it lacks (docs/architecture.md).
Readers raise `InputError` naming the file and the field; none of them returns a doubtful value.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..files import whole_folder
from ..geometry import Camera, Mesh, Part, PartMesh, PointCloud, VoxelGrid

VERSION = 1
"""Of the layout; noted in `metadata.yaml`."""

SURFACE, OCCUPANCY, VOXELS = "pointcloud.npz", "points.npz", "model.binvox"
IMAGES, CAMERAS, SKETCHES = "img_choy2016", "cameras.npz", "sketches"
MESH, PARTS, PART_VOXELS, MEDIAL, FACTS = "mesh.ply", "parts.npz", "part_voxels.npz", "medial.ma", "object.json"

TARGET_FILES = {
    "surface": SURFACE,
    "occupancy": OCCUPANCY,
    "voxels": VOXELS,
    "mesh": MESH,
    "parts": PARTS,
    "part_voxels": PART_VOXELS,
    "sketches": SKETCHES,
    "medial": MEDIAL,
}
"""What an object's folder must hold for each target; `category` needs no file."""

OCCUPANCY_SIDE = 1.1
"""Side of the box that occupancy points are drawn in: the canonical box and a margin of 5 % all around."""

JPEG_QUALITY = 95


class OccupancyPoints(NamedTuple):
    """Points of the box with their occupancy.

    points: Float[N, 3], canonical frame (float32 when read, which holds what is stored exactly). inside: Bool[N].
    """

    points: np.ndarray
    inside: np.ndarray


class Placement(NamedTuple):
    """How the source frame maps to the canonical one: canonical = (source - loc) / scale."""

    loc: np.ndarray
    scale: float


@dataclass(frozen=True, eq=False)
class Sketch:
    """The 2.5D maps of one view.

    Args:
        depth: Float[H, W] along the optical axis, 0 = background.
        normal: Float[H, W, 3], camera axes, 0 = background.
        silhouette: Float[H, W] in [0, 1].
        part_ids: Int[H, W], index into the object's parts, -1 = background.
    """

    depth: np.ndarray
    normal: np.ndarray
    silhouette: np.ndarray
    part_ids: np.ndarray


@dataclass(frozen=True, eq=False)
class View:
    """One rendered view: image UInt8[H, W, 3] on white, its camera (canonical frame) and its maps."""

    image: np.ndarray
    camera: Camera
    sketch: Sketch


@dataclass(frozen=True, eq=False)
class ObjectRecord:
    """All that is stored of one object, in the canonical frame.

    Args:
        part_voxels: grid whose labels are 1 + index into `mesh.labels`, 0 = empty.
        facts: goes into `object.json` as it is.
    """

    mesh: PartMesh
    placement: Placement
    surface: PointCloud
    occupancy: OccupancyPoints
    voxels: VoxelGrid
    part_voxels: VoxelGrid
    views: Sequence[View]
    facts: dict[str, Any] = field(default_factory=dict)


# Writing


def remove_partial_folders(root: Path) -> None:
    """Deletes what killed writers left behind in the category folders of `root`."""
    for partial in root.glob("*/.*.partial"):
        shutil.rmtree(partial, ignore_errors=True)


def write_object(folder: Path, record: ObjectRecord) -> None:
    """Writes one object's folder, whole or not at all.

    About 2 MB with 100,000 surface and occupancy points. Those are stored uncompressed: random coordinates shrink
    by a tenth and would cost half a second; the maps of the views, mostly background, are compressed.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    from ..geometry import write_shape

    placement = {"loc": np.asarray(record.placement.loc, np.float64), "scale": np.float64(record.placement.scale)}
    with whole_folder(folder) as out:
        surface, mesh = record.surface, record.mesh
        np.savez(
            out / SURFACE,
            points=surface.points.astype(np.float32),
            normals=surface.normals.astype(np.float16),
            part_ids=_smallest_unsigned(surface.part_ids, len(mesh.parts)),
            **placement,
        )
        np.savez(
            out / OCCUPANCY,
            points=record.occupancy.points.astype(np.float16),
            occupancies=np.packbits(record.occupancy.inside),
            **placement,
        )
        write_shape(out / VOXELS, record.voxels)
        write_shape(out / MESH, Mesh(mesh.vertices, mesh.faces, mesh.face_colors))
        _write_parts(out / PARTS, mesh)
        np.savez_compressed(
            out / PART_VOXELS,
            labels=_smallest_unsigned(record.part_voxels.labels, len(mesh.labels) + 1),
            names=np.array(mesh.labels, dtype=str),
        )
        _write_views(out, record.views, record.placement, len(mesh.parts))
        sizes = {str(p.relative_to(out)): p.stat().st_size for p in sorted(out.rglob("*")) if p.is_file()}
        facts = {**record.facts, "files": sizes}
        (out / FACTS).write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _smallest_unsigned(values: np.ndarray, count: int) -> np.ndarray:
    return values.astype(np.uint8 if count <= 256 else np.uint16 if count <= 65536 else np.uint32)


def _write_parts(path: Path, mesh: PartMesh) -> None:
    colors = {} if mesh.face_colors is None else {"face_colors": mesh.face_colors.astype(np.float16)}
    np.savez(
        path,
        vertices=mesh.vertices.astype(np.float32),
        faces=mesh.faces.astype(np.int32),
        face_part=_smallest_unsigned(mesh.face_part, len(mesh.parts)),
        names=np.array([part.name for part in mesh.parts], dtype=str),
        labels=np.array([part.label for part in mesh.parts], dtype=str),
        **colors,
    )


def _write_views(out: Path, views: Sequence[View], placement: Placement, parts: int) -> None:
    from PIL import Image

    (out / IMAGES).mkdir()
    (out / SKETCHES).mkdir()
    cameras = {}
    for i, view in enumerate(views):
        Image.fromarray(view.image).save(out / IMAGES / f"{i:03d}.jpg", quality=JPEG_QUALITY, subsampling=0)
        cameras[f"world_mat_{i}"] = source_camera(view.camera.world_to_camera, placement)
        cameras[f"camera_mat_{i}"] = np.asarray(view.camera.intrinsics, np.float64)
        np.savez_compressed(
            out / SKETCHES / f"{i:03d}.npz",
            depth=view.sketch.depth.astype(np.float32),
            normal=np.round(view.sketch.normal * 127.0).astype(np.int8),
            silhouette=np.round(view.sketch.silhouette * 255.0).astype(np.uint8),
            part_ids=_smallest_unsigned(view.sketch.part_ids + 1, parts + 1),
        )
    np.savez(out / IMAGES / CAMERAS, **cameras)


def source_camera(world_to_camera: np.ndarray, placement: Placement) -> np.ndarray:
    """Float[3, 4]: the motion that takes the source frame to a camera given in the canonical frame.

    Lengths of the camera's frame are the source's, so that Occupancy Networks' own code, which computes
    [R · scale | t + R · loc] for canonical points, finds the same pixels.
    """
    rotation, translation = world_to_camera[:, :3], world_to_camera[:, 3]
    moved = translation * placement.scale - rotation @ placement.loc
    return np.hstack([rotation, moved[:, None]])


def canonical_camera(world_mat: np.ndarray, placement: Placement) -> np.ndarray:
    """Float[3, 4]: the inverse of `source_camera`."""
    rotation, translation = world_mat[:, :3], world_mat[:, 3]
    return np.hstack([rotation, ((translation + rotation @ placement.loc) / placement.scale)[:, None]])


# Reading


def read_npz(path: Path, *names: str) -> dict[str, np.ndarray]:
    """The named arrays of an `.npz` file; a name with a trailing `?` may be missing.

    Raises:
        InputError: no such file, not a whole `.npz` file, or a field is missing.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = set(archive.files)
            wanted = [name.rstrip("?") for name in names if not name.endswith("?") or name[:-1] in found]
            for name in wanted:
                if name not in found:
                    have = ", ".join(sorted(found)) or "nothing"
                    raise InputError(f"{path}: field '{name}' is missing (the file has: {have})")
            return {name: archive[name] for name in wanted}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except InputError:
        raise
    except (OSError, ValueError, EOFError, AttributeError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a whole .npz file ({error})") from error


def _field(path: Path, fields: Mapping[str, np.ndarray], name: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """A numeric field of the expected shape, all values finite."""
    array = fields[name]
    matches = array.ndim == len(shape) and all(n is None or n == m for n, m in zip(shape, array.shape, strict=True))
    if not matches:
        expected = "[" + ", ".join("N" if n is None else str(n) for n in shape) + "]"
        raise InputError(f"{path}: field '{name}' has shape {list(array.shape)}, expected {expected}")
    if array.dtype.kind not in "fiub":
        raise InputError(f"{path}: field '{name}' holds {array.dtype}, expected numbers")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{path}: field '{name}' has values that are not finite")
    return array


def read_placement(path: Path, fields: Mapping[str, np.ndarray]) -> Placement:
    """`loc` and `scale` of an opened file; the identity where it has none."""
    if "loc" not in fields or "scale" not in fields:
        return Placement(np.zeros(3), 1.0)
    loc = _field(path, fields, "loc", (3,)).astype(np.float64)
    scale = float(_field(path, fields, "scale", ()))
    if not scale > 0:
        raise InputError(f"{path}: field 'scale' is {scale}, expected a positive number")
    return Placement(loc, scale)


def read_surface_fields(path: Path) -> dict[str, np.ndarray]:
    """`points`, and `normals` and `part_ids` where stored, checked and in the types of the file."""
    fields = read_npz(path, "points", "normals?", "part_ids?")
    points = _field(path, fields, "points", (None, 3))
    if not len(points):
        raise InputError(f"{path}: field 'points' is empty")
    shapes = {"normals": (len(points), 3), "part_ids": (len(points),)}
    return {"points": points} | {n: _field(path, fields, n, shape) for n, shape in shapes.items() if n in fields}


def read_surface(path: Path) -> PointCloud:
    """Points of the surface with normals, and part indices where stored."""
    return PointCloud(**read_surface_fields(path))


def read_occupancy(path: Path) -> OccupancyPoints:
    """Points of the box with their occupancies, stored packed to bits or one value each."""
    fields = read_npz(path, "points", "occupancies")
    points = _field(path, fields, "points", (None, 3))
    if not len(points):
        raise InputError(f"{path}: field 'points' is empty")
    packed = fields["occupancies"]
    if packed.dtype == np.uint8 and packed.shape == ((len(points) + 7) // 8,):
        inside = np.unpackbits(packed)[: len(points)].astype(bool)
    else:
        inside = _field(path, fields, "occupancies", (len(points),)) >= 0.5
    return OccupancyPoints(points.astype(np.float32, copy=False), inside)


def read_voxels(path: Path) -> VoxelGrid:
    """The occupancy grid of `model.binvox`."""
    from ..geometry import read_shape

    return read_shape(path)


def read_parts(path: Path) -> PartMesh:
    """The mesh with its parts."""
    fields = read_npz(path, "vertices", "faces", "face_part", "names", "labels", "face_colors?")
    vertices = _field(path, fields, "vertices", (None, 3))
    faces = _field(path, fields, "faces", (None, 3))
    names, labels = fields["names"], fields["labels"]
    if names.ndim != 1 or names.shape != labels.shape:
        shapes = f"{list(names.shape)} and {list(labels.shape)}"
        raise InputError(f"{path}: fields 'names' and 'labels' have shapes {shapes}, expected one of each per part")
    parts = tuple(Part(str(name), str(label)) for name, label in zip(names, labels, strict=True))
    face_part = _field(path, fields, "face_part", (len(faces),))
    colors = _field(path, fields, "face_colors", (len(faces), 3)) if "face_colors" in fields else None
    try:
        return PartMesh(vertices, faces, colors, face_part, parts)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def read_part_voxels(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Int[R, R, R]: label of each voxel, 0 = empty, and the names of labels 1, 2, …"""
    fields = read_npz(path, "labels", "names")
    labels = _field(path, fields, "labels", (None, None, None)).astype(np.int64)
    if len(set(labels.shape)) != 1 or not labels.size:
        raise InputError(f"{path}: field 'labels' has shape {list(labels.shape)}, expected a cube")
    names = tuple(map(str, fields["names"].ravel()))
    if not 0 <= labels.min() <= labels.max() <= len(names):
        raise InputError(
            f"{path}: field 'labels' goes from {labels.min()} to {labels.max()}, but 'names' has {len(names)} entries"
        )
    return labels, names


def read_sketch(path: Path) -> Sketch:
    """The 2.5D maps of one view."""
    fields = read_npz(path, "depth", "normal", "silhouette", "part_ids")
    depth = _field(path, fields, "depth", (None, None)).astype(np.float32)
    normal = _field(path, fields, "normal", (*depth.shape, 3)).astype(np.float32) / 127.0
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
    silhouette = _field(path, fields, "silhouette", depth.shape).astype(np.float32) / 255.0
    part_ids = _field(path, fields, "part_ids", depth.shape).astype(np.int64) - 1
    return Sketch(depth, normal, silhouette, part_ids)


def read_image(path: Path) -> np.ndarray:
    """UInt8[H, W, 3]: a picture in RGB; grey is repeated and transparency composited on white.

    Raises:
        InputError: no such file, or not a whole picture.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, (255, 255, 255, 255))
                image = Image.alpha_composite(white, image)
            return np.asarray(image.convert("RGB"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{path}: not a whole picture ({error})") from error


def read_camera(path: Path, view: int, placement: Placement, size: int) -> Camera:
    """The camera of one view, in the canonical frame.

    Args:
        placement: of the object, from its point files.
        size: side of the picture in pixels.
    """
    world, intrinsics = f"world_mat_{view}", f"camera_mat_{view}"
    fields = read_npz(path, world, intrinsics)
    world_mat = _field(path, fields, world, (3, 4)).astype(np.float64)
    rotation = world_mat[:, :3]
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-3:
        raise InputError(f"{path}: field '{world}' is not a rigid motion [R | t]")
    k = _field(path, fields, intrinsics, (3, 3)).astype(np.float64)
    return Camera(k, canonical_camera(world_mat, placement), size, size)


def read_facts(path: Path) -> dict[str, Any]:
    """What `object.json` says."""
    try:
        facts = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a JSON file ({error})") from error
    if not isinstance(facts, dict):
        raise InputError(f"{path}: expected a JSON object, found {type(facts).__name__}")
    return facts


def is_complete(folder: Path, recipe: str) -> bool:
    """Whether an object's folder was prepared by this recipe and still holds all its files in their full size."""
    try:
        facts = read_facts(folder / FACTS)
        sizes = facts["files"]
        return facts["recipe"] == recipe and all((folder / n).stat().st_size == s for n, s in sizes.items())
    except (InputError, KeyError, AttributeError, OSError):
        return False
