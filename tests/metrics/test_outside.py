"""A metric and a protocol from another distribution: scored, listed, and on a board."""

import sys

import pandas as pd
import pytest

from svr3d.benchmark.listing import collect
from svr3d.geometry import InputError, VoxelGrid, voxelize
from svr3d.leaderboards import leaderboard, load_records, write_records
from svr3d.metrics import METRICS, get_metric, list_metrics, list_protocols, load_protocol, score

METRIC = '''
from dataclasses import dataclass
from svr3d.metrics import Curve, Measure, Metric
from svr3d.metrics.parameters import Count

@dataclass(frozen=True, kw_only=True)
class Volume(Measure):
    """How much the volumes differ, as a fraction of the box."""

    declarations = (Metric("toy_volume", "Volume error", "fraction", False, 0.0, 1.0, "a test"),)
    resolution: Count = 32

    def targets(self, setting):
        return frozenset({"voxels"})

    def require(self, pair):
        pair.truth.grid(self.resolution)

    def value(self, pair):
        predicted, truth = pair.predicted.grid(self.resolution), pair.truth.grid(self.resolution)
        return pair.once("iou", ("toy", self.resolution), lambda: abs(predicted.mean() - truth.mean()))

@dataclass(frozen=True, kw_only=True)
class Filled(Curve):
    """The fraction of voxels above each threshold."""

    @classmethod
    def prefixes(cls):
        return ("toy_filled@",)

    @classmethod
    def title(cls, prefix, threshold):
        return f"above {threshold:g}"

    def values(self, pair):
        return {self.point(t): float((pair.predicted.occupancy(16) > t).mean()) for t in self.thresholds}
'''

PROTOCOL = """
name: toy
version: 1
title: Toy
reference: This test.
note: Nothing to know.
frame: {extent: side, size: 1}
alignment: none
metrics:
  toy_volume: {resolution: 16, factor: 100}
  iou_32: {}
  toy_filled@: {thresholds: [0.25, 0.75]}
aggregation: mean
failure: worst
"""

POINTS = {
    "svr3d.metrics": {"toy_volume": "toy_metric:Volume", "toy_filled@": "toy_metric:Filled"},
    "svr3d.protocols": {"toy": "toy_protocol:file"},
}


@pytest.fixture
def toy(outside, monkeypatch):
    root = outside(
        POINTS,
        toy_metric=METRIC,
        toy_protocol="from pathlib import Path\ndef file(): return Path(__file__).with_name('toy.yaml')\n",
    )
    (root / "toy.yaml").write_text(PROTOCOL)
    yield
    for name in ("toy_metric", "toy_protocol"):
        sys.modules.pop(name, None)
    get_metric.cache_clear()


def test_scored(toy, box):
    truth, prediction = box((0.5, 0.5, 0.5)), box((0.5, 0.5, 1.0))
    assert load_protocol("toy").targets == {"voxels"} and "toy" in list_protocols()
    values = score(prediction, truth, "toy").values["toy"]
    assert list(values) == ["toy_volume", "iou_32", "toy_filled@0.2500", "toy_filled@0.7500"]
    assert values["toy_volume"] == pytest.approx(100 * 0.125) and values["iou_32"] == 0.5
    assert values["toy_filled@0.2500"] == 0.25
    assert score(None, truth, "toy").values["toy"] == {"toy_volume": 100, "iou_32": 0} | {
        "toy_filled@0.2500": 0,
        "toy_filled@0.7500": 0,
    }
    assert score(voxelize(prediction, 16), truth, "toy").values["toy"]["toy_volume"] == values["toy_volume"]


def test_declared(toy):
    metric = get_metric("toy_volume")
    assert (metric.unit, metric.higher_is_better, metric.worst) == ("fraction", False, 1.0)
    assert get_metric("toy_filled@0.5").title == "above 0.5" and not get_metric("toy_filled@0.5").ranked
    assert load_protocol("toy").unit("toy_volume") == "%"
    assert list_metrics()[-1] == "toy_volume" and list_metrics()[0] == "cd_l1"
    assert METRICS["toy_volume"] is metric and "toy_filled@0.5" not in METRICS
    with pytest.raises(InputError, match="unknown metric 'toy_filled@near'"):
        get_metric("toy_filled@near")


