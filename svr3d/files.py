"""Whole files or none: writing goes to a temporary name beside the file, which is then renamed; reading checks."""

from __future__ import annotations

import codecs
import errno
import json
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import InputError

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def marked_encoding(content: bytes) -> str | None:
    """The encoding that a text's byte order mark tells, by a name with which decoding drops the mark; None without."""
    return next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[Path]:
    """Yields a temporary path beside `path`, in the same folder, which must exist.

    What was written there becomes `path` in one step when the block ends, so that a reader sees the old file or the
    new one; after an error it is gone and `path` is as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Generator[Path]:
    """A folder to write into that becomes `folder` when the block ends without an error, and vanishes otherwise."""
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if folder.exists():
            shutil.rmtree(folder)
        os.rename(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Writes a text file in one step; its folder is made where it is missing."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Writes `value` as indented JSON, in one step."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_yaml(path: str | os.PathLike[str], value: Any) -> None:
    """Writes `value` as YAML in the given order, in one step."""
    import yaml

    write_text(path, yaml.safe_dump(value, sort_keys=False, allow_unicode=True))


def read_json(path: str | os.PathLike[str]) -> Any:
    """The content of a JSON file.

    Raises:
        InputError: the file is missing or is not JSON.
    """
    return _read(path, "JSON", json.loads, json.JSONDecodeError)


def read_yaml(path: str | os.PathLike[str]) -> Any:
    """The content of a YAML file; None where it is empty.

    Raises:
        InputError: the file is missing or is not YAML.
    """
    import yaml

    return _read(path, "YAML", yaml.safe_load, yaml.YAMLError)


def _read(path: str | os.PathLike[str], kind: str, parse: Callable[[str], Any], error_class: type[Exception]) -> Any:
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (error_class, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a {kind} file ({' '.join(str(error).split())})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it was raised from, means that nothing more can be written."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False
