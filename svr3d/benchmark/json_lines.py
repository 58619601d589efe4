"""Logs of JSON lines, which a kill may cut short anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

from ..files import replacing


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The complete lines of a log, none if there is no file; a last line cut short is dropped from the file."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    whole, _, rest = text.rpartition("\n")
    if rest:
        with replacing(path) as temporary:
            temporary.write_text(whole + "\n" if whole else "", encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def add_line(file: IO[str], entry: dict[str, Any]) -> None:
    """Appends an entry to an open log, so that it is there whatever happens next."""
    file.write(json.dumps(entry) + "\n")
    file.flush()
