"""Preparation: the same bytes however often it was killed, and one bad object harms no other."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from block_source import QUICK, Blocks, boxes

from svr3d.datasets import open_dataset, prepare
from svr3d.datasets.preparation import recipe
from svr3d.datasets.targets.sketches import Sketches
from svr3d.geometry import InputError, write_shape


def contents(root):
    """Digest of every file by its path, but for the one that holds the clock."""
    files = [p for p in root.rglob("*") if p.is_file() and p.name not in ("timing.json", ".lock")]
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_again_with_other_processes_gives_the_same_bytes(prepared, tmp_path):
    report = prepare(Blocks(), tmp_path / "blocks", **(QUICK | {"workers": 2}))
    assert report.built == 10 and report.total == 10
    assert contents(tmp_path / "blocks") == contents(prepared)


def test_a_second_call_keeps_what_is_there(copy):
    before = {p: p.stat().st_mtime_ns for p in copy.glob("*/*/object.json")}
    (copy / "table" / "table1" / "points.npz").unlink()
    report = prepare(Blocks(), copy, name="blocks", **QUICK)
    assert report.built == 1
    changed = [p for p, time in before.items() if p.stat().st_mtime_ns != time]
    assert changed == [copy / "table" / "table1" / "object.json"]


def test_other_options_or_another_version_make_objects_again(copy, prepared, monkeypatch):
    assert prepare(Blocks(), copy, **(QUICK | {"seed": 1})).built == 10
    folder = Path("table") / "table0"
    here, there = (np.load(root / folder / "pointcloud.npz")["points"] for root in (copy, prepared))
    assert not np.allclose(here, there)
    monkeypatch.setattr(recipe, "VERSION", recipe.VERSION + 1)
    assert prepare(Blocks(), copy, **(QUICK | {"seed": 1})).built == 10


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from block_source import QUICK, Blocks
from svr3d import files
from svr3d.datasets import prepare
from svr3d.datasets.preparation import folder
from svr3d.datasets.targets.sketches import Sketches
import svr3d.geometry as geometry

if __name__ == "__main__":
    count = 0
    def then_die(original):
        def wrapped(*arguments, **options):
            global count
            count += 1
            if count == {after}:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)
        return wrapped
    {where} = then_die({where})
    prepare(Blocks(), {out!r}, **QUICK)
"""


@pytest.mark.parametrize(
    "where, after",
    [
        ("Sketches.write", 5),  # in the middle of an object's files
        ("files.os.rename", 3),  # an object complete but not yet in place
        ("folder.write_text", 4),  # between the lists
    ],
)
def test_killed_and_run_again_gives_the_same_bytes(prepared, tmp_path, where, after):
    out = tmp_path / "blocks"
    script = KILLED.format(tests=str(Path(__file__).parent), where=where, after=after, out=str(out))
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not (out / "metadata.yaml").exists()
    report = prepare(Blocks(), out, **QUICK)
    assert 0 <= report.built < 10
    assert contents(out) == contents(prepared)


