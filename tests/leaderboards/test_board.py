"""The board: aggregation, ranks, failures, alignment."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from svr3d.errors import InputError
from svr3d.leaderboards import comparisons, leaderboard, write_leaderboard
from svr3d.leaderboards.board import BOARD_COLUMNS, COMPARISON_COLUMNS
from svr3d.leaderboards.common_samples import on_common_samples
from svr3d.leaderboards.presentation import Section


def cell(board, **where):
    for name, value in where.items():
        board = board[board[name] == value]
    assert len(board) == 1
    return board.iloc[0]


def test_mean_over_categories_and_over_objects_by_hand(table):
    board = leaderboard(table({"a": {"chair": [0.1, 0.2, 0.3], "mug": [0.8]}}))
    assert tuple(board.columns) == BOARD_COLUMNS
    assert cell(board, category="chair")["value"] == pytest.approx(0.2)
    assert cell(board, category="mug")["value"] == pytest.approx(0.8)
    mean, objects = cell(board, category="mean"), cell(board, category="objects")
    assert mean["value"] == pytest.approx((0.2 + 0.8) / 2)
    assert objects["value"] == pytest.approx(1.4 / 4)
    assert mean["n"] == objects["n"] == 4 and cell(board, category="mug")["n"] == 1


def test_views_and_seeds_are_averaged_within_the_object(record):
    rows = [record(object="x", view=v, seed=s, value=0.1 * (1 + v) + 0.01 * s) for v in (0, 1, 2) for s in (0, 1)]
    rows += [record(object="y", view=0, seed=s, value=0.9) for s in (0, 1)]
    row = cell(leaderboard(pd.DataFrame(rows)), category="objects")
    # not the mean over samples, in which x would count three times
    assert row["value"] == pytest.approx((0.205 + 0.9) / 2)
    assert row["n"] == 2 and row["seeds"] == 2


def test_the_best_point_of_a_curve_is_one_threshold_for_the_whole_set(record):
    """Not each object's own: `a` does best at 0.2 on average, though not on every object."""
    curves = {"a": {"0.10": [0.1, 0.9], "0.20": [0.5, 0.7]}, "b": {"0.10": [0.4, 0.5], "0.20": [0.2, 0.2]}}
    rows = [
        record(method=method, object=f"o{i}", metric=f"iou_32@{at}", value=value)
        for method, curve in curves.items()
        for at, values in curve.items()
        for i, value in enumerate(values)
    ]
    board = leaderboard(pd.DataFrame(rows))
    best = {m: cell(board, method=m, metric="iou_32_best", category="objects") for m in "ab"}
    assert best["a"]["value"] == pytest.approx(0.6) and best["b"]["value"] == pytest.approx(0.45)
    assert pd.isna(best["a"]["rank"])  # chosen on the test set, so not ranked by
    assert cell(board, method="a", metric="iou_32@0.10", category="objects")["value"] == pytest.approx(0.5)


def test_headings_say_the_protocols_unit(table):
    """Factors and frames belong to the protocol; under one that is not installed, the metric's own unit is said."""
    for protocol, unit in (
        ("pixel2mesh", " (diagonal²/0.57² × 1000)"),
        ("p-v1", " (side²)"),
        ("svr3d-v1", " (side²)"),
    ):
        section = Section("shapes", "test", protocol, leaderboard(table({"a": {"mug": [1.0]}}, metric="cd_l2")))
        section.rows["protocol"] = protocol
        assert section.heading(section.metrics[0]) == f"Chamfer-L2{unit} ↓"


def test_a_failed_prediction_counts_with_the_worst_value(table):
    good = table({"a": {"chair": [0.8] * 7}, "b": {"chair": [0.7] * 7}})
    failed = good.copy()
    failed.loc[[0, 3], ["value", "status"]] = [0.0, "failed"]
    row = cell(leaderboard(failed), method="a", category="mean")
    assert row["value"] == pytest.approx(0.8 * 5 / 7) and row["failed"] == 2 and row["n"] == 7
    assert cell(leaderboard(failed), method="b", category="mean")["failed"] == 0
    assert row["value"] < cell(leaderboard(good), method="a", category="mean")["value"]


