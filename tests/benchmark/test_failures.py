"""What a run may die of, and what then becomes of it, of its samples and of the other runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml

from svr3d import processes
from svr3d.benchmark import evaluation, run_suite, scoring
from svr3d.benchmark.cli import main
from svr3d.benchmark.failures import error_kept
from svr3d.errors import OUT_OF_MEMORY, WORKER_DIED, InputError, machine_failure
from svr3d.geometry import Mesh
from svr3d.methods import Fitted, Method, register, registry

CORNERS = [[0.0, 0.0, 0.0], [0.4, 0.0, 0.0], [0.0, 0.4, 0.0], [0.0, 0.0, 0.4]]
FACES = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]


class Fragile(Method):
    """A tetrahedron, unless a test has something happen to it: at the making, in training, or at the nth picture."""

    name = "fragile-for-tests"
    representation = "mesh"
    making: Callable[[], None] | None = None
    training: Callable[[], None] | None = None
    nth: Callable[[int], None] | None = None
    count = 0

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        if self.making is not None:
            type(self).making()

    def stages(self):
        return [Fitted(name="all", fit=lambda samples: type(self).training and type(self).training())]

    def reconstruct(self, batch, output="final"):
        cls = type(self)
        cls.count += 1
        if cls.nth is not None:
            cls.nth(cls.count)
        return [Mesh(CORNERS, FACES)] * len(batch)


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return staticmethod(fail)


@pytest.fixture(autouse=True)
def registered(monkeypatch) -> None:
    """The method is known, and scoring happens in a thread: starting processes would take most of the time."""
    monkeypatch.setattr(registry.METHODS, "_session", {})
    for name in ("making", "training", "nth"):
        monkeypatch.setattr(Fragile, name, None)
    monkeypatch.setattr(Fragile, "count", 0)
    register(Fragile)
    monkeypatch.setattr(evaluation, "worker_pool", lambda workers: ThreadPoolExecutor(1))


@pytest.fixture(autouse=True)
def board(monkeypatch) -> list[str]:
    """The methods that the suites wrote a board of, which is not drawn: what stands on it is known by then."""
    methods: list[str] = []

    def write(folders, out, *, title: str, **_: object) -> Path:
        methods[:] = [folder.config().method for folder in folders]
        return out

    monkeypatch.setattr(run_suite, "write_board", write)
    return methods


@pytest.fixture
def suite(small_dataset: Path, tmp_path: Path) -> Callable[..., Path]:
    def write(*runs: object, **more: object) -> Path:
        values = {"name": "s", "data": str(small_dataset), "out": str(tmp_path / "runs"), "workers": 1}
        values |= {"board": str(tmp_path / "board"), "protocols": ["classvoxels"], "runs": list(runs)}
        path = tmp_path / "suite.yaml"
        path.write_text(yaml.safe_dump(values | more))
        return path

    return write


@pytest.fixture
def run(small_dataset: Path, tmp_path: Path, capsys) -> Path:
    """A trained run, not scored yet."""
    assert main(["train", Fragile.name, "--data", str(small_dataset), "--out", str(tmp_path / "runs")]) == 0
    return Path(capsys.readouterr().out.strip())


def evaluate(run: Path, *more: str) -> int:
    return main(["evaluate", str(run), "--protocol", "classvoxels", "--views", "0", "--workers", "1", *more])


ERRORS = [KeyError("lost"), TypeError("no"), AssertionError(), ZeroDivisionError("x"), InputError("bad"), MemoryError()]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_run_that_dies_in_training_is_one_failed_line(
    error, suite, tmp_path: Path, capsys, monkeypatch, board
) -> None:
    monkeypatch.setattr(Fragile, "training", raising(error))
    assert main(["run", str(suite(Fragile.name, "mean_shape"))]) == 1
    assert board == ["mean_shape"]
    run = tmp_path / "runs" / "parametric-small" / Fragile.name / "tiny" / "seed0"
    kept = (run / "error.txt").read_text()
    assert kept.startswith("Traceback") and type(error).__name__ in kept and "in fail" in kept
    said = capsys.readouterr().err
    assert f"failed: {Fragile.name} (preset tiny, seed 0): " in said and str(run / "error.txt") in said
    assert "Traceback" not in said

    monkeypatch.setattr(Fragile, "training", None)
    assert main(["run", str(suite(Fragile.name, "mean_shape"))]) == 0
    assert board == [Fragile.name, "mean_shape"] and not (run / "error.txt").exists()


def test_what_is_wrong_with_a_line_is_found_before_any_training(suite, tmp_path: Path, capsys, board) -> None:
    wrong = [
        {"method": "classvoxels", "options": {"epochs": "abc"}, "label": "typed"},
        {"method": "classvoxels", "options": {"epohcs": 2}, "label": "spelled"},
        {"method": "classvoxels", "options": {"epochs": 2}},
        {"method": "classvoxels", "preset": "huge"},
        {"method": "classvoxels", "trainer": {"devices": 1, "precision": "12"}},
        {"method": "classvoxels", "categories": ["boat"]},
        "mean_shape",
        "no_such_method",
    ]
    assert main(["run", str(suite("mean_shape", *wrong))]) == 1
    lines = capsys.readouterr().err.splitlines()
    failed = [i for i, line in enumerate(lines) if line.startswith("failed: ")]
    (trained,) = (i for i, line in enumerate(lines) if line.startswith("mean_shape: training"))
    words = ("epochs", "epohcs", "--label", "huge", "precision", "boat", "twice", "no_such_method")
    assert len(failed) == len(words) and max(failed) < trained
    for i, word in zip(failed, words, strict=True):
        assert word in lines[i]
    assert board == ["mean_shape"]
    assert {path.name for path in (tmp_path / "runs" / "parametric-small").iterdir()} == {"mean_shape"}


def test_a_protocol_that_is_not_there_is_found_before_any_training(suite, tmp_path: Path, capsys) -> None:
    assert main(["run", str(suite("mean_shape", protocols=["svr3d-v0"]))]) == 2
    assert "unknown protocol 'svr3d-v0'" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_method_that_cannot_be_made_is_a_failed_line(suite, tmp_path: Path, monkeypatch, board) -> None:
    monkeypatch.setattr(Fragile, "making", raising(AttributeError("half done")))
    assert main(["run", str(suite(Fragile.name, "mean_shape"))]) == 1
    assert board == ["mean_shape"]


def test_an_evaluation_that_dies_is_a_failed_line(suite, tmp_path: Path, monkeypatch, board) -> None:
    whole = scoring.read_prediction

    def broken(folder, *arguments):
        if Fragile.name in str(folder):
            raise KeyError("a defect")
        return whole(folder, *arguments)

    monkeypatch.setattr(scoring, "read_prediction", broken)
    assert main(["run", str(suite(Fragile.name, "mean_shape"))]) == 1
    assert board == ["mean_shape"]
    assert "a defect" in next(tmp_path.glob("runs/*/*/tiny/seed0/error.txt")).read_text()


def test_a_reconstruction_that_throws_is_a_scored_failure_with_its_traceback(run: Path, monkeypatch) -> None:
    def third(count: int) -> None:
        if count == 3:
            raise ValueError("not this one")

    monkeypatch.setattr(Fragile, "nth", staticmethod(third))
    assert evaluate(run) == 0
    entries = [json.loads(line) for line in (run / "predictions" / "log.jsonl").read_text().splitlines()]
    (failed,) = (entry for entry in entries if entry["error"])
    assert failed["error"] == "ValueError: not this one" and "in third" in failed["traceback"]
    assert f"ValueError at {__file__}:" in failed["place"]
    records = pd.read_parquet(run / "records.parquet")
    worst = records[records["status"] == "failed"]
    assert len(worst.drop_duplicates(["category", "object", "view"])) == 1
    assert "not this one" in (run / "failures.json").read_text() and not (run / "error.txt").exists()


def test_ten_first_failures_alike_stop_the_run_and_nothing_is_scored(run: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(Fragile, "nth", raising(RuntimeError("wrong size")))
    assert evaluate(run) == 1
    (said,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("svr3d: "))
    assert "first 10 reconstructions all failed alike, with RuntimeError: wrong size" in said and __file__ in said
    assert Fragile.count == 10
    assert not (run / "records.parquet").exists() and not list(run.rglob("*.jsonl"))
    assert "wrong size" in (run / "error.txt").read_text()

    monkeypatch.setattr(Fragile, "nth", None)
    assert evaluate(run) == 0
    records = pd.read_parquet(run / "records.parquet")
    assert (records["status"] == "ok").all() and len(records.drop_duplicates(["object", "view"])) == 12


def test_alike_is_counted_over_a_stop(run: Path, monkeypatch) -> None:
    def stopped(count: int) -> None:
        raise KeyboardInterrupt if count == 5 else RuntimeError("wrong size")

    monkeypatch.setattr(Fragile, "nth", staticmethod(stopped))
    assert evaluate(run) == 130
    assert evaluate(run) == 1
    assert Fragile.count == 11 and not (run / "records.parquet").exists()


def one_good(count: int) -> None:
    if count != 7:
        raise RuntimeError("wrong size")


def two_kinds(count: int) -> None:
    raise ValueError("even") if count % 2 else RuntimeError("odd")


@pytest.mark.parametrize(("nth", "failed"), [(one_good, 11), (two_kinds, 12)])
def test_failures_that_are_not_all_alike_are_scored(nth, failed: int, run: Path, monkeypatch) -> None:
    monkeypatch.setattr(Fragile, "nth", staticmethod(nth))
    assert evaluate(run) == 0
    records = pd.read_parquet(run / "records.parquet").drop_duplicates(["object", "view"])
    assert (records["status"] == "failed").sum() == failed


def wrapped() -> Exception:
    """As a reader that blames the file for whatever happens to it."""
    try:
        try:
            raise MemoryError
        except MemoryError as error:
            raise InputError("not a readable file") from error
    except InputError as error:
        return error


NO_MEMORY = [
    MemoryError("Unable to allocate 3 TiB"),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError(
        "[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried to allocate"
    ),
    RuntimeError("DataLoader worker (pid 12) is killed by signal: Killed."),
    OSError(12, "Cannot allocate memory"),
    wrapped(),
]
DIED = BrokenProcessPool("A process in the process pool was terminated abruptly")
MACHINE = [
    *((error, "out of memory") for error in NO_MEMORY),
    (DIED, "a worker process died (killed for memory, crashed"),
]


@pytest.mark.parametrize(("error", "failure"), MACHINE, ids=lambda value: str(value)[:20])
def test_what_the_machine_lacks_is_never_a_failed_prediction(
    error: Exception, failure: str, run: Path, capsys, monkeypatch
) -> None:
    assert machine_failure(error) == (WORKER_DIED if error is DIED else OUT_OF_MEMORY)

    def sixth(count: int) -> None:
        if count == 6:
            raise error

    monkeypatch.setattr(Fragile, "nth", staticmethod(sixth))
    assert evaluate(run) == 1
    (said,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("svr3d: "))
    assert f": {failure}" in said and " while reconstructing" in said
    assert ("out of memory" in said) == (error is not DIED)
    assert not (run / "records.parquet").exists()
    assert len((run / "predictions" / "log.jsonl").read_text().splitlines()) == 5

    assert evaluate(run) == 0  # the sixth call is over: it goes on with the sample it stopped at
    assert Fragile.count == 13
    assert (pd.read_parquet(run / "records.parquet")["status"] == "ok").all()


def test_other_errors_are_not_of_memory() -> None:
    for error in (
        ValueError("memory"),
        RuntimeError("shape mismatch"),
        OSError(2, "No such file"),
        KeyError("x"),
        None,
    ):
        assert not machine_failure(error)


@pytest.mark.parametrize("place", ["reading", "conversion"])
def test_out_of_memory_in_scoring_stops_and_resumes(place: str, run: Path, capsys, monkeypatch) -> None:
    from svr3d import geometry
    from svr3d.benchmark import prediction_files

    calls = []

    def once(*_: object, **__: object):
        calls.append(1)
        if len(calls) > 3:
            raise MemoryError
        return whole(*_, **__)

    owner, name = (prediction_files, "read_shape") if place == "reading" else (geometry, "to_voxels")
    whole = getattr(owner, name)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, once)
        assert evaluate(run) == 1
    assert "out of memory while scoring (MemoryError)" in capsys.readouterr().err
    assert not (run / "records.parquet").exists() and "MemoryError" in (run / "error.txt").read_text()
    assert evaluate(run) == 0
    assert (pd.read_parquet(run / "records.parquet")["status"] == "ok").all()


def test_out_of_memory_in_training_is_a_sentence(small_dataset: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(Fragile, "training", raising(torch.OutOfMemoryError("CUDA out of memory")))
    assert main(["train", Fragile.name, "--data", str(small_dataset), "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "svr3d: out of memory (OutOfMemoryError: CUDA out of memory)" in said and "Traceback" not in said


def test_a_killed_worker_stops_the_run_and_the_next_one_has_workers(
    suite, tmp_path: Path, capsys, monkeypatch, board
) -> None:
    """With real processes: one of them ends while it scores the first run's third sample."""
    submitted = []

    class Killing:
        def __init__(self, pool) -> None:
            self.pool = pool

        def submit(self, work, *arguments):
            submitted.append(arguments)
            return self.pool.submit(os._exit, 1) if len(submitted) == 3 else self.pool.submit(work, *arguments)

    @contextmanager
    def killing(workers: int | None) -> Iterator[Killing]:
        with processes.worker_pool(workers) as pool:
            yield Killing(pool)

    monkeypatch.setattr(evaluation, "worker_pool", killing)
    file = suite(Fragile.name, "mean_shape")
    assert main(["run", str(file)]) == 1
    said = capsys.readouterr().err
    assert f"{WORKER_DIED} while scoring (BrokenProcessPool)" in said and "out of memory" not in said
    assert board == ["mean_shape"]
    assert main(["run", str(file)]) == 0
    records = pd.read_parquet(next(tmp_path.glob(f"runs/*/{Fragile.name}/tiny/seed0/records.parquet")))
    assert (records["status"] == "ok").all()


