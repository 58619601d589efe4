"""`svr3d train`: one run from a data set, a method, a preset and a seed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ..progress import duration, say
from .manifest import code, hardware, update_manifest, versions
from .plan import Plan, plan_training
from .runs import RunFolder


def train(
    method: str,
    dataset: Any,
    runs: str | Path,
    *,
    preset: str = "tiny",
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    label: str | None = None,
    trainer: Mapping[str, Any] | None = None,
    categories: Literal["each"] | Sequence[str] | None = None,
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
        trainer: fields of `TrainerOptions`, laid over what the preset says of the trainer.
        categories: train one method for each of them, on the objects of that category only; `each` means all of
            the data set's. They are scored and shown as one run, with the categories for a label if it has none.

    Raises:
        InputError: unknown method, preset, option or category, or the data set lacks a target that the method needs.
    """
    plan = plan_training(
        method,
        dataset,
        preset=preset,
        seed=seed,
        options=options,
        label=label,
        trainer=trainer,
        categories=categories,
    )
    return carry_out(plan, dataset, runs, progress=progress)


def carry_out(plan: Plan, dataset: Any, runs: str | Path, *, progress: bool = True) -> RunFolder:
    """Trains what is planned; see `train`."""
    folder = plan.folder(runs, dataset)
    folder.begin(plan.config(dataset))
    if plan.categories is None:
        _train_into(folder, plan, dataset, progress)
    else:
        _train_each(folder, plan, dataset, progress)
    return folder


def _train_into(folder: RunFolder, plan: Plan, dataset: Any, progress: bool) -> None:
    """One training, on all of the data set's categories."""
    if folder.final_checkpoint.is_file() and "training" in folder.read_manifest():
        return
    from .train_method import train_method

    cls = plan.method
    model = cls.create(plan.preset, dataset.facts, seed=plan.seed, **plan.options)
    where = dataset.name if plan.categories is None else f"{', '.join(dataset.categories)} of {dataset.name}"
    say(f"{cls.name}: training with preset {plan.name}, seed {plan.seed}, on {where}")
    start = time.perf_counter()
    report = train_method(
        model,
        dataset,
        folder.path,
        seed=plan.seed,
        preset_name=plan.name,
        trainer=plan.trainer,
        progress=progress,
    )
    update_manifest(
        folder.manifest,
        code=code(),
        config=plan.settings(),
        method=_method(plan, model)
        | {"parameters": report.parameters, "weights": getattr(model, "weights", "scratch")},
        data=_data(dataset),
        training={"seconds": report.seconds, "total_seconds": round(sum(report.seconds.values()), 2)},
        versions=versions(),
        hardware=hardware(),
    )
    say(f"{cls.name}: trained in {duration(time.perf_counter() - start)}")


def _train_each(folder: RunFolder, plan: Plan, dataset: Any, progress: bool) -> None:
    """A training for each category, in a folder of its own, and what the run as a whole has to say of them."""
    assert plan.categories is not None
    parts = []
    for category in plan.categories:
        part, restricted = folder.of_category(category), dataset.restricted([category])
        part.begin(replace(plan, categories=None).config(restricted))
        _train_into(part, plan, restricted, progress)
        parts.append(part.read_manifest())
    if "training" in folder.read_manifest():
        return
    method = dict(parts[0]["method"])
    if len(plan.categories) > 1:
        # Which of the methods reconstructs a sample is told by its category.
        method["given"] = sorted({*method["given"], "category"})
    method["parameters"] = sum(part["method"]["parameters"] for part in parts)
    seconds = {
        category: part["training"]["total_seconds"] for category, part in zip(plan.categories, parts, strict=True)
    }
    update_manifest(
        folder.manifest,
        code=code(),
        config=plan.settings(),
        method=method,
        data=_data(dataset),
        training={"seconds": seconds, "total_seconds": round(sum(seconds.values()), 2)},
        versions=versions(),
        hardware=hardware(),
    )


def _method(plan: Plan, model: Any) -> dict[str, Any]:
    cls, final = plan.method, model.output()
    return {
        "name": cls.name,
        "representation": final.representation,
        "given": sorted(final.given),
        "limits": final.limits,
        "targets": sorted(cls.targets),
        "paper": cls.paper,
        "weights": getattr(model, "weights", "scratch"),
    }


def _data(dataset: Any) -> dict[str, Any]:
    return {"name": dataset.name, "root": str(dataset.root), "fingerprint": dataset.fingerprint()}
