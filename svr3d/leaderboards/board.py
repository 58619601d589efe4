"""The leaderboard: a pure function of records, and its writing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import InputError
from ..files import replacing
from ..metrics.declarations import METRICS, Metric, get_metric, is_curve
from .records import check_records
from .statistics import LEVEL, MEAN, OBJECTS, RESAMPLES, Bootstrap, Estimates, Scores, holm, ranks

BOARD_COLUMNS = (
    *("dataset", "split", "protocol", "metric", "category", "method", "preset", "seeds"),
    *("value", "low", "high", "rank", "n", "failed", "gifts", "limits"),
)
COMPARISON_COLUMNS = (
    *("dataset", "split", "protocol", "metric", "category", "a", "preset_a", "b", "preset_b"),
    *("difference", "low", "high", "p", "p_holm", "n"),
)
RUN_COLUMNS = (
    *("method", "dataset", "preset", "seed", "representation", "gifts", "limits"),
    *("parameters", "train_seconds", "inference_ms"),
)


def leaderboard(records, runs=None, *, seed: int = 0):
    """The board in long form, one row per (dataset, split, protocol, metric, category, method, preset).

    A value is the mean over objects of each object's mean over views and seeds; of a pooled metric, the ratio of its
    two counts' totals. Category `mean` is the unweighted mean over categories, `objects` the mean over all objects.
    Methods are compared on the samples that all of their runs have; where some lack samples that others have, a
    warning says so.

    Args:
        records: DataFrame with the columns RECORD_COLUMNS.
        runs: DataFrame with the columns RUN_COLUMNS, from the runs' manifests; without it no method is taken to
            have gifts or limits.
        seed: of the bootstrap.

    Returns:
        DataFrame with the columns BOARD_COLUMNS. `seeds` is the number of seeds; `low` and `high` are the ends of
        the 95 % bootstrap interval over objects (NaN with fewer than 6 objects); `rank` is 1 + the number of
        methods that are significantly better (5 %, Holm-adjusted over all pairs), among methods without gifts, and
        is missing where the metric is not one to rank by or there is no interval; `n` counts objects and `failed`
        failed samples over all seeds; `gifts` names what the method is given at test time, `limits` what its
        representation cannot express.

    Raises:
        InputError: records or runs that are not valid, or methods without a sample in common.
    """
    return _leaderboard_frame(_analyze(records, runs, seed))


def comparisons(records, runs=None, *, seed: int = 0):
    """Every pair of methods in every ranked metric, on the same resamples of the same objects.

    Returns:
        DataFrame with the columns COMPARISON_COLUMNS, for the categories `mean` and `objects`. `a` is the better of
        the two, `difference` is a's value minus b's with its 95 % interval `low`, `high`; `p` is two-sided; `p_holm`
        is adjusted over all pairs of the same metric and category (pairs with gifted methods apart, so that a
        ceiling on the board does not change what is known of the methods). All as in `leaderboard`.
    """
    return _comparisons_frame(_analyze(records, runs, seed))


def write_leaderboard(records, runs, out, *, title: str = "Leaderboard", seed: int = 0) -> list[Path]:
    """Write leaderboard.csv, comparisons.csv, leaderboard.md, leaderboard.tex and figures/ into the folder `out`.

    Each file is replaced atomically, and the same records and runs give the same bytes.

    Args:
        records, runs, seed: as in `leaderboard`; `runs` may be None, which leaves the costs out.
        title: the heading of the page.

    Returns:
        The files written.
    """
    from .figures import draw_figures
    from .tables import latex_page, markdown_page

    out = Path(out)
    analyses = _analyze(records, runs, seed)
    board, pairs, notes = _leaderboard_frame(analyses), _comparisons_frame(analyses), _notes(analyses)
    costs = None if runs is None else _costs(_check_runs(runs))
    written = [
        _write(out / "leaderboard.csv", board.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()),
        _write(out / "comparisons.csv", pairs.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()),
    ]
    figures = []
    for name, content in draw_figures(board, costs):
        figures.append(_write(out / "figures" / name, content))
    names = [f"figures/{path.name}" for path in figures if path.suffix == ".png"]
    written.append(_write(out / "leaderboard.md", markdown_page(title, board, pairs, costs, notes, names).encode()))
    written.append(_write(out / "leaderboard.tex", latex_page(title, board, costs).encode()))
    return written + figures


class _Pair(NamedTuple):
    """Competitors by index, `a` the better, and a's value minus b's."""

    a: int
    b: int
    difference: float
    low: float
    high: float
    p: float
    p_holm: float


@dataclass(frozen=True)
class _Result:
    """M competitors over one category, the mean of categories or all objects."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranks: list[int | None]
    pairs: list[_Pair]
    objects: int
    failed: np.ndarray


