"""Estimates over objects and seeds, their bootstrap intervals and paired comparisons. Arrays in, arrays out.

A board asks how methods would compare on other objects of the same kind, trained once more. So views are averaged
within an object first; objects are resampled, all methods on the same ones; and the seeds of each method vary by
themselves.

**Objects.** Resamples draw n - 1 of n objects, with replacement, within each category. With n draws the bootstrap's
variance of a mean is (n - 1) / n of what it should be, which matters with a handful of objects per category; with n - 1
it is unbiased (Rao and Wu, Resampling inference with complex survey data, JASA 1988). Percentile intervals are still
too short with few objects, as they take the spread for known: their ends are moved outwards by as much as Student's t
is wider than the normal distribution (the expanded percentile interval of Hesterberg, What teachers should know about
the bootstrap, The American Statistician 2015). p-values are those at which such an interval of the difference ends at
zero; but resamples leave k given objects out with a chance of e^-k, where a test of signs says 2^-k, which matters
where few failures are all the difference. So a claim must also hold on random halves of the objects (repeated half
samples: Saigo, Shao and Sitter, Survey Methodology 2001), which leave them out with 2^-k.

**Seeds.** Each resample of a method with S > 1 seeds is moved by s / sqrt(S) times a draw from Student's t with S - 1
degrees of freedom, s being the spread of its seeds beyond what the choice of objects explains: resampling three seeds
would make far too little of what is not known of a fourth. With one seed nothing is known of another training run, and
the interval is over objects alone. Samples that failed are left out of s, and only there.

**Failing never pays.** Every resample of an estimate is a sum of the scores with weights that are not negative, and
the weights do not depend on the scores. So a score that gets worse worsens every resample of its method and no other's:
the p-value of whatever is claimed against it falls, that of what it claims rises. (A t-test has no such property: one
failed sample widens its interval until nothing can be told apart.) Outside are a pooled metric, which failing may
improve, so that nothing is ranked by it; the spread of several seeds, which is estimated; and a category of one object,
whose spread is borrowed.

**Simulated** (150 to 240 intervals or 300 to 600 boards each, so to within 1.5 and 1 %). Intervals of three seeds that
vary by 0, 1 or 3 standard errors of the mean over objects cover the truth in 94 to 98 %, with 12 objects, 40 in 5
categories or 120 in 15; with the seeds held fixed, in 93 to 96, 84 to 93 and 63 to 71 %. Boards of four methods that
are alike have any false claim in 3 to 5 % (40 and 120 objects; values like IoU, and log-normal distances; without
failures, and with 3 % that count 600 times the usual distance), boards of eight in 4 %, of four with three seeds in
1 %. With just 12 objects and such failures it is 7 %.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Literal

import numpy as np
from scipy import special

LEVEL = 0.95
RESAMPLES = 10_000
MOST_RESAMPLES = 100_000
"""However many methods there are, memory must hold the resamples of some thousand objects."""
MIN_OBJECTS = 6
"""Fewer objects get no interval and no rank: even the whole range of n values covers the median with a probability of
just 1 - 2^(1 - n), which is below 95 % for n < 6."""

MEAN = "mean"
"""Stands for the unweighted mean over categories, where a category is named."""
OBJECTS = "objects"
"""Stands for the mean over all objects, where a category is named."""


@dataclass(frozen=True)
class Scores:
    """One metric of R runs of M methods on the same N objects. An estimate is the ratio of two totals over objects,
    a method's over its seeds too. Of P parts it is the mean of their ratios, over those that some object has.

    Args:
        numerator: Float[N, R]. For a metric that is averaged over objects, each object's value; for a pooled
            metric, each object's first count (intersections). Of parts Float[N, P, R]: the value of each object's
            part, 0 where it has none.
        denominator: as `numerator`. All ones, or each object's second count (unions); of parts 1 where the object has
            one, 0 elsewhere, which does not depend on the run.
        categories: N names.
        methods: the name of each run's method, those of one method side by side.
        failed: Bool[N, R], where a prediction of the object failed.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    categories: tuple[str, ...]
    methods: tuple[str, ...]
    failed: np.ndarray

    @classmethod
    def of_values(cls, values: np.ndarray, categories: Sequence[str], methods: Sequence[str] | None = None) -> Scores:
        """Scores of a metric that is averaged over objects, without failures.

        Args:
            values: Float[N, R].
            categories: N names.
            methods: R names; by default, each run is a method of its own.
        """
        values = np.asarray(values, dtype=np.float64)
        names = tuple(map(str, range(values.shape[1]))) if methods is None else tuple(methods)
        return cls(values, np.ones_like(values), tuple(categories), names, np.zeros(values.shape, dtype=bool))

    @property
    def runs(self) -> dict[str, list[int]]:
        """The columns of each method."""
        return {name: [i for i, own in enumerate(self.methods) if own == name] for name in dict.fromkeys(self.methods)}

    def of_category(self, category: str) -> Scores:
        """The scores of one category."""
        return self._rows(np.array([name == category for name in self.categories]))

    def by_object(self) -> tuple[np.ndarray, np.ndarray]:
        """Each object's totals over seeds: Float[N, M] each, or Float[N, P, M]."""
        owners = np.array([[own == name for name in self.runs] for own in self.methods], dtype=np.float64)
        return self.numerator @ owners, self.denominator @ owners

    def estimate(self, weights: np.ndarray | None = None) -> np.ndarray:
        """The ratio of totals, Float[M]; with weights [B, N], that of each of B resamples, Float[B, M]."""
        numerator, denominator = self.by_object()
        with np.errstate(invalid="ignore", divide="ignore"):
            if weights is None:
                return self._over_parts(numerator.sum(0) / denominator.sum(0))
            rows, columns = weights.shape
            parts = numerator.shape[1] if numerator.ndim > 2 else 1
            blocks = (weights[chosen].astype(np.float64) for chosen in _blocks(rows, columns * parts))
            totals = ((np.tensordot(block, numerator, 1), np.tensordot(block, denominator, 1)) for block in blocks)
            return np.concatenate([self._over_parts(of_values / of_counts) for of_values, of_counts in totals])

    def single(self) -> np.ndarray:
        """The estimate of each object alone, Float[N, M]."""
        numerator, denominator = self.by_object()
        with np.errstate(invalid="ignore", divide="ignore"):
            return self._over_parts(numerator / denominator)

    def _over_parts(self, ratios: np.ndarray) -> np.ndarray:
        """[..., P, M] to [..., M]: the mean over the parts that there are, those whose ratio is a number; ratios
        [..., M] of what has no parts stay as they are."""
        if self.numerator.ndim == 2:
            return ratios
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.nansum(ratios, axis=-2) / (~np.isnan(ratios)).sum(axis=-2)

    def seed_spread(self, *, by_category: bool = False) -> np.ndarray:
        """The standard deviation of each method's estimates over its seeds, on all objects there could be, Float[M].

        0 with one seed. The variance is half the mean square of the differences between two seeds, less what these owe
        to the choice of objects, which is in the resamples. They are taken over the objects on which neither failed: a
        failure counts in the value, but it must not pass for chance. Two seeds without such an object in common are no
        pair.

        Args:
            by_category: of the unweighted mean over categories, and not of all objects together.
        """
        groups = np.array(self.categories if by_category else [""] * len(self.categories))
        variances = np.zeros(len(self.runs))
        for m, own in enumerate(self.runs.values()):
            found = []
            for a, b in combinations(own, 2):
                common = ~(self.failed[:, a] | self.failed[:, b])
                parts = [self._rows(common & (groups == name))._gap(a, b) for name in np.unique(groups[common])]
                if parts:
                    gap, error = np.mean(parts, axis=0)
                    found.append((gap**2 - error / len(parts)) / 2)
            variances[m] = max(0.0, np.mean(found)) if found else 0.0
        return np.sqrt(variances)

    def _gap(self, a: int, b: int) -> tuple[float, float]:
        """The difference of two runs' estimates, and its sampling variance over objects (0 where there is just one)."""
        num, den = self.numerator[..., [a, b]], self.denominator[..., [a, b]]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = num.sum(0) / den.sum(0)
            pulls = self._over_parts((num - ratio * den) / den.mean(0))  # how each object pulls at the ratio
        ratio = self._over_parts(ratio)
        pull, n = pulls[:, 0] - pulls[:, 1], len(pulls)
        return float(ratio[0] - ratio[1]), float(pull.var(ddof=1) / n) if n > 1 else 0.0

    def _rows(self, rows: np.ndarray) -> Scores:
        names = tuple(name for name, chosen in zip(self.categories, rows, strict=True) if chosen)
        return Scores(self.numerator[rows], self.denominator[rows], names, self.methods, self.failed[rows])