def test_wrong_parameters(toy, tmp_path):
    path = tmp_path / "other.yaml"
    path.write_text(PROTOCOL.replace("resolution: 16", "resolution: none"))
    with pytest.raises(InputError, match="metric 'toy_volume': field 'resolution' must be a positive integer, found"):
        load_protocol(path)
    path.write_text(PROTOCOL.replace("alignment: none", "alignment: box"))
    with pytest.raises(InputError, match="metric 'toy_volume': is measured where the shapes are"):
        load_protocol(path)


def test_listed(toy):
    found = collect("all")
    assert {
        "name": "toy_volume",
        "title": "Volume error",
        "unit": "fraction",
        "better": "lower",
        "source": "a test",
    } in (found["metrics"])
    (row,) = [row for row in found["protocols"] if row["name"] == "toy"]
    assert row["metrics"] == ["toy_volume", "iou_32"] and row["targets"] == ["voxels"]


def test_on_a_board(toy, box, tmp_path):
    truth, rows = box((0.5, 0.5, 0.5)), []
    for method, side in (("near", 0.55), ("far", 0.9), ("failing", None)):
        for i in range(4):
            shape = None if side is None else box((0.5, 0.5, side + 0.02 * i))
            result = score(shape, truth, "toy")
            for metric, value in result.values["toy"].items():
                rows.append(
                    {"method": method, "dataset": "d", "split": "test", "category": "box", "object": f"o{i}"}
                    | {"view": 0, "seed": 0, "preset": "p", "protocol": "toy", "metric": metric, "value": value}
                    | {"status": result.status, "seconds": 1.0, "part": ""}
                )
    write_records(tmp_path / "records.parquet", pd.DataFrame(rows))
    board = leaderboard(load_records(tmp_path / "records.parquet"))
    shown = board[(board["metric"] == "toy_volume") & (board["category"] == "mean")].set_index("method")["value"]
    assert shown["near"] < shown["far"] < shown["failing"] == 100


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Wrong = 3", "metric 'wrong' of distribution 'extra': expected a subclass of svr3d.metrics.Measure, found 3"),
        ("from svr3d.metrics import Measure\nclass Wrong(Measure): pass", "expected a class that declares 'wrong'"),
        (
            "from svr3d.metrics import Measure\nclass Wrong(Measure):\n    points: int",
            r"expected Wrong to be decorated by @dataclass\(frozen=True, kw_only=True\)",
        ),
        ("import no_such_library", "metric 'wrong' of distribution 'extra' cannot be imported"),
    ],
)
def test_a_metric_that_is_none(outside, text, message):
    outside({"svr3d.metrics": {"wrong": "wrong_metric:Wrong"}}, wrong_metric=text)
    try:
        with pytest.raises(InputError, match=message):
            get_metric("wrong")
        assert "wrong" in list_metrics() and "wrong" not in METRICS and "cd_l1" in METRICS
        (row,) = [row for row in collect("metrics")["metrics"] if row["name"] == "wrong"]
        assert "distribution 'extra'" in row["error"]
    finally:
        sys.modules.pop("wrong_metric", None)


def test_a_name_that_is_taken(outside):
    outside({"svr3d.metrics": {"cd_l1": "taken_metric:Wrong"}}, taken_metric="Wrong = 3")
    with pytest.raises(InputError, match="the metric name 'cd_l1' is declared by 'extra' and 'svr3d'"):
        load_protocol("svr3d-v1")


def test_grids_are_shapes_like_others(toy, box):
    truth = box((0.5, 0.5, 0.5))
    probabilities = VoxelGrid(0.6 * voxelize(truth, 16).values)
    assert score(probabilities, truth, "toy").values["toy"]["toy_filled@0.7500"] == 0
