"""What makes a training repeatable."""

from __future__ import annotations

import contextlib
import os
import random
import warnings
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import torch


def reseed(seed: int, stage: int, epoch: int, rank: int = 0) -> None:
    """Sets the generators of torch, NumPy and Python from what names an epoch."""
    state = int(np.random.SeedSequence([seed, stage, epoch, rank]).generate_state(1)[0])
    torch.manual_seed(state)
    np.random.seed(state)
    random.seed(state)


@contextlib.contextmanager
def deterministic() -> Iterator[None]:
    """Deterministic algorithms where torch has them; afterwards all is as it was."""
    enabled, warn_only = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    memory = cast(Any, torch.utils.deterministic)  # a module whose setting is a property of its class
    fill, benchmark = memory.fill_uninitialized_memory, torch.backends.cudnn.benchmark
    memory.fill_uninitialized_memory = False  # finds bugs, and costs time
    torch.backends.cudnn.benchmark = False
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*does not have a deterministic implementation")
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(enabled, warn_only=warn_only)
            memory.fill_uninitialized_memory = fill
            torch.backends.cudnn.benchmark = benchmark
