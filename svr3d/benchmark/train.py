"""`svr3d train`: one run from a data set, a method, a preset and a seed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..methods import get_method
from ..progress import duration, say
from .manifest import git_commit, hardware, update_manifest, versions
from .runs import RunConfig, RunFolder, check_label


def train(
    method: str,
    dataset: Any,
    runs: str | Path,
    *,
    preset: str = "tiny",
    seed: int = 0,
    options: dict[str, Any] | None = None,
    label: str | None = None,
    progress: bool = True,
) -> RunFolder:
    """Trains a method, or continues or skips a run that was begun or finished.

    Args:
        method: its name.
        dataset: an opened data set.
        runs: the folder of all runs.
        preset: of the method; `options` are laid over it.
        label: names a run with options: its folder and rows are `PRESET+LABEL`. Needed when there are options,
            so that the rows of a board say which run they are.

    Raises:
        InputError: unknown method, preset or option, or the data set lacks a target that the method needs.
    """
    from .training import train_method

    options = dict(options or {})
    cls = get_method(method)
    if options and not label:
        raise InputError("options make another run than the preset's: give it a --label")
    name = f"{preset}+{check_label(label, 'label')}" if label else preset
    model = cls.create(preset, dataset.categories, seed=seed, **options)
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed {seed!r}: expected a whole number, zero or above")
    dataset.require(cls.targets | cls.gifts, "train")

    folder = RunFolder.of(runs, dataset.name, method, name, seed)
    folder.begin(
        RunConfig(method, dataset.name, name, seed, str(Path(dataset.root).resolve()), dataset.fingerprint(), options)
    )
    if folder.final_checkpoint.is_file() and "training" in folder.read_manifest():
        return folder
    say(f"{method}: training with preset {name}, seed {seed}, on {dataset.name}")
    start = time.perf_counter()
    report = train_method(model, dataset, folder.path, seed=seed, preset_name=name, progress=progress)
    update_manifest(
        folder.manifest,
        code={"version": versions().get("svr3d"), "commit": git_commit()},
        config={"preset": preset, "label": label, "seed": seed, "options": options, "resolved": model.options},
        method={
            "name": method,
            "representation": cls.representation,
            "limits": cls.limits,
            "targets": sorted(cls.targets),
            "gifts": sorted(cls.gifts),
            "paper": cls.paper,
            "parameters": report.parameters,
            "weights": getattr(model, "weights", "scratch"),
        },
        data={"name": dataset.name, "root": str(dataset.root), "fingerprint": dataset.fingerprint()},
        training={"seconds": report.seconds, "total_seconds": round(sum(report.seconds.values()), 2)},
        versions=versions(),
        hardware=hardware(),
    )
    say(f"{method}: trained in {duration(time.perf_counter() - start)}")
    return folder
