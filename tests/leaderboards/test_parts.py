"""Records of parts: rows of their own, which change nothing else."""

import warnings

import numpy as np
import pandas as pd
import pytest

from svr3d.errors import InputError
from svr3d.leaderboards import comparisons, leaderboard, load_records, write_leaderboard, write_records
from svr3d.leaderboards.presentation import sections
from svr3d.leaderboards.tables import section_tables


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


def test_the_page_has_a_table_of_parts_only_where_there_are_some(whole, parts, tmp_path):
    write_leaderboard(whole, None, tmp_path / "whole")
    write_leaderboard(pd.concat([whole, parts]), None, tmp_path / "both")
    without, text = ((tmp_path / name / "leaderboard.md").read_text() for name in ("whole", "both"))
    assert "by part" not in without
    table = text.partition("### Part IoU by part")[2].partition("\n\n|")[2]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[:4]]
    assert sorted(lines[0]) == ["a", "b", "objects", "part"]
    a = lines[0].index("a")
    assert [line[0] for line in lines[2:]] == ["leg", "seat"] and [line[-1] for line in lines[2:]] == ["3", "2"]
    assert [line[a] for line in lines[2:]] == ["0.400", "0.800"]
    assert r"Part IoU $\uparrow$ by part" in (tmp_path / "both" / "leaderboard.tex").read_text()
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
