"""JSON and YAML files: written whole or not at all, read with one sentence where they are bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ..geometry import InputError
from ..geometry.files import replacing


def write_json(path: str | Path, value: Any) -> None:
    """Writes `value` as indented JSON, atomically."""
    _write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_yaml(path: str | Path, value: Any) -> None:
    """Writes `value` as YAML in the given order, atomically."""
    _write(path, yaml.safe_dump(value, sort_keys=False, allow_unicode=True))


def read_json(path: str | Path) -> Any:
    """The content of a JSON file.

    Raises:
        InputError: the file is missing or is not JSON.
    """
    return _read(path, "JSON", json.loads)


def read_yaml(path: str | Path) -> Any:
    """The content of a YAML file.

    Raises:
        InputError: the file is missing or is not YAML.
    """
    return _read(path, "YAML", yaml.safe_load)


def _write(path: str | Path, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _read(path: str | Path, kind: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (json.JSONDecodeError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a {kind} file ({' '.join(str(error).split())})") from None