def test_processes_end_with_the_one_that_started_them(tmp_path):
    script = f"""
import os, signal, sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from block_source import QUICK, Blocks
from svr3d.datasets.preparation.prepare import prepare
from svr3d.datasets.preparation.run import Run
if __name__ == "__main__":
    import psutil
    def count(self, *arguments):
        print(*[child.pid for child in psutil.Process().children()], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    Run._count = count
    prepare(Blocks((50, 1, 1)), {str(tmp_path / "out")!r}, **(QUICK | {{"workers": 2}}))
"""
    (tmp_path / "run.py").write_text(script)
    run = subprocess.run([sys.executable, str(tmp_path / "run.py")], capture_output=True, timeout=120)
    import psutil

    children = [psutil.Process(pid) for pid in map(int, run.stdout.split()) if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(children, timeout=20)
    assert len(run.stdout.split()) >= 2, run.stderr.decode()
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_broken_object_is_refused_and_the_others_go_on(tmp_path):
    report = prepare(Blocks(broken=["table1"]), tmp_path / "out", **QUICK)
    assert [tuple(refusal) for refusal in report.refused] == [("table", "table1", "it is broken")]
    assert report.prepared == {"stool": {"train": 3, "val": 1, "test": 1}, "table": {"train": 2, "val": 1, "test": 1}}
    assert ("table", "table1") not in open_dataset(tmp_path / "out").objects("train")
    written = json.loads((tmp_path / "out" / "report.json").read_text())
    assert written["refused"] == [{"category": "table", "object": "table1", "reason": "it is broken"}]
    assert "table/table1: it is broken" in (tmp_path / "out" / "report.md").read_text()


def test_an_object_that_crashes_its_process_is_refused(tmp_path):
    report = prepare(Blocks(crashing=["table1"]), tmp_path / "out", **(QUICK | {"workers": 2}))
    assert [refusal.object for refusal in report.refused] == ["table1"]
    assert "died" in report.refused[0].reason and report.total == 9


def test_a_bug_in_a_source_is_a_refusal_too(tmp_path):
    class Buggy(Blocks):
        def build(self, category, name):
            if name == "stool0":
                return None
            return super().build(category, name)

    report = prepare(Buggy(), tmp_path / "out", **QUICK)
    assert [refusal.object for refusal in report.refused] == ["stool0"]
    assert "unexpected AttributeError" in report.refused[0].reason


def test_nothing_usable_is_an_error(tmp_path):
    names = [f"{c}{i}" for c in ("table", "stool") for i in range(5)]
    with pytest.raises(InputError, match="no object could be prepared; the first, table/table0: it is broken"):
        prepare(Blocks(broken=names), tmp_path / "out", **QUICK)


def test_a_full_disk_stops_with_one_sentence_and_nothing_half_written(tmp_path, monkeypatch, prepared):
    written = Sketches.write
    calls = []

    def until_full(*arguments):
        calls.append(1)
        if len(calls) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(*arguments)

    monkeypatch.setattr(Sketches, "write", until_full)
    with pytest.raises(InputError, match="the disk is full; nothing is half-written"):
        prepare(Blocks(), tmp_path / "blocks", **QUICK)
    assert len(calls) == 5  # it did not go on
    folders = list((tmp_path / "blocks").glob("*/*"))
    assert len(folders) == 4 and all((folder / "object.json").exists() for folder in folders)
    monkeypatch.undo()
    assert prepare(Blocks(), tmp_path / "blocks", **QUICK).built == 6
    assert contents(tmp_path / "blocks") == contents(prepared)


def test_bad_calls(tmp_path, prepared):
    with pytest.raises(InputError, match="views is 0, expected at least 1"):
        prepare(Blocks(), tmp_path / "out", views=0)
    with pytest.raises(InputError, match="workers is 0"):
        prepare(Blocks(), tmp_path / "out", workers=0)
    with pytest.raises(InputError, match="neither a folder"):
        prepare(tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(InputError, match=r"unknown format 'martian' \(known: meshes, parametric, auto\)"):
        prepare(tmp_path, tmp_path / "out", format="martian")
    with pytest.raises(InputError, match="the source has no category 'boat'; it has stool, table"):
        prepare(Blocks(), tmp_path / "out", categories=["boat"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("")
    with pytest.raises(InputError, match=r"holds other files \(thesis\.tex\)"):
        prepare(Blocks(), tmp_path / "full", **QUICK)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made into a folder"):
        prepare(Blocks(), tmp_path / "file", **QUICK)


def test_two_runs_do_not_share_a_folder(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another process is preparing this folder"):
            prepare(Blocks(), tmp_path / "out", **QUICK)


def test_near_duplicates_across_splits_are_found(tmp_path):
    """A copy turned by a quarter and scaled, one with a slightly moved leg, and one that differs."""
    rng = np.random.default_rng(0)

    def table(leg=0.0, width=0.6):
        spans = [("leg", (x + leg, -0.4, z), (0.1, 0.7, 0.1)) for x in (-0.4, 0.35) for z in (-0.2, 0.2)]
        return boxes(("top", (0, 0, 0), (1.0, 0.08, width)), *spans)

    def save(name, mesh, turn=((1, 0, 0), (0, 1, 0), (0, 0, 1)), scale=1.0):
        folder = tmp_path / "in" / "table" / name
        folder.mkdir(parents=True)
        moved = replace(mesh, vertices=scale * mesh.vertices @ np.transpose(turn) + rng.normal(size=3))
        write_shape(folder / "model.obj", moved)

    quarter = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    save("a", table())
    save("turned", table(), quarter, 7.0)
    save("nudged", table(leg=0.02))
    save("narrow", table(width=0.52))
    save("same", table())
    split = tmp_path / "split.csv"
    rows = ["category,object,split", "table,a,train", "table,turned,test", "table,nudged,val", "table,narrow,test"]
    split.write_text("\n".join([*rows, "table,same,train"]))
    report = prepare(tmp_path / "in", tmp_path / "out", split_file=split, **(QUICK | {"points": 20000}))
    pairs = {(pair.first, pair.second): pair.distance for pair in report.duplicates}
    expected = {("a", "nudged"), ("a", "turned"), ("nudged", "same"), ("nudged", "turned"), ("same", "turned")}
    assert set(pairs) == expected  # `a` and `same` are both for training; `narrow` is 4 % off
    assert all(0 < distance < 0.01 for distance in pairs.values())
    assert "table: a (train) and turned (test)" in report.to_markdown()


def test_an_unfinished_data_set_says_so(copy):
    for listing in copy.glob("*/*.lst"):
        listing.unlink()
    with pytest.raises(InputError, match="preparing it has not finished"):
        open_dataset(copy)
