"""Estimates over objects, their bootstrap intervals, paired comparisons and ranks. Arrays in, arrays out.

Objects are what is sampled: a board asks how methods would compare on other objects of the same kind. So views and
seeds are averaged within an object first, and objects are resampled, all methods on the same ones. The training
seeds are held fixed: an interval says nothing about another training run.

Resamples draw n - 1 of n objects, with replacement, within each category. With n draws the bootstrap's variance of
a mean is (n - 1) / n of what it should be, which matters with a handful of objects per category; with n - 1 it is
unbiased (Rao and Wu, Resampling inference with complex survey data, JASA 1988). Percentile intervals are still too
short with few objects, as they take the spread for known: their ends are moved outwards by as much as Student's t is
wider than the normal distribution (the expanded percentile interval of Hesterberg, What teachers should know about
the bootstrap, The American Statistician 2015).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

LEVEL = 0.95
RESAMPLES = 10_000
MIN_OBJECTS = 6
"""Fewer objects get no interval and no rank: even the whole range of n values covers the median with a probability of
just 1 - 2^(1 - n), which is below 95 % for n < 6."""

MEAN = "mean"
"""Stands for the unweighted mean over categories, where a category is named."""
OBJECTS = "objects"
"""Stands for the mean over all objects, where a category is named."""


@dataclass(frozen=True)
class Scores:
    """One metric of M methods on the same N objects. An estimate is the ratio of the two totals over objects.

    Args:
        numerator: Float[N, M]. For a metric that is averaged over objects, each object's value; for a pooled
            metric, each object's first count (intersections).
        denominator: Float[N, M]. All ones, or each object's second count (unions).
        categories: N names.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    categories: tuple[str, ...]

    @classmethod
    def of_values(cls, values: np.ndarray, categories: Sequence[str]) -> Scores:
        """Scores of a metric that is averaged over objects: `values` is Float[N, M]."""
        values = np.asarray(values, dtype=np.float64)
        return cls(values, np.ones_like(values), tuple(categories))

    def of_category(self, category: str) -> Scores:
        """The scores of one category."""
        rows = [i for i, name in enumerate(self.categories) if name == category]
        return Scores(self.numerator[rows], self.denominator[rows], (category,) * len(rows))

    def estimate(self, weights: np.ndarray | None = None) -> np.ndarray:
        """The ratio of totals, Float[M]; with weights [B, N], that of each of B resamples, Float[B, M]."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if weights is None:
                return self.numerator.sum(0) / self.denominator.sum(0)
            blocks = (weights[rows].astype(np.float64) for rows in _blocks(*weights.shape))
            return np.concatenate([(block @ self.numerator) / (block @ self.denominator) for block in blocks])


@dataclass(frozen=True)
class Estimates:
    """The estimates of M methods over one category, over the mean of categories or over all objects.

    Args:
        value: Float[M].
        draws: Float[B, M], the estimates on B resamples; NaN where there are too few objects to say.
        objects: how many objects they rest on.
        freedom: degrees of freedom of their spread: objects less the groups they were resampled in.
    """

    value: np.ndarray
    draws: np.ndarray
    objects: int
    freedom: int

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """The ends of each method's 95 % percentile interval, Float[M] each; NaN with too few objects."""
        return _interval(self.draws, self.freedom)

    def compare(self, a: int, b: int) -> tuple[float, float, float, float]:
        """Method `a` minus method `b`, on the same resamples.

        Returns:
            difference, low, high: of the estimates, with its 95 % percentile interval.
            p: two-sided, of no difference: twice the share of resamples on the smaller side of zero, the data
                themselves counted as one more resample (so never 0); or the p-value of a t-test with the
                resamples' standard error where that is larger, as it is with few objects.
        """
        draws = self.draws[:, a] - self.draws[:, b]
        difference = float(self.value[a] - self.value[b])
        if np.isnan(draws).any():
            return difference, np.nan, np.nan, np.nan
        low, high = _interval(draws, self.freedom)
        tail = 1 + min((draws <= 0).sum(), (draws >= 0).sum())
        error = draws.std()
        student = 2 * special.stdtr(self.freedom, -abs(difference) / error) if error > 0 else 0.0
        p = max(2 * tail / (1 + len(draws)), student)
        return difference, float(low), float(high), min(1.0, float(p))


