"""What tables and figures share: labels, order of rows and columns, number formats."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ..errors import InputError
from ..metrics.declarations import Metric, get_metric, is_curve
from ..metrics.protocol import ALIGNED, Protocol, load_protocol
from .frames import DataFrame, Series
from .given import CAMERA, gifts_of, names_of
from .published import Published
from .statistics import MEAN, OBJECTS

HEADLINE = ("iou_32", "iou", "f_01", "cd_l1")
"""The metric that sorts rows and is shown by category: the first of these that the protocol has."""

GIFTED = "†"
"""Marks methods that are given more than the picture and its camera at test time."""

WITH_CAMERA = "§"
"""Marks methods that are given the picture's camera too, and nothing else."""

LIMITED = "‡"
"""Marks methods whose representation cannot express every shape."""


@dataclass(frozen=True)
class Section:
    """The rows of a board under one protocol on one split of one data set.

    Args:
        rows: of whole objects, a DataFrame with the board's columns and `label`.
        part_rows: those of parts, alike; None where there are none.
        published: values that others have printed, for this protocol.
    """

    dataset: str
    split: str
    protocol: str
    rows: DataFrame
    part_rows: DataFrame | None = None
    published: tuple[Published, ...] = ()

    def __post_init__(self) -> None:
        for name in ("dataset", "split", "protocol"):
            if (several := self.rows[name].unique()).size > 1:
                raise InputError(f"numbers of the {name}s {', '.join(several)} cannot share a column")

    @property
    def slug(self) -> str:
        """Names the section in file names and labels."""
        return re.sub(r"[^A-Za-z0-9.-]+", "-", f"{self.dataset}-{self.split}-{self.protocol}")

    @property
    def metrics(self) -> list[Metric]:
        """The board's metrics, without the points of curves."""
        names = [name for name in self.rows["metric"].unique() if not is_curve(name)]
        return [get_metric(name) for name in names]

    @property
    def headline(self) -> Metric | None:
        """The metric that sorts the rows; None where the protocol ranks by nothing."""
        ranked = [metric for metric in self.metrics if metric.ranked]
        by_name = {metric.name: metric for metric in ranked}
        return next((by_name[name] for name in HEADLINE if name in by_name), ranked[0] if ranked else None)

    @property
    def categories(self) -> list[str]:
        return [name for name in self.rows["category"].unique() if name not in (MEAN, OBJECTS)]

    @property
    def labels(self) -> list[str]:
        """The methods, best in the headline first, those with gifts last."""
        sign = -1 if self.headline is None or self.headline.higher_is_better else 1
        values = {} if self.headline is None else self.values(self.headline.name, MEAN)["value"].to_dict()
        gifts = self.gifts
        labels = self.rows["label"].unique()
        return sorted(labels, key=lambda label: (label in gifts, sign * values.get(label, sign * math.inf), label))

    @property
    def given(self) -> dict[str, str]:
        """What each method is given, where that is recorded."""
        return self._stated("given")

    @property
    def gifts(self) -> dict[str, str]:
        """What each method with gifts is given besides the picture and its camera."""
        return {label: gifts for label, given in self.given.items() if (gifts := gifts_of(given))}

    @property
    def with_camera(self) -> set[str]:
        """The methods that are given the camera, and no gifts."""
        return {label for label, given in self.given.items() if CAMERA in names_of(given) and not gifts_of(given)}

    @property
    def limits(self) -> dict[str, str]:
        """What the representation of each method with limits cannot express."""
        return self._stated("limits")

    def _stated(self, column: str) -> dict[str, str]:
        held = self.rows[self.rows[column] != ""].drop_duplicates("label")
        return dict(zip(held["label"], held[column], strict=True))

    @cached_property
    def _known(self) -> Protocol | None:
        """The protocol, where it is installed here."""
        try:
            return load_protocol(self.protocol)
        except InputError:
            return None

    @property
    def alignment(self) -> str:
        """What was done to the predictions before they were scored; empty where nothing was."""
        _, plus, alignment = self.protocol.rpartition("+")
        return ALIGNED.get(alignment, "") if plus else ""

    def unit(self, metric: Metric) -> str:
        """The unit of a metric's values, with the protocol's factor; empty for plain fractions."""
        known = self._known
        if known is not None and not {metric.name, metric.of_parts}.isdisjoint((*known.metrics, *known.pooled)):
            return known.unit(metric.name)
        return "" if metric.unit == "fraction" else metric.unit

    def heading(self, metric: Metric) -> str:
        """Title, unit where there is one, and direction."""
        unit = self.unit(metric)
        return f"{metric.title}{f' ({unit})' if unit else ''} {arrow(metric)}".rstrip()

    def shown(self, label: str) -> str:
        """A method's label, with a mark where it is given more than the picture."""
        mark = GIFTED if label in self.gifts else WITH_CAMERA if label in self.with_camera else ""
        return f"{label} {mark}".rstrip()

    def values(self, metric: str, category: str) -> DataFrame:
        """The rows of one metric and category, indexed by label."""
        return self.rows[(self.rows["metric"] == metric) & (self.rows["category"] == category)].set_index("label")

    def is_first(self, row: Series) -> bool:
        """Whether nothing proves a row to be behind its column's leader: it has both ranks of the leader. Rank 1 alone
        would not do, as a method may have it because it is too noisy to be told apart from anything."""
        rows = self.rows[(self.rows["metric"] == row["metric"]) & (self.rows["category"] == row["category"])]
        return bool(row["rank"] == 1 and row["rank_to"] == rows["rank_to"].min()) if has_rank(row) else False

    @property
    def sampled(self) -> str:
        """What the intervals are over: of a method with one seed, objects alone."""
        seeds = self.rows["seeds"]
        if seeds.max() == 1:
            return "objects (one seed of each method)"
        return "objects and seeds" + (" (over objects alone where there is one seed)" if seeds.min() == 1 else "")

    def objects(self) -> dict[str, int]:
        """The number of objects behind each metric."""
        rows = self.rows[(self.rows["category"] == OBJECTS) & ~self.rows["metric"].map(is_curve)]
        return dict(zip(rows["metric"], rows["n"].astype(int), strict=True))