def test_the_shared_pool_is_renewed_after_a_death() -> None:
    with processes.worker_pool(1):
        with processes.worker_pool() as first:
            assert first.submit(abs, -1).result() == 1
        with processes.worker_pool() as second:
            assert second is first
        with pytest.raises(BrokenProcessPool), processes.worker_pool() as pool:
            pool.submit(os._exit, 1).result()
        with processes.worker_pool() as renewed:
            assert renewed is not first and renewed.submit(abs, -2).result() == 2


def test_a_kept_error_is_gone_when_the_work_ends_well(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    for _ in range(2):
        with pytest.raises(ValueError, match="why"), error_kept(folder):
            raise ValueError("why")
        assert "ValueError: why" in (folder / "error.txt").read_text()
    with pytest.raises(KeyboardInterrupt), error_kept(folder):
        raise KeyboardInterrupt
    with error_kept(folder):
        pass
    assert list(folder.iterdir()) == []


def test_a_full_disk_ends_the_suite(suite, capsys, monkeypatch) -> None:
    monkeypatch.setattr(Fragile, "training", raising(OSError(28, "No space left on device")))
    assert main(["run", str(suite(Fragile.name, "mean_shape"))]) == 2
    said = capsys.readouterr().err
    assert "goes on once there is room" in said and "mean_shape: training" not in said
