"""The interface that every method shares."""

from __future__ import annotations

import inspect
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from ..datasets.batch import TARGETS, SampleBatch, collate
from ..errors import InputError
from ..geometry import Camera, Mesh, PointCloud, VoxelGrid

Reconstruction = Mesh | PointCloud | VoxelGrid
"""What a method returns for one sample, in the canonical frame; `PartMesh` is a `Mesh`."""

PRESETS = ("tiny", "small", "paper")
"""The presets that every method has: two CPU cores and minutes; one GPU and tens of minutes; as published."""


@dataclass(frozen=True)
class Stage:
    """One training stage.

    A stage is either learned by gradient (`epochs` > 0) or fitted in one call (`fit`).

    Args:
        name: unique within the method; names the stage's checkpoints and its columns in `log.csv`.
        targets: what it needs of the data, besides images and cameras.
        losses: the names of the terms that `Method.losses` returns for it.
        trains: names of the submodules whose parameters it trains; empty means all. The others are
            frozen and in evaluation mode.
        epochs, batch_size: its length.
        monitor: the validation quantity (a loss term, or `loss`) whose best epoch is kept; None keeps the last.
        fit: called once as `fit(samples)` with the training samples, an iterable of `SampleBatch` in a
            fixed order, for what is computed and not learned by gradient. It stores its result in the
            method's buffers, so that the checkpoint holds it.
        optional: targets that it uses where the data has them.
        views: how many views of each object it sees, the first ones; None means all.
        points: surface and occupancy points per sample; None means as many as the trainer is told.
    """

    name: str
    targets: frozenset[str] = frozenset()
    losses: tuple[str, ...] = ()
    trains: tuple[str, ...] = ()
    epochs: int = 0
    batch_size: int = 32
    monitor: str | None = "loss"
    fit: Callable[[Any], None] | None = field(default=None, compare=False)
    optional: frozenset[str] = frozenset()
    views: int | None = None
    points: int | None = None

    def __post_init__(self) -> None:
        unknown = sorted((set(self.targets) | set(self.optional)) - set(TARGETS))
        if unknown:
            raise InputError(f"stage '{self.name}' names unknown targets {unknown}; known: {', '.join(TARGETS)}")
        if (self.epochs > 0) == (self.fit is not None):
            raise InputError(f"stage '{self.name}' must have either epochs > 0 or a `fit` function")