def sections(board: DataFrame, published: Iterable[Published] = ()) -> Iterator[Section]:
    """The board by data set, split and protocol, with a `label` for each method.

    A label is the method's name, with its preset where a method of the board has several.

    Args:
        published: values that others have printed; each goes to the sections of its protocol.
    """
    published = tuple(published)
    several = board.drop_duplicates(["method", "preset"])["method"].value_counts()
    named = board["method"].map(several) > 1
    board = board.assign(label=board["method"].where(~named, board["method"] + " (" + board["preset"] + ")"))
    for (dataset, split, protocol), rows in board.groupby(["dataset", "split", "protocol"], sort=True):
        whole, parts = rows[rows["part"] == ""], rows[rows["part"] != ""]
        if not whole.empty:
            beside = tuple(one for one in published if one.protocol == protocol)
            yield Section(dataset, split, protocol, whole, None if parts.empty else parts, beside)


def has_rank(row: Series) -> bool:
    """Whether a row of the board is ranked."""
    import pandas as pd

    return not pd.isna(row["rank"])


def rank_text(row: Series) -> str:
    """The ranks that a row may have: `2`, or `1–3`; a dash where there is none."""
    if not has_rank(row):
        return "–"
    return str(row["rank"]) if row["rank"] == row["rank_to"] else f"{row['rank']}–{row['rank_to']}"


def arrow(metric: Metric) -> str:
    """Up where more is better, down where less is; nothing for a metric that does not rank."""
    return ("↑" if metric.higher_is_better else "↓") if metric.ranked else ""


def decimals(values: Iterable[float]) -> int:
    """Digits after the point that show three significant ones of the middle value."""
    sizes = sorted(abs(v) for v in values if math.isfinite(v) and v != 0)
    if not sizes:
        return 3
    return min(6, max(0, 2 - math.floor(math.log10(sizes[len(sizes) // 2]))))


def p_text(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def count_text(count: float) -> str:
    """A number of parameters: 0, 532, 1.2 k, 34 M."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return "–" if math.isnan(count) else f"{count:.0f}"


def seconds_text(seconds: float) -> str:
    """A duration: 4.2 s, 35 min, 3.1 h."""
    if math.isnan(seconds):
        return "–"
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.2g} s"
