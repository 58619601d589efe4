"""Predictions from elsewhere: aligned, turned, added to, replaced; what cannot be scored is a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from svr3d.benchmark import evaluation
from svr3d.benchmark.board import run_table
from svr3d.benchmark.cli import main
from svr3d.benchmark.runs import find_runs
from svr3d.datasets import Dataset
from svr3d.datasets.box_objects import box_object
from svr3d.geometry import Camera, Mesh, VoxelGrid, write_shape
from svr3d.leaderboards import comparisons, leaderboard
from svr3d.leaderboards.markdown import markdown_page

Files = dict[str, Path]


@pytest.fixture(autouse=True)
def in_one_process(monkeypatch) -> None:
    """Scoring happens in a thread: starting processes would take most of the time."""
    monkeypatch.setattr(evaluation, "worker_pool", lambda workers: ThreadPoolExecutor(1))


def truth(name: str) -> Mesh:
    """The boxes of an object of `box_dataset`, whose number is in its name."""
    return box_object(int(name.removeprefix("box"))).mesh()


@pytest.fixture
def theirs(box_dataset: Dataset, tmp_path: Path) -> Callable[..., Files]:
    """Writes a prediction of each object of val and test, the truth's vertices through `change`."""

    def write(change: Callable[[np.ndarray], np.ndarray] = lambda vertices: vertices) -> Files:
        files = {}
        for split in ("val", "test"):
            for category, name in box_dataset.objects(split):
                files[name] = tmp_path / "theirs" / category / name / "00.obj"
                files[name].parent.mkdir(parents=True, exist_ok=True)
                mesh = truth(name)
                write_shape(files[name], Mesh(change(mesh.vertices), mesh.faces))
        return files

    return write


@pytest.fixture
def evaluate(box_dataset: Dataset, tmp_path: Path) -> Callable[..., int]:
    def run(*options: object, protocol: str = "classvoxels") -> int:
        arguments = ["--predictions", tmp_path / "theirs", "--data", box_dataset.root, "--out", tmp_path / "runs"]
        return main(["evaluate", *map(str, [*arguments, "--protocol", protocol, "--name", "theirs", *options])])

    return run


def records(tmp_path: Path) -> pd.DataFrame:
    (file,) = tmp_path.glob("runs/*/theirs/external/seed0/records.parquet")
    return pd.read_parquet(file)


def iou(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """By protocol and object."""
    rows = frame[frame["metric"] == "iou_32"]
    return dict(zip(zip(rows["protocol"], rows["object"], strict=True), rows["value"], strict=True))


def scored(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["protocol"], frame["split"], strict=True))


def test_a_copy_in_another_size_and_place_is_aligned_exactly(theirs, evaluate, tmp_path: Path) -> None:
    """The data has Occupancy Networks' files alone, so the truth's box is known by the frame, not by a mesh."""
    theirs(lambda v: 2.0 * v + [0.1, 0.2, -0.3])
    assert evaluate("--align", "scale") == 0
    assert set(iou(records(tmp_path)).values()) == {1.0}
    assert scored(records(tmp_path)) == {("classvoxels+scale", "test")}


def test_alignments_stand_beside_each_other_and_share_no_column(theirs, evaluate, tmp_path: Path) -> None:
    files = theirs(lambda v: 0.5 * v)
    for align in ("none", "scale", "similarity"):
        assert evaluate("--align", align) == 0
    assert evaluate(protocol="classvoxels,classvoxels+scale") == 0  # nothing new
    found = records(tmp_path)
    names = {"classvoxels", "classvoxels+scale", "classvoxels+similarity"}
    assert set(found["protocol"]) == names and not found.duplicated(["protocol", "metric", "object"]).any()
    test = {name for name in files if ("classvoxels", name) in iou(found)}
    assert all(iou(found)["classvoxels", name] < 0.3 and iou(found)["classvoxels+scale", name] == 1 for name in test)

    page = markdown_page("board", leaderboard(found), comparisons(found), None, [], [])
    sections = page.split("\n## ")[1:]
    assert [section.splitlines()[0].rpartition(" ")[2] for section in sections] == sorted(names)
    said = "Aligned with the truth before scoring: predictions moved and scaled to the truth's bounding box."
    assert [said in section for section in sections] == [False, True, False]


