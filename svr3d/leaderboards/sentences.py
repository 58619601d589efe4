"""The board in sentences: how to read it, and who is better than whom."""

from __future__ import annotations

import math
from typing import Any

from ..metrics.declarations import Metric
from .frames import DataFrame
from .presentation import GIFTED, Section, decimals, p_text
from .statistics import LEVEL, MEAN, MIN_OBJECTS

PERCENT = f"{100 * LEVEL:.0f} %"

READING = f"""\
How to read: ↑ more is better, ↓ less is better. Values are mean ± half of the {PERCENT} bootstrap interval over
objects and training seeds, all methods on the same resamples of the same objects; of a method with one seed, over
objects alone. Ranks are those that a method may have for all that is significant (paired, 5 %, adjusted for all pairs):
`1–3` says that no method is shown to be better, and all but two to be worse. A method whose value is worse never has a
better rank, and one that fails more never gains one. The leader of a column is **bold**, with those that have the same
ranks. With fewer than {MIN_OBJECTS} objects there are no intervals and no ranks. A failed prediction counts with the
metric's worst value and is never left out; `failed` counts them over all seeds. Numbers of different protocols are not
comparable."""

COMPARISONS = """\
Paired, over the same objects, in the mean over categories. "Better" is said where the adjusted p is at most 0.05;
every pair in every metric, with both p, stands in `comparisons.csv`."""


def comparison_sentences(section: Section, pairs: DataFrame) -> list[str]:
    """The best method without gifts against each other one in the headline, a sentence each.

    Args:
        pairs: DataFrame as `svr3d.leaderboards.comparisons` returns it.
    """
    ranked = [label for label in section.labels if label not in section.gifts]
    metric = section.headline
    if metric is None or not ranked:
        return []
    rows = section.values(metric.name, MEAN)
    if ranked[0] not in rows.index:
        return []
    names = {(row.method, row.preset): label for label, row in rows.iterrows()}
    pairs = pairs[
        (pairs["dataset"] == section.dataset)
        & (pairs["split"] == section.split)
        & (pairs["protocol"] == section.protocol)
        & (pairs["metric"] == metric.name)
        & (pairs["category"] == MEAN)
    ]
    digits = decimals(pairs[["difference", "low", "high"]].to_numpy().ravel())
    told = {}
    for row in pairs.itertuples():
        a, b = names[row.a, row.preset_a], names[row.b, row.preset_b]
        if ranked[0] in (a, b):
            told[b if a == ranked[0] else a] = _sentence(row, a, b, ranked[0], metric, section.gifts, digits)
    return [told[label] for label in section.labels if label in told]


def _sentence(row: Any, a: str, b: str, top: str, metric: Metric, gifts: dict[str, str], digits: int) -> str:
    sign = 1 if metric.higher_is_better else -1  # so that a difference is by how much `a` is better
    low, high = sorted((sign * row.low, sign * row.high))
    size = f"{sign * row.difference:.{digits}f}"
    interval = f"[{low:.{digits}f}, {high:.{digits}f}]"
    a, b = (f"{name} {GIFTED}" if name in gifts else name for name in (a, b))
    if math.isnan(row.p):
        return f"{a} is ahead of {b} in {metric.name} by {size}; too few objects to say more."
    if row.p_holm > 1 - LEVEL:
        other = b if a == top else a
        return (
            f"{top} and {other} cannot be told apart in {metric.name}: {a} is ahead by {size} {interval}, "
            f"{p_text(row.p)} (adjusted {p_text(row.p_holm)})."
        )
    return f"{a} is better than {b} in {metric.name} by {size} {interval}, {p_text(row.p)}."
