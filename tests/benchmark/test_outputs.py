"""Further outputs of a run: the same checkpoint scored at another stage, as a run beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml

from svr3d.benchmark import evaluation, reconstructing, runs
from svr3d.benchmark.cli import main
from svr3d.geometry import Mesh
from svr3d.methods import Method, Output, register, registry

PROTOCOL = ("--protocol", "classvoxels", "--workers", "1")


@dataclass(frozen=True)
class Blocks:
    """How many there are."""

    blocks: int = 3


class Coarse(Method):
    """An octahedron that grows from block to block; it has as many blocks as its options say."""

    name = "coarse-for-tests"
    representation = "mesh"
    limits = "one octahedron"
    Options = Blocks

    @property
    def outputs(self):
        blocks = (Output(f"block{i}", "mesh", self.given, self.limits) for i in range(1, self.options.blocks))
        return (*super().outputs, *blocks)

    def stages(self):
        return []

    def octahedron(self, block):
        corners = [[x, 0, 0] for x in (1, -1)] + [[0, y, 0] for y in (1, -1)] + [[0, 0, z] for z in (1, -1)]
        faces = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]]
        return Mesh([[0.12 * (block + 1) * v for v in corner] for corner in corners], faces)

    def reconstruct(self, batch, output="final"):
        block = self.options.blocks if output == "final" else int(output.removeprefix("block"))
        return [self.octahedron(block)] * len(batch)


@pytest.fixture(autouse=True)
def registered(monkeypatch) -> None:
    """The method is known, and scoring happens in a thread: starting processes would take most of the time."""
    monkeypatch.setattr(registry.METHODS, "_session", {})
    register(Coarse)
    monkeypatch.setattr(evaluation, "worker_pool", lambda workers: ThreadPoolExecutor(1))


@pytest.fixture
def run(small_dataset: Path, tmp_path: Path, capsys) -> Path:
    """A trained run, not scored yet."""
    assert main(["train", Coarse.name, "--data", str(small_dataset), "--out", str(tmp_path / "runs")]) == 0
    return Path(capsys.readouterr().out.strip())


def evaluate(run: Path, *arguments: str) -> int:
    return main(["evaluate", str(run), *PROTOCOL, *arguments])


def records(run: Path) -> pd.DataFrame:
    return pd.read_parquet(run / "records.parquet").drop(columns="seconds")


def times(folder: Path) -> dict[Path, int]:
    return {f: f.stat().st_mtime_ns for f in folder.rglob("*") if f.is_file()}


def test_it_is_a_run_beside_its_parent(run: Path, small_dataset: Path) -> None:
    block = run.parent.parent / "tiny@block1" / "seed0"
    assert evaluate(run) == 0 and evaluate(run, "--output", "block1") == 0
    assert not (block / "checkpoints").exists()
    ours, theirs = records(run), records(block)
    assert set(ours["preset"]) == {"tiny"} and set(theirs["preset"]) == {"tiny@block1"}
    assert len(ours) == len(theirs) and (theirs["status"] == "ok").all()
    assert (ours["value"] != theirs["value"]).any()

    config = yaml.safe_load((block / "config.yaml").read_text())
    assert config["output"] == "block1" and (block / config["parent"]).resolve() == run.resolve()
    assert {"output", "parent"}.isdisjoint(yaml.safe_load((run / "config.yaml").read_text()))
    parent, manifest = (json.loads((folder / "manifest.json").read_text()) for folder in (run, block))
    assert manifest["training"] == parent["training"] and manifest["method"] == parent["method"]
    assert manifest["derived"] == {"parent": config["parent"], "output": "block1"}


def test_a_second_call_does_nothing_over_again(run: Path, tmp_path: Path) -> None:
    assert evaluate(run, "--output", "block2") == 0
    before = times(tmp_path)
    (run / "checkpoints" / "final.ckpt").rename(tmp_path / "away")  # it is not even read
    assert evaluate(run, "--output", "block2") == 0
    assert evaluate(run.parent.parent / "tiny@block2" / "seed0") == 0
    (tmp_path / "away").rename(run / "checkpoints" / "final.ckpt")
    assert times(tmp_path) == before


def test_the_runs_own_folder_may_be_the_working_folder(run: Path, monkeypatch) -> None:
    monkeypatch.chdir(run)
    assert evaluate(Path("."), "--output", "block1") == 0
    assert len(records(run.parent.parent / "tiny@block1" / "seed0"))


def stop_after(count: int) -> Iterator[None]:
    yield from [None] * count
    raise KeyboardInterrupt


@pytest.mark.parametrize("place", ["config", "reconstruction", "scoring", "records"])
def test_stopped_anywhere_it_ends_with_the_same_records(place: str, run: Path, tmp_path: Path, monkeypatch) -> None:
    block = run.parent.parent / "tiny@block1" / "seed0"
    assert evaluate(run, "--output", "block1") == 0
    undisturbed = records(block)
    block.rename(tmp_path / "undisturbed")

    steps = stop_after(2 if place in ("reconstruction", "scoring") else 0)
    owner, name = {
        "config": (runs, "write_yaml"),
        "reconstruction": (reconstructing, "write_shape"),
        "scoring": (evaluation, "track"),
        "records": (evaluation, "join_records"),
    }[place]
    whole = getattr(evaluation, name, None) or getattr(owner, name)

    def stopping(*arguments, **options):
        if place == "scoring" and "scoring" in arguments[2]:
            return (next(steps) or item for item in whole(*arguments, **options))
        if place != "scoring":
            next(steps)
        return whole(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, stopping)
        assert evaluate(run, "--output", "block1") == 130
    assert not (block / "records.parquet").exists()
    assert evaluate(run, "--output", "block1") == 0
    pd.testing.assert_frame_equal(undisturbed, records(block), check_exact=True)
    assert not list(block.glob("*.jsonl"))


def test_what_is_refused(run: Path, small_dataset: Path, tmp_path: Path, capsys) -> None:
    def said(*arguments: object) -> str:
        assert main(["evaluate", *map(str, arguments)]) == 2
        return capsys.readouterr().err.strip()

    assert (
        said(run, "--output", "block7")
        == f"svr3d: method '{Coarse.name}' has no output 'block7'; known: block1, block2"
    )
    assert "expected letters" in said(run, "--output", "../tiny")
    assert not list(run.parent.parent.glob("*@*"))
    assert "--output is for a run" in said("--predictions", tmp_path, "--data", small_dataset, "--output", "block1")
    assert evaluate(run, "--output", "block1") == 0
    capsys.readouterr()
    assert "is the output 'block1'" in said(run.parent.parent / "tiny@block1" / "seed0", "--output", "block2")
    (run / "checkpoints" / "final.ckpt").unlink()
    sentence = said(run, "--output", "block2")
    assert "not trained yet" in sentence and str(run) in sentence


def test_a_method_without_further_outputs_says_so(small_dataset: Path, tmp_path: Path, capsys) -> None:
    assert main(["train", "mean_shape", "--data", str(small_dataset), "--out", str(tmp_path)]) == 0
    run = capsys.readouterr().out.strip()
    assert main(["evaluate", run, "--output", "block1"]) == 2
    assert "has no output 'block1'; known: none besides the final reconstruction" in capsys.readouterr().err


def test_a_suite_scores_them_and_they_stand_on_the_board(small_dataset: Path, tmp_path: Path, capsys) -> None:
    coarse = {"method": Coarse.name, "options": {"blocks": 2}, "label": "two", "outputs": ["block1", "block2"]}
    suite = {"name": "outputs", "data": str(small_dataset), "out": str(tmp_path / "runs"), "workers": 1}
    suite |= {"board": str(tmp_path / "board"), "protocols": ["classvoxels"], "runs": [coarse, "mean_shape"]}
    file = tmp_path / "suite.yaml"
    file.write_text(yaml.safe_dump(suite))
    assert main(["run", str(file)]) == 1  # with two blocks there is no further output block2
    assert "seed 0), output block2: method" in capsys.readouterr().err
    board = pd.read_csv(tmp_path / "board" / "outputs" / "leaderboard.csv")
    assert set(zip(board["method"], board["preset"], strict=True)) == {
        (Coarse.name, "tiny+two"),
        (Coarse.name, "tiny+two@block1"),
        ("mean_shape", "tiny"),
    }
    text = (tmp_path / "board" / "outputs" / "leaderboard.md").read_text()
    assert f"| {Coarse.name} (tiny+two@block1) ‡ | 1 |" in text
    assert f"{Coarse.name} (tiny+two@block1) (one octahedron)" in text and "| mean_shape |" in text
    assert (tmp_path / "board" / "outputs" / "manifests" / f"{Coarse.name}-tiny+two@block1-seed0.json").exists()
    before = times(tmp_path)
    assert main(["run", str(file)]) == 1
    assert times(tmp_path) == before

    file.write_text(yaml.safe_dump(suite | {"runs": [coarse | {"outputs": "block1"}]}))
    assert main(["run", str(file)]) == 2
    assert "field 'outputs': expected a list of names" in capsys.readouterr().err


def test_a_picture_gives_the_output_that_a_run_is_for(run: Path, small_dataset: Path, tmp_path: Path) -> None:
    from svr3d.geometry import read_shape

    assert evaluate(run, "--output", "block1") == 0
    picture = str(next(small_dataset.rglob("000.jpg")))
    reach = {}
    for preset in ("tiny", "tiny@block1"):
        folder = run.parent.parent / preset / "seed0"
        assert main(["predict", str(folder), picture, "--out", str(tmp_path / preset)]) == 0
        reach[preset] = read_shape(tmp_path / preset / "000.npz").vertices.max()
    assert reach == {"tiny": pytest.approx(0.48), "tiny@block1": pytest.approx(0.24)}