@dataclass(frozen=True)
class Estimates:
    """The estimates of M methods over one category, over the mean of categories or over all objects.

    Args:
        value: Float[M].
        draws: Float[B, M], the estimates on B resamples; NaN where there are too few objects to say.
        halves: Float[B, M], those on random halves of the objects.
        objects: how many objects they rest on.
        freedom: degrees of freedom of their spread over objects: objects less the groups they were resampled in.
    """

    value: np.ndarray
    draws: np.ndarray
    halves: np.ndarray
    objects: int
    freedom: int

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """The ends of each method's 95 % percentile interval, Float[M] each; NaN with too few objects."""
        return _interval(self.draws, self.freedom)

    def compare(self, a: int, b: int) -> tuple[float, float, float]:
        """Method `a` minus method `b`, on the same resamples: the difference of the estimates, and the ends of its 95 %
        interval (NaN with too few objects)."""
        low, high = _interval(self.draws[:, a] - self.draws[:, b], self.freedom)
        return float(self.value[a] - self.value[b]), float(low), float(high)

    def p_values(self, *, higher_is_better: bool) -> np.ndarray:
        """One-sided p-values, Float[M, M]: [a, b] of the claim that a is better than b; NaN with too few objects.

        From the share of resamples in which a is not better, or of halves where that is larger, the data themselves
        counted as one more, so never 0; and from the normal distribution to Student's t, as the interval's ends are
        moved. 1 where a's value is not the better one; nothing below 2^-n, which n objects that all say the same have
        by chance.
        """
        sign = 1 if higher_is_better else -1
        count = len(self.value)
        p = np.ones((count, count))
        for a, b in permutations(range(count), 2):
            if sign * (self.value[a] - self.value[b]) > 0:
                against = max((sign * (part[:, a] - part[:, b]) <= 0).sum() for part in (self.draws, self.halves))
                p[a, b] = special.stdtr(self.freedom, special.ndtri((1 + against) / (1 + len(self.draws))))
        p = np.maximum(p, 0.5**self.objects)
        return np.full_like(p, np.nan) if np.isnan(self.draws).any() else p


