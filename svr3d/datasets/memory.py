"""What a data set keeps in memory between epochs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


class Memory:
    """Values by name, kept until they fill `limit` bytes.

    Nothing is evicted: epochs visit every sample once, so that the oldest entry is the next one needed.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._values: dict[tuple, Any] = {}

    def get(self, name: tuple, read: Callable[[], Any]) -> Any:
        """The value called `name`; if it is not there, `read` gives it."""
        if name in self._values:
            return self._values[name]
        value = read()
        size = size_of(value)
        if size <= self._left:
            self._left -= size
            self._values[name] = value
        return value


def size_of(value: Any) -> int:
    """Bytes of an array, or of the arrays in a mapping, sequence or dataclass; other values count as a few."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Mapping):
        return sum(map(size_of, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(size_of, value))
    if is_dataclass(value) and not isinstance(value, type):
        return sum(size_of(getattr(value, entry.name)) for entry in fields(value))
    return len(value) if isinstance(value, (bytes, str)) else 64
