"""What the benchmarks share: point clouds, and timing several functions in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version

import numpy as np


def on_box(count: int, seed: int, size: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-0.5, 0.5, (count, 3))
    points[np.arange(count), rng.integers(0, 3, count)] = rng.choice([-0.5, 0.5], count)
    return points * size


def on_sphere(count: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True) / 2


def on_torus(count: int, seed: int, large: float = 0.35, small: float = 0.15) -> np.ndarray:
    u, v, w = np.random.default_rng(seed).random((3, 4 * count)) * [[2 * np.pi], [2 * np.pi], [1]]
    kept = w < (large + small * np.cos(v)) / (large + small)  # uniform by area
    u, v = u[kept][:count], v[kept][:count]
    ring = large + small * np.cos(v)
    return np.stack([ring * np.cos(u), small * np.sin(v), ring * np.sin(u)], axis=1)


def best_of(function: Callable[[], object], runs: int) -> float:
    """Milliseconds of the fastest of several calls in a row, without one that warms."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def best_in_turns(functions: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Milliseconds of each function's fastest call, after one that warms caches and compiles."""
    best = dict.fromkeys(functions, np.inf)
    for turn in range(turns + 1):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            if turn:
                best[name] = min(best[name], 1000 * (time.perf_counter() - start))
    return best


def versions(names: Iterable[str]) -> str:
    """Names and versions of those that are installed."""
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
