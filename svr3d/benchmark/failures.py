"""What ends a run: kept with its traceback beside the run, and said in a sentence."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InputError, machine_failure
from ..files import is_disk_full, write_text

ERROR_FILE = "error.txt"


class RunStoppedError(RuntimeError):
    """A run that cannot go on now; what it has done is kept. Its message is one sentence for people."""


@contextmanager
def error_kept(folder: Path) -> Iterator[None]:
    """Keeps the traceback of what ends the block in `folder/error.txt`; a block that comes to its end removes it."""
    file = folder / ERROR_FILE
    try:
        yield
    except Exception as error:
        text = "".join(traceback.format_exception(error))
        # A disk that is full keeps no traceback either, and a second failure alike needs no new file.
        with suppress(OSError):
            if not is_disk_full(error) and not (file.exists() and file.read_text(encoding="utf-8") == text):
                write_text(file, text)
        raise
    file.unlink(missing_ok=True)


def sentence(error: BaseException) -> str:
    """What to say of an error that ended a run, in one line."""
    text = " ".join(str(error).split())
    if isinstance(error, (InputError, RunStoppedError, FloatingPointError)):
        return text
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if failure := machine_failure(error):
        return f"{failure} ({said}); what is done is kept, and the same command goes on where it stood"
    return said


def place(error: BaseException) -> str:
    """The type of an error and the line that raised it: `ValueError at method.py:12`. Equal for failures alike."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__qualname__}{where}"


def free_memory() -> None:
    """Gives back what a run that failed still held, so that the next one finds room."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