@dataclass(frozen=True)
class _Analysis:
    """One metric under one protocol on one split, of M competitors: (method, preset) pairs."""

    dataset: str
    split: str
    protocol: str
    metric: Metric
    competitors: list[tuple[str, str]]
    seeds: list[int]
    gifts: list[str]
    limits: list[str]
    results: dict[str, _Result]
    note: str

    @property
    def where(self) -> tuple[str, str, str, str]:
        return self.dataset, self.split, self.protocol, self.metric.name


def _analyze(records, runs, seed: int) -> list[_Analysis]:
    records = check_records(records, "the records")
    _refuse_reserved(records)
    runs = None if runs is None else _check_runs(runs)
    gifts, limits = ({}, {}) if runs is None else (_gifts(runs, records), _limits(runs))
    competitors = records[["method", "preset"]].drop_duplicates()
    pairs = len(competitors) * (len(competitors) - 1) // 2
    # p-values are no smaller than 2 / (1 + resamples); after Holm's adjustment they must still be able to reach 5 %
    bootstrap = Bootstrap(resamples=max(RESAMPLES, 200 * pairs), seed=seed)
    analyses = []
    for (dataset, split, protocol), group in records.groupby(["dataset", "split", "protocol"], sort=True):
        group = _with_best(group)
        for metric in _metrics(group, protocol):
            names = metric.sums or (metric.name,)
            tables = [group[group["metric"] == name] for name in names]
            where = f"{metric.name} under {protocol} on {dataset}/{split}"
            values, failed, note = align(tables, where)
            scores = _scores(metric, values)
            for category in sorted(set(scores.categories)):
                if not (scores.of_category(category).denominator.sum(0) > 0).all():
                    raise InputError(f"{where}: the counts '{metric.sums[1]}' of category {category} are all zero")
            columns = values[0].columns
            competitors = sorted({(method, preset) for method, preset, _ in columns})
            held = [gifts.get((method, dataset, preset), "") for method, preset in competitors]
            counts, estimates = _count_failed(failed), bootstrap.estimates(scores)
            analyses.append(
                _Analysis(
                    *(dataset, split, protocol, metric, competitors),
                    seeds=[sum(column[:2] == key for column in columns) for key in competitors],
                    gifts=held,
                    limits=[limits.get((method, dataset, preset), "") for method, preset in competitors],
                    results={
                        name: _judge(metric, held, estimates[name], counts[name])
                        for name in sorted(estimates, key=_place)
                    },
                    note=note,
                )
            )
    for note in _notes(analyses):
        warnings.warn(note, stacklevel=3)
    return analyses


def _place(category: str) -> tuple[bool, bool, str]:
    """Sorts `mean` first, then `objects`, then the categories."""
    return category != MEAN, category != OBJECTS, category


def _judge(metric: Metric, gifts: list[str], estimates: Estimates, failed: np.ndarray) -> _Result:
    """Who is better than whom, and so the ranks."""
    count, value = len(gifts), estimates.value
    pairs = []
    if metric.ranked:
        sign = 1 if metric.higher_is_better else -1
        for a, b in combinations(range(count), 2):
            a, b = (b, a) if sign * (value[a] - value[b]) < 0 else (a, b)
            pairs.append(_Pair(a, b, *estimates.compare(a, b), math.nan))
        # two families: a ceiling on the board must not change what is known of the methods
        for family in (False, True):
            own = [i for i, pair in enumerate(pairs) if bool(gifts[pair.a] or gifts[pair.b]) == family]
            for i, p in zip(own, holm([pairs[i].p for i in own]), strict=True):
                pairs[i] = pairs[i]._replace(p_holm=float(p))
    order: list[int | None] = [None] * count
    if metric.ranked and not np.isnan(estimates.draws).any():
        better = np.zeros((count, count), dtype=bool)
        for pair in pairs:
            better[pair.a, pair.b] = pair.p_holm <= 1 - LEVEL and not gifts[pair.a]
        order = [None if gift else int(rank) for gift, rank in zip(gifts, ranks(better), strict=True)]
    return _Result(value, *estimates.interval(), order, pairs, estimates.objects, failed)


