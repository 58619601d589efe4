"""How a method is trained, whatever the method: hardware, precision, loading, logging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...errors import InputError
from ..options import require_at_least

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@dataclass(frozen=True)
class TrainerOptions:
    """Options of the trainer; a preset file sets them in its section `trainer`, a suite in that of a run.

    Args:
        accelerator: `cpu`, `cuda` … as for Lightning Fabric; `auto` takes the best there is.
        devices: how many.
        precision: of the arithmetic.
        strategy: how several devices share the work, such as `ddp`.
        workers: data loading processes.
        points: surface and occupancy points per sample, in stages that do not say how many.
        logger: `log.csv` is always written; `tensorboard` writes the same into the run's folder `tensorboard/` too.
    """

    accelerator: str = "auto"
    devices: int | str = 1
    precision: Literal["32-true", "16-mixed", "bf16-mixed", "bf16-true", "16-true", "64-true"] = "32-true"
    strategy: str = "auto"
    workers: int = 0
    points: int = 2048
    logger: Literal["csv", "tensorboard"] = "csv"

    def __post_init__(self) -> None:
        require_at_least(self, workers=0, points=1)

    def fabric(self, **changes: Any) -> Fabric:
        """The Fabric that they describe.

        Raises:
            InputError: this machine has no such accelerator, or not so many devices.
        """
        from lightning_fabric import Fabric

        try:
            return Fabric(
                accelerator=self.accelerator,
                devices=self.devices,
                precision=self.precision,
                strategy=self.strategy,
                **changes,
            )
        except Exception as error:  # Lightning has several classes for what it does not find or know
            reason = " ".join(str(error).split())
            raise InputError(
                f"trainer: cannot train with accelerator '{self.accelerator}', {self.devices} devices, precision "
                f"'{self.precision}' and strategy '{self.strategy}' here ({reason})"
            ) from error
