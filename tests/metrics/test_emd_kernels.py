"""The auction kernel in Triton's interpreter, on the CPU, against SciPy's assignment.

The interpreter is chosen when Triton is imported, so this file runs itself in a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


def clouds(name, n):
    rng = np.random.default_rng(n)
    x, y = rng.random((2, n, 3))
    return {
        "random": (x, y),
        "permuted": (x, x[rng.permutation(n)]),
        "duplicates": (x[np.arange(n) // 3], y[np.arange(n) // 3]),
        "line": (x * [1, 0, 0], y * [1, 0, 0]),
        "grid": (rng.integers(0, 3, (n, 3)) * 1.0, rng.integers(0, 3, (n, 3)) * 1.0),
        "outlier, huge": (1e6 * np.r_[x[1:], [[9, 0, 0]]], 1e6 * y),
        "apart, tiny": (1e-6 * x, 1e-6 * (y + 5)),
    }[name]


NAMES = ("random", "permuted", "duplicates", "line", "grid", "outlier, huge", "apart, tiny")
TOLERANCE = 1e-2


def check():
    import torch
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    from svr3d.metrics import _auction_kernels

    for n in (2, 3, 12):
        x, y = (torch.from_numpy(np.stack(side)) for side in zip(*(clouds(name, n) for name in NAMES), strict=True))
        permutation, bound, done = _auction_kernels.match_on_gpu(x, y, TOLERANCE)
        assert done.all()
        for b, name in enumerate(NAMES):
            costs = cdist(x[b], y[b])
            best = costs[linear_sum_assignment(costs)].mean()
            assert sorted(permutation[b].tolist()) == list(range(n)), name
            value = costs[np.arange(n), permutation[b]].mean()
            assert bound[b] <= best * (1 + 1e-14) and best <= value * (1 + 1e-14), name
            assert value - bound[b] <= TOLERANCE * value * (1 + 1e-9), name
    alone = _auction_kernels.match_on_gpu(x[:1].float(), y[:1].float(), TOLERANCE)
    beside = _auction_kernels.match_on_gpu(x[:3].flip(0).float(), y[:3].flip(0).float(), TOLERANCE)
    assert torch.equal(alone[0][0], beside[0][2]) and alone[1][0] == beside[1][2]
    # More than float32 can certify: said so, in finite time.
    assert not _auction_kernels.match_on_gpu(x[:1], y[:1], 1e-9)[2].any()
    print("checked")


def test_in_the_interpreter():
    pytest.importorskip("triton")
    done = subprocess.run(
        [sys.executable, Path(__file__)],
        env=os.environ | {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stdout == "checked\n", done.stderr


if __name__ == "__main__":
    check()