def align(tables: list, where: str):
    """One metric's records as sample × run tables over the samples that all runs have.

    Args:
        tables: the records of one metric (of a pooled one: of each of its two counts) of one data set, split and
            protocol.
        where: names them in messages.

    Returns:
        values: for each of `tables` a frame, rows (category, object, view), columns (method, preset, seed).
        failed: a frame alike of booleans.
        note: a sentence on the samples left out, or "".

    Raises:
        InputError: records of several protocols (splits, data sets, metrics) together, or no sample in common.
    """
    index, columns = ["category", "object", "view"], ["method", "preset", "seed"]
    for table in tables:
        for name in ("dataset", "split", "protocol", "metric"):
            if (several := table[name].unique()).size > 1:
                raise InputError(f"{where}: {name}s {', '.join(map(str, several))} cannot share a column")
    wide = [table.pivot(index=index, columns=columns, values="value") for table in tables]
    failed = (
        tables[0].assign(failed=tables[0]["status"] == "failed").pivot(index=index, columns=columns, values="failed")
    )
    runs = wide[0].columns
    for table in wide[1:]:
        runs = runs.intersection(table.columns)
    lacking = [table.reindex(columns=runs).isna() for table in wide]
    samples = lacking[0].index
    for table in lacking[1:]:
        samples = samples.union(table.index)
    lacking = sum(table.reindex(samples, fill_value=True).astype(int) for table in lacking) > 0
    common = samples[~lacking.any(axis=1).to_numpy()]
    if len(common) == 0 or len(runs) == 0:
        names = ", ".join(f"{method} ({preset}, seed {seed})" for method, preset, seed in wide[0].columns)
        raise InputError(f"{where}: the runs {names} have no sample in common, so nothing can be compared")
    note = ""
    if len(common) < len(samples):
        counts = [(f"{method} ({preset}, seed {seed})", n) for (method, preset, seed), n in lacking.sum().items() if n]
        lack = ", ".join(f"{name} lacks {n}" for name, n in counts)
        note = f"compared on the {len(common)} of {len(samples)} samples that all runs have ({lack})"
    values = [table.loc[common, runs].sort_index(axis=1) for table in wide]
    return values, failed.loc[common, runs].sort_index(axis=1).astype(bool), note


def _with_best(group):
    """The records, and of each recorded curve those at each run's best threshold over all its samples."""
    import pandas as pd

    parts = [group]
    for metric in METRICS.values():
        if metric.best_of is None:
            continue
        curve = group[group["metric"].str.startswith(metric.best_of)]
        if not curve.empty:
            run = ["method", "preset", "seed"]
            means = curve.groupby([*run, "metric"])["value"].mean().reset_index()
            sign = 1 if metric.higher_is_better else -1
            best = means.loc[(sign * means["value"]).groupby([means[key] for key in run]).idxmax(), [*run, "metric"]]
            parts.append(curve.merge(best, on=[*run, "metric"]).assign(metric=metric.name))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else group


def _metrics(group, protocol: str) -> list[Metric]:
    """What the board shows of the recorded metrics: a pooled metric stands for its two counts."""
    recorded = set(group["metric"])
    pooled = [metric for metric in METRICS.values() if metric.sums and set(metric.sums) <= recorded]
    counts = {name for metric in pooled for name in metric.sums}
    for name in sorted(recorded):
        metric = get_metric(name)
        if metric.sums and metric not in pooled:
            raise InputError(
                f"'{name}' is pooled over samples and needs the records of {' and '.join(metric.sums)}, "
                f"which are missing under {protocol}"
            )
    declared = [metric for name, metric in METRICS.items() if metric in pooled or name in recorded - counts]
    return declared + [get_metric(name) for name in sorted(recorded) if is_curve(name)]


def _scores(metric: Metric, values: list) -> Scores:
    """Per-object scores: a mean over views and seeds, or totals of counts."""
    total = "sum" if metric.sums else "mean"
    objects = [
        table.groupby(level=["category", "object"], sort=True)
        .agg(total)
        .T.groupby(level=["method", "preset"])
        .agg(total)
        .T
        for table in values
    ]
    categories = tuple(objects[0].index.get_level_values("category"))
    if metric.sums:
        return Scores(objects[0].to_numpy(np.float64), objects[1].to_numpy(np.float64), categories)
    return Scores.of_values(objects[0].to_numpy(), categories)


