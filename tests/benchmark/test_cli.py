"""The command line: what it says, and what it says of bad input."""

from __future__ import annotations

import inspect
import json
import re
import resource
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from svr3d.benchmark import suite
from svr3d.benchmark.cli import COMMANDS, main
from svr3d.geometry import Mesh, write_shape


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one sentence on standard error; the exit code must be 2."""
    assert main([str(argument) for argument in arguments]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("svr3d: ")
    assert "Traceback" not in said
    return said


@pytest.fixture(scope="module")
def cube() -> Mesh:
    import trimesh

    box = trimesh.creation.box()
    return Mesh(box.vertices, box.faces)


def test_help_names_every_command(svr3d) -> None:
    text = svr3d("--help").stdout
    for command in COMMANDS:
        assert command in text


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "usage: svr3d" in text
    assert "None" not in text.replace("None of", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_option_is_its_whole_text(command: str, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    function, _ = COMMANDS[command]
    summary, _, rest = inspect.getdoc(function).partition("\n\nArgs:\n")
    assert " ".join(summary.split()) in shown
    # each paragraph from the name that begins it to the next name
    paragraphs = re.split(r"^    (?=\w+: )", rest, flags=re.MULTILINE)[1:]
    assert [text.partition(":")[0] for text in paragraphs] == list(inspect.signature(function).parameters)
    for text in paragraphs:
        assert " ".join(text.partition(": ")[2].split()) in shown


def test_list_names_everything(capsys) -> None:
    assert main(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    names = {kind: {row["name"] for row in rows} for kind, rows in found.items()}
    assert {"classvoxels", "shapeprior", "mean_shape", "class_mean", "retrieval", "oracle_voxels"} <= names["methods"]
    assert {"parametric", "meshes"} <= names["datasets"]
    assert {"svr3d-v1", "classvoxels"} <= names["protocols"]
    assert {"cd_l1", "f_01", "iou_32", "emd"} <= names["metrics"]
    assert {"parametric-tiny", "meshes-tiny", "smnet-table2-all"} <= names["suites"]
    assert not any("error" in row for rows in found.values() for row in rows)


def test_each_suite_says_what_it_is(capsys) -> None:
    assert main(["list", "suites", "--json"]) == 0
    rows = {row["name"]: row["what"] for row in json.loads(capsys.readouterr().out)}
    folder = Path(suite.__file__).parent / "suites"
    assert set(rows) == {file.stem for file in folder.glob("*.yaml")}
    for name, what in rows.items():
        # whole sentences: the comment's last line is there
        assert what.endswith(".") and what[0] not in "# ", name
        assert what.replace(" ", "") in (folder / f"{name}.yaml").read_text().replace("\n#", "").replace(" ", "")


def test_metrics_that_only_describe_have_no_better_direction(capsys) -> None:
    assert main(["list", "metrics", "--json"]) == 0
    better = {row["name"]: row["better"] for row in json.loads(capsys.readouterr().out)}
    counts = {f"iou_{side}_{of}" for side in (32, 110) for of in ("intersection", "union")}
    assert {name for name, direction in better.items() if not direction} == {"components", "true_part_voxels", *counts}
    assert (better["cd_l1"], better["iou_32"], better["watertight"]) == ("lower", "higher", "higher")


def test_protocols_are_listed_with_what_they_pool(capsys) -> None:
    assert main(["list", "protocols", "--json"]) == 0
    rows = {row["name"]: row["metrics"] for row in json.loads(capsys.readouterr().out)}
    assert rows["classvoxels"] == ["iou_32", "iou_32_intersection", "iou_32_union", "iou_32_pooled"]


def test_unknown_command_and_option(capsys) -> None:
    assert "invalid choice" in refused(capsys, "trian")
    assert "--fo" in refused(capsys, "train", "mean_shape", "--data", "x", "--fo", "1")
    assert "seed" in refused(capsys, "train", "mean_shape", "--data", "x", "--seed", "one")
    assert "train needs --data" in refused(capsys, "train", "mean_shape")
    assert "train needs METHOD and --data" in refused(capsys, "train")
    assert "predict needs RUN and IMAGES" in refused(capsys, "predict")


def test_missing_folders(capsys, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    for arguments in (
        ("train", "mean_shape", "--data", missing),
        ("prepare", missing, "--out", tmp_path / "out"),
        ("evaluate", missing),
        ("leaderboard", missing, "--out", tmp_path / "out"),
        ("predict", missing, "photo.png"),
        ("run", missing / "suite.yaml"),
    ):
        assert str(missing) in refused(capsys, *arguments)
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_unknown_method_preset_protocol_option(capsys, small_dataset: Path, tmp_path: Path) -> None:
    data = ("--data", small_dataset, "--out", tmp_path)
    assert "classvoxels" in refused(capsys, "train", "classvoxel", *data)
    said = refused(capsys, "train", "classvoxels", *data, "--preset", "huge")
    assert "huge" in said and "tiny" in said
    said = refused(capsys, "train", "classvoxels", *data, "--options.depht", "3", "--label", "x")
    assert "depht" in said
    assert "--label" in refused(capsys, "train", "classvoxels", *data, "--options.epochs", "3")
    assert main(["train", "mean_shape", *map(str, data)]) == 0
    run = capsys.readouterr().out.strip()
    said = refused(capsys, "evaluate", run, "--protocol", "svr3d-v0")
    assert "svr3d-v0" in said and "svr3d-v1" in said
    assert "svr3d-v0" in refused(capsys, "evaluate", run, "--protocol", "svr3d-v1,svr3d-v0")


def test_a_target_that_the_data_set_lacks(capsys, small_dataset: Path, tmp_path: Path) -> None:
    poor = tmp_path / "poor"
    shutil.copytree(small_dataset, poor)
    for file in poor.rglob("model.binvox"):
        file.unlink()
    said = refused(capsys, "train", "mean_shape", "--data", poor, "--out", tmp_path / "runs")
    assert "voxels" in said and "poor" in said


def test_truncated_image(capsys, small_dataset: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(small_dataset, broken)
    image = sorted(broken.rglob("000.jpg"))[0]
    image.write_bytes(image.read_bytes()[:200])
    for image in broken.rglob("*.jpg"):
        image.write_bytes(image.read_bytes()[:200])
    said = refused(capsys, "train", "retrieval", "--data", broken, "--out", tmp_path / "runs")
    assert ".jpg" in said

    assert main(["train", "mean_shape", "--data", str(small_dataset), "--out", str(tmp_path / "ok")]) == 0
    run = capsys.readouterr().out.strip()
    assert ".jpg" in refused(capsys, "predict", run, image)


@pytest.mark.parametrize("fault", ["empty", "flat", "nan", "truncated"])
def test_a_bad_mesh_is_refused_with_its_reason(fault: str, capsys, cube: Mesh, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("good_0", "good_1", "good_2"):
        (source / "box" / name).mkdir(parents=True)
        write_shape(source / "box" / name / "model.obj", cube)
    bad = source / "box" / "bad" / "model.obj"
    bad.parent.mkdir()
    text = (source / "box" / "good_0" / "model.obj").read_text()
    content = {
        "empty": "",
        "flat": "v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n",
        "nan": text.replace("v ", "v nan ", 1),
        "truncated": text[: len(text) // 3],
    }[fault]
    bad.write_text(content)
    out = tmp_path / "out"
    assert main(["prepare", str(source), "--out", str(out), "--views", "1", "--workers", "1"]) == 0
    report = json.loads((out / "report.json").read_text())
    assert [(row["category"], row["object"]) for row in report["refused"]] == [("box", "bad")]
    assert report["refused"][0]["reason"]
    assert not (out / "box" / "bad").exists()

    alone = tmp_path / "alone" / "box" / "bad" / "model.obj"
    alone.parent.mkdir(parents=True)
    alone.write_text(content)
    assert "box/bad" in refused(capsys, "prepare", tmp_path / "alone", "--out", tmp_path / "none", "--workers", "1")


def test_run_config_and_environment_are_the_same_as_options(small_dataset, tmp_path, capsys, monkeypatch) -> None:
    config = tmp_path / "train.yaml"
    config.write_text(f"data: {small_dataset}\nout: {tmp_path / 'a'}\nseed: 3\n")
    assert main(["train", "mean_shape", "--config", str(config)]) == 0
    assert capsys.readouterr().out.strip().endswith("mean_shape/tiny/seed3")
    monkeypatch.setenv("SVR3D_TRAIN__DATA", str(small_dataset))
    monkeypatch.setenv("SVR3D_TRAIN__OUT", str(tmp_path / "b"))
    assert main(["train", "mean_shape"]) == 0
    assert str(tmp_path / "b") in capsys.readouterr().out


def test_debug_shows_the_traceback() -> None:
    from svr3d.geometry import InputError

    with pytest.raises(InputError):
        main(["leaderboard", "nowhere", "--out", "x", "--debug"])


def small_files(limit: int) -> Callable[[], None]:
    """To run in a new process: no file can grow above `limit` bytes, so that writes fail as on a full disk."""

    def set_limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return set_limit


def test_a_full_disk_is_said_and_leaves_nothing_half_written(svr3d, small_dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one_each = ("--categories", "[chair]", "--objects", "{train: 1, val: 1, test: 1}", "--views", "1")
    prepare = ("prepare", "parametric", "--out", out, *one_each, "--workers", "1")
    train = ("train", "class_mean", "--data", small_dataset, "--out", tmp_path / "runs")
    for command, limit in ((prepare, 20_000), (train, 20_000)):
        done = svr3d(*command, check=False, preexec_fn=small_files(limit))
        assert done.returncode == 2
        assert "File too large" in done.stderr.strip().splitlines()[-1]
    assert not list(out.rglob("*.npz")) and not list(tmp_path.rglob("*.ckpt"))

    svr3d(*prepare)
    assert len(list(out.glob("chair/*/pointcloud.npz"))) == 3
    run = Path(svr3d(*train).stdout.strip())
    evaluate = ("evaluate", run, "--workers", "1")
    done = svr3d(*evaluate, check=False, preexec_fn=small_files(5_000))
    assert done.returncode == 2
    assert not (run / "records.parquet").exists()
    svr3d(*evaluate)
    assert (run / "records.parquet").exists()
