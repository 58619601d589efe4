"""A training before it starts: all that can be found wrong with it is found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import InputError
from ..methods import get_method
from ..methods.options import make_options
from ..methods.stages import Learned
from .runs import RunConfig, RunFolder, check_label

if TYPE_CHECKING:
    from ..methods import Method
    from ..methods.training.options import TrainerOptions

EACH = "each"
"""In the place of categories: all of the data set's."""

DECIDE = ("accelerator", "devices", "precision", "points")
"""Options of the trainer that results depend on; the others change how long it takes."""


@dataclass(frozen=True)
class Plan:
    """One run to train, its names and options checked.

    Args:
        method: its class.
        preset: of the method.
        seed: of everything random.
        options: what is changed of the preset.
        label: of what is changed; None where nothing is.
        trainer: how to train it.
        changed: what of that is not the preset's.
        categories: to train one method for each; None for one method of all.
    """

    method: type[Method]
    preset: str
    seed: int
    options: dict[str, Any]
    label: str | None
    trainer: TrainerOptions
    changed: dict[str, Any]
    categories: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """PRESET, or PRESET+LABEL: of the run's folder and rows."""
        return f"{self.preset}+{self.label}" if self.label else self.preset

    def folder(self, runs: str | Path, dataset: Any) -> RunFolder:
        """Where the run goes."""
        return RunFolder.of(runs, dataset.name, self.method.name, self.name, self.seed)

    def config(self, dataset: Any) -> RunConfig:
        """The content of the run's `config.yaml`."""
        root, fingerprint = str(Path(dataset.root).resolve()), dataset.fingerprint()
        decide = {name: value for name, value in self.changed.items() if name in DECIDE}
        names = (self.method.name, dataset.name, self.name, self.seed)
        return RunConfig(*names, root, fingerprint, self.options, decide or None, self.categories)

    def settings(self) -> dict[str, Any]:
        """The manifest's section `config`."""
        return {
            "preset": self.preset,
            "label": self.label,
            "seed": self.seed,
            "options": self.options,
            "resolved": asdict(self.method.resolve(self.preset, self.options)),
            "trainer": asdict(self.trainer),
            "categories": None if self.categories is None else list(self.categories),
        }

    def learns(self, dataset: Any) -> bool:
        """Whether a stage goes down a gradient, so that runs with several seeds differ.

        Raises:
            InputError: the method cannot be made with these options.
        """
        return any(isinstance(stage, Learned) for stage in self._made(dataset).stages())

    def check_outputs(self, names: Sequence[str], dataset: Any) -> dict[str, InputError]:
        """What is wrong with further outputs that are to be scored, by name.

        Raises:
            InputError: the method cannot be made with these options.
        """
        method, wrong = self._made(dataset), {}
        for name in names:
            try:
                method.output(name)
            except InputError as error:
                wrong[name] = error
        return wrong

    def _made(self, dataset: Any) -> Method:
        """The method, without weights that mean anything."""
        import torch

        with torch.random.fork_rng(devices=[]):
            return self.method(dataset.facts, self.method.resolve(self.preset, self.options))


def plan_training(
    method: str,
    dataset: Any,
    *,
    preset: str = "tiny",
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    label: str | None = None,
    trainer: Mapping[str, Any] | None = None,
    categories: Literal["each"] | Sequence[str] | None = None,
) -> Plan:
    """The plan of a run; arguments are those of `svr3d.benchmark.train_run.train`.

    Raises:
        InputError: unknown method, preset, option or category, options without a label, or the data set lacks a
            target that the method needs.
    """
    from ..methods.training.options import TrainerOptions

    cls = get_method(method)
    options, changed = dict(options or {}), dict(trainer or {})
    names = _categories(categories, dataset)
    if names is not None and not label:
        label = EACH if categories == EACH else "+".join(names)
    if options and not label:
        raise InputError("options make another run than the preset's: give it a --label")
    if label:
        check_label(label, "label")
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed {seed!r}: expected a whole number, zero or above")
    cls.resolve(preset, options)
    how = make_options(TrainerOptions, cls.preset_trainer(preset) | changed, f"the trainer of method '{method}'")
    needed = cls.targets | (cls.given - {"picture", "camera"})
    for part in [dataset] if names is None else [dataset.restricted([name]) for name in names]:
        part.require(needed, "train")
    return Plan(cls, preset, seed, options, label, how, changed, names)


def _categories(categories: Any, dataset: Any) -> tuple[str, ...] | None:
    if categories is None:
        return None
    if categories == EACH:
        return dataset.categories
    unknown = [name for name in categories if name not in dataset.categories]
    if unknown or not categories:
        found = f"'{unknown[0]}'" if unknown else "none"
        raise InputError(f"categories: expected '{EACH}' or some of {', '.join(dataset.categories)}; found {found}")
    return tuple(sorted(set(categories)))
