"""Training: stages, checkpoints, resume, and what stops it."""

import csv
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.benchmark.checkpoints import Generations, read_checkpoint, write_checkpoint
from svr3d.benchmark.training import load_trained, train_method
from svr3d.benchmark.training_log import TrainingLog
from svr3d.datasets import collate
from svr3d.geometry import InputError, VoxelGrid
from svr3d.methods import Method, Stage, get_method, register

TINY = {"width": 0.05, "stride_first": True, "batch_size": 4}


@register
class Staged(Method):
    """Two learned stages of different submodules around a fitted one, with dropout, batch norm and a schedule."""

    name = "staged-for-tests"
    representation = "voxels"
    targets = frozenset({"voxels"})

    def __init__(self, categories=(), *, epochs=2, explode=False):
        super().__init__(categories)
        self.encoder = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5))
        self.decoder = nn.Linear(8, 8)
        self.register_fitted("offset")
        self.epochs, self.explode, self.modes = epochs, explode, []

    def stages(self):
        shared = {"targets": self.targets, "losses": ("fit",), "epochs": self.epochs, "batch_size": 3}
        return [
            Stage("first", trains=("encoder",), **shared),
            Stage("mean", targets=self.targets, fit=self._fit),
            Stage("second", trains=("decoder",), monitor=None, **shared),
        ]

    def _fit(self, samples):
        self.offset = torch.stack([batch.target("voxels").mean() for batch in samples]).mean() + torch.rand(())

    def losses(self, batch):
        if self.training:
            self.modes.append((self.stage.name, self.encoder.training, self.decoder.training))
        out = self.decoder(self.encoder(batch.images.mean((2, 3))))
        if self.explode:
            out = out / 0.0
        noise = torch.rand(()) + float(np.random.rand())
        return {"fit": (out.mean(1) - batch.target("voxels").mean((1, 2, 3)) * noise).square().mean()}

    def optimizer(self, parameters):
        optimizer = torch.optim.Adam(parameters, lr=0.01)
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.7)}

    def reconstruct(self, images, cameras):
        return [VoxelGrid(np.full((2, 2, 2), float(self.offset)))] * len(images)


def weights(method):
    return {name: tensor.clone() for name, tensor in method.state_dict().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


def train(cls, dataset, folder, *, seed=0, **options):
    method = cls.create("tiny", dataset.categories, seed=seed, **options)
    report = train_method(method, dataset, folder, seed=seed, accelerator="cpu", progress=False)
    return method, report


def test_stages_run_in_order_and_freeze_the_rest(box_dataset, tmp_path):
    method = Staged.create("tiny", box_dataset.categories)
    before = weights(method)
    report = train_method(method, box_dataset, tmp_path, seed=0, accelerator="cpu", progress=False)
    assert [stage for stage, *_ in dict.fromkeys(method.modes)] == ["first", "second"]
    assert set(method.modes) <= {("first", True, False), ("second", False, True)}
    assert report.epochs == {"first": 2, "mean": 0, "second": 2}
    assert set(report.seconds) == set(report.epochs) and all(s > 0 for s in report.seconds.values())
    assert report.parameters == sum(p.numel() for p in method.parameters())
    after = weights(method)
    assert not torch.equal(before["encoder.0.weight"], after["encoder.0.weight"])
    assert not torch.equal(before["decoder.weight"], after["decoder.weight"])
    assert not method.training and all(p.requires_grad for p in method.parameters())
    assert sorted(p.name for p in (tmp_path / "checkpoints").iterdir()) == ["final.ckpt"]


class Pointed(Staged):
    """Sees surface points: as many as its stages say."""

    name = "pointed-for-tests"
    targets = frozenset({"surface"})

    def stages(self):
        return [
            Stage("fitted", targets=self.targets, fit=self._look, points=5),
            Stage("own", targets=self.targets, losses=("fit",), epochs=1, points=7),
            Stage("told", targets=self.targets, losses=("fit",), epochs=1),
        ]

    def _look(self, samples):
        self.offset = torch.zeros(())
        self.seen = [batch.target("surface")["points"].shape[1] for batch in samples][:1]

    def losses(self, batch):
        self.seen.append(batch.target("surface")["points"].shape[1])
        return {"fit": self.decoder(self.encoder(batch.images.mean((2, 3)))).square().mean()}


def test_a_stage_says_how_many_points_it_sees(box_dataset, tmp_path):
    method = Pointed.create("tiny", box_dataset.categories)
    train_method(method, box_dataset, tmp_path, seed=0, points=9, progress=False)
    assert list(dict.fromkeys(method.seen)) == [5, 7, 9]


def test_log_has_a_row_per_epoch_with_every_term(box_dataset, tmp_path):
    train(get_method("classvoxels"), box_dataset, tmp_path, epochs=2, threshold=0.4, **TINY)
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["stage"], row["epoch"]) for row in rows] == [("reconstruction", "1"), ("reconstruction", "2")]
    for row in rows:
        for phase in ("train", "val"):
            total = float(row[f"{phase}/voxels"]) + float(row[f"{phase}/category"])
            assert float(row[f"{phase}/loss"]) == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize(
    "name", ["classvoxels", "shapeprior", "mean_shape", "class_mean", "retrieval", "oracle_voxels"]
)
def test_round_trip_through_the_final_checkpoint(name, box_dataset, tmp_path):
    cls = get_method(name)
    options = TINY | {"epochs": 1} if name in ("classvoxels", "shapeprior") else {}
    method, report = train(cls, box_dataset, tmp_path, **options)
    copy = load_trained(report.checkpoint)
    assert type(copy) is cls and copy.options == method.options and copy.categories == box_dataset.categories
    key = box_dataset.samples("test")[0]
    batch = box_dataset.sample(key, cls.gifts)
    (a,), (b,) = method.reconstruct_batch(batch), copy.reconstruct_batch(batch)
    assert np.array_equal(a.values, b.values) and a.threshold == b.threshold


