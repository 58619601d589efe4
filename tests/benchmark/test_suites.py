"""The suites that come with svr3d."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import trimesh
import yaml

from svr3d.benchmark import suite
from svr3d.benchmark.board import write_board
from svr3d.benchmark.evaluation import evaluate_run
from svr3d.benchmark.high_genus import of_genus
from svr3d.benchmark.run_suite import _Doing, run_suite
from svr3d.benchmark.suite import Suite
from svr3d.benchmark.train_run import train
from svr3d.datasets import DataFacts, Dataset, open_dataset
from svr3d.datasets.parametric.source import CATEGORIES
from svr3d.errors import InputError
from svr3d.geometry import Mesh
from svr3d.methods import get_method, list_methods
from svr3d.metrics import load_protocol

NAMES = sorted(path.stem for path in (Path(suite.__file__).parent / "suites").glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_what_it_names_exists(name: str) -> None:
    read = Suite.read(name)
    assert read.name == name
    for protocol in read.protocols:
        load_protocol(protocol)
    if "partvoxels" in {run.method for run in read.runs} - set(list_methods()):
        pytest.skip("the method partvoxels is not installed")
    labels = ("leg", "seat")
    facts = DataFacts(categories=("chair",), labels=labels, category_labels={"chair": labels}, most_parts=5)
    for run in read.runs:
        method = get_method(run.method).create(run.preset, facts, **run.options)
        assert bool(run.options) == bool(run.label), f"{run.method}: options need a label"
        assert set(run.outputs) <= {output.name for output in method.outputs[1:]}
    lines = [(run.method, run.preset, run.label, seed) for run in read.runs for seed in run.seeds]
    assert len(set(lines)) == len(lines)


def test_only_what_learns_is_run_with_several_seeds(small_dataset: Path, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    runs = ["mean_shape", {"method": "retrieval"}, "shapeprior", {"method": "classvoxels", "seeds": [5]}]
    file.write_text(yaml.safe_dump({"name": "seeds", "data": str(small_dataset), "runs": runs}))
    read = Suite.read(file, seeds=[3, 1, 2])
    lines = _Doing(read, open_dataset(small_dataset)).planned()
    found = [(line.plan.method.name, line.plan.seed) for line in lines]
    assert found == [
        ("mean_shape", 3),
        ("retrieval", 3),
        *(("shapeprior", seed) for seed in (3, 1, 2)),
        ("classvoxels", 5),
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if Suite.read(name).published])
def test_published_values_are_of_what_it_compares(name: str) -> None:
    read = Suite.read(name)
    assert read.prepare is not None
    categories = {*read.prepare.get("categories", CATEGORIES), "mean"}
    for one in read.published:
        assert one.category in categories and one.protocol in read.protocols and one.source


def test_tables_3_and_4_of_the_paper() -> None:
    """Percent, as printed."""
    objects = {"Base": (31.09, 25.98, 47.99, 41.68, 46.12), "Base-LAM": (43.72, 32.88, 48.04, 42.70, 54.05)}
    found = {(one.method, one.category): one.value for one in Suite.read("partvoxels-table3").published}
    assert found == {
        (method, category): pytest.approx(value / 100)
        for method, values in objects.items()
        for category, value in zip(("chair", "table", "display", "bag", "knife"), values, strict=True)
    }
    chairs = {"3D-R2N2": (27.72, 42.03), "Base": (31.09, 50.85), "Base-LAM": (43.72, 62.11)}
    found = {(one.method, one.metric): one.value for one in Suite.read("partvoxels-table4").published}
    assert found == {
        (method, metric): pytest.approx(value / 100)
        for method, values in chairs.items()
        for metric, value in zip(("iou_32", "ap"), values, strict=True)
    }


def test_table_2_of_smnet() -> None:
    """As printed: mean squared distances of both directions, in a unit cube."""
    found = {(one.method, one.category): one.value for one in Suite.read("smnet-table2").published}
    printed = {"PQ-Net": (0.00230, 0.00537), "SM-NET": (0.00114, 0.00249)}
    assert found == {
        (method, category): value
        for method, values in printed.items()
        for category, value in zip(("chair", "lamp"), values, strict=True)
    }


def test_table_1_of_immat() -> None:
    """What is printed as the mean is that of the 13 categories."""
    own = [one for one in Suite.read("immat-table1").published if one.method == "IMMAT"]
    for metric in ("cd_l2", "iou_32", "f_tau"):
        (mean,) = [one.value for one in own if one.metric == metric and one.category == "mean"]
        values = [one.value for one in own if one.metric == metric and one.category != "mean"]
        assert len(values) == 13 and sum(values) / 13 == pytest.approx(mean, rel=2e-3)


def test_least_genus_is_a_whole_number(tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    for value in (-1, 1.5, "two", True):
        file.write_text(yaml.safe_dump({"name": "x", "data": "y", "runs": ["mean_shape"], "least_genus": value}))
        with pytest.raises(InputError, match=r"field 'least_genus': expected a whole number from 0 on, found"):
            Suite.read(file)


def test_a_board_of_objects_of_high_genus(
    box_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {("post", name) for category, name in box_dataset.objects("test") if category == "post"}
    monkeypatch.setattr("svr3d.benchmark.run_suite.of_genus", lambda dataset, split, least: frozenset(chosen))
    content = {"name": "boxes", "data": str(box_dataset.root), "runs": ["mean_shape"], "protocols": ["classvoxels"]}
    content |= {"out": str(tmp_path / "runs"), "board": str(tmp_path / "all"), "workers": 1}
    file = tmp_path / "suite.yaml"
    boards = []
    for change in ({}, {"least_genus": 2, "board": str(tmp_path / "high")}):
        file.write_text(yaml.safe_dump(content | change))
        out, failures = run_suite(Suite.read(file))
        assert not failures
        boards.append((out / "leaderboard.csv").read_text())
    assert "plank" in boards[0] and "post" in boards[0]
    assert "plank" not in boards[1] and "post" in boards[1]
    assert "objects of genus 2 or more, 1 of them" in (tmp_path / "high/boxes/leaderboard.md").read_text()


def test_a_board_of_runs_from_another_data_set(box_dataset: Dataset, tmp_path: Path) -> None:
    """One trained on other data stands beside one trained on these, where both are scored on these, with a picture."""
    other = open_dataset(shutil.copytree(box_dataset.root, tmp_path / "others"))
    folders = []
    for method, dataset in (("mean_shape", other), ("class_mean", box_dataset)):
        folder = train(method, dataset, runs=tmp_path / "runs")
        evaluate_run(folder, box_dataset, protocols=["classvoxels"], workers=1)
        folders.append(folder)
    assert folders[0].config().dataset == "others"
    board = write_board(folders, tmp_path / "board")
    rows = pd.read_csv(board / "leaderboard.csv")
    assert set(rows["dataset"]) == {"boxes"} and set(rows["method"]) == {"mean_shape", "class_mean"}
    assert (board / "figures/grid.png").is_file()
    write_board(folders[:1], board)  # of the other run nothing is left
    assert [file.name for file in (board / "manifests").iterdir()] == ["mean_shape-tiny-seed0.json"]


def test_objects_of_other_data_are_not_taken_for_those_of_the_same_names(box_dataset: Dataset, tmp_path: Path) -> None:
    folder = train("mean_shape", box_dataset, runs=tmp_path / "runs")
    evaluate_run(folder, box_dataset, protocols=["classvoxels"], workers=1)
    before = folder.records.read_bytes()
    other = shutil.copytree(box_dataset.root, tmp_path / "others")
    evaluate_run(folder, box_dataset, protocols=["classvoxels"], workers=1)  # the same data is fine
    (category, name) = box_dataset.objects("test")[0]
    (other / category / name / "more.txt").write_text("another object")
    # It is known from the reconstructions themselves, or from what older runs say, and where records alone are left.
    for gone in (None, folder.predictions / "data.json", folder.predictions / "log.jsonl"):
        if gone is not None:
            gone.unlink()
        with pytest.raises(InputError, match=r"holds reconstructions of the data set 'boxes' as it was then"):
            evaluate_run(folder, open_dataset(other), protocols=["classvoxels"], workers=1)
    assert folder.records.read_bytes() == before
    shutil.rmtree(folder.predictions)
    folder.records.unlink()
    assert evaluate_run(folder, open_dataset(other), protocols=["classvoxels"], workers=1) == 2


class Solids:
    """A data set of a torus, a double torus and a box."""

    root = Path("solids")

    def objects(self, split: str) -> list[tuple[str, str]]:
        return [("ring", "one"), ("ring", "two"), ("box", "none")]

    def require(self, targets: set[str], split: str) -> None:
        assert targets == {"mesh"}

    def load(self, category: str, name: str, target: str) -> Mesh:
        if category == "box":
            solid = trimesh.creation.box((1, 0.5, 0.5))
        else:
            solid = trimesh.creation.torus(0.2, 0.05)
            if name == "two":
                other = solid.copy()
                other.apply_translation((0.4, 0, 0))
                solid = trimesh.util.concatenate([solid, other])
        return Mesh(np.asarray(solid.vertices) - np.asarray(solid.bounds).mean(axis=0), np.asarray(solid.faces))


def test_objects_are_chosen_by_their_tunnels() -> None:
    solids: Any = Solids()
    assert of_genus(solids, "test", 0) == {("ring", "one"), ("ring", "two"), ("box", "none")}
    assert of_genus(solids, "test", 1) == {("ring", "one"), ("ring", "two")}
    assert of_genus(solids, "test", 2) == {("ring", "two")}
    with pytest.raises(InputError, match="solids: no object of split 'test' has a genus of 3 or more"):
        of_genus(solids, "test", 3)


def test_published_values_stand_on_the_board_and_renew_it(box_dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    content = {"name": "boxes", "data": str(box_dataset.root), "runs": ["mean_shape"], "protocols": ["classvoxels"]}
    content |= {"out": str(tmp_path / "runs"), "board": str(tmp_path / "boards"), "workers": 1}
    page = tmp_path / "boards" / "boxes" / "leaderboard.md"

    def run(published: list) -> str:
        file.write_text(yaml.safe_dump(content | ({"published": published} if published else {})))
        assert not run_suite(Suite.read(file))[1]
        return page.read_text()

    assert "published" not in run([])
    one = {"method": "Theirs", "category": "post", "metric": "iou_32", "value": 0.625, "source": "A paper, table 1"}
    csv = page.with_name("leaderboard.csv").read_bytes()
    said = run([one])
    assert "| Theirs (published) | 0.625 |" in said and "(Theirs: A paper, table 1)" in said
    assert page.with_name("leaderboard.csv").read_bytes() == csv
    assert "0.875" in run([one | {"value": 0.875}])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": 31.09}, "field 'value': expected 0 to 1, the unit of partvoxels-v2, found 31.09"),
        ({"value": "0.3"}, "field 'value': expected a number, found '0.3'"),
        ({"value": float("nan")}, "field 'value': expected a number, found nan"),
        ({"value": True}, "field 'value': expected a number, found True"),
        ({"metric": "cd_l1"}, "field 'metric': protocol partvoxels-v2 has no metric 'cd_l1'"),
        ({"metric": 3}, "field 'metric': expected a text, found 3"),
        ({"source": ""}, "field 'source': expected a text, found ''"),
        ({"protocol": "svr3d-v1"}, "protocol svr3d-v1 is not one of the suite's, partvoxels-v2"),
        ({"colour": "red"}, "expected the fields method, category, protocol, metric, value, source, note"),
        ({"value": None}, "field 'value': expected a number, found None"),
    ],
)
def test_published_values_that_cannot_be_are_refused(tmp_path: Path, change: dict, said: str) -> None:
    one = {"method": "A", "category": "chair", "metric": "iou_32", "value": 0.3, "source": "B"}
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / 's.yaml'}: field 'published': entry 1: ")) as caught:
        _read(tmp_path, [one, one | {"category": "table"} | change])
    assert said in str(caught.value)


def test_published_values_lack_nothing_and_stand_there_once(tmp_path: Path) -> None:
    one = {"method": "A", "category": "chair", "metric": "iou_32", "value": 0.3, "source": "B"}
    with pytest.raises(InputError, match="entry 1: the value of A for iou_32 of chair is there twice"):
        _read(tmp_path, [one, one])
    with pytest.raises(InputError, match="entry 0: the field 'source' is missing"):
        _read(tmp_path, [{name: value for name, value in one.items() if name != "source"}])
    with pytest.raises(InputError, match="field 'published': expected a list of values with their sources, found 3"):
        _read(tmp_path, 3)


def _read(folder: Path, published: Any) -> Suite:
    file = folder / "s.yaml"
    content = {"name": "s", "data": "d", "runs": ["mean_parts"], "protocols": ["partvoxels-v2"]}
    file.write_text(yaml.safe_dump(content | {"published": published}))
    return Suite.read(file)
