"""Worker processes: one thread each, none outlives its work, and a death costs one item."""

from __future__ import annotations

import os
from concurrent.futures.process import BrokenProcessPool

import pytest

from svr3d.processes import default_workers, outcomes, worker_pool


def double(number: int) -> int:
    if number == 13:
        os._exit(7)
    return 2 * number


def environment(_: int) -> tuple[str | None, int]:
    import torch

    return os.environ.get("OMP_NUM_THREADS"), torch.get_num_threads()


def fail(number: int) -> int:
    raise ArithmeticError(f"not with {number}")


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_has_its_outcome(workers: int) -> None:
    assert dict(outcomes(double, range(9), workers)) == {number: 2 * number for number in range(9)}
    assert dict(outcomes(double, [], workers)) == {}
    with pytest.raises(ArithmeticError, match="not with 1"):
        list(outcomes(fail, [1], workers))


def test_an_item_that_kills_its_process_harms_no_other() -> None:
    found = dict(outcomes(double, range(10, 20), 2))
    died = found.pop(13)
    assert isinstance(died, BrokenProcessPool) and "died" in str(died)
    assert found == {number: 2 * number for number in range(10, 20) if number != 13}


def test_workers_have_one_thread_and_leave_this_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with worker_pool(1) as pool:
        assert pool.submit(environment, 0).result() == ("1", 1)
        with worker_pool(4) as inner:
            assert inner is pool
        assert os.environ["OMP_NUM_THREADS"] == "3" and "MKL_NUM_THREADS" not in os.environ
    assert default_workers() >= 1
