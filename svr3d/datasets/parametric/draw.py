"""Seeded random draws that remember what they drew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draw:
    """A random generator whose named draws are recorded, so that an object can be described by them.

    Args:
        seed: of the generator; same seed and same order of calls, same values.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.parameters: dict[str, float | int | str | bool] = {}

    def uniform(self, name: str, low: float, high: float) -> float:
        self.parameters[name] = round(float(self._rng.uniform(low, high)), 5)
        return self.parameters[name]

    def integer(self, name: str, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        self.parameters[name] = int(self._rng.integers(low, high + 1))
        return self.parameters[name]

    def chance(self, name: str, probability: float) -> bool:
        self.parameters[name] = bool(self._rng.random() < probability)
        return self.parameters[name]

    def choice(self, name: str, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        p = None if weights is None else np.asarray(weights, float) / np.sum(weights)
        self.parameters[name] = options[int(self._rng.choice(len(options), p=p))]
        return self.parameters[name]