def enough_resamples(claims: int, freedom: int) -> int:
    """How many resamples let a p-value be small enough that it can pass 5 % after adjustment for so many claims.

    Args:
        claims: one-sided ones.
        freedom: degrees of freedom.
    """
    least = special.ndtr(special.stdtrit(max(1, freedom), (1 - LEVEL) / (2 * max(1, claims))))
    return int(np.clip(1 / max(least, 1e-9), RESAMPLES, MOST_RESAMPLES))


class Bootstrap:
    """Estimates with their resamples; the resamples depend on the seed, the category and its size only.

    So all methods and all metrics on the same objects share them, and another category changes nothing.
    """

    def __init__(self, *, resamples: int = RESAMPLES, seed: int = 0) -> None:
        self.resamples = resamples
        self.seed = seed
        self._counts: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}
        self._drawn: dict[tuple[str, int, int], np.ndarray] = {}

    def estimates(self, scores: Scores) -> dict[str, Estimates]:
        """Estimates by category, and under `mean` and `objects`."""
        every = len(scores.categories)
        groups = {name: scores.of_category(name) for name in sorted(set(scores.categories))}
        fixed = {name: self._of(part, name) for name, part in groups.items()}
        value = np.mean([part.value for part in fixed.values()], axis=0)
        freedom = max(1, every - len(fixed))
        draws, halves = (self._draws_of_mean(scores, fixed, kind) for kind in ("draws", "halves"))
        mean = Estimates(value, draws, halves, every, freedom)
        spreads = {name: part.seed_spread() for name, part in groups.items()}
        spreads |= {MEAN: scores.seed_spread(by_category=True), OBJECTS: scores.seed_spread()}
        estimates = {}
        for name, part in (fixed | {MEAN: mean, OBJECTS: self._of(scores, OBJECTS)}).items():
            if part.objects < MIN_OBJECTS:
                draws = halves = np.full((1, len(part.value)), np.nan)
            else:
                moves = self._seed_moves(scores.runs, spreads[name], part.freedom)
                draws, halves = part.draws + moves, part.halves + moves
            estimates[name] = replace(part, draws=draws, halves=halves)
        return estimates

    def _of(self, scores: Scores, key: str) -> Estimates:
        """With the seeds held fixed."""
        objects = len(scores.categories)
        draws, halves = (scores.estimate(counts) for counts in self._resample(key, objects))
        return Estimates(scores.estimate(), draws, halves, objects, max(1, objects - 1))

    def _seed_moves(self, runs: dict[str, list[int]], spread: np.ndarray, freedom: int) -> np.ndarray:
        """What other seeds would add to each resample, Float[B, M]."""
        moves = np.zeros((self.resamples, len(runs)))
        for m, (name, own) in enumerate(runs.items()):
            if spread[m] > 0:
                moves[:, m] = spread[m] / np.sqrt(len(own)) * self._student(name, len(own) - 1, freedom)
        return moves

    def _student(self, name: str, seeds: int, freedom: int) -> np.ndarray:
        """Draws from Student's t with `seeds` degrees of freedom, Float[B]; drawn in towards the middle by as much as
        the intervals are expanded for `freedom`, which is meant for the objects only."""
        if (name, seeds, freedom) not in self._drawn:
            normal = self._generator(f"seeds of {name}").normal(size=self.resamples)
            self._drawn[name, seeds, freedom] = special.stdtrit(seeds, special.stdtr(freedom, normal))
        return self._drawn[name, seeds, freedom]

    def _draws_of_mean(
        self, scores: Scores, by_category: dict[str, Estimates], kind: Literal["draws", "halves"]
    ) -> np.ndarray:
        """The mean over categories of each resample.

        One object says nothing about the spread within its category. It borrows that of the others: it moves by a
        deviation drawn from all objects of categories with two or more (each from its category's estimate,
        enlarged by sqrt(n / (n - 1)) as its category has used one degree of freedom).
        """
        several = [name for name, part in by_category.items() if part.objects > 1]
        total = np.zeros((self.resamples, len(scores.runs)))
        if not several:
            return total + np.nan
        deviations = []
        for name in several:
            single, n = scores.of_category(name).single(), by_category[name].objects
            deviations.append((single - by_category[name].value) * np.sqrt(n / (n - 1)))
        deviations = np.concatenate(deviations)
        for name, part in by_category.items():
            if part.objects > 1:
                total += getattr(part, kind)
            else:
                drawn = self._generator(name).integers(len(deviations), size=self.resamples)
                total += part.value + deviations[drawn]
        return total / len(by_category)

    def _resample(self, key: str, objects: int) -> tuple[np.ndarray, np.ndarray]:
        """How often each of the objects is drawn in each resample, and whether it is in each half, UInt8[B, N]."""
        if (key, objects) not in self._counts:
            shape = self.resamples, objects
            counts, halves = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
            for rows in _blocks(*shape):
                counts[rows] = _drawn(self._generator(f"{key} from {rows.start}"), *counts[rows].shape)
                halves[rows] = _half(self._generator(f"half of {key} from {rows.start}"), *halves[rows].shape)
            self._counts[key, objects] = counts, halves
        return self._counts[key, objects]

    def _generator(self, key: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(key.encode())])


