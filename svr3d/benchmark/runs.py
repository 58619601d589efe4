"""Run folders: RUNS/DATASET/METHOD/PRESET/seedN/, and in those of runs per category categories/CATEGORY/ for each."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..files import read_json, read_yaml, write_yaml
from ..methods.outputs import FINAL

if TYPE_CHECKING:
    from ..methods import Method

CATEGORIES = "categories"
"""Of a run per category: the folder with one run for each."""


@dataclass(frozen=True)
class RunConfig:
    """What identifies a run; the content of `config.yaml`.

    Args:
        method, preset, seed: as in `svr3d train`.
        dataset: the data set's name.
        data: its folder, so that evaluation finds it again.
        fingerprint: the data set's fingerprint when the run began.
        options: what was changed of the preset.
        trainer: what was changed of how it is trained, as far as results depend on it; None where nothing was.
        categories: of a run that is trained for one category at a time, these; None for one training on all.
        parent, output: of a run that scores a further output of another run's method: that run's folder, relative
            to this one, and the output's name.
    """

    method: str
    dataset: str
    preset: str
    seed: int
    data: str
    fingerprint: str
    options: dict[str, Any]
    trainer: dict[str, Any] | None = None
    categories: tuple[str, ...] | None = None
    parent: str | None = None
    output: str | None = None


@dataclass(frozen=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @classmethod
    def of(cls, runs: str | Path, dataset: str, method: str, preset: str, seed: int) -> RunFolder:
        """The folder of a run below the folder of all runs."""
        return cls(Path(runs) / dataset / method / preset / f"seed{seed}")

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """An existing run.

        Raises:
            InputError: no such folder, or it holds no run.
        """
        path = Path(path)
        if not path.is_dir():
            raise InputError(f"{path}: no such run folder")
        folder = cls(path)
        if not folder.config_path.is_file():
            raise InputError(f"{path}: not a run folder, expected a config.yaml in it")
        return folder

    @property
    def config_path(self) -> Path:
        return self.path / "config.yaml"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    def read_manifest(self) -> dict[str, Any]:
        """What `manifest.json` says so far; empty where there is none."""
        return read_json(self.manifest) if self.manifest.exists() else {}

    @property
    def final_checkpoint(self) -> Path:
        return self.path / "checkpoints" / "final.ckpt"

    @property
    def predictions(self) -> Path:
        return self.path / "predictions"

    @property
    def records(self) -> Path:
        return self.path / "records.parquet"

    def config(self) -> RunConfig:
        """The run's configuration.

        Raises:
            InputError: `config.yaml` is missing, or lacks a field, or has one too many.
        """
        values = read_yaml(self.config_path)
        fields = set(RunConfig.__dataclass_fields__)
        needed = fields - {"trainer", "categories", "parent", "output"}
        if not isinstance(values, dict) or not needed <= set(values) <= fields:
            found = ", ".join(map(str, values)) if isinstance(values, dict) else type(values).__name__
            raise InputError(f"{self.config_path}: expected the fields {', '.join(sorted(needed))}, found {found}")
        if values.get("categories") is not None:
            values["categories"] = tuple(values["categories"])
        return RunConfig(**values)

    def of_category(self, category: str) -> RunFolder:
        """The part of a run per category that is trained on one of them."""
        return RunFolder(self.path / CATEGORIES / category)

    def load(self, category: str | None = None) -> tuple[Method, str]:
        """The run's method, on the CPU, and the name of the output that the run is for.

        Of a run that scores a further output, the method is the parent's.

        Args:
            category: of the objects that are to be reconstructed; needed where the run has a method for each.

        Raises:
            InputError: the run is not trained, its checkpoint is not whole, or it has no method for the category.
        """
        from .train_method import load_trained

        config = self.config()
        trained = self if config.parent is None else RunFolder(Path(os.path.normpath(self.path / config.parent)))
        if config.categories is not None:
            if category not in config.categories:
                known = ", ".join(config.categories)
                raise InputError(f"{self.path}: has a method for each of the categories {known}, none for {category!r}")
            trained = trained.of_category(category)
        if not trained.final_checkpoint.is_file():
            raise InputError(
                f"{trained.path}: the run is not trained yet, expected {trained.final_checkpoint.name} in checkpoints/"
            )
        return load_trained(trained.final_checkpoint), config.output or FINAL

    def begin(self, config: RunConfig, *, instead: str = "choose another --out or --label") -> None:
        """Creates the folder, or continues the same run in it.

        Args:
            instead: what one may do where that cannot be, for the message.

        Raises:
            InputError: the folder holds a run of another configuration or of other data.
        """
        if self.config_path.exists():
            old = self.config()
            for name in ("method", "preset", "seed", "options", "trainer", "categories", "fingerprint"):
                before, now = getattr(old, name), getattr(config, name)
                if before != now:
                    raise InputError(
                        f"{self.path}: holds a run with {name} {before!r}, asked for {now!r}; "
                        f"{instead}, or remove the folder"
                    )
            return
        values = {name: value for name, value in asdict(config).items() if value is not None}
        if config.categories is not None:
            values["categories"] = list(config.categories)
        write_yaml(self.config_path, values)


def records_of(config: RunConfig, records: Any, dataset: str) -> Any:
    """The rows of one run in a DataFrame of records of many, on the data set of this name."""
    same = [records[name] == getattr(config, name) for name in ("method", "preset", "seed")]
    return records[np.logical_and.reduce([*same, records["dataset"] == dataset])]


def find_runs(folders: list[str] | list[Path]) -> list[RunFolder]:
    """Every run folder at or below the given folders, sorted by path.

    Raises:
        InputError: a folder does not exist or holds no run.
    """
    found: dict[Path, RunFolder] = {}
    for folder in folders:
        folder = Path(folder)
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder of runs")
        configs = (
            [folder / "config.yaml"]
            if (folder / "config.yaml").is_file()
            else [file for file in sorted(folder.glob("**/seed*/config.yaml")) if CATEGORIES not in file.parts[-3:]]
        )
        if not configs:
            raise InputError(f"{folder}: no run in it, expected DATASET/METHOD/PRESET/seedN/config.yaml")
        found.update({config.parent.resolve(): RunFolder(config.parent) for config in configs})
    return [found[path] for path in sorted(found)]


def check_label(label: str, what: str) -> str:
    """`label`, if it can be a folder's name.

    Raises:
        InputError: it is empty or has other characters than letters, digits, `.`, `_`, `+` and `-`.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", label):
        raise InputError(
            f"{what} '{label}': expected letters, digits, '.', '_', '+' and '-', starting with a letter or digit"
        )
    return label
