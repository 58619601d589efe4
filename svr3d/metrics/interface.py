"""What a metric is: its declaration, and its computation with the parameters that a protocol gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..errors import InputError
from .parameters import Positive

if TYPE_CHECKING:
    from .pair import Pair
    from .setting import Setting


MOST = 50
"""Differences of counts have no natural worst value: they are cut off here, where also a failure stands."""


class PredictionError(Exception):
    """The prediction, not the program or the truth, is at fault: it gets the worst value of every metric."""


@dataclass(frozen=True)
class Metric:
    """The declaration of a metric.

    Args:
        name: as in records and tables.
        title: for people, on plots and tables.
        unit: `side` (longest side of the true bounding box), `side²`, `fraction`, `count` …, before the
            protocol's factor.
        higher_is_better: direction.
        best, worst: values of a perfect reconstruction and of a failed one. `worst` is what a failed, empty or
            non-finite prediction gets.
        source: where the definition comes from.
        sums: for a pooled metric, the names of the two recorded counts whose totals' ratio it is; None for
            the mean of per-sample values.
        best_of: for a metric of a whole set, the prefix of the recorded curve of which it is the best point; None
            otherwise.
        of_parts: for a metric of a whole set that is made of the parts' records of another, the latter's name; None
            otherwise. Each part of a category counts once, with its mean over the objects that have it.
        rarest_by: of these parts, only that of each category which has the least in total of this recorded metric.
        ranked: whether methods are ranked by it (counts, bounds and diagnoses are not).
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool
    best: float
    worst: float
    source: str = ""
    sums: tuple[str, str] | None = None
    best_of: str | None = None
    of_parts: str | None = None
    rarest_by: str | None = None
    ranked: bool = True

    @property
    def of_set(self) -> bool:
        """Whether it is made of a whole set's records, and not measured of each sample."""
        return any((self.sums, self.best_of, self.of_parts))

    @property
    def dimension(self) -> int:
        """The power of a length in its unit: what scaling both shapes does to it."""
        return {"side": 1, "side²": 2}.get(self.unit, 0)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A metric's computation. A subclass is one file: a frozen dataclass (`kw_only=True`) whose fields are the
    parameters that a protocol gives, with the `declarations` of what it can record.

        @dataclass(frozen=True, kw_only=True)
        class Volume(Measure):
            declarations = (Metric("volume", "Volume error", "fraction", False, 0.0, 1.0, "our paper"),)
            resolution: Count = 32

            def targets(self, setting): return frozenset({"voxels"})
            def require(self, pair): pair.truth.grid(self.resolution)
            def value(self, pair):
                return abs(pair.predicted.grid(self.resolution).mean() - pair.truth.grid(self.resolution).mean())

    Parameters are checked by their types: bool, int, float, str, Literal, tuple[float, ...], `X | None`, and those of
    `svr3d.metrics.parameters` that say a range too. A distribution offers it by an entry point for every name that it
    declares:

        [project.entry-points."svr3d.metrics"]
        volume = "my_package.volume:Volume"

    Args:
        name: as a protocol's file names it: one that the class declares.
        factor: by which its values are multiplied.
    """

    declarations: ClassVar[tuple[Metric, ...]] = ()
    alignable: ClassVar[bool] = False
    """Whether it may be part of a protocol that aligns shapes, which only points and grids are."""
    compares_points: ClassVar[bool] = False
    """Whether it compares the points that the protocol names."""
    on_voxels: ClassVar[bool] = False
    """Whether meshes become voxels for it, by the protocol's rule."""
    needs_inside: ClassVar[bool] = False
    """Whether it asks otherwise what is inside."""
    compares_labels: ClassVar[bool] = False
    """Whether it finds predicted parts by the true parts' labels, which must mean something then."""

    name: str
    factor: Positive = 1.0

    @classmethod
    def declare(cls, name: str) -> Metric | None:
        """The declaration of `name`; None if it is no metric of this kind."""
        return next((metric for metric in cls.declarations if metric.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """What is recorded: names that are declared."""
        return (self.name,)

    def targets(self, setting: Setting) -> frozenset[str]:
        """What it needs of a data set: of `surface`, `occupancy`, `voxels`, `mesh`, `parts`, `part_voxels`."""
        return frozenset()

    def wishes(self, setting: Setting) -> frozenset[str]:
        """What it takes of a data set besides where there is such, as `targets`."""
        return frozenset()

    def check(self, setting: Setting) -> None:
        """Whether it can be measured in a protocol's setting.

        Raises:
            InputError: it cannot; the sentence goes on after the protocol's and the metric's name.
        """
        if self.compares_points and setting.points is None:
            raise InputError("compares points, but the field 'points' is missing")
        if not self.alignable and setting.alignment != "none":
            raise InputError(
                f"is measured where the shapes are, expected field 'alignment' none, found {setting.alignment}"
            )

    def require(self, pair: Pair) -> None:
        """Derives of `pair.truth` all that `values` will need.

        Raises:
            InputError: it is not there.
        """

    def value(self, pair: Pair) -> float:
        """The value of a measure that records one name, in the canonical frame and without the factor.

        Raises:
            PredictionError: there is nothing to measure.
        """
        raise NotImplementedError(f"{type(self).__name__} must say its `value` or its `values`")

    def values(self, pair: Pair) -> dict[str, float]:
        """As `value`, for all `names`."""
        return {self.name: self.value(pair)}

    def worst(self, name: str, pair: Pair) -> float:
        """The value of a failed prediction, in the canonical frame and without the factor."""
        declared = self.declare(name)
        assert declared is not None
        return declared.worst

    def parts(self, pair: Pair, *, failed: bool = False) -> dict[str, float]:
        """Values by label of the true parts, without the factor; those of a failed prediction if `failed`. Empty for
        what is measured of the whole only."""
        return {}