def _drawn(generator: np.random.Generator, rows: int, objects: int) -> np.ndarray:
    """n - 1 of n objects with replacement, as counts, Int[rows, n]."""
    drawn = generator.integers(objects, size=(rows, objects - 1)) + np.arange(rows)[:, None] * objects
    return np.bincount(drawn.ravel(), minlength=rows * objects).reshape(rows, objects)


def _half(generator: np.random.Generator, rows: int, objects: int) -> np.ndarray:
    """Half of n objects, Bool[rows, n]; of odd n one more or less, as often as keeps the variance unbiased."""
    fewer = generator.random((rows, 1)) < (objects - 1) / (2 * objects)
    size = np.where(fewer, objects // 2, (objects + 1) // 2)
    places = generator.permuted(np.broadcast_to(np.arange(objects), (rows, objects)), axis=1)
    return places < np.maximum(size, 1)


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of the rows that bound the memory which large data sets take at a time."""
    step = max(1, 2**22 // columns)
    return (slice(start, start + step) for start in range(0, rows, step))


def _interval(draws: np.ndarray, freedom: int) -> tuple[np.ndarray, np.ndarray]:
    """The expanded percentile interval along axis 0."""
    tail = special.ndtr(special.stdtrit(freedom, (1 - LEVEL) / 2))
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high
