"""Speed and memory of the earth mover's distance beside that of common libraries.

`python tests/speed/bench_emd.py [small] [large] [batch] [memory]`: all of them without argument. Times are the best of
several runs, after one that compiles. The other libraries get the matrix of distances for nothing; ours never has one.
"""

import resource
import sys
from collections.abc import Callable

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from side_by_side import best_of, on_box, on_sphere, on_torus, versions

from svr3d.metrics import earth_movers_distance


def clouds(n: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    line = np.random.default_rng(0).random((2, n, 1)) * [1, 0, 0]
    bent = line + np.random.default_rng(1).normal(size=(2, n, 3)) * 0.01
    return {
        "one sphere": (on_sphere(n, 0), on_sphere(n, 1)),
        "box and sphere": (on_box(n, 0), on_sphere(n, 1)),
        "box and flat box": (on_box(n, 0), on_box(n, 1, (1, 0.1, 0.5))),
        "torus and box": (on_torus(n, 0), on_box(n, 1, (0.9, 0.5, 0.6))),
        "apart": (on_sphere(n, 0), on_sphere(n, 1) + 2),
        "on a line": tuple(line),
        "near a line": tuple(bent),
    }


def peers(x: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], object]]:
    costs = cdist(x, y)
    found = {"SciPy assignment": lambda: linear_sum_assignment(costs)}
    try:
        import ot
    except ImportError:
        return found
    mass = np.full(len(costs), 1 / len(costs))
    found["POT"] = lambda: ot.emd2(mass, mass, costs, numItermax=10**8)  # one thread: it ignores numThreads
    if hasattr(ot, "emd2_lazy"):  # computes distances when needed, in memory linear in the number of points
        found["POT, lazy"] = lambda: ot.emd2_lazy(x, y, metric="euclidean", numItermax=10**8, return_matrix=False)
    return found


def compare(console: Console, n: int, names: list[str], which: list[str], *, runs: int, exact: bool) -> None:
    """Ours is timed before and after the others, in case the machine is busier at one time."""
    table = Table(title=f"Earth mover's distance, {n:,} points: ms (times ours)")
    for heading in ("clouds", "svr3d", "gap", *(["svr3d, exact"] if exact else []), *which):
        table.add_column(heading, justify="left" if heading == "clouds" else "right")
    earth_movers_distance(*(points[:300] for points in clouds(n)["one sphere"]), exact=True)
    for name in names:
        x, y = clouds(n)[name]
        result = earth_movers_distance(x, y)
        functions = {title: function for title, function in peers(x, y).items() if title in which}
        ours = best_of(lambda x=x, y=y: earth_movers_distance(x, y), runs)
        theirs = {title: best_of(function, 1) for title, function in functions.items()}
        ours = min(ours, best_of(lambda x=x, y=y: earth_movers_distance(x, y), runs))
        row = [name, f"{ours:.0f}", f"{float(1 - result.lower_bound / result.value):.1e}"]
        if exact:
            row.append(f"{best_of(lambda x=x, y=y: earth_movers_distance(x, y, exact=True), 1):.0f}")
        for title in which:
            row.append(f"{theirs[title]:.0f} ({theirs[title] / ours:.1f}x)" if title in theirs else "–")
        table.add_row(*row)
    console.print(table)


def bench_small(console: Console) -> None:
    compare(console, 2048, list(clouds(8)), ["SciPy assignment", "POT", "POT, lazy"], runs=3, exact=True)


def bench_large(console: Console) -> None:
    compare(console, 10_000, ["one sphere", "box and sphere", "torus and box"], ["POT"], runs=1, exact=False)


def bench_batch(console: Console, pairs: int = 16, n: int = 2048) -> None:
    table = Table(title=f"{pairs} pairs of {n:,} points, box and sphere")
    for heading in ("device", "ms", "ms per pair"):
        table.add_column(heading, justify="right")
    x = torch.from_numpy(np.stack([on_box(n, seed) for seed in range(pairs)])).float()
    y = torch.from_numpy(np.stack([on_sphere(n, 100 + seed) for seed in range(pairs)])).float()
    threads = torch.get_num_threads()
    for count in sorted({1, threads}):
        torch.set_num_threads(count)
        spent = best_of(lambda: earth_movers_distance(x, y), 2)
        table.add_row(f"CPU, {count} threads", f"{spent:.0f}", f"{spent / pairs:.1f}")
    if torch.cuda.is_available():
        x, y = x.cuda(), y.cuda()
        earth_movers_distance(x, y)
        spent = best_of(lambda: earth_movers_distance(x, y).value.tolist(), 3)
        table.add_row(torch.cuda.get_device_name(), f"{spent:.0f}", f"{spent / pairs:.1f}")
    console.print(table)


def bench_memory(console: Console) -> None:
    """Run alone: the peak of the process only ever rises."""
    table = Table(title="Peak memory above that of 1,000 points, box and sphere (MiB)")
    for heading in ("points", "svr3d", "a matrix of distances", "seconds"):
        table.add_column(heading, justify="right")

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    earth_movers_distance(on_box(1000, 0), on_sphere(1000, 1))
    before = peak()
    for n in (5_000, 10_000, 20_000, 40_000):
        x, y = on_box(n, 0), on_sphere(n, 1)
        seconds = best_of(lambda x=x, y=y: earth_movers_distance(x, y), 1) / 1000
        table.add_row(f"{n:,}", f"{peak() - before:.1f}", f"{8 * n * n / 2**20:,.0f}", f"{seconds:.1f}")
    console.print(table)


if __name__ == "__main__":
    console = Console()
    console.print(f"{torch.get_num_threads()} threads; {versions(('torch', 'numpy', 'scipy', 'numba', 'POT'))}")
    parts = {"memory": bench_memory, "small": bench_small, "large": bench_large, "batch": bench_batch}
    for name, part in parts.items():
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            part(console)