class Bootstrap:
    """Estimates with their resamples; the resamples depend on the seed, the category and its size only.

    So all methods and all metrics on the same objects share them, and another category changes nothing.
    """

    def __init__(self, *, resamples: int = RESAMPLES, seed: int = 0) -> None:
        self.resamples = resamples
        self.seed = seed
        self._counts: dict[tuple[str, int], np.ndarray] = {}

    def estimates(self, scores: Scores) -> dict[str, Estimates]:
        """Estimates by category, and under `mean` and `objects`."""
        every = len(scores.categories)
        by_category = {name: self._of(scores.of_category(name), name) for name in sorted(set(scores.categories))}
        value = np.mean([part.value for part in by_category.values()], axis=0)
        estimates = dict(by_category)
        freedom = max(1, every - len(by_category))
        estimates[MEAN] = Estimates(value, self._draws_of_mean(scores, by_category), every, freedom)
        estimates[OBJECTS] = self._of(scores, OBJECTS)
        for name, part in estimates.items():
            if part.objects < MIN_OBJECTS:
                estimates[name] = replace(part, draws=np.full((1, len(part.value)), np.nan))
        return estimates

    def _of(self, scores: Scores, key: str) -> Estimates:
        objects = len(scores.categories)
        draws = scores.estimate(self._resample(key, objects))
        return Estimates(scores.estimate(), draws, objects, max(1, objects - 1))

    def _draws_of_mean(self, scores: Scores, by_category: dict[str, Estimates]) -> np.ndarray:
        """The mean over categories of each resample.

        One object says nothing about the spread within its category. It borrows that of the others: it moves by a
        deviation drawn from all objects of categories with two or more (each from its category's estimate,
        enlarged by sqrt(n / (n - 1)) as its category has used one degree of freedom).
        """
        several = [name for name, part in by_category.items() if part.objects > 1]
        total = np.zeros((self.resamples, scores.numerator.shape[1]))
        if not several:
            return total + np.nan
        deviations = []
        for name in several:
            part, n = scores.of_category(name), by_category[name].objects
            with np.errstate(invalid="ignore", divide="ignore"):
                single = part.numerator / part.denominator
            deviations.append((single - by_category[name].value) * np.sqrt(n / (n - 1)))
        deviations = np.concatenate(deviations)
        for name, part in by_category.items():
            if part.objects > 1:
                total += part.draws
            else:
                drawn = self._generator(name).integers(len(deviations), size=self.resamples)
                total += part.value + deviations[drawn]
        return total / len(by_category)

    def _resample(self, key: str, objects: int) -> np.ndarray:
        """How often each of the objects is drawn in each resample, Int[B, N]."""
        if (key, objects) not in self._counts:
            generator, counts = self._generator(key), np.zeros((self.resamples, objects), np.uint8)
            for rows in _blocks(self.resamples, objects):
                block = counts[rows]
                drawn = generator.integers(objects, size=(len(block), objects - 1))
                drawn += np.arange(len(block))[:, None] * objects
                block[:] = np.bincount(drawn.ravel(), minlength=block.size).reshape(block.shape)
            self._counts[key, objects] = counts
        return self._counts[key, objects]

    def _generator(self, key: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(key.encode())])


def holm(values: Sequence[float]) -> np.ndarray:
    """Holm's step-down adjustment (1979): adjusted p-values, which bound the chance of any false claim among all.

    NaN stays NaN and counts for nothing.
    """
    p = np.asarray(values, dtype=np.float64)
    adjusted = np.full_like(p, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    return adjusted


def ranks(better: np.ndarray) -> np.ndarray:
    """Rank = 1 + the number of methods that are significantly better; those that cannot be told apart share one.

    Args:
        better: Bool[M, M]; [a, b] says that a is significantly better than b.
    """
    return 1 + np.asarray(better, dtype=bool).sum(axis=0)


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of the rows that bound the memory which large data sets take at a time."""
    step = max(1, 2**22 // columns)
    return (slice(start, start + step) for start in range(0, rows, step))


def _interval(draws: np.ndarray, freedom: int) -> tuple[np.ndarray, np.ndarray]:
    """The expanded percentile interval along axis 0."""
    tail = special.ndtr(special.stdtrit(freedom, (1 - LEVEL) / 2))
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high