def test_same_seed_same_weights(box_dataset, tmp_path):
    a, _ = train(Staged, box_dataset, tmp_path / "a")
    torch.rand(7)  # what happened before must not matter
    b, _ = train(Staged, box_dataset, tmp_path / "b")
    c, _ = train(Staged, box_dataset, tmp_path / "c", seed=1)
    assert_same(weights(a), weights(b))
    assert not torch.equal(weights(a)["decoder.weight"], weights(c)["decoder.weight"])


class KilledError(Exception):
    pass


@pytest.mark.parametrize("fatal", range(1, 20))
def test_stopped_at_any_write_it_ends_the_same(fatal, box_dataset, tmp_path, monkeypatch):
    """Dies just before the n-th rename of a file, as by power loss, and is started again."""
    expected, _ = train(Staged, box_dataset, tmp_path / "undisturbed")
    replace, count = os.replace, 0

    def dying(*args):
        nonlocal count
        count += 1
        if count == fatal:
            raise KilledError
        replace(*args)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(KilledError):
        train(Staged, box_dataset, tmp_path / "killed")
    monkeypatch.setattr(os, "replace", replace)
    torch.rand(3)
    method, report = train(Staged, box_dataset, tmp_path / "killed")
    assert_same(weights(expected), weights(method))
    assert report.epochs == {"first": 2, "mean": 0, "second": 2}
    rows = [(row["stage"], row["epoch"]) for row in TrainingLog(tmp_path / "killed" / "log.csv").rows]
    assert rows == [("first", "1"), ("first", "2"), ("mean", "0"), ("second", "1"), ("second", "2")]


SCRIPT = """
import sys
from svr3d.benchmark.training import train_method
from svr3d.datasets import open_dataset
from svr3d.methods import get_method
dataset = open_dataset(sys.argv[1])
method = get_method("shapeprior").create(
    "tiny", dataset.categories, width=0.05, stride_first=True, batch_size=4, epochs=6, flip_axis="x")
print("ready", flush=True)
train_method(method, dataset, sys.argv[2], seed=0, accelerator="cpu", progress=False)
"""


