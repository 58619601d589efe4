"""NumPy's files: archives of named arrays, which the native format is, and single arrays; no pickled objects."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

import numpy as np

from ...errors import InputError
from ._common import replace_file

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz archive by name.

    Raises:
        InputError: it is damaged, or no archive.
    """
    with _readable(".npz archive"):
        with path.open("rb") as file:
            if file.read(6) == np.lib.format.MAGIC_PREFIX:
                raise InputError("expected an archive of arrays, found a single array")
        with ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
            return {info.filename.removesuffix(".npy"): _member(archive, info) for info in members}


def read_array(path: Path) -> np.ndarray:
    """The array of an .npy file.

    Raises:
        InputError: it is damaged, or holds Python objects.
    """
    with _readable(".npy array"), path.open("rb") as file:
        return _array(file, path.stat().st_size)


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # zip and array headers fail in a dozen ways, and the file is at fault in each
        raise InputError(f"not a readable {what} ({error})") from error


def _member(archive: ZipFile, info: ZipInfo) -> np.ndarray:
    # deflate makes nothing shorter than by this factor: a size beyond it is a lie
    if info.file_size > 1032 * max(info.compress_size, 1):
        raise InputError(f"the array '{info.filename}' claims more bytes than the archive can hold: it is damaged")
    with archive.open(info) as file:
        return _array(file, info.file_size)


def _array(file: IO[bytes], size: int) -> np.ndarray:
    """The array in an open file of `size` bytes, for which no more is allocated than the file holds."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise InputError(f"expected NumPy's format 1.0 or 2.0, found {'.'.join(map(str, version))}")
    shape, _, dtype = _HEADERS[version](file)
    if dtype.hasobject:
        raise InputError("it holds pickled Python objects, which are not loaded; expected numbers")
    if prod(shape) * dtype.itemsize > size - file.tell():
        raise InputError(f"the file is truncated: it has no room for an array {list(shape)} of {dtype}")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes an .npz archive; an existing file is replaced in one step.

    Raises:
        InputError: an array holds Python objects.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise InputError(f"the array '{name}' holds Python objects; expected numbers or text")
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    replace_file(path, [buffer.getbuffer()])
