"""What there is to say of the methods, metric by metric: estimates, intervals, pairs and ranks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..errors import InputError
from ..metrics.declarations import Metric, is_curve
from .aggregation import count_failed, object_scores, part_scores, shown_metrics, with_best, with_rarest
from .category_names import shown_category
from .common_samples import on_common_samples
from .frames import DataFrame
from .given import gifts_of
from .ranking import adjusted, ranks
from .records import check_records
from .run_table import check_runs, given_of, limits_of
from .statistics import LEVEL, MEAN, OBJECTS, Bootstrap, Estimates, Scores, enough_resamples


class Pair(NamedTuple):
    """Competitors by index, `a` the better, and a's value minus b's; `p` is two-sided, and so `p_holm` adjusted."""

    a: int
    b: int
    difference: float
    low: float
    high: float
    p: float
    p_holm: float


@dataclass(frozen=True)
class Result:
    """M competitors over one category, the mean of categories or all objects; `ranks` as `ranking.ranks` has them."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranks: list[tuple[int, int] | None]
    pairs: list[Pair]
    objects: int
    failed: np.ndarray


@dataclass(frozen=True)
class Analysis:
    """One metric under one protocol on one split, of M competitors: (method, preset) pairs.

    Args:
        part: the label of the objects' part that was measured; empty for whole objects. Of parts there are values
            and intervals, but no pairs and no ranks.
        seeds, given, limits: of each competitor: how many seeds, what it is given, what it cannot express.
        results: by category, `mean` and `objects`.
        note: a sentence on samples left out, or empty.
    """

    dataset: str
    split: str
    protocol: str
    metric: Metric
    part: str
    competitors: list[tuple[str, str]]
    seeds: list[int]
    given: list[str]
    limits: list[str]
    results: dict[str, Result]
    note: str

    @property
    def where(self) -> tuple[str, str, str, str, str]:
        """Its place in a table."""
        return self.dataset, self.split, self.protocol, self.metric.name, self.part


def analyze(records: DataFrame, runs: DataFrame | None, seed: int) -> list[Analysis]:
    """The analyses of all metrics of all protocols; what runs lack is warned of.

    Args:
        records, runs, seed: as in `svr3d.leaderboards.leaderboard`.
    """
    records = check_records(records, "the records")
    records = records.assign(category=records["category"].map(shown_category))
    runs = None if runs is None else check_runs(runs)
    given, limits = ({}, {}) if runs is None else (given_of(runs, records), limits_of(runs))
    competitors = records[["method", "preset"]].drop_duplicates()
    claims = len(competitors) * (len(competitors) - 1)
    bootstrap = Bootstrap(resamples=enough_resamples(claims, _least_freedom(records)), seed=seed)
    analyses = [
        analysis
        for key, group in records.groupby(["dataset", "split", "protocol"], sort=True)
        for part, own in group.groupby("part", sort=True)  # the empty label, of whole objects, comes first
        for analysis in _of_group((*key, part), own, group[group["part"] != ""], bootstrap, given, limits)
    ]
    for note in notes(analyses):
        warnings.warn(note, stacklevel=3)
    return analyses


def _of_group(
    key: tuple[str, str, str, str],
    group: DataFrame,
    parts: DataFrame,
    bootstrap: Bootstrap,
    given: dict[tuple[str, str, str], str],
    limits: dict[tuple[str, str, str], str],
) -> Iterator[Analysis]:
    """The analyses of whole objects, or of one part. `parts`: the records of the same objects' parts."""
    dataset, split, protocol, part = key
    place = f"under {protocol} on {dataset}/{split}"
    of_parts = set() if part else set(parts["metric"])
    group = with_best(group if part else with_rarest(group, parts, place))
    for metric in shown_metrics(group, protocol, of_parts):
        where = f"{metric.name}{f' of {part}' if part else ''} {place}"
        scores, failed, note = _scores(metric, group, parts, where)
        columns = failed.columns
        competitors = sorted({(method, preset) for method, preset, _ in columns})
        held = [given.get((method, dataset, preset), "") for method, preset in competitors]
        gifted = [bool(gifts_of(text)) for text in held]
        # A prediction that fails takes its false voxels out of a pooled ratio with its right ones: a method that fails
        # on what it does badly would have a better value.
        ranked = metric.ranked and not metric.sums and not part
        counts, estimates = count_failed(failed), bootstrap.estimates(scores)
        yield Analysis(
            *(dataset, split, protocol, metric, part, competitors),
            seeds=[sum(column[:2] == key for column in columns) for key in competitors],
            given=held,
            limits=[limits.get((method, dataset, preset), "") for method, preset in competitors],
            results={
                name: judge(metric, ranked, gifted, estimates[name], counts[name])
                for name in sorted(estimates, key=_place)
            },
            note=note,
        )