def test_killed_process_ends_the_same(box_dataset, tmp_path):
    """SIGKILL once the log names the second epoch, in a process of its own."""

    def start(folder):
        command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(box_dataset.root), str(folder)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"})

    undisturbed = start(tmp_path / "undisturbed")
    killed = start(tmp_path / "killed")
    log = tmp_path / "killed" / "log.csv"
    while killed.poll() is None and not (log.exists() and "refinement,2," in log.read_text()):
        pass
    assert killed.poll() is None, "it ended before it could be killed"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "killed" / "checkpoints" / "final.ckpt").exists()
    assert start(tmp_path / "killed").wait() == 0 and undisturbed.wait() == 0
    a, b = (load_trained(tmp_path / name / "checkpoints" / "final.ckpt") for name in ("undisturbed", "killed"))
    assert_same(weights(a), weights(b))


def test_interrupt_is_an_interrupt_and_resumes(box_dataset, tmp_path, monkeypatch):
    expected, _ = train(Staged, box_dataset, tmp_path / "undisturbed")
    handler = signal.getsignal(signal.SIGINT)
    losses, calls = Staged.losses, []

    def interrupted(self, batch):
        calls.append(batch)
        if len(calls) == 5:  # in the second epoch
            raise KeyboardInterrupt
        return losses(self, batch)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Staged, "losses", interrupted)
        train(Staged, box_dataset, tmp_path / "interrupted")
    assert signal.getsignal(signal.SIGINT) is handler
    method, _ = train(Staged, box_dataset, tmp_path / "interrupted")
    assert_same(weights(expected), weights(method))


def test_complete_training_is_not_repeated(box_dataset, tmp_path):
    first, report = train(Staged, box_dataset, tmp_path)
    written = report.checkpoint.stat().st_mtime_ns
    second, again = train(Staged, box_dataset, tmp_path)
    assert report.checkpoint.stat().st_mtime_ns == written and again == report
    assert second.modes == []
    assert_same(weights(first), weights(second))


def test_folder_of_another_training_is_refused(box_dataset, tmp_path):
    train(Staged, box_dataset, tmp_path)
    with pytest.raises(InputError, match=r"another options \(epochs: 2 there, 3 here\)|epochs: None there, 3 here"):
        train(Staged, box_dataset, tmp_path, epochs=3)
    with pytest.raises(InputError, match="another seed"):
        train(Staged, box_dataset, tmp_path, seed=1)


def test_best_epoch_is_kept(box_dataset, tmp_path):
    method, report = train(get_method("classvoxels"), box_dataset, tmp_path, epochs=4, lr=0.05, threshold=0.4, **TINY)
    rows = TrainingLog(tmp_path / "log.csv").rows
    values = [float(row["val/voxels"]) for row in rows]
    assert report.best_epoch["reconstruction"] == 1 + int(np.argmin(values))
    keys = box_dataset.samples("val")
    method.stage = method.stages()[0]
    with torch.no_grad():
        terms = method.losses(collate([box_dataset.sample(key, method.targets) for key in keys]))
    assert float(terms["voxels"]) == pytest.approx(min(values), rel=1e-3)


def test_non_finite_loss_names_the_samples(box_dataset, tmp_path):
    with pytest.raises(InputError, match=r"not finite \(fit\) on samples \w+/box\d+/000"):
        train(Staged, box_dataset, tmp_path, explode=True)


class Poisoned(Staged):
    """Some objects' pictures are not numbers, which batch norm spreads over the batch and its running statistics."""

    bad = frozenset()

    def losses(self, batch):
        bad = torch.tensor([key.object in self.bad for key in batch.keys])
        return super().losses(replace(batch, images=batch.images.masked_fill(bad[:, None, None, None], np.nan)))


@pytest.mark.parametrize(("count", "more"), [(1, ""), (3, ""), (6, " and 2 more")])
def test_just_the_samples_whose_own_loss_is_not_finite_are_named(count, more, box_dataset):
    batch = collate([box_dataset.sample(key, Staged.targets) for key in box_dataset.samples("train")])
    method = Poisoned(box_dataset.categories)
    keys = batch.keys[2 : 2 + count]
    method.bad = {key.object for key in keys}
    method.enter(method.stages()[0])
    with pytest.raises(FloatingPointError) as stopped:
        method.training_step(batch, 0)
    assert str(stopped.value).endswith(f"not finite (fit) on samples {', '.join(map(str, keys[:4]))}{more}")


