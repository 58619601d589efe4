"""The GPU's kernels against brute force, in Triton's interpreter where there is no GPU, and the choice of search."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from svr3d.geometry import InputError
from svr3d.metrics import neighbors

pytest.importorskip("triton")


def brute_force(x, y):
    """Float32 squares in the kernel's order of rounding, without a fused multiply-add."""
    d = x[:, None] - y[None]
    squares = (d[..., 0] * d[..., 0] + d[..., 1] * d[..., 1]) + d[..., 2] * d[..., 2]
    return squares.argmin(1), squares.argmin(0)


def check(pairs, n, m, x_lengths=None, y_lengths=None, levels=None, scale=1.0, apart=0.0):
    from svr3d.metrics._neighbor_kernels import search, search_pruned

    rng = np.random.default_rng(n + m)
    x, y = rng.normal(size=(pairs, n, 3)).astype(np.float32), rng.normal(size=(pairs, m, 3)).astype(np.float32)
    if levels:  # few different coordinates: many equal distances
        x, y = (np.floor(levels * points).astype(np.float32) for points in (x, y))
    x, y = x * np.float32(scale), y * np.float32(scale) + np.float32(apart)
    n_real, m_real = x_lengths or [n] * pairs, y_lengths or [m] * pairs
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tensors = [torch.as_tensor(values).to(device) for values in (x, y, n_real, m_real)]
    for way in (search, search_pruned):
        x_index, y_index = (index.cpu().numpy() for index in way(*tensors))
        for b in range(pairs):
            a, c = brute_force(x[b, : n_real[b]], y[b, : m_real[b]])
            assert (x_index[b, : n_real[b]] == a).all() and (x_index[b, n_real[b] :] == -1).all()
            assert (y_index[b, : m_real[b]] == c).all() and (y_index[b, m_real[b] :] == -1).all()


CASES = {
    "one point": lambda: check(1, 1, 1),
    "one and many": lambda: check(1, 1, 150),
    "many and one": lambda: check(1, 150, 1),
    "whole blocks": lambda: check(1, 256, 128),
    "no whole blocks": lambda: check(2, 201, 133),
    "ties": lambda: check(1, 140, 200, levels=1),
    "duplicates": lambda: check(1, 130, 130, scale=0.0),
    "lengths": lambda: check(3, 140, 70, x_lengths=[1, 129, 140], y_lengths=[70, 64, 1]),
    "apart": lambda: check(1, 300, 200, apart=10.0),
    "overflow": lambda: check_overflow(),
}


def check_overflow():
    from svr3d.metrics._neighbor_kernels import search, search_pruned

    device = "cuda" if torch.cuda.is_available() else "cpu"
    x, y, one = torch.full((1, 1, 3), 1e30), torch.zeros(1, 1, 3), torch.ones(1, dtype=torch.long)
    for way in (search, search_pruned):
        x_index, y_index = way(x.to(device), y.to(device), one.to(device), one.to(device))
        assert x_index.item() == y_index.item() == -1


def test_kernels_equal_brute_force():
    """In a process of its own: the interpreter is chosen when triton is imported."""
    environment = dict(os.environ)
    if not torch.cuda.is_available():
        environment["TRITON_INTERPRET"] = "1"
    result = subprocess.run(
        [sys.executable, Path(__file__)], env=environment, capture_output=True, text=True, timeout=600
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split("\n")[:-1] == list(CASES)


@pytest.mark.parametrize(
    ("device", "dtype", "triton", "expected"),
    [
        ("cpu", torch.float32, True, "trees"),
        ("cpu", torch.float64, True, "trees"),
        ("cuda", torch.float32, True, "kernels"),
        ("cuda", torch.float64, True, "pairs"),
        ("cuda", torch.float32, False, "pairs"),
        ("mps", torch.float32, True, "pairs"),
    ],
)
def test_choice_of_search(device, dtype, triton, expected, monkeypatch):
    monkeypatch.setattr(neighbors, "_has_triton", lambda: triton)
    assert neighbors._choose(device, dtype) == expected


def test_plain_search_takes_batches_with_lengths(monkeypatch):
    x, y = torch.randn(2, 20, 3, dtype=torch.float64), torch.randn(2, 30, 3, dtype=torch.float64)
    expected = neighbors.nearest_neighbors(x, y, x_lengths=[12, 20], y_lengths=[30, 7])
    monkeypatch.setattr(neighbors, "_choose", lambda *_: "pairs")
    near = neighbors.nearest_neighbors(x, y, x_lengths=[12, 20], y_lengths=[30, 7])
    for found, wanted in zip(near, expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-15, atol=0)
    with pytest.raises(InputError, match="overflows"):
        neighbors.nearest_neighbors(torch.full((1, 3), 1e30), torch.zeros(1, 3))


if __name__ == "__main__":
    for name, case in CASES.items():
        case()
        print(name)