def _scores(metric: Metric, group: DataFrame, parts: DataFrame, where: str) -> tuple[Scores, DataFrame, str]:
    """One metric's scores, which samples of which run failed, and a note on samples left out."""
    if metric.of_parts and not metric.rarest_by:
        table = parts[parts["metric"] == metric.of_parts]
        values, failed, note = on_common_samples([table], where, by_part=True)
        failed = failed.groupby(level=["category", "object", "view"], sort=True).any()
        return part_scores(values[0], failed), failed, note
    tables = [group[group["metric"] == name] for name in metric.sums or (metric.name,)]
    values, failed, note = on_common_samples(tables, where)
    scores = object_scores(metric, values, failed)
    for category in sorted(set(scores.categories)) if metric.sums else ():
        if not (scores.of_category(category).denominator.sum(0) > 0).all():
            raise InputError(
                f"{where}: the counts '{tables[-1]['metric'].iloc[0]}' of category {category} are all zero"
            )
    return scores, failed, note


def _least_freedom(records: DataFrame) -> int:
    """Objects less categories, of the data set and split that has the fewest."""
    objects = records[["dataset", "split", "category", "object"]].drop_duplicates().groupby(["dataset", "split"])
    return int((objects.size() - objects["category"].nunique()).min())


def _place(category: str) -> tuple[bool, bool, str]:
    """Sorts `mean` first, then `objects`, then the categories."""
    return category != MEAN, category != OBJECTS, category


def judge(metric: Metric, ranked: bool, gifted: list[bool], estimates: Estimates, failed: np.ndarray) -> Result:
    """Who is better than whom, and so the ranks."""
    count, value = len(gifted), estimates.value
    pairs: list[Pair] = []
    order: list[tuple[int, int] | None] = [None] * count
    if ranked:
        p = estimates.p_values(higher_is_better=metric.higher_is_better)
        with_gifts = np.logical_or.outer(gifted, gifted)
        others = ~np.eye(count, dtype=bool)
        # a ceiling on the board must not change what is known of the methods
        p_holm = np.where(with_gifts, adjusted(p, others & with_gifts), adjusted(p, others & ~with_gifts))
        two_sided = np.minimum(1.0, 2 * p)
        quality = value if metric.higher_is_better else -value
        for a, b in combinations(range(count), 2):
            a, b = (b, a) if quality[a] < quality[b] else (a, b)
            pairs.append(Pair(a, b, *estimates.compare(a, b), two_sided[a, b], p_holm[a, b]))
        if not np.isnan(estimates.draws).any():
            free = np.flatnonzero(~np.array(gifted))
            places = ranks(p_holm[np.ix_(free, free)] <= 1 - LEVEL, quality[free])
            for i, first, last in zip(free, *places, strict=True):
                order[i] = int(first), int(last)
    return Result(value, *estimates.interval(), order, pairs, estimates.objects, failed)


def notes(analyses: list[Analysis]) -> list[str]:
    """What the reader must know of incomplete runs; what holds for several metrics or parts is said once."""
    metrics: dict[tuple[str, str, str, str], list[str]] = {}
    for analysis in analyses:
        if analysis.note:
            name = analysis.metric.name
            name = f"{name.partition('@')[0]}@…" if is_curve(name) else name
            name += f" of {analysis.part}" if analysis.part else ""
            metrics.setdefault((analysis.note, analysis.protocol, analysis.dataset, analysis.split), []).append(name)
    return [
        f"{', '.join(dict.fromkeys(names))} under {protocol} on {dataset}/{split}: {note}"
        for (note, protocol, dataset, split), names in metrics.items()
    ]