def test_training_stops_with_the_name_of_the_bad_sample(box_dataset, tmp_path):
    class OneBad(Poisoned):
        """One object is bad."""

        bad = frozenset({box_dataset.samples("train")[5].object})

    name = box_dataset.samples("train")[5]
    with pytest.raises(InputError, match=rf"stopped in epoch 1: .* \(fit\) on samples {name}; a lower learning rate"):
        train(OneBad, box_dataset, tmp_path)


def test_a_loss_that_is_finite_on_each_sample_names_the_batch(box_dataset):
    class Together(Staged):
        """Its loss fails in company."""

        def losses(self, batch):
            return {"fit": torch.tensor(float("inf") if len(set(batch.keys)) > 1 else 1.0)}

    batch = collate([box_dataset.sample(key, Staged.targets) for key in box_dataset.samples("train")])
    method = Together(box_dataset.categories)
    method.enter(method.stages()[0])
    with pytest.raises(FloatingPointError, match=r"on the batch of samples .* and 4 more, though finite on each"):
        method.training_step(batch, 0)


def test_missing_target_and_other_categories_are_refused(box_dataset, tmp_path):
    class Parts(Staged):
        """Asks for what the data lacks."""

        targets = frozenset({"parts"})

    with pytest.raises(InputError, match="no target 'parts'"):
        train(Parts, box_dataset, tmp_path)
    with pytest.raises(InputError, match="made for the categories lamp, but the data set has plank, post"):
        train_method(Staged(["lamp"]), box_dataset, tmp_path, seed=0)


def test_cost_is_told_and_quiet_means_quiet(box_dataset, tmp_path, capfd):
    method = Staged.create("tiny", box_dataset.categories)
    train_method(method, box_dataset, tmp_path / "a", seed=0, preset_name="tiny", accelerator="cpu")
    out, err = capfd.readouterr()
    lines = err.splitlines()
    assert len(lines) == 3 and out == ""
    assert lines[0].startswith("staged-for-tests (tiny, seed 0), stage 'first': ") and "2 epochs of 3 steps" in lines[0]
    train(Staged, box_dataset, tmp_path / "b")
    assert capfd.readouterr() == ("", "")


def test_torch_settings_are_left_alone(box_dataset, tmp_path):
    train(Staged, box_dataset, tmp_path)
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.utils.deterministic.fill_uninitialized_memory


@pytest.mark.parametrize("damage", ["truncated", "empty", "text", "missing"])
def test_damaged_checkpoint_is_one_sentence(damage, tmp_path):
    path = tmp_path / "final.ckpt"
    write_checkpoint(path, {"weights": torch.rand(1000)})
    content = {"truncated": path.read_bytes()[:1500], "empty": b"", "text": b"not a checkpoint\n"}
    path.unlink() if damage == "missing" else path.write_bytes(content[damage])
    with pytest.raises(InputError, match="does not exist" if damage == "missing" else "truncated or not a checkpoint"):
        load_trained(path)


def test_checkpoint_of_something_else_is_refused(tmp_path):
    write_checkpoint(tmp_path / "other.ckpt", {"state_dict": {}})
    with pytest.raises(InputError, match="expected a checkpoint of svr3d"):
        load_trained(tmp_path / "other.ckpt")


def test_checkpoint_runs_no_code(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    torch.save({"method": Trap()}, tmp_path / "bad.ckpt")
    with pytest.raises(InputError):
        load_trained(tmp_path / "bad.ckpt")
    assert not (tmp_path / "sprung").exists()


def test_generations_fall_back_to_the_one_before(tmp_path):
    files = Generations(tmp_path, "stage")
    assert files.read() is None
    for epoch in range(3):
        files.write({"epoch": epoch})
    assert files.read() == {"epoch": 2}
    files.last.write_bytes(files.last.read_bytes()[:-200])
    assert files.read() == {"epoch": 1}
    files.remove()
    assert list(Path(tmp_path).iterdir()) == []


def test_write_leaves_no_temporary_behind(tmp_path):
    with pytest.raises(Exception, match=r"pickle|local object"):
        write_checkpoint(tmp_path / "a.ckpt", {"bad": lambda: None})
    assert list(tmp_path.iterdir()) == []
    write_checkpoint(tmp_path / "a.ckpt", {"x": 1})
    assert read_checkpoint(tmp_path / "a.ckpt") == {"x": 1}
