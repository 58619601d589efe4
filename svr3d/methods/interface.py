"""The interface that every method shares."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..files import read_yaml
from .options import NoOptions, make_options
from .outputs import FINAL, Output
from .stages import Stage

if TYPE_CHECKING:
    from ..datasets.batch import SampleBatch
    from ..datasets.facts import DataFacts
    from ..geometry import Shape

PRESETS = ("tiny", "small", "paper")
"""The presets that every method has: two CPU cores and minutes; one GPU and tens of minutes; as published."""

TRAINER = "trainer"
"""The section of a preset file that says how it is trained, such as `{precision: 16-mixed}`; the rest are options."""


class Method(nn.Module):
    """A single-image 3D reconstruction method.

    Subclasses declare what they are, return their training stages, and reconstruct. The network itself is a plain
    `nn.Module` in a file of its own; the method adapts it to the suite.

    Attributes:
        facts: of the data that it is made for.
        options: an instance of its `Options`.
    """

    name: ClassVar[str]
    """As in `svr3d list`, run folders and tables."""
    representation: ClassVar[str]
    """What it returns; see `Output`."""
    given: ClassVar[frozenset[str]] = frozenset({"picture"})
    """What it is given at test time: `picture`, `camera`, or the name of a target. With a target it is a baseline or
    ceiling, and not ranked."""
    limits: ClassVar[str] = ""
    """What the representation cannot express whatever the network does; see `Output`."""
    targets: ClassVar[frozenset[str]] = frozenset()
    """Supervision that its training needs of the data."""
    paper: ClassVar[str] = ""
    """Citation: authors, title, venue, year."""
    augmentation_options: ClassVar[frozenset[str]] = frozenset()
    """Options that only say how training pictures are changed, so that a trained method may be told others."""
    Options: ClassVar[type] = NoOptions
    """The dataclass of its options; its fields' types and defaults are those of presets, suites and command line."""

    _place: Tensor

    def __init__(self, facts: DataFacts, options: Any = None) -> None:
        super().__init__()
        self.facts = facts
        self.options = self.Options() if options is None else options
        self._fitted: set[str] = set()
        self.register_buffer("_place", torch.empty(0), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where it is, also where it has no tensors of its own."""
        return self._place.device

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What it can return. The first is the final reconstruction; methods with further ones override this."""
        return (Output(FINAL, self.representation, self.given, self.limits),)

    def output(self, name: str = FINAL) -> Output:
        """One of its outputs.

        Raises:
            InputError: it has no such output.
        """
        for output in self.outputs:
            if output.name == name:
                return output
        known = ", ".join(output.name for output in self.outputs[1:]) or "none besides the final reconstruction"
        raise InputError(f"method '{self.name}' has no output '{name}'; known: {known}")

    @abstractmethod
    def stages(self) -> list[Stage]:
        """The ordered training stages; an empty list for a method that needs no training."""

    @abstractmethod
    def reconstruct(self, batch: SampleBatch, output: str = FINAL) -> Sequence[Shape]:
        """One reconstruction per sample, in the canonical frame.

        Args:
            batch: holds what the output is `given` and nothing else: `images` are Float[B, 3, H, W] in [0, 1],
                composited on white, or None; `cameras` those of the images, or None. Its keys say nothing.
            output: the name of one of its `outputs`.
        """

    @property
    def learned_on(self) -> frozenset[str]:
        """Fingerprints of the data sets that it has learned from already, before its training: those of other runs
        whose networks it takes over. Training on any other data set is refused."""
        return frozenset()

    def initialize(self) -> None:
        """What a new method does and one from a checkpoint need not: loading pretrained weights.

        The manifest names what the attribute `weights` says, `scratch` if there is none.
        """

    # Presets

    @classmethod
    def presets_folder(cls) -> Path | None:
        """The folder of its preset files; None where there is none."""
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        folder = None if file is None else Path(file).parent / "presets"
        return folder if folder is not None and folder.is_dir() else None

    @classmethod
    def presets(cls) -> list[str]:
        """The names of its presets: the files `presets/NAME.yaml` beside the module that defines the class, those that
        all methods have first, from the cheapest on.

        A method without that folder has no options that depend on the budget: each of `PRESETS` means the defaults.
        """
        folder = cls.presets_folder()
        if folder is None:
            return list(PRESETS)
        found = {path.stem for path in folder.glob("*.yaml")}
        return [*(name for name in PRESETS if name in found), *sorted(found.difference(PRESETS))]

    @classmethod
    def preset(cls, name: str) -> dict[str, Any]:
        """The options that the preset `name` changes.

        Raises:
            InputError: no such preset, or its file is not a mapping from option names to values.
        """
        return {key: value for key, value in cls._read_preset(name).items() if key != TRAINER}

    @classmethod
    def preset_trainer(cls, name: str) -> dict[str, Any]:
        """What the preset `name` says of the trainer, such as its precision; see `TrainerOptions`."""
        values = cls._read_preset(name).get(TRAINER) or {}
        if not isinstance(values, dict):
            raise InputError(f"{cls._preset_file(name)}: '{TRAINER}': expected a mapping, found {values!r}")
        return values

    @classmethod
    def resolve(cls, preset: str, overrides: dict[str, Any] | None = None) -> Any:
        """All options under a preset, with some overridden: an instance of `Options`.

        Raises:
            InputError: no such preset or option, or a value of another type or out of range.
        """
        values = cls.preset(preset)
        where = f"method '{cls.name}'"
        if values:
            make_options(cls.Options, values, f"{cls._preset_file(preset)}: {where}")
        return make_options(cls.Options, values | (overrides or {}), where)

    @classmethod
    def create(cls, preset: str, facts: DataFacts, *, seed: int = 0, **overrides: Any) -> Self:
        """A new method under a preset, with some options overridden; its initial weights depend on `seed` alone.

        Raises:
            InputError: no such preset or option, or a value of another type or out of range.
        """
        options = cls.resolve(preset, overrides)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            method = cls(facts, options)
            method.initialize()
            return method

    def option_values(self) -> dict[str, Any]:
        """Its options as plain values, all of them."""
        return asdict(self.options)

    @classmethod
    def _preset_file(cls, name: str) -> str:
        return f"preset file {(cls.presets_folder() or Path()) / f'{name}.yaml'}"

    @classmethod
    def _read_preset(cls, name: str) -> dict[str, Any]:
        if name not in cls.presets():
            raise InputError(f"method '{cls.name}' has no preset '{name}'; known: {', '.join(cls.presets())}")
        folder = cls.presets_folder()
        if folder is None:
            return {}
        try:
            values = read_yaml(folder / f"{name}.yaml") or {}
        except InputError as error:
            raise InputError(f"preset file {error}") from error
        if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
            raise InputError(f"{cls._preset_file(name)}: expected a mapping from option names to values")
        return values

    # For fitted stages

    @property
    def fitted(self) -> frozenset[str]:
        """The names of the buffers that fitted stages fill."""
        return frozenset(self._fitted)

    def register_fitted(self, *names: str) -> None:
        """Buffers that a fitted stage fills: empty until then, of whatever shape and type it gives them.

        Assign a tensor to the attribute to fill one; a checkpoint holds and restores it.
        """
        for name in names:
            self.register_buffer(name, torch.empty(0))
            self._fitted.add(name)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *args: Any, **kwargs: Any) -> None:
        for name in self._fitted:
            if prefix + name in state_dict:
                setattr(self, name, torch.empty_like(state_dict[prefix + name], device=self.device))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)
