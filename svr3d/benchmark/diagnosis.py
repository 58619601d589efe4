"""`svr3d diagnose`: how far each learned stage of a trained run is off, so that one sees in which an error arises.

A stage is asked for its losses and diagnostics with all that the stages before it left behind, as in validation, but on
any split, sample by sample, and with the weights of the end of the training.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..files import replacing, write_text
from ..leaderboards.figures.stages import Spread, StageError, write_stages_figure
from ..leaderboards.statistics import OBJECTS, Bootstrap, Scores
from ..progress import track
from .runs import RunFolder

if TYPE_CHECKING:
    from ..datasets import Dataset, SampleKey
    from ..methods import Method
    from ..methods.stages import Learned
    from .stage_data import StageData

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Asked:
    """On what a run is diagnosed.

    Args:
        splits: of the data set.
        views: of each object.
        count: objects of each split, spread evenly over it.
        augmented: whether samples are changed at random as in training.
        options: of the method's augmentations, for this time; such as its `clutter`.
        seed: of all that is random.
    """

    splits: tuple[str, ...] = ("train", "test")
    views: int = 1
    count: int = 200
    augmented: bool = False
    options: dict[str, Any] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("views", "count"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}, expected at least 1")
        unknown = [split for split in self.splits if split not in SPLITS]
        if unknown or not self.splits:
            raise InputError(f"split: expected some of {', '.join(SPLITS)}, found {', '.join(unknown) or 'none'}")


def diagnose(run: str | Path, asked: Asked, *, data: str | None = None, out: str | None = None) -> Path:
    """Writes `stages.md`, `stages.csv` and `stages.png` into `out`, by default the run's folder `diagnosis`.

    Args:
        data: the data set; by default that of the run.

    Returns:
        The path of `stages.md`.

    Raises:
        InputError: no such run, it is not trained or learns nothing, the data lack what a stage needs, or an option
            that is not of the method's augmentations.
    """
    from ..datasets import open_dataset

    folder = RunFolder.open(run)
    config = folder.config()
    dataset = open_dataset(data or config.data)
    asked = replace(asked, views=min(asked.views, dataset.facts.views or 1))
    values: dict[StageError, dict[tuple[str, str], list[float]]] = {}
    for category in config.categories or (None,):
        # The category's method counts categories as it was trained: among this one alone.
        own = dataset if category is None else dataset.restricted([category])
        method = _with_options(folder.load(category)[0], asked.options or {})
        for split in asked.splits:
            for error, key, value in _errors(method, own, split, asked):
                values.setdefault(error, {}).setdefault((key.category, key.object), []).append(value)
    bootstrap = Bootstrap()
    found = {error: _spread(objects, bootstrap) for error, objects in values.items()}
    root = folder.path / "diagnosis" if out is None else Path(out)
    title = f"{config.method} ({config.preset}, seed {config.seed}), {dataset.name}{_changes(asked)}"
    _write_csv(root / "stages.csv", found)
    write_stages_figure(found, asked.splits, title, root / "stages.png")
    write_text(root / "stages.md", _page(found, asked, title))
    return root / "stages.md"


def _with_options(method: Method, changes: dict[str, Any]) -> Method:
    """The trained method with other augmentations."""
    from ..methods.options import make_options

    if not changes:
        return method
    where = f"method '{method.name}'"
    rested_on = ", ".join(sorted(changes.keys() - method.augmentation_options))
    if rested_on:
        expected = ", ".join(sorted(method.augmentation_options)) or "none, as it has no augmentations"
        raise InputError(
            f"{where}: what was trained may rest on the option {rested_on}; expected options that say how training "
            f"pictures are changed: {expected}"
        )
    other = type(method)(method.facts, make_options(type(method).Options, method.option_values() | changes, where))
    other.load_state_dict(method.state_dict())
    return other.eval()


def _errors(
    method: Method, dataset: Dataset, split: str, asked: Asked
) -> Iterator[tuple[StageError, SampleKey, float]]:
    """Each value of each sample of a split."""
    import torch

    from ..methods.stages import Derived, Learned
    from ..methods.training.options import TrainerOptions
    from ..methods.training.seeding import reseed
    from .stage_data import StageData

    method.to("cuda" if torch.cuda.is_available() else "cpu")
    # One sample at a time, so that each has values of its own.
    stages = [replace(stage, batch_size=1) if isinstance(stage, Learned) else stage for stage in method.stages()]
    if not any(isinstance(stage, Learned) for stage in stages):
        raise InputError(f"method '{method.name}' has no learned stage, so there is nothing to diagnose")
    with tempfile.TemporaryDirectory() as derived:
        points = TrainerOptions().points
        of_split = StageData(dataset, stages, Path(derived), asked.seed, points, workers=0)
        for number, stage in enumerate(stages):
            reseed(asked.seed, number, 0)
            keys = _chosen(dataset, split, stage.unit, stage.views, asked)
            dataset.require(of_split.targets(stage), split)
            if isinstance(stage, Derived):
                of_split.write_derived(method, stage, keys)
            elif isinstance(stage, Learned):
                yield from _stage_errors(method, stage, of_split, split, keys, asked.augmented)


def _stage_errors(
    method: Method, stage: Learned, data: StageData, split: str, keys: list[SampleKey], augmented: bool
) -> Iterator[tuple[StageError, SampleKey, float]]:
    import torch

    from ..methods.training.losses import total_loss

    method.eval()
    batches = data.unshuffled(stage, keys, stage.augment if augmented else None)
    for key, batch in zip(keys, track(batches, len(keys), f"{split}, stage '{stage.name}'"), strict=True):
        with torch.inference_mode():
            batch = batch.to(method.device)
            values = stage.losses(batch)
            total_loss(stage, values, batch)  # which checks them
        for name in (*stage.diagnostics, *stage.terms):
            yield StageError(stage.name, name, name in stage.terms, split), key, float(values[name])


def _chosen(dataset: Dataset, split: str, unit: str, views: int | None, asked: Asked) -> list[SampleKey]:
    """The samples of at most as many objects as are asked for."""
    objects = dataset.objects(split)
    if not objects:
        raise InputError(f"{dataset.root}: the {split} split has no objects, expected at least one")
    places = np.linspace(0, len(objects) - 1, min(asked.count, len(objects))).round().astype(int)
    chosen = {objects[place] for place in places}
    seen = min(asked.views, views or asked.views) if unit == "view" else None
    keys = [key for key in dataset.samples(split, seen, unit=unit) if (key.category, key.object) in chosen]
    if not keys:
        raise InputError(f"{dataset.root}: the {split} split has no samples of the unit '{unit}'")
    return keys


def _spread(objects: dict[tuple[str, str], list[float]], bootstrap: Bootstrap) -> Spread:
    """The mean over objects of each one's mean, with the interval that boards give, of one seed."""
    means = np.array([[np.mean(values)] for values in objects.values()])
    estimates = bootstrap.estimates(Scores.of_values(means, [OBJECTS] * len(means)))[OBJECTS]
    (low,), (high,) = estimates.interval()
    return Spread(float(estimates.value[0]), float(low), float(high), len(means), sum(map(len, objects.values())))


