"""What the files of prepared objects have in common: their names, arrays, and the frame they are in.

The layout is that of Occupancy Networks' preprocessed ShapeNet plus what it lacks (docs/architecture.md). Readers raise
`InputError` naming the file and the field; none of them returns a doubtful value. Each target's own files are read and
written in `targets/`, pictures and cameras in `pictures.py`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ..errors import InputError
from ..files import read_json

T = TypeVar("T")

VERSION = 1
"""Of the layout; noted in `metadata.yaml`."""

SURFACE, OCCUPANCY, FACTS = "pointcloud.npz", "points.npz", "object.json"


class Normalization(NamedTuple):
    """How the source frame maps to the canonical one: canonical = (source - loc) / scale."""

    loc: np.ndarray
    scale: float

    def fields(self) -> dict[str, Any]:
        """As they are stored beside points."""
        return {"loc": np.asarray(self.loc, np.float64), "scale": np.asarray(self.scale, np.float64)}


IDENTITY = Normalization(np.zeros(3), 1.0)


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


def checked_field(path: Path, fields: Mapping[str, np.ndarray], name: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """A numeric field of the expected shape (None: any length), all values finite.

    Raises:
        InputError: naming the file, the field, what was found and what was expected.
    """
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


def checked_points(path: Path, fields: Mapping[str, np.ndarray]) -> np.ndarray:
    """The field `points`, [N, 3] with N ≥ 1, in the type of the file."""
    points = checked_field(path, fields, "points", (None, 3))
    if not len(points):
        raise InputError(f"{path}: field 'points' is empty")
    return points


def smallest_unsigned(values: np.ndarray, count: int) -> np.ndarray:
    """Numbers below `count` in the smallest type that holds them."""
    return values.astype(np.uint8 if count <= 256 else np.uint16 if count <= 65536 else np.uint32)


def normalization_of(path: Path, fields: Mapping[str, np.ndarray]) -> Normalization:
    """`loc` and `scale` of an opened file; the identity where it has none."""
    if "loc" not in fields or "scale" not in fields:
        return IDENTITY
    loc = checked_field(path, fields, "loc", (3,)).astype(np.float64)
    scale = float(checked_field(path, fields, "scale", ()))
    if not scale > 0:
        raise InputError(f"{path}: field 'scale' is {scale}, expected a positive number")
    return Normalization(loc, scale)


def read_normalization(folder: Path) -> Normalization:
    """Of an object, from its point files.

    Raises:
        InputError: it has none, or they are bad.
    """
    for file in (SURFACE, OCCUPANCY):
        if (folder / file).exists():
            return normalization_of(folder / file, read_npz(folder / file, "loc?", "scale?"))
    raise InputError(
        f"{folder}: has neither {SURFACE} nor {OCCUPANCY}, "
        "one of which is needed to place its cameras (fields 'loc' and 'scale')"
    )


def read_kind(path: Path, kind: type[T]) -> T:
    """The shape in a file.

    Raises:
        InputError: the file is missing or bad, or holds a shape of another kind.
    """
    from ..geometry import read_shape

    shape = read_shape(path)
    if not isinstance(shape, kind):
        raise InputError(f"{path}: holds a {type(shape).__name__}, expected a {kind.__name__}")
    return shape


def read_facts(path: Path) -> dict[str, Any]:
    """What `object.json` says."""
    facts = read_json(path)
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