@pytest.mark.parametrize(
    ("arguments", "protocol", "said"),
    [
        (["--align", "scale"], "classvoxels+similarity", "'classvoxels+similarity' aligns predictions by 'similarity'"),
        ([], "classvoxels+size", "unknown alignment 'size' of protocol 'classvoxels+size'"),
        ([], "classvoxels+scale,best", "unknown protocol 'best'"),
        (["--frame", "camera", "--up", "z"], "classvoxels", "in the frame 'camera' have its axes"),
        ([], "", "no protocol given"),
    ],
)
def test_wrong_options_are_a_sentence(arguments, protocol, said, theirs, evaluate, tmp_path: Path, capsys) -> None:
    theirs()
    assert evaluate(*arguments, protocol=protocol) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "runs").exists()


def test_z_up_is_turned(theirs, evaluate, tmp_path: Path) -> None:
    """x right, z up, y to the back: what is canonical at (x, y, z) stands at (x, -z, y)."""
    theirs(lambda v: v[:, [0, 2, 1]] * [1, -1, 1])
    assert evaluate("--up", "z") == 0 and set(iou(records(tmp_path)).values()) == {1.0}


def test_a_grid_with_z_up_is_turned(theirs, evaluate, box_dataset: Dataset, tmp_path: Path) -> None:
    for name, file in theirs().items():
        values = box_object(int(name.removeprefix("box"))).voxels() > 0
        file.unlink()
        turned = np.zeros_like(values)
        for x, y, z in np.argwhere(values):
            turned[x, 31 - z, y] = True
        write_shape(file.with_suffix(".npz"), VoxelGrid(turned))
    assert evaluate("--up", "z") == 0 and set(iou(records(tmp_path)).values()) == {1.0}


def test_a_second_split_and_a_second_protocol_are_added(theirs, evaluate, tmp_path: Path) -> None:
    files = theirs()
    assert evaluate() == 0
    first = records(tmp_path)
    assert evaluate("--split", "val", "--views", 0) == 0
    assert evaluate("--split", "val", protocol="classvoxels,classvoxels+scale") == 0
    both = records(tmp_path)
    assert scored(both) == {("classvoxels", "test"), ("classvoxels", "val"), ("classvoxels+scale", "val")}
    assert set(both["object"]) == set(files)
    test = both[both["split"] == "test"].reset_index(drop=True)
    pd.testing.assert_frame_equal(test, first)


def test_predictions_that_change_are_scored_anew_under_all_protocols(theirs, evaluate, tmp_path: Path, capsys) -> None:
    files = theirs()
    assert evaluate(protocol="classvoxels,classvoxels+scale") == 0
    changed = sorted(set(records(tmp_path)["object"]))[0]
    before = records(tmp_path)
    mesh = truth(changed)
    write_shape(files[changed], Mesh(0.5 * mesh.vertices, mesh.faces))
    other = next(name for name in files if name not in set(before["object"]))
    files[other].unlink()  # of the other split: of no matter
    capsys.readouterr()
    assert evaluate() == 0
    assert "1 predictions have changed since they were scored and are scored anew" in capsys.readouterr().err
    after = records(tmp_path)
    assert len(after) == len(before)
    assert iou(after)["classvoxels", changed] < 0.3 and iou(after)["classvoxels+scale", changed] == 1
    same = (before["object"] != changed).to_numpy()
    pd.testing.assert_frame_equal(after[same], before[same])
    assert evaluate() == 0 and "scored" not in capsys.readouterr().err

    files[changed].unlink()  # and one that is gone has failed
    assert evaluate() == 0
    rows = records(tmp_path)
    assert set(rows.loc[rows["object"] == changed, "status"]) == {"failed"}


