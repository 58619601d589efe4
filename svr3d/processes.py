"""A pool of worker processes, one per core, shared by all that a command scores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

_POOL: ProcessPoolExecutor | None = None


def default_workers() -> int:
    """The number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker_pool(workers: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of `workers` processes with one thread each; nested calls share the outermost pool."""
    global _POOL
    if _POOL is not None:
        yield _POOL
        return
    pool = ProcessPoolExecutor(
        workers or default_workers(), mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread
    )
    _POOL = pool
    try:
        yield pool
    finally:
        _POOL = None
        pool.shutdown(cancel_futures=True)


def _one_thread() -> None:
    # Each worker has a core; libraries that start a thread per core would only fight over it.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import torch

    torch.set_num_threads(1)
