"""`svr3d diagnose`: each stage's values on any split, against the data themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from scipy import stats
from torch import nn

from svr3d.benchmark.cli import main
from svr3d.datasets import open_dataset
from svr3d.geometry import Mesh
from svr3d.methods import Derived, Learned, Method, register, registry


@dataclass(frozen=True)
class Levels:
    """Options, of which an augmentation is one."""

    wanted: float = 0.25
    width: int = 1
    seen: float = 0.0


class Level(Method):
    """Learns one number: how high the points of objects are. A first stage measures it, a second has pictures only."""

    name = "level-for-tests"
    representation = "mesh"
    targets = frozenset({"surface"})
    augmentation_options = frozenset({"seen"})
    Options = Levels

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.guess = nn.Parameter(torch.zeros(self.options.width))

    def stages(self):
        def adam(parameters):
            return torch.optim.Adam(parameters, lr=0.1)

        surface = frozenset({"surface"})
        return [
            Derived(name="heights", targets=surface, unit="object", derive=self.heights, values=("height",)),
            Learned(
                name="level",
                targets=frozenset({"height"}),
                unit="object",
                losses=self.losses,
                terms=("miss",),
                diagnostics=("height",),
                optimizer=adam,
                epochs=1,
            ),
            Learned(
                name="pictures",
                losses=self.picture_losses,
                terms=("zero",),
                diagnostics=("white",),
                optimizer=adam,
                epochs=1,
                augment=lambda sample, generator: sample.__class__(
                    sample.keys, sample.pictures * self.options.seen, sample.cameras, sample.targets, sample.categories
                ),
            ),
        ]

    def heights(self, batch):
        return {"height": batch.target("surface")["points"][..., 1].amax(1)}

    def losses(self, batch):
        height = batch.target("height")
        return {
            "miss": 3 * (height - self.options.wanted).square().mean() + 0 * self.guess.sum(),
            "height": height.mean(),
        }

    def picture_losses(self, batch):
        return {"zero": self.guess.square().sum(), "white": batch.pictures.mean()}

    def reconstruct(self, batch, output="final"):
        return [Mesh(np.eye(3), [[0, 1, 2]])] * len(batch)


@pytest.fixture
def run(small_dataset: Path, tmp_path: Path, monkeypatch, capsys) -> Path:
    """A trained run."""
    monkeypatch.setattr(registry.METHODS, "_session", {})
    register(Level)
    assert main(["train", Level.name, "--data", str(small_dataset), "--out", str(tmp_path / "runs")]) == 0
    return Path(capsys.readouterr().out.strip())


def diagnosed(run: Path, *arguments: str) -> pd.DataFrame:
    assert main(["diagnose", str(run), *arguments]) == 0
    return pd.read_csv(run / "diagnosis" / "stages.csv").set_index(["stage", "value", "split"])


def white(small_dataset: Path, split: str, views: int) -> list[float]:
    """Of each object, the mean of its pictures."""
    dataset, found = open_dataset(small_dataset), {}
    for key in dataset.samples(split, views):
        sample = dataset.sample(key, frozenset(), cameras=False)
        found.setdefault(key.object + key.category, []).append(float(sample.pictures.mean()))
    return [float(np.mean(values)) for values in found.values()]


def test_values_are_those_of_the_data(run, small_dataset, capsys):
    """Means over objects about as sure as Student's interval says; derived values of a split never seen."""
    found = diagnosed(run, "--views", "2")
    assert list(dict.fromkeys(found.index.droplevel(2))) == [
        ("level", "height"),
        ("level", "miss"),
        ("pictures", "white"),
        ("pictures", "zero"),
    ]
    for split, count in (("train", 8), ("test", 6)):
        expected = white(small_dataset, split, 2)
        row = found.loc["pictures", "white", split]
        assert (row["objects"], row["samples"], bool(row["is_loss"])) == (count, 2 * count, False)
        assert row["mean"] == pytest.approx(np.mean(expected), rel=1e-4)
        ends = stats.t.interval(0.95, count - 1, np.mean(expected), stats.sem(expected))
        assert row["low"] < row["mean"] < row["high"]
        assert 0.7 < (row["high"] - row["low"]) / (ends[1] - ends[0]) < 1.2  # a bootstrap's, of few and skewed values
        height = found.loc["level", "height", split]
        assert height["samples"] == count and 0.1 < height["mean"] <= 0.5
        assert found.loc["level", "miss", split]["is_loss"]
    out = capsys.readouterr().out.strip().splitlines()
    assert out[0] == "| stage | value | | train | test |" and out[-1] == str(run / "diagnosis" / "stages.md")
    page = Path(out[-1]).read_text()
    assert "train: 8 objects; test: 6 objects; of each 2 views." in page and "seed 0), parametric-small." in page
    with Image.open(run / "diagnosis" / "stages.png") as image:
        assert image.format == "PNG"


