"""From records to one score per object: what the board makes of repeated views, of counts and of curves."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..metrics.declarations import METRICS, Metric, get_metric, is_curve
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


def shown_metrics(group: DataFrame, protocol: str) -> list[Metric]:
    """What the board shows of the recorded metrics: a pooled metric stands for its two counts."""
    recorded = set(group["metric"])
    pooled = [metric for metric in METRICS.values() if metric.sums and set(metric.sums) <= recorded]
    counts = {name for metric in pooled for name in metric.sums or ()}
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


def count_failed(failed: DataFrame) -> dict[str, np.ndarray]:
    """Failed samples of each competitor, by category and in all."""
    counts = failed.astype(int).T.groupby(level=["method", "preset"]).sum().T
    by_category = {name: part.sum().to_numpy() for name, part in counts.groupby(level="category")}
    total = counts.sum().to_numpy()
    return by_category | {MEAN: total, OBJECTS: total}
