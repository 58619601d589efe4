"""The grid: input picture, every method's reconstruction, the truth."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets import Dataset, SampleKey, open_dataset
from ..errors import InputError
from ..geometry import Camera, VoxelGrid, legend_colors, render_shape, shown_labels
from ..leaderboards import picture_grid
from ..progress import say
from .prediction_files import PredictionFrame, read_prediction
from .prediction_index import find_predictions
from .reconstructing import reconstructions
from .runs import RunFolder, records_of

TILE = 192
ROWS = 8

NAMELESS = "part"
"""The label of parts in data sets of meshes whose parts have no names."""


def choose_samples(records: Any, count: int = ROWS) -> list[SampleKey]:
    """Samples for the grid, one per category as far as they go, chosen by an even step and not by their scores."""
    samples = records[["category", "object", "view"]].drop_duplicates().sort_values(["category", "object", "view"])
    firsts = [group.iloc[len(group) // 2] for _, group in samples.groupby("category")]
    chosen = [firsts[int(i)] for i in np.linspace(0, len(firsts) - 1, min(count, len(firsts))).round()]
    return [SampleKey(row["category"], row["object"], int(row["view"])) for row in chosen]


def write_grid(folders: list[RunFolder], records: Any, path: Path) -> Path | None:
    """Draws the grid of all runs of the first seed; None, and a sentence, where the data set is not there any more.

    Args:
        records: of all these runs.
    """
    by_method: dict[str, RunFolder] = {}
    for folder in folders:
        config = folder.config()
        name = (
            config.method
            if config.preset in ("tiny", "small", "paper", "external")
            else f"{config.method} {config.preset}"
        )
        by_method.setdefault(name, folder)
    configs = [folder.config() for folder in by_method.values()]
    roots = [_scored_on(folder) for folder in by_method.values()]
    if len(set(roots)) > 1 or not roots[0].is_dir():
        say(f"no picture grid: the runs must be scored on one data set that is still there ({roots[0]})")
        return None
    dataset = open_dataset(roots[0])
    records = records[records["dataset"] == dataset.name]
    keys = choose_samples(records_of(configs[0], records, dataset.name))
    shown = records[(records["metric"] == "f_02") & (records["part"] == "")]
    drawn = [_Reconstructions(folder, dataset, keys) for folder in by_method.values()]
    predicted = [[one.shape(key) for one in drawn] for key in keys]
    true = [_truth(dataset, key) for key in keys]
    labels = _labels_shown(dataset.labels, itertools.chain(*predicted), true)
    tiles, rows, captions = [], [], []
    for key, shapes, truth in zip(keys, predicted, true, strict=True):
        image = (dataset.sample(key).pictures[0].numpy().transpose(1, 2, 0) * 255).round().astype(np.uint8)
        camera = dataset.camera(key) if dataset.has_cameras else None
        camera = (Camera.look_at((1.2, 0.8, 1.2)) if camera is None else camera).resized(TILE, TILE)
        tiles.append([image, *(_drawn(shape, camera, labels) for shape in shapes), _render(truth, camera, labels)])
        rows.append(key.category)
        captions.append(["", *(_score(records_of(config, shown, dataset.name), key) for config in configs), ""])
    legend = list(zip(labels, map(tuple, legend_colors(len(labels)).tolist()), strict=True))
    picture_grid(rows, ["input", *by_method, "truth"], tiles, path, captions=captions, legend=legend)
    return path


def _scored_on(folder: RunFolder) -> Path:
    """The folder of the data set that a run was scored on last; manifests did not always say."""
    said = folder.read_manifest().get("evaluation", {}).get("data", {})
    return Path(said.get("root", folder.config().data)).resolve()


def _truth(dataset: Dataset, key: SampleKey) -> Any:
    return dataset.mesh(key.category, key.object) or dataset.load(key.category, key.object, "voxels")


def _labels_shown(known: Sequence[str], predicted: Iterable[Any], true: Iterable[Any]) -> list[str]:
    """The labels to be coloured: those that the shapes show, in the order of the data set's, `known`.

    None where the predictions have none; and not `part`, which is what the parts are called of which nobody knows more.
    """
    found, expected = (
        {name for shape in shapes if _is_drawable(shape) for name in shown_labels(shape)} - {NAMELESS}
        for shapes in (predicted, true)
    )
    return [name for name in known if name in found | expected] if found & set(known) else []


class _Reconstructions:
    """What a run made of some samples, in the canonical frame, and not aligned with the truth."""

    def __init__(self, folder: RunFolder, dataset: Dataset, keys: list[SampleKey]) -> None:
        options = folder.config().options
        self._dataset, self._frame = dataset, PredictionFrame()
        if "predictions" not in options:
            self._files = reconstructions(folder, keys).files
            return
        self._frame = PredictionFrame(options["frame"], options.get("up", "y"))
        try:
            self._files = find_predictions(Path(options["predictions"]), dataset, keys).files
        except InputError:  # they are gone, or not what they were
            self._files = {}

    def shape(self, key: SampleKey) -> Any:
        """One of them; None where there is none. Labels without names are the data set's."""
        if key not in self._files:
            return None
        try:
            shape, _ = read_prediction(self._files[key], self._dataset, key, self._frame)
        except InputError:
            return None
        if isinstance(shape, VoxelGrid) and shape.labels is not None and not shape.label_names:
            with contextlib.suppress(InputError):  # they are others
                return replace(shape, label_names=self._dataset.labels)
        return shape


def _is_drawable(shape: Any) -> bool:
    return shape is not None and not shape.is_empty and shape.is_finite


def _drawn(shape: Any, camera: Camera, labels: Sequence[str]) -> np.ndarray | None:
    """The picture of a prediction; None where there is none."""
    try:
        return _render(shape, camera, labels)
    except InputError:
        return None


def _render(shape: Any, camera: Camera, labels: Sequence[str]) -> np.ndarray | None:
    return render_shape(shape, camera, TILE, parts=labels) if _is_drawable(shape) else None


def _score(own: Any, key: SampleKey) -> str:
    """The F-score at 2 %, of which `own` are a run's records, on one sample, for the line under its picture."""
    here = own[(own["category"] == key.category) & (own["object"] == key.object) & (own["view"] == key.view)]
    return f"F @2 % {here['value'].iloc[0]:.2f}" if len(here) else ""
