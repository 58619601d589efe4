"""What the formats share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...files import replacing
from ..shapes.mesh import Mesh, Part, PartMesh


@contextmanager
def reading(format_name: str) -> Iterator[None]:
    """Turns whatever trimesh raises for a damaged file into an `InputError`."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"not a valid {format_name} file ({type(error).__name__}: {error})") from error


def replace_file(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Writes `chunks` as the content of `path`: readers see the old file or the new one."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.writelines(chunks)


def make_mesh(
    vertices: np.ndarray,
    faces: np.ndarray,
    colors: np.ndarray | None = None,
    face_part: np.ndarray | None = None,
    parts: Iterable[Part] = (),
) -> Mesh:
    """A `PartMesh` if its faces belong to several parts, else a `Mesh`. Parts without faces are dropped."""
    parts = tuple(parts)
    if face_part is None or len(parts) < 2:
        return Mesh(vertices, faces, colors)
    used, face_part = np.unique(face_part, return_inverse=True)
    if len(used) < 2:
        return Mesh(vertices, faces, colors)
    return PartMesh(vertices, faces, colors, face_part=face_part, parts=tuple(parts[i] for i in used))


def triangulate(corners: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Polygons cut into fans.

    Args:
        corners: Int[sum(counts)], the polygons' vertices one after another; counts: Int[P], each at least 3.

    Returns:
        faces Int[F, 3], and the polygon of each, Int[F].
    """
    first = np.cumsum(counts) - counts
    polygon = np.repeat(np.arange(len(counts)), counts - 2)
    step = np.arange(len(polygon)) - np.repeat(np.cumsum(counts - 2) - (counts - 2), counts - 2)
    start = first[polygon]
    return np.stack([corners[start], corners[start + step + 1], corners[start + step + 2]], axis=1), polygon


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """8-bit display colours of linear RGB in [0, 1]."""
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)


def srgb_to_linear(encoded: np.ndarray) -> np.ndarray:
    """Linear RGB in [0, 1] of 8-bit display colours."""
    encoded = np.asarray(encoded, dtype=np.float64) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