def _changes(asked: Asked) -> str:
    changed = ", ".join(f"{name}: {value}" for name, value in (asked.options or {}).items())
    return (f" with {changed}" if changed else "") + (", samples changed as in training" if asked.augmented else "")


def _write_csv(path: Path, found: dict[StageError, Spread]) -> None:
    import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*StageError._fields, *Spread._fields])
        writer.writerows([*error, *(f"{value:.6g}" for value in spread)] for error, spread in found.items())


def _page(found: dict[StageError, Spread], asked: Asked, title: str) -> str:
    lines = ["# What each stage is off by", "", f"{title}.", "", "![Each stage's errors](stages.png)", ""]
    lines += [f"| stage | value | | {' | '.join(asked.splits)} |", "|" + "---|" * (3 + len(asked.splits))]
    rows = dict.fromkeys(error._replace(split="") for error in found)
    for row in rows:
        cells = [_cell(found[row._replace(split=split)]) for split in asked.splits]
        lines.append(f"| {row.stage} | {row.value} | {'loss' if row.is_loss else ''} | {' | '.join(cells)} |")
    objects = "; ".join(f"{split}: {_objects(found, split)} objects" for split in asked.splits)
    lines += ["", f"Means over objects, in brackets their 95 % intervals. {objects}; of each {asked.views} view"]
    lines[-1] += "s" * (asked.views > 1) + ". A loss is as training has it, weight included. Each stage has the true "
    lines[-1] += "values or those of earlier stages, as in training."
    return "\n".join(lines) + "\n"


def _objects(found: dict[StageError, Spread], split: str) -> int:
    return max(spread.objects for error, spread in found.items() if error.split == split)


def _cell(spread: Spread) -> str:
    if np.isnan(spread.low):
        return f"{spread.mean:.4g}"
    return f"{spread.mean:.4g} ({spread.low:.4g} to {spread.high:.4g})"


def printed(page: Path) -> Sequence[str]:
    """The lines of the table on a page."""
    return [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
