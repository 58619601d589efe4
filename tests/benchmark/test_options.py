"""Options and trainer settings, from preset, suite and command line alike."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from svr3d.benchmark.cli import main
from svr3d.benchmark.runs import RunFolder
from svr3d.datasets import Dataset
from svr3d.methods.classvoxels import ClassVoxels

SENTENCE = "method 'classvoxels': option 'epochs': expected a whole number, found 'abc'"


def train(dataset: Dataset, out: Path, method: str, *arguments: str) -> int:
    return main(["train", method, "--data", str(dataset.root), "--out", str(out), *arguments])


def test_on_the_command_line(box_dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert train(box_dataset, tmp_path, "classvoxels", "--options.epochs", "abc", "--label", "x") == 2
    assert capsys.readouterr().err.strip() == f"svr3d: {SENTENCE}"
    assert list(tmp_path.iterdir()) == []


def test_in_a_preset(
    box_dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    presets = tmp_path / "presets"
    presets.mkdir()
    (presets / "tiny.yaml").write_text("epochs: abc\n")
    monkeypatch.setattr(ClassVoxels, "presets_folder", classmethod(lambda cls: presets))
    assert train(box_dataset, tmp_path / "runs", "classvoxels") == 2
    assert capsys.readouterr().err.strip() == f"svr3d: preset file {presets / 'tiny.yaml'}: {SENTENCE}"


def test_in_a_suite_it_is_one_failed_line_and_the_others_go_on(
    box_dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    bad = {"method": "classvoxels", "options": {"epochs": "abc"}, "label": "x"}
    suite = {"name": "options", "data": str(box_dataset.root), "out": str(tmp_path / "runs"), "workers": 1}
    suite |= {"board": str(tmp_path / "board"), "protocols": ["classvoxels"], "runs": [bad, "mean_shape"]}
    (tmp_path / "suite.yaml").write_text(yaml.safe_dump(suite))
    assert main(["run", str(tmp_path / "suite.yaml")]) == 1
    assert SENTENCE in capsys.readouterr().err
    assert (tmp_path / "board" / "options" / "leaderboard.csv").exists()


def test_trainer_from_the_command_line_over_the_presets(
    box_dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    said = ("--accelerator", "cpu", "--precision", "bf16-mixed", "--workers", "1")
    options = ("--options.epochs", "1", "--options.width", "0.05", "--label", "x")
    assert train(box_dataset, tmp_path, "classvoxels", *said, *options) == 0
    folder = RunFolder.open(capsys.readouterr().out.strip())
    trainer = folder.read_manifest()["config"]["trainer"]
    assert (trainer["accelerator"], trainer["precision"], trainer["workers"]) == ("cpu", "bf16-mixed", 1)
    assert train(box_dataset, tmp_path, "mean_shape", "--precision", "7-bit") == 2
    assert "option 'precision': expected one of 32-true, 16-mixed" in capsys.readouterr().err
