"""Seeded random draws that remember what they drew, and tables of variants to draw from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Concatenate, Generic, NamedTuple, ParamSpec, Protocol, TypeVar

import numpy as np

T = TypeVar("T")
P = ParamSpec("P")
Drawn = float | int | str | bool
"""What a draw can be: JSON values, so that an object can be described by them."""


class Weighted(Protocol):
    """A row of a table of variants."""

    @property
    def weight(self) -> float:
        """How often the variant is drawn, beside the others' weights."""
        ...


W = TypeVar("W", bound=Weighted)


class Variant(NamedTuple, Generic[T]):
    """The plainest row of such a table: how often, and what builds it."""

    weight: float
    build: T


class Draw:
    """A random generator whose named draws are recorded, so that an object can be described by them.

    Args:
        seed: of the generator; same seed and same order of calls, same values.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.parameters: dict[str, Drawn] = {}

    def uniform(self, name: str, low: float, high: float) -> float:
        self.parameters[name] = value = round(float(self._rng.uniform(low, high)), 5)
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        self.parameters[name] = value = int(self._rng.integers(low, high + 1))
        return value

    def chance(self, name: str, probability: float) -> bool:
        self.parameters[name] = value = bool(self._rng.random() < probability)
        return value

    def choice(self, name: str, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options (JSON values), equally likely or by weight; a table's keys are options too."""
        p = None if weights is None else np.asarray(weights, float) / np.sum(weights)
        value = options[int(self._rng.choice(len(options), p=p))]
        self.parameters[name] = value  # type: ignore[assignment]  # JSON values only
        return value

    def weighted(self, name: str, weights: Mapping[T, float]) -> T:
        """One of the keys, by weight."""
        return self.choice(name, tuple(weights), tuple(weights.values()))

    def variant(self, name: str, table: Mapping[str, W]) -> tuple[str, W]:
        """One row of a table of weighted variants: (its key, which is what is recorded; the row)."""
        key = self.weighted(name, {key: row.weight for key, row in table.items()})
        return key, table[key]

    def once(self, draw: Callable[Concatenate[str, P], T], name: str, *args: P.args, **kwargs: P.kwargs) -> T:
        """`draw(name, …)` at first, then what it drew: what several parts of an object share."""
        if name in self.parameters:
            return self.parameters[name]  # type: ignore[return-value]  # what `draw` recorded
        return draw(name, *args, **kwargs)
