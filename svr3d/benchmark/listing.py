"""`svr3d list`, and the short table after `svr3d evaluate`."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, cast

from ..errors import InputError
from .runs import RunFolder
from .tables import print_table

if TYPE_CHECKING:
    from ..metrics.interface import Metric


def collect(what: str) -> dict[str, list[dict[str, Any]]]:
    """Rows about what is installed, by kind; `what` is one kind or `all`. A plugin that cannot be loaded gets a row
    with its `error`, and hides no other."""
    kinds = {
        "methods": _methods,
        "datasets": _datasets,
        "targets": _targets,
        "protocols": _protocols,
        "metrics": _metrics,
        "suites": _suites,
    }
    return {kind: rows() for kind, rows in kinds.items() if what in ("all", kind)}


def _methods() -> list[dict[str, Any]]:
    from ..methods import get_method, list_methods

    rows = []
    for name in list_methods():
        try:
            cls = get_method(name)
        except InputError as error:
            rows.append({"name": name, "error": str(error)})
            continue
        rows.append(
            {
                "name": name,
                "representation": cls.representation,
                "targets": sorted(cls.targets),
                "given": sorted(cls.given),
                "presets": cls.presets(),
                "paper": cls.paper,
            }
        )
    return rows


def _datasets() -> list[dict[str, Any]]:
    from ..datasets import list_sources

    return list_sources()


def _targets() -> list[dict[str, Any]]:
    from ..datasets import get_target, list_targets

    rows = []
    for name in list_targets():
        try:
            target = get_target(name)
        except InputError as error:
            rows.append({"name": name, "error": str(error)})
            continue
        what = " ".join((type(target).__doc__ or "").split())
        rows.append({"name": name, "per": target.per, "files": list(target.files), "what": what})
    return rows


def _protocols() -> list[dict[str, Any]]:
    from ..metrics import is_curve, list_protocols, load_protocol, with_alignment
    from ..metrics.protocol import ALIGNED

    rows = []
    for name in list_protocols():
        try:
            protocol = load_protocol(name)
        except InputError as error:
            rows.append({"name": name, "error": str(error)})
            continue
        metrics = [metric for metric in (*protocol.metrics, *protocol.pooled) if not is_curve(metric)]
        row = {"name": name, "metrics": metrics, "targets": sorted(protocol.targets), "reference": protocol.reference}
        rows.append(row | {"aligned": [with_alignment(name, alignment) for alignment in ALIGNED]})
    return rows


def _metrics() -> list[dict[str, Any]]:
    from ..metrics.declarations import get_metric, list_metrics

    rows: list[dict[str, Any]] = []
    for name in list_metrics():
        try:
            metric = get_metric(name)
        except InputError as error:
            rows.append({"name": name, "error": str(error)})
            continue
        rows.append(
            {
                "name": name,
                "title": metric.title,
                "unit": metric.unit,
                "better": _better(metric),
                "source": metric.source,
            }
        )
    return rows


def _suites() -> list[dict[str, Any]]:
    from .suite import list_suites

    return [dict(row) for row in list_suites()]


def _better(metric: Metric) -> str:
    """Empty for counts without a best value, which only describe."""
    return "" if math.isnan(metric.best) else "higher" if metric.higher_is_better else "lower"


_ONLY_JSON = ("aligned",)
"""Columns that a table has no room for."""

_CAPTIONS = {
    "protocols": "Each also as NAME+scale and NAME+similarity, for predictions that are aligned with the truth first."
}


def print_listing(what: str, *, as_json: bool) -> None:
    """Prints what is installed, as tables for people or JSON for programs."""
    found = collect(what)
    if as_json:
        print(json.dumps(found if what == "all" else found[what], indent=2, ensure_ascii=False))
        return
    for kind, rows in found.items():
        columns = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in _ONLY_JSON]
        cells = ([_cell(row.get(column, "")) for column in columns] for row in rows)
        print_table(columns, cells, whole=("name",), title=kind, caption=_CAPTIONS.get(kind))
        print()


def _cell(value: Any) -> str:
    """In one line; of the presets, which have options, the names."""
    return ", ".join(value) if isinstance(value, (list, dict)) else " ".join(str(value).split())


def print_scores(folder: RunFolder) -> None:
    """The mean of every ranked metric over a run's objects, by protocol."""
    from ..leaderboards import leaderboard, load_records
    from ..metrics import is_curve

    rows = cast(Any, leaderboard(load_records([folder.records])))
    rows = rows[(rows["category"] == "mean") & (rows["part"] == "") & ~rows["metric"].map(is_curve)]
    columns = ("protocol", "split", "metric", "mean over categories", "95 % interval", "samples", "failed")
    cells = []
    for row in rows.itertuples():
        interval = f"{row.low:.4g} – {row.high:.4g}"
        cells.append([row.protocol, row.split, row.metric, f"{row.value:.4g}", interval, str(row.n), str(row.failed)])
    print_table(columns, cells, whole=columns[:3], stderr=True)
