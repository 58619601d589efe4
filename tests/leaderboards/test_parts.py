"""Records of parts: rows of their own, which change nothing else."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from svr3d.errors import InputError
from svr3d.leaderboards import comparisons, leaderboard, load_records, write_leaderboard, write_records
from svr3d.leaderboards.figures.looks import looks_of
from svr3d.leaderboards.figures.parts import parts_figure
from svr3d.leaderboards.markdown import markdown_page
from svr3d.leaderboards.presentation import sections
from svr3d.leaderboards.published import read_published
from svr3d.leaderboards.tables import section_tables
from svr3d.metrics import mean_over_parts


@pytest.fixture
def whole(table):
    rng = np.random.default_rng(0)
    return table({m: {"chair": list(rng.uniform(0.2, 0.8, 8)), "mug": list(rng.uniform(0.2, 0.8, 7))} for m in "ab"})


@pytest.fixture
def parts(table):
    """The leg is a part of chairs and mugs, the seat of chairs only."""
    legs = table({"a": {"chair": [0.1, 0.3], "mug": [0.6]}, "b": {"chair": [0.5, 0.5], "mug": [0.1]}})
    seats = table({"a": {"chair": [0.9, 0.7]}, "b": {"chair": [0.2, 0.4]}})
    rows = pd.concat([legs.assign(part="leg"), seats.assign(part="seat")])
    return rows.assign(metric="part_iou")


def test_part_rows_by_hand(parts):
    board = leaderboard(parts).set_index(["part", "category", "method"])
    assert board["value"]["leg", "mean", "a"] == pytest.approx((0.2 + 0.6) / 2)
    assert board["value"]["leg", "objects", "a"] == pytest.approx(1 / 3)
    assert board["value"]["seat", "mean", "a"] == pytest.approx(0.8) and board["n"]["seat", "mean", "a"] == 2
    assert board["rank"].isna().all() and comparisons(parts).empty


def test_whole_rows_are_as_without_parts(whole, parts):
    both = pd.concat([parts, whole])
    board, alone = leaderboard(both), leaderboard(whole)
    assert set(board["part"]) == {"", "leg", "seat"}
    shown = board[board["part"] == ""].reset_index(drop=True)
    pd.testing.assert_frame_equal(shown, alone, check_exact=True)
    pd.testing.assert_frame_equal(comparisons(both), comparisons(whole), check_exact=True)


def test_a_part_of_the_same_metric_counts_in_no_whole(whole):
    both = pd.concat([whole, whole.assign(part="leg", value=0.0)])
    pd.testing.assert_frame_equal(
        leaderboard(both).query("part == ''").reset_index(drop=True), leaderboard(whole), check_exact=True
    )


def page_table(text: str, title: str) -> list[list[str]]:
    """The cells of a table of the page, without the rule under its header."""
    table = text.partition(f"### {title}\n")[2].partition("\n\n|")[2].partition("\n\n")[0]
    lines = [
        [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")] for line in table.split("\n")
    ]
    return [lines[0], *lines[2:]]


def test_the_page_has_a_table_of_parts_only_where_there_are_some(whole, parts, tmp_path):
    write_leaderboard(whole, None, tmp_path / "whole")
    write_leaderboard(pd.concat([whole, parts]), None, tmp_path / "both")
    without, text = ((tmp_path / name / "leaderboard.md").read_text() for name in ("whole", "both"))
    assert "by part" not in without
    header, *rows = page_table(text, "Part IoU by part")
    assert header == ["method", "part 1", "part 2"]
    by_block = {row[0]: row[1:] for row in rows[:3]}
    assert by_block["**chair**"] == ["leg (2)", "seat (2)"]
    assert by_block["a"] == ["0.200", "0.800"] and by_block["b"] == ["0.500", "0.300"]
    by_block = {row[0]: row[1:] for row in rows[3:]}
    assert by_block == {"**mug**": ["leg (1)", ""], "a": ["0.600", ""], "b": ["0.100", ""]}
    assert r"Part IoU $\uparrow$ of each part" in (tmp_path / "both" / "leaderboard.tex").read_text()
    csv = pd.read_csv(tmp_path / "both" / "leaderboard.csv", keep_default_na=False)
    assert set(csv["part"]) == {"", "leg", "seat"}


def test_a_part_that_some_run_lacks_is_said(parts):
    incomplete = parts[~((parts["method"] == "b") & (parts["part"] == "seat") & (parts["object"] == "o1"))]
    with pytest.warns(UserWarning, match="part_iou of seat under p-v1 on shapes/test: compared on the 1 of 2 samples"):
        leaderboard(incomplete)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        leaderboard(parts)


def test_records_of_parts_are_written_read_and_kept_apart(whole, parts, tmp_path):
    write_records(tmp_path / "records.parquet", pd.concat([whole, parts]))
    read = load_records(tmp_path)
    assert read["part"].value_counts().to_dict() == {"": 30, "leg": 6, "seat": 4}
    with pytest.raises(InputError, match="holds a record twice: part_iou of part 'leg' of a"):
        write_records(tmp_path / "twice.parquet", pd.concat([parts, parts]))


@pytest.mark.parametrize("value", [None, 3, float("nan")])
def test_a_part_is_a_name_or_empty(whole, value, tmp_path):
    with pytest.raises(InputError, match="column 'part' must hold names"):
        write_records(tmp_path / "records.parquet", whole.assign(part=value))


def test_files_from_before_there_were_parts_hold_whole_objects(whole, tmp_path):
    whole.drop(columns="part").to_parquet(tmp_path / "records.parquet")
    read = load_records(tmp_path)
    assert (read["part"] == "").all()
    pd.testing.assert_frame_equal(leaderboard(read), leaderboard(whole), check_exact=True)


def test_only_parts_make_no_section(parts):
    assert list(sections(leaderboard(parts))) == []


def test_tables_of_parts_follow_the_others(whole, parts):
    (section,) = sections(leaderboard(pd.concat([whole, parts])))
    assert [table.title for table in section_tables(section)][-2:] == ["IoU at 32³ by category", "Part IoU by part"]


# Made of parts: the mean over them, and the rarest


VALUES = {
    "chair": [{"leg": 0.1, "seat": 0.9}, {"leg": 0.3, "seat": 0.7}, {"seat": 0.2}, {"seat": 0.6, "head": 0.5}],
    "mug": [{"leg": 0.6}, {"leg": 0.2, "body": 1.0}],
}
SIZES = {"leg": 40, "seat": 60, "head": 90, "body": 30}
"""Voxels of a part in each object: legs are 80 of chairs in all, the head, though larger than a leg, 90."""


def of_parts(record, values, method="a", **fields) -> pd.DataFrame:
    """Records of both metrics of parts, and of how large parts are. Recall is the IoU's square root."""
    rows = []
    for category, objects in values.items():
        for i, by_part in enumerate(objects):
            here = {"method": method, "category": category, "object": f"o{i}"} | fields
            iou = list(by_part.values())
            size = [SIZES.get(part, 5) for part in by_part]
            measured = {"part_iou": iou, "part_recall": list(np.sqrt(iou)), "true_part_voxels": size}
            for metric, found in measured.items():
                of_whole = sum(found) if metric == "true_part_voxels" else np.mean(found)
                rows.append(record(metric=metric, value=float(of_whole), **here))
                rows += [
                    record(metric=metric, part=part, value=float(value), **here)
                    for part, value in zip(by_part, found, strict=True)
                ]
    return pd.DataFrame(rows)