def test_a_killed_evaluation_goes_on_with_what_is_there_now(theirs, evaluate, tmp_path: Path, monkeypatch) -> None:
    """Lines of a prediction that has changed since are not joined."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    files = theirs()
    with monkeypatch.context() as patch:
        patch.setattr(evaluation, "join_records", stop)
        assert evaluate() == 130
    (lines,) = tmp_path.glob("runs/*/*/*/*/records.test.jsonl")
    changed = sorted(name for name in files if name in lines.read_text())[0]
    mesh = truth(changed)
    write_shape(files[changed], Mesh(0.5 * mesh.vertices, mesh.faces))
    assert evaluate() == 0
    found = iou(records(tmp_path))
    assert found.pop(("classvoxels", changed)) < 0.3 and set(found.values()) == {1.0}


def test_a_protocol_by_its_file_is_not_scored_twice(theirs, evaluate, tmp_path: Path, capsys) -> None:
    theirs()
    from svr3d.metrics import protocol

    text = (Path(protocol.__file__).parent / "protocols" / "classvoxels.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text.replace("name: classvoxels", "name: mine"))
    names = f"{tmp_path / 'mine.yaml'},{tmp_path / 'mine.yaml'}+scale"
    assert evaluate(protocol=names) == 0 and "scored 2 samples" in capsys.readouterr().err
    assert evaluate(protocol=names) == 0 and "scored" not in capsys.readouterr().err
    assert set(records(tmp_path)["protocol"]) == {"mine", "mine+scale"}


def test_a_name_holds_predictions_in_one_frame(theirs, evaluate, tmp_path: Path, capsys) -> None:
    theirs()
    assert evaluate("--given", "picture") == 0
    assert evaluate("--frame", "shapenet") == 2
    said = capsys.readouterr().err
    assert "with frame 'canonical', asked for 'shapenet'; give these predictions another --name" in said
    assert evaluate("--frame", "shapenet", "--name", "others") == 0


def test_a_call_that_came_to_nothing_holds_no_name(theirs, evaluate, tmp_path: Path, capsys) -> None:
    for name, file in theirs().items():
        file.unlink()
        write_shape(file.with_suffix(".npz"), VoxelGrid(box_object(int(name.removeprefix("box"))).voxels() > 0))
    assert evaluate("--frame", "shapenet") == 2
    said = capsys.readouterr().err
    assert "00.npz: a voxel grid spans the canonical box and cannot be read in the frame 'shapenet'" in said
    assert evaluate() == 0


def test_the_board_says_what_the_true_camera_places(theirs, evaluate, box_dataset: Dataset, tmp_path: Path) -> None:
    files = theirs()
    cameras: dict[str, Camera] = {key.object: box_dataset.camera(key) for key in box_dataset.samples("test")}
    for name, camera in cameras.items():
        mesh = truth(name)
        write_shape(files[name], Mesh(camera.to_camera(mesh.vertices), mesh.faces))
    assert evaluate("--frame", "camera", "--given", "picture") == 0
    assert min(iou(records(tmp_path)).values()) > 0.95
    assert evaluate("--frame", "camera") == 0  # what was said stays said
    folders = find_runs([tmp_path / "runs"])
    assert run_table(folders, records(tmp_path))["given"].tolist() == ["picture, camera"]
    manifest: dict[str, Any] = folders[0].read_manifest()
    assert manifest["config"]["frame"] == "camera" and "true camera" in manifest["method"]["placed_by"]


def test_what_is_not_read_is_named(theirs, evaluate, tmp_path: Path, capsys) -> None:
    files = theirs()
    for file in files.values():
        file.rename(file.with_suffix(".vox"))
    assert evaluate() == 2
    said = capsys.readouterr().err
    assert "00.vox, a file of format '.vox', expected one of .npz" in said and "Traceback" not in said
    name, *others = sorted(files)  # the numbers of val come before those of test
    for other in others:
        files[other].with_suffix(".vox").rename(files[other])
    assert evaluate("--split", "val") == 0
    said = capsys.readouterr().err
    assert f"1 of 2 samples have no prediction and count as failed, for example plank/{name}/000: " in said
    assert f"{name}/00.vox: a file of format '.vox'" in said
    found = records(tmp_path)
    assert set(found.loc[found["status"] == "failed", "object"]) == {name}


def test_no_folder_and_an_empty_one(evaluate, tmp_path: Path, capsys) -> None:
    assert evaluate() == 2 and "theirs: no such folder of predictions" in capsys.readouterr().err
    (tmp_path / "theirs").mkdir()
    assert evaluate() == 2 and "there is no file in it" in capsys.readouterr().err
    os.rmdir(tmp_path / "theirs")
    (tmp_path / "theirs").write_text("a file")
    assert evaluate() == 2 and "theirs: is a file, expected a folder of predictions" in capsys.readouterr().err
