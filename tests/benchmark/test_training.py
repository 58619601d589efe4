"""Training: stages, checkpoints, resume, and what stops it."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from svr3d.benchmark.checkpoints import Generations, read_checkpoint, write_checkpoint
from svr3d.benchmark.train_method import load_trained, train_method
from svr3d.benchmark.training_log import TrainingLog
from svr3d.datasets import DataFacts, collate, open_dataset
from svr3d.geometry import InputError, VoxelGrid
from svr3d.methods import Derived, Fitted, Learned, Method, Optimization, get_method, register
from svr3d.methods.harness import reconstruct
from svr3d.methods.training.learner import Learner
from svr3d.methods.training.options import TrainerOptions

TINY = {"width": 0.05, "stride_first": True, "batch_size": 4}


CPU = TrainerOptions(accelerator="cpu")


@dataclass(frozen=True)
class StagedOptions:
    epochs: int = 2
    explode: bool = False


@register
class Staged(Method):
    """Two learned stages of different submodules around a fitted and a derived one, with dropout, batch norm and a
    schedule."""

    name = "staged-for-tests"
    representation = "voxels"
    targets = frozenset({"voxels"})
    Options = StagedOptions

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.encoder = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5))
        self.decoder = nn.Linear(8, 8)
        self.register_fitted("offset")
        self.modes = []

    def stages(self):
        shared = {"terms": ("fit",), "epochs": self.options.epochs, "batch_size": 3, "optimizer": self.optimizer}
        first, second = partial(self.losses_of, "first"), partial(self.losses_of, "second")
        return [
            Learned(name="first", targets=self.targets, trains=("encoder",), losses=first, **shared),
            Fitted(name="mean", targets=self.targets, fit=self._fit),
            Derived(name="codes", derive=self._derive, values=("code",), batch_size=3),
            Learned(
                name="second",
                targets=self.targets | {"code"},
                trains=("decoder",),
                monitor=None,
                losses=second,
                **shared,
            ),
        ]

    def _fit(self, samples):
        self.offset = torch.stack([batch.target("voxels").mean() for batch in samples]).mean() + torch.rand(())

    def _derive(self, batch):
        return {"code": self.encoder(batch.images.mean((2, 3))) + self.offset}

    def losses_of(self, stage, batch):
        if self.training:
            self.modes.append((stage, self.encoder.training, self.decoder.training))
        return self.losses(batch)

    def losses(self, batch):
        out = self.decoder(self.encoder(batch.images.mean((2, 3))) + batch.targets.get("code", 0.0))
        if self.options.explode:
            out = out / 0.0
        noise = torch.rand(()) + float(np.random.rand())
        return {"fit": (out.mean(1) - batch.target("voxels").mean((1, 2, 3)) * noise).square().mean()}

    def optimizer(self, parameters):
        optimizer = torch.optim.Adam(parameters, lr=0.01)
        return Optimization(optimizer, torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.7))

    def reconstruct(self, batch, output="final"):
        return [VoxelGrid(np.full((2, 2, 2), float(self.offset)))] * len(batch)


def weights(method):
    return {name: tensor.clone() for name, tensor in method.state_dict().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert torch.equal(a[name], b[name]), name


def train(cls, dataset, folder, *, seed=0, **options):
    method = cls.create("tiny", dataset.facts, seed=seed, **options)
    report = train_method(method, dataset, folder, seed=seed, trainer=CPU, progress=False)
    return method, report


def test_stages_run_in_order_and_freeze_the_rest(box_dataset, tmp_path):
    method = Staged.create("tiny", box_dataset.facts)
    before = weights(method)
    report = train_method(method, box_dataset, tmp_path, seed=0, trainer=CPU, progress=False)
    assert [stage for stage, *_ in dict.fromkeys(method.modes)] == ["first", "second"]
    assert set(method.modes) <= {("first", True, False), ("second", False, True)}
    assert report.epochs == {"first": 2, "mean": 0, "codes": 0, "second": 2}
    assert set(report.seconds) == set(report.epochs) and all(s > 0 for s in report.seconds.values())
    assert report.parameters == sum(p.numel() for p in method.parameters())
    after = weights(method)
    assert not torch.equal(before["encoder.0.weight"], after["encoder.0.weight"])
    assert not torch.equal(before["decoder.weight"], after["decoder.weight"])
    assert not method.training and all(p.requires_grad for p in method.parameters())
    assert sorted(p.name for p in (tmp_path / "checkpoints").iterdir()) == ["final.ckpt"]
    assert not (tmp_path / "derived").exists()


class Pointed(Staged):
    """Sees surface points: as many as its stages say."""

    name = "pointed-for-tests"
    targets = frozenset({"surface"})

    def stages(self):
        shared = {"targets": self.targets, "terms": ("fit",), "optimizer": self.optimizer, "losses": self.losses}
        return [
            Fitted(name="fitted", targets=self.targets, fit=self._look, points=5),
            Learned(name="own", epochs=1, points=7, **shared),
            Learned(name="told", epochs=1, **shared),
        ]

    def _look(self, samples):
        self.offset = torch.zeros(())
        self.seen = [batch.target("surface")["points"].shape[1] for batch in samples][:1]

    def losses(self, batch):
        self.seen.append(batch.target("surface")["points"].shape[1])
        return {"fit": self.decoder(self.encoder(batch.images.mean((2, 3)))).square().mean()}


class Alone(Method):
    """Batch normalisation of single values, which torch refuses to train on one sample."""

    name = "alone-for-tests"
    representation = "voxels"
    targets = frozenset({"voxels"})
    size = 4

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
        self.seen = []

    def stages(self):
        return [
            Learned(name="only", targets=self.targets, losses=self.losses, terms=("fit",), optimizer=self.optimizer,
                    epochs=2, batch_size=self.size),
        ]  # fmt: skip

    def losses(self, batch):
        self.seen.append([str(key) for key in batch.keys])
        return {
            "fit": (self.network(batch.images.mean((2, 3)))[:, 0] - batch.target("voxels").mean((1, 2, 3)))
            .square()
            .mean()
        }

    def optimizer(self, parameters):
        return torch.optim.SGD(parameters, lr=0.1)

    def reconstruct(self, batch, output="final"):
        return []


class Single(Alone):
    """The same with batches of one."""

    name = "single-for-tests"
    size = 1


def alone(dataset, root, **lists):
    """The data set with other lists of its first category, and none of the others."""
    shutil.copytree(dataset.root, root)
    first, *others = dataset.categories
    for category in others:
        shutil.rmtree(root / category)
    for split in ("train", "val", "test"):
        (root / first / f"{split}.lst").write_text("\n".join(lists.get(split, ())))
    return open_dataset(root)


def test_a_single_sample_is_learned(box_dataset, tmp_path, capsys):
    first, *_ = [name for category, name in box_dataset.objects("train") if category == box_dataset.categories[0]]
    dataset = alone(box_dataset, tmp_path / "data", train=[first])
    method = Alone.create("tiny", dataset.facts)
    report = train_method(method, dataset, tmp_path / "run", seed=0, trainer=CPU)
    assert "a single training sample" in capsys.readouterr().err and report.best_epoch == {"only": 2}
    assert method.seen == [[f"{dataset.categories[0]}/{first}/000"] * 2] * 2
    log = list(csv.DictReader((tmp_path / "run" / "log.csv").open()))
    assert float(log[1]["train/fit"]) < float(log[0]["train/fit"])


def test_what_cannot_be_trained_is_one_sentence(box_dataset, tmp_path):
    method = Single.create("tiny", box_dataset.facts)
    with pytest.raises(
        InputError, match="stage 'only' of method 'single-for-tests' cannot train on a batch of one sample"
    ):
        train_method(method, box_dataset, tmp_path / "one", seed=0, trainer=CPU, progress=False)
    name = box_dataset.objects("train")[0][1]
    dataset = alone(box_dataset, tmp_path / "none", test=[name])
    with pytest.raises(InputError, match="the train split has no objects, expected at least one"):
        train_method(
            Alone.create("tiny", dataset.facts), dataset, tmp_path / "two", seed=0, trainer=CPU, progress=False
        )
    dataset = alone(box_dataset, tmp_path / "blind", train=[name])
    shutil.rmtree(dataset.root / dataset.categories[0] / name / "img_choy2016")
    blind = open_dataset(dataset.root)
    with pytest.raises(InputError, match="the train split has no samples of the unit 'view'"):
        train_method(Alone.create("tiny", blind.facts), blind, tmp_path / "three", seed=0, trainer=CPU, progress=False)


def test_a_stage_says_how_many_points_it_sees(box_dataset, tmp_path):
    method = Pointed.create("tiny", box_dataset.facts)
    train_method(method, box_dataset, tmp_path, seed=0, trainer=replace(CPU, points=9), progress=False)
    assert list(dict.fromkeys(method.seen)) == [5, 7, 9]


class Blind(Staged):
    """Its stages see no more than they ask for, of objects as of views; one reports what it does not minimise."""

    name = "blind-for-tests"

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.seen = {}

    def stages(self):
        return [
            Fitted(name="objects", targets=self.targets, unit="object", fit=self._see),
            Learned(
                name="pictures",
                cameras=False,
                optimizer=self.optimizer,
                losses=self.losses,
                terms=("fit",),
                diagnostics=("size",),
                augment=self._darken,
                monitor="size",
                epochs=2,
            ),
        ]

    def _see(self, samples):
        (batch,) = samples
        self.offset = torch.zeros(())
        self.seen["objects"] = batch.images, batch.cameras, len(batch)

    @staticmethod
    def _darken(sample, generator):
        return replace(sample, images=sample.images * torch.rand((), generator=generator))

    def losses(self, batch):
        self.seen.setdefault("training" if self.training else "validation", batch)
        size = self.decoder.weight.square().sum()
        return {"fit": self.decoder(self.encoder(batch.images.mean((2, 3)))).square().mean(), "size": size}


@pytest.mark.parametrize("workers", [0, 1])
def test_a_stage_sees_what_it_asks_for(workers, box_dataset, tmp_path):
    method = Blind.create("tiny", box_dataset.facts)
    train_method(method, box_dataset, tmp_path, seed=0, trainer=replace(CPU, workers=workers), progress=False)
    assert method.seen["objects"] == (None, None, 8)
    for phase in ("training", "validation"):
        batch = method.seen[phase]
        assert batch.cameras is None and batch.targets == {} and batch.images is not None
        untouched = torch.cat([box_dataset.sample(key).images for key in batch.keys])
        assert torch.equal(batch.images, untouched) is (phase == "validation")
    rows = TrainingLog(tmp_path / "log.csv").rows[1:]
    assert all(float(row["train/size"]) > 0 for row in rows)
    assert all(row["train/loss"] == row["train/fit"] for row in rows)  # the diagnostic is not minimised
    box_dataset_seen[workers] = weights(method)
    if len(box_dataset_seen) == 2:
        assert_same(*box_dataset_seen.values())


box_dataset_seen: dict[int, dict] = {}
"""Weights by number of workers, which must not matter."""


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
    assert type(copy) is cls and copy.options == method.options and copy.facts == box_dataset.facts
    key = box_dataset.samples("test")[0]
    batch = box_dataset.sample(key, method.output().gifts)
    (a,), (b,) = reconstruct(method, batch), reconstruct(copy, batch)
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


@pytest.mark.parametrize("fatal", range(1, 19))
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
    assert report.epochs == {"first": 2, "mean": 0, "codes": 0, "second": 2}
    rows = [(row["stage"], row["epoch"]) for row in TrainingLog(tmp_path / "killed" / "log.csv").rows]
    assert rows == [("first", "1"), ("first", "2"), ("mean", "0"), ("codes", "0"), ("second", "1"), ("second", "2")]
    assert not (tmp_path / "killed" / "derived").exists()


@pytest.mark.parametrize("fatal", range(1, 6))
def test_stopped_while_deriving_it_goes_on_where_it_stood(fatal, box_dataset, tmp_path, monkeypatch):
    """Dies at the n-th batch of derived values: what was put is not computed again, and the end is the same."""
    expected, _ = train(Staged, box_dataset, tmp_path / "undisturbed")
    derive, keys = Staged._derive, []

    def dying(self, batch):
        keys.append(batch.keys)
        if len(keys) == fatal:
            raise KilledError
        return derive(self, batch)

    monkeypatch.setattr(Staged, "_derive", dying)
    if fatal < 5:  # ten samples of training and validation in batches of three
        with pytest.raises(KilledError):
            train(Staged, box_dataset, tmp_path / "killed")
    method, _ = train(Staged, box_dataset, tmp_path / "killed")
    assert_same(weights(expected), weights(method))
    assert len(keys) == (5 if fatal < 5 else 4)
    assert len(set(keys)) == 4 and sum(map(len, set(keys))) == 10


def test_derived_values_that_are_gone_are_derived_again(box_dataset, tmp_path, monkeypatch):
    import shutil

    expected, _ = train(Staged, box_dataset, tmp_path / "undisturbed")
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(Learner, "train", stopping_at(3, Learner.train))  # in the second stage's first epoch
        train(Staged, box_dataset, tmp_path / "stopped")
    assert sorted(p.name for p in (tmp_path / "stopped" / "derived").iterdir()) == ["codes"]
    shutil.rmtree(tmp_path / "stopped" / "derived")
    method, _ = train(Staged, box_dataset, tmp_path / "stopped")
    assert_same(weights(expected), weights(method))


def stopping_at(call, function):
    count = iter(range(1, 100))

    def stopping(*args, **options):
        if next(count) == call:
            raise KilledError
        return function(*args, **options)

    return stopping


SCRIPT = """
import sys
from svr3d.benchmark.train_method import train_method
from svr3d.datasets import open_dataset
from svr3d.methods import get_method
from svr3d.methods.training.options import TrainerOptions
dataset = open_dataset(sys.argv[1])
method = get_method("shapeprior").create(
    "tiny", dataset.facts, width=0.05, stride_first=True, batch_size=4, epochs=6, flip_axis="x")
