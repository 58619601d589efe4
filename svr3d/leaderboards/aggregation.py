"""From records to one score per object: what the board makes of repeated views, of counts, of curves and of parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ..errors import InputError
from ..metrics.declarations import METRICS, Metric, get_metric, is_curve
from .common_samples import on_common_samples
from .frames import DataFrame
from .statistics import MEAN, OBJECTS, Scores


def with_best(group: DataFrame) -> DataFrame:
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


def with_rarest(group: DataFrame, parts: DataFrame, where: str) -> DataFrame:
    """The records of whole objects, and of the metrics that are of each category's rarest part those of that part.

    Args:
        parts: the records of the same objects' parts.
        where: names them in messages.
    """
    import pandas as pd

    recorded, made = set(parts["metric"]), [group]
    for metric in METRICS.values():
        if metric.rarest_by is None or not {metric.of_parts, metric.rarest_by} <= recorded:
            continue
        (sizes,), _, _ = on_common_samples([parts[parts["metric"] == metric.rarest_by]], where, by_part=True)
        of_object = sizes.mean(axis=1).groupby(level=["category", "object", "part"]).mean()
        rarest = rarest_parts(of_object.groupby(level=["category", "part"]).sum().to_dict())
        own = parts[parts["metric"] == metric.of_parts]
        chosen = [rarest.get(category) == part for category, part in zip(own["category"], own["part"], strict=True)]
        made.append(own[chosen].assign(metric=metric.name, part=""))
    return pd.concat(made, ignore_index=True) if len(made) > 1 else group


def rarest_parts(totals: Mapping[tuple[str, str], float]) -> dict[str, str]:
    """The part of each category that has the least; of several that have, the first by name.

    Args:
        totals: of each (category, part) over the objects that have it, to six decimals.

    >>> rarest_parts({("chair", "seat"): 9, ("chair", "head"): 2, ("chair", "arm"): 2, ("mug", "body"): 5})
    {'chair': 'arm', 'mug': 'body'}
    """
    rarest: dict[str, str] = {}
    for category, _, part in sorted((category, round(total, 6), part) for (category, part), total in totals.items()):
        rarest.setdefault(category, part)
    return rarest


def shown_metrics(group: DataFrame, protocol: str, of_parts: Collection[str] = ()) -> list[Metric]:
    """What the board shows of the recorded metrics: a pooled metric stands for its two counts.

    Args:
        of_parts: the metrics of which there are records of the same objects' parts; empty for parts themselves.
    """
    recorded = set(group["metric"])
    means = {metric.of_parts: metric for metric in METRICS.values() if metric.of_parts and not metric.rarest_by}
    pooled = [metric for metric in METRICS.values() if metric.sums and set(metric.sums) <= recorded]
    counts = {name for metric in pooled for name in metric.sums or ()}
    if of_parts:
        pooled += [means[name] for name in recorded & set(of_parts) & means.keys()]
        counts |= {metric.rarest_by for metric in METRICS.values() if metric.rarest_by in of_parts}
    for name in sorted(recorded):
        metric = get_metric(name)
        if metric.sums and metric not in pooled:
            raise InputError(
                f"'{name}' is pooled over samples and needs the records of {' and '.join(metric.sums)}, "
                f"which are missing under {protocol}"
            )
    declared = [metric for name, metric in METRICS.items() if metric in pooled or name in recorded - counts]
    return declared + [get_metric(name) for name in sorted(recorded) if is_curve(name)]


def object_scores(metric: Metric, values: list[DataFrame], failed: DataFrame) -> Scores:
    """Per-object scores of each run: a mean over views, or totals of counts.

    Args:
        metric: which one.
        values, failed: as `on_common_samples` returns them.
    """
    by_object = ["category", "object"]
    objects = [table.groupby(level=by_object, sort=True).agg("sum" if metric.sums else "mean") for table in values]
    numerator = objects[0].to_numpy(np.float64)
    return Scores(
        numerator,
        objects[1].to_numpy(np.float64) if metric.sums else np.ones_like(numerator),
        tuple(objects[0].index.get_level_values("category")),
        tuple(f"{method} ({preset})" for method, preset, _ in objects[0].columns),
        failed.groupby(level=by_object, sort=True).any().to_numpy(),
    )


def part_scores(values: DataFrame, failed: DataFrame) -> Scores:
    """Per-object scores of each run, part by part: a mean over views. A label makes another part in each category.

    Args:
        values: as `on_common_samples` returns them by part.
        failed: which samples failed.
    """
    by_part = values.groupby(level=["category", "object", "part"], sort=True).mean()
    names = by_part.index.to_frame(index=False)
    objects, listed = names[["category", "object"]].apply(tuple, axis=1).factorize(sort=True)
    kinds, parts = names[["category", "part"]].apply(tuple, axis=1).factorize(sort=True)
    shape = len(listed), len(parts), len(by_part.columns)
    numerator, denominator = np.zeros(shape), np.zeros(shape)
    numerator[objects, kinds], denominator[objects, kinds] = by_part.to_numpy(np.float64), 1.0
    return Scores(
        numerator,
        denominator,
        tuple(category for category, _ in listed),
        tuple(f"{method} ({preset})" for method, preset, _ in by_part.columns),
        failed.groupby(level=["category", "object"], sort=True).any().to_numpy(),
    )


def count_failed(failed: DataFrame) -> dict[str, np.ndarray]:
    """Failed samples of each competitor, by category and in all."""
    counts = failed.astype(int).T.groupby(level=["method", "preset"]).sum().T
    by_category = {name: part.sum().to_numpy() for name, part in counts.groupby(level="category")}
    total = counts.sum().to_numpy()
    return by_category | {MEAN: total, OBJECTS: total}
