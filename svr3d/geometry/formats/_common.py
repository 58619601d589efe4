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


def number_lines(pattern: str, rows: np.ndarray) -> str:
    """The rows of an array as text, each by the pattern of a line."""
    return (pattern * len(rows)) % tuple(rows.ravel().tolist())


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


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    """8-bit display colours of linear RGB in [0, 1]."""
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)


def srgb_to_linear(encoded: np.ndarray) -> np.ndarray:
    """Linear RGB in [0, 1] of 8-bit display colours."""
    encoded = np.asarray(encoded, dtype=np.float64) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
