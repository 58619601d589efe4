"""The stages of a training: learned by gradient, fitted in one call, or derived once per unit.

A method returns them in order from `stages()`; their functions are usually its own bound methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..errors import InputError

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.nn import Parameter
    from torch.optim.lr_scheduler import LRScheduler

    from ..datasets.batch import SampleBatch

UNITS = ("view", "object", "part")
"""What one sample of a stage can be."""


@dataclass(frozen=True)
class Optimization:
    """An optimiser, and how its learning rate falls.

    Args:
        optimizer: of torch.
        scheduler: of torch, or what makes one from the number of steps that the stage will take; None leaves the
            learning rate as it is.
        each: when the scheduler steps: after each `epoch` or after each `step` of the optimiser.
    """

    optimizer: torch.optim.Optimizer
    scheduler: LRScheduler | Callable[[int], LRScheduler] | None = None
    each: Literal["epoch", "step"] = "epoch"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What stages of all kinds share.

    Args:
        name: unique within the method; names the stage's checkpoints and its rows in `log.csv`.
        targets: what it needs of the data, and of the values that earlier stages derived.
        optional: targets that it uses where the data has them.
        pictures, cameras: whether it needs them; what it does not need is not loaded.
        unit: what one sample is: a `view` of an object, an `object`, or a `part` of one. Units other than views come
            without pictures and cameras.
        views: how many views of each object it sees, the first ones; None means all. For the unit `view` only.
        points: surface and occupancy points per sample; None means as many as the trainer is told.
        batch_size: samples per batch.
    """

    name: str
    targets: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    pictures: bool = True
    cameras: bool = True
    unit: str = "view"
    views: int | None = None
    points: int | None = None
    batch_size: int = 32

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise InputError(f"stage '{self.name}': unit '{self.unit}' is none of {', '.join(UNITS)}")
        if self.batch_size < 1:
            raise InputError(f"stage '{self.name}': batch_size is {self.batch_size}, expected at least 1")
        if self.unit != "view":
            object.__setattr__(self, "pictures", False)
            object.__setattr__(self, "cameras", False)


@dataclass(frozen=True, kw_only=True)
class Learned(Stage):
    """A stage that goes down a loss.

    Args:
        losses: the weighted terms of a batch, by name; their sum is minimised. The method's `training` attribute
            tells training from validation.
        terms: the names of these terms.
        optimizer: `optimizer(parameters)` gives the optimiser of the parameters that the stage trains.
        epochs: its length.
        trains: names of the submodules whose parameters it trains; empty means all. The others are frozen and in
            evaluation mode.
        monitor: the validation quantity (a term, a diagnostic, or `loss`) whose best epoch is kept; None keeps the
            last.
        diagnostics: names of further values that `losses` returns, reported and not minimised.
        augment: changes a training sample (a batch of one) at random, by the generator that it is given alone, which
            is seeded by the sample and the epoch. It runs where samples are loaded, so in no defined order. Validation
            samples stay as they are.
    """

    losses: Callable[[SampleBatch], dict[str, Tensor]] = field(compare=False)
    terms: tuple[str, ...]
    optimizer: Callable[[list[Parameter]], Optimization | torch.optim.Optimizer] = field(compare=False)
    epochs: int
    trains: tuple[str, ...] = ()
    monitor: str | None = "loss"
    diagnostics: tuple[str, ...] = ()
    augment: Callable[[SampleBatch, torch.Generator], SampleBatch] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.epochs < 1:
            raise InputError(f"stage '{self.name}': epochs is {self.epochs}, expected at least 1")
        if not self.terms or "loss" in self.terms or set(self.terms) & set(self.diagnostics):
            raise InputError(
                f"stage '{self.name}': expected distinct names of terms and diagnostics, none of them 'loss'"
            )
        if self.monitor not in (None, "loss", *self.terms, *self.diagnostics):
            raise InputError(f"stage '{self.name}' monitors '{self.monitor}', which its losses do not return")


@dataclass(frozen=True, kw_only=True)
class Fitted(Stage):
    """A stage that computes what is not learned by gradient.

    Args:
        fit: called once with the training samples, batch after batch in the data set's order, as often as it iterates
            over them. It stores its result in the method's buffers (`Method.register_fitted`), so that the checkpoint
            holds it. Keys name these training samples.
    """

    fit: Callable[[Iterable[SampleBatch]], None] = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Derived(Stage):
    """A stage that computes values of every unit once, with the method as the stages before left it.

    The values lie memory-mapped beside the run, for the training and the validation split, and are joined to the
    batches of later stages that name them among their `targets`: of the same unit, or, if they are values of whole
    objects, of any.

    Args:
        derive: values Float or Long [B, …] of a batch, by name; those of a sample may not depend on its company.
        values: their names.
    """

    derive: Callable[[SampleBatch], dict[str, Tensor]] = field(compare=False)
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.values or not all(name.isidentifier() for name in self.values):
            raise InputError(
                f"stage '{self.name}': expected names of letters, digits and underscores for its values, "
                f"found {self.values!r}"
            )