def board_of(records) -> pd.DataFrame:
    return leaderboard(records).set_index(["metric", "part", "category", "method"]).sort_index()


def test_each_part_by_category(record):
    value = board_of(of_parts(record, VALUES))["value"]["part_iou"]
    assert value["leg", "chair", "a"] == pytest.approx(0.2) and value["leg", "mug", "a"] == pytest.approx(0.4)
    assert value["seat", "chair", "a"] == pytest.approx(2.4 / 4) and value["head", "chair", "a"] == 0.5
    assert ("seat", "mug", "a") not in value.index


def test_the_mean_over_parts_by_hand_and_by_the_metric(record):
    board = board_of(of_parts(record, VALUES))
    value, n = board["value"]["part_miou", ""], board["n"]["part_miou", ""]
    chair, mug = (0.2 + 0.6 + 0.5) / 3, (0.4 + 1.0) / 2
    assert value["chair", "a"] == pytest.approx(chair) and value["mug", "a"] == pytest.approx(mug)
    assert value["mean", "a"] == pytest.approx((chair + mug) / 2)
    assert value["objects", "a"] == pytest.approx((0.2 + 0.6 + 0.5 + 0.4 + 1.0) / 5), "the leg of a mug is another part"
    assert n.to_dict() == {("mean", "a"): 6, ("objects", "a"): 6, ("chair", "a"): 4, ("mug", "a"): 2}
    table = pd.DataFrame(VALUES["chair"])
    assert value["chair", "a"] == pytest.approx(mean_over_parts(table.to_numpy()).mean)


def test_views_count_once_in_the_mean_over_parts(record):
    first = of_parts(record, VALUES)
    again = first.assign(view=1, value=first["value"].where(first["metric"] != "part_iou", 0.0))
    found = board_of(pd.concat([first, again]))["value"]["part_miou", ""]
    assert found["chair", "a"] == pytest.approx((0.2 + 0.6 + 0.5) / 6)