def test_failures_are_counted_by_category_and_over_seeds(record):
    rows = [
        record(category=c, seed=s, value=0.0 if c == "mug" else 0.5, status="failed" if c == "mug" else "ok")
        for c in ("chair", "mug")
        for s in (0, 1)
    ]
    board = leaderboard(pd.DataFrame(rows)).set_index("category")["failed"]
    assert board.to_dict() == {"mean": 2, "objects": 2, "chair": 0, "mug": 2}


def noisy(rng, mean, n=40):
    return list(np.clip(mean + rng.normal(0, 0.005, n), 0, 1))


@pytest.fixture
def four(table):
    """b1 and b2 alike, best the best, worst the worst; objects differ by far more than methods."""
    rng = np.random.default_rng(0)
    hard = rng.uniform(-0.2, 0.2, 40)
    means = {"best": 0.6, "b1": 0.55, "b2": 0.55, "worst": 0.5}
    return table({name: {"chair": list(mean + hard + rng.normal(0, 0.005, 40))} for name, mean in means.items()})


def test_ranks_are_shared_by_hand(four):
    board = leaderboard(four)
    ranks = board[board["category"] == "mean"].set_index("method")["rank"].to_dict()
    assert ranks == {"best": 1, "b1": 2, "b2": 2, "worst": 4}


def test_direction_turns_the_ranks(four):
    board = leaderboard(four.assign(metric="cd_l1"))
    ranks = board[board["category"] == "mean"].set_index("method")["rank"].to_dict()
    assert ranks == {"worst": 1, "b1": 2, "b2": 2, "best": 4}
    pair = cell(comparisons(four.assign(metric="cd_l1")), category="mean", a="worst", b="best")
    assert pair["difference"] < 0 and pair["high"] < 0


def test_methods_with_gifts_have_rows_but_no_rank(four, manifests):
    runs = manifests({"best": "picture, voxels", "b1": "picture", "b2": "picture", "worst": "picture"})
    board = leaderboard(four, runs)
    mean = board[board["category"] == "mean"].set_index("method")
    assert pd.isna(mean.loc["best", "rank"]) and mean.loc["best", "given"] == "picture, voxels"
    assert mean["rank"].drop("best").to_dict() == {"b1": 1, "b2": 1, "worst": 3}
    assert mean.loc["best", "value"] > mean.loc["b1", "value"]
    # what is known of the methods does not depend on the ceiling's company
    apart = comparisons(four[four["method"] != "best"], runs).set_index(["category", "a", "b"])["p_holm"]
    together = comparisons(four, runs).set_index(["category", "a", "b"])["p_holm"]
    pd.testing.assert_series_equal(together[apart.index], apart)


def test_unranked_metrics_and_curves_get_no_rank(four):
    for metric in ("emd_bound", "f@0.0100"):
        board = leaderboard(four.assign(metric=metric))
        assert board["rank"].isna().all() and board["low"].notna().all()
        assert comparisons(four.assign(metric=metric)).empty


def test_one_object_gets_a_value_and_nothing_else(table):
    board = leaderboard(table({"a": {"chair": [0.9]}, "b": {"chair": [0.1]}}))
    assert board[["low", "high", "rank", "rank_to"]].isna().all().all() and (board["n"] == 1).all()
    pairs = comparisons(table({"a": {"chair": [0.9] * 5}, "b": {"chair": [0.1] * 5}}))
    assert pairs["a"].tolist() == ["a", "a"] and pairs[["low", "high", "p", "p_holm"]].isna().all().all()


def test_all_failed_share_the_first_rank(table):
    board = leaderboard(table({m: {"chair": [0.0] * 8} for m in "ab"}, status="failed"))
    mean = board[board["category"] == "mean"]
    assert mean["rank"].tolist() == [1, 1] and mean["value"].tolist() == [0, 0] and mean["failed"].tolist() == [8, 8]


