"""NumPy archives, the files of the native format: named arrays, without pickled objects."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...errors import InputError
from ._common import replace_file


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz archive by name.

    Raises:
        InputError: it is damaged, or no archive.
    """
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise InputError("expected an archive of arrays, found a single array")
        with archive:
            return {name: archive[name] for name in archive.files}
    except InputError:
        raise
    except Exception as error:  # zip and array headers fail in a dozen ways, and the file is at fault in each
        raise InputError(f"not a readable .npz archive ({error})") from error


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
