"""Speed of the metrics beside that of common libraries: `python tests/speed/bench_metrics.py`.

Each figure is the best of several runs, in milliseconds, after one that warms caches and compiles. Set
OMP_NUM_THREADS=1 for one core; SciPy's assignment uses one in any case.
"""

import os
import time
from collections.abc import Callable

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from svr3d.geometry import Mesh, sample_surface, voxelize
from svr3d.metrics import GroundTruth, earth_movers_distance, score


def best_of(function: Callable[[], object], runs: int = 5) -> float:
    """Milliseconds."""
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def on_box(count: int, seed: int, size: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-0.5, 0.5, (count, 3))
    points[np.arange(count), rng.integers(0, 3, count)] = rng.choice([-0.5, 0.5], count)
    return points * size


def on_sphere(count: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True) / 2


def box(size: tuple[float, float, float]) -> Mesh:
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]) * size
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    return Mesh(corners, [triangle for a, b, c, d in quads for triangle in ([a, b, c], [a, c, d])])


def bench_emd(console: Console) -> None:
    table = Table(title="Earth mover's distance, 2,048 points (ms)")
    for heading in ("clouds", "svr3d", "gap", "svr3d, exact", "SciPy assignment"):
        table.add_column(heading, justify="left" if heading == "clouds" else "right")
    n = 2048
    line = np.random.default_rng(0).random((2, n, 1)) * [1, 0, 0]
    for name, x, y in (
        ("one sphere", on_sphere(n, 0), on_sphere(n, 1)),
        ("box and sphere", on_box(n, 0), on_sphere(n, 1)),
        ("box and flat box", on_box(n, 0), on_box(n, 1, (1, 0.1, 0.5))),
        ("apart", on_sphere(n, 0), on_sphere(n, 1) + 2),
        ("on a line", *line),
    ):
        result = earth_movers_distance(x, y)

        def assignment(x=x, y=y):
            costs = cdist(x, y)
            return costs[linear_sum_assignment(costs)].mean()

        table.add_row(
            name,
            f"{best_of(lambda x=x, y=y: earth_movers_distance(x, y), runs=3):.0f}",
            f"{float(1 - result.lower_bound / result.value):.1e}",
            f"{best_of(lambda x=x, y=y: earth_movers_distance(x, y, exact=True), runs=2):.0f}",
            f"{best_of(assignment, runs=1):.0f}",
        )
    console.print(table)


def bench_score(console: Console) -> None:
    mesh, prediction = box((1, 0.6, 0.5)), box((0.9, 0.7, 0.5))
    points = np.random.default_rng(0).random((100_000, 3)) - 0.5
    inside = (np.abs(points) < np.array([1, 0.6, 0.5]) / 2).all(1)
    stored = GroundTruth(sample_surface(mesh, 100_000, seed=9), points, inside, voxelize(mesh))
    table = Table(title="One score under svr3d-v1 (ms)")
    parts = ("truth", "conversion", "neighbours", "surface", "emd", "iou")
    for heading in ("prediction", "all", *parts):
        table.add_column(heading, justify="left" if heading == "prediction" else "right")
    for name, shape in (("mesh", prediction), ("voxels 32³", voxelize(prediction))):
        total = best_of(lambda shape=shape: score(shape, stored, "svr3d-v1"), runs=3)
        seconds = score(shape, stored, "svr3d-v1").seconds
        table.add_row(name, f"{total:.0f}", *(f"{1000 * seconds.get(part, 0):.0f}" for part in parts))
    console.print(table)


if __name__ == "__main__":
    console = Console()
    threads = os.environ.get("OMP_NUM_THREADS", f"all {os.cpu_count()}")
    console.print(f"OpenMP threads: {threads}; torch {torch.__version__}; NumPy {np.__version__}")
    bench_emd(console)
    bench_score(console)
