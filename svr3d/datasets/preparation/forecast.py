"""What preparing a data set will cost, said once there is enough to go by."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from ...progress import duration, say


class Forecast:
    """Says after the first objects how long all will take, how much space they need, and whether it is there.

    Args:
        count: objects to make.
        root: where.
        workers: processes that make them.
        quiet: to say nothing.
    """

    def __init__(self, count: int, root: Path, workers: int, quiet: bool) -> None:
        self.count, self.root, self.workers, self.quiet = count, root, workers, quiet
        self._seconds: list[float] = []
        self._bytes: list[int] = []

    def add(self, folder: Path, seconds: float) -> None:
        """One object was made, in so many seconds of work."""
        # The first of each process pays for loading libraries and compiling kernels.
        enough = self.workers + 9
        if self.quiet or len(self._seconds) >= enough:
            return
        self._seconds.append(seconds)
        self._bytes.append(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))
        if len(self._seconds) == enough:
            self._say()

    def _say(self) -> None:
        each, size = float(np.median(self._seconds[self.workers :])), float(np.mean(self._bytes))
        free = shutil.disk_usage(self.root).free
        needed = size * self.count
        processes = "1 process" if self.workers == 1 else f"{self.workers} processes"
        say(
            f"{self.count} objects at {each:.2f} s and {size / 1e6:.1f} MB each: about "
            f"{duration(each * self.count / self.workers)} with {processes}, {needed / 1e9:.1f} GB "
            f"of {free / 1e9:.0f} GB free" + (": NOT ENOUGH SPACE" if needed > free else "")
        )
