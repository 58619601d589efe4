"""The devices of a training."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..methods.training.options import TrainerOptions

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@contextlib.contextmanager
def launched(trainer: TrainerOptions) -> Iterator[Fabric]:
    """A Fabric whose processes have started, one per device; each runs the same command from its beginning.

    Afterwards this process is alone again.
    """
    import torch.distributed

    environment = dict(os.environ)
    with _quiet():
        fabric = trainer.fabric()
        fabric.launch()
        try:
            yield fabric
        finally:
            if torch.distributed.is_available() and torch.distributed.is_initialized():
                torch.distributed.destroy_process_group()
                os.environ.clear()
                os.environ.update(environment)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's remarks on hardware and workers."""
    logger = logging.getLogger("lightning_fabric")
    also = logging.getLogger("lightning.fabric")
    levels = logger.level, also.level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning_fabric|lightning")
        logger.setLevel(logging.WARNING)
        also.setLevel(logging.WARNING)
        try:
            yield
        finally:
            logger.setLevel(levels[0])
            also.setLevel(levels[1])
