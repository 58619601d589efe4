"""Speed of nearest neighbours, both ways, beside common libraries: `python tests/speed/bench_neighbors.py`.

All libraries take turns in one run; each figure is the best of several turns, in milliseconds, after one that warms
caches and compiles. In brackets: how many times longer than ours.
"""

import os
from collections.abc import Callable

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from scipy.spatial import cKDTree
from side_by_side import best_in_turns, on_box, on_sphere, versions

from svr3d.metrics import nearest_neighbors


def searches(x: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], object]]:
    """Both ways, from arrays to distances, by ours and by each library that is installed."""
    both = ((x, y), (y, x))
    found = {
        "svr3d": lambda: nearest_neighbors(x, y),
        "SciPy": lambda: [cKDTree(b).query(a) for a, b in both],
        "SciPy, workers=-1": lambda: [cKDTree(b).query(a, workers=-1) for a, b in both],
    }
    try:
        from pykdtree.kdtree import KDTree

        found["pykdtree"] = lambda: [KDTree(b).query(a) for a, b in both]
    except ImportError:
        pass
    try:
        import open3d
    except ImportError:
        return found
    clouds = [open3d.geometry.PointCloud(open3d.utility.Vector3dVector(points)) for points in (x, y)]
    tensors = [open3d.core.Tensor(points) for points in (x, y)]

    def search(queries: open3d.core.Tensor, points: open3d.core.Tensor) -> object:
        tree = open3d.core.nns.NearestNeighborSearch(points)
        tree.knn_index()
        return tree.knn_search(queries, 1)

    found["Open3D cloud"] = lambda: [a.compute_point_cloud_distance(b) for a, b in (clouds, clouds[::-1])]
    found["Open3D nns"] = lambda: [search(a, b) for a, b in (tensors, tensors[::-1])]
    return found


def bench_cpu(console: Console) -> None:
    table = Table(title="Nearest neighbours on the CPU, both ways (ms)")
    for count, turns in ((2_000, 20), (10_000, 10), (100_000, 2)):
        for name, x, y in (
            ("one sphere", on_sphere(count, 0), on_sphere(count, 1)),
            ("box and sphere", on_box(count, 0), on_sphere(count, 1)),
            ("apart", on_sphere(count, 0), on_sphere(count, 1) + 2),
        ):
            functions = searches(x, y)
            if not table.columns:
                for heading in ("clouds", *functions):
                    table.add_column(heading, justify="left" if heading == "clouds" else "right")
            best = best_in_turns(functions, turns)
            ours = best.pop("svr3d")
            table.add_row(
                f"{name}, {count:,}", f"{ours:.1f}", *(f"{ms:.1f} ({ms / ours:.1f}×)" for ms in best.values())
            )
    console.print(table)


def bench_cuda(console: Console) -> None:
    """Beside `torch.cdist` and its minima, and the time that the arithmetic alone takes at the chip's peak."""
    chip = torch.cuda.get_device_properties(0)
    peak = chip.multi_processor_count * 128 * torch.cuda.clock_rate() * 1e6  # float32 operations a second, unfused
    table = Table(title=f"Nearest neighbours on {chip.name}, 10,000 + 10,000, both ways (ms)")
    for heading in ("batch", "svr3d", "torch.cdist and min", "arithmetic alone"):
        table.add_column(heading, justify="right")
    for batch in (1, 64):
        x, y = torch.rand(2, batch, 10_000, 3, device="cuda")

        def plain(x=x, y=y):
            for a, b in zip(x, y, strict=True):  # all pairs of a batch at once would need 26 GB
                distances = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
                distances.min(0), distances.min(1)
            torch.cuda.synchronize()

        def ours(x=x, y=y):
            nearest_neighbors(x, y)
            torch.cuda.synchronize()

        best = best_in_turns({"ours": ours, "plain": plain}, 10)
        floor = 1000 * batch * 10_000**2 * 10 / peak  # 8 operations for a square, 2 for its minima
        table.add_row(f"{batch}", f"{best['ours']:.3f}", f"{best['plain']:.3f}", f"{floor:.3f}")
    console.print(table)


if __name__ == "__main__":
    console = Console(width=140)
    libraries = versions(("numpy", "numba", "scipy", "torch", "pykdtree", "open3d-cpu", "open3d"))
    console.print(f"{len(os.sched_getaffinity(0))} cores, {torch.get_num_threads()} threads of torch; {libraries}")
    bench_cpu(console)
    if torch.cuda.is_available():
        bench_cuda(console)
