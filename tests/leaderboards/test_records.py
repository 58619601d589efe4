"""Records: written, found, read and refused."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from svr3d.errors import InputError
from svr3d.leaderboards import load_records, write_records
from svr3d.leaderboards.records import RECORD_COLUMNS


@pytest.fixture
def frame(table):
    return table({"a": {"chair": [0.1, 0.2], "mug": [0.3]}})


def test_what_is_written_is_read(tmp_path, frame):
    write_records(tmp_path / "run" / "records.parquet", frame)
    read = load_records(tmp_path)
    assert list(read.columns) == list(RECORD_COLUMNS)
    assert read["view"].dtype == np.int64 and read["value"].dtype == np.float64
    pd.testing.assert_frame_equal(read, frame, check_dtype=False)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["records.parquet"]


def test_equal_records_are_equal_bytes(tmp_path, frame):
    write_records(tmp_path / "x.parquet", frame)
    shuffled = frame.sample(frac=1, random_state=3)[list(reversed(RECORD_COLUMNS))]
    write_records(tmp_path / "y.parquet", shuffled.astype({"category": "category"}))
    assert (tmp_path / "x.parquet").read_bytes() == (tmp_path / "y.parquet").read_bytes()


def test_runs_are_found_below_a_folder_and_once(tmp_path, table):
    for seed in (0, 1):
        path = tmp_path / "shapes" / "a" / "tiny" / f"seed{seed}" / "records.parquet"
        write_records(path, table({"a": {"chair": [0.5]}}, seed=seed))
    assert len(load_records(tmp_path)) == 2
    assert len(load_records([tmp_path, str(path), path.parent])) == 2
    assert load_records(path)["seed"].tolist() == [1]


def test_the_same_run_in_two_folders_is_refused_by_name(tmp_path, frame):
    write_records(tmp_path / "x" / "records.parquet", frame)
    write_records(tmp_path / "y" / "records.parquet", frame)
    with pytest.raises(InputError, match=r"y/records\.parquet repeats a record of .*x/records\.parquet"):
        load_records(tmp_path)


def test_a_record_twice_in_a_file_is_refused_by_name(tmp_path, frame):
    pd.concat([frame, frame.iloc[:1]]).to_parquet(tmp_path / "records.parquet")
    with pytest.raises(InputError, match=r"records\.parquet: holds a record twice: iou_32 of a .* chair/o0/000"):
        load_records(tmp_path)


@pytest.mark.parametrize("keep", [0, 4, 500, -20])
def test_a_truncated_file_is_refused_by_name(tmp_path, frame, keep):
    path = tmp_path / "records.parquet"
    write_records(path, frame)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"records\.parquet: not a readable parquet file"):
        load_records(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        load_records(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"no records\.parquet in or below"):
        load_records([tmp_path])
    with pytest.raises(InputError, match="at least one"):
        load_records([])


@pytest.mark.parametrize("column", [name for name in RECORD_COLUMNS if name != "part"])
def test_a_missing_column_is_named(tmp_path, frame, column):
    frame.drop(columns=column).to_parquet(tmp_path / "records.parquet")
    with pytest.raises(InputError, match=f"records.parquet: column '{column}' is missing"):
        load_records(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("value", np.nan, "expected a finite number"),
        ("value", np.inf, "expected a finite number"),
        ("value", "0.5", "'value' must hold numbers"),
        ("value", True, "'value' must hold numbers"),
        ("status", "skipped", "status 'skipped' is not one of ok, failed"),
        ("view", 0.5, "'view' must hold whole numbers"),
        ("seed", -1, "'seed' must hold whole numbers"),
        ("method", "", "'method' must hold names"),
        ("method", None, "'method' must hold names"),
        ("metric", "chamfer", "unknown metric 'chamfer'"),
        ("metric", "f@wide", "wide"),
        ("seconds", -1.0, "'seconds'"),
    ],
)
def test_bad_cells_are_refused(tmp_path, frame, column, value, message):
    with pytest.raises(InputError, match=message):
        write_records(tmp_path / "records.parquet", frame.assign(**{column: value}))
    assert not list(tmp_path.iterdir())


def test_no_records_are_refused(tmp_path, frame):
    with pytest.raises(InputError, match="holds no records"):
        write_records(tmp_path / "records.parquet", frame.iloc[:0])


@pytest.mark.parametrize(("metric", "value"), [("iou_32", 0.4), ("iou_32", 1.0), ("cd_l1", 0.0), ("f@0.0100", 0.1)])
def test_failing_may_not_pay(tmp_path, frame, metric, value):
    with pytest.raises(InputError, match="expected the metric's worst"):
        write_records(tmp_path / "r.parquet", frame.assign(metric=metric, value=value, status="failed"))


@pytest.mark.parametrize(("metric", "value"), [("iou_32", 0.0), ("cd_l1", 3**0.5), ("iou_32_union", 512.0)])
def test_the_worst_value_is_what_failing_gets(tmp_path, frame, metric, value):
    write_records(tmp_path / "r.parquet", frame.assign(metric=metric, value=value, status="failed"))
    assert (load_records(tmp_path / "r.parquet")["status"] == "failed").all()


def test_records_need_no_torch():
    code = "import sys; from svr3d.leaderboards import load_records, write_records; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
