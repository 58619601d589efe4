"""What protocols share when one prediction is scored: results, the seconds they took, and random streams."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

_STREAMS = (
    *("predicted surface", "true surface", "true points", "predicted part", "true part", "volume part"),
    *("predicted vertices", "true vertices", "structure"),
)
"""Independent random streams. One stream for both sides would draw the same points on equal surfaces."""


class Memo:
    """Results by key.

    Args:
        seed: of all random choices.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.seconds: dict[str, float] = {}
        self._known: dict[tuple, Any] = {}

    def once(self, part: str, key: tuple, compute: Callable[[], T]) -> T:
        """compute(), kept under `key`, its time added to `part` of the work."""
        if key not in self._known:
            start = perf_counter()
            self._known[key] = compute()
            self.seconds[part] = self.seconds.get(part, 0.0) + perf_counter() - start
        return self._known[key]

    def random(self, stream: str) -> np.random.Generator:
        """A generator that is the same each time for one stream, and independent between streams."""
        known = stream in _STREAMS
        return np.random.default_rng([self._seed, _STREAMS.index(stream) if known else zlib.crc32(stream.encode())])

    def seed(self, stream: str) -> int:
        return int(self.random(stream).integers(2**31))

    def some(self, size: int, count: int | None, stream: str) -> np.ndarray | slice:
        """Indices of `count` of `size` rows; of all, in order, where there are not more."""
        if count is None or size <= count:
            return slice(None)
        return self.random(stream).choice(size, count, replace=False)

    def drawn(self, size: int, count: int | None, stream: str) -> np.ndarray | slice:
        """Indices of `count` of `size` rows, with repetition; all where `count` is None."""
        return slice(None) if count is None else self.random(stream).integers(size, size=count)
