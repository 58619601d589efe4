"""One method per category, scored and shown as one run; and what suites say of the trainer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from PIL import Image

from svr3d.benchmark import evaluation, run_suite
from svr3d.benchmark.board import run_table
from svr3d.benchmark.cli import main
from svr3d.benchmark.runs import RunFolder, find_runs
from svr3d.benchmark.train_run import train
from svr3d.datasets import open_dataset
from svr3d.errors import InputError
from svr3d.geometry import VoxelGrid, read_shape
from svr3d.leaderboards import leaderboard, load_records
from svr3d.methods import Fitted, Method, Output, register, registry


class Known(Method):
    """A box whose width is the number of objects it was trained on; it must be asked for its own category only."""

    name = "known-for-tests"
    representation = "voxels"
    targets = frozenset({"category"})

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.register_fitted("count")

    @property
    def outputs(self):
        return (*super().outputs, Output("half", "voxels"))

    def stages(self):
        return [Fitted(name="count", targets=self.targets, fit=self.fit, views=1)]

    def fit(self, samples):
        keys = [key for batch in samples for key in batch.keys]
        assert {key.category for key in keys} == set(self.facts.categories)
        self.count = torch.tensor(float(len(keys)))

    def reconstruct(self, batch, output="final"):
        grid = torch.zeros(32, 32, 32)
        grid[: int(self.count) // (2 if output == "half" else 1), :16, 8:24] = 1
        return [VoxelGrid(grid.numpy(), 0.5)] * len(batch)


@pytest.fixture(autouse=True)
def registered(monkeypatch) -> None:
    monkeypatch.setattr(registry.METHODS, "_session", {})
    register(Known)
    monkeypatch.setattr(evaluation, "worker_pool", lambda workers: ThreadPoolExecutor(1))


def evaluate(run: Path, *more: str) -> int:
    return main(["evaluate", str(run), "--protocol", "classvoxels", "--workers", "1", *more])


@pytest.fixture
def run(small_dataset: Path, tmp_path: Path, capsys) -> Path:
    """A run for each category, not scored yet."""
    arguments = ["--data", str(small_dataset), "--out", str(tmp_path / "runs"), "--categories", "each"]
    assert main(["train", Known.name, *arguments]) == 0
    return Path(capsys.readouterr().out.strip())


def test_a_method_is_trained_for_each_category(run: Path) -> None:
    assert run.parent.name == "tiny+each"
    for category in ("chair", "table"):
        method, _ = RunFolder(run).load(category)
        assert method.facts.categories == (category,) and int(method.count) == 4
    assert RunFolder(run).config().categories == ("chair", "table")
    manifest = RunFolder(run).read_manifest()
    assert manifest["method"]["given"] == ["category", "picture"]  # it tells which of the two is asked
    assert set(manifest["training"]["seconds"]) == {"chair", "table"}
    assert [folder.path for folder in find_runs([run.parent.parent])] == [run]
    with pytest.raises(InputError, match="has a method for each of the categories chair, table, none for 'boat'"):
        RunFolder(run).load("boat")


def test_it_is_one_row_on_the_board(run: Path) -> None:
    assert evaluate(run) == 0
    records = load_records([run])
    assert set(records["category"]) == {"chair", "table"} and set(records["preset"]) == {"tiny+each"}
    assert (records["status"] == "ok").all()
    board = leaderboard(records, run_table([RunFolder(run)], records))
    rows = board[(board["category"] == "mean") & (board["metric"] == "iou_32")]
    assert len(rows) == 1 and rows["given"].tolist() == ["category, picture"] and rows["n"].tolist() == [6]


def test_further_outputs_and_pictures_go_to_the_method_of_the_category(run: Path, tmp_path: Path, capsys) -> None:
    assert evaluate(run, "--output", "half") == 0
    beside = run.parent.parent / "tiny+each@half" / "seed0"
    assert RunFolder(beside).read_manifest()["method"]["given"] == ["category", "picture"]
    shape = read_shape(next((beside / "predictions" / "chair").rglob("*.npz")))
    assert (shape.values > 0).sum() == 2 * 16 * 16
    assert main(["evaluate", str(run), "--output", "quarter"]) == 2
    assert "has no output 'quarter'" in capsys.readouterr().err

    Image.new("RGB", (32, 32), "white").save(tmp_path / "photo.png")
    photo = ["predict", str(run), str(tmp_path / "photo.png"), "--out", str(tmp_path / "shapes")]
    assert main([*photo, "--category", "table"]) == 0
    assert read_shape(tmp_path / "shapes" / "photo.npz").values.sum() == 4 * 16 * 16
    assert main(photo) == 2
    assert "categories chair, table" in capsys.readouterr().err


def test_a_stop_between_two_categories_goes_on_with_the_second(small_dataset: Path, tmp_path, monkeypatch) -> None:
    dataset = open_dataset(small_dataset)
    fit, trained = Known.fit, []

    def once(self, samples):
        if len(trained) == 1:
            trained.append("stopped")
            raise KeyboardInterrupt
        trained.append(self.facts.categories)
        return fit(self, samples)

    monkeypatch.setattr(Known, "fit", once)
    options = {"categories": "each", "progress": False}
    with pytest.raises(KeyboardInterrupt):
        train(Known.name, dataset, tmp_path, **options)
    folder = train(Known.name, dataset, tmp_path, **options)
    assert trained == [("chair",), "stopped", ("table",)] and "training" in folder.read_manifest()
    train(Known.name, dataset, tmp_path, **options)
    assert len(trained) == 3


def test_some_categories_are_scored_on_their_own_samples(small_dataset: Path, tmp_path: Path, capsys) -> None:
    arguments = ["--data", str(small_dataset), "--out", str(tmp_path / "runs")]
    assert main(["train", Known.name, *arguments, "--categories", "table"]) == 0
    run = Path(capsys.readouterr().out.strip())
    assert run.parent.name == "tiny+table" and evaluate(run) == 0
    assert set(load_records([run])["category"]) == {"table"}
    assert RunFolder(run).read_manifest()["method"]["given"] == ["picture"]  # there is no other to choose
    assert main(["train", Known.name, *arguments, "--categories", "table,boat"]) == 2
    assert "expected 'each' or some of chair, table; found 'boat'" in capsys.readouterr().err


@pytest.fixture
def planned(small_dataset: Path, tmp_path: Path, monkeypatch) -> Iterator:
    """Runs a suite as far as its plans."""
    plans = []

    def carry_out(plan, dataset, runs):
        plans.append(plan)
        raise InputError("far enough")

    monkeypatch.setattr(run_suite, "carry_out", carry_out)

    def run(runs: list, **more: object) -> list:
        values = {"name": "s", "data": str(small_dataset), "out": str(tmp_path / "runs"), "workers": 1, "runs": runs}
        file = tmp_path / "suite.yaml"
        file.write_text(yaml.safe_dump(values | more))
        plans.clear()
        assert main(["run", str(file)]) == 2
        return plans

    return run


def test_a_suite_sets_the_trainer_for_all_and_for_a_line(planned) -> None:
    own = {"method": Known.name, "trainer": {"precision": "bf16-mixed", "workers": 2}}
    mean, known = planned(["mean_shape", own], trainer={"workers": 1, "accelerator": "cpu"})
    assert (mean.trainer.workers, mean.trainer.accelerator, mean.trainer.precision) == (1, "cpu", "32-true")
    assert (known.trainer.workers, known.trainer.accelerator, known.trainer.precision) == (2, "cpu", "bf16-mixed")


def test_a_suite_asks_for_a_method_per_category(planned) -> None:
    each, some = planned(
        [
            {"method": Known.name, "categories": "each"},
            {"method": Known.name, "categories": ["chair"], "label": "seats"},
        ]
    )
    assert each.categories == ("chair", "table") and each.name == "tiny+each"
    assert some.categories == ("chair",) and some.name == "tiny+seats"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"categories": "all"}, "field 'categories': expected a list of names or 'each', found 'all'"),
        ({"trainer": "fast"}, "field 'trainer': expected a mapping"),
        ({"options": [1]}, "field 'options': expected a mapping"),
    ],
)
def test_wrong_fields_are_refused(line: dict, said: str, planned, capsys) -> None:
    planned([{"method": Known.name} | line])
    assert said in capsys.readouterr().err


def test_the_trainer_is_part_of_the_run_where_results_depend_on_it(small_dataset: Path, tmp_path: Path, capsys) -> None:
    command = ["train", Known.name, "--data", str(small_dataset), "--out", str(tmp_path)]
    assert main([*command, "--accelerator", "cpu", "--workers", "0"]) == 0
    run = RunFolder(Path(capsys.readouterr().out.strip()))
    assert run.config().trainer == {"accelerator": "cpu"}
    assert run.read_manifest()["config"]["trainer"]["precision"] == "32-true"
    assert main([*command, "--accelerator", "cpu", "--workers", "1"]) == 0
    assert main([*command, "--precision", "bf16-mixed"]) == 2
    assert "holds a run with trainer {'accelerator': 'cpu'}" in capsys.readouterr().err
    assert main([*command, "--precision", "17"]) == 2
    assert "option 'precision': expected one of 32-true" in capsys.readouterr().err


def test_predictions_from_elsewhere_may_say_what_they_were_given(
    run: Path, small_dataset: Path, tmp_path: Path
) -> None:
    assert evaluate(run) == 0
    common = ["evaluate", "--predictions", str(run / "predictions"), "--data", str(small_dataset)]
    common += ["--out", str(tmp_path / "outside"), "--protocol", "classvoxels", "--workers", "1"]
    assert main([*common, "--name", "theirs", "--given", "picture,camera"]) == 0
    assert main([*common, "--name", "others"]) == 0
    folders = find_runs([tmp_path / "outside"])
    table = run_table(folders, pd.concat([load_records([folder.records]) for folder in folders]))
    assert dict(zip(table["method"], table["given"], strict=True)) == {"theirs": "picture, camera", "others": ""}