def test_comparisons_name_the_better_one_and_its_lead(four):
    pairs = comparisons(four)
    assert tuple(pairs.columns) == COMPARISON_COLUMNS
    assert len(pairs) == 2 * 6
    pair = cell(pairs, category="mean", a="best", b="worst")
    wide = four.pivot(index="object", columns="method", values="value")
    assert pair["difference"] == pytest.approx((wide["best"] - wide["worst"]).mean())
    assert pair["low"] < pair["difference"] < pair["high"] and pair["low"] > 0
    assert pair["p"] < pair["p_holm"] < 0.01
    assert (pairs["difference"] >= 0).all()


def test_pooled_metrics_are_ratios_of_totals(record):
    rows = []
    counts = {"x": (10, 20), "y": (90, 100), "z": (1, 50)}
    for name, (both, either) in counts.items():
        for view in (0, 1):
            where = {"object": name, "view": view, "category": "mug" if name == "z" else "chair"}
            rows.append(record(metric="iou_32_intersection", value=float(both), **where))
            rows.append(record(metric="iou_32_union", value=float(either), **where))
    board = leaderboard(pd.DataFrame(rows)).set_index(["metric", "category"])["value"]
    assert set(board.index.get_level_values("metric")) == {"iou_32_pooled"}
    assert board["iou_32_pooled", "chair"] == pytest.approx(100 / 120)
    assert board["iou_32_pooled", "objects"] == pytest.approx(101 / 170)
    assert board["iou_32_pooled", "mean"] == pytest.approx((100 / 120 + 1 / 50) / 2)
    only_ratios = pd.DataFrame([record(metric="iou_32_pooled")])
    with pytest.raises(InputError, match="needs the records of iou_32_intersection and iou_32_union"):
        leaderboard(only_ratios)
    empty = pd.DataFrame(rows).assign(value=0.0)
    with pytest.raises(InputError, match="are all zero"):
        leaderboard(empty)


def test_what_failing_can_improve_is_not_ranked_by(record):
    """A prediction of 10 right and 90 false voxels lowers the pooled ratio more than if it had failed."""

    def records(both, either, status):
        counts = [(50, 60)] * 7 + [(both, either)]
        for method in "ab":
            for i, (i_both, i_either) in enumerate(counts if method == "a" else [(40, 60)] * 8):
                where = {"method": method, "object": f"o{i}", "status": status if (method, i) == ("a", 7) else "ok"}
                yield record(metric="iou_32_intersection", value=float(i_both), **where)
                yield record(metric="iou_32_union", value=float(i_either), **where)

    poor, failed = (leaderboard(pd.DataFrame(records(*counts))) for counts in ((10, 150, "ok"), (0, 60, "failed")))
    values = [cell(board, method="a", category="objects")["value"] for board in (poor, failed)]
    assert values == pytest.approx([360 / 570, 350 / 480])
    for board in (poor, failed):
        assert board["rank"].isna().all() and board["low"].notna().all()


def test_methods_are_compared_on_common_samples_and_it_is_said(table):
    records = table({"a": {"chair": [0.9] * 6 + [0.1] * 4}, "b": {"chair": [0.5] * 6}})
    with pytest.warns(UserWarning, match=r"on the 6 of 10 samples that all runs have \(b \(tiny, seed 0\) lacks 4\)"):
        board = leaderboard(records)
    row = cell(board, method="a", category="mean")
    assert row["value"] == pytest.approx(0.9) and row["n"] == 6


def test_nothing_in_common_is_refused(table):
    with pytest.raises(InputError, match=r"a \(tiny, seed 0\), b \(tiny, seed 0\) have no sample in common"):
        leaderboard(table({"a": {"chair": [0.9]}, "b": {"mug": [0.5]}}))


