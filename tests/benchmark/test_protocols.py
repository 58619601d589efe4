"""Every protocol from a folder of predictions to the board."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from svr3d.benchmark.evaluation import check_protocols, evaluate_predictions
from svr3d.benchmark.prediction_files import PredictionFrame
from svr3d.datasets import open_dataset
from svr3d.errors import InputError
from svr3d.geometry import write_shape
from svr3d.leaderboards import leaderboard, load_records
from svr3d.metrics import get_metric, is_curve, list_protocols, load_protocol


@pytest.fixture(scope="module")
def records(small_dataset: Path, tmp_path_factory) -> pd.DataFrame:
    """Two submissions under every protocol at once: the truth's own meshes of parts, one of them missing; and each
    object predicted by another one of its category."""
    root = tmp_path_factory.mktemp("protocols")
    dataset = open_dataset(small_dataset)
    keys = dataset.samples("test", 1)
    for name in ("own", "other"):
        for i, key in enumerate(keys):
            same = [k for k in keys if k.category == key.category]
            source = key if name == "own" else same[(same.index(key) + 1) % len(same)]
            if (name, i) != ("own", 0):
                path = root / name / key.category / key.object / f"{key.view:03d}.npz"
                path.parent.mkdir(parents=True, exist_ok=True)
                write_shape(path, dataset.load(source.category, source.object, "parts"))
        evaluate_predictions(
            root / name,
            dataset,
            root / "runs",
            name=name,
            frame=PredictionFrame(),
            protocols=list_protocols(),
            workers=1,
        )
    return load_records([root / "runs"])


def test_every_metric_of_every_protocol_is_recorded(records: pd.DataFrame) -> None:
    for name in list_protocols():
        rows = records[(records["protocol"] == name) & (records["part"] == "")]
        assert set(rows["metric"]) == set(load_protocol(name).metrics)
        assert (rows.groupby(["method", "metric"]).size() == 6).all()


def test_the_missing_prediction_failed_everywhere(records: pd.DataFrame) -> None:
    failed = records[records["status"] == "failed"]
    assert set(failed["protocol"]) == set(list_protocols())
    assert failed[["method", "category", "object"]].drop_duplicates().shape == (1, 3)
    for row in failed.itertuples():
        worst = get_metric(row.metric).worst
        assert worst != worst or (row.value == 0) == (worst == 0), row


def test_the_truth_is_better_than_another_object(records: pd.DataFrame) -> None:
    """In every metric that ranks, over the samples that did not fail."""
    missing = records.loc[records["status"] == "failed", "object"].iloc[0]
    means = records[records["object"] != missing].groupby(["protocol", "metric", "method"])["value"].mean().unstack()
    for (protocol, name), row in means.iterrows():
        metric = get_metric(name)
        if metric.ranked and name not in ("part_count_error", "genus_error"):  # chairs have as many parts and holes
            sign = 1 if metric.higher_is_better else -1
            assert sign * (row["own"] - row["other"]) > 0, (protocol, name, row.to_dict())


def test_the_board_shows_them_all(records: pd.DataFrame) -> None:
    board = leaderboard(records)
    for name in list_protocols():
        protocol = load_protocol(name)
        shown = set(board.loc[board["protocol"] == name, "metric"])
        counts = {n for m in map(get_metric, protocol.pooled) if m.sums for n in m.sums}
        assert {n for n in protocol.metrics if not is_curve(n)} - counts | set(protocol.pooled) <= shown


def test_parts_without_names_are_refused_where_labels_are_compared(small_dataset: Path, tmp_path: Path) -> None:
    """Before anything is trained or scored; the other protocols take such data."""
    for path in small_dataset.iterdir():
        (tmp_path / path.name).symlink_to(path)
    metadata = yaml.safe_load((small_dataset / "metadata.yaml").read_text())
    metadata["svr3d"]["labels"] = ["part"]
    (tmp_path / "metadata.yaml").unlink()
    (tmp_path / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    dataset = open_dataset(tmp_path)
    for name in list_protocols():
        if name.startswith(("partvoxels", "svr3d-structure")):
            with pytest.raises(
                InputError, match=rf"^{re.escape(str(tmp_path))}: protocol {name}: the true parts have no"
            ):
                check_protocols(dataset, ["svr3d-v1", name], "test")
        else:
            assert check_protocols(dataset, [name], "test") == {name: name}