def _count_failed(failed) -> dict[str, np.ndarray]:
    """Failed samples of each competitor, by category and in all."""
    counts = failed.astype(int).T.groupby(level=["method", "preset"]).sum().T
    by_category = {name: part.sum().to_numpy() for name, part in counts.groupby(level="category")}
    total = counts.sum().to_numpy()
    return by_category | {MEAN: total, OBJECTS: total}


def _leaderboard_frame(analyses: list[_Analysis]):
    import pandas as pd

    frame = pd.DataFrame(_leaderboard_rows(analyses), columns=list(BOARD_COLUMNS))
    return frame.astype({"rank": "Int64"})


def _leaderboard_rows(analyses: list[_Analysis]) -> Iterator[tuple]:
    for analysis in analyses:
        for category, result in analysis.results.items():
            for i, (method, preset) in enumerate(analysis.competitors):
                yield (
                    *(*analysis.where, category, method, preset, analysis.seeds[i]),
                    *(result.value[i], result.low[i], result.high[i], result.ranks[i]),
                    *(result.objects, int(result.failed[i]), analysis.gifts[i], analysis.limits[i]),
                )


def _comparisons_frame(analyses: list[_Analysis]):
    import pandas as pd

    rows = [
        (*analysis.where, category, *analysis.competitors[a], *analysis.competitors[b], *numbers, result.objects)
        for analysis in analyses
        for category in (MEAN, OBJECTS)
        for result in [analysis.results[category]]
        for a, b, *numbers in result.pairs
    ]
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def _notes(analyses: list[_Analysis]) -> list[str]:
    """What the reader must know of incomplete runs; what holds for several metrics is said once."""
    metrics: dict[tuple[str, str, str, str], list[str]] = {}
    for analysis in analyses:
        if analysis.note:
            name = analysis.metric.name
            name = f"{name.partition('@')[0]}@…" if is_curve(name) else name
            metrics.setdefault((analysis.note, analysis.protocol, analysis.dataset, analysis.split), []).append(name)
    return [
        f"{', '.join(dict.fromkeys(names))} under {protocol} on {dataset}/{split}: {note}"
        for (note, protocol, dataset, split), names in metrics.items()
    ]


def _refuse_reserved(records) -> None:
    for name in (MEAN, OBJECTS):
        if (records["category"] == name).any():
            raise InputError(f"the records have a category named '{name}', which on a board stands for an aggregate")


def _check_runs(runs):
    missing = [name for name in RUN_COLUMNS if name not in runs.columns]
    if missing:
        raise InputError(f"the runs have no column '{missing[0]}'; expected {', '.join(RUN_COLUMNS)}")
    runs = runs[list(RUN_COLUMNS)].assign(**{name: runs[name].fillna("").astype(str) for name in ("gifts", "limits")})
    for name in ("parameters", "train_seconds", "inference_ms"):
        try:
            runs[name] = runs[name].astype(float)
        except (TypeError, ValueError) as error:
            raise InputError(f"the runs' column '{name}' must hold numbers ({error})") from None
    return runs


def _gifts(runs, records) -> dict[tuple[str, str, str], str]:
    """The gifts of each (method, dataset, preset) that has records."""
    gifts = {}
    for key, part in runs.groupby(["method", "dataset", "preset"]):
        if part["gifts"].nunique() > 1:
            raise InputError(f"the runs of {'/'.join(key)} disagree on their gifts: {sorted(part['gifts'].unique())}")
        gifts[key] = part["gifts"].iloc[0]
    for key in records[["method", "dataset", "preset"]].drop_duplicates().itertuples(index=False, name=None):
        if key not in gifts:
            raise InputError(f"the runs do not list {'/'.join(key)} (method/dataset/preset), which has records")
    return gifts


def _limits(runs) -> dict[tuple[str, str, str], str]:
    """The limits of each (method, dataset, preset); a run from before its method stated any adds none."""
    grouped = runs.groupby(["method", "dataset", "preset"])["limits"]
    return {key: "; ".join(limits for limits in dict.fromkeys(own) if limits) for key, own in grouped}


def _costs(runs):
    """Mean costs over the seeds of each (dataset, method, preset)."""
    return runs.groupby(["dataset", "method", "preset"], as_index=False).agg(
        representation=("representation", "first"),
        parameters=("parameters", "mean"),
        train_seconds=("train_seconds", "mean"),
        inference_ms=("inference_ms", "mean"),
    )


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
