"""The leaderboard: a pure function of records, in long form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .analysis import Analysis, analyze
from .statistics import MEAN, OBJECTS

if TYPE_CHECKING:
    import pandas as pd

BOARD_COLUMNS = (
    *("dataset", "split", "protocol", "metric", "part", "category", "method", "preset", "seeds"),
    *("value", "low", "high", "rank", "rank_to", "n", "failed", "given", "limits"),
)
COMPARISON_COLUMNS = (
    *("dataset", "split", "protocol", "metric", "category", "a", "preset_a", "b", "preset_b"),
    *("difference", "low", "high", "p", "p_holm", "n"),
)


def leaderboard(records: pd.DataFrame, runs: pd.DataFrame | None = None, *, seed: int = 0) -> pd.DataFrame:
    """The board in long form, one row per (dataset, split, protocol, metric, part, category, method, preset).

    A value is the mean over objects of each object's mean over views and seeds; of a pooled metric, the ratio of its
    two counts' totals. Category `mean` is the unweighted mean over categories, `objects` the mean over all objects;
    a category of the data that is called so itself is `mean (category)` or `objects (category)`.
    Methods are compared on the samples that all of their runs have; where some lack samples that others have, a
    warning says so. Records of parts make rows of their own, one more for each part's label, and count in no other.

    Args:
        records: DataFrame with the columns RECORD_COLUMNS.
        runs: DataFrame with the columns RUN_COLUMNS, from the runs' manifests; without it no method is taken to
            have gifts or limits.
        seed: of the bootstrap.

    Returns:
        DataFrame with the columns BOARD_COLUMNS. `part` is empty for whole objects; `seeds` is the number of seeds;
        `low` and `high` are the ends of the 95 % bootstrap interval over objects, and over seeds where there are
        several (NaN with fewer than 6 objects); `rank` to `rank_to` are the ranks that the method may have for all
        that is significant (5 %, adjusted for all pairs; see `ranking.ranks`), among methods that are given no more
        than the picture and its camera, and are missing where the metric is not one to rank by or is pooled (a method
        could raise it by failing), there is no interval, or the row is of a part; `n` counts objects and `failed`
        failed samples over all seeds; `given` names what the method is given at test time, `limits` what its
        representation cannot express.

    Raises:
        InputError: records or runs that are not valid, or methods without a sample in common.
    """
    return leaderboard_frame(analyze(records, runs, seed))


def comparisons(records: pd.DataFrame, runs: pd.DataFrame | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Every pair of methods in every ranked metric, on the same resamples of the same objects.

    Returns:
        DataFrame with the columns COMPARISON_COLUMNS, for the categories `mean` and `objects`. `a` is the better of
        the two, `difference` is a's value minus b's with its 95 % interval `low`, `high`; `p` is two-sided; `p_holm`
        is adjusted for all pairs of the same metric and category (`ranking.adjusted`; pairs with gifted methods apart,
        so that a ceiling on the board does not change what is known of the methods). All as in `leaderboard`, of whole
        objects.
    """
    return comparisons_frame(analyze(records, runs, seed))


def leaderboard_frame(analyses: list[Analysis]) -> pd.DataFrame:
    """The rows of `leaderboard`."""
    import pandas as pd

    frame = pd.DataFrame(_leaderboard_rows(analyses), columns=list(BOARD_COLUMNS))
    return frame.astype({"rank": "Int64", "rank_to": "Int64"})


def _leaderboard_rows(analyses: list[Analysis]) -> Iterator[tuple]:
    for analysis in analyses:
        for category, result in analysis.results.items():
            for i, (method, preset) in enumerate(analysis.competitors):
                yield (
                    *(*analysis.where, category, method, preset, analysis.seeds[i]),
                    *(result.value[i], result.low[i], result.high[i], *(result.ranks[i] or (None, None))),
                    *(result.objects, int(result.failed[i]), analysis.given[i], analysis.limits[i]),
                )


def comparisons_frame(analyses: list[Analysis]) -> pd.DataFrame:
    """The rows of `comparisons`."""
    import pandas as pd

    rows = [
        (*analysis.where[:4], category, *analysis.competitors[a], *analysis.competitors[b], *numbers, result.objects)
        for analysis in analyses
        if not analysis.part
        for category in (MEAN, OBJECTS)
        for result in [analysis.results[category]]
        for a, b, *numbers in result.pairs
    ]
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