class Method(pl.LightningModule):
    """A single-image 3D reconstruction method.

    Subclasses declare what they are, return their training stages, and reconstruct. The network itself
    is a plain `nn.Module` in its own file; the method only adapts it. The constructor takes the options
    of the preset files as keyword arguments, and `categories`, the names of the training set's categories.
    """

    name: ClassVar[str]
    """As in `svr3d list`, run folders and tables."""
    representation: ClassVar[str]
    """`voxels`, `mesh`, `part_mesh`, `points` or `medial`: what it returns."""
    limits: ClassVar[str] = ""
    """What the representation cannot express whatever the network does, in a few words for the board, such as
    "one closed surface of genus 0"; empty where there is nothing to say."""
    targets: ClassVar[frozenset[str]] = frozenset()
    """Supervision that training needs; the data module loads just these."""
    gifts: ClassVar[frozenset[str]] = frozenset()
    """Targets that the method is given at test time too. Empty for every real method: a baseline or
    ceiling with gifts is marked as such on the board."""
    paper: ClassVar[str] = ""
    """Citation: authors, title, venue, year."""

    outputs: tuple[str, ...] = ()
    """Names of what it can return besides its final reconstruction, such as the mesh after each block of a
    coarse-to-fine method. An attribute or property of the instance where they depend on options."""
    options: dict[str, Any]
    """The arguments it was made with, besides `categories`; a checkpoint holds them."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Method:
        method = super().__new__(cls)
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        known = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            for name in kwargs.keys() - known:
                options = [option for option in known if option != "categories"]
                close = get_close_matches(name, options, 1)
                hint = f"; did you mean '{close[0]}'?" if close else ""
                raise InputError(
                    f"method '{cls.name}' has no option '{name}'{hint} (known: {', '.join(options) or 'none'})"
                )
        options = dict(zip(known, args, strict=False)) | kwargs
        options.pop("categories", None)
        object.__setattr__(method, "options", options)
        return method

    def __init__(self, categories: Iterable[str] = ()) -> None:
        super().__init__()
        self._fitted: set[str] = set()
        self.categories = tuple(categories)
        self.stage: Stage | None = None
        """The stage in training, set by the trainer; None outside training."""

    @classmethod
    def presets(cls) -> list[str]:
        """The names of its presets: the files `presets/NAME.yaml` beside the module that defines the class.

        A method without that folder has no options that depend on the budget: each of `PRESETS` means the
        constructor's defaults.
        """
        folder = cls._presets_folder()
        return list(PRESETS) if folder is None else sorted(path.stem for path in folder.glob("*.yaml"))

    @classmethod
    def preset(cls, name: str) -> dict[str, Any]:
        """The constructor's keyword arguments under the preset `name`.

        Raises:
            InputError: no such preset, or its file is not a mapping from option names to values.
        """
        if name not in cls.presets():
            raise InputError(f"method '{cls.name}' has no preset '{name}'; known: {', '.join(cls.presets())}")
        folder = cls._presets_folder()
        if folder is None:
            return {}
        import yaml

        path = folder / f"{name}.yaml"
        try:
            options = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except yaml.YAMLError as error:
            raise InputError(f"preset file {path} is not valid YAML: {' '.join(str(error).split())}") from error
        if not isinstance(options, dict) or not all(isinstance(key, str) for key in options):
            raise InputError(f"preset file {path}: expected a mapping from option names to values")
        return options

    @classmethod
    def create(cls, preset: str, categories: Iterable[str], *, seed: int = 0, **overrides: Any) -> Method:
        """A new method under a preset, with some options overridden; its initial weights depend on `seed` alone.

        Raises:
            InputError: no such preset or option.
        """
        options = cls.preset(preset) | overrides
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            method = cls(categories=tuple(categories), **options)
            method.initialize()
            return method

    @classmethod
    def _presets_folder(cls) -> Path | None:
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        folder = None if file is None else Path(file).parent / "presets"
        return folder if folder is not None and folder.is_dir() else None

    def initialize(self) -> None:
        """What a new method does and one from a checkpoint need not: loading pretrained weights.

        The manifest names what the attribute `weights` says, `scratch` if there is none.
        """

    @abstractmethod
    def stages(self) -> list[Stage]:
        """The ordered training stages; an empty list for a method that needs no training."""

    @abstractmethod
    def reconstruct(self, images: Tensor, cameras: Camera | None) -> list[Reconstruction]:
        """One reconstruction per image, in the canonical frame.

        Args:
            images: Float[B, 3, H, W] in [0, 1], composited on white.
            cameras: a batch of B cameras of these images, or None where they are unknown.
        """

    def reconstruct_batch(self, batch: SampleBatch) -> list[Reconstruction]:
        """One reconstruction per sample of a batch that holds images, cameras and this method's gifts only.

        Methods with gifts override this one.
        """
        return self.reconstruct(batch.images, batch.cameras)

    def reconstruct_output(self, batch: SampleBatch, output: str) -> list[Reconstruction]:
        """One reconstruction per sample, as `reconstruct_batch`, of one of its further `outputs`.

        Methods with further outputs override this one.

        Raises:
            InputError: no such output.
        """
        raise self.unknown_output(output)

    def unknown_output(self, output: str) -> InputError:
        """The error for an output that it does not have."""
        known = ", ".join(self.outputs) or "none besides the final reconstruction"
        return InputError(f"method '{self.name}' has no output '{output}'; known: {known}")

    def losses(self, batch: SampleBatch) -> dict[str, Tensor]:
        """The weighted loss terms of the current stage (`self.stage`), by name; their sum is minimised."""
        raise InputError(f"method '{self.name}' has no losses: its stages are fitted, not learned by gradient")

    def optimizer(self, parameters: list[nn.Parameter]) -> Any:
        """The optimiser of the current stage, or what `LightningModule.configure_optimizers` may return."""
        raise InputError(f"method '{self.name}' has no optimiser: its stages are fitted, not learned by gradient")

    def register_fitted(self, *names: str) -> None:
        """Buffers that a `fit` stage fills: empty until then, of whatever shape and type it gives them.

        Assign a tensor to the attribute to fill one; a checkpoint holds and restores it.
        """
        for name in names:
            self.register_buffer(name, torch.empty(0))
            self._fitted.add(name)

    def enter(self, stage: Stage) -> None:
        """Makes `stage` the current one: what it trains is in training mode, all else frozen and in evaluation mode.

        `self.training` itself is True in every stage, so that `losses` can tell training from validation.
        """
        self.stage = stage
        self.train(not stage.trains).requires_grad_(not stage.trains)
        self.training = True
        for name in stage.trains:
            try:
                self.get_submodule(name).train().requires_grad_(True)
            except AttributeError:
                raise InputError(
                    f"stage '{stage.name}' of method '{self.name}' trains '{name}', which it lacks"
                ) from None

    # What follows adapts the above to Lightning; methods need not touch it.

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *args: Any, **kwargs: Any) -> None:
        for name in self._fitted:
            if prefix + name in state_dict:
                setattr(self, name, torch.empty_like(state_dict[prefix + name], device=getattr(self, name).device))
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def trained_parameters(self) -> list[nn.Parameter]:
        """The parameters that the current stage trains."""
        if not self.stage.trains:
            return list(self.parameters())
        return [p for name in self.stage.trains for p in self.get_submodule(name).parameters()]

    def configure_optimizers(self) -> Any:
        return self.optimizer(self.trained_parameters())

    def training_step(self, batch: SampleBatch, _: int) -> Tensor:
        return self._log_losses(batch, "train")

    def validation_step(self, batch: SampleBatch, _: int) -> Tensor:
        return self._log_losses(batch, "val")

    def transfer_batch_to_device(self, batch: SampleBatch, device: Any, _: int) -> SampleBatch:
        return batch.to(device)

    def _log_losses(self, batch: SampleBatch, phase: str) -> Tensor:
        terms = self.losses(batch)
        total = sum(terms.values())
        if not total.isfinite():
            bad = ", ".join(name for name, value in terms.items() if not value.isfinite())
            raise FloatingPointError(
                f"the loss of stage '{self.stage.name}' is not finite ({bad}) on {self._not_finite(batch)}"
            )
        values = {f"{phase}/{name}": value.detach() for name, value in (terms | {"loss": total}).items()}
        self.log_dict(values, on_step=False, on_epoch=True, sync_dist=True, batch_size=len(batch))
        return total

    def _not_finite(self, batch: SampleBatch) -> str:
        """Names the samples of a batch whose own loss is not finite; all where it is finite on each alone."""

        def finite(sample: SampleBatch) -> bool:
            # Twice, since batch norm in training refuses a single value.
            total = sum(self.losses(collate([sample, sample])).values())
            return bool(total.isfinite())

        with torch.no_grad():
            bad = [str(key) for key, sample in zip(batch.keys, batch, strict=True) if not finite(sample)]
        if bad:
            return f"samples {_listed(bad)}"
        return f"the batch of samples {_listed([str(key) for key in batch.keys])}, though finite on each of them alone"


def _listed(names: list[str]) -> str:
    """The first four names, and how many more there are."""
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more
