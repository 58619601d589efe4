"""Worker processes with one thread each: a pool shared by all that a command scores, and work that survives deaths."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_shared: _Shared | None = None
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def default_workers() -> int:
    """The number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker_pool(workers: int | None = None) -> Generator[ProcessPoolExecutor]:
    """A pool of `workers` processes with one thread each; nested calls share the outermost pool.

    Where a worker was killed, a pool can do no more: the block that meets it ends with `BrokenProcessPool`, and the
    next one gets a new pool.
    """
    global _shared
    if _shared is None:
        _shared = _Shared(workers or default_workers())
        try:
            yield _shared.pool()
        finally:
            _shared.close()
            _shared = None
        return
    outermost = _shared
    try:
        yield outermost.pool()
    except BrokenProcessPool:
        outermost.close()
        raise


class _Shared:
    """The pool of the outermost call, started when it is first asked for."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = _pool(self._workers)
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def outcomes(
    work: Callable[[T], R], items: Sequence[T], workers: int
) -> Generator[tuple[T, R | BrokenProcessPool], None, None]:
    """Each item with what `work` returns of it, as they come: in this process, or in several of one thread each.

    Items that were at work when a process died (a crash, or out of memory) are tried again one by one; one that kills
    its process alone comes with a `BrokenProcessPool`. What `work` raises is raised.

    Args:
        work: can be pickled where there are several processes, as can items and results.
        items: to work on.
        workers: processes; 1 works in this one, where a death is the end of all.
    """
    return ((item, work(item)) for item in items) if workers == 1 else _in_processes(work, items, workers)


def _in_processes(
    work: Callable[[T], R], items: Sequence[T], workers: int
) -> Generator[tuple[T, R | BrokenProcessPool], None, None]:
    left, suspects = list(reversed(items)), list[T]()
    while left or suspects:
        alone = bool(suspects) and not left
        queue = suspects if alone else left
        pool = _pool(1 if alone else workers)
        try:
            running: dict[Future[R], T] = {}
            broken = False
            while (queue and not broken) or running:
                # Few in the queue, so that a death leaves few suspects.
                while queue and not broken and len(running) < (1 if alone else 2 * workers):
                    item = queue.pop()
                    try:
                        running[pool.submit(work, item)] = item
                    except BrokenProcessPool:
                        queue.append(item)
                        broken = True
                for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                    item = running.pop(future)
                    try:
                        yield item, future.result()
                    except BrokenProcessPool:
                        broken = True
                        if alone:
                            yield item, BrokenProcessPool("the process that built it died (a crash, or out of memory)")
                        else:
                            suspects.append(item)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=_OneThreadContext(), initializer=_die_with_parent)


class _OneThreadProcess(SpawnProcess):
    """Each worker has a core; libraries that start a thread per core would only fight over it.

    They read these variables when they are loaded, which may be before an initializer runs in the new process: so they
    are set in this one, while the new one starts.
    """

    def start(self) -> None:
        before = {name: os.environ.get(name) for name in _THREADS}
        os.environ.update(dict.fromkeys(_THREADS, "1"))
        try:
            super().start()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class _OneThreadContext(SpawnContext):
    Process = _OneThreadProcess


def _die_with_parent() -> None:
    """Ends this process when the one that started it is gone, however it went."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