def test_the_interval_of_the_mean_over_parts_as_by_resampling_in_a_loop(record):
    """Of one category, n - 1 of n objects drawn; a part that no drawn object has is left out. The factor by which ends
    are moved out for few objects is Student's t over the normal distribution's."""
    rng = np.random.default_rng(3)
    objects = [
        {"seat": rng.uniform(), "leg": rng.uniform()} | ({"head": rng.uniform()} if i % 4 == 0 else {})
        for i in range(16)
    ]
    row = board_of(of_parts(record, {"chair": objects})).loc["part_miou", "", "chair", "a"]
    means = []
    for _ in range(4000):
        drawn = [objects[i] for i in rng.integers(16, size=15)]
        parts = {part for one in drawn for part in one}
        means.append(np.mean([np.mean([one[part] for one in drawn if part in one]) for part in parts]))
    tail = stats.norm.cdf(stats.t.ppf(0.025, 15))
    low, high = np.quantile(means, [tail, 1 - tail])
    assert row["low"] == pytest.approx(low, abs=0.1 * (high - low))
    assert row["high"] == pytest.approx(high, abs=0.1 * (high - low))


def test_of_objects_with_one_part_the_mean_over_parts_is_that_over_objects(record):
    """With its interval over objects and three seeds, and each comparison; so it is in `statistics` as any other."""
    rng = np.random.default_rng(7)
    records = pd.concat(
        of_parts(record, {c: [{"body": rng.uniform()} for _ in range(n)] for c, n in (("jug", 7), ("mug", 1))}, method,
                 seed=seed)
        for method in "ab" for seed in range(3)
    )  # fmt: skip
    board, pairs = leaderboard(records), comparisons(records)
    for frame in (board[board["part"] == ""], pairs):
        frame = frame[frame["category"] != "objects"]  # in which the bodies of jugs and of mugs are two parts
        over_parts, over_objects = (
            frame[frame["metric"] == name].drop(columns="metric").reset_index(drop=True)
            for name in ("part_miou", "part_iou")
        )
        pd.testing.assert_frame_equal(over_parts, over_objects)
    assert board.query("metric == 'part_miou' and category == 'mean'")["low"].notna().all()


def test_the_rarest_part_has_the_fewest_voxels_in_all(record):
    """Not the smallest, nor the one that the fewest objects have: a head has 90 voxels, two legs together 80."""
    board = board_of(of_parts(record, VALUES))
    value, n = board["value"]["rarest_part_recall", ""], board["n"]["rarest_part_recall", ""]
    leg, body = np.sqrt([0.1, 0.3]).mean(), 1.0
    assert value["chair", "a"] == pytest.approx(leg) and value["mug", "a"] == pytest.approx(body)
    assert value["mean", "a"] == pytest.approx((leg + body) / 2)
    assert n["chair", "a"] == 2 and n["mug", "a"] == 1
    assert board["rank"]["rarest_part_recall"].isna().all() and board["rank"]["part_recall"].isna().all()


def test_a_failed_prediction_has_nothing_in_any_part(record):
    good = of_parts(record, VALUES)
    bad = of_parts(record, VALUES, method="b")
    lost = (bad["object"] == "o0") & (bad["category"] == "chair")
    bad.loc[lost, "status"] = "failed"
    bad.loc[lost & (bad["metric"] != "true_part_voxels"), "value"] = 0.0
    board = board_of(pd.concat([good, bad]))
    value, failed = board["value"], board["failed"]
    assert value["part_miou", "", "chair", "b"] == pytest.approx((0.3 / 2 + 1.5 / 4 + 0.5) / 3)
    assert value["rarest_part_recall", "", "chair", "b"] == pytest.approx(np.sqrt(0.3) / 2)
    assert value["true_part_voxels", "leg", "chair", "b"] == SIZES["leg"]
    assert failed["part_miou", "", "mean", "b"] == 1 and failed["rarest_part_recall", "", "mean", "b"] == 1
    assert failed["part_miou", "", "mean", "a"] == 0


def test_a_mean_over_parts_that_is_worse_in_every_object_is_never_ahead(record):
    """It ranks, so a method must not gain by failing: see `ranking`."""
    rng = np.random.default_rng(0)
    objects = [{"seat": rng.uniform(0.5, 0.9), "leg": rng.uniform(0.5, 0.9)} for _ in range(12)]
    worse = [{part: value - 0.2 for part, value in one.items()} for one in objects]
    records = pd.concat([of_parts(record, {"chair": objects}), of_parts(record, {"chair": worse}, method="b")])
    pair = comparisons(records).query("metric == 'part_miou' and category == 'mean'").iloc[0]
    assert pair["a"] == "a" and pair["difference"] == pytest.approx(0.2) and pair["p_holm"] < 0.01
    assert pair["low"] == pytest.approx(0.2) == pair["high"], "the same objects and parts in each resample"


