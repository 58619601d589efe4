"""The pictures of an object, and the cameras that saw them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..geometry import Camera
from .layout import Normalization, checked_field, read_npz

FOLDER, CAMERAS = "img_choy2016", "cameras.npz"
JPEG_QUALITY = 95

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


def list_pictures(folder: Path) -> dict[int, str]:
    """File names of an object's pictures by the number in their names, which may have leading zeros.

    Raises:
        InputError: two pictures have the same number.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder / FOLDER))
    except OSError:
        names = []
    pictures: dict[int, str] = {}
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in _SUFFIXES and stem.isdecimal():
            first = pictures.setdefault(int(stem), name)
            if first != name:
                raise InputError(
                    f"{folder / FOLDER}: {first} and {name} are both view {int(stem)}, expected one picture"
                )
    return pictures


def read_camera(folder: Path, view: int, normalization: Normalization, size: int) -> Camera:
    """The camera of one view of an object, in the canonical frame.

    Args:
        normalization: of the object, from its point files.
        size: side of the picture in pixels.

    Raises:
        InputError: there is none, or it cannot be what took the picture: not a rigid motion, mirrored, intrinsics that
            are not in pixels, or the object behind it or far outside of the picture.
    """
    path, world, intrinsics = folder / FOLDER / CAMERAS, f"world_mat_{view}", f"camera_mat_{view}"
    fields = read_npz(path, world, intrinsics)
    if fields[world].shape == (4, 4) and np.array_equal(fields[world][3], (0, 0, 0, 1)):
        fields[world] = fields[world][:3]
    world_mat = checked_field(path, fields, world, (3, 4)).astype(np.float64)
    rotation = world_mat[:, :3]
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-3:
        raise InputError(f"{path}: field '{world}' is not a rigid motion [R | t]")
    if np.linalg.det(rotation) < 0:
        raise InputError(f"{path}: field '{world}' mirrors (the determinant of R is -1), expected a rotation")
    k = checked_field(path, fields, intrinsics, (3, 3)).astype(np.float64)
    if not np.allclose(k[[1, 2, 2, 2], [0, 0, 1, 2]], (0, 0, 0, 1), atol=1e-6) or min(k[0, 0], k[1, 1]) < size / 20:
        raise InputError(
            f"{path}: field '{intrinsics}' is not [[fx, s, cx], [0, fy, cy], [0, 0, 1]] in pixels of a side of {size}"
        )
    camera = Camera(k, canonical_camera(world_mat, normalization), size, size)
    _check_sees_object(path, world, camera)
    return camera


def _check_sees_object(path: Path, field: str, camera: Camera) -> None:
    """An inverted motion, other axes or another unit mostly show in where the object's centre is."""
    (pixel,), (depth,) = camera.project(np.zeros((1, 3)))
    if depth <= 0:
        raise InputError(
            f"{path}: field '{field}' has the object behind the camera, expected the motion from world to camera, "
            "with axes x right, y down, z forward"
        )
    if np.abs(pixel / camera.width - 0.5).max() > 1:
        raise InputError(
            f"{path}: field '{field}' has the object's centre at pixel ({pixel[0]:.0f}, {pixel[1]:.0f}), far outside "
            f"of the picture of {camera.width}; expected world to camera in the units of the object's source"
        )


def write_pictures(folder: Path, views: Sequence[tuple[np.ndarray, Camera]], normalization: Normalization) -> None:
    """Writes pictures, UInt8[H, W, 3], and their cameras, given in the canonical frame, into an object's folder."""
    from PIL import Image

    (folder / FOLDER).mkdir()
    cameras = {}
    for i, (pixels, camera) in enumerate(views):
        Image.fromarray(pixels).save(folder / FOLDER / f"{i:03d}.jpg", quality=JPEG_QUALITY, subsampling=0)
        cameras[f"world_mat_{i}"] = source_camera(camera.world_to_camera, normalization)
        cameras[f"camera_mat_{i}"] = np.asarray(camera.intrinsics, np.float64)
    np.savez(folder / FOLDER / CAMERAS, **cameras)


def source_camera(world_to_camera: np.ndarray, normalization: Normalization) -> np.ndarray:
    """Float[3, 4]: the motion that takes the source frame to a camera given in the canonical frame.

    Lengths of the camera's frame are the source's, so that Occupancy Networks' own code, which computes
    [R · scale | t + R · loc] for canonical points, finds the same pixels.
    """
    rotation, translation = world_to_camera[:, :3], world_to_camera[:, 3]
    moved = translation * normalization.scale - rotation @ normalization.loc
    return np.hstack([rotation, moved[:, None]])


def canonical_camera(world_mat: np.ndarray, normalization: Normalization) -> np.ndarray:
    """Float[3, 4]: the inverse of `source_camera`."""
    rotation, translation = world_mat[:, :3], world_mat[:, 3]
    return np.hstack([rotation, ((translation + rotation @ normalization.loc) / normalization.scale)[:, None]])
