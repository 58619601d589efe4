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

_SUFFIXES = (".jpg", ".jpeg", ".png")


def list_pictures(folder: Path) -> dict[int, str]:
    """File names of an object's pictures by the number in their names."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder / FOLDER))
    except OSError:
        names = []
    stems = [(*os.path.splitext(name), name) for name in names]
    return {int(stem): name for stem, suffix, name in stems if suffix.lower() in _SUFFIXES and stem.isdigit()}


def read_picture(path: Path) -> np.ndarray:
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


def read_camera(folder: Path, view: int, normalization: Normalization, size: int) -> Camera:
    """The camera of one view of an object, in the canonical frame.

    Args:
        normalization: of the object, from its point files.
        size: side of the picture in pixels.
    """
    path, world, intrinsics = folder / FOLDER / CAMERAS, f"world_mat_{view}", f"camera_mat_{view}"
    fields = read_npz(path, world, intrinsics)
    world_mat = checked_field(path, fields, world, (3, 4)).astype(np.float64)
    rotation = world_mat[:, :3]
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-3:
        raise InputError(f"{path}: field '{world}' is not a rigid motion [R | t]")
    k = checked_field(path, fields, intrinsics, (3, 3)).astype(np.float64)
    return Camera(k, canonical_camera(world_mat, normalization), size, size)


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