def test_a_metric_of_some_methods_only_is_no_gap(four):
    records = pd.concat([four, four[four["method"] == "best"].assign(metric="emd")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        board = leaderboard(records)
    assert board[board["metric"] == "emd"]["method"].unique().tolist() == ["best"]


def test_protocols_never_share_a_column(four):
    mixed = pd.concat([four, four.assign(protocol="p-v2", value=four["value"] / 2)])
    board = leaderboard(mixed)
    one, two = (cell(board, protocol=p, method="best", category="mean")["value"] for p in ("p-v1", "p-v2"))
    assert one == pytest.approx(2 * two)
    with pytest.raises(InputError, match="protocols p-v1, p-v2 cannot share a column"):
        on_common_samples([mixed], "iou_32")
    with pytest.raises(InputError, match="protocols p-v1, p-v2 cannot share a column"):
        Section("shapes", "test", "p-v1", board)
    for name, other in (("dataset", "others"), ("split", "val"), ("metric", "iou")):
        with pytest.raises(InputError, match="cannot share a column"):
            on_common_samples([pd.concat([four, four.assign(**{name: other})])], "iou_32")


def test_presets_of_a_method_are_competitors_of_their_own(table):
    records = pd.concat([table({"a": {"chair": [0.5] * 6}}), table({"a": {"chair": [0.7] * 6}}, preset="small")])
    board = leaderboard(records)
    mean = board[board["category"] == "mean"].set_index("preset")["value"]
    assert mean.to_dict() == {"small": pytest.approx(0.7), "tiny": pytest.approx(0.5)}


def test_the_order_of_records_does_not_matter(four):
    shuffled = four.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(leaderboard(four), leaderboard(shuffled), check_exact=True)
    assert not leaderboard(four, seed=1).equals(leaderboard(four))


@pytest.mark.parametrize("names", [("mean", "objects"), ("objects", "mean"), ("mean", "mean (category)")])
def test_categories_that_are_called_like_the_aggregates(table, names):
    """The board is that of the same records under other names."""

    def records(chair, mug):
        return table({"a": {chair: [0.1, 0.2, 0.3], mug: [0.8]}, "b": {chair: [0.1, 0.1, 0.2], mug: [0.9]}})

    shown = [f"{name} (category)" for name in names]
    board = leaderboard(records(*names))
    assert list(board["category"].unique()) == ["mean", "objects", *sorted(shown)]
    called = dict(zip(("mean", "objects", "chair", "mug"), ("mean", "objects", *shown), strict=True))
    for row in leaderboard(records("chair", "mug")).itertuples():
        own = cell(board, category=called[row.category], method=row.method)
        assert (own["value"], own["n"]) == (pytest.approx(row.value), row.n)
    assert set(comparisons(records(*names))["category"]) == {"mean", "objects"}


def test_names_with_signs_that_mean_something_to_others(table, tmp_path):
    """Dollars begin formulas in figures, bars end cells in Markdown, and all of these are signs of LaTeX."""
    name = "a$_{b|c}$\\frac&#%"
    write_leaderboard(table({"a": {name: [0.1, 0.2], "mug": [0.8]}}, metric="iou_32"), None, tmp_path)
    assert name in set(pd.read_csv(tmp_path / "leaderboard.csv")["category"])
    assert r"a\$\_\{b\textbar{}c\}\$\textbackslash{}frac\&\#\%" in (tmp_path / "leaderboard.tex").read_text()
    assert r"b\|c" in (tmp_path / "leaderboard.md").read_text()
    assert (tmp_path / "figures" / "shapes-test-p-v1-categories.png").exists()


def test_bad_records_are_refused(four):
    with pytest.raises(InputError, match="holds no records"):
        leaderboard(four.iloc[:0])
    with pytest.raises(InputError, match="column 'preset' is missing"):
        comparisons(four.drop(columns="preset"))
    with pytest.raises(InputError, match="expected a finite number"):
        leaderboard(four.assign(value=math.nan))
    with pytest.raises(InputError, match="holds a record twice"):
        leaderboard(pd.concat([four, four]))


def test_bad_runs_are_refused(four, manifests):
    runs = manifests({name: "picture" for name in ("best", "b1", "b2", "worst")})
    with pytest.raises(InputError, match="no column 'given'"):
        leaderboard(four, runs.drop(columns="given"))
    with pytest.raises(InputError, match="do not list worst/shapes/tiny"):
        leaderboard(four, runs[runs["method"] != "worst"])
    with pytest.raises(InputError, match="disagree on what they are given"):
        leaderboard(four, pd.concat([runs, runs.assign(seed=1, given="voxels")]))
    with pytest.raises(InputError, match="'train_seconds' must hold numbers"):
        leaderboard(four, runs.assign(train_seconds="long"))