print("ready", flush=True)
train_method(method, dataset, sys.argv[2], seed=0, trainer=TrainerOptions(accelerator="cpu"), progress=False)
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
    method = Poisoned(box_dataset.facts)
    keys = batch.keys[2 : 2 + count]
    method.bad = {key.object for key in keys}
    with pytest.raises(FloatingPointError) as stopped:
        Learner(method, method.stages()[0], CPU.fabric(), steps=1).train([batch])
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
    method = Together(box_dataset.facts)
    with pytest.raises(FloatingPointError, match=r"on the batch of samples .* and 4 more, though finite on each"):
        Learner(method, method.stages()[0], CPU.fabric(), steps=1).train([batch])


def test_losses_of_other_names_than_declared_are_refused(box_dataset):
    class Other(Staged):
        """Returns another term."""

        def losses(self, batch):
            return {"other": torch.tensor(1.0)}

    batch = collate([box_dataset.sample(key, Staged.targets) for key in box_dataset.samples("train")])
    method = Other(box_dataset.facts)
    with pytest.raises(InputError, match="stage 'first': its losses returned other, declared are fit"):
        Learner(method, method.stages()[0], CPU.fabric(), steps=1).train([batch])


def test_missing_target_and_other_categories_are_refused(box_dataset, tmp_path):
    class Parts(Staged):
        """Asks for what the data lacks."""

        targets = frozenset({"parts"})

    with pytest.raises(InputError, match="no target 'parts'"):
        train(Parts, box_dataset, tmp_path)
    with pytest.raises(InputError, match="made for the categories lamp, but the data set has plank, post"):
        train_method(Staged(DataFacts(categories=("lamp",))), box_dataset, tmp_path, seed=0)


