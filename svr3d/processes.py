"""A pool of worker processes, one per core, shared by all that a command scores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

_SHARED: _Shared | None = None


def default_workers() -> int:
    """The number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker_pool(workers: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of `workers` processes with one thread each; nested calls share the outermost pool.

    Where a worker was killed, a pool can do no more: the block that meets it ends with `BrokenProcessPool`, and the
    next one gets a new pool.
    """
    global _SHARED
    if _SHARED is None:
        _SHARED = _Shared(workers or default_workers())
        try:
            yield _SHARED.pool()
        finally:
            _SHARED.close()
            _SHARED = None
        return
    shared = _SHARED
    try:
        yield shared.pool()
    except BrokenProcessPool:
        shared.close()
        raise


class _Shared:
    """The pool of the outermost call, started when it is first asked for."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=_one_thread)
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _one_thread() -> None:
    # Each worker has a core; libraries that start a thread per core would only fight over it.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import torch

    torch.set_num_threads(1)