def test_the_tables_of_parts(record):
    records = pd.concat([of_parts(record, VALUES), *(pd.DataFrame([record(category=c, object=f"o{i}")])
                         for c, n in (("chair", 4), ("mug", 2)) for i in range(n))])  # fmt: skip
    board = leaderboard(records)
    text = markdown_page("Parts", board, comparisons(records), None, [], [])
    assert page_table(text, "Part IoU by part") == [
        ["method", "part 1", "part 2", "part 3", "Part mIoU ↑", "IoU at 32³ ↑"],
        ["**chair**", "head (1)", "leg (2), rarest", "seat (4)", "", ""],
        ["a", "0.500", "0.200", "0.600", "0.433", "0.500"],
        ["**mug**", "body (1), rarest", "leg (2)", "", "", ""],
        ["a", "1.000", "0.400", "", "0.700", "0.500"],
    ]
    header, *_ = page_table(text, "Part recall by part")
    assert header == ["method", "part 1", "part 2", "part 3", "Part recall"]
    assert "true voxels" not in text.partition("### Part IoU by part")[0], "a truth's size is no column of methods"
    assert "true_part_voxels" in set(board["metric"])


def test_the_figure_of_rare_parts_has_a_mark_for_each_method_at_its_values(record):
    records = pd.concat([of_parts(record, VALUES), of_parts(record, {"chair": VALUES["chair"]}, method="b")])
    board = leaderboard(records)
    axis = parts_figure(next(iter(sections(board))), looks_of(board)).axes[0]
    marks = {line.get_label(): line.get_xydata().tolist() for line in axis.lines if line.get_linestyle() == "None"}
    at = board_of(records)["value"]
    for method in "ab":
        x, y = at["rarest_part_recall", "", "mean", method], at["part_miou", "", "mean", method]
        assert marks.pop(method) == [pytest.approx([x, y])]
    assert not marks


def test_boards_without_parts_have_no_figure_of_them(whole):
    board = leaderboard(whole)
    assert parts_figure(next(iter(sections(board))), looks_of(board)) is None


def test_many_parts_stand_in_several_rows(record):
    many = {f"part{i:02d}": i / 20 for i in range(9)}
    records = of_parts(record, {"bed": [many]})
    text = markdown_page("Parts", leaderboard(records), comparisons(records), None, [], [])
    header, *rows = page_table(text, "Part IoU by part")
    assert len(header) == 9 and {len(row) for row in rows} == {9}
    assert [row[0] for row in rows] == ["**bed**", "a", "**bed**", "a"]
    assert (
        rows[0][1] == "part00 (1), rarest"
        and rows[2][1] == "part06 (1)"
        and rows[3][1:4] == ["0.300", "0.350", "0.400"]
    )
    assert rows[1][-1] == "0.200" and rows[3][-1] == ""


@pytest.mark.parametrize("name", ["part", "leg"])
def test_parts_that_nobody_named_are_said(record, name):
    records = of_parts(record, {"bed": [{name: 0.5, "seat": 0.5}]})
    text = markdown_page("Parts", leaderboard(records), comparisons(records), None, [], [])
    assert ("Parts that nobody named are all called 'part'" in text) == (name == "part")


def test_what_is_published_changes_nothing_else(whole, parts, tmp_path):
    one = {"method": "Theirs", "category": "chair", "metric": "iou_32", "value": 0.4375, "source": "A paper"}
    records = pd.concat([whole, parts]).assign(protocol="partvoxels-v2")
    published = read_published([one, one | {"category": "lamp"}], "here", ["partvoxels-v2"])
    write_leaderboard(records, None, tmp_path / "without")
    write_leaderboard(records, None, tmp_path / "with", published=published)
    files = sorted(path.relative_to(tmp_path / "with") for path in (tmp_path / "with").rglob("*.*"))
    changed = {
        str(file)
        for file in files
        if (tmp_path / "with" / file).read_bytes() != (tmp_path / "without" / file).read_bytes()
    }
    assert changed == {"leaderboard.md", "leaderboard.tex"}
    text = (tmp_path / "with" / "leaderboard.md").read_text()
    assert ["Theirs (published)", "0.4375"] in page_table(text, "Beside published values")
    assert "lamp" not in text, "a category that the board does not have"
    assert text.replace(text.partition("### Beside")[2].partition("### ")[0], "").count("Theirs") == 0