def test_what_was_learned_on_other_data_is_refused(box_dataset, tmp_path):
    class Heir(Staged):
        """Has networks of another run."""

        learned_on = frozenset({box_dataset.fingerprint()})

    class Stranger(Staged):
        """Has networks of a run on other data."""

        learned_on = frozenset({"0" * 64})

    train(Heir, box_dataset, tmp_path / "heir")
    with pytest.raises(InputError, match="takes over from another run was learned on another data set than"):
        train(Stranger, box_dataset, tmp_path / "stranger")


def test_cost_is_told_and_quiet_means_quiet(box_dataset, tmp_path, capfd):
    method = Staged.create("tiny", box_dataset.facts)
    train_method(method, box_dataset, tmp_path / "a", seed=0, preset_name="tiny", trainer=CPU)
    out, err = capfd.readouterr()
    lines = err.splitlines()
    assert len(lines) == 4 and out == ""
    assert lines[2] == "staged-for-tests (tiny, seed 0), stage 'codes': deriving values of 8 samples"
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


def test_checkpoint_of_an_older_format_is_refused(tmp_path):
    old = {"format": 1, "method": "mean_shape", "options": {}, "categories": ["plank"], "state": {}}
    write_checkpoint(tmp_path / "old.ckpt", old)
    with pytest.raises(InputError, match="has checkpoint format 1, this version reads 2; train the run again"):
        load_trained(tmp_path / "old.ckpt")


