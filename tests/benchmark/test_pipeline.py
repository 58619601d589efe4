"""From data to leaderboard: suites, resume, predictions from elsewhere, pictures in."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from svr3d.benchmark.cli import main
from svr3d.benchmark.runs import RunFolder
from svr3d.benchmark.train_run import train
from svr3d.datasets import SampleKey, open_dataset
from svr3d.geometry import Mesh, VoxelGrid, read_shape, write_shape

KEY = ["method", "preset", "seed", "category", "object", "view", "protocol", "metric"]


def records_of(folder: Path) -> pd.DataFrame:
    """All records below a folder; without the seconds, which no two runs share."""
    frames = [pd.read_parquet(file) for file in sorted(folder.rglob("records.parquet"))]
    return pd.concat(frames).drop(columns="seconds").sort_values(KEY).reset_index(drop=True)


def save(folder: Path, key: SampleKey, mesh: Mesh) -> None:
    """A prediction from elsewhere."""
    path = folder / key.category / key.object / f"{key.view:03d}.ply"
    path.parent.mkdir(parents=True)
    write_shape(path, mesh)


def suite_file(path: Path, data: Path, out: Path, runs: list, **more: object) -> Path:
    suite = {
        "name": "small",
        "data": str(data),
        "out": str(out),
        "board": str(out / "board"),
        "workers": 1,
        "runs": runs,
    }
    path.write_text(yaml.safe_dump(suite | more))
    return path


SHORT = {"method": "classvoxels", "label": "short", "options": {"epochs": 2}}


@pytest.fixture(scope="module")
def finished(small_dataset: Path, tmp_path_factory) -> Path:
    """A finished suite: `finished / "runs"` and `finished / "runs/board/small"`."""
    folder = tmp_path_factory.mktemp("suite")
    runs = ["mean_shape", "class_mean", "retrieval", SHORT, "oracle_voxels", "oracle_mesh"]
    suite = suite_file(
        folder / "suite.yaml", small_dataset, folder / "runs", runs, protocols=["svr3d-v1", "classvoxels"]
    )
    assert main(["run", str(suite)]) == 0
    return folder


def test_a_suite_ends_with_a_board(finished: Path) -> None:
    board = finished / "runs" / "board" / "small"
    table = pd.read_csv(board / "leaderboard.csv")
    assert set(table["method"]) == {
        "mean_shape",
        "class_mean",
        "retrieval",
        "classvoxels",
        "oracle_voxels",
        "oracle_mesh",
    }
    assert {"mean", "objects", "chair", "table"} == set(table["category"])
    assert set(table["protocol"]) == {"svr3d-v1", "classvoxels"}
    learned = table["method"] == "classvoxels"  # after two epochs its voxels may all be below the protocol's 0.4
    assert (table.loc[~learned, "failed"] == 0).all()
    means = table[table["category"].isin(["mean", "objects"]) & ~table["metric"].str.startswith("f@")]
    assert (means["low"] <= means["value"] + 1e-9).all() and (means["value"] <= means["high"] + 1e-9).all()
    for name in ("leaderboard.md", "leaderboard.tex", "figures/grid.png"):
        assert (board / name).stat().st_size > 0
    assert len(list((board / "figures").glob("*.png"))) >= 5
    assert len(list((board / "manifests").glob("*.json"))) == 6


def test_ceilings_bound_their_representation(finished: Path) -> None:
    table = pd.read_csv(finished / "runs" / "board" / "small" / "leaderboard.csv")
    iou = table[(table["metric"] == "iou_32") & (table["protocol"] == "svr3d-v1") & (table["category"] == "mean")]
    iou = iou.set_index("method")["value"]
    assert iou["oracle_voxels"] == 1.0
    assert iou.max() == iou["oracle_voxels"]


def test_manifests_say_what_made_the_run(finished: Path, small_dataset: Path) -> None:
    manifest = json.loads(next(finished.glob("runs/*/classvoxels/*/seed0/manifest.json")).read_text())
    assert manifest["data"]["fingerprint"] == open_dataset(small_dataset).fingerprint()
    assert manifest["config"]["options"] == {"epochs": 2}
    assert manifest["method"]["parameters"] > 0 and manifest["method"]["weights"] == "scratch"
    assert manifest["versions"]["torch"] and manifest["hardware"]["cores"] >= 1
    assert manifest["training"]["total_seconds"] > 0 and manifest["evaluation"]["samples"] == 6


def test_a_second_call_does_nothing_over_again(finished: Path) -> None:
    files = {f: f.stat().st_mtime_ns for f in (finished / "runs").rglob("*") if f.is_file()}
    assert main(["run", str(finished / "suite.yaml")]) == 0
    assert files == {f: f.stat().st_mtime_ns for f in (finished / "runs").rglob("*") if f.is_file()}


def test_the_same_seed_gives_the_same_records(finished: Path, small_dataset: Path, tmp_path: Path) -> None:
    suite = suite_file(
        tmp_path / "again.yaml",
        small_dataset,
        tmp_path / "runs",
        ["retrieval", SHORT],
        protocols=["svr3d-v1", "classvoxels"],
    )
    assert main(["run", str(suite)]) == 0
    old = records_of(finished)
    old = old[old["method"].isin(["retrieval", "classvoxels"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(old, records_of(tmp_path), check_exact=True)


def killed_when(command: list[str], condition, limit: float = 900.0) -> bool:
    """Starts a command and kills it, with its workers, as soon as `condition()` holds; False if it ended before."""
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + limit
    try:
        while time.monotonic() < deadline:
            if condition():
                return process.poll() is None
            # Without the processor, which the command may need for itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.002)
                return False
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_killed_in_training_and_in_evaluation_it_ends_with_the_same_records(
    finished: Path, small_dataset: Path, tmp_path: Path
) -> None:
    suite = suite_file(
        tmp_path / "killed.yaml", small_dataset, tmp_path / "runs", [SHORT], protocols=["svr3d-v1", "classvoxels"]
    )
    command = [sys.executable, "-m", "svr3d.benchmark", "run", str(suite)]
    run = tmp_path / "runs" / "parametric-small" / "classvoxels" / "tiny+short" / "seed0"

    def rows(file: Path) -> int:
        return len(file.read_bytes().splitlines()) if file.exists() else 0

    assert killed_when(command, lambda: any(run.glob("checkpoints/*")))
    assert not (run / "checkpoints" / "final.ckpt").exists()
    assert killed_when(command, lambda: rows(run / "predictions" / "log.jsonl") >= 1)
    assert not (run / "records.parquet").exists()
    assert killed_when(command, lambda: rows(run / "records.test.jsonl") >= 1)
    assert not (run / "records.parquet").exists()
    subprocess.run(command, check=True, capture_output=True)

    undisturbed = records_of(finished)
    undisturbed = undisturbed[undisturbed["method"] == "classvoxels"].reset_index(drop=True)
    pd.testing.assert_frame_equal(undisturbed, records_of(tmp_path), check_exact=True)


def test_a_failing_run_does_not_stop_the_others(small_dataset: Path, tmp_path: Path, capsys) -> None:
    suite = suite_file(tmp_path / "s.yaml", small_dataset, tmp_path / "runs", ["no_such_method", "mean_shape"])
    assert main(["run", str(suite)]) == 1
    assert "no_such_method" in capsys.readouterr().err
    assert set(pd.read_csv(tmp_path / "runs" / "board" / "small" / "leaderboard.csv")["method"]) == {"mean_shape"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"runs": []}, "runs"),
        ({"protocol": "svr3d-v1"}, "protocol"),
        ({"runs": [{"methods": "mean_shape"}]}, "methods"),
        ({"seeds": "all"}, "seeds"),
        ({"seeds": []}, "seeds"),
    ],
)
def test_a_wrong_suite_is_refused(change: dict, said: str, small_dataset: Path, tmp_path: Path, capsys) -> None:
    suite = suite_file(tmp_path / "s.yaml", small_dataset, tmp_path / "runs", ["mean_shape"])
    suite.write_text(yaml.safe_dump(yaml.safe_load(suite.read_text()) | change))
    assert main(["run", str(suite)]) == 2
    sentence = capsys.readouterr().err.strip()
    assert said in sentence and "s.yaml" in sentence


def test_one_folder_holds_one_run(finished: Path, small_dataset: Path, capsys) -> None:
    arguments = [
        "--data",
        str(small_dataset),
        "--out",
        str(finished / "runs"),
        "--label",
        "short",
        "--options.epochs",
        "3",
    ]
    assert main(["train", "classvoxels", *arguments]) == 2
    assert "epochs" in capsys.readouterr().err


def test_predictions_from_elsewhere(finished: Path, small_dataset: Path, tmp_path: Path) -> None:
    """The truth itself, written as files, scores like the ceiling; one missing file counts as failed."""
    dataset = open_dataset(small_dataset)
    keys = dataset.samples("test", 1)
    folder = tmp_path / "theirs"
    for key in keys[1:]:
        save(folder, key, dataset.mesh(key.category, key.object))
    arguments = [
        "--predictions",
        str(folder),
        "--data",
        str(small_dataset),
        "--out",
        str(tmp_path / "runs"),
        "--workers",
        "1",
    ]
    assert main(["evaluate", *arguments, "--name", "theirs"]) == 0
    records = records_of(tmp_path)
    failed = records[records["status"] == "failed"]
    assert set(failed["object"]) == {keys[0].object}
    assert set(failed.loc[failed["metric"] == "f_01", "value"]) == {0.0}
    good = records[(records["status"] == "ok") & (records["metric"] == "f_01")]["value"]
    assert len(good) == len(keys) - 1 and (good > 0.99).all()


@pytest.mark.parametrize(
    ("frame", "align"), [("camera", "none"), ("shapenet", "none"), ("canonical", "scale"), ("canonical", "similarity")]
)
def test_frames_and_alignments_are_undone(frame: str, align: str, small_dataset: Path, tmp_path: Path) -> None:
    dataset = open_dataset(small_dataset)
    folder = tmp_path / "theirs"
    for key in dataset.samples("test", 1):
        mesh = dataset.mesh(key.category, key.object)
        vertices = mesh.vertices
        if frame == "camera":
            vertices = dataset.camera(key).to_camera(vertices)
        elif frame == "shapenet":
            loc, scale = dataset.normalization(key.category, key.object)
            vertices = vertices * scale + loc
        elif align == "scale":
            vertices = 3.0 * vertices + [1.0, 2.0, 3.0]
        else:
            angle = 0.1
            turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
            vertices = 1.2 * vertices @ turn.T + 0.1
        save(folder, key, Mesh(vertices, mesh.faces))
    arguments = [
        "--predictions",
        str(folder),
        "--data",
        str(small_dataset),
        "--out",
        str(tmp_path / "runs"),
        "--workers",
        "1",
    ]
    assert main(["evaluate", *arguments, "--frame", frame, "--align", align]) == 0
    records = records_of(tmp_path)
    f = records[records["metric"] == "f_02"]["value"]
    assert (f > (0.85 if align == "similarity" else 0.99)).all()


def test_a_picture_becomes_a_glb(finished: Path, tmp_path: Path, capsys) -> None:
    rng = np.random.default_rng(0)
    pixels = np.zeros((90, 160, 4), np.uint8)
    pixels[20:70, 40:120] = [*rng.integers(0, 255, 3), 255]
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    run = next(finished.glob("runs/*/retrieval/*/seed0"))
    assert main(["predict", str(run), str(tmp_path / "photo.png"), "--out", str(tmp_path / "shapes")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "shapes" / "photo.glb")
    mesh = read_shape(tmp_path / "shapes" / "photo.glb")
    assert len(mesh.faces) > 10 and np.abs(mesh.vertices).max() < 0.6
    assert read_shape(tmp_path / "shapes" / "photo.npz") is not None


def test_predict_says_what_a_picture_alone_does_not_give(finished: Path, tmp_path: Path, capsys) -> None:
    Image.new("RGB", (64, 64), "white").save(tmp_path / "photo.png")
    photo = str(tmp_path / "photo.png")
    assert main(["predict", str(next(finished.glob("runs/*/oracle_mesh/*/seed0"))), photo]) == 2
    assert "true shape" in capsys.readouterr().err
    class_mean = str(next(finished.glob("runs/*/class_mean/*/seed0")))
    assert main(["predict", class_mean, photo, "--category", "boat"]) == 2
    assert "chair" in capsys.readouterr().err
    assert main(["predict", class_mean, photo, "--category", "chair", "--out", str(tmp_path)]) == 0
    shape = read_shape(tmp_path / "photo.npz")
    assert isinstance(shape, VoxelGrid) and not shape.is_empty


def test_stopped_between_the_last_sample_and_the_records(small_dataset: Path, tmp_path: Path, monkeypatch) -> None:
    from svr3d.benchmark import evaluation

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    assert main(["train", "mean_shape", "--data", str(small_dataset), "--out", str(tmp_path / "runs")]) == 0
    run = next(tmp_path.glob("runs/*/mean_shape/tiny/seed0"))
    evaluate = ["evaluate", str(run), "--workers", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(evaluation, "join_records", stop)
        assert main(evaluate) == 130
    assert not (run / "records.parquet").exists()
    assert main(evaluate) == 0
    assert len(records_of(tmp_path).drop_duplicates(["category", "object", "view"])) == 6
    assert not list(run.glob("*.jsonl"))


def test_stopped_between_the_weights_and_the_manifest(small_dataset: Path, tmp_path: Path, monkeypatch) -> None:
    dataset = open_dataset(small_dataset)

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("svr3d.benchmark.train_run.update_manifest", stop)
        with pytest.raises(KeyboardInterrupt):
            train("mean_shape", dataset, tmp_path, progress=False)
    folder = train("mean_shape", dataset, tmp_path, progress=False)
    manifest = folder.read_manifest()
    assert manifest["method"]["name"] == "mean_shape" and manifest["training"]["total_seconds"] > 0


def test_more_protocols_are_added_to_the_records(small_dataset: Path, tmp_path: Path) -> None:
    data, runs = str(small_dataset), str(tmp_path / "runs")
    assert main(["train", "mean_shape", "--data", data, "--out", runs]) == 0
    folder = RunFolder(tmp_path / "runs" / "parametric-small" / "mean_shape" / "tiny" / "seed0")
    assert main(["evaluate", str(folder.path), "--protocol", "classvoxels", "--workers", "1"]) == 0
    first = records_of(tmp_path)
    assert main(["evaluate", str(folder.path), "--protocol", "classvoxels,svr3d-v1", "--workers", "1"]) == 0
    both = records_of(tmp_path)
    assert set(both["protocol"]) == {"classvoxels", "svr3d-v1"}
    pd.testing.assert_frame_equal(first, both[both["protocol"] == "classvoxels"].reset_index(drop=True))
