"""Checkpoint files, which a kill at any moment leaves whole."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch

from ..errors import InputError
from ..files import replacing


def write_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Writes `content` to `path` at once: whoever reads it sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # By way of memory: torch turns a full disk into an error of its own file format.
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(buffer.getbuffer())
        file.flush()
        os.fsync(file.fileno())


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The content of a checkpoint; running no code that it may hold.

    Raises:
        InputError: there is no such file, or it is truncated, or not a checkpoint.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"checkpoint {path} does not exist") from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"checkpoint {path} is truncated or not a checkpoint ({reason})") from error


class Generations:
    """The two latest checkpoints of one stage: the last, and the one before in case the last is damaged."""

    def __init__(self, folder: Path, stage: str) -> None:
        self.last = folder / f"{stage}-last.ckpt"
        self.previous = folder / f"{stage}-previous.ckpt"

    def write(self, content: dict[str, Any]) -> None:
        if self.last.exists():
            os.replace(self.last, self.previous)
        write_checkpoint(self.last, content)

    def read(self) -> dict[str, Any] | None:
        """The latest whole checkpoint, None if there is none."""
        for path in (self.last, self.previous):
            try:
                return read_checkpoint(path)
            except InputError:
                continue
        return None

    def remove(self) -> None:
        for path in (self.last, self.previous):
            path.unlink(missing_ok=True)