def test_training_of_one_category(box_dataset, tmp_path):
    part = box_dataset.restricted(["post"])
    method, report = train(get_method("mean_shape"), part, tmp_path)
    assert load_trained(report.checkpoint).facts == part.facts
    assert method.facts.categories == ("post",)
    with pytest.raises(InputError, match="made for the categories post, but the data set has plank, post"):
        train_method(method, box_dataset, tmp_path / "other", seed=0)


def test_trainer_that_this_machine_lacks_is_one_sentence(box_dataset, tmp_path):
    method = Staged.create("tiny", box_dataset.facts)
    with pytest.raises(InputError, match=r"cannot train with accelerator 'warp'"):
        train_method(method, box_dataset, tmp_path, seed=0, trainer=TrainerOptions(accelerator="warp"))


def test_another_precision_is_another_training(box_dataset, tmp_path):
    train(Staged, box_dataset, tmp_path)
    method = Staged.create("tiny", box_dataset.facts)
    with pytest.raises(InputError, match=r"another trainer \(precision: 32-true there, bf16-mixed here"):
        train_method(method, box_dataset, tmp_path, seed=0, trainer=replace(CPU, precision="bf16-mixed"))


def test_tensorboard_writes_or_says_what_it_needs(box_dataset, tmp_path, monkeypatch):
    import importlib.util

    method = Staged.create("tiny", box_dataset.facts)
    trainer = replace(CPU, logger="tensorboard")
    if any(map(importlib.util.find_spec, ("tensorboard", "tensorboardX"))):
        train_method(method, box_dataset, tmp_path, seed=0, trainer=trainer, progress=False)
        assert list((tmp_path / "tensorboard").glob("events.*"))
    else:
        with pytest.raises(InputError, match="needs the package tensorboard, which is not installed"):
            train_method(method, box_dataset, tmp_path, seed=0, trainer=trainer, progress=False)


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