def test_samples_changed_as_in_training_and_other_options(run, small_dataset, tmp_path, capsys):
    plain = diagnosed(run, "--split", "val")
    assert plain["low"].isna().all() and set(plain["objects"]) == {2}  # too few for an interval
    out = tmp_path / "changed"
    changes = ("--augmented", "--options", "{seen: 0.5}", "--out", str(out), "--split", "val")
    assert main(["diagnose", str(run), *changes]) == 0
    changed = pd.read_csv(out / "stages.csv").set_index(["stage", "value", "split"])
    assert plain.loc["pictures", "white", "val"]["mean"] > 0.5
    before, after = (found.loc["pictures", "white", "val"]["mean"] for found in (plain, changed))
    assert after == pytest.approx(before / 2, rel=1e-5)
    assert changed.loc["level", "height", "val"]["mean"] == plain.loc["level", "height", "val"]["mean"]
    assert "with seen: 0.5, samples changed as in training." in (out / "stages.md").read_text()


def test_the_same_again(run):
    first = diagnosed(run, "--count", "3", "--split", "test")
    assert set(first["objects"]) == {3}
    pd.testing.assert_frame_equal(first, diagnosed(run, "--count", "3", "--split", "test"))


def test_a_run_per_category(run, small_dataset, tmp_path, capsys):
    """The method of each category sees its own objects, and they are one table."""
    arguments = ("--data", str(small_dataset), "--out", str(tmp_path / "each"), "--label", "each")
    assert main(["train", Level.name, *arguments, "--categories", "each"]) == 0
    each = diagnosed(Path(capsys.readouterr().out.strip()), "--split", "test")
    whole = diagnosed(run, "--split", "test")
    assert (each["objects"] == whole["objects"]).all()
    for value in ("mean", "low", "high"):
        for row in (("level", "height", "test"), ("pictures", "white", "test")):
            assert each.loc[row, value] == pytest.approx(whole.loc[row, value], rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--split", "train,tests"), "split: expected some of train, val, test, found tests"),
        (("--split", ","), "found none"),
        (("--count", "0"), "count is 0, expected at least 1"),
        (("--views", "0"), "views is 0, expected at least 1"),
        (("--options", "{width: 2}"), "what was trained may rest on the option width; expected options that say how"),
        (("--options", "{seen: 0.5, width: 2}"), "may rest on the option width; expected options that say how"),
        (("--options", "{seen: much}"), "option 'seen': expected a number"),
        (("--options", "{wide: 2}"), "may rest on the option wide"),
    ],
)
def test_what_is_refused(run, arguments, said, capsys):
    assert main(["diagnose", str(run), *arguments]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (run / "diagnosis").exists()


def test_a_method_that_learns_nothing(small_dataset, tmp_path, capsys):
    assert main(["train", "mean_shape", "--data", str(small_dataset), "--out", str(tmp_path)]) == 0
    folder = capsys.readouterr().out.strip()
    assert main(["diagnose", folder]) == 2
    assert "'mean_shape' has no learned stage" in capsys.readouterr().err
