"""Curves: one metric at several thresholds, each recorded under a name of its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from ..errors import InputError
from .interface import Measure, Metric
from .parameters import Positive
from .setting import Setting


def is_curve(name: str) -> bool:
    """Whether `name` is one point of a curve: recorded, but not a column of tables."""
    return "@" in name


@dataclass(frozen=True, kw_only=True)
class Curve(Measure):
    """A fraction at several thresholds. Its name ends in `@`; the names of its points are that and the threshold.

    Args:
        thresholds: rising.
    """

    digits: ClassVar[int] = 4
    """Decimals of the threshold in a name."""
    most: ClassVar[float] = float("inf")
    """The highest threshold there can be."""

    thresholds: tuple[Positive, ...]

    @classmethod
    def prefixes(cls) -> tuple[str, ...]:
        """The names that such a curve can have."""
        raise NotImplementedError

    @classmethod
    def title(cls, prefix: str, threshold: float) -> str:
        """Of one point, for people."""
        raise NotImplementedError

    @classmethod
    def declare(cls, name: str) -> Metric | None:
        prefix, mark, at = name.partition("@")
        try:
            title = cls.title(f"{prefix}{mark}", float(at))
        except ValueError:
            return None
        return Metric(name, title, "fraction", True, 1.0, 0.0, ranked=False)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.point(threshold) for threshold in self.thresholds)

    def point(self, threshold: float) -> str:
        """The recorded name of one point."""
        return f"{self.name}{threshold:.{self.digits}f}"

    def check(self, setting: Setting) -> None:
        super().check(setting)
        rounded = [round(threshold, self.digits) for threshold in self.thresholds]
        rising = all(a < b for a, b in pairwise(rounded))
        if not rounded or not rising or rounded[0] <= 0 or max(self.thresholds) > self.most:
            limit = "" if self.most == float("inf") else f" up to {self.most:g}"
            raise InputError(
                f"field 'thresholds' must be rising numbers above 0{limit} with at most {self.digits} decimals, "
                f"found {list(self.thresholds)}"
            )
        if self.factor != 1:
            raise InputError("field 'factor' must be left out: a curve's points are fractions")
